// SPDX-License-Identifier: Apache-2.0

import WritCedar

extension Machine {
  /// A set, a record, or the result of an extension function, from operands on the stack.
  mutating func construct(_ instruction: Instruction, at first: Int, count: Int) -> Cell {
    switch instruction.operation {
    case .set: return composite(.set, at: first, count: count, names: nil)
    case .record: return composite(.record, at: first, count: count, names: instruction.operand + 1)
    default:
      guard let function = ExtensionFunction(rawValue: UInt8(truncatingIfNeeded: instruction.operand)),
        function.accepts(count)
      else { return .error }
      if count > function.arity { return callVariadic(function, at: first, count: count) }
      return call(function, stack[first], count > 1 ? stack[first + 1] : .missing)
    }
  }

  private mutating func composite(_ kind: Cell.Kind, at first: Int, count: Int, names: UInt32?) -> Cell {
    let start = heaps.scratch.count
    var depth = 0
    for index in 0..<count {
      var cell = stack[first + index]
      cell.name = names.map { policies.lists[$0 + UInt32(truncatingIfNeeded: index)] } ?? 0
      depth = Swift.max(depth, Int(cell.depth))
      heaps.scratch.append(cell)
    }
    guard depth < Nesting.limit else { return .error }
    if kind == .set {
      var scratch = heaps.scratch
      heaps.canonicalize(&scratch, from: start)
      heaps.scratch = scratch
    } else {
      heaps.scratch.sortByName(from: start)
    }
    return .composite(kind, at: start, count: heaps.scratch.count - start, .scratch, depth: depth + 1)
  }

  // MARK: Extension functions

  /// A call with any number of arguments, all of which must be of the last one's type (RFC 99): whether it is true of
  /// one.
  private func callVariadic(_ function: ExtensionFunction, at first: Int, count: Int) -> Cell {
    guard let receiver = extensionValue(stack[first]) else { return .error }
    var isTrue = false
    for index in (first + 1)..<(first + count) {
      guard let argument = extensionValue(stack[index]), case .bool(let truth) = function.evaluate(receiver, argument)
      else { return .error }
      isTrue = isTrue || truth
    }
    return .bool(isTrue)
  }

  private mutating func call(_ function: ExtensionFunction, _ first: Cell, _ second: Cell) -> Cell {
    if function.isConstructor { return parse(function, first) }
    guard let receiver = extensionValue(first), let value = function.evaluate(receiver, extensionValue(second))
    else { return .error }
    return cell(value)
  }

  /// Reads the text of an extension value; the constants among them have been read by the compiler.
  private mutating func parse(_ function: ExtensionFunction, _ text: Cell) -> Cell {
    guard text.kind == .string else { return .error }
    let text = self.text(text.number)
    let bytes = unsafe UnsafeBufferPointer(text.bytes.span(text.range))
    guard let value = unsafe function.construct(utf8: bytes) else { return .error }
    return cell(value)
  }

  @inline(__always)
  private func extensionValue(_ cell: Cell) -> ExtensionValue? {
    switch cell.kind {
    case .ip: .ip(address(cell))
    case .decimal: .decimal(DecimalValue(scaled: cell.signed))
    case .datetime: .datetime(DatetimeValue(milliseconds: cell.signed))
    case .duration: .duration(DurationValue(milliseconds: cell.signed))
    default: nil
    }
  }

  private mutating func cell(_ value: ExtensionValue) -> Cell {
    switch value {
    case .ip(let address):
      let start = heaps.scratch.count
      heaps.scratch.appendAddress(address)
      return .composite(.ip, at: start, count: 2, .scratch, depth: 0)
    case .decimal(let decimal): return .number(decimal.scaled, .decimal)
    case .datetime(let datetime): return .number(datetime.milliseconds, .datetime)
    case .duration(let duration): return .number(duration.milliseconds, .duration)
    case .bool(let bool): return .bool(bool)
    case .long(let long): return .long(long)
    }
  }

  @inline(__always)
  func address(_ cell: Cell) -> IPAddressValue { heaps[cell.region].address(at: cell.start) }
}
