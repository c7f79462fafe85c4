// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto
internal import StrictJSON

/// The keys of a set that an issuer publishes, read so that one that cannot be used keeps no other from being used.
///
/// It is read more leniently than a ``JSONWebKeySet``, as nobody here can mend it: an ambiguous key and one of a repeated
/// identifier refuse no other. Shared secrets and private keys have no place in such a set, and are refused.
struct PublishedKeys: Sendable {
  private(set) var keys: [VerificationKey] = []
  private(set) var refusals: [JSONWebKeySet.Refusal] = []

  init(
    _ bytes: [UInt8],
    accepting accepted: Set<JSONWebAlgorithm>,
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
        // Before it is read: whether the parts of a private key fit each other takes long to say.
        guard document.member("d", of: element) == nil else {
          throw KeyError(.notPermitted, "a private key in a set that is published")
        }
        switch try JSONWebKeyReader(document, element, accepted, profile).key() {
        case .public(let key): keys.append(try VerificationKey(key))
        case .symmetric: throw KeyError(.notPermitted, "a shared secret (\"oct\") in a set that is published")
        case .private: throw KeyError(.notPermitted, "a private key in a set that is published")
        }
      } catch {
        refusals.append(JSONWebKeySet.Refusal(position: position, error: error))
      }
    }
    guard !keys.isEmpty else {
      let reason = refusals.first.map { ", the first because \($0.error.description)" } ?? ""
      throw KeyFetchError(.noKeys, "a key set has no key that can be used" + reason)
    }
  }

  static func checkSize(_ bytes: [UInt8]) throws(KeyFetchError) {
    guard bytes.count <= JSONWebKeySet.maximumBytes else {
      let limit = JSONWebKeySet.maximumBytes
      throw KeyFetchError(.tooLarge, "a key set has \(bytes.count) bytes, expected at most \(limit)")
    }
  }
}
