// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON

/// Keys that belong together (RFC 7517, section 5): those of an issuer, or those that a server holds.
///
/// Shared secrets and key pairs never stand in one set: published, it would give the secrets away.
public struct JSONWebKeySet: Sendable {
  /// Keys of a set at most.
  public static let maximumCount = 100
  /// Bytes of the longest set that is read.
  public static let maximumBytes = 524_288
  /// The work that checking the private RSA keys of a set may take: as much as one of 16,384 bits needs, or 64 of 4,096
  /// bits.
  ///
  /// A key of 1,024 bits counts 1, of 2,048 bits 8, of 4,096 bits 64: the cube of its length. Keys beyond are refused
  /// with the code `tooLarge`.
  public static let maximumPrivateWork = 4096

  /// A key that was left out when the set was read, and why.
  public struct Refusal: Sendable {
    /// Its place among the keys of the set, from 0.
    public let position: Int
    /// The reason why it was left out.
    public let error: KeyError
  }

  /// The keys that can be used.
  public let keys: [JSONWebKey]
  /// The keys that cannot.
  public let refusals: [Refusal]

  /// A set of these keys.
  ///
  /// - Throws: `KeyError` with the code `ambiguous` when two have one identifier and one algorithm, or shared secrets
  ///   stand beside key pairs; `tooLarge` when there are more than ``maximumCount``.
  public init(_ keys: [JSONWebKey]) throws(KeyError) {
    try self.init(keys, refusals: [])
  }

  private init(_ keys: [JSONWebKey], refusals: [Refusal]) throws(KeyError) {
    guard keys.count <= Self.maximumCount else {
      throw KeyError(.tooLarge, "found \(keys.count) keys, expected at most \(Self.maximumCount)")
    }
    let secrets = keys.count { $0.type == .symmetric }
    guard secrets == 0 || secrets == keys.count else {
      throw KeyError(.ambiguous, "a key set has shared secrets (\"oct\") beside key pairs")
    }
    for (position, key) in keys.enumerated() {
      guard let identifier = key.attributes.identifier else { continue }
      let isRepeated = keys[..<position].contains { other in
        other.attributes.identifier.map { $0.utf8.elementsEqual(identifier.utf8) } == true
          && other.attributes.algorithm.isSameAlgorithm(as: key.attributes.algorithm, of: key.type)
      }
      guard !isRepeated else {
        throw KeyError(.ambiguous, "two keys of a set have the identifier \"\(printable(identifier))\"")
      }
    }
    self.keys = keys
    self.refusals = refusals
  }

  /// A set from JSON.
  ///
  /// A key that cannot be used, of an unknown type or use say, does not keep others from being used: it is among
  /// ``refusals``. Use ``PublicKeySet`` where no private key may stand.
  ///
  /// - Parameters:
  ///   - bytes: the JSON text in UTF-8, an object with the member `keys`.
  ///   - accepted: the algorithms that keys may be bound to, as
  ///     ``JSONWebKey/init(parsing:accepting:assuming:profile:)-([UInt8],_,_,_)`` has it. A key for which several are
  ///     left refuses the whole set: the list is what is wrong.
  ///   - assumed: algorithms that keys without `alg` are bound to where `accepted` leaves several, one for each type of
  ///     key. Microsoft Entra, for example, publishes RSA keys without `alg` and signs with them as `RS256`.
  ///   - profile: how strong keys must be.
  /// - Throws: `KeyError` with the codes of ``init(_:)``, `malformed`, `algorithmAmbiguous`, `failure`.
  public init(
    parsing bytes: [UInt8],
    accepting accepted: Set<JSONWebAlgorithm> = .signatures,
    assuming assumed: Set<JSONWebAlgorithm> = [],
    profile: KeyProfile = .standard
  ) throws(KeyError) {
    try self.init(bytes, accepted, assumed, profile, isPublic: false)
  }

  /// A set from the text of one, as ``init(parsing:accepting:assuming:profile:)-([UInt8],_,_,_)`` has it.
  public init(
    parsing text: String,
    accepting accepted: Set<JSONWebAlgorithm> = .signatures,
    assuming assumed: Set<JSONWebAlgorithm> = [],
    profile: KeyProfile = .standard
  ) throws(KeyError) {
    try self.init(parsing: Array(text.utf8), accepting: accepted, assuming: assumed, profile: profile)
  }

  /// - Parameter isPublic: whether private keys and shared secrets are refused before they are decoded.
  init(
    _ bytes: [UInt8],
    _ accepted: Set<JSONWebAlgorithm>,
    _ assumed: Set<JSONWebAlgorithm>,
    _ profile: KeyProfile,
    isPublic: Bool
  ) throws(KeyError) {
    let document = try JSONWebKeyReader.document(bytes, maximumBytes: Self.maximumBytes)
    guard let list = document.member("keys", of: document.root), document.kind(of: list) == .array else {
      throw KeyError(.malformed, "a key set has no array \"keys\"")
    }
    guard document.count(of: list) <= Self.maximumCount else {
      throw KeyError(.tooLarge, "found \(document.count(of: list)) keys, expected at most \(Self.maximumCount)")
    }
    var keys: [JSONWebKey] = []
    var refusals: [Refusal] = []
    var refused: [JSONDocument.Index] = []
    // One budget for all keys, as many of them fit into a set.
    var work = KeyWork()
    for (position, element) in document.elements(of: list).enumerated() {
      let reader = JSONWebKeyReader(document, element)
      do throws(KeyError) {
        keys.append(
          isPublic
            ? .public(try reader.publicKey(accepting: accepted, assuming: assumed, profile))
            : try reader.unboundKey(profile).key(accepting: accepted, assuming: assumed, within: &work)
        )
      } catch {
        // Nor is a key bad because memory ran out.
        guard error.code != .algorithmAmbiguous, error.code != .failure else { throw error }
        refusals.append(Refusal(position: position, error: error))
        refused.append(element)
      }
    }
    try self.init(keys, refusals: refusals)
    // Of two keys of one name, one of them broken, it is unknown which was meant.
    for element in refused { try checkName(of: element, document) }
  }

  /// Refuses a key that cannot be used and has the identifier and the algorithm of one that can.
  private func checkName(of element: JSONDocument.Index, _ document: JSONDocument) throws(KeyError) {
    guard let name = document.member("kid", of: element) else { return }
    let algorithm = document.member("alg", of: element)
    let isRepeated = keys.contains { key in
      guard let identifier = key.attributes.identifier, document.string(at: name, equals: identifier) else {
        return false
      }
      return algorithm.map { document.string(at: $0, equals: key.attributes.algorithm.rawValue) } ?? true
    }
    guard !isRepeated else {
      let identifier = printable(document.string(at: name) ?? "")
      throw KeyError(.ambiguous, "two keys of a set have the identifier \"\(identifier)\", one of them cannot be used")
    }
  }

  /// The set as it is published: public halves only, and no shared secret whatever.
  ///
  /// - Throws: `KeyError` only when libcrypto fails.
  public func publicJSON() throws(KeyError) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("keys")
    writer.beginArray()
    for key in keys {
      guard let publicKey = key.publicKey else { continue }
      writer.beginObject()
      try publicKey.write(to: &writer)
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
    return writer.text
  }
}
