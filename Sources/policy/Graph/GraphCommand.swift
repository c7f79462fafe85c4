// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import WritCedar

/// `policy graph`: draws the entities or the schema of a scenario.
struct GraphCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "graph",
    abstract: "Draw entities or a schema as DOT or SVG.",
    discussion: """
      Of entities the parents of each; of a schema the types that entity types may be in, and of each action the principals and
      resources it applies to and the groups it is in (dashed). DOT is laid out by Graphviz, SVG is a drawing by itself.

        policy graph entities Policies/rbac --format svg > entities.svg

      Exit statuses: 0 success; 1 an error.
      """
  )

  enum Subject: String, ExpressibleByArgument, CaseIterable {
    case entities, schema
  }

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case dot, svg
  }

  @Argument(help: "What to draw: entities or schema.")
  var subject: Subject

  @OptionGroup var scenario: ScenarioOptions

  @Option(help: "How to draw: dot or svg.")
  var format = Format.dot

  func run() throws {
    let files = try scenario.files(of: subject == .schema ? [.schema] : [.schema, .entities])
    let wanted = subject == .schema ? files.schema : files.entities
    guard !wanted.isEmpty else {
      throw Failure("error: there is nothing to draw: give a directory with it, or --\(subject.rawValue) FILE")
    }
    try InputFile.checkStandardInput(files.schema + files.entities)
    let graph: Graph
    do {
      let schema = files.schema.isEmpty ? nil : try Schema(parsing: files.schema.map(InputFile.contents))
      switch subject {
      case .schema: graph = Graph(schema ?? Schema())
      case .entities:
        graph = Graph(try EntityStore(parsing: files.entities.map(InputFile.contents), schema: schema) { _ in })
      }
    } catch let error as SyntaxError {
      throw Failure(error)
    } catch let error as InputError {
      throw Failure(error)
    }
    guard graph.nodes.count <= Graph.maximumNodes else {
      throw Failure("error: the graph has \(graph.nodes.count) nodes, expected at most \(Graph.maximumNodes)")
    }
    Output.write(Array((format == .dot ? graph.dot() : graph.svg()).utf8))
  }
}
