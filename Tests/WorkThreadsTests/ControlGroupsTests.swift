// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import WorkThreads

@Suite("Processors that control groups leave")
struct ControlGroupsTests {
  private static let second =
    "30 23 0:26 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate"
  private static let first =
    "31 25 0:28 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct"
  private static let noise = """
    22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw
    32 25 0:29 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
    short
    """

  private func cores(_ groups: String, _ mounts: String, _ files: [String: String]) -> Int? {
    ControlGroups.cores(groups: groups, mounts: mounts) { files[$0] }
  }

  @Test(
    "Version 2: whole processors of cpu.max, one at least; no limit where it says max or nothing",
    arguments: [
      ("200000 100000\n", 2), ("150000 100000\n", 1), ("50000 100000\n", 1), ("399999 100000", 3),
      ("max 100000\n", nil),
      ("", nil), ("100000", nil), ("0 100000", nil), ("-1 100000", nil), ("100000 0", nil), ("x y", nil),
      ("99999999999999999999 100000", nil), ("9223372036854775807 1", Int.max),
    ] as [(String, Int?)]
  )
  func second(_ text: String, _ expected: Int?) {
    #expect(cores("0::/\n", Self.noise + "\n" + Self.second, ["/sys/fs/cgroup/cpu.max": text]) == expected)
  }

  @Test("Version 1: whole processors of the quota; no limit where it is -1")
  func first() {
    let directory = "/sys/fs/cgroup/cpu,cpuacct/docker/abc"
    let groups = "12:memory:/docker/abc\n4:cpu,cpuacct:/docker/abc\n1:name=systemd:/docker/abc\n"
    for (quota, period, expected) in [
      ("300000\n", "100000\n", 3), ("-1\n", "100000\n", nil), ("25000\n", "50000\n", 1),
    ] as [(String, String, Int?)] {
      let files = [directory + "/cpu.cfs_quota_us": quota, directory + "/cpu.cfs_period_us": period]
      #expect(cores(groups, Self.first, files) == expected)
    }
    #expect(cores(groups, Self.first, [directory + "/cpu.cfs_quota_us": "100000"]) == nil)
    #expect(cores("12:memory:/docker/abc\n", Self.first, [directory + "/cpu.cfs_quota_us": "100000"]) == nil)
  }

  @Test("The least limit on the way to the root counts")
  func ancestors() {
    let files = [
      "/sys/fs/cgroup/a/b/c/cpu.max": "800000 100000", "/sys/fs/cgroup/a/b/cpu.max": "max 100000",
      "/sys/fs/cgroup/a/cpu.max": "400000 100000",
    ]
    #expect(cores("0::/a/b/c", Self.second, files) == 4)
    #expect(cores("0::/a/b:c", Self.second, files) == 4)
    #expect(cores("0::/x", Self.second, files) == nil)
  }

  @Test("A container that sees only its own group finds its limit at the mount point")
  func container() {
    let mount = "31 25 0:28 /docker/abc /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu"
    let files = ["/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "200000", "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000"]
    for path in ["/docker/abc", "/docker/abcdef", "/", "/../../x"] {
      #expect(cores("4:cpu:\(path)", mount, files) == 2)
    }
    let inner = [
      "/sys/fs/cgroup/cpu/in/cpu.cfs_quota_us": "100000", "/sys/fs/cgroup/cpu/in/cpu.cfs_period_us": "100000",
    ]
    #expect(cores("4:cpu:/docker/abc/in", mount, inner) == 1)
  }

  @Test(
    "Texts of any other form say nothing, and stop nothing",
    arguments: ["", "\n\n", ":", "::", "0:", "0::", "a:b:c:d", "-"]
  )
  func malformed(_ text: String) {
    #expect(cores(text, text, [:]) == nil)
    #expect(cores("0::/", text, ["/cpu.max": "1 1"]) == nil)
    _ = cores(text, Self.second, [:])
    let deep = "0::" + String(repeating: "/a", count: 100_000)
    #expect(cores(deep, Self.second, ["/sys/fs/cgroup/cpu.max": "100000 100000"]) == 1)
  }
}

@Suite("Processors of the affinity mask")
struct AffinityMaskTests {
  @Test(
    "Numbers and ranges are counted",
    arguments: [
      ("0", 1), ("0-3", 4), ("0-3,8", 5), ("1,3,5", 3), ("0-0", 1), ("64-127,256-319", 128), ("", nil), ("3-0", nil),
      ("a", nil), ("0-", nil), ("-1", nil), ("0-1-2", nil), ("0-99999999999999999999", nil), ("0-2000000", nil),
    ] as [(String, Int?)]
  )
  func list(_ list: String, _ expected: Int?) {
    let status = "Name:\tserver\nCpus_allowed:\tff\nCpus_allowed_list:\t\(list)\nMems_allowed:\t1\n"
    #expect(AffinityMask.cores(status: status) == expected)
  }

  @Test("A text without the line says nothing", arguments: ["", "Cpus_allowed:\t3", "\n", "Cpus_allowed_list:"])
  func none(_ text: String) {
    #expect(AffinityMask.cores(status: text) == nil)
  }
}
