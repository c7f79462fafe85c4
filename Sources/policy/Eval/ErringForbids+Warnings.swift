// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import WritCedar

/// The rule of a command, and its words wherever the other rule would answer otherwise.
extension ErringForbids {
  static let strictHelp: ArgumentHelp =
    "A forbid that errs denies, as in a PolicyEngine; without this it is skipped, as Cedar says."

  /// The rule of a command: Cedar's, unless `--strict` is given.
  init(isStrict: Bool) {
    self = isStrict ? .deny : .skip
  }

  /// A warning for each `forbid` that erred under this rule.
  func warnings(about response: AuthorizationResponse) -> [String] {
    let consequence =
      switch self {
      case .deny:
        "erred and so denies (--strict); by Cedar's rule it would be skipped"
      case .skip where response.decision == .allow:
        "erred and was skipped, as Cedar says, so the request is allowed; with --strict, and by default in a "
          + "PolicyEngine, it is denied"
      case .skip:
        "erred and was skipped, as Cedar says; the request is denied anyway"
      }
    return response.errors.filter { $0.effect == .forbid }.map { error in
      "the forbid `\(CedarText.shown(error.policy.description))` \(consequence)"
    }
  }
}
