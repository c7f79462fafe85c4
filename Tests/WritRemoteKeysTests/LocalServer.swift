// SPDX-License-Identifier: Apache-2.0

#if RemoteKeys
  import Foundation

  /// The server of Server/server.py, with a certificate of its own; it ends with this process, whose pipe it reads.
  struct LocalServer: Sendable {
    let port: Int
    let plainPort: Int
    /// The certificate, which is its own authority.
    let certificate: String
    /// Open for as long as the server is to run.
    private let input: FileHandle

    static let shared = Result { try LocalServer() }

    private init() throws {
      // A client that follows these gets no answer.
      for name in ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        _ = unsafe setenv(name, "http://127.0.0.1:1", 1)
      }
      let folder = FileManager.default.temporaryDirectory.appending(path: "writ-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      certificate = folder.appending(path: "certificate.pem").path
      let key = folder.appending(path: "key.pem").path
      _ = try Self.start(
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=writ",
        "-addext",
        "subjectAltName=IP:127.0.0.1",
        "-keyout",
        key,
        "-out",
        certificate
      ).output.readToEnd()
      let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Server/server.py").path
      let server = try Self.start("python3", script, certificate, key)
      var line = Data()
      while line.last != UInt8(ascii: "\n"), let byte = try server.output.read(upToCount: 1), !byte.isEmpty {
        line += byte
      }
      // The server has read its files.
      try FileManager.default.removeItem(atPath: key)
      let ports = String(decoding: line, as: UTF8.self).split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
      guard ports.count == 2 else { throw CocoaError(.executableLoad) }
      (port, plainPort) = (ports[0], ports[1])
      input = server.input
    }

    private static func start(_ command: String...) throws -> (input: FileHandle, output: FileHandle) {
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = command
      let (input, output) = (Pipe(), Pipe())
      process.standardInput = input
      process.standardOutput = output
      process.standardError = FileHandle.nullDevice
      try process.run()
      return (input.fileHandleForWriting, output.fileHandleForReading)
    }
  }
#endif
