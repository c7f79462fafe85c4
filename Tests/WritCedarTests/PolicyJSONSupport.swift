// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar

/// Policies in Cedar's JSON for tests: what a test is about, and around it what does not matter.
enum PolicyJSON {
  /// A policy; `members` replaces those that have its names, `nil` drops one.
  static func policy(_ members: KeyValuePairs<String, String?> = [:]) -> String {
    let usual: KeyValuePairs = [
      "effect": #""permit""#, "principal": #"{"op": "All"}"#, "action": #"{"op": "All"}"#,
      "resource": #"{"op": "All"}"#, "conditions": "[]",
    ]
    var lines = usual.filter { member in !members.contains { $0.key == member.key } }.map { ($0.key, $0.value) }
    for (name, value) in members { if let value { lines.append((name, value)) } }
    return "{\(lines.map { "\"\($0)\": \($1)" }.joined(separator: ", "))}"
  }

  /// A policy with one condition.
  static func when(_ body: String) -> String {
    policy(["conditions": #"[{"kind": "when", "body": \#(body)}]"#])
  }

  static func set(policies: String = "{}", templates: String = "{}", links: String = "[]") -> String {
    #"{"staticPolicies": \#(policies), "templates": \#(templates), "templateLinks": \#(links)}"#
  }

  static func read(_ json: String) throws(InputError) -> PolicySet {
    try PolicySet(json: Array(json.utf8), name: "p")
  }

  /// The text of the one condition of a policy.
  static func text(of body: String) throws -> String {
    let text = try #require(try read(when(body)).members.first).description
    return String(text.dropFirst("permit (principal, action, resource)\nwhen { ".count).dropLast(" };".count))
  }

  /// Why an input is refused, `code: message`.
  static func refusal(_ json: String) -> String {
    do {
      let set = try read(json)
      return "read as \(set.members.map(\.description))"
    } catch {
      return "\(error.code.rawValue): \(error.diagnostic.message)"
    }
  }
}

/// Returns the difference when policies are written to JSON and read back, in their meaning or in the JSON written
/// again.
func differenceAfterJSON(_ set: PolicySet) throws -> String? {
  let json = set.json
  let again = try PolicySet(json: json)
  func order(_ set: PolicySet) -> [Policy] { set.members.sorted { $0.id < $1.id } }
  for (before, after) in zip(order(set), order(again)) {
    if before.id != after.id { return "the id \(before.id) became \(after.id)" }
    // `has a.b` comes back as the chain of `&&` that it stands for.
    let hasPath = before.description.contains(/\ has \w+\./)
    if before.description != after.description, !hasPath { return "\(before)\nbecame\n\(after)" }
    if before.slotValues != after.slotValues { return "\(before.id) is linked with \(after.slotValues)" }
    if before.template != after.template { return "\(before.id) is linked from \(String(describing: after.template))" }
    guard let single = try PolicySet(json: before.json, identifiers: .position).members.first else { return "none" }
    if single.description != before.description, !hasPath { return "alone \(before)\nbecame\n\(single)" }
  }
  if set.members.count != again.members.count { return "\(set.members.count) became \(again.members.count)" }
  return again.json == json ? nil : "written again: \(String(decoding: json, as: UTF8.self))"
}
