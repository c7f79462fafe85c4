// SPDX-License-Identifier: Apache-2.0

/// Attributes and tags: what is optional is read only where `has` or `hasTag` has been true for the same expression.
extension TypeChecker {
  /// Expects an entity or a record.
  ///
  /// - Returns: the record of its attributes.
  private mutating func attributes(of operand: inout Operand, by operation: Node.Operation) -> TypeNumber? {
    let hasAttributes = schema.types.isEntity(operand.type) || schema.types.isRecord(operand.type)
    expect(&operand, .entityOrRecord, by: operation, if: hasAttributes)
    return operand.type.isKnown ? attributes(of: operand.type) : nil
  }

  private func attributes(of type: TypeNumber) -> TypeNumber {
    schema.types.kind(type) == .entity ? schema.attributes[Int(schema.types.entityType(type))] : type
  }

  mutating func getAttribute(_ step: CheckedPolicy.Step, at index: Int) {
    var operand = pop()
    guard let record = attributes(of: &operand, by: .getAttribute) else {
      return replace(operand, by: .unknown, at: index)
    }
    guard let field = schema.types.field(step.operand, of: record) else {
      report(.unknownAttribute(step.operand, of: operand.type), at: Int32(truncatingIfNeeded: index))
      return replace(operand, by: .unknown, at: index, hasFailed: true)
    }
    let isHeld = capabilities.holds(step.access)
    let isSafe = field.isRequired || isHeld
    // An entity that was found to have the attribute is stored; another one may be absent.
    if !isHeld, schema.types.isEntity(operand.type) { mayErr = true }
    if !isSafe { report(.optionalAttribute(step.operand, of: operand.type), at: Int32(truncatingIfNeeded: index)) }
    replace(operand, by: field.type, at: index, hasFailed: operand.hasFailed || !isSafe)
  }

  /// `has a.b.c`, which is `has a && .a has b && .a.b has c`.
  ///
  /// Of a record it is known whether it has an attribute that is required or not declared; an entity may be absent.
  mutating func hasAttribute(_ step: CheckedPolicy.Step, at index: Int) {
    var operand = pop()
    capabilities.drop(from: Int(operand.granted))
    var result = Operand(type: .alwaysTrue, step: operand.step, granted: operand.granted)
    for part in policy.paths[Int(step.operand)] {
      guard let record = attributes(of: &operand, by: .hasAttribute) else {
        result.type = .bool
        break
      }
      guard let field = schema.types.field(part.name, of: record) else {
        result.type = .alwaysFalse
        break
      }
      let isKnown = capabilities.holds(part.access) || field.isRequired && schema.types.kind(operand.type) == .record
      if !isKnown { result.type = .bool }
      capabilities.grant(part.access)
      operand.type = field.type
      // What is wrong with a part farther on is told of the whole.
      operand.step = Int32(truncatingIfNeeded: index)
    }
    result.hasFailed = operand.hasFailed
    leave(result, at: index)
  }

  // MARK: Tags

  /// Expects an entity and the text of a key.
  private mutating func tagOperands(by operation: Node.Operation) -> (entity: Operand, hasFailed: Bool) {
    var key = pop()
    var entity = pop()
    expect(&entity, .entity, by: operation, if: schema.types.isEntity(entity.type))
    expect(&key, .string, by: operation, if: key.type == .string)
    return (entity, entity.hasFailed || key.hasFailed)
  }

  mutating func hasTag(_ step: CheckedPolicy.Step, at index: Int) {
    let (entity, hasFailed) = tagOperands(by: .hasTag)
    guard entity.type.isKnown else { return replace(entity, by: .unknown, at: index, hasFailed: true) }
    capabilities.drop(from: Int(entity.granted))
    var result = Operand(type: .bool, step: entity.step, granted: entity.granted, hasFailed: hasFailed)
    if !schema.tags[Int(schema.types.entityType(entity.type))].isKnown {
      result.type = .alwaysFalse
    } else {
      if capabilities.holds(step.access) { result.type = .alwaysTrue }
      capabilities.grant(step.access)
    }
    leave(result, at: index)
  }

  mutating func getTag(_ step: CheckedPolicy.Step, at index: Int) {
    let (entity, hasFailed) = tagOperands(by: .getTag)
    guard entity.type.isKnown else { return replace(entity, by: .unknown, at: index, hasFailed: true) }
    let type = schema.tags[Int(schema.types.entityType(entity.type))]
    let isSafe = type.isKnown && capabilities.holds(step.access)
    if !isSafe {
      let problem: TypeProblem = type.isKnown ? .untestedTag(of: entity.type) : .noTags(of: entity.type)
      report(problem, at: Int32(truncatingIfNeeded: index))
    }
    replace(entity, by: isSafe ? type : .unknown, at: index, hasFailed: hasFailed || !isSafe)
  }
}
