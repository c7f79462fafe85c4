// SPDX-License-Identifier: Apache-2.0

// Measures what finding a session costs: SessionBench [ROUNDS [SESSIONS…]]

import Glibc

let numbers = CommandLine.arguments.dropFirst().map { Int($0) ?? 0 }
guard numbers.allSatisfy({ $0 > 0 }) else {
  print("usage: SessionBench [ROUNDS [SESSIONS…]]")
  exit(1)
}
let rounds = numbers.first ?? 50
let sizes = numbers.count > 1 ? Array(numbers.dropFirst()) : [1_000, 100_000, 1_000_000]
try await report(rounds: rounds, sizes: sizes)

/// Measures all in turns, so that what the machine does beside meets all alike, and prints it.
nonisolated func report(rounds: Int, sizes: [Int]) async throws {
  var memory: [Workload] = []
  for size in sizes {
    let scene = try await Scene(sessions: size)
    print("\(size) sessions in memory: \(scene.bytesEach) bytes each")
    memory.append(scene.lookUp("memory, \(size) sessions", among: size))
    if size > Scene.hotCount {
      memory.append(scene.lookUp("memory, \(Scene.hotCount) of \(size) sessions", among: Scene.hotCount))
    }
  }
  try await measure(&memory, rounds)
  let reads = try await SQLiteReads()
  defer { reads.removeFiles() }
  var files = [reads.grdb, reads.writ]
  try await measure(&files, min(rounds, 50))
  print("CPU time of the process, least and median of the rounds:")
  for workload in memory + files { print(workload.summary) }
}

nonisolated func measure(_ workloads: inout [Workload], _ rounds: Int) async throws {
  for _ in 0..<rounds {
    for index in workloads.indices { try await workloads[index].measure() }
  }
}
