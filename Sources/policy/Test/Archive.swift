// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif
internal import WritCedar

/// The regular files of a compressed tar archive, in memory.
///
/// `gzip` decompresses; the tar format is read here.
enum Archive {
  static func files(in path: String) throws -> [String: [UInt8]] {
    let bytes = try decompressed(path)
    var files: [String: [UInt8]] = [:]
    var position = 0
    // A header of 512 bytes, then the contents in blocks of 512; a header of zeros ends the archive.
    while position + 512 <= bytes.count, bytes[position] != 0 {
      let header = bytes[position..<(position + 512)]
      guard let size = number(header, at: 124, count: 12), size <= bytes.count - position - 512 else {
        throw Failure("error: `\(CedarText.shown(path))` is not a whole tar archive")
      }
      let start = position + 512
      let kind = header[position + 156]
      if kind == UInt8(ascii: "0") || kind == 0 {
        let prefix = text(header, at: 345, count: 155)
        let name = text(header, at: 0, count: 100)
        files[prefix.isEmpty ? name : "\(prefix)/\(name)"] = Array(bytes[start..<(start + size)])
      }
      position = start + (size + 511) / 512 * 512
    }
    return files
  }

  private static func text(_ header: ArraySlice<UInt8>, at offset: Int, count: Int) -> String {
    let field = header.dropFirst(offset).prefix(count)
    return String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
  }

  private static func number(_ header: ArraySlice<UInt8>, at offset: Int, count: Int) -> Int? {
    Int(text(header, at: offset, count: count).filter { $0 != " " }, radix: 8)
  }

  private static func decompressed(_ path: String) throws -> [UInt8] {
    var ends: [Int32] = [0, 0]
    guard unsafe pipe(&ends) == 0 else { throw Failure("error: no pipe: \(InputFile.systemError())") }
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
    unsafe posix_spawn_file_actions_addclose(&actions, ends[0])
    unsafe posix_spawn_file_actions_addclose(&actions, ends[1])
    var arguments: [UnsafeMutablePointer<CChar>?] = unsafe []
    for argument in ["gzip", "-dc", "--", path] { unsafe arguments.append(strdup(argument)) }
    unsafe arguments.append(nil)
    defer { while let argument = unsafe arguments.popLast() { unsafe free(argument) } }
    var child: pid_t = 0
    let failure = unsafe posix_spawnp(&child, "gzip", &actions, nil, &arguments, environ)
    close(ends[1])
    let output = InputFile(pipe: ends[0], name: path)
    guard failure == 0 else { throw Failure("error: cannot run gzip: \(unsafe String(cString: strerror(failure)))") }
    let result = Result { try output.readAll() }
    // A reader that stops ends the child by closing the pipe, so there is always an end to wait for.
    _ = consume output
    var status: Int32 = 0
    unsafe waitpid(child, &status, 0)
    let bytes = try result.get()
    guard status == 0 else { throw Failure("error: `\(CedarText.shown(path))` cannot be decompressed") }
    return bytes
  }
}
