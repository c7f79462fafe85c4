// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif
internal import WritCedar

/// Files that no other user may read.
enum SecretFile {
  /// Bytes of the longest password.
  private static let maximumPasswordBytes = 1024

  /// The first line of a file, `-` being standard input.
  static func password(in path: String) throws -> String {
    let bytes = try InputFile.prefix(of: path, upTo: maximumPasswordBytes + 1)
    let line = bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    guard !line.isEmpty, line.count <= maximumPasswordBytes, let password = String(validating: line, as: UTF8.self)
    else {
      let expected = "1 to \(maximumPasswordBytes) bytes of UTF-8"
      throw Failure("error: the first line of `\(CedarText.shown(path))` is not a password, expected \(expected)")
    }
    return password
  }

  /// Writes a new file with mode 0600; `-` is standard output.
  ///
  /// A file that is there already is left alone: it may be the only copy of another key.
  static func write(_ text: String, to path: String) throws {
    guard path != "-" else {
      Output.write(Array(text.utf8))
      return
    }
    let shown = CedarText.shown(path)
    guard !path.utf8.contains(0) else { throw Failure("error: the path `\(shown)` contains a NUL") }
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode_t(0o600))
    guard descriptor >= 0 else {
      let reason = errno == EEXIST ? "it is there already, and is not overwritten" : InputFile.systemError()
      throw Failure("error: cannot write `\(shown)`: \(reason)")
    }
    // Whatever the umask is; only the owner could have opened it before.
    let isWritten =
      fchmod(descriptor, 0o600) == 0 && Output.writeAll(Array(text.utf8), to: descriptor) && fsync(descriptor) == 0
    let reason = InputFile.systemError()
    guard close(descriptor) == 0, isWritten else {
      unsafe unlink(path)
      throw Failure("error: cannot write `\(shown)`: \(reason)")
    }
  }
}
