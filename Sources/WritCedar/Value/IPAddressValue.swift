// SPDX-License-Identifier: Apache-2.0

/// A Cedar `ipaddr`: an IPv4 or IPv6 address with the length of its network prefix.
///
/// It stands for one address when the prefix is the whole address (`10.0.0.1`, the same as `10.0.0.1/32`), and for a
/// range otherwise. The address is kept as written: `10.0.0.1/8` and `10.0.0.0/8` are the same range but different
/// values.
public struct IPAddressValue: Hashable, Sendable {
  private let family: Family
  /// The upper and lower 64 bits of the address; an IPv4 address is in the lower 32.
  private let high: UInt64
  private let low: UInt64
  private let prefixLength: UInt8

  /// Reads Cedar's `ip` text: an IPv4 or IPv6 address, optionally with `/` and a prefix length.
  ///
  /// IPv4 is four decimal numbers up to 255; IPv6 is eight groups of one to four hex digits, where one `::` may stand
  /// for one or more zero groups. No number in decimal has leading zeros, and IPv4 within IPv6 (`::ffff:1.2.3.4`)
  /// and scopes (`fe80::1%eth0`) are refused.
  ///
  /// - Parameter text: The argument of the Cedar constructor `ip`.
  /// - Throws: ``ExtensionFailure`` if the text has another form or the prefix is longer than the address.
  public init(_ text: String) throws(ExtensionFailure) {
    switch Self.read(text.utf8[...]) {
    case .success(let value): self = value
    case .failure(let error):
      let family = Family(of: text.utf8[...])
      let expected =
        switch (error, family) {
        case (.form, .v4): "four numbers from 0 to 255 without leading zeros, or an IPv6 address"
        case (.form, .v6): "eight groups of one to four hex digits, or fewer with one '::', and no '.' or '%'"
        case (.range, _): "a prefix length from 0 to \(family.width) without leading zeros after '/'"
        }
      throw ExtensionFailure(refused: text, by: "ip", expected: expected)
    }
  }

  /// Reads the same text from its bytes; `nil` for what is refused.
  package init?(utf8: UnsafeBufferPointer<UInt8>) {
    guard case .success(let value) = unsafe Self.read(utf8[...]) else { return nil }
    self = value
  }

  private static func read(_ bytes: some ByteSlice) -> Result<Self, ExtensionTextError> {
    let family = Family(of: bytes)
    let slash = bytes.firstIndex(of: UInt8(ascii: "/"))
    let text = bytes[..<(slash ?? bytes.endIndex)]
    guard let address = family == .v4 ? readIPv4(text) : readIPv6(text) else { return .failure(.form) }
    var prefix = family.width
    if let slash {
      var rest = bytes[slash...].dropFirst()
      guard let length = rest.popSmallNumber(upTo: family.width), rest.isEmpty else { return .failure(.range) }
      prefix = length
    }
    return .success(IPAddressValue(address: address, prefix: prefix, isIPv4: family == .v4))
  }

  /// The address as a number, an IPv4 one in the lower 32 bits.
  package var address: UInt128 { bits }

  /// The length of the network prefix in bits, that of the whole address when there is none.
  package var prefix: UInt8 { prefixLength }

  /// Makes the value that these three properties of another value describe.
  package init(address: UInt128, prefix: UInt8, isIPv4: Bool) {
    family = isIPv4 ? .v4 : .v6
    high = UInt64(truncatingIfNeeded: address >> 64)
    low = UInt64(truncatingIfNeeded: address)
    prefixLength = prefix
  }

  /// Whether this is an IPv4 address or range.
  public var isIPv4: Bool { family == .v4 }

  /// Whether this is an IPv6 address or range.
  public var isIPv6: Bool { family == .v6 }

  /// Whether the whole range is within `127.0.0.0/8`, or is the address `::1`.
  public var isLoopback: Bool {
    switch family {
    case .v4: prefixLength >= 8 && low >> 24 == 127
    case .v6: prefixLength == 128 && bits == 1
    }
  }

  /// Whether the whole range is within `224.0.0.0/4` or `ff00::/8`.
  public var isMulticast: Bool {
    switch family {
    case .v4: prefixLength >= 4 && low >> 28 == 0xE
    case .v6: prefixLength >= 8 && high >> 56 == 0xFF
    }
  }

  /// Whether every address of this range is in `range`; `false` if one is IPv4 and the other IPv6.
  public func isInRange(_ range: IPAddressValue) -> Bool {
    guard family == range.family, prefixLength >= range.prefixLength else { return false }
    // `<<` past the width gives zero, so the prefix /0 of IPv6 compares no bits.
    return (bits ^ range.bits) & (UInt128.max << (range.family.width - range.prefixLength)) == 0
  }

  private var bits: UInt128 { UInt128(high) << 64 | UInt128(low) }
}

extension IPAddressValue {
  private enum Family: UInt8 {
    case v4
    case v6

