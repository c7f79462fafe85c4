// SPDX-License-Identifier: Apache-2.0

internal import CLibCrypto

/// Secret bytes: wiped when their last owner is released, never copied, never printed.
///
/// Copies that a caller makes of the span are the caller's to wipe.
@safe
package final class SecretBytes: @unchecked Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  // Sendable: nothing writes to the memory after `init`.
  private let memory: UnsafeMutableRawBufferPointer

  /// - Parameter fill: writes the bytes; all are 0 before.
  package init<Failure: Error>(
    count: Int,
    fill: (inout MutableSpan<UInt8>) throws(Failure) -> Void
  ) throws(Failure) {
    unsafe memory = .allocate(byteCount: max(0, count), alignment: 16)
    unsafe memory.initializeMemory(as: UInt8.self, repeating: 0)
    var span = unsafe MutableSpan<UInt8>(_unsafeBytes: memory)
    try fill(&span)
  }

  package convenience init(copying bytes: Span<UInt8>) {
    self.init(count: bytes.count) { span in
      for index in bytes.indices { span[index] = bytes[index] }
    }
  }

  deinit {
    unsafe OPENSSL_cleanse(memory.baseAddress, memory.count)
    unsafe memory.deallocate()
  }

  package var count: Int { unsafe memory.count }

  /// The bytes, for as long as the closure runs.
  package func withBytes<Result: ~Copyable, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try unsafe body(Span<UInt8>(_unsafeBytes: UnsafeRawBufferPointer(memory)))
  }

  package var description: String { "\(count) secret bytes" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Overwrites bytes in a way that no optimiser removes.
package func wipe(_ bytes: inout [UInt8]) {
  unsafe bytes.withUnsafeMutableBytes { unsafe OPENSSL_cleanse($0.baseAddress, $0.count) }
}
