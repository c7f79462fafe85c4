// SPDX-License-Identifier: Apache-2.0

/// Whom the policies name that were added since the whole set was compiled, as a Bloom filter: two bits of one word for
/// each.
///
/// Most requests are not about any of them; then no index but the first is looked into. One filter serves all versions
/// until the tables are compiled again: bits only come, so that for an older version it says too much, never too
/// little.
struct AnchorFilter: BufferHolder {
  /// A side of the request that scopes name, and how they name the action.
  struct Form: OptionSet, BitwiseCopyable {
    let rawValue: UInt32

    static let principal = Form(rawValue: 1)
    static let resource = Form(rawValue: 2)
    /// Under a group of actions, or any action.
    static let principalOfSome = Form(rawValue: 4)
    static let resourceOfSome = Form(rawValue: 8)
    /// Neither principal nor resource is named.
    static let open = Form(rawValue: 16)
  }

  /// So that one UID in seventy is looked for in vain.
  private static let policiesPerWord = 4
  /// So many are as fast looked for in the indexes.
  static let longest = 64

  private var words = Buffer<UInt64>()
  /// The forms that there are.
  private(set) var forms: Form = []

  /// Nobody is named.
  init() {}

  /// - Parameter policies: how many it is for; with more it says more often too much.
  init(policies: Int) {
    var count = 1
    while count * Self.policiesPerWord < policies { count *= 2 }
    words = Buffer(repeating: 0, count: count)
  }

  // MARK: Adding

  /// Adds a policy's place, while others look.
  mutating func insert(_ entry: TableEntry, _ key: TableKey) {
    let isOwn = !key.isGroup && key.action != TableKey.anyAction
    let action = isOwn ? key.action : TableKey.anyAction
    // Who is named alone is seldom many requests' ancestor.
    if key.principal == .own || (key.principal == .ancestors && key.resource != .own) {
      add(entry.principal, isOwn ? .principal : .principalOfSome, action)
    } else if key.resource == .own || key.resource == .ancestors {
      add(entry.resource, isOwn ? .resource : .resourceOfSome, action)
    } else {
      forms.insert(.open)
    }
  }

  private mutating func add(_ uid: UInt32, _ form: Form, _ action: UInt32) {
    forms.insert(form)
    let hash = Self.hash(uid, Self.salt(form, action))
    let word = word(hash)
    words.store(words.load(word) | (1 &<< (hash & 63)) | (1 &<< ((hash >> 6) & 63)), at: word)
  }

  // MARK: Looking

  /// What the UIDs of a form have in common under an action.
  @inline(__always)
  static func salt(_ form: Form, _ action: UInt32) -> UInt32 {
    (action &* 0x85EB_CA6B) ^ (form.rawValue &* 0x9E37_79B1)
  }

  @inline(__always)
  private static func hash(_ uid: UInt32, _ salt: UInt32) -> UInt64 {
    (UInt64(uid ^ salt) &* 0x9E37_79B9_7F4A_7C15) >> 20
  }

  @inline(__always)
  private func word(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash >> 12) & (words.count - 1) }

  /// 1 when a UID may be named under this salt, otherwise 0.
  @inline(__always)
  func bit(of uid: UInt32, _ salt: UInt32) -> UInt64 {
    let hash = Self.hash(uid, salt)
    let word = words.load(word(hash))
    return (word &>> (hash & 63)) & (word &>> ((hash >> 6) & 63)) & 1
  }

  mutating func visitBuffers(_ visitor: inout some BufferVisitor) { visitor.visit(&words) }
}
