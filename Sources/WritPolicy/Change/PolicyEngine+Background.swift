// SPDX-License-Identifier: Apache-2.0

extension PolicyEngine {
  /// Begins work in a thread of its own.
  func start(_ work: ChangeState.Work) {
    BackgroundThread.run { [weak self, limits] in
      switch work.kind {
      case .merge:
        repeat {
          if limits.rest > 0 { BackgroundThread.sleep(milliseconds: limits.rest) }
        } while self?.merge(work) ?? false
      case .compile(let version, let stop): self?.compile(version, until: stop, work)
      }
    }
  }

  /// Merges the last indexes of added policies.
  ///
  /// - Returns: whether there was something to merge.
  private func merge(_ work: ChangeState.Work) -> Bool {
    guard let merging = locked({ $0.merging(work) }) else { return false }
    let merge = merging.merge()
    locked { state in
      guard let version = state.writer(of: work)?.install(merge) else { return merge.deallocate() }
      gate.publish(version)
    }
    return true
  }

  /// Compiles the tables again, and lets what has changed meanwhile follow: only what is left at last in the way of
  /// others.
  private func compile(_ version: Version, until stop: StopFlag, _ work: ChangeState.Work) {
    do {
      guard let version = try version.recompiled(until: stop) else {
        return locked { $0.endCompilation() }
      }
      let writer = VersionWriter(version, limits)
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

  /// Waits until nothing is being done in the background, for tests and measurements.
  package func waitForBackground() {
    while !locked({ $0.isAtRest }) { BackgroundThread.sleep(milliseconds: 1) }
  }
}
