// SPDX-License-Identifier: Apache-2.0

extension JSONWriter {
  /// Writes a value that was read: numbers as they were written, text escaped again.
  ///
  /// Recursion is bounded by the depth at which the document was read.
  package mutating func value(_ index: JSONDocument.Index, of document: JSONDocument) {
    switch document.kind(of: index) {
    case .null: null()
    case .boolean: boolean(document.boolean(at: index) ?? false)
    case .number: literal(document.numberText(at: index) ?? "null")
    case .string: string(document.string(at: index) ?? "")
    case .array:
      beginArray()
      for element in document.elements(of: index) { value(element, of: document) }
      endArray()
    case .object:
      beginObject()
      for (name, member) in document.members(of: index) {
        key(document.string(at: name) ?? "")
        value(member, of: document)
      }
      endObject()
    }
  }
}
