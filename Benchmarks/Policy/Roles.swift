// SPDX-License-Identifier: Apache-2.0

import WritCedar

/// Roles of which each may do one of ten actions on one of ten types, and users with three roles each.
struct Roles {
  let text: String
  let entities: [Entity]
  let requests: [AuthorizationRequest]

  init(policies count: Int) throws {
    var random = SystemRandomNumberGenerator()
    let users = max(500, count / 4)
    text = (0..<count).map { role in
      "permit(principal in Role::\"r\(role)\", action == Action::\"a\(role % 10)\", resource is T\(role / 10 % 10));\n"
    }.joined()
    let roles = try (0..<count).map { try Self.uid("Role", "r\($0)") }
    let holders = try (0..<users).map { user in
      Entity(
        uid: try Self.uid("User", "u\(user)"),
        parents: (0..<3).map { _ in roles[Int.random(in: 0..<count, using: &random)] }
      )
    }
    let resources = try (0..<users).map { Entity(uid: try Self.uid("T\($0 % 10)", "x\($0)")) }
    entities = roles.map { Entity(uid: $0) } + holders + resources
    requests = try (0..<2_000).map { _ in
      AuthorizationRequest(
        principal: holders[Int.random(in: 0..<users, using: &random)].uid,
        action: try Self.uid("Action", "a\(Int.random(in: 0..<10, using: &random))"),
        resource: resources[Int.random(in: 0..<users, using: &random)].uid
      )
    }
  }

  private static func uid(_ type: String, _ id: String) throws -> EntityUID {
    guard let name = EntityTypeName(type) else { throw InvalidName(text: type) }
    return EntityUID(type: name, id: id)
  }

  private struct InvalidName: Error {
    let text: String
  }
}
