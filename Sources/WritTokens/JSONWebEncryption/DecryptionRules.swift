// SPDX-License-Identifier: Apache-2.0

/// The rules for encrypted tokens beside the keys.
public struct DecryptionRules: Sendable, Hashable {
  /// The algorithms of content (`enc`) that are accepted.
  public let contentAlgorithms: Set<ContentEncryptionAlgorithm>
  /// Whether content may be compressed (`zip`), which lets its length tell of it (RFC 8725, section 3.6).
  public let allowsCompression: Bool
  /// The most iterations of PBKDF2 (`p2c`) that a token may ask for.
  public let maximumIterations: Int

  /// The fewest iterations of PBKDF2 that a token may ask for (RFC 7518, section 4.8.1.2).
  public static let minimumIterations = 1000
  /// The most that ``maximumIterations`` can be.
  public static let iterationsCap = 1_000_000
  /// Bytes of the shortest salt of PBKDF2 (`p2s`; RFC 7518, section 4.8.1.1).
  public static let minimumSaltBytes = 8
  /// Bytes that compressed content may become.
  public static let maximumInflatedBytes = 250_000

  /// All algorithms of content, no compression, 10,000 iterations.
  public static let standard = DecryptionRules()

  private init() {
    contentAlgorithms = Set(ContentEncryptionAlgorithm.allCases)
    allowsCompression = false
    maximumIterations = 10_000
  }

  /// - Parameters:
  ///   - contentAlgorithms: the algorithms of content that are accepted.
  ///   - allowsCompression: whether content may be compressed.
  ///   - maximumIterations: 1,000 to ``iterationsCap``; what Writ encrypts under a password asks for 600,000.
  /// - Throws: `TokenError` with the code `configuration` when there is no algorithm, or the iterations are out of
  ///   range.
  public init(
    contentAlgorithms: Set<ContentEncryptionAlgorithm> = Set(ContentEncryptionAlgorithm.allCases),
    allowsCompression: Bool = false,
    maximumIterations: Int = 10_000
  ) throws(TokenError) {
    guard !contentAlgorithms.isEmpty else {
      throw TokenError(.configuration, "no algorithm of content is accepted; name one in `contentAlgorithms`")
    }
    guard (Self.minimumIterations...Self.iterationsCap).contains(maximumIterations) else {
      let range = "\(Self.minimumIterations) to \(Self.iterationsCap)"
      throw TokenError(.configuration, "at most \(maximumIterations) iterations were asked for, expected \(range)")
    }
    self.contentAlgorithms = contentAlgorithms
    self.allowsCompression = allowsCompression
    self.maximumIterations = maximumIterations
  }
}
