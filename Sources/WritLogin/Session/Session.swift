// SPDX-License-Identifier: Apache-2.0

/// A session as it was when it was read.
///
/// Its identifier, which only the browser has, is not in it.
public struct Session: Sendable, CustomStringConvertible, CustomReflectable {
  // All that there is: it is copied on its way to who asked for it.
  let record: Record

  init(_ record: Record) throws(SessionError) {
    _ = try SessionForm(record.content)
    self.record = record
  }

  /// - Parameter record: what a ``SessionForm`` has not refused.
  @inline(__always)
  init(checked record: consuming Record) { self.record = record }

  var form: SessionForm { SessionForm(checked: record.content) }

  /// Its name, which may be shown and stays when it gets a new identifier.
  public var handle: SessionHandle { SessionHandle(in: record.content) }

  /// The name of the account; `nil` of a visitor who has not logged in.
  public var account: String? {
    isAnonymous ? nil : String(decoding: record.content.owner, as: UTF8.self)
  }

  /// Whether it has no owner.
  public var isAnonymous: Bool { !record.content.hasOwner }

  /// The application's name for the device.
  public var label: String { String(decoding: bytes(form.label), as: UTF8.self) }

  /// The time the session began, in Unix seconds.
  public var created: Int64 { form.created }

  /// When it was last written that a request came, in seconds since 1970: up to a minute ago.
  public var lastSeen: Int64 { form.lastSeen }

  /// The Unix time at which the session expires if no further request arrives.
  public var expires: Int64 { form.end }

  /// Whether it lasts longer than the browser is open.
  public var isRemembered: Bool { form.isRemembered }

  /// The factors that were proved, the latest last.
  public var factors: [ProvedFactor] {
    let bytes = bytes(form.factors)
    return stride(from: 0, to: bytes.count, by: SessionForm.factorBytes).compactMap { start in
      guard let factor = AuthenticationFactor(rawValue: bytes[start]) else { return nil }
      let time = bytes[start + 1..<start + SessionForm.factorBytes].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      return ProvedFactor(factor: factor, time: min(Int64(clamping: time), NumericDate.last))
    }
  }

  /// The data that the application stores in the session.
  public var data: [UInt8] { bytes(form.data) }

  func bytes(_ range: Range<Int>) -> [UInt8] { Array(record.content.storage[range]) }

  /// The handle; neither the account nor what is kept.
  public var description: String { "session \(handle)" }

  /// Empty: nothing of it is shown.
  public var customMirror: Mirror { Mirror(self, children: []) }
}

/// A session that has just begun or got a new identifier, and the cookie that only its browser must see.
public struct BegunSession: Sendable, CustomStringConvertible, CustomReflectable {
  /// The session.
  public let session: Session
  /// The value of the Set-Cookie field of the answer: it holds the identifier.
  public let cookie: String

  /// The handle; never the cookie.
  public var description: String { session.description }

  /// Empty: nothing of it is shown.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
