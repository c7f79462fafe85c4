// SPDX-License-Identifier: Apache-2.0

internal import Dispatch

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A key set in a file, which others replace.
///
/// Write the new set beside it and rename it over the old one: a file that is being written to may be read half.
public struct FileJWKSSource: JWKSSource {
  private let path: String

  /// - Parameter path: of a regular file, or a link to one.
  /// - Throws: ``KeyFetchError`` with the code `configuration` when the path is empty or contains a NUL.
  public init(path: String) throws(KeyFetchError) {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw KeyFetchError(.configuration, "the path of a key set is empty or contains a NUL")
    }
    self.path = path
  }

  /// Reads the file.
  ///
  /// - Throws: ``KeyFetchError`` with the codes `file` and `tooLarge`.
  public func fetch() async throws -> JWKSAnswer {
    // A file may be on a disk far away: not on a thread that tasks share.
    try await onThreadOfItsOwn { [path] in JWKSAnswer(bytes: try Self.read(path)) }
  }

  private static func read(_ path: String) throws(KeyFetchError) -> [UInt8] {
    // Not blocking: a pipe that nobody writes to would never open otherwise.
    let descriptor = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw KeyFetchError(.file, "the file of a key set cannot be opened: \(systemError())")
    }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw KeyFetchError(.file, "what should be the file of a key set is not a regular file")
    }
    let limit = JSONWebKeySet.maximumBytes
    var bytes: [UInt8] = []
    while bytes.count <= limit {
      let wanted = limit + 1 - bytes.count
      var count = 0
      let chunk = unsafe [UInt8](unsafeUninitializedCapacity: min(wanted, 65536)) { buffer, filled in
        count = unsafe systemRead(descriptor, buffer.baseAddress, buffer.count)
        filled = max(0, count)
      }
      if count < 0 {
        guard errno == EINTR else {
          throw KeyFetchError(.file, "the file of a key set cannot be read: \(systemError())")
        }
        continue
      }
      if count == 0 { return bytes }
      bytes += chunk
    }
    throw KeyFetchError(.tooLarge, "the file of a key set has more than \(limit) bytes")
  }

  private static func systemError() -> String { unsafe String(cString: strerror(errno)) }
}

private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  unsafe read(descriptor, buffer, count)
}

/// Runs what may block, on a thread that no task waits for.
package func onThreadOfItsOwn<Result: Sendable>(
  _ body: @escaping @Sendable () throws -> Result
) async throws -> Result {
  try await withCheckedThrowingContinuation { continuation in
    DispatchQueue(label: "writ.keys").async { continuation.resume(with: Swift.Result(catching: body)) }
  }
}
