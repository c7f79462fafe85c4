// SPDX-License-Identifier: Apache-2.0

// The fuzzer of compact tokens; Scripts/fuzz compiles it together with the sources of WritAuthentication.

internal import LibCrypto
internal import StrictJSON

/// The first byte says what the rest is: a whole token, or the header or the payload of one that is signed here, as no
/// fuzzer guesses a signature.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzTokens(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let input = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  guard let choice = input.first else { return 0 }
  let bytes = Array(input.dropFirst())
  switch choice % 3 {
  case 0:
    let token = String(decoding: bytes, as: UTF8.self)
    if (try? JSONWebSignature(verifying: token, keys: scene.keys)) != nil { fatalError("a signature was guessed") }
    if (try? scene.verifier.verify(token, as: NoClaims.self)) != nil { fatalError("a signature was guessed") }
  case 1:
    let token = signed(header: bytes, payload: Array(#"{"exp":2000000000}"#.utf8))
    guard let verified = try? JSONWebSignature(verifying: token, keys: scene.keys) else { return 0 }
    check(headerOf: verified, bytes)
  default:
    let token = signed(header: Array(#"{"alg":"HS256","typ":"JWT"}"#.utf8), payload: bytes)
    // The second time the header is a known one.
    let first = try? scene.verifier.verify(token, as: NoClaims.self)
    let second = try? scene.verifier.verify(token, as: NoClaims.self)
    guard first?.subject == second?.subject, (first == nil) == (second == nil) else {
      fatalError("a known header changes the answer")
    }
    guard let first else { return 0 }
    guard let expiration = first.expiration, expiration > 1_900_000_000, first.notBefore ?? 0 <= 1_900_000_000 else {
      fatalError("a token that is not valid was taken")
    }
    _ = (first.issuer, first.audiences, first.identifier, first.issuedAt)
  }
  return 0
}

private struct Scene {
  let signing: SigningKey
  let keys: VerificationKeys
  let verifier: TokenVerifier

  init() throws {
    let key = try SymmetricKey(bytes: Array(repeating: 7, count: 32).span, algorithm: .hs256)
    // Both of HMAC: what an enum's second case refers to, the leak detector takes for lost.
    let other = try SymmetricKey(bytes: Array(repeating: 8, count: 64).span, algorithm: .hs512)
    signing = try SigningKey(key)
    keys = VerificationKeys([try VerificationKey(key), try VerificationKey(other)])
    verifier = try TokenVerifier(
      keys: keys,
      rules: TokenRules(issuer: nil, audience: nil),
      clock: .fixed(1_900_000_000)
    )
  }
}

private let scene: Scene = {
  do { return try Scene() } catch { fatalError("\(error)") }
}()

private func signed(header: [UInt8], payload: [UInt8]) -> String {
  let input = "\(Base64URL.encode(header.span)).\(Base64URL.encode(payload.span))"
  let bytes = Array(input.utf8)
  guard let signature = try? scene.signing.sign(bytes.span, { Base64URL.encode($0) }) else {
    fatalError("no signature")
  }
  return "\(input).\(signature)"
}

/// Whatever a header says, only the algorithm that the key is bound to verifies, and nothing unknown is critical.
private func check(headerOf token: JSONWebSignature, _ header: [UInt8]) {
  guard let document = try? JSONDocument(parsing: header, maximumDepth: 32),
    let algorithm = document.member("alg", of: document.root), document.string(at: algorithm, equals: "HS256"),
    document.member("crit", of: document.root) == nil, token.key.algorithm == .hs256
  else { fatalError("a header was taken that is none: \(String(decoding: header, as: UTF8.self))") }
}
