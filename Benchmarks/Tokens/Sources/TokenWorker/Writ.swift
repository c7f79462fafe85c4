// SPDX-License-Identifier: Apache-2.0

import WritAuthentication

/// The one claim beside the registered ones.
struct Role: TokenClaims {
  var role: String

  init(role: String) { self.role = role }
  init(reading claims: ClaimsReader) throws(TokenError) { role = try claims.string("role") }
  func write(to claims: inout ClaimsWriter) { claims.string("role", role) }
}

extension Scene {
  /// Writ, with all checks.
  func writ() -> [Workload] {
    let (issuer, verifier, token) = (issuer, verifier, token)
    return [
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
  }
}
