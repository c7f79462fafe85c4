// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The processors that the process may use, which a container often makes fewer than the machine has.
package enum AvailableCores {
  /// The least of the processors that are online, those of the affinity mask, and those of the control groups; 1 or
  /// more.
  package static var count: Int {
    let online = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    #if os(Linux)
      return min(online, affinity ?? online, groups ?? online)
    #else
      return online
    #endif
  }

  #if os(Linux)
    /// The longest list of mounts that is read, in bytes.
    private static let maximumFileBytes = 1_048_576
    /// The processors of the affinity mask (sched_setaffinity(2)); `nil` where the system does not say.
    private static var affinity: Int? { read("/proc/self/status").flatMap { AffinityMask.cores(status: $0) } }

    private static var groups: Int? {
      guard let groups = read("/proc/self/cgroup"), let mounts = read("/proc/self/mountinfo") else { return nil }
      return ControlGroups.cores(groups: groups, mounts: mounts, read: read)
    }

    /// The text of a file of the kernel; `nil` where there is none, or it is too long.
    private static func read(_ path: String) -> String? {
      let descriptor = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
      guard descriptor >= 0 else { return nil }
      defer { close(descriptor) }
      var bytes: [UInt8] = []
      while bytes.count <= maximumFileBytes {
        var count = 0
        let chunk = unsafe [UInt8](unsafeUninitializedCapacity: 16_384) { buffer, filled in
          count = unsafe systemRead(descriptor, buffer.baseAddress, buffer.count)
          filled = max(0, count)
        }
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else { return nil }
        if count == 0 { return String(decoding: bytes, as: UTF8.self) }
        bytes += chunk
      }
      return nil
    }
  #endif
}

#if os(Linux)
  private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    unsafe read(descriptor, buffer, count)
  }
#endif
