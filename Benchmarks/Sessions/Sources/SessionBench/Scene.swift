// SPDX-License-Identifier: Apache-2.0

import Glibc
import WritAuthentication

/// Sessions in memory, and the identifiers that their browsers have.
final class Scene {
  /// So few that caches hold them.
  static let hotCount = 2000
  private static let identifierCount = 43
  /// Look-ups of a batch.
  private static let batchCount = 200

  /// Bytes of resident memory for each session.
  let bytesEach: Int
  private let sessions: Sessions<MemoryRecordStore>
  private var identifiers: [UInt8] = []

  init(sessions count: Int) async throws {
    let secret = (0..<32).map { _ in UInt8.random(in: 0...255) }
    let ring = try SecretRing([ApplicationSecret(secret.span, identifier: "1")])
    // A session is written once a minute: if a run takes longer, some look-ups are writes too, as in a server.
    let start = Int64(time(nil))
    let store = try MemoryRecordStore(maximumCount: count + 1)
    sessions = try Sessions(store: store, ring: ring, origins: ["https://app.example"])
    identifiers.reserveCapacity(count * Self.identifierCount)
    for index in 0..<(count * Self.identifierCount) { identifiers.append(UInt8(truncatingIfNeeded: index)) }
    identifiers.removeAll(keepingCapacity: true)
    let before = Self.residentBytes
    // One begins as all do; the others are copies, as a million beginnings would take minutes.
    _ = try await sessions.begin(
      for: "user",
      proving: [.password],
      label: "Firefox on Linux",
      replacing: nil,
      since: .unchecked
    )
    let owner = Array("user".utf8)
    guard let begun = await store.list(.session, of: owner, after: nil, limit: 1, at: start).first?.content else {
      throw WrongResult()
    }
    let bytes = Array(begun.bytes)
    for number in 0..<count {
      let identifier = try RecordID.random().bytes
      let owner = Array("user-\(number)@example.com".utf8)
      let content = try RecordContent(bytes.span, format: begun.format, owner: owner, expires: begun.expires)
      let key = RecordKey(.session, try RecordID(hashing: identifier.span))
      guard try await store.insert(content, as: key, at: start) != nil else { throw WrongResult() }
      identifiers += Self.text(identifier)
    }
    bytesEach = (Self.residentBytes - before) / count
  }

  /// From the text of a Cookie field to the session, among the first so many sessions in random order.
  func lookUp(_ name: String, among count: Int) -> Workload {
    var random = Random()
    return Workload(name) { [sessions, identifiers] in
      // As few as fit into the nearest cache: a request has just been read.
      let fields = (0..<Self.batchCount).map { _ in
        let start = Int.random(in: 0..<count, using: &random) * Self.identifierCount
        let identifier = String(decoding: identifiers[start..<start + Self.identifierCount], as: UTF8.self)
        return ["__Host-session=\(identifier)"]
      }
      return (
        fields.count,
        {
          for field in fields {
            guard let session = try await sessions.session(in: field), !session.isAnonymous else { throw WrongResult() }
          }
        }
      )
    }
  }

  /// 43 characters of base64url.
  private static func text(_ bytes: [UInt8]) -> [UInt8] {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    var text: [UInt8] = []
    var (bits, count) = (0, 0)
    for byte in bytes {
      (bits, count) = (bits << 8 & 0xFFFF | Int(byte), count + 8)
      while count >= 6 {
        count -= 6
        text.append(alphabet[bits >> count & 0x3F])
      }
    }
    if count > 0 { text.append(alphabet[bits << (6 - count) & 0x3F]) }
    return text
  }

  /// SplitMix64: asking the system for each number would empty the caches that a look-up should find as they were.
  private struct Random: RandomNumberGenerator {
    private var state = UInt64.random(in: 0 ... .max)

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }
  }

  private static var residentBytes: Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 128)
    guard fgets(&line, 128, file) != nil else { return 0 }
    let words = String(decoding: line.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(separator: " ")
    return words.count > 1 ? (Int(words[1]) ?? 0) * sysconf(Int32(_SC_PAGESIZE)) : 0
  }
}
