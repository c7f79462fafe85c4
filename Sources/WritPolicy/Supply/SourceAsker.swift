// SPDX-License-Identifier: Apache-2.0

import WritCedar

/// Asks a source whose type the machine does not know.
///
/// There are no instances: the class itself is kept, for its table of methods, so that nothing is allocated or counted.
class SourceAsker {
  /// - Parameter source: of the type that the subclass knows.
  class func value(of attribute: borrowing AskedAttribute, from source: UnsafeRawPointer) -> Value? { nil }
}

/// Asks sources of one type, where they are: what may not be copied is not.
final class TypedAsker<Source: AttributeSource & ~Copyable>: SourceAsker {
  override class func value(of attribute: borrowing AskedAttribute, from source: UnsafeRawPointer) -> Value? {
    unsafe source.assumingMemoryBound(to: Source.self).pointee.value(of: attribute)
  }
}
