// SPDX-License-Identifier: Apache-2.0

// The fuzzer of everything that reads untrusted input, for libFuzzer; Scripts/fuzz builds and runs it. It is compiled
// together with the sources of WritCedar, so it needs no import.

/// The first byte of the input chooses the reader, the rest is the text.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzReaders(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let input = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  guard let choice = input.first else { return 0 }
  let bytes = Array(input.dropFirst())
  switch choice % 6 {
  case 0: fuzzPolicies(bytes)
  case 1: fuzzExpression(bytes)
  case 2: fuzzSchema(bytes)
  case 3: fuzzEntities(bytes)
  case 4: fuzzRequest(bytes)
  default: fuzzPolicyJSON(bytes)
  }
  return 0
}

private let request = AuthorizationRequest(
  principal: EntityUID(type: EntityTypeName(checked: "User"), id: "alice"),
  action: EntityUID(type: EntityTypeName(checked: "Action"), id: "view"),
  resource: EntityUID(type: EntityTypeName(checked: "Photo"), id: "sea")
)

private let entities: EntityStore = {
  let json = """
    [{"uid": {"type": "User", "id": "alice"}, "attrs": {"a": 1, "b": {"c": [1, "x"]}}, "tags": {"t": true},
      "parents": [{"type": "Group", "id": "g"}]}]
    """
  return (try? EntityStore(json: Array(json.utf8))) ?? EntityStore()
}()

private let schema: Schema? = try? Schema(
  parsing: """
    entity Group; entity User in [Group] = { a?: Long, b?: { c: Set<ipaddr> }, o?: User } tags Bool;
    entity Color enum ["red"];
    action view appliesTo { principal: User, resource: [User, Color], context: { t?: datetime, d?: decimal } };
    """
)

/// Decides, explains, prints and reads again all policies that are read; printing must not change them.
private func fuzzPolicies(_ bytes: [UInt8]) {
  guard let set = try? PolicySet(parsing: [SourceInput(name: "fuzz", bytes: bytes)], identifiers: .position) else {
    return
  }
  let authorizer = Authorizer(policies: set, entities: entities)
  let response = authorizer.authorize(request)
  _ = authorizer.explain(request).map { $0.parts.map(\.text) }
  let text = set.members.map(\.description).joined(separator: "\n")
  guard let again = try? PolicySet(parsing: [SourceInput(name: "again", text: text)], identifiers: .position) else {
    fatalError("what was printed does not parse: \(text)")
  }
  let second = Authorizer(policies: again, entities: entities).authorize(request)
  guard second.decision == response.decision, second.reasons == response.reasons,
    second.errors.map(\.policy) == response.errors.map(\.policy),
    text == again.members.map(\.description).joined(separator: "\n")
  else { fatalError("what was printed means something else: \(text)") }
}

/// Prints policies read from JSON as text and as JSON again; both must read to the same.
private func fuzzPolicyJSON(_ bytes: [UInt8]) {
  let set: PolicySet
  do {
    set = try PolicySet(json: bytes, identifiers: .position)
  } catch {
    _ = error.diagnostic.rendered
    return
  }
  let response = Authorizer(policies: set, entities: entities).authorize(request)
  _ = Authorizer(policies: set, entities: entities).explain(request).map { $0.parts.map(\.text) }
  let texts = set.members.map(\.description)
  // `has a.b` comes back as the chain of `&&` that it stands for.
  let hasPath = texts.contains { $0.contains(/\ has \w+\./) }
  guard let again = try? PolicySet(json: set.json), again.json == set.json,
    hasPath || again.members.map(\.description) == texts
  else { fatalError("what was written does not read as the same: \(String(decoding: set.json, as: UTF8.self))") }
  let text = set.members.map(\.description).joined(separator: "\n")
  guard let parsed = try? PolicySet(parsing: [SourceInput(name: "again", text: text)], identifiers: .position),
    text == parsed.members.map(\.description).joined(separator: "\n")
  else { fatalError("what was printed does not parse as the same: \(text)") }
  let second = Authorizer(policies: parsed, entities: entities).authorize(request)
  guard second.decision == response.decision, second.reasons.count == response.reasons.count,
    second.errors.map(\.error.code) == response.errors.map(\.error.code)
  else { fatalError("what was printed means something else: \(text)") }
}

private func fuzzExpression(_ bytes: [UInt8]) {
  do {
    let expression = try Expression(parsing: SourceInput(name: "fuzz", bytes: bytes))
    let value = try expression.value(for: request, entities: entities)
    let again = try Expression(parsing: value.description).value(for: request, entities: entities)
    guard value == again else { fatalError("\(value) printed as something else") }
  } catch let error as SyntaxError {
    _ = error.diagnostics.map(\.rendered)
  } catch {
    _ = String(describing: error)
  }
}

private func fuzzSchema(_ bytes: [UInt8]) {
  do {
    let schema = try Schema(parsing: [SourceInput(name: "fuzz", bytes: bytes)])
    _ = EntityStore(actionsOf: schema)
    _ = schema.problem(with: request)
  } catch {
    _ = error.diagnostics.map(\.rendered)
  }
}

private func fuzzEntities(_ bytes: [UInt8]) {
  for schema in [nil, schema] {
    do {
      let store = try EntityStore(json: bytes, schema: schema)
      for entity in store { _ = store.ancestors(of: entity.uid) }
    } catch {
      _ = error.diagnostic.rendered
    }
  }
}

private func fuzzRequest(_ bytes: [UInt8]) {
  for schema in [nil, schema] {
    _ = try? RequestInput(json: bytes, schema: schema)
    _ = try? RecordValue(json: bytes, for: request.action, schema: schema)
  }
}
