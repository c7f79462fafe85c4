// SPDX-License-Identifier: Apache-2.0

import WritCedar

/// `Type::"id"` without ceremony.
func uid(_ type: String, _ id: String) -> EntityUID {
  EntityUID(type: EntityTypeName(type) ?? EntityTypeName(checked: type), id: id)
}

/// The request that tests ask when it does not matter.
func request(context: RecordValue = .empty) -> AuthorizationRequest {
  AuthorizationRequest(
    principal: uid("User", "alice"),
    action: uid("Action", "view"),
    resource: uid("Photo", "sea"),
    context: context
  )
}

/// Returns the outcome of an expression in one word or value: `3`, `error: overflow`, `refused: …`.
func outcome(
  of expression: String,
  entities: EntityStore = EntityStore(),
  context: RecordValue = .empty
) -> String {
  do {
    let value = try Expression(parsing: expression).value(for: request(context: context), entities: entities)
    return value.description
  } catch let error as EvaluationError {
    return "error: \(error.code.rawValue)"
  } catch let error as SyntaxError {
    return "refused: \(error.diagnostics[0].message)"
  } catch {
    return "other: \(error)"
  }
}

/// Whether the text is refused as policies.
func isRefused(_ policies: String) -> Bool {
  (try? PolicySet(parsing: policies)) == nil
}
