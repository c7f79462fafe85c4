// SPDX-License-Identifier: Apache-2.0

extension ExtensionFunction {
  /// The value of a call: arguments are counted, then looked at from left to right.
  func call(_ arguments: [Value]) throws(EvaluationFailure) -> Value {
    guard accepts(arguments.count) else {
      // The receiver of a method is not counted among its arguments.
      let receiver = isConstructor ? 0 : 1
      let number = arity - receiver == 1 ? "one argument" : "no argument"
      let expected = isVariadic ? "at least \(number)" : number
      throw EvaluationFailure(.arity, "`\(name)` takes \(expected), found \(Swift.max(0, arguments.count - receiver))")
    }
    let first = arguments[0]
    do {
      switch self {
      case .ip: return .ip(try IPAddressValue(first.asString()))
      case .decimal: return .decimal(try DecimalValue(first.asString()))
      case .datetime: return .datetime(try DatetimeValue(first.asString()))
      case .duration: return .duration(try DurationValue(first.asString()))

      case .isIpv4: return .bool(try first.asIP().isIPv4)
      case .isIpv6: return .bool(try first.asIP().isIPv6)
      case .isLoopback: return .bool(try first.asIP().isLoopback)
      case .isMulticast: return .bool(try first.asIP().isMulticast)
      case .isInRange:
        let address = try first.asIP()
        // All ranges are looked at, so that the answer does not hang on their order where one is no address.
        var ranges: [IPAddressValue] = []
        for argument in arguments.dropFirst() { ranges.append(try argument.asIP()) }
        return .bool(ranges.contains { address.isInRange($0) })

      case .lessThan: return .bool(try first.asDecimal() < arguments[1].asDecimal())
      case .lessThanOrEqual: return .bool(try first.asDecimal() <= arguments[1].asDecimal())
      case .greaterThan: return .bool(try first.asDecimal() > arguments[1].asDecimal())
      case .greaterThanOrEqual: return .bool(try first.asDecimal() >= arguments[1].asDecimal())

      case .offset: return .datetime(try first.asDatetime().offset(by: arguments[1].asDuration()))
      case .durationSince: return .duration(try first.asDatetime().durationSince(arguments[1].asDatetime()))
      case .toDate: return .datetime(try first.asDatetime().toDate())
      case .toTime: return .duration(try first.asDatetime().toTime())

      case .toMilliseconds: return .long(try first.asDuration().toMilliseconds)
      case .toSeconds: return .long(try first.asDuration().toSeconds)
      case .toMinutes: return .long(try first.asDuration().toMinutes)
      case .toHours: return .long(try first.asDuration().toHours)
      case .toDays: return .long(try first.asDuration().toDays)
      }
    } catch let failure as EvaluationFailure {
      throw failure
    } catch {
      throw EvaluationFailure(.extension, String(describing: error))
    }
  }
}

extension Value {
  fileprivate func asIP() throws(EvaluationFailure) -> IPAddressValue {
    guard case .ip(let address) = self else { throw mismatch("ipaddr") }
    return address
  }

  fileprivate func asDecimal() throws(EvaluationFailure) -> DecimalValue {
    guard case .decimal(let decimal) = self else { throw mismatch("decimal") }
    return decimal
  }

  fileprivate func asDatetime() throws(EvaluationFailure) -> DatetimeValue {
    guard case .datetime(let datetime) = self else { throw mismatch("datetime") }
    return datetime
  }

  fileprivate func asDuration() throws(EvaluationFailure) -> DurationValue {
    guard case .duration(let duration) = self else { throw mismatch("duration") }
    return duration
  }
}
