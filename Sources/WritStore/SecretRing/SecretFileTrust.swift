// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The deviations in the place of a file of secrets that are accepted by name.
///
/// Nothing unless given: the file belongs to the process's user or to root, only its owner can read it, and no other
/// user can put another one in its place. A file that others can write to is never accepted.
public struct SecretFileTrust: OptionSet, Sendable, Hashable {
  /// The bits of what is accepted.
  public let rawValue: UInt8

  /// The exceptions of these bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The file's group can read it (mode 0640).
  public static let groupReadable = SecretFileTrust(rawValue: 1)
  /// Every user of the machine can read it (mode 0644): as Docker and Kubernetes mount secrets, where a container has
  /// one user.
  public static let everyoneReadable = SecretFileTrust(rawValue: 2)
  /// The file, or a link to it, belongs to another user than the process's and root.
  public static let foreignOwner = SecretFileTrust(rawValue: 4)
  /// Its directory can be written by others, who could put another file there.
  public static let sharedDirectory = SecretFileTrust(rawValue: 8)

  /// Symbolic links that are followed, one after another.
  static let maximumLinks = 8

  /// Looks at a file and at all links on the way to it.
  ///
  /// - Throws: ``SecretError`` with the code `permissions` for what is not accepted, `file` when there is no such file.
  func check(_ path: String) throws(SecretError) {
    var path = path
    for _ in 0...Self.maximumLinks {
      let directory = Self.directory(of: path)
      let parent = try Self.status(directory)
      try checkOwner(parent, "the directory of a file of secrets")
      // In a directory with the sticky bit (/tmp) users cannot replace the files of others.
      if parent.st_mode & 0o022 != 0, parent.st_mode & S_ISVTX == 0, !contains(.sharedDirectory) {
        throw SecretError(
          .permissions,
          "the directory of a file of secrets can be written by other users (mode \(Self.mode(parent))); run `chmod go-w` on it"
        )
      }
      let file = try Self.status(path, followsLink: false)
      try checkOwner(file, "a file of secrets, or a link to it,")
      guard file.st_mode & S_IFMT == S_IFLNK else { return try checkMode(file) }
      let target = try Self.target(of: path)
      path = target.utf8.first == UInt8(ascii: "/") ? target : "\(directory)/\(target)"
    }
    throw SecretError(.file, "a file of secrets is behind more than \(Self.maximumLinks) symbolic links")
  }

  private func checkOwner(_ status: stat, _ name: String) throws(SecretError) {
    guard status.st_uid == 0 || status.st_uid == geteuid() || contains(.foreignOwner) else {
      throw SecretError(
        .permissions,
        "\(name) belongs to the user \(status.st_uid), expected \(geteuid()), who runs this process, or root"
      )
    }
  }

  private func checkMode(_ status: stat) throws(SecretError) {
    // What is no file is told by who reads it.
    guard status.st_mode & S_IFMT == S_IFREG else { return }
    let others: [(bits: mode_t, who: String, isAccepted: Bool)] = [
      (0o022, "written by other users", false),
      (0o004, "read by every user", contains(.everyoneReadable)),
      (0o040, "read by its group", contains(.groupReadable) || contains(.everyoneReadable)),
    ]
    for (bits, who, isAccepted) in others where status.st_mode & bits != 0 && !isAccepted {
      throw SecretError(
        .permissions,
        "a file of secrets can be \(who) (mode \(Self.mode(status))); run `chmod 600` on it, or accept it by name"
      )
    }
  }

  private static func mode(_ status: stat) -> String {
    let digits = String(status.st_mode & 0o7777, radix: 8)
    return String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
  }

  private static func directory(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    let directory = path[..<slash]
    return directory.isEmpty ? "/" : String(directory)
  }

  private static func status(_ path: String, followsLink: Bool = true) throws(SecretError) -> stat {
    var status = stat()
    let result = followsLink ? unsafe stat(path, &status) : unsafe lstat(path, &status)
    guard result == 0 else { throw SecretError(.file, "a file of secrets cannot be found: \(systemError())") }
    return status
  }

  private static func target(of path: String) throws(SecretError) -> String {
    var bytes = [CChar](repeating: 0, count: 4096)
    let count = unsafe readlink(path, &bytes, bytes.count)
    guard count > 0, count < bytes.count else {
      throw SecretError(.file, "a symbolic link to a file of secrets cannot be read, or is too long")
    }
    return String(decoding: bytes.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static func systemError() -> String { unsafe String(cString: strerror(errno)) }
}
