// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import WritLogin

/// `policy passwords calibrate`: parameters for a wanted time.
struct PasswordsCalibrateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract: "Find the parameters of password hashing for a wanted time.",
    discussion: """
      Measures ever costlier parameters, the least of three hashes each, until one takes longer than wanted, and names the
      costliest that does not: of Argon2id in a build with the trait Argon2, otherwise of scrypt. When even the least that is
      allowed takes longer, it is that. Run it on the machine of the server while nothing else runs.

      Example:
        policy passwords calibrate --milliseconds 500

      With --format json: {"chosen":…,"measurements":[{"parameters":…,"microseconds":N},…]}.

      Exit statuses: 0 measured, 1 any error.
      """
  )

  @Option(help: ArgumentHelp("How long a hash may take, 1 to 10,000.", valueName: "number"))
  var milliseconds = 500

  @Option(help: "How to report.")
  var format = OutputFormat.text

  func run() throws {
    guard 1...10_000 ~= milliseconds else { throw Failure("error: --milliseconds is 1 to 10,000") }
    let calibration: PasswordCalibration
    do throws(PasswordError) {
      calibration = try PasswordCalibration(wanted: .milliseconds(milliseconds))
    } catch {
      throw Failure("error: \(error.description) (\(error.code.rawValue))")
    }
    let measured = calibration.measurements.map { (text: "\($0.parameters)", time: $0.duration / .microseconds(1)) }
    switch format {
    case .text:
      for (text, time) in measured { Output.line("\(Int(time) / 1000) ms  \(text)") }
      Output.line("chosen: \(calibration.chosen)")
    case .json:
      // Nothing in these texts needs an escape.
      let list = measured.map { "{\"parameters\":\"\($0.text)\",\"microseconds\":\(Int($0.time))}" }
      Output.line("{\"chosen\":\"\(calibration.chosen)\",\"measurements\":[\(list.joined(separator: ","))]}")
    }
  }
}
