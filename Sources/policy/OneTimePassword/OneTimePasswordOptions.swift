// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import WritLogin
internal import WritCedar

/// The rules of the codes: hash, digits, period.
struct OneTimePasswordRuleOptions: ParsableArguments {
  @Option(name: .customLong("algorithm"), help: ArgumentHelp("The hash.", valueName: "name"))
  var named = NamedArgument(OneTimePasswordAlgorithm.sha1)

  @Option(help: ArgumentHelp("Digits of a code, 6 to 8.", valueName: "number"))
  var digits = 6

  @Option(help: ArgumentHelp("Seconds of a time step, 1 to 3600; 30 unless given.", valueName: "number"))
  var period: Int64?

  var algorithm: OneTimePasswordAlgorithm { named.value }

  func key(_ secret: OneTimeSecret, counter: UInt64?) throws -> OneTimePasswordKey {
    guard counter == nil || period == nil else {
      throw Failure("error: --period is for codes of a time, and --counter is given")
    }
    return try Failure.catching { () throws(OneTimePasswordError) in
      try OneTimePasswordKey(
        secret,
        movingFactor: counter == nil ? .time(period: period ?? 30) : .counter,
        algorithm: algorithm,
        digits: digits
      )
    }
  }
}

/// The secret, the rules, and the time or the counter of one code.
struct OneTimePasswordOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The file of the secret; `-` is standard input.", valueName: "file"))
  var secret: String

  @OptionGroup var rules: OneTimePasswordRuleOptions

  // A number below 0 is a wrong value, not a missing one.
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The time, in seconds since 1970; now unless given.", valueName: "unix")
  )
  var time: Int64?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The counter of a code that counts (HOTP), instead of a time.", valueName: "number")
  )
  var counter: UInt64?

  /// The time asked for, or that of the system.
  var seconds: Int64 { time ?? SystemTime.seconds }

  func key() throws -> OneTimePasswordKey {
    guard time == nil || counter == nil else { throw Failure("error: --time and --counter are given, one is wanted") }
    return try rules.key(secret(in: secret), counter: counter)
  }

  /// The secret in a file, without the newline at its end.
  private func secret(in path: String) throws -> OneTimeSecret {
    var bytes = try InputFile.contents(of: path).bytes
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
    do throws(OneTimePasswordError) {
      // What is not UTF-8 becomes characters that are not base32.
      return try OneTimeSecret(base32: String(decoding: bytes, as: UTF8.self))
    } catch {
      throw Failure("error: `\(CedarText.shown(path))`: \(error.description) (\(error.code.rawValue))")
    }
  }
}

extension Failure {
  /// Runs what may fail, and says how.
  static func catching<Result>(_ body: () throws(OneTimePasswordError) -> Result) throws -> Result {
    do throws(OneTimePasswordError) {
      return try body()
    } catch {
      throw Failure("error: \(CedarText.shown(error.description)) (\(error.code.rawValue))")
    }
  }
}

/// A value of the library by its name.
struct NamedArgument<Value: RawRepresentable<String> & CaseIterable & Sendable>: ExpressibleByArgument {
  let value: Value

  init(_ value: Value) {
    self.value = value
  }

  init?(argument: String) {
    guard let value = Value.allCases.first(where: { $0.rawValue.utf8.elementsEqual(argument.utf8) }) else { return nil }
    self.value = value
  }

  var defaultValueDescription: String { value.rawValue }
  static var allValueStrings: [String] { Value.allCases.map(\.rawValue) }
}
