// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif
internal import WritCedar

/// A file given on the command line, `-` being standard input: opened without ever waiting for a device or a pipe that
/// without a writer, and read up to a limit.
struct InputFile: ~Copyable {
  private let descriptor: Int32
  /// Whether the descriptor was opened here, which may be number 0 where standard input is closed.
  private let isOpened: Bool
  let name: String
  /// The file's size in bytes, 0 for standard input.
  let size: Int

  /// - Throws: a ``Failure`` that names the path.
  init(_ path: String) throws {
    if path == "-" {
      descriptor = STDIN_FILENO
      isOpened = false
      name = "<stdin>"
      size = 0
      return
    }
    let shown = CedarText.shown(path)
    guard !path.utf8.contains(0) else { throw Failure("error: the path `\(shown)` contains a NUL") }
    let descriptor = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw Failure("error: cannot open `\(shown)`: \(Self.systemError())") }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      close(descriptor)
      throw Failure("error: cannot read `\(shown)`: \(Self.systemError())")
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR:
      close(descriptor)
      throw Failure("error: `\(shown)` is a directory, a file is wanted")
    default:
      close(descriptor)
      throw Failure("error: `\(shown)` is not a regular file; to read from a pipe, give `-` and pipe it in")
    }
    self.descriptor = descriptor
    isOpened = true
    name = path
    size = Int(status.st_size)
  }

  /// The end of a pipe, which is closed with this value.
  init(pipe descriptor: Int32, name: String) {
    self.descriptor = descriptor
    self.name = name
    isOpened = true
    size = 0
  }

  deinit {
    if isOpened { close(descriptor) }
  }

  /// The next bytes; empty at the end.
  func read(upTo count: Int) throws -> [UInt8] {
    while true {
      var result = 0
      let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        result = unsafe systemRead(descriptor, buffer)
        filled = max(0, result)
      }
      if result >= 0 { return bytes }
      if errno == EAGAIN {
        // Somebody who shares standard input made it non-blocking.
        var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        _ = unsafe poll(&wait, 1, -1)
        continue
      }
      if errno != EINTR { throw Failure("error: cannot read `\(CedarText.shown(name))`: \(Self.systemError())") }
    }
  }

  /// The first bytes of a file, no more of it being read.
  static func prefix(of path: String, upTo count: Int) throws -> [UInt8] {
    let file = try InputFile(path)
    var bytes: [UInt8] = []
    while bytes.count < count {
      let chunk = try file.read(upTo: min(count - bytes.count, 1 << 18))
      if chunk.isEmpty { break }
      bytes.append(contentsOf: chunk)
    }
    return bytes
  }

  /// Everything, up to the longest text there can be.
  static func contents(of path: String) throws -> SourceInput {
    let file = try InputFile(path)
    return SourceInput(name: file.name, bytes: try file.readAll())
  }

  /// - Throws: a ``Failure`` when there is more than the longest text there can be.
  func readAll() throws -> [UInt8] {
    var bytes: [UInt8] = []
    if size > 0 { bytes.reserveCapacity(min(size, SourceText.maximumLength) + 1) }
    while true {
      let chunk = try read(upTo: 1 << 18)
      if chunk.isEmpty { return bytes }
      bytes.append(contentsOf: chunk)
      if bytes.count > SourceText.maximumLength {
        throw Failure("error: `\(CedarText.shown(name))` is longer than \(SourceText.maximumLength) bytes")
      }
    }
  }

  private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
    #if canImport(Glibc)
      unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
    #elseif canImport(Musl)
      unsafe Musl.read(descriptor, buffer.baseAddress, buffer.count)
    #else
      unsafe Darwin.read(descriptor, buffer.baseAddress, buffer.count)
    #endif
  }

  /// - Throws: a ``Failure`` when more than one of the paths is standard input.
  static func checkStandardInput(_ paths: [String]) throws {
    guard paths.count(where: { $0 == "-" }) <= 1 else {
      throw Failure("error: standard input, `-`, is given more than once")
    }
  }

  static func systemError() -> String {
    unsafe String(cString: strerror(errno))
  }
}

/// The files of a directory.
enum Directory {
  static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  static func exists(_ path: String) -> Bool {
    unsafe access(path, F_OK) == 0
  }

  /// The thing that a path leads to, links followed.
  enum FileType {
    case file, folder
    /// A pipe, a socket or a device.
    case other
    /// Nothing, or something that cannot be reached.
    case missing
  }

  static func type(of path: String) -> FileType {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return .missing }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return .file
    case S_IFDIR: return .folder
    default: return .other
    }
  }

  /// A file or folder, whatever path leads to it.
  struct Identity: Hashable {
    let device: UInt64
    let number: UInt64
  }

  static func identity(of path: String) -> Identity? {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    return Identity(
      device: UInt64(truncatingIfNeeded: status.st_dev),
      number: UInt64(truncatingIfNeeded: status.st_ino)
    )
  }

  /// The names in a directory in the order of their bytes, those that start with a dot if asked for.
  static func names(in path: String, includingHidden: Bool = false) throws -> [String] {
    guard let directory = unsafe opendir(path) else {
      throw Failure("error: cannot open `\(CedarText.shown(path))`: \(InputFile.systemError())")
    }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: pointer.pointee)) {
          unsafe String(cString: $0)
        }
      }
      if name == "." || name == ".." { continue }
      if includingHidden || !name.utf8.starts(with: ".".utf8) { names.append(name) }
    }
    return names.sorted { $0.scalarOrder(comparedTo: $1) < 0 }
  }
}
