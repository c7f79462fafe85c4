// SPDX-License-Identifier: Apache-2.0

import Foundation
import WritCore
import WritLogin
import WritStore
import WritTokens

/// A JSON object that tests put together and change.
typealias Object = [String: Any]

func json(_ object: Any) -> [UInt8] {
  Array(
    (try? JSONSerialization.data(withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])) ?? Data()
  )
}

func object(_ text: String) -> Object {
  (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? Object ?? [:]
}

/// Base64url by Foundation, apart from the library's own.
func base64URL(_ bytes: [UInt8]) -> String {
  Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
}

func base64URL(_ text: String) -> String { base64URL(Array(text.utf8)) }

func decodedBase64URL(_ text: String) -> [UInt8] {
  let base64 = text.replacing("-", with: "+").replacing("_", with: "/")
  return Array(Data(base64Encoded: base64 + String(repeating: "=", count: (4 - base64.utf8.count % 4) % 4)) ?? Data())
}

/// Returns the result of a call on a thread of its own, with a stack of 512 KiB.
func onSmallStack<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
  await withCheckedContinuation { continuation in
    let thread = Thread { continuation.resume(returning: body()) }
    thread.stackSize = 512 << 10
    thread.start()
  }
}

/// The code of the error that a call throws, `nil` when it throws none.
func refusal<Result>(_ body: () throws(KeyError) -> Result) -> KeyError.Code? {
  do throws(KeyError) {
    _ = try body()
    return nil
  } catch {
    return error.code
  }
}

/// The code of the error that a call throws, `nil` when it throws none.
func refusal<Result>(_ body: () throws(TokenError) -> Result) -> TokenError.Code? {
  do throws(TokenError) {
    _ = try body()
    return nil
  } catch {
    return error.code
  }
}

/// The code with which a token is refused, `nil` when it is taken.
func refusal(of token: String, _ keys: VerificationKeys) -> TokenError.Code? {
  refusal { () throws(TokenError) in try JSONWebSignature(verifying: token, keys: keys) }
}

func refusal(
  ofKey key: Object,
  accepting accepted: Set<JSONWebAlgorithm> = .signatures,
  profile: KeyProfile = .standard
) -> KeyError.Code? {
  refusal { () throws(KeyError) in try JSONWebKey(parsing: json(key), accepting: accepted, profile: profile) }
}

/// Files beside the tests, and the vectors that the environment or a folder beside the checkout may have.
enum Vectors {
  private static let tests = URL(filePath: #filePath).deletingLastPathComponent()

  /// Examples of the RFCs, from their texts.
  static var rfc: Object { file("rfc.json") }

  /// Examples of encryption of RFC 7516, 7518, 7519 and 7520.
  ///
  /// The texts of the RFCs could not be reached whole: these are their vectors as reproduced by others (RFC 7516 and
  /// 7520 by jwcrypto's tests). Each decrypts to the content that its RFC states.
  static var encryption: Object { file("rfc-encryption.json") }

  private static func file(_ name: String) -> Object {
    let data = try? Data(contentsOf: tests.appending(path: "Vectors/\(name)"))
    return object(String(decoding: data ?? Data(), as: UTF8.self))
  }

  /// The folder of Wycheproof's vectors: what `WRIT_VECTORS` names, or `shared/vectors` beside the checkout.
  static let wycheproof: URL? = {
    let root = tests.deletingLastPathComponent().deletingLastPathComponent()
    let named = ProcessInfo.processInfo.environment["WRIT_VECTORS"].map { URL(filePath: $0) }
    let folder = (named ?? root.deletingLastPathComponent().appending(path: "shared/vectors")).appending(
      path: "wycheproof"
    )
    return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
  }()

  static func wycheproof(_ name: String) throws -> [Object] {
    guard let folder = wycheproof else { return [] }
    let data = try Data(contentsOf: folder.appending(path: name))
    let file = try JSONSerialization.jsonObject(with: data) as? Object
    return file?["testGroups"] as? [Object] ?? []
  }
}

/// The code with which an encrypted token is refused, `nil` when it is taken.
func refusal(of token: String, _ keys: DecryptionKeys) -> TokenError.Code? {
  refusal { () throws(TokenError) in try JSONWebEncryption(decrypting: token, keys: keys) }
}
