// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The outcome of a finished process.
struct Outcome: Sendable {
  let status: Int32
  /// Standard output and standard error, bytes that are not UTF-8 replaced.
  let output: String
  let errors: String

  /// The lines of the output, without the empty one behind the last newline.
  var lines: [String] { output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init) }
}

/// A directory of its own for a test, removed with it.
///
/// Paths in tests are relative to it.
final class Folder: Sendable {
  let path: String

  /// Makes the directory and writes these files into it, with the directories that their names ask for.
  init(_ files: [String: String] = [:]) throws {
    path = FileManager.default.temporaryDirectory.appending(path: "policy-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for (name, text) in files { try write(Array(text.utf8), to: name) }
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  func write(_ bytes: [UInt8], to name: String) throws {
    let url = URL(filePath: path).appending(path: name)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }
}

/// Why a test could not run the command at all.
struct ProcessFailure: Error, CustomStringConvertible {
  let description: String
}

/// Runs `policy` in a folder, without input on an empty standard input.
func policy(_ arguments: String..., input: String = "", in folder: Folder) async throws -> Outcome {
  try await PolicyProcess.run(PolicyProcess.executable(), arguments, Array(input.utf8), folder)
}

/// Runs `policy` with arguments made by the test, on any bytes.
func policy(_ arguments: [String], input: [UInt8] = [], in folder: Folder) async throws -> Outcome {
  try await PolicyProcess.run(PolicyProcess.executable(), arguments, input, folder)
}

/// Runs a script of the shell in a folder; the command is `"$POLICY"` there.
func shell(_ script: String, in folder: Folder) async throws -> Outcome {
  try await PolicyProcess.run("/bin/sh", ["-c", script], [], folder)
}

/// The process itself: its streams are files, so that no pipe can fill up, and it is killed when it takes too long.
enum PolicyProcess {
  /// A test that comes near has found something.
  private static let limit = Duration.seconds(60)

  /// The path of this repository.
  static let repository = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  /// The `policy` that was built with the tests: beside the test bundle, which the test runner names.
  static func executable() throws -> String {
    let bundles = CommandLine.arguments + Bundle.allBundles.map(\.bundlePath)
    for bundle in bundles where bundle.contains(".xctest") {
      var directory = URL(filePath: bundle)
      while directory.path.contains(".xctest") { directory.deleteLastPathComponent() }
      let candidate = directory.appending(path: "policy").path
      if FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
    }
    throw ProcessFailure(description: "no `policy` beside \(bundles)")
  }

  static func run(_ executable: String, _ arguments: [String], _ input: [UInt8], _ folder: Folder) async throws
    -> Outcome
  {
    await Gate.shared.enter()
    do {
      let outcome = try await start(executable, arguments, input, folder)
      await Gate.shared.leave()
      return outcome
    } catch {
      await Gate.shared.leave()
      throw error
    }
  }

  private static func start(
    _ executable: String,
    _ arguments: [String],
    _ input: [UInt8],
    _ folder: Folder
  ) async throws -> Outcome {
    let streams = try Folder(["output": "", "errors": ""])
    try streams.write(input, to: "input")
    let script = #"cd "$1" && shift && exec "$@" <"$STREAMS/input" >"$STREAMS/output" 2>"$STREAMS/errors""#
    let child = try spawn(
      ["/bin/sh", "-c", script, "sh", folder.path, executable] + arguments,
      environment: ["POLICY": Self.executable(), "STREAMS": streams.path]
    )
    let deadline = ContinuousClock.now + limit
    var status: Int32 = 0
    while true {
      let ended = unsafe waitpid(child, &status, WNOHANG)
      if ended == child { break }
      guard ended == 0 || errno == EINTR else { throw ProcessFailure(description: "lost the process: error \(errno)") }
      if ContinuousClock.now > deadline { kill(-child, SIGKILL) }
      try? await Task.sleep(for: .milliseconds(2))
    }
    let output = try Data(contentsOf: URL(filePath: "\(streams.path)/output"))
    let errors = try Data(contentsOf: URL(filePath: "\(streams.path)/errors"))
    let signal = status & 0x7F
    return Outcome(
      status: signal == 0 ? status >> 8 & 0xFF : -signal,
      output: String(decoding: output, as: UTF8.self),
      errors: String(decoding: errors, as: UTF8.self)
    )
  }

  /// Starts a process in a group of its own, so that a script is killed with what it started.
  ///
  /// Foundation's `Process` crashes now and then when processes are started from several threads.
  private static func spawn(_ arguments: [String], environment: [String: String]) throws -> pid_t {
    let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }.map { "\($0)=\($1)" }
    var argv = unsafe arguments.map { unsafe strdup($0) } + [nil]
    var envp = unsafe variables.map { unsafe strdup($0) } + [nil]
    defer { unsafe (argv + envp).forEach { unsafe free($0) } }
    #if canImport(Darwin)
      var attributes = unsafe posix_spawnattr_t(bitPattern: 0)
    #else
      var attributes = posix_spawnattr_t()
    #endif
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    // The threads of tests may have signals blocked, and the runner may ignore some.
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    unsafe posix_spawnattr_setsigmask(&attributes, &signals)
    unsafe sigaddset(&signals, SIGPIPE)
    unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
    unsafe posix_spawnattr_setpgroup(&attributes, 0)
    let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
    unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
    var child: pid_t = 0
    let failure = unsafe posix_spawn(&child, arguments[0], nil, &attributes, &argv, &envp)
    guard failure == 0 else { throw ProcessFailure(description: "cannot start \(arguments[0]): error \(failure)") }
    return child
  }

  /// Lets in as many processes at a time as there are processors to run them, twice over.
  private actor Gate {
    static let shared = Gate()
    private var free = 2 * ProcessInfo.processInfo.activeProcessorCount
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func enter() async {
      if free > 0 {
        free -= 1
      } else {
        await withCheckedContinuation { waiting.append($0) }
      }
    }

    func leave() {
      if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
  }
}
