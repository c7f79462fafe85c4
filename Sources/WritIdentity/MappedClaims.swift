// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON
internal import WritTokens
internal import WritCedar

/// The claims of a token, looked up by reference.
struct MappedClaims {
  private let document: JSONDocument

  init(_ reader: ClaimsReader) {
    document = reader.document
  }

  private func find(_ claim: ClaimReference) -> JSONDocument.Index? {
    var index = document.root
    for name in claim.path {
      guard let member = document.member(name, of: index) else { return nil }
      index = member
    }
    return index
  }

  /// One text, `nil` when the claim is missing.
  func text(_ claim: ClaimReference) throws(PrincipalError) -> String? {
    guard let index = find(claim) else { return nil }
    guard let text = document.string(at: index) else {
      throw PrincipalError(.claim, "the claim \"\(claim.shown)\" is not a string")
    }
    return text
  }

  /// The texts of an array, or of one text what stands between its separators; none when the claim is missing.
  func texts(_ claim: ClaimReference) throws(PrincipalError) -> [String] {
    guard let index = find(claim) else { return [] }
    if let text = document.string(at: index) {
      guard let separator = claim.separator else { return [text] }
      return text.unicodeScalars.split(separator: separator).map { String($0) }
    }
    var texts: [String] = []
    for element in document.elements(of: index) {
      guard let text = document.string(at: element) else {
        throw PrincipalError(.claim, "the claim \"\(claim.shown)\" has an element that is not a string")
      }
      texts.append(text)
    }
    guard document.kind(of: index) == .array else {
      throw PrincipalError(.claim, "the claim \"\(claim.shown)\" is neither a string nor an array of strings")
    }
    return texts
  }

  /// The record of the claims that are there.
  ///
  /// - Parameter read: turns a plain value into Cedar's.
  func record(
    _ claims: [String: ClaimReference],
    _ read: (String, JSONDocument.Index, JSONDocument) throws(JSONFailure) -> Value
  ) throws(PrincipalError) -> RecordValue {
    var attributes: [(String, Value)] = []
    for (name, claim) in claims {
      guard let index = find(claim) else { continue }
      do {
        attributes.append((name, try value(claim, index) ?? read(name, index, document)))
      } catch let error as JSONFailure {
        throw PrincipalError(.claim, "the claim \"\(claim.shown)\" cannot be a value: \(error.message)")
      } catch let error as PrincipalError {
        throw error
      } catch {
        throw Self.tooDeep
      }
    }
    do throws(NestingLimitExceeded) {
      return try RecordValue(attributes)
    } catch {
      throw Self.tooDeep
    }
  }

  /// The value of a claim that holds ids, or one text of several parts; `nil` for plain values.
  private func value(_ claim: ClaimReference, _ index: JSONDocument.Index) throws -> Value? {
    guard claim.type != nil || claim.separator != nil else { return nil }
    let values = try texts(claim).map { text in
      claim.type.map { Value.entity(EntityUID(type: $0, id: text)) } ?? .string(text)
    }
    let isOne = claim.separator == nil && document.kind(of: index) == .string
    return isOne ? values.first : .set(try SetValue(values))
  }

  private static let tooDeep = PrincipalError(.claim, "the claims of the token are nested too deep")
}
