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
    do {
      let writer = VersionWriter(try work.version.recompiled(), limits)
      while let (last, log) = try locked({ state throws(PolicyEngineError) in try finish(work, writer, &state) }) {
        try writer.follow(log, to: last)
        writer.settle()
      }
    } catch {
      // The tables go on as they are: nothing is lost but work.
      locked { $0.endCompilation() }
    }
  }

  /// Publishes the compiled tables, unless much is to follow still.
  ///
  /// - Returns: what is to follow, and the version that it leads to; `nil` at the end.
  private func finish(
    _ work: ChangeState.Work,
    _ writer: VersionWriter,
    _ state: inout ChangeState
  ) throws(PolicyEngineError) -> (Version, [Change])? {
    guard let last = state.writer(of: work)?.version else {
      state.endCompilation()
      return nil
    }
    let log = state.takeLog()
    if log.count > limits.following { return (last, log) }
    try writer.follow(log, to: last)
    gate.publish(writer.publish(number: last.number + 1))
    state.endCompilation()
    state.begin(writer)
    return nil
  }

  /// Waits until nothing is being done aside, for tests and measurements.
  package func waitForWorkAside() {
    let pause = DispatchSemaphore(value: 0)
    while !locked({ $0.isAtRest }) { _ = pause.wait(timeout: .now() + .milliseconds(1)) }
  }
}
