// SPDX-License-Identifier: Apache-2.0

// Asked by run.py, in turns with the peers in other languages: writes the keys and tokens to the directory that its
// argument names, prints what it can measure and an empty line, then answers each name on standard input with
// nanoseconds.

import Glibc

/// Prints a line at once, as its reader waits for it.
func answer(_ line: String) {
  print(line)
  fflush(nil)
}

guard CommandLine.arguments.count == 2 else {
  print("usage: TokenWorker DIRECTORY")
  exit(1)
}
var workloads: [String: (workload: Workload, times: Int)] = [:]
for algorithm in Scene.algorithms {
  let scene = try Scene(algorithm)
  try scene.write(to: CommandLine.arguments[1])
  for workload in try scene.floor() + scene.writ() + (await scene.jwtKit()) {
    workloads[workload.name] = (workload, try await workload.calibrated())
    answer(workload.name)
  }
}
answer("")
while let name = readLine() {
  guard let (workload, times) = workloads[name] else {
    print("there is no workload \(name)")
    exit(1)
  }
  answer("\(try await workload.measure(times: times))")
}
