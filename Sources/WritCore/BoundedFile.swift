// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A regular file that is read whole, if it is not too long.
package enum BoundedFile {
  /// The reason why a file was not read; the message names neither its path nor its content.
  package struct Failure: Error {
    package enum Reason {
      case unreadable(String)
      case irregular
      case tooLarge
    }

    package let reason: Reason

    package init(_ reason: Reason) { self.reason = reason }
  }

  /// The bytes of a file; the calling thread waits for the disk.
  ///
  /// - Parameters:
  ///   - path: of a regular file, or a link to one.
  ///   - limit: bytes of the longest file.
  package static func read(_ path: String, limit: Int) throws(Failure) -> [UInt8] {
    // Not blocking: a pipe without a writer would never open otherwise.
    let descriptor = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw Failure(.unreadable(systemError())) }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { throw Failure(.irregular) }
    var bytes: [UInt8] = []
    while bytes.count <= limit {
      let wanted = limit + 1 - bytes.count
      var count = 0
      let chunk = unsafe [UInt8](unsafeUninitializedCapacity: min(wanted, 65536)) { buffer, filled in
        count = unsafe systemRead(descriptor, buffer.baseAddress, buffer.count)
        filled = max(0, count)
      }
      if count < 0 {
        guard errno == EINTR else { throw Failure(.unreadable(systemError())) }
        continue
      }
      if count == 0 { return bytes }
      bytes += chunk
    }
    throw Failure(.tooLarge)
  }

  private static func systemError() -> String { unsafe String(cString: strerror(errno)) }
}

private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  unsafe read(descriptor, buffer, count)
}
