// SPDX-License-Identifier: Apache-2.0

internal import WritCedar

/// The files of a scenario's directory, of which none that could decide is passed over.
///
/// Read are `*.cedar`, `*.cedar.json`, `*.cedarschema`, `*.cedarschema.json` and `entities.json` of the directory
/// itself. Everything else in it and in its folders is looked at: what looks like policies, a schema or entities, by
/// its name (``InputKind/init(named:)``) or by its content, is an error that names it. Folders of version control are
/// left out.
struct ScenarioDirectory {
  let path: String
  /// The files to read of each kind, in the order of the bytes of their names.
  private(set) var files: [InputKind: [String]] = [:]

  private let kinds: Set<InputKind>
  private var unread: [Unread] = []
  private var copies: [String] = []
  private var pending: [String] = []
  private var visited: Set<Directory.Identity> = []
  private var count = 0

  /// The number of files and folders that are looked at.
  static let maximumFiles = 10_000
  /// The number of unread files that a message names.
  private static let shownFiles = 10
  private static let versionControl = [".git", ".hg", ".svn", ".jj"]

  private struct Unread {
    let path: String
    let kind: InputKind
    let reason: String
  }

  /// - Parameter kinds: the kinds that the directory is read for; files of other kinds do not matter.
  /// - Throws: a ``Failure`` that names what looks like one of these kinds and is not read, or cannot be looked at.
  init(_ path: String, for kinds: Set<InputKind>) throws {
    guard Directory.isDirectory(path) else { throw Failure("error: `\(CedarText.shown(path))` is not a directory") }
    self.path = path
    self.kinds = kinds
    guard !kinds.isEmpty else { return }
    pending = [path]
    while let folder = pending.popLast() {
      guard let identity = Directory.identity(of: folder), visited.insert(identity).inserted else { continue }
      for name in try Directory.names(in: folder, includingHidden: true) {
        count += 1
        guard count <= Self.maximumFiles else { throw tooMany }
        try look(at: name, in: folder, isTop: folder == path)
      }
    }
    try report()
  }

  // MARK: Looking

  private mutating func look(at name: String, in folder: String, isTop: Bool) throws {
    let file = "\(folder)/\(name)"
    if isTop, let kind = InputKind(readAs: name) {
      files[kind, default: []].append(file)
      return
    }
    let type = Directory.type(of: file)
    if type == .folder {
      if !Self.versionControl.contains(where: { $0.hasSameScalars(as: name) }) { pending.append(file) }
      return
    }
    // The lock of an editor is a link to nothing.
    if type == .missing, name.hasPrefix(".#") { return }
    guard let kind = try InputKind(named: name) ?? content(of: file, type), kinds.contains(kind) else { return }
    if isTop, isEditorsCopy(name) {
      copies.append(file)
    } else {
      unread.append(Unread(path: file, kind: kind, reason: Self.reason(name, kind, isTop: isTop)))
    }
  }

  private func content(of file: String, _ type: Directory.FileType) throws -> InputKind? {
    if type == .other { return nil }
    do {
      let beginning = try InputFile.prefix(of: file, upTo: InputKind.lookedAt)
      guard InputKind.isJSON(beginning) else { return InputKind(text: beginning) }
      guard beginning.count == InputKind.lookedAt else { return InputKind(json: beginning) }
      let whole = try InputFile.prefix(of: file, upTo: InputKind.maximumJSON + 1)
      guard whole.count <= InputKind.maximumJSON else {
        throw Failure("error: `\(CedarText.shown(file))` is longer than \(InputKind.maximumJSON) bytes")
      }
      return InputKind(json: whole)
    } catch let failure as Failure {
      throw Failure(
        "\(failure.text)\nIt is looked at because it could hold policies, a schema or entities.\n"
          + "help: move it out of `\(CedarText.shown(path))`, or name the files to read with flags"
      )
    }
  }

  /// Whether a name is that of the copy that an editor keeps beside a file that is open in it and read here.
  private func isEditorsCopy(_ name: String) -> Bool {
    var original: Substring?
    if name.hasPrefix("#"), name.hasSuffix("#"), name.utf8.count > 2 {
      original = name.dropFirst().dropLast()
    } else if name.hasPrefix("."), let dot = name.lastIndex(of: "."), name[dot...].hasPrefix(".sw"),
      name[dot...].utf8.count == 4
    {
      original = name[..<dot].dropFirst()
    }
    guard let original, InputKind(readAs: String(original)) != nil else { return false }
    return Directory.type(of: "\(path)/\(original)") == .file
  }

  // MARK: Reporting

  private static func reason(_ name: String, _ kind: InputKind, isTop: Bool) -> String {
    if !isTop { return "files in folders are not" }
    if name.hasPrefix(".") { return "hidden files are not" }
    switch kind {
    case .policies: return "policies are read from *.cedar and *.cedar.json"
    case .schema: return "a schema is read from *.cedarschema and *.cedarschema.json"
    case .entities: return "entities are read from entities.json"
    }
  }

  private func report() throws {
    for copy in copies {
      Output.error("warning: `\(CedarText.shown(copy))` is an editor's copy of a file that is open, and is not read")
    }
    guard !unread.isEmpty else { return }
    let listed = unread.sorted { $0.path.scalarOrder(comparedTo: $1.path) < 0 }
    var lines = listed.prefix(Self.shownFiles).map { file in
      "error: `\(CedarText.shown(file.path))` looks like \(file.kind.noun) and is not read: \(file.reason)"
    }
    if listed.count > lines.count { lines.append("error: so do \(listed.count - lines.count) more files") }
    let flags = InputKind.allCases.filter { kind in unread.contains { $0.kind == kind } }.map(\.flag)
    let what = unread.count == 1 ? "it" : "them"
    lines.append(
      "help: rename \(what), move \(what) out of `\(CedarText.shown(path))`, or name all files to read with "
        + "\(flags.joined(separator: ", ")), in place of the directory's"
    )
    throw Failure(lines.joined(separator: "\n"))
  }

  private var tooMany: Failure {
    Failure(
      "error: `\(CedarText.shown(path))` and its folders hold more than \(Self.maximumFiles) files, too many to look "
        + "for policies that are not read\nhelp: keep policies in a directory of their own, or name the files to read with flags"
    )
  }
}

extension InputKind {
  fileprivate var noun: String {
    switch self {
    case .policies: "policies"
    case .schema: "a schema"
    case .entities: "entities"
    }
  }

  fileprivate var flag: String {
    switch self {
    case .policies: "--policies"
    case .schema: "--schema"
    case .entities: "--entities"
    }
  }
}
