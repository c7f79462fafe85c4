// SPDX-License-Identifier: Apache-2.0

/// The leads of a table as a Bloom filter, two bits of one word each: where one is 0 there is no such lead.
///
/// An entity in a deep hierarchy has many ancestors, of which an action's table knows few. Marks beside the lists of
/// ancestors rule most out without a branch, the filter most of the rest, and then the bucket is looked into.
struct LeadFilter: BitwiseCopyable {
  /// So that one lead in fifty is looked for in vain.
  private static let leadsPerWord = 4

  /// The start of its words in ``PolicyIndex/filters``.
  private var start: UInt32 = 0
  /// One less than the words, which are a power of two.
  private var mask: UInt32 = 0

  /// No filter.
  init() {}

  /// Adds the words of a filter for so many leads.
  init(leads: Int, appendingTo words: inout Buffer<UInt64>) {
    start = UInt32(truncatingIfNeeded: words.count)
    while Int(mask) < leads / Self.leadsPerWord { mask = mask * 2 + 1 }
    words.resize(to: words.count + Int(mask) + 1, 0)
  }

  /// What the leads of a request have in common: the type of the other side, 0 where it does not matter, and columns.
  @inline(__always)
  static func salt(_ type: UInt32, _ columns: UInt32) -> UInt32 { (type &* 0x85EB_CA6B) ^ columns }

  /// Which of 32 marks leads have that are looked for under this salt.
  @inline(__always)
  func mark(of salt: UInt32) -> UInt32 { ((start ^ salt) &* 0x9E37_79B1) >> 27 }

  /// Which of 64 ancestors at most have a mark, as bits.
  @inline(__always)
  static func marked(_ ancestors: UnsafeMutableBufferPointer<Ancestor>, _ mark: UInt32) -> UInt64 {
    var found: UInt64 = 0
    var index = ancestors.count
    while index > 0 {
      index -= 1
      found = unsafe (found &+ found) | UInt64((ancestors[index].marks &>> mark) & 1)
    }
    return found
  }

  /// Which of 64 ancestors at most may be leads, as bits: for tables of which marks do not tell.
  @inline(__always)
  func leads(_ ancestors: UnsafeMutableBufferPointer<Ancestor>, _ salt: UInt32, _ words: Buffer<UInt64>) -> UInt64 {
    var found: UInt64 = 0
    var index = ancestors.count
    while index > 0 {
      index -= 1
      let hash = unsafe hash(ancestors[index].uid, salt)
      found = (found &+ found) | Self.bits(words[start + word(hash)], hash)
    }
    return found
  }

  @inline(__always)
  private func hash(_ lead: UInt32, _ salt: UInt32) -> UInt64 {
    (UInt64(lead ^ salt) &* 0x9E37_79B9_7F4A_7C15) >> 20
  }

  /// The word of a hash: of the bits that are left when those that name its two bits are taken.
  @inline(__always)
  private func word(_ hash: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: hash >> 12) & mask }

  /// Whether a word has the two bits of a hash, in the lowest bit.
  @inline(__always)
  private static func bits(_ word: UInt64, _ hash: UInt64) -> UInt64 {
    (word &>> (hash & 63)) & (word &>> ((hash >> 6) & 63)) & 1
  }

  func insert(_ lead: UInt32, _ salt: UInt32, _ words: Buffer<UInt64>) {
    let hash = hash(lead, salt)
    words[start + word(hash)] |= (1 &<< (hash & 63)) | (1 &<< ((hash >> 6) & 63))
  }

  /// Whether there may be such a lead.
  @inline(__always)
  func mayContain(_ lead: UInt32, _ salt: UInt32, _ words: Buffer<UInt64>) -> Bool {
    let hash = hash(lead, salt)
    return Self.bits(words[start + word(hash)], hash) != 0
  }
}
