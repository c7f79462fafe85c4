// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import WritCedar

/// `policy translate`: writes policies and schemas in the other of Cedar's two forms.
struct TranslateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "translate",
    abstract: "Translate policies and schemas from Cedar's syntax to JSON, and back.",
    discussion: """
      A text whose first byte is `{` is JSON and is written in Cedar's syntax; any other is written in JSON. The meaning stays;
      comments and layout of Cedar's syntax are lost in JSON. Cedar's syntax has no linked policies: each is written as the policy
      that it comes to. Ids of policies that are not their positions become the annotation `@id`.

      Exit statuses: 0 success; 1 an error.
      """
  )

  @Argument(help: "The file; `-` is standard input.")
  var file: String = "-"

  @Option(help: "What the file holds: policies or schema. If it is not given, its name or the text tells.")
  var kind: CedarKind?

  @Option(help: "The columns of lines in Cedar's syntax.")
  var width = CedarFormatter.defaultWidth

  func run() throws {
    let source = try InputFile.contents(of: file)
    do {
      switch CedarFiles.kind(of: source, file, kind) {
      case .policies: try translatePolicies(source)
      case .schema: try translateSchema(source)
      }
    } catch let error as SyntaxError {
      throw Failure(error)
    } catch let error as InputError {
      throw Failure(error)
    }
  }

  private func translateSchema(_ source: SourceInput) throws {
    let declarations = try SchemaDeclarations(parsing: [source])
    guard InputKind.isJSON(source.bytes) else { return Output.write(IndentedJSON.text(of: declarations.json)) }
    let text = SourceInput(name: source.name, text: try declarations.cedarText())
    Output.write(try CedarFormatter(width: width).format(schema: text))
  }

  private func translatePolicies(_ source: SourceInput) throws {
    guard InputKind.isJSON(source.bytes) else {
      let policies = try PolicySet(parsing: [source])
      return Output.write(IndentedJSON.text(of: policies.json))
    }
    let policies = try PolicySet(parsing: [source])
    let links = policies.members.count { $0.template != nil }
    if links > 0 {
      let what = links == 1 ? "1 linked policy is" : "\(links) linked policies are"
      Output.error("warning: \(what) written as the policies they come to: Cedar's syntax has no links")
    }
    let text = SourceInput(name: source.name, text: policies.cedarText)
    Output.write(try CedarFormatter(width: width).format(policies: text))
  }
}
