// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

extension Sessions {
  /// A new token against forged requests, for a form or a script of the application's page; good as long as the session
  /// has its identifier.
  ///
  /// It is an HMAC of the session's key under the ring, masked differently each time: what is compressed with it tells
  /// nothing of it (BREACH). A session that is rotated needs new ones.
  ///
  /// - Throws: ``SessionError`` with the code `failure`.
  public func forgeryToken(for session: Session) throws(SessionError) -> String {
    let id = session.record.key.id.bytes
    let none: [UInt8] = []
    do {
      let code = try ring.authenticate(id.span, for: .csrf, boundTo: none.span)
      let mask = try Randomness.bytes(code.count)
      let token = mask + zip(code, mask).map { $0 ^ $1 }
      return Base64URL.encode(token.span)
    } catch {
      throw SessionError(.failure, "an anti-forgery token cannot be made")
    }
  }

  /// Checks that a request which may change something comes from a page of the application: at login and logout too.
  ///
  /// Methods other than GET, HEAD and OPTIONS need: Sec-Fetch-Site `same-origin` where it is sent, otherwise an Origin;
  /// the Origin, where it is sent, one of those named, or `null` beside Sec-Fetch-Site `same-origin`; and one token of
  /// this session. A handshake (a GET with Upgrade, for a WebSocket) can bring no token: it needs an Origin of those
  /// named. Every other GET passes; for one whose answer only the application's scripts should get, or that costs
  /// something, there is ``checkReading(_:for:)``.
  ///
  /// - Throws: ``SessionError`` with the code `forgery`.
  public func check(_ request: RequestOrigin, for session: Session) throws(SessionError) {
    guard !request.isSafe else { return }
    guard !request.isHandshake else { return try checkHandshake(request, for: session) }
    guard request.isOwn(origins) else { throw refused(session, "the request does not come from a page of this site") }
    guard request.tokens.count == 1, isToken(request.tokens[0], of: session) else {
      throw refused(session, "the request has no anti-forgery token of its session, or several")
    }
  }

  /// Checks that a WebSocket's handshake comes from a page of the application: a browser sends cookies with that of any
  /// page.
  ///
  /// - Throws: ``SessionError`` with the code `forgery` unless there is one Origin, one of those named, and
  ///   Sec-Fetch-Site, where it is sent, is `same-origin`.
  public func checkHandshake(_ request: RequestOrigin, for session: Session) throws(SessionError) {
    guard request.isOwnHandshake(origins) else {
      throw refused(session, "the handshake does not come from a page of this site: its Origin is missing or another")
    }
  }

  /// Checks that a request comes from a page of the application, whatever its method: for a stream of events
  /// (EventSource), for JSON that a script tag of another site could load, and for a GET that costs something.
  ///
  /// Links that are followed from elsewhere, and addresses that are typed, do not pass.
  ///
  /// - Throws: ``SessionError`` with the code `forgery` unless Sec-Fetch-Site is `same-origin`, or is not sent and the
  ///   Origin is one of those named.
  public func checkReading(_ request: RequestOrigin, for session: Session) throws(SessionError) {
    guard request.isOwn(origins) else { throw refused(session, "the request does not come from a page of this site") }
  }

  private func refused(_ session: Session, _ reason: String) -> SessionError {
    events.record(.requestRefused(account: session.account))
    return SessionError(.forgery, reason)
  }

  private func isToken(_ text: String, of session: Session) -> Bool {
    // Twice the longest code that a ring makes, in base64url.
    let longest = Base64URL.encodedCount(2 * (2 + ApplicationSecret.maximumIdentifierBytes + 32))
    guard !text.isEmpty, text.utf8.count <= longest, let token = Base64URL.decode(text.utf8.span), token.count % 2 == 0
    else {
      return false
    }
    let half = token.count / 2
    let code = (0..<half).map { token[$0] ^ token[half + $0] }
    let id = session.record.key.id.bytes
    let none: [UInt8] = []
    return (try? ring.isValid(code.span, for: id.span, .csrf, boundTo: none.span)) ?? false
  }
}
