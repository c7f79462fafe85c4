// SPDX-License-Identifier: Apache-2.0

internal import WorkThreads

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
    let limit = JSONWebKeySet.maximumBytes
    do throws(BoundedFile.Failure) {
      return try BoundedFile.read(path, limit: limit)
    } catch {
      switch error.reason {
      case .unreadable(let why): throw KeyFetchError(.file, "the file of a key set cannot be read: \(why)")
      case .irregular: throw KeyFetchError(.file, "the path of a key set does not lead to a regular file")
      case .tooLarge: throw KeyFetchError(.tooLarge, "the file of a key set has more than \(limit) bytes")
      }
    }
  }
}

/// Runs what may block, on a thread of its own.
///
/// - Throws: what the body throws; ``KeyFetchError`` with the code `unreachable` when the system has no thread to give.
package func onThreadOfItsOwn<Result: Sendable>(
  _ body: @escaping @Sendable () throws -> Result
) async throws -> Result {
  try await withCheckedThrowingContinuation { continuation in
    let isStarted = WorkThread.start { continuation.resume(with: Swift.Result(catching: body)) }
    guard !isStarted else { return }
    continuation.resume(throwing: KeyFetchError(.unreachable, "the system has no thread for the fetch of a key set"))
  }
}
