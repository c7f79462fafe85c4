// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif
internal import WritCedar

/// Files that a command writes.
enum OutputFile {
  /// Writes a file, in place of one that is there.
  static func write(_ bytes: [UInt8], to path: String) throws {
    let shown = CedarText.shown(path)
    guard !path.utf8.contains(0) else { throw Failure("error: the path `\(shown)` contains a NUL") }
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode_t(0o666))
    guard descriptor >= 0 else { throw Failure("error: cannot write `\(shown)`: \(InputFile.systemError())") }
    let isWritten = Output.writeAll(bytes, to: descriptor)
    let reason = InputFile.systemError()
    guard close(descriptor) == 0, isWritten else { throw Failure("error: cannot write `\(shown)`: \(reason)") }
  }

  /// Replaces a file's contents whole: a reader sees the old ones or the new ones, also if the machine stops in
  /// between.
  ///
  /// The file keeps its permissions; a link stays, and the file that it leads to is replaced.
  static func replace(_ path: String, with bytes: [UInt8]) throws {
    let shown = CedarText.shown(path)
    func failure() -> Failure { Failure("error: cannot write `\(shown)`: \(InputFile.systemError())") }
    guard let resolved = unsafe realpath(path, nil) else { throw failure() }
    defer { unsafe free(resolved) }
    let target = unsafe String(cString: resolved)
    var status = stat()
    guard unsafe stat(target, &status) == 0 else { throw failure() }
    var template = Array("\(target).XXXXXX".utf8CString)
    let descriptor = unsafe mkstemp(&template)
    guard descriptor >= 0 else { throw failure() }
    let isWritten =
      fchmod(descriptor, status.st_mode & 0o7777) == 0 && Output.writeAll(bytes, to: descriptor)
      && fsync(descriptor) == 0
    let error = failure()
    guard close(descriptor) == 0, isWritten else {
      unsafe unlink(template)
      throw error
    }
    guard unsafe rename(template, target) == 0 else {
      let error = failure()
      unsafe unlink(template)
      throw error
    }
  }
}
