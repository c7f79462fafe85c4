// SPDX-License-Identifier: Apache-2.0

/// DEFLATE (RFC 1951) read strictly and within a bound, for `zip`.
///
/// Own code rather than zlib: what is read has at most some tens of thousands of bytes, and no prerequisite is added
/// for what is off by default. Every count is checked before it is used; what is over-full, incomplete, points before
/// the beginning or is followed by other bytes is refused.
struct Inflation {
  /// The content, or why there is none.
  ///
  /// - Parameter limit: bytes of the longest content.
  static func inflate(_ input: Span<UInt8>, limit: Int) -> Result<[UInt8], TokenError> {
    // The bits are read from the copy: a span cannot be kept.
    var inflation = Inflation(input: input.indices.map { input[$0] }, limit: limit)
    do throws(TokenError) {
      try inflation.run()
      return .success(inflation.output)
    } catch {
      return .failure(error)
    }
  }

  private let input: [UInt8]
  private let limit: Int
  private var output: [UInt8] = []
  private var position = 0
  /// Bits that were read and not used yet, the next one lowest.
  private var bits: UInt32 = 0
  private var bitCount: UInt32 = 0

  private init(input: [UInt8], limit: Int) {
    self.input = input
    self.limit = limit
  }

  private static let malformed = TokenError(.malformed, "the compressed content of a token is not DEFLATE")

  private mutating func run() throws(TokenError) {
    var isLast = false
    while !isLast {
      isLast = try take(1) == 1
      switch try take(2) {
      case 0: try copyStored()
      case 1: try copyCompressed(Self.fixedLiterals, Self.fixedDistances)
      case 2:
        let (literals, distances) = try readCodes()
        try copyCompressed(literals, distances)
      default: throw Self.malformed
      }
    }
    guard position == input.count else { throw Self.malformed }
  }

  // MARK: Bits

  /// The next bits, 13 at most, as an integer.
  private mutating func take(_ count: UInt32) throws(TokenError) -> Int {
    while bitCount < count {
      guard position < input.count else { throw Self.malformed }
      bits |= UInt32(input[position]) << bitCount
      bitCount += 8
      position += 1
    }
    let value = bits & (1 << count - 1)
    bits >>= count
    bitCount -= count
    return Int(value)
  }

  private mutating func append(_ byte: UInt8) throws(TokenError) {
    guard output.count < limit else {
      throw TokenError(.tooLarge, "the compressed content of a token has more than \(limit) bytes")
    }
    output.append(byte)
  }

  // MARK: Blocks

  private mutating func copyStored() throws(TokenError) {
    // What is left of the byte is skipped (RFC 1951, 3.2.4); never a whole byte is left.
    bits = 0
    bitCount = 0
    guard input.count - position >= 4 else { throw Self.malformed }
    let count = Int(input[position]) | Int(input[position + 1]) << 8
    let complement = Int(input[position + 2]) | Int(input[position + 3]) << 8
    position += 4
    guard count == complement ^ 0xFFFF, input.count - position >= count else { throw Self.malformed }
    for index in position..<position + count { try append(input[index]) }
    position += count
  }

  /// Bytes that a length symbol stands for, and the extra bits that add to them (RFC 1951, 3.2.5).
  private static let lengths: [(base: Int, extra: UInt32)] = [
    (3, 0), (4, 0), (5, 0), (6, 0), (7, 0), (8, 0), (9, 0), (10, 0), (11, 1), (13, 1), (15, 1), (17, 1), (19, 2),
    (23, 2),
    (27, 2), (31, 2), (35, 3), (43, 3), (51, 3), (59, 3), (67, 4), (83, 4), (99, 4), (115, 4), (131, 5), (163, 5),
    (195, 5), (227, 5), (258, 0),
  ]

  private mutating func copyCompressed(_ literals: PrefixCode, _ distances: PrefixCode) throws(TokenError) {
    while true {
      let symbol = try decode(literals)
      if symbol < 256 {
        try append(UInt8(symbol))
        continue
      }
      guard symbol > 256 else { return }
      guard symbol - 257 < Self.lengths.count else { throw Self.malformed }
      let (base, extra) = Self.lengths[symbol - 257]
      let count = base + (try take(extra))
      let distance = try readDistance(distances)
      guard distance <= output.count else { throw Self.malformed }
      for _ in 0..<count { try append(output[output.count - distance]) }
    }
  }

