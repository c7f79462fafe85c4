// SPDX-License-Identifier: Apache-2.0

/// The processors that Linux's control groups leave to a process (cgroups(7)): `cpu.max` of version 2,
/// `cpu.cfs_quota_us` and `cpu.cfs_period_us` of version 1.
///
/// A limit of a group holds for all groups below it, so that the least on the way to the root counts.
package enum ControlGroups {
  /// The groups on the way to the root that are looked at.
  static let maximumDepth = 64

  /// The whole processors that the limits allow, 1 or more; `nil` where there is no limit.
  ///
  /// - Parameters:
  ///   - groups: the text of `/proc/self/cgroup`.
  ///   - mounts: the text of `/proc/self/mountinfo` (proc_pid_mountinfo(5)).
  ///   - read: the text of a file, `nil` where there is none.
  package static func cores(groups: String, mounts: String, read: (String) -> String?) -> Int? {
    var least: Int?
    let mounts = mounts.split(separator: "\n").compactMap(Mount.init)
    for line in groups.split(separator: "\n") {
      // The number of the hierarchy, its controllers, and the group's path, which may hold colons.
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      let isSecond = parts[0] == "0" && parts[1].isEmpty
      guard isSecond || parts[1].split(separator: ",").contains("cpu") else { continue }
      for mount in mounts where mount.isSecond == isSecond {
        for directory in mount.directories(of: parts[2]) {
          let limit = isSecond ? second(directory, read) : first(directory, read)
          if let limit { least = min(least ?? limit, limit) }
        }
      }
    }
    return least
  }

  private static func second(_ directory: String, _ read: (String) -> String?) -> Int? {
    guard let text = read(directory + "/cpu.max") else { return nil }
    let numbers = text.split { $0 == " " || $0 == "\n" }
    guard numbers.count == 2 else { return nil }
    return cores(numbers[0], of: numbers[1])
  }

  private static func first(_ directory: String, _ read: (String) -> String?) -> Int? {
    guard let quota = read(directory + "/cpu.cfs_quota_us"), let period = read(directory + "/cpu.cfs_period_us") else {
      return nil
    }
    return cores(quota.prefix { $0 != "\n" }, of: period.prefix { $0 != "\n" })
  }

  /// The processors of a quota: whole ones, as a part of one is used up long before the period ends; `nil` for `max`
  /// and `-1`.
  private static func cores(_ quota: Substring, of period: Substring) -> Int? {
    guard let quota = Int(quota), let period = Int(period), quota > 0, period > 0 else { return nil }
    return max(1, quota / period)
  }

  /// A place where groups of the processor's controller are seen.
  private struct Mount {
    let isSecond: Bool
    /// The group that is seen at the mount point.
    private let root: Substring
    private let point: Substring

    init?(_ line: Substring) {
      let fields = line.split(separator: " ")
      guard fields.count > 5, let dash = fields.dropFirst(6).firstIndex(of: "-"), dash + 3 < fields.endIndex else {
        return nil
      }
      switch fields[dash + 1] {
      case "cgroup2": isSecond = true
      case "cgroup" where fields[dash + 3].split(separator: ",").contains("cpu"): isSecond = false
      default: return nil
      }
      root = fields[3]
      point = fields[4]
    }

    /// The directories of a group and of all above it, as far as they are seen here.
    func directories(of group: Substring) -> [String] {
      var path = group
      if root != "/" {
        // In a container without a name space of its own, the path is the host's, and only what is below the root is
        // seen.
        let isBelow = path == root || path.hasPrefix(root + "/")
        path = isBelow ? path.dropFirst(root.count) : ""
      }
      // A group outside of the name space's root is not seen at all.
      let names = path.split(separator: "/")
      guard !names.contains(".."), names.count <= maximumDepth else { return [String(point)] }
      return (0...names.count).map { count in ([point] + names.prefix(count)).joined(separator: "/") }
    }
  }
}
