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
  // Work that is being done in the background, at most one of each kind.
  private var isMerging = false
  private var isCompiling = false
  /// Stops the running compile, whose tables would not be published any more.
  private var stop = StopFlag()
  /// What has changed since the version that is being compiled again.
  private var log: [PolicyEngine.Change] = []

  init(templates: Set<PolicyID> = []) { self.templates = templates }

  /// Work to be done in the background.
  struct Work: Sendable {
    enum Kind: Sendable {
      case merge
      /// From the policies and entities of a version, unless it is stopped.
      case compile(Version, until: StopFlag)
    }

    let kind: Kind
    fileprivate let generation: Int
  }

  /// Levels to be merged.
  struct Merging: @unchecked Sendable {
    // Sendable: what merging looks at lies in the memory of the version, or is copied with the levels.
    private let levels: PolicyLevels
    private let version: Version

    fileprivate init(_ levels: PolicyLevels, _ version: Version) {
      self.levels = levels
      self.version = version
    }

    func merge() -> PolicyLevels.Merge { withExtendedLifetime(version) { levels.merge() } }
  }

  /// Lets a writer go on, or `nil`, when the next version is made by other means.
  mutating func begin(_ writer: VersionWriter?) {
    self.writer = writer
    generation += 1
    stop.set()
  }

  /// The writer whose version some work started from, if it still is the one that goes on.
  func writer(of work: Work) -> VersionWriter? { work.generation == generation ? writer : nil }

  // MARK: Work in the background

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
    if !isMerging, writer.needsMerge {
      isMerging = true
      work.append(Work(kind: .merge, generation: generation))
    }
    if !isCompiling, writer.needsCompilation {
      isCompiling = true
      stop = StopFlag()
      work.append(Work(kind: .compile(writer.version, until: stop), generation: generation))
    }
    return work
  }

  /// What should be merged now; `nil` at the end of the work, when there is little, or another writer goes on.
  mutating func merging(_ work: Work) -> Merging? {
    if let writer = writer(of: work), let levels = writer.mergeable { return Merging(levels, writer.version) }
    isMerging = false
    return nil
  }

  mutating func endCompilation() {
    isCompiling = false
    log.removeAll()
  }

  /// Whether nothing is done in the background.
  var isAtRest: Bool { !isMerging && !isCompiling }
}
