// SPDX-License-Identifier: Apache-2.0

internal import CLibCrypto
internal import LibCrypto
internal import WritTokens

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A call that is made with one allocation after the other failing.
struct Trial {
  let name: String
  /// Whether a call takes long; then few of its allocations fail.
  let isLong: Bool
  /// Whether the result is right.
  let body: () throws -> Bool

  init(_ name: String, isLong: Bool = false, _ body: @escaping () throws -> Bool) {
    self.name = name
    self.isLong = isLong
    self.body = body
  }

  /// How a call ends, as the status of a process.
  enum Ending: Int32 {
    /// None of its allocations was left to fail.
    case finished
    /// The right result, though an allocation failed.
    case right
    /// A typed error.
    case refused
    case wrongResult
    case untypedError
    /// Errors are left in libcrypto's queue.
    case queuedErrors
    /// A typed error ever after: what libcrypto sets up once for a process stays half set up.
    case stuck
    /// It fails with all memory, or in a process that had set up everything before, ever after.
    case broken
    /// Blocks are lost each time.
    case lostMemory
  }

  /// The number of the allocation that fails after one.
  func next(_ number: Int, step: Int) -> Int {
    // Millions of them where a password is made a key.
    if isLong { return step == 1 ? number * 2 + 1 : number * 8 + 7 }
    return number < 16 ? number + 1 : number + step
  }

  /// The call, of which an allocation fails.
  ///
  /// - Parameter tries: how often it is tried once more with all memory, until it succeeds.
  func ending(failing number: Int, isLasting: Bool, tries: Int) -> Ending {
    FailingMemory.begin(failing: number, isLasting: isLasting)
    let first = attempt()
    let hadOne = FailingMemory.end()
    guard first == .right || first == .refused else { return first }
    if !hadOne { return first == .right ? .finished : .broken }
    for _ in 0..<tries {
      switch attempt() {
      case .right: return first
      case .refused: continue
      case let other: return other
      }
    }
    return .stuck
  }

  private func attempt() -> Ending {
    var ending = Ending.right
    do {
      if try !body() { ending = .wrongResult }
    } catch {
      ending = error is LibCryptoError || error is KeyError || error is TokenError ? .refused : .untypedError
    }
    return ERR_peek_error() == 0 ? ending : .queuedErrors
  }

  /// Makes the call again and again in one process, and asks what is lost each time.
  ///
  /// What libcrypto keeps for itself (caches, texts of errors) comes and goes.
  func endingOfMany(step: Int) -> Ending {
    // First everything is set up.
    guard attempt() == .right else { return .broken }
    for _ in 0..<20 {
      let before = unsafe FailingMemory.held
      var number = 0
      while true {
        // libcrypto blinds RSA with a factor that it keeps, may leave half changed, and makes again after 32 uses.
        let ending = ending(failing: number, isLasting: false, tries: 33)
        if ending == .finished { break }
        guard ending == .right || ending == .refused else { return ending == .stuck ? .broken : ending }
        number = next(number, step: step)
      }
      if unsafe FailingMemory.held <= before { return .finished }
    }
    return .lostMemory
  }

  /// Runs a body in a process of its own that begins where this one is, so that nothing made once is made yet.
  static func apart(_ body: () -> Ending) -> Result<Ending, Crash> {
    let child = fork()
    guard child != 0 else {
      alarm(120)
      _exit(body().rawValue)
    }
    var status: Int32 = 0
    guard child > 0, unsafe waitpid(child, &status, 0) == child else { return .failure(Crash(signal: -1)) }
    guard status & 0x7F == 0, let ending = Ending(rawValue: status >> 8 & 0xFF) else {
      return .failure(Crash(signal: status & 0x7F))
    }
    return .success(ending)
  }

  struct Crash: Error {
    let signal: Int32
  }
}