    /// Of the address that a text begins with, if it is one.
    init(of text: some ByteSlice) {
      self = text.prefix { $0 != UInt8(ascii: "/") }.contains(UInt8(ascii: ":")) ? .v6 : .v4
    }

    /// The bits of an address.
    var width: UInt8 { self == .v4 ? 32 : 128 }
  }

  private static func readIPv4(_ text: some ByteSlice) -> UInt128? {
    var rest = text
    var address: UInt128 = 0
    for index in 0..<4 {
      guard index == 0 || rest.skip(UInt8(ascii: ".")), let octet = rest.popSmallNumber(upTo: 255) else { return nil }
      address = address << 8 | UInt128(octet)
    }
    return rest.isEmpty ? address : nil
  }

  private static func readIPv6(_ text: some ByteSlice) -> UInt128? {
    var rest = text
    var groups: UInt128 = 0
    var count = 0
    // How many groups stand before `::`.
    var gap: Int?
    if rest.starts(with: "::".utf8) {
      rest = rest.dropFirst(2)
      gap = 0
    }
    // INVARIANT: `rest` starts at a group, or is empty after `::`.
    while !rest.isEmpty {
      guard count < 8, let group = rest.popHexGroup() else { return nil }
      groups = groups << 16 | UInt128(group)
      count += 1
      if rest.isEmpty { break }
      guard rest.skip(UInt8(ascii: ":")), !rest.isEmpty else { return nil }
      if rest.skip(UInt8(ascii: ":")) {
        guard gap == nil else { return nil }
        gap = count
      }
    }
    guard let gap else { return count == 8 ? groups : nil }
    guard count < 8 else { return nil }
    let bitsAfterGap = (count - gap) * 16
    let before = groups >> bitsAfterGap
    let after = groups & ~(UInt128.max << bitsAfterGap)
    return before << (128 - gap * 16) | after
  }
}

extension IPAddressValue {
  /// The canonical order: IPv4 first, then by address, then by length of the prefix.
  package static func < (left: Self, right: Self) -> Bool {
    (left.family.rawValue, left.high, left.low, left.prefixLength)
      < (right.family.rawValue, right.high, right.low, right.prefixLength)
  }
}

extension IPAddressValue: CustomStringConvertible {
  /// The address as RFC 5952 writes it, but never with an embedded IPv4 address, and with the prefix length unless
  /// that is the whole address: `10.0.0.1`, `fd00::/8`.
  ///
  /// ``init(_:)`` reads it back to the same value.
  public var description: String {
    let address = family == .v4 ? ipv4Text : ipv6Text
    return prefixLength == family.width ? address : "\(address)/\(prefixLength)"
  }

  private var ipv4Text: String {
    "\(low >> 24).\(low >> 16 & 0xFF).\(low >> 8 & 0xFF).\(low & 0xFF)"
  }

  private var ipv6Text: String {
    let groups = (0..<8).map { bits >> (112 - 16 * $0) & 0xFFFF }
    let gap = Self.longestZeroRun(in: groups)
    var text = ""
    for (index, group) in groups.enumerated() {
      if let gap, gap.contains(index) {
        if index == gap.lowerBound { text += "::" }
        continue
      }
      if index > 0, gap?.upperBound != index { text += ":" }
      text += String(group, radix: 16)
    }
    return text
  }

  /// The longest run of two or more zero groups, the first of them if there are several.
  private static func longestZeroRun(in groups: [UInt128]) -> Range<Int>? {
    var longest: Range<Int>?
    var start = 0
    for (index, group) in groups.enumerated() {
      guard group == 0 else {
        start = index + 1
        continue
      }
      let run = start..<(index + 1)
      if run.count > max(1, longest?.count ?? 0) { longest = run }
    }
    return longest
  }
}

extension ByteSlice {
  /// Takes away a decimal number without leading zeros; `nil` if there is none or it is above `limit`.
  fileprivate mutating func popSmallNumber(upTo limit: UInt8) -> UInt8? {
    guard let first = popDigit() else { return nil }
    var number = Int(first)
    while let digit = popDigit() {
      guard number != 0 else { return nil }
      number = number * 10 + Int(digit)
      guard number <= limit else { return nil }
    }
    return UInt8(exactly: number)
  }

  /// Takes away one to four hex digits; `nil` if there is none.
  ///
  /// A fifth is left to the caller, who expects a `:`.
  fileprivate mutating func popHexGroup() -> UInt16? {
    var group: UInt16 = 0
    var count = 0
    while count < 4, let digit = popHexDigit() {
      group = group << 4 | UInt16(digit)
      count += 1
    }
    return count > 0 ? group : nil
  }

  private mutating func popHexDigit() -> UInt8? {
    if let digit = popDigit() { return digit }
    guard let byte = first else { return nil }
    let letter = byte | 0x20  // lower case, if it is a letter
    guard (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(letter) else { return nil }
    removeFirst()
    return letter - UInt8(ascii: "a") + 10
  }
}
