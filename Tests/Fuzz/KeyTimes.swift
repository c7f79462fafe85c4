// SPDX-License-Identifier: Apache-2.0
// Reads files with every reader of keys and says what each took; Scripts/hostile-keys compiles it with the sources of
// WritAuthentication.

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

@main
struct KeyTimes {
  /// Prints a line a reader: its name, a tab, seconds of CPU.
  static func main() {
    for path in CommandLine.arguments.dropFirst() {
      guard let bytes = contents(of: path) else {
        print("cannot read \(path)")
        exit(1)
      }
      for reading in KeyReading.all {
        let start = processorSeconds()
        reading.read(bytes)
        print("\(reading.name)\t\(processorSeconds() - start)")
      }
    }
  }

  /// POSIX counts a million of them a second.
  private static func processorSeconds() -> Double { Double(clock()) / 1e6 }

  private static func contents(of path: String) -> [UInt8]? {
    guard let file = unsafe fopen(path, "rb") else { return nil }
    defer { unsafe fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe fread(&buffer, 1, buffer.count, file)
      guard count > 0 else { return bytes }
      bytes += buffer.prefix(count)
    }
  }
}
