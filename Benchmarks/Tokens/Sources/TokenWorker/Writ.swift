// SPDX-License-Identifier: Apache-2.0

import WritAuthentication

/// The one claim beside the registered ones.
struct Role: TokenClaims {
  var role: String

  init(role: String) { self.role = role }
  init(reading claims: ClaimsReader) throws(TokenError) { role = try claims.string("role") }
  func write(to claims: inout ClaimsWriter) { claims.string("role", role) }
}

/// The same claim as any `Codable` brings it.
struct CodableRole: Codable, Sendable {
  var role: String
}

extension Scene {
  /// Writ, with all checks; with HMAC also any `Codable`, and a verifier that remembers tokens.
  func writ() throws -> [Workload] {
    let (issuer, verifier, token) = (issuer, verifier, token)
    var workloads = [
      Workload(name: "Writ/\(algorithm.rawValue)/verify") { times in
        for _ in 0..<times {
          guard try verifier.verify(token, as: Role.self).claims.role.utf8.count == Sample.role.utf8.count else {
            throw WrongResult()
          }
        }
      },
      Workload(name: "Writ/\(algorithm.rawValue)/issue") { times in
        for _ in 0..<times {
          let token = try issuer.issue(
            Role(role: Sample.role),
            subject: Sample.subject,
            audience: Sample.audience
          )
          guard !token.isEmpty else { throw WrongResult() }
        }
      },
    ]
    guard algorithm == .hs256 else { return workloads }
    workloads.append(
      Workload(name: "Writ, Codable/\(algorithm.rawValue)/verify") { times in
        for _ in 0..<times {
          let claims = try verifier.verify(token, as: CodableClaims<CodableRole>.self).claims
          guard claims.payload.role.utf8.count == Sample.role.utf8.count else { throw WrongResult() }
        }
      }
    )
    workloads.append(
      Workload(name: "Writ, Codable/\(algorithm.rawValue)/issue") { times in
        for _ in 0..<times {
          let claims = CodableClaims(CodableRole(role: Sample.role))
          let token = try issuer.issue(claims, subject: Sample.subject, audience: Sample.audience)
          guard !token.isEmpty else { throw WrongResult() }
        }
      }
    )
    let cached = try TokenVerifier(
      keys: keys,
      rules: TokenRules(issuer: Sample.issuer, audience: Sample.audience),
      cache: TokenCache()
    )
    workloads.append(
      Workload(name: "Writ, cached/\(algorithm.rawValue)/verify") { times in
        for _ in 0..<times {
          guard try cached.verify(token, as: Role.self).claims.role.utf8.count == Sample.role.utf8.count else {
            throw WrongResult()
          }
        }
      }
    )
    return workloads
  }
}
