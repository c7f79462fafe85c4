// SPDX-License-Identifier: Apache-2.0

package import StrictJSON

extension ClaimsWriter {
  /// A claim whose value was read as JSON, of any kind.
  package mutating func value(_ name: String, _ index: JSONDocument.Index, of document: JSONDocument) {
    guard begin(name) else { return }
    writer.value(index, of: document)
  }
}
