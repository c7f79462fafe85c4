// SPDX-License-Identifier: Apache-2.0

internal import WritCedar
internal import WritPolicy

/// A request with the entities that it brings.
struct BenchRequest {
  let request: AuthorizationRequest
  let brought: RequestEntities
  private let line: [UInt8]
  private let file: String

  /// - Throws: an ``InputError`` at what the line has wrong.
  init(_ line: [UInt8], of file: String, _ scenario: Scenario) throws(InputError) {
    let input = try RequestInput(json: line, name: file, schema: scenario.schema, validates: true)
    request = input.request
    self.line = line
    self.file = file
    do throws(JSONFailure) {
      brought = try RequestEntities(input).withoutActions(of: scenario.entities)
    } catch {
      throw error.inputError(name: file, bytes: line)
    }
  }

  /// The request's overlay, `nil` when it brings nothing.
  func overlay(by decider: Decider) throws -> EntityOverlay? {
    do throws(JSONFailure) {
      return try brought.overlay(by: decider)
    } catch {
      throw Failure(error.inputError(name: file, bytes: line))
    }
  }

  /// The literal evaluator over the stored entities with the brought ones.
  func authorizer(over stored: Authorizer, fitting schema: Schema?) throws -> Authorizer {
    if brought.isEmpty { return stored }
    do throws(JSONFailure) {
      return stored.overlaid(entities: try brought.laid(over: stored.entities, fitting: schema))
    } catch {
      throw Failure(error.inputError(name: file, bytes: line))
    }
  }

  /// Reads a file with a request a line.
  static func requests(in path: String, _ scenario: Scenario) throws -> [BenchRequest] {
    let source = try InputFile.contents(of: path)
    var requests: [BenchRequest] = []
    do throws(InputError) {
      for line in source.bytes.split(separator: UInt8(ascii: "\n")) {
        if line.allSatisfy({ [0x20, 0x09, 0x0D].contains($0) }) { continue }
        requests.append(try BenchRequest(Array(line), of: source.name, scenario))
      }
    } catch {
      throw Failure(error)
    }
    guard !requests.isEmpty else { throw Failure("error: there are no requests in `\(CedarText.shown(path))`") }
    return requests
  }
}
