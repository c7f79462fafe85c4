// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto
internal import StrictJSON

/// The keys of a set that an issuer publishes, read so that one that cannot be used keeps no other from being used.
///
/// It is read more leniently than a ``JSONWebKeySet``, as it cannot be corrected here: an ambiguous key and one of a
/// repeated identifier refuse no other. Shared secrets and private keys have no place in such a set, and are refused.
struct PublishedKeys: Sendable {
  /// The keys that can be used, of which there may be none.
  private(set) var keys: [VerificationKey] = []
  /// The keys that cannot, and why.
  private(set) var refusals: [JSONWebKeySet.Refusal] = []

  init(
    _ bytes: [UInt8],
    accepting accepted: Set<JSONWebAlgorithm>,
    assuming assumed: Set<JSONWebAlgorithm>,
    profile: KeyProfile
  ) throws(KeyFetchError) {
    try Self.checkSize(bytes)
    let document: JSONDocument
    do throws(KeyError) {
      document = try JSONWebKeyReader.document(bytes, maximumBytes: JSONWebKeySet.maximumBytes)
    } catch {
      throw KeyFetchError(.malformed, error.description)
    }
    guard let list = document.member("keys", of: document.root), document.kind(of: list) == .array else {
      throw KeyFetchError(.malformed, "a key set has no array \"keys\"")
    }
    guard document.count(of: list) <= JSONWebKeySet.maximumCount else {
      let count = document.count(of: list)
      throw KeyFetchError(.malformed, "a key set has \(count) keys, expected at most \(JSONWebKeySet.maximumCount)")
    }
    for (position, element) in document.elements(of: list).enumerated() {
      do throws(KeyError) {
        // Private parts are refused before they are decoded.
        let key = try JSONWebKeyReader(document, element).publicKey(accepting: accepted, assuming: assumed, profile)
        keys.append(try VerificationKey(key))
      } catch {
        refusals.append(JSONWebKeySet.Refusal(position: position, error: error))
      }
    }
  }

  /// Refuses a set without a key that can be used, with the reason of the first refusal.
  func check() throws(KeyFetchError) {
    guard keys.isEmpty else { return }
    let ambiguous = refusals.first { $0.error.code == .algorithmAmbiguous }
    guard let refusal = ambiguous ?? refusals.first else { throw KeyFetchError(.noKeys, "the key set is empty") }
    let help = ambiguous == nil ? "" : "; for fetched keys that is `RemoteKeySet.Settings.assumed`"
    throw KeyFetchError(
      .noKeys,
      "none of the \(refusals.count) keys of the set can be used; key \(refusal.position): "
        + refusal.error.description + help
    )
  }

  static func checkSize(_ bytes: [UInt8]) throws(KeyFetchError) {
    guard bytes.count <= JSONWebKeySet.maximumBytes else {
      let limit = JSONWebKeySet.maximumBytes
      throw KeyFetchError(.tooLarge, "a key set has \(bytes.count) bytes, expected at most \(limit)")
    }
  }
}
