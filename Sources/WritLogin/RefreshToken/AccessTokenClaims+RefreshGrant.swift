// SPDX-License-Identifier: Apache-2.0

public import WritTokens

extension AccessTokenClaims {
  /// Claims of the access token that is issued with a refresh token: its client and scopes, its family, and the session
  /// that it hangs on, by which `Revocations` refuse it once one of them has ended.
  public init(_ grant: RefreshGrant) {
    self.init(clientIdentifier: grant.family.client, scope: grant.scopes)
    sessionIdentifier = grant.family.session?.description
    refreshFamily = grant.family.handle.description
  }
}
