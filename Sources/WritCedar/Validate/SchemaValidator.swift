// SPDX-License-Identifier: Apache-2.0

/// A schema prepared for validating policies that come one by one.
package struct SchemaValidator: Sendable {
  private let schema: CheckedSchema

  package init(_ schema: Schema) { self.schema = CheckedSchema(schema) }

  /// Validates policies; a linked policy whose template is not among them is validated as a whole.
  package func validate(_ policies: [Policy], level: Int? = nil) -> ValidationReport {
    var validator = Validator(schema, level: level)
    return validator.validate(policies)
  }
}
