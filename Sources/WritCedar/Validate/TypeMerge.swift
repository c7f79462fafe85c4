// SPDX-License-Identifier: Apache-2.0

/// The least upper bound of two compatible types, part by part, with a stack of its own.
///
/// Parts that are equal end the walk, so its cost is that of the literals from which singleton types come.
struct TypeMerge {
  private enum Step {
    case merge(TypeNumber, TypeNumber)
    case makeSet
    case makeRecord([TypeTable.Field])
  }

  private var steps: [Step]
  private var merged: [TypeNumber] = []

  init(_ left: TypeNumber, _ right: TypeNumber) { steps = [.merge(left, right)] }

  mutating func run(in table: inout TypeTable) -> TypeNumber {
    while let step = steps.popLast() {
      switch step {
      case .merge(let left, let right): merge(left, right, in: table)
      case .makeSet:
        if let element = merged.popLast() { merged.append(table.set(of: element)) }
      case .makeRecord(let fields):
        let types = Array(merged.suffix(fields.count))
        let record = zip(fields, types).map {
          TypeTable.Field(name: $0.name, type: $1, isRequired: $0.isRequired)
        }
        merged.removeLast(types.count)
        merged.append(table.record(record))
      }
    }
    return merged.last ?? .unknown
  }

  /// Merges scalars, or lists the steps for the parts.
  private mutating func merge(_ left: TypeNumber, _ right: TypeNumber, in table: TypeTable) {
    if left == right { return merged.append(left) }
    switch table.kind(left) {
    case .set:
      steps.append(.makeSet)
      steps.append(.merge(table.element(left), table.element(right)))
    case .record:
      let fields = table.fields(left)
      steps.append(.makeRecord(fields))
      for (field, other) in zip(fields, table.fields(right)).reversed() {
        steps.append(.merge(field.type, other.type))
      }
    default: merged.append(.bool)  // Compatible and not equal: what is known of truth differs.
    }
  }
}
