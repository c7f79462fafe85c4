// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar

/// A schema with one of everything that validation looks at.
enum Example {
  static let text = """
    namespace App {
      entity Team in [Team];
      entity User in [Team] {
        name: String, age: Long, nick?: String, manager?: User, team: Team, flags: Set<String>,
        home: ipaddr, limit: decimal, born: datetime, shift: duration,
        address: { city: String, zip?: String },
      } tags Set<String>;
      entity Photo in [Album] { owner: User, private: Bool, album?: Album };
      entity Album;
      entity Color enum ["red", "green"];
      action all;
      action view in [all] appliesTo { principal: User, resource: Photo, context: { mfa: Bool, ip?: ipaddr } };
      action edit in [all] appliesTo { principal: User, resource: [Photo, Album], context: { reason?: String } };
      action paint appliesTo { principal: Team, resource: Color };
    }
    """

  static let schema = try? Schema(parsing: text)

  /// The report on policies under the example's schema or another one.
  static func report(_ policies: String, schema text: String = text, level: Int? = nil) throws -> ValidationReport {
    try PolicySet(parsing: policies, name: "p").validate(against: Schema(parsing: text), level: level)
  }

  /// The codes of what is found, in order.
  static func codes(_ policies: String, level: Int? = nil) throws -> [String] {
    try report(policies, level: level).findings.map(\.code.rawValue)
  }

  /// The codes for conditions of requests to view photos.
  static func codes(of condition: String, level: Int? = nil) throws -> [String] {
    try codes(
      """
      permit(principal, action == App::Action::"view", resource)
      when { \(condition) };
      """,
      level: level
    )
  }
}
