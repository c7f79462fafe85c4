// SPDX-License-Identifier: Apache-2.0

import Dispatch

extension PolicyEngine {
  /// Begins work in a thread of its own kind, not in one of Swift's tasks, which it would keep from others.
  func start(_ work: ChangeState.Work) {
    DispatchQueue.global(qos: .utility).async { [weak self] in
      switch work.kind {
      case .merge(let levels): self?.merge(levels, work)
      case .compile: self?.compile(work)
      }
    }
  }

  private func merge(_ levels: PolicyLevels, _ work: ChangeState.Work) {
    let merge = withExtendedLifetime(work.version) { levels.merge() }
    locked { state in
      state.endMerge()
      guard let writer = state.writer(of: work) else { return merge.deallocate() }
      gate.publish(writer.install(merge))
    }
  }

  /// Compiles the tables anew, and lets what has changed meanwhile follow: only what is left at last in the way of others.
  private func compile(_ work: ChangeState.Work) {
    // It numbers no more than the version that it is made from.
    guard let compiled = try? work.version.recompiled() else { return locked { $0.endCompilation() } }
    let writer = VersionWriter(compiled, limits)
    while locked({ follow(work, by: writer, &$0) }) { writer.follow() }
  }

  /// - Returns: whether there is much to follow still.
  private func follow(_ work: ChangeState.Work, by writer: VersionWriter, _ state: inout ChangeState) -> Bool {
    guard let last = state.writer(of: work)?.version else {
      state.endCompilation()
      return false
    }
    writer.takeNumbers(of: last)
    let log = state.takeLog()
    writer.pending = log
    if log.count > ChangeState.few { return true }
    writer.follow()
    gate.publish(writer.publish(number: last.number + 1))
    state.endCompilation()
    state.begin(writer)
    return false
  }

  /// Waits until nothing is being done aside, for tests and measurements.
  package func waitForWorkAside() {
    let pause = DispatchSemaphore(value: 0)
    while !locked({ $0.isAtRest }) { _ = pause.wait(timeout: .now() + .milliseconds(1)) }
  }
}
