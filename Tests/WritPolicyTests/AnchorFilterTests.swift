// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import WritPolicy

@Suite("Whom added policies name")
struct AnchorFilterTests {
  private static let action: UInt32 = 3

  private func key(_ principal: Table.Scope, _ resource: Table.Scope, _ action: UInt32, isGroup: Bool) -> TableKey {
    var key = TableKey(part: .permits)
    (key.principal, key.resource, key.action, key.isGroup) = (principal, resource, action, isGroup)
    return key
  }

  /// A filter of a thousand policies, of which each names a principal from 0 on and a resource from 5,000 on.
  private func filter(_ key: TableKey) -> AnchorFilter {
    var filter = AnchorFilter(policies: 1_000)
    for number in 0..<UInt32(1_000) {
      filter.insert(TableEntry(table: 0, policy: number, scope: UInt64(number) << 32 | UInt64(number + 5_000)), key)
    }
    return filter
  }

  @Test(
    "whoever is named is found under the action, and few others",
    arguments: [Table.Scope.any, .ofType, .own, .ancestors],
    [Table.Scope.any, .ofType, .own, .ancestors]
  )
  func named(principal: Table.Scope, resource: Table.Scope) {
    func names(_ scope: Table.Scope) -> Bool { scope == .own || scope == .ancestors }
    for (action, isGroup) in [(Self.action, false), (Self.action, true), (TableKey.anyAction, false)] {
      var filter = filter(key(principal, resource, action, isGroup: isGroup))
      defer { filter.deallocate() }
      guard names(principal) || names(resource) else {
        #expect(filter.forms == .open)
        continue
      }
      let isOwn = action == Self.action && !isGroup
      let asked = isOwn ? Self.action : TableKey.anyAction
      let byResource = !names(principal) || (principal == .ancestors && resource == .own)
      let form: AnchorFilter.Form =
        byResource ? (isOwn ? .resource : .resourceOfSome) : (isOwn ? .principal : .principalOfSome)
      #expect(filter.forms == form)
      let salt = AnchorFilter.salt(form, asked)
      let first: UInt32 = byResource ? 5_000 : 0
      #expect((first..<(first + 1_000)).allSatisfy { filter.bit(of: $0, salt) == 1 })
      #expect((UInt32(10_000)..<20_000).count { filter.bit(of: $0, salt) == 1 } < 500)
      let other = AnchorFilter.salt(form, 4)
      #expect((first..<(first + 1_000)).count { filter.bit(of: $0, other) == 1 } < 50)
    }
  }

  @Test("without a policy nobody is named")
  func empty() { #expect(AnchorFilter().forms.isEmpty) }
}
