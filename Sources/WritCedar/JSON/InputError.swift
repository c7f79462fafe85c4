// SPDX-License-Identifier: Apache-2.0

package import StrictJSON

/// JSON that is not what Cedar wants: entities, a context, a request or policies.
public struct InputError: Error, Sendable {
  /// The kind of error.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    /// It is not JSON, or not strict JSON: a member twice, invalid UTF-8, nested too deep.
    public static let json = Code(.json)
    /// A member is missing, unknown, or of the wrong kind.
    public static let form = Code(.form)
    /// Something is not an entity's identifier.
    public static let uid = Code(.uid)
    /// A value that Cedar does not have, or that an extension function refuses.
    public static let value = Code(.value)
    /// A context that is no record of Cedar values, or does not fit the action's.
    public static let context = Code(.context)
    /// Two different entities, or two policies, with one identifier.
    public static let duplicate = Code(.duplicate)
    /// An entity that is its own ancestor.
    public static let cycle = Code(.cycle)
    /// Data does not fit the schema.
    public static let schema = Code(.schema)
    /// Something that no policy can express: an unknown operator or function, a slot out of place, nesting too deep.
    public static let policy = Code(.policy)
    /// A link without its template, or with other slots than the template's.
    public static let link = Code(.link)

    package enum Kind: String, Sendable, CaseIterable {
      case json, form, uid, value, context, duplicate, cycle, schema, policy, link
    }

    package let kind: Kind

    private init(_ kind: Kind) { self.kind = kind }

    /// The name of the code.
    public var rawValue: String { kind.rawValue }
    /// The name of the code.
    public var description: String { rawValue }
  }

  /// The kind of error.
  public let code: Code
  /// The message and its place.
  public let diagnostic: Diagnostic

  package init(_ code: Code, _ diagnostic: Diagnostic) {
    self.code = code
    self.diagnostic = diagnostic
  }
}

extension InputError: CustomStringConvertible {
  /// Place and message in one line.
  public var description: String { diagnostic.description }
}

/// An error at an offset of the JSON, before the source is known.
package struct JSONFailure: Error {
  package let code: InputError.Code
  package let message: String
  package let help: String?
  package let offset: Int

  package init(_ code: InputError.Code, _ message: String, help: String? = nil, at offset: Int) {
    self.code = code
    self.message = message
    self.help = help
    self.offset = offset
  }

  package init(_ error: JSONError) {
    self.init(.json, error.message, at: error.offset)
  }

  /// The same failure, its message preceded by the parts of the input that lead to it: `attribute "a": an element: …`.
  package func prefixed(by places: [String]) -> JSONFailure {
    guard !places.isEmpty else { return self }
    return JSONFailure(code, "\(Self.path(places)): \(message)", help: help, at: offset)
  }

  /// Places within places, the outermost first; of many those in the middle are counted.
  static func path(_ places: [String]) -> String {
    let shown = 4
    guard places.count > 2 * shown else { return places.joined(separator: ": ") }
    let middle = ["(\(places.count - 2 * shown) more)"]
    return (places.prefix(shown) + middle + places.suffix(shown)).joined(separator: ": ")
  }

  package func inputError(name: String, bytes: [UInt8]) -> InputError {
    let source = SourceText(name: name, bytes: bytes)
    let help = help ?? (code == .json ? JSONAdvice.help(at: offset, in: bytes) : nil)
    return InputError(code, Diagnostic(message, help: help, source: source, span: SourceSpan(offset, offset + 1)))
  }
}
