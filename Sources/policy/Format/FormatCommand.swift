// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import WritCedar

/// `policy format`: lays out policies and schemas, and changes nothing but white space.
struct FormatCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "format",
    abstract: "Format policies and schemas.",
    discussion: """
      Formats *.cedar and *.cedarschema files in place; of a directory all of them, also in its folders. `-`, or nothing,
      formats standard input to standard output. Comments stay where they are, byte for byte, and no policy means anything
      else afterwards: each result is read again and compared before it is written.

      Exit statuses: 0 success (--check: all is formatted); 1 an error, or with --check a file that is not formatted.
      """
  )

  @Argument(help: "Files and directories.")
  var paths: [String] = []

  @Option(help: "The columns that lines have at most, where they can be broken: 20 to 1000.")
  var width = CedarFormatter.defaultWidth

  @Flag(help: "Write nothing; name the files that are not formatted, and end with 1 if there are any.")
  var check = false

  @Option(help: "The kind of standard input: policies or schema. If it is not given, the text tells.")
  var kind: CedarKind?

  func run() throws {
    guard CedarFormatter.widths.contains(width) else {
      throw Failure(
        "error: --width is \(CedarFormatter.widths.lowerBound) to \(CedarFormatter.widths.upperBound)"
      )
    }
    try InputFile.checkStandardInput(paths)
    var isFormatted = true
    var hasFailed = false
    for path in try paths.isEmpty ? ["-"] : paths.flatMap({ try CedarFiles.paths(of: $0) }) {
      do {
        isFormatted = try format(path) && isFormatted
      } catch let failure as Failure {
        Output.error(failure.text)
        hasFailed = true
      }
    }
    if hasFailed || (check && !isFormatted) { throw ExitCode(1) }
  }

  /// Formats one file.
  ///
  /// - Returns: whether it was formatted already.
  private func format(_ path: String) throws -> Bool {
    let source = try InputFile.contents(of: path)
    let formatted: [UInt8]
    do {
      let formatter = CedarFormatter(width: width)
      switch CedarFiles.kind(of: source, path, kind) {
      case .policies: formatted = try formatter.format(policies: source)
      case .schema: formatted = try formatter.format(schema: source)
      }
    } catch {
      throw Failure(error)
    }
    let isFormatted = formatted == source.bytes
    if check {
      if !isFormatted { Output.line("not formatted: \(CedarText.shown(source.name))") }
    } else if path == "-" {
      Output.write(formatted)
    } else if !isFormatted {
      try OutputFile.replace(path, with: formatted)
    }
    return isFormatted
  }
}

/// The two kinds of text in Cedar's syntax.
enum CedarKind: String, ExpressibleByArgument, CaseIterable {
  case policies, schema
}

/// Files in Cedar's syntax.
enum CedarFiles {
  /// The path of a file, or the paths of the files in Cedar's syntax in a directory and its folders, links to folders
  /// left out.
  static func paths(of path: String) throws -> [String] {
    guard path != "-", Directory.isDirectory(path) else { return [path] }
    var found: [String] = []
    var pending = [path]
    var visited: Set<Directory.Identity> = []
    while let folder = pending.popLast() {
      guard let identity = Directory.identity(of: folder), visited.insert(identity).inserted else { continue }
      for name in try Directory.names(in: folder) {
        let inner = "\(folder)/\(name)"
        if Directory.isDirectory(inner) {
          pending.append(inner)
        } else if ends(name, ".cedar") || ends(name, ".cedarschema") {
          found.append(inner)
        }
      }
    }
    guard !found.isEmpty else {
      throw Failure("error: there are no *.cedar and *.cedarschema files in `\(CedarText.shown(path))`")
    }
    return found.sorted { $0.scalarOrder(comparedTo: $1) < 0 }
  }

  /// The kind of a text: the one that is asked for, that of the file's name, or what the text looks like.
  static func kind(of source: SourceInput, _ path: String, _ asked: CedarKind?) -> CedarKind {
    if let asked { return asked }
    if let named = InputKind(readAs: path) { return named == .schema ? .schema : .policies }
    let looked = InputKind.isJSON(source.bytes) ? InputKind(json: source.bytes) : InputKind(text: source.bytes)
    return looked == .schema ? .schema : .policies
  }

  private static func ends(_ name: String, _ suffix: String) -> Bool {
    name.utf8.reversed().starts(with: suffix.utf8.reversed())
  }
}