  /// The distance back at which a copy starts: two symbols for each number of extra bits, from the fifth on (RFC 1951,
  /// 3.2.5).
  private mutating func readDistance(_ distances: PrefixCode) throws(TokenError) -> Int {
    let symbol = try decode(distances)
    guard symbol < 30 else { throw Self.malformed }
    guard symbol >= 4 else { return symbol + 1 }
    let extra = symbol / 2 - 1
    return (2 + symbol % 2) << extra + 1 + (try take(UInt32(extra)))
  }

  // MARK: Codes

  /// A canonical prefix code: how many symbols have codes of each length, and the symbols in the order of their codes.
  struct PrefixCode {
    fileprivate var counts = [Int](repeating: 0, count: 16)
    fileprivate var symbols: [Int] = []
    /// Whether every sequence of bits starts with a code.
    fileprivate var isComplete = false

    /// `nil` when there are more codes than their lengths leave room for, or fewer; but for one code of one bit, or
    /// none.
    init?(_ lengths: ArraySlice<Int>) {
      for length in lengths where length > 0 { counts[length] += 1 }
      var room = 1
      for length in 1...15 {
        room = room * 2 - counts[length]
        guard room >= 0 else { return nil }
        for (symbol, other) in lengths.enumerated() where other == length { symbols.append(symbol) }
      }
      isComplete = room == 0
      guard isComplete || symbols.isEmpty || (symbols.count == 1 && counts[1] == 1) else { return nil }
    }
  }

  private mutating func decode(_ code: PrefixCode) throws(TokenError) -> Int {
    var (value, first, start) = (0, 0, 0)
    for length in 1...15 {
      value |= try take(1)
      let count = code.counts[length]
      if value - first < count { return code.symbols[start + value - first] }
      start += count
      first = (first + count) << 1
      value <<= 1
    }
    throw Self.malformed
  }

  private static let fixedLiterals = fixed(
    [(144, 8), (112, 9), (24, 7), (8, 8)].flatMap { [Int](repeating: $1, count: $0) }
  )
  private static let fixedDistances = fixed([Int](repeating: 5, count: 32))

  private static func fixed(_ lengths: [Int]) -> PrefixCode { PrefixCode(lengths[...]) ?? PrefixCode() }

  /// In which order the lengths of the code for lengths come (RFC 1951, 3.2.7).
  private static let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

  private mutating func readCodes() throws(TokenError) -> (literals: PrefixCode, distances: PrefixCode) {
    let literalCount = try take(5) + 257
    let distanceCount = try take(5) + 1
    let orderCount = try take(4) + 4
    guard literalCount <= 286, distanceCount <= 30 else { throw Self.malformed }
    var ordered = [Int](repeating: 0, count: 19)
    for index in 0..<orderCount { ordered[Self.order[index]] = try take(3) }
    guard let code = PrefixCode(ordered[...]), code.isComplete else { throw Self.malformed }
    var lengths: [Int] = []
    while lengths.count < literalCount + distanceCount {
      let symbol = try decode(code)
      switch symbol {
      case 0...15: lengths.append(symbol)
      case 16:
        guard let last = lengths.last else { throw Self.malformed }
        lengths += [Int](repeating: last, count: 3 + (try take(2)))
      case 17: lengths += [Int](repeating: 0, count: 3 + (try take(3)))
      default: lengths += [Int](repeating: 0, count: 11 + (try take(7)))
      }
    }
    // The end of a block must have a code.
    guard lengths.count == literalCount + distanceCount, lengths[256] > 0,
      let literals = PrefixCode(lengths[..<literalCount]), let distances = PrefixCode(lengths[literalCount...])
    else { throw Self.malformed }
    return (literals, distances)
  }
}

extension Inflation.PrefixCode {
  fileprivate init() {}
}
