// SPDX-License-Identifier: Apache-2.0

import WritCedar

extension Machine {
  /// A set, a record, or the result of an extension function, from operands on the stack.
  mutating func construct(_ instruction: Instruction, at first: Int, count: Int) -> Cell {
    switch instruction.operation {
    case .set: return composite(.set, at: first, count: count, names: nil)
    case .record: return composite(.record, at: first, count: count, names: instruction.operand + 1)
    default:
      guard let function = ExtensionFunction(rawValue: UInt8(truncatingIfNeeded: instruction.operand)),
        function.accepts(count)
      else { return .error }
      if count > function.arity { return isInRange(at: first, count: count) }
      return call(function, stack[first], count > 1 ? stack[first + 1] : .missing)
    }
  }

  private mutating func composite(_ kind: Cell.Kind, at first: Int, count: Int, names: UInt32?) -> Cell {
    let start = heaps.scratch.count
    var depth = 0
    for index in 0..<count {
      var cell = stack[first + index]
      cell.name = names.map { policies.lists[$0 + UInt32(truncatingIfNeeded: index)] } ?? 0
      depth = Swift.max(depth, Int(cell.depth))
      heaps.scratch.append(cell)
    }
    guard depth < Nesting.limit else { return .error }
    if kind == .set {
      var scratch = heaps.scratch
      heaps.canonicalize(&scratch, from: start)
      heaps.scratch = scratch
    } else {
      heaps.scratch.sortByName(from: start)
    }
    return .composite(kind, at: start, count: heaps.scratch.count - start, .scratch, depth: depth + 1)
  }

  // MARK: Extension functions

  /// `a.isInRange(b, c)`: an address and several ranges, all of which must be addresses (RFC 99).
  private func isInRange(at first: Int, count: Int) -> Cell {
    for index in first..<(first + count) where stack[index].kind != .ip { return .error }
    let address = address(stack[first])
    for index in (first + 1)..<(first + count) where address.isInRange(self.address(stack[index])) {
      return .bool(true)
    }
    return .bool(false)
  }

  private mutating func call(_ function: ExtensionFunction, _ first: Cell, _ second: Cell) -> Cell {
    switch function {
    case .ip, .decimal, .datetime, .duration: return parse(function, first)
    case .isIpv4, .isIpv6, .isLoopback, .isMulticast:
      guard first.kind == .ip else { return .error }
      let address = address(first)
      switch function {
      case .isIpv4: return .bool(address.isIPv4)
      case .isIpv6: return .bool(address.isIPv6)
      case .isLoopback: return .bool(address.isLoopback)
      default: return .bool(address.isMulticast)
      }
    case .isInRange:
      guard first.kind == .ip, second.kind == .ip else { return .error }
      return .bool(address(first).isInRange(address(second)))
    case .lessThan, .lessThanOrEqual, .greaterThan, .greaterThanOrEqual:
      guard first.kind == .decimal, second.kind == .decimal else { return .error }
      switch function {
      case .lessThan: return .bool(first.signed < second.signed)
      case .lessThanOrEqual: return .bool(first.signed <= second.signed)
      case .greaterThan: return .bool(first.signed > second.signed)
      default: return .bool(first.signed >= second.signed)
      }
    case .offset, .durationSince, .toDate, .toTime: return datetime(function, first, second)
    case .toMilliseconds, .toSeconds, .toMinutes, .toHours, .toDays:
      guard first.kind == .duration else { return .error }
      let duration = DurationValue(milliseconds: first.signed)
      switch function {
      case .toMilliseconds: return .long(duration.toMilliseconds)
      case .toSeconds: return .long(duration.toSeconds)
      case .toMinutes: return .long(duration.toMinutes)
      case .toHours: return .long(duration.toHours)
      default: return .long(duration.toDays)
      }
    }
  }

  private mutating func datetime(_ function: ExtensionFunction, _ first: Cell, _ second: Cell) -> Cell {
    guard first.kind == .datetime else { return .error }
    let datetime = DatetimeValue(milliseconds: first.signed)
    switch function {
    case .offset:
      let (sum, overflow) = first.signed.addingReportingOverflow(second.signed)
      return second.kind == .duration && !overflow ? .number(sum, .datetime) : .error
    case .durationSince:
      let (difference, overflow) = first.signed.subtractingReportingOverflow(second.signed)
      return second.kind == .datetime && !overflow ? .number(difference, .duration) : .error
    case .toDate:
      let (midnight, overflow) = first.signed.subtractingReportingOverflow(datetime.toTime().milliseconds)
      return overflow ? .error : .number(midnight, .datetime)
    default:
      return .number(datetime.toTime().milliseconds, .duration)
    }
  }

  /// Reads the text of an extension value; the constants among them have been read by the compiler.
  private mutating func parse(_ function: ExtensionFunction, _ text: Cell) -> Cell {
    guard text.kind == .string else { return .error }
    let text = self.text(text.number)
    let bytes = unsafe UnsafeBufferPointer(text.bytes.span(text.range))
    switch function {
    case .ip:
      guard let address = unsafe IPAddressValue(utf8: bytes) else { return .error }
      let start = heaps.scratch.count
      heaps.scratch.appendAddress(address)
      return .composite(.ip, at: start, count: 2, .scratch, depth: 0)
    case .decimal: return unsafe DecimalValue(utf8: bytes).map { .number($0.scaled, .decimal) } ?? .error
    case .datetime: return unsafe DatetimeValue(utf8: bytes).map { .number($0.milliseconds, .datetime) } ?? .error
    default: return unsafe DurationValue(utf8: bytes).map { .number($0.milliseconds, .duration) } ?? .error
    }
  }

  @inline(__always)
  func address(_ cell: Cell) -> IPAddressValue { heaps[cell.region].address(at: cell.start) }
}
