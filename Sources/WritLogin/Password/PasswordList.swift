// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// A list of known passwords in memory: eight bytes of a hash for each, in order.
///
/// Passwords are compared in NFC, and capital letters of ASCII count as small ones.
public struct PasswordList: PasswordScreen {
  /// Bytes of the longest file.
  public static let maximumBytes = 268_435_456

  private var hashes: [UInt64]

  /// - Throws: `PasswordError` with the code `failure`.
  public init(_ passwords: some Sequence<String>) throws(PasswordError) {
    hashes = []
    for password in passwords {
      // Passwords that the rules refuse anyway are skipped.
      guard let text = try? PasswordText(password) else { continue }
      hashes.append(try Self.hash(text))
    }
    hashes.sort()
  }

  /// The passwords of a file, one a line; lines that are not UTF-8 or too long are passed over.
  ///
  /// It reads and sorts before it returns: for when a program starts.
  ///
  /// - Throws: `PasswordError` with the codes `file` and `failure`.
  public init(contentsOf path: String) throws(PasswordError) {
    let bytes = try Self.read(path)
    hashes = []
    for line in bytes.split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
      guard line.count <= PasswordLimits.maximumBytes, let line = String(validating: line, as: UTF8.self),
        let text = try? PasswordText(line)
      else { continue }
      hashes.append(try Self.hash(text))
    }
    hashes.sort()
  }

  /// The number of passwords.
  public var count: Int { hashes.count }

  /// Whether the password is on the list.
  ///
  /// - Throws: `PasswordError` with the codes of ``PasswordHasher/rehash(_:)``.
  public func isKnown(_ password: String) throws(PasswordError) -> Bool {
    let wanted = try Self.hash(try PasswordText(password))
    var range = hashes.indices
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      if hashes[middle] == wanted { return true }
      range = hashes[middle] < wanted ? middle + 1..<range.upperBound : range.lowerBound..<middle
    }
    return false
  }

  /// The first eight bytes of SHA-256, once capital letters are small ones.
  private static func hash(_ text: PasswordText) throws(PasswordError) -> UInt64 {
    let small = SecretBytes(count: text.normalized.count) { small in
      text.normalized.withBytes { bytes in
        for index in bytes.indices {
          let isCapital = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(bytes[index])
          small[index] = isCapital ? bytes[index] | 0x20 : bytes[index]
        }
      }
    }
    let digest = try PasswordError.catching { () throws(LibCryptoError) in
      try small.withBytes { (bytes) throws(LibCryptoError) in try HashFunction.sha256.digest(of: bytes) }
    }
    return digest.withBytes { bytes in
      var hash: UInt64 = 0
      for index in 0..<8 { hash = hash << 8 | UInt64(bytes[index]) }
      return hash
    }
  }

  private static func read(_ path: String) throws(PasswordError) -> [UInt8] {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw PasswordError(.file, "the path of a list of passwords is empty or contains a NUL")
    }
    do throws(BoundedFile.Failure) {
      return try BoundedFile.read(path, limit: maximumBytes)
    } catch {
      throw PasswordError(.file, "a list of passwords cannot be read, or has more than \(maximumBytes) bytes")
    }
  }
}
