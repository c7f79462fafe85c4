// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON

/// A type whose own coding is not the one that readers of a token expect, with the form that it has among claims.
package protocol ClaimValue: Sendable {
  /// Reads a claim.
  init(claim: ClaimScalar) throws(ClaimValueError)

  /// Writes a claim.
  func claim() throws(ClaimValueError) -> ClaimScalar
}

/// A scalar of JSON.
package enum ClaimScalar: Sendable {
  case string(String)
  /// The text of a number of JSON.
  case number(String)
}

/// The reason for which a value has no form among claims, or a claim does not have the form.
package struct ClaimValueError: Error {
  package let reason: String

  package init(_ reason: String) {
    self.reason = reason
  }
}

extension NumericDate: ClaimValue {
  package init(claim: ClaimScalar) throws(ClaimValueError) {
    guard case .number(let text) = claim, let time = NumericDate(parsing: text.utf8.span) else {
      throw ClaimValueError("it is not a time in seconds since 1970")
    }
    self = time
  }

  package func claim() -> ClaimScalar { .number(description) }
}

/// The way in which a type is coded as a claim, looked up once for each type.
enum ClaimForm: Sendable {
  /// By its own `Codable`.
  case own
  case value(any ClaimValue.Type)
  /// Not at all, for a reason.
  case refused(String)

  private static let known = Guarded<[ObjectIdentifier: ClaimForm]>([:])

  init(_ type: any Any.Type) {
    let identity = ObjectIdentifier(type)
    if let form = Self.known.withLock({ $0[identity] }) {
      self = form
      return
    }
    let form = Self.find(type)
    Self.known.withLock { $0[identity] = form }
    self = form
  }

  /// Modules of Foundation, also of its types that C declares.
  private static let modules = [
    "Foundation.", "FoundationEssentials.", "FoundationInternationalization.", "FoundationNetworking.",
    "CoreFoundation.",
    "__C.",
  ]
  /// Types of Foundation whose own coding is a string or a number, as readers expect.
  private static let plainTypes = ["UUID", "CGFloat"]

  private static func find(_ type: any Any.Type) -> ClaimForm {
    if let value = type as? any ClaimValue.Type { return .value(value) }
    // Known by name, so that this module does without Foundation.
    let name = String(reflecting: type)
    guard let module = modules.first(where: { name.hasPrefix($0) }) else { return .own }
    let bare = name.dropFirst(module.utf8.count)
    guard !plainTypes.contains(where: { $0 == bare }) else { return .own }
    return .refused("Foundation's \(printable(String(bare))) has no usual form in JSON; write a String or a number")
  }
}

extension ClaimsDecoder {
  /// A value of any type, in the form that the type has among claims.
  func value<Value: Decodable>(_ type: Value.Type) throws -> Value {
    switch ClaimForm(type) {
    case .own: return try Value(from: self)
    case .value(let foreign):
      guard let value = try read(foreign) as? Value else { throw mismatch(type) }
      return value
    case .refused(let reason):
      throw TokenError(.claim, "the claim \"\(TokenError.name(codingPath))\" cannot be read: \(reason)")
    }
  }

  private func read(_ type: any ClaimValue.Type) throws -> any ClaimValue {
    let scalar: ClaimScalar
    if let text = document.string(at: index) {
      scalar = .string(text)
    } else if let text = document.numberText(at: index) {
      scalar = .number(text)
    } else {
      throw mismatch(type)
    }
    do throws(ClaimValueError) {
      return try type.init(claim: scalar)
    } catch {
      throw TokenError(.claim, "the claim \"\(TokenError.name(codingPath))\" cannot be read: \(error.reason)")
    }
  }
}

extension ClaimsEncoder {
  /// Writes a value of any type, in the form that the type has among claims.
  func write(_ value: some Encodable) throws {
    switch ClaimForm(type(of: value)) {
    case .own: try value.encode(to: self)
    case .value:
      guard let value = value as? any ClaimValue else { return try value.encode(to: self) }
      let scalar: ClaimScalar
      do throws(ClaimValueError) {
        scalar = try value.claim()
      } catch {
        throw refusal(error.reason)
      }
      switch scalar {
      case .string(let text): try encode(text)
      case .number(let text): try encode(number: text)
      }
    case .refused(let reason): throw refusal(reason)
    }
  }

  private func refusal(_ reason: String) -> TokenError {
    tree.fail(TokenError(.claim, "the claim \"\(TokenError.name(codingPath))\" cannot be written: \(reason)"))
  }
}
