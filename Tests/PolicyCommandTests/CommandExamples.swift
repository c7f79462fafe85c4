// SPDX-License-Identifier: Apache-2.0

/// The request that most tests ask: `User::"alice"` wants to do `Action::"view"` on `Photo::"sea"`.
enum Ask {
  static let alice = ["--principal", #"User::"alice""#, "--action", #"Action::"view""#, "--resource", #"Photo::"sea""#]

  /// The same in JSON, with more members behind it, each with its comma.
  static func json(_ members: String = "", principal: String = #""User::\"alice\"""#) -> String {
    #"{"principal":\#(principal),"action":"Action::\"view\"","resource":"Photo::\"sea\""\#(members)}"#
  }
}

enum Policies {
  static let permit = "permit (principal, action, resource);\n"
  static let forbid = "forbid (principal, action, resource);\n"

  /// A policy under a name; `condition` follows the scope.
  static func named(_ id: String, _ effect: String = "permit", _ condition: String = "") -> String {
    "@id(\"\(id)\")\n\(effect) (principal, action, resource) \(condition);\n"
  }
}

/// The line that `--format json` writes; `line` is the number of the request's in a file of them.
func answer(_ decision: String, _ reasons: [String] = [], errors: String = "", line: Int? = nil) -> String {
  let reasons = reasons.map { "\"\($0)\"" }.joined(separator: ",")
  return (line.map { #"{"line":\#($0),"# } ?? "{")
    + #""decision":"\#(decision)","reasons":[\#(reasons)],"errors":[\#(errors)]}"#
}
