// SPDX-License-Identifier: Apache-2.0

/// The processors on which Linux lets a process run (sched_setaffinity(2), cpuset(7)).
package enum AffinityMask {
  /// The number of processors; `nil` where the text does not say.
  ///
  /// - Parameter status: the text of `/proc/self/status` (proc_pid_status(5)), with a line `Cpus_allowed_list: 0-3,8`.
  package static func cores(status: String) -> Int? {
    let name = "Cpus_allowed_list:"
    guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else { return nil }
    var count = 0
    for part in line.dropFirst(name.count).split(separator: ",") {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { end in
        Int(end.filter { $0 != " " && $0 != "\t" })
      }
      guard 1...2 ~= ends.count, let first = ends[0], let last = ends[ends.count - 1], first >= 0, first <= last,
        last <= maximumNumber
      else { return nil }
      count += last - first + 1
    }
    return count > 0 ? count : nil
  }

  /// The highest number of a processor that is believed, far more than Linux is built for.
  private static let maximumNumber = 1_000_000
}
