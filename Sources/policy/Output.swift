// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif
private import Synchronization

/// Standard output, buffered, and standard error.
///
/// A closed standard output ends the command quietly with 1.
enum Output {
  private static let buffer = Mutex<[UInt8]>([])
  private static let bufferLimit = 1 << 16

  static func ignoreClosedPipes() {
    signal(SIGPIPE, SIG_IGN)
  }

  static func line(_ text: String) {
    write(Array(text.utf8))
    write([UInt8(ascii: "\n")])
  }

  static func write(_ bytes: [UInt8]) {
    let isFull = buffer.withLock { buffer in
      buffer.append(contentsOf: bytes)
      return buffer.count >= bufferLimit
    }
    if isFull { flush() }
  }

  static func flush() {
    let bytes = buffer.withLock { buffer in
      defer { buffer = [] }
      return buffer
    }
    if writeAll(bytes, to: STDOUT_FILENO) { return }
    // A reader that went away needs no message.
    if errno != EPIPE, errno != EBADF { error("error: cannot write the output: \(InputFile.systemError())") }
    exit(1)
  }

  static func error(_ text: String) {
    _ = writeAll(Array("\(text)\n".utf8), to: STDERR_FILENO)
  }

  /// Overwrites the current line of the terminal.
  static func progress(_ text: String) {
    _ = writeAll(Array("\r\u{1B}[K\(text)".utf8), to: STDERR_FILENO)
  }

  static func exit(_ status: Int32) -> Never {
    _exit(status)
  }

  static let outputIsTerminal = isatty(STDOUT_FILENO) == 1
  static let errorIsTerminal = isatty(STDERR_FILENO) == 1

  static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    unsafe bytes.withUnsafeBytes { bytes in
      var rest = unsafe bytes[...]
      while unsafe !rest.isEmpty {
        let written = unsafe systemWrite(descriptor, UnsafeRawBufferPointer(rebasing: rest))
        if written < 0 {
          if errno == EINTR { continue }
          if errno == EAGAIN {
            var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            _ = unsafe poll(&wait, 1, -1)
            continue
          }
          return false
        }
        unsafe rest = rest.dropFirst(written)
      }
      return true
    }
  }

  private static func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    #if canImport(Glibc)
      unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count)
    #elseif canImport(Musl)
      unsafe Musl.write(descriptor, bytes.baseAddress, bytes.count)
    #else
      unsafe Darwin.write(descriptor, bytes.baseAddress, bytes.count)
    #endif
  }
}

/// Colours, on a terminal only.
enum Style: String {
  case bold = "1"
  case dim = "2"
  case red = "31"
  case green = "32"
  case yellow = "33"

  func callAsFunction(_ text: String) -> String {
    Output.outputIsTerminal ? "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" : text
  }
}
