// SPDX-License-Identifier: Apache-2.0

import WritCedar

/// What the one who changes an engine holds.
struct ChangeState {
  /// The ids of the templates among the policies that the engine was given, of which it holds the links only.
  var templates: Set<PolicyID>
  /// What makes the next version; `nil` until the first small change.
  private(set) var writer: VersionWriter?
  /// Counts the writers.
  private var generation = 0
  // Work that is being done aside, at most one of each kind.
  private var isMerging = false
  private var isCompiling = false
  /// What has changed since the version that is being compiled anew.
  private var log: [PolicyEngine.Change] = []

  init(templates: Set<PolicyID> = []) { self.templates = templates }

  /// Work to be done aside.
  struct Work: @unchecked Sendable {
    // Sendable: what merging looks at lies in the memory of the version, or is copied with the levels.
    enum Kind {
      case merge(PolicyLevels)
      case compile
    }

    let kind: Kind
    /// The version that it starts from.
    let version: Version
    fileprivate let generation: Int
  }

  /// Lets a writer go on, or `nil`, when the next version is made by other means.
  mutating func begin(_ writer: VersionWriter?) {
    self.writer = writer
    generation += 1
  }

  /// The writer whose version some work started from, if it still is the one that goes on.
  func writer(of work: Work) -> VersionWriter? { work.generation == generation ? writer : nil }

  // MARK: Work aside

  /// Remembers a change for the tables that are being compiled.
  mutating func note(_ change: PolicyEngine.Change) {
    if isCompiling { log.append(change) }
  }

  mutating func takeLog() -> [PolicyEngine.Change] {
    defer { log.removeAll() }
    return log
  }

  /// The work that should begin now.
  mutating func beginWork() -> [Work] {
    guard let writer else { return [] }
    var work: [Work] = []
    if !isMerging, let levels = writer.mergeable {
      isMerging = true
      work.append(Work(kind: .merge(levels), version: writer.version, generation: generation))
    }
    if !isCompiling, writer.needsCompilation {
      isCompiling = true
      work.append(Work(kind: .compile, version: writer.version, generation: generation))
    }
    return work
  }

  mutating func endMerge() { isMerging = false }

  mutating func endCompilation() {
    isCompiling = false
    log.removeAll()
  }

  /// Whether nothing is done aside.
  var isAtRest: Bool { !isMerging && !isCompiling }
}
