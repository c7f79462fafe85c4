// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

extension SecretRing {
  /// Bytes of the longest file of secrets.
  public static let maximumFileBytes = 4096

  /// The secrets of a file; the calling thread waits for the disk.
  ///
  /// See ``init(text:)``. Only the servers' user may be able to read it, and to put another one in its place.
  ///
  /// - Parameters:
  ///   - path: of a regular file, or a link to one.
  ///   - trust: what is accepted of its place by name, for example ``SecretFileTrust/everyoneReadable`` for a secret
  ///     that Docker has mounted.
  /// - Throws: ``SecretError`` with the codes `file`, `permissions` when others can read or replace it, and those of
  ///   ``init(text:)``.
  public convenience init(contentsOfFile path: String, accepting trust: SecretFileTrust = []) throws(SecretError) {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw SecretError(.file, "the path of a file of secrets is empty or contains a NUL")
    }
    try trust.check(path)
    var bytes: [UInt8]
    do throws(BoundedFile.Failure) {
      bytes = try BoundedFile.read(path, limit: Self.maximumFileBytes)
    } catch {
      switch error.reason {
      case .unreadable(let why): throw SecretError(.file, "a file of secrets cannot be read: \(why)")
      case .irregular: throw SecretError(.file, "the path of secrets does not lead to a regular file")
      case .tooLarge: throw SecretError(.tooLarge, "a file of secrets has more than \(Self.maximumFileBytes) bytes")
      }
    }
    defer { wipe(&bytes) }
    try self.init(text: bytes.span)
  }

  /// The secrets of a text: a line for each, the identifier, one space, and the 32 bytes in base64url without padding.
  ///
  ///     2026-11 ypeBEsobvcr6wjGzmiPcTaeG7_gUfE5yuYB3ha_uSLs
  ///     2026-05 PiPoFgA5WUoziU9lZOGxNIu9egCI1CxKy3PurtWcAJ0
  ///
  /// The first one seals. Empty lines, and those that begin with `#`, are skipped; lines end with LF.
  ///
  /// - Throws: ``SecretError`` with the codes `malformed`, `weak`, `tooLarge` and those of ``init(_:)``, naming the
  ///   line.
  public convenience init(text: Span<UInt8>) throws(SecretError) {
    guard text.count <= Self.maximumFileBytes else {
      throw SecretError(.tooLarge, "a text of secrets has more than \(Self.maximumFileBytes) bytes")
    }
    var secrets: [ApplicationSecret] = []
    var start = 0
    var number = 0
    while start < text.count {
      var end = start
      while end < text.count, text[end] != UInt8(ascii: "\n") { end += 1 }
      let line = text.extracting(start..<end)
      start = end + 1
      number += 1
      guard !line.isEmpty, line[0] != UInt8(ascii: "#") else { continue }
      do throws(SecretError) {
        secrets.append(try ApplicationSecret(line: line))
      } catch {
        throw SecretError(error.code, "line \(number): \(error.description)")
      }
    }
    try self.init(secrets)
  }
}

extension ApplicationSecret {
  /// A secret from its line in a file.
  init(line: Span<UInt8>) throws(SecretError) {
    guard let space = line.indices.first(where: { line[$0] == UInt8(ascii: " ") }) else {
      throw SecretError(.malformed, "a secret is not an identifier, a space, and 32 bytes in base64url")
    }
    guard let bytes = Base64URL.decodeSecret(line.extracting(space + 1..<line.count)) else {
      throw SecretError(.malformed, "a secret is not in base64url")
    }
    let name = line.extracting(first: space)
    try self.init(bytes, identifier: String(decoding: name.indices.map { name[$0] }, as: UTF8.self))
  }
}
