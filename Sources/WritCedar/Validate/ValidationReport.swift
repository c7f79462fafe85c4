// SPDX-License-Identifier: Apache-2.0

/// The result of validating policies against a schema: everything found, in the order of the policies and of their
/// texts.
///
///     let report = policies.validate(against: schema)
///     guard report.isValid else { … }            // report.errors say what, where, and in which environment
public struct ValidationReport: Sendable {
  /// Errors and warnings.
  public let findings: [ValidationFinding]
  /// The policies and linked policies that can never raise an error on requests and entities that fit the schema.
  ///
  /// Valid policies can still overflow, ask an entity that is not stored for an attribute or tag, and leave the range
  /// of an extension type; these do none of it.
  public let infallible: Set<PolicyID>
  /// The number of policies, templates and linked policies looked at.
  public let policyCount: Int
  /// The number of request environments that types were found for: for cost, and for tests of its growth.
  package let environmentCount: Int
  /// The number of steps that finding types took, for the same.
  package let stepCount: Int

  package init(
    findings: [ValidationFinding],
    infallible: Set<PolicyID> = [],
    policyCount: Int,
    environmentCount: Int = 0,
    stepCount: Int = 0
  ) {
    self.findings = findings
    self.infallible = infallible
    self.policyCount = policyCount
    self.environmentCount = environmentCount
    self.stepCount = stepCount
  }

  /// Whether there are no errors; warnings do not count.
  public var isValid: Bool { !findings.contains { $0.severity == .error } }

  /// The findings that make the policies invalid.
  public var errors: [ValidationFinding] { findings.filter { $0.severity == .error } }

  /// The findings that look like mistakes and are none by the rules of the language.
  public var warnings: [ValidationFinding] { findings.filter { $0.severity == .warning } }
}

extension ValidationReport: CustomStringConvertible {
  /// A line for each finding.
  public var description: String { findings.map(\.description).joined(separator: "\n") }
}
