// SPDX-License-Identifier: Apache-2.0

/// A division of a password into the fewest parts that are easy to guess: common words, the account's name,
/// repetitions, rows of keys, years.
///
///     password2026!!!        password · 2026 · !!!                       3 parts
///     ines.qwertz12345       ines · . · qwertz · 12345                   4 parts
///     correct horse battery  twenty-one parts, as no letter is part of more
///
/// Who guesses goes through such things by the thousand, so that each adds little more than one character would. A
/// password of too few is refused, whatever its length.
struct PasswordParts: Sendable {
  /// The reason why a password is easy to guess.
  enum Weakness: Sendable, Hashable {
    /// It repeats a piece of fewer than ``shortestPiece`` characters.
    case repeats
    /// It is made of fewer than ``fewest`` parts.
    case isGuessedFirst
  }

  /// Parts that a password has at least.
  static let fewest = 6
  /// Characters of the shortest piece that a password may repeat from its beginning to its end.
  static let shortestPiece = 8
  /// Characters of the shortest repetition or row that counts as one part.
  private static let shortestRun = 3
  /// Characters of the shortest part of a name that counts as a word.
  private static let shortestName = 3

  /// Rows in which one character follows another, on keyboards and in the alphabet; they may be read backwards.
  private static let rows = [
    "1234567890", "0123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl",
    "qsdfghjklm",
    "zxcvbnm", "yxcvbnm", "wxcvbn", "!@#$%^&*()", "!\"§$%&/()", "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю",
  ]
  private static let common = WordTree(CommonPasswords.words.map { fold($0) })
  /// The neighbours of each character in a row of keys or letters, forwards and backwards.
  private static let successors: Set<[Unicode.Scalar]> = {
    var pairs = Set<[Unicode.Scalar]>()
    for row in rows.map({ Array($0.unicodeScalars) }) {
      for (one, other) in zip(row, row.dropFirst()) { pairs.formUnion([[one, other], [other, one]]) }
    }
    return pairs
  }()

  private let plain: [Unicode.Scalar]
  private let folded: [Unicode.Scalar]
  private let names: WordTree

  /// - Parameters:
  ///   - password: as it was typed; letters of either case are the same.
  ///   - name: the account's.
  init(_ password: String, name: String?) {
    let small = Array(password.lowercased().unicodeScalars)
    plain = small
    folded = small.map { Self.fold($0) }
    names = WordTree(name.map { Self.parts(of: $0) } ?? [])
  }

  /// The reason why the password is easy to guess; `nil` when it is not.
  ///
  /// Finding out takes time in proportion to the password's length.
  var weakness: Weakness? {
    if repeats { return .repeats }
    return count(upTo: Self.fewest) < Self.fewest ? .isGuessedFirst : nil
  }

  /// Whether the whole is one short piece twice or more, the last time perhaps cut.
  private var repeats: Bool {
    (1..<Self.shortestPiece).contains { length in
      plain.count >= 2 * length && plain.indices.dropFirst(length).allSatisfy { plain[$0] == plain[$0 - length] }
    }
  }

  /// The fewest parts that the password can be taken apart into, or any number from `limit` on.
  func count(upTo limit: Int) -> Int {
    // INVARIANT: the fewest parts of the characters before each place; places ahead that a word reaches are known to be
    // reached.
    var fewest = [Int](repeating: .max, count: plain.count + 1)
    fewest[0] = 0
    func relax(_ place: Int, _ count: Int) { fewest[place] = min(fewest[place], count) }
    var run = Run()
    for start in plain.indices {
      let parts = fewest[start]
      run.extend(to: start, self, parts)
      if let before = run.fewest { relax(start + 1, before + 1) }
      guard parts < limit else { continue }
      relax(start + 1, parts + 1)
      if isYear(at: start) { relax(start + 4, parts + 1) }
      for tree in [Self.common, names] {
        tree.forEachWord(folded[start...]) { end in relax(end, parts + 1) }
      }
    }
    return fewest[plain.count]
  }

  /// A repetition of one character, or a row, up to a place.
  private struct Run {
    /// The first characters of the repetition and of the row that reach the place.
    private var repetition = 0
    private var row = 0
    /// The fewest parts before each start in the present ones from which they are long enough.
    private var beforeRepetition = Int.max
    private var beforeRow = Int.max
    private var counts: [Int] = []

    /// The fewest parts before a run that ends here; `nil` when none does.
    var fewest: Int? {
      let fewest = min(beforeRepetition, beforeRow)
      return fewest == .max ? nil : fewest
    }

    mutating func extend(to place: Int, _ password: PasswordParts, _ parts: Int) {
      counts.append(parts)
      guard place > 0 else { return }
      let (last, next) = (password.plain[place - 1], password.plain[place])
      if last != next { (repetition, beforeRepetition) = (place, .max) }
      if !PasswordParts.successors.contains([last, next]) { (row, beforeRow) = (place, .max) }
      // The start that is now just far enough behind.
      let start = place + 1 - PasswordParts.shortestRun
      if start >= repetition { beforeRepetition = min(beforeRepetition, counts[start]) }
      if start >= row { beforeRow = min(beforeRow, counts[start]) }
    }
  }

  /// Whether four digits are a year of the last century or of this one.
  private func isYear(at start: Int) -> Bool {
    guard start + 4 <= plain.count else { return false }
    let digits = plain[start..<start + 4]
    return digits.allSatisfy { ("0"..."9").contains($0) }
      && (digits.starts(with: "19".unicodeScalars) || digits.starts(with: "20".unicodeScalars))
  }

  // MARK: Words

  /// The words of a name, and the same backwards: what stands between its signs, with the digits at its end and
  /// without.
  private static func parts(of name: String) -> [[Unicode.Scalar]] {
    let small = Array(name.lowercased().unicodeScalars)
    var words: [[Unicode.Scalar]] = []
    for part in small.split(whereSeparator: { !isWord($0) }) {
      words.append(Array(part))
      if let last = part.lastIndex(where: { !("0"..."9").contains($0) }) { words.append(Array(part[...last])) }
    }
    let backwards = words.map { word -> [Unicode.Scalar] in word.reversed() }
    return (words + backwards).filter { $0.count >= shortestName }.map { word in word.map { fold($0) } }
  }

  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
  }

  private static func fold(_ word: String) -> [Unicode.Scalar] { word.lowercased().unicodeScalars.map { fold($0) } }

  /// The letter that a digit or a sign stands for, of several that look alike the first.
  private static func fold(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    switch scalar {
    case "0": "o"
    case "1", "!", "|", "l": "i"
    case "3", "€": "e"
    case "4", "@": "a"
    case "5", "$": "s"
    case "7", "+": "t"
    case "8": "b"
    default: scalar
    }
  }
}
