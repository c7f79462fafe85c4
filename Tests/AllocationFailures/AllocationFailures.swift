// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Fails libcrypto's allocations one by one under everything that stands on it (ThreatModel.md, J47):
/// `AllocationFailures STEP`.
///
/// Each call is made in a process of its own, from where nothing has been fetched yet, until none of its allocations is
/// left to fail: with one failing, then with all after it failing, too. Then it is made in one process again and again,
/// where nothing may be lost. The first 16 allocations fail one by one, then every `STEP`th, and 64 times as many where
/// all is in one process. Prints a line for each sort of call, and one for each problem; ends with 1 where there was
/// any.
@main
enum AllocationFailures {
  static func main() {
    guard FailingMemory.install() else { end("problem: libcrypto has allocated before") }
    let arguments = CommandLine.arguments
    let step = arguments.count > 1 ? max(1, Int(arguments[1]) ?? 1) : 1
    let filter = arguments.count > 2 ? arguments[2] : ""
    var problems = 0
    do {
      for trial in try Trial.all() where filter.isEmpty || trial.name.contains(filter) {
        problems += run(trial, step: step)
      }
    } catch {
      end("problem: \(error)")
    }
    exit(problems == 0 ? 0 : 1)
  }

  private static func run(_ trial: Trial, step: Int) -> Int {
    var (calls, refused, stuck, problems) = (0, 0, 0, 0)
    for isLasting in [false, true] {
      var number = 0
      while number < 1 << 30 {
        let ending = Trial.apart { trial.ending(failing: number, isLasting: isLasting, tries: 4) }
        calls += 1
        let place = "allocation \(number)\(isLasting ? " and all after it" : "")"
        switch ending {
        case .success(.finished): number = .max
        case .success(.right): break
        case .success(.refused): refused += 1
        case .success(.stuck): stuck += 1
        case .success(let ending):
          problems += 1
          print("problem: \(trial.name), \(place): \(ending)")
        case .failure(let crash):
          problems += 1
          print("problem: \(trial.name), \(place): signal \(crash.signal)")
        }
        guard number < .max, problems < 20 else { break }
        number = trial.next(number, step: step)
      }
    }
    let many = Trial.apart { trial.endingOfMany(step: max(1, step / 64)) }
    switch many {
    case .success(.finished): break
    case .success, .failure:
      problems += 1
      print("problem: \(trial.name), again and again: \(many)")
    }
    print("\(trial.name): \(calls) calls, \(refused) refused, \(stuck) ever after")
    fflush(nil)
    return problems
  }

  private static func end(_ text: String) -> Never {
    print(text)
    exit(1)
  }
}
