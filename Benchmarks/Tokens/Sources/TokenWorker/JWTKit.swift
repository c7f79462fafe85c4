// SPDX-License-Identifier: Apache-2.0

import Foundation
import JWTKit

/// The same six claims, and the same checks, as jwt-kit has them.
private struct Payload: JWTPayload {
  var iss: IssuerClaim
  var sub: SubjectClaim
  var aud: AudienceClaim
  var exp: ExpirationClaim
  var iat: IssuedAtClaim
  var role: String

  func verify(using algorithm: some JWTAlgorithm) async throws {
    guard iss.value == Sample.issuer else { throw WrongResult() }
    try aud.verifyIntendedAudience(includes: Sample.audience)
    try exp.verifyNotExpired()
  }
}

extension Scene {
  /// jwt-kit, in a task.
  func jwtKit() async throws -> [Workload] {
    let keys = JWTKeyCollection()
    let kid = JWKIdentifier(string: Sample.keyIdentifier)
    if let secret {
      await keys.add(hmac: HMACKey(from: secret), digestAlgorithm: .sha256, kid: kid)
    } else if let pem {
      switch algorithm {
      case .rs256: await keys.add(rsa: try Insecure.RSA.PrivateKey(pem: pem), digestAlgorithm: .sha256, kid: kid)
      case .es256: await keys.add(ecdsa: try ES256PrivateKey(pem: pem), kid: kid)
      default: await keys.add(eddsa: try EdDSA.PrivateKey(pem: pem), kid: kid)
      }
    }
    let token = token
    return [
      Workload(name: "jwt-kit/\(algorithm.rawValue)/verify") { times in
        try await Task {
          for _ in 0..<times {
            guard try await keys.verify(token, as: Payload.self).role == Sample.role else { throw WrongResult() }
          }
        }.value
      },
      Workload(name: "jwt-kit/\(algorithm.rawValue)/issue") { times in
        try await Task {
          for _ in 0..<times {
            let now = Date()
            let payload = Payload(
              iss: IssuerClaim(value: Sample.issuer),
              sub: SubjectClaim(value: Sample.subject),
              aud: AudienceClaim(value: Sample.audience),
              exp: ExpirationClaim(value: now.addingTimeInterval(3600)),
              iat: IssuedAtClaim(value: now),
              role: Sample.role
            )
            guard try await !keys.sign(payload, kid: kid).isEmpty else { throw WrongResult() }
          }
        }.value
      },
    ]
  }
}
