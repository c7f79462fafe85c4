// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar
import WritPolicy

@Suite("Entities that a request brings")
struct OverlayTests {
  private static let entities = """
    [
      {"uid": {"type": "User", "id": "ann"}, "attrs": {"level": 3, "mail": "a@x"}, "parents": [{"type": "Group", "id": "staff"}]},
      {"uid": {"type": "Group", "id": "staff"}, "attrs": {}, "parents": [{"type": "Group", "id": "all"}]},
      {"uid": {"type": "Doc", "id": "d"}, "attrs": {"mail": "a@x"}, "parents": [{"type": "Folder", "id": "f"}]}
    ]
    """

  private static let policies = """
    permit(principal in Group::"all", action == Action::"view", resource);
    permit(principal, action == Action::"level", resource) when { principal.level > 2 };
    permit(principal, action == Action::"mail", resource) when { principal.mail == context.mail };
    permit(principal, action == Action::"tag", resource) when { principal.getTag("t") == resource };
    permit(principal is Guest, action == Action::"type", resource);
    permit(principal in Folder::"f", action == Action::"folder", resource);
    permit(principal, action == Action::"friend", resource) when { principal.friend == context.friend };
    permit(principal, action == Action::"guest", resource) when { principal.friend is Guest };
    permit(principal, action == Action::"like", resource) when { principal.mail like "*@new" };
    permit(principal, action == Action::"ip", resource) when { ip(principal.mail).isLoopback() };
    """

  private static let actions = [
    "view", "level", "mail", "tag", "type", "folder", "friend", "guest", "like", "ip",
  ].map { uid("Action", $0) }

  private func rivals() throws -> Rivals { try Rivals(Self.policies, entities: try store(Self.entities)) }

  /// Decides all requests over the store with the entities put in, and returns the actions that the first UID may.
  @discardableResult
  private func agree(
    _ rivals: Rivals,
    _ entities: [Entity],
    _ uids: [EntityUID],
    contexts: [RecordValue] = [.empty],
    rule: OverlayRule = .merge
  ) throws -> [String] {
    let authorizer = Authorizer(
      policies: rivals.authorizer.policies,
      entities: try rivals.authorizer.entities.overlaid(with: entities, rule: rule),
      erringForbids: .skip
    )
    let overlay = try rivals.engine.overlay(entities, rule: rule)
    var allowed: [String] = []
    for (number, principal) in uids.enumerated() {
      for action in Self.actions {
        for context in contexts {
          let request = AuthorizationRequest(
            principal: principal,
            action: action,
            resource: uid("Doc", "d"),
            context: context
          )
          let expected = authorizer.authorize(request)
          let answer = rivals.decider.authorize(request, overlay: overlay)
          #expect(answer.decision == expected.decision, "\(request)")
          #expect(answer.reasons == expected.reasons, "\(request)")
          #expect(answer.errors.map(\.error.code) == expected.errors.map(\.error.code), "\(request)")
          #expect(rivals.engine.isAuthorized(request, overlay: overlay) == expected.decision.isAllowed, "\(request)")
          let explained = rivals.engine.explain(request, overlay: overlay).map(\.outcome)
          #expect(explained == authorizer.explain(request).map(\.outcome), "\(request)")
          if number == 0, expected.decision == .allow { allowed.append(action.id) }
        }
      }
    }
    return allowed
  }

  @Test("a new principal, by UID and by handle")
  func newPrincipal() throws {
    let rivals = try rivals()
    let guest = uid("Guest", "g")
    let entity = Entity(
      uid: guest,
      attributes: try record("{\"level\": 5, \"mail\": \"new@x\"}"),
      tags: try RecordValue([("t", .entity(uid("Doc", "d")))]),
      parents: [uid("Group", "staff"), uid("Group", "never heard of")]
    )
    let context = try record("{\"mail\": \"new@x\"}")
    let allowed = try agree(rivals, [entity], [guest, uid("User", "ann")], contexts: [context])
    #expect(allowed == ["view", "level", "mail", "tag", "type"])

    let overlay = try rivals.engine.overlay([entity])
    let handle = try #require(overlay.handle(for: guest))
    #expect(rivals.engine.handle(for: guest) == nil)
    #expect(overlay.handle(for: uid("User", "ann")) == nil)
    let document = try #require(rivals.engine.handle(for: uid("Doc", "d")))
    for context in [rivals.engine.context(context), rivals.engine.context(context, over: overlay)] {
      for action in Self.actions {
        let action = try #require(rivals.engine.handle(for: action))
        let answer = rivals.decider.authorize(
          principal: handle,
          action: action,
          resource: document,
          context: context,
          overlay: overlay
        )
        #expect(answer.request.principal == guest)
        #expect(answer.decision.isAllowed == allowed.contains(answer.request.action.id))
      }
    }
  }

  @Test("an entity stands in place of the stored one, whole, where that is asked for")
  func replacement() throws {
    let rivals = try rivals()
    let ann = uid("User", "ann")
    #expect(try agree(rivals, [Entity(uid: ann)], [ann], rule: .replace) == [])
    #expect(try agree(rivals, [Entity(uid: ann, parents: [uid("Folder", "f")])], [ann], rule: .replace) == ["folder"])
    #expect(try agree(rivals, [Entity(uid: uid("Doc", "d"))], [ann], rule: .replace) == ["view", "level"])
    // Afterwards nothing is left of it.
    #expect(
      rivals.decider.decide(AuthorizationRequest(principal: ann, action: Self.actions[0], resource: ann)) == .allow
    )
    #expect(rivals.decider.changedHierarchies == 0)
  }

  @Test("an ancestor of stored entities changes what they are in")
  func ancestors() throws {
    let rivals = try rivals()
    let ann = uid("User", "ann")
    let staff = uid("Group", "staff")
    #expect(try agree(rivals, [Entity(uid: staff)], [ann, staff], rule: .replace) == ["level"])
    let moved = Entity(uid: staff, parents: [uid("Folder", "f")])
    #expect(try agree(rivals, [moved], [ann, staff], rule: .replace) == ["level", "folder"])
    // Nothing stored has it for a child, so it is no ancestor.
    #expect(try agree(rivals, [Entity(uid: uid("Group", "other"), parents: [staff])], [ann]) == ["view", "level"])
    #expect(rivals.decider.changedHierarchies > 0)
  }

  @Test("parents may be in the overlay, in any order, twelve deep and a thousand deep", arguments: [12, 1_000])
  func chains(length: Int) throws {
    let rivals = try rivals()
    var chain = (0..<length).map { number in
      Entity(uid: uid("Link", "\(number)"), parents: [number == 0 ? uid("Group", "all") : uid("Link", "\(number - 1)")])
    }
    chain.swapAt(0, length - 1)
    let ends = [uid("Link", "\(length - 1)"), uid("Link", "\(length / 2)"), uid("Link", "0"), uid("Link", "none")]
    #expect(try agree(rivals, chain, ends) == ["view"])
  }

  @Test("what must not be is refused by name")
  func refusals() throws {
    let engine = try rivals().engine
    let (staff, all, new) = (uid("Group", "staff"), uid("Group", "all"), uid("Group", "new"))
    let refused: [(PolicyEngineError.Code, String, [Entity])] = [
      (.cycle, "Group::\"new\" is its own ancestor", [Entity(uid: new, parents: [new])]),
      (
        .cycle, "is its own ancestor",
        [Entity(uid: new, parents: [uid("A", "")]), Entity(uid: uid("A", ""), parents: [new])]
      ),
      (.cycle, "is its own ancestor", [Entity(uid: all, parents: [staff])]),
      (.cycle, "is its own ancestor", [Entity(uid: new, parents: [staff]), Entity(uid: all, parents: [new])]),
      (.duplicate, "two different entities Group::\"new\"", [Entity(uid: new), Entity(uid: new, parents: [all])]),
      (.action, "cannot bring the action Action::\"view\"", [Entity(uid: uid("Action", "view"))]),
    ]
    for (code, message, entities) in refused {
      let error = #expect(throws: PolicyEngineError.self) { try engine.overlay(entities) }
      #expect(error?.code == code, "\(message)")
      #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }
    // The same twice is once; nothing is nothing.
    let twice = Entity(uid: new, parents: [all, staff])
    #expect(try engine.overlay([twice, twice, Entity(uid: new, parents: [staff, all])]).handle(for: new) != nil)
    #expect(try engine.overlay([]).entities.isEmpty)
  }

  @Test("with a schema, entities that do not fit it are refused")
  func schema() throws {
    let schema = try Schema(
      parsing: "entity User { level: Long }; action view appliesTo { principal: User, resource: User };"
    )
    let engine = try PolicyEngine(try PolicySet(parsing: "permit(principal, action, resource);"), schema: schema)
    #expect(
      try engine.overlay([Entity(uid: uid("User", "a"), attributes: record("{\"level\": 1}"))]).entities.count == 1
    )
    for json in ["{}", "{\"level\": true}", "{\"level\": 1, \"more\": 1}"] {
      let entity = Entity(uid: uid("User", "a"), attributes: try record(json))
      let error = #expect(throws: PolicyEngineError.self) { try engine.overlay([entity]) }
      #expect(error?.code == .schema)
    }
  }

  @Test("a handle of an overlay names its entity wherever the overlay is laid")
  func overlayHandles() throws {
    let rivals = try rivals()
    let guest = uid("Guest", "g")
    let first = try rivals.engine.overlay([Entity(uid: guest, parents: [uid("Group", "all")])])
    let handle = try #require(first.handle(for: guest))
    let action = try #require(rivals.engine.handle(for: Self.actions[0]))
    func decision(_ overlay: EntityOverlay?) -> Decision {
      rivals.decider.decide(principal: handle, action: action, resource: action, overlay: overlay)
    }
    #expect(decision(first) == .allow)
    // An overlay of another engine is laid over this one; its handles name what they named there.
    let stranger = try PolicyEngine(try PolicySet(parsing: "permit(principal, action, resource);"))
    let foreign = try stranger.overlay(first.entities)
    // Its numbers mean something else here.
    let knowing = try PolicyEngine(try PolicySet(parsing: "permit(principal == Guest::\"g\", action, resource);"))
    let known = try knowing.overlay([Entity(uid: guest)])
    let knownHandle = try #require(known.handle(for: guest))
    #expect(rivals.decider.decide(principal: knownHandle, action: action, resource: action, overlay: known) == .deny)
    let foreignHandle = try #require(foreign.handle(for: guest))
    #expect(
      rivals.decider.decide(principal: foreignHandle, action: action, resource: action, overlay: foreign) == .allow
    )
  }

  @Test("an overlay lies over whatever version decides, whoever it was built for")
  func versions() throws {
    let engine = try rivals().engine
    let decider = engine.decider()
    let guest = uid("Guest", "g")
    let entity = Entity(
      uid: guest,
      attributes: try record("{\"mail\": \"new@x\", \"level\": 1}"),
      parents: [uid("Group", "staff")]
    )
    let overlay = try engine.overlay([entity])
    let handle = try #require(overlay.handle(for: guest))
    let mail = try record("{\"mail\": \"new@x\"}")
    let contexts = [engine.context(mail), engine.context(mail, over: overlay)]
    let entities = try store(Self.entities)
    let moved = try store(
      #"[{"uid": {"type": "Group", "id": "staff"}, "attrs": {}, "parents": [{"type": "Folder", "id": "f"}]}]"#
    )
    let more =
      Self.policies + "permit(principal, action == Action::\"new\", resource) when { \"new@x\" == principal.mail };"
    let versions = [
      (Self.policies, moved), (more, entities), (more, moved), (Self.policies, entities),
      ("permit(principal == Guest::\"g\", action, resource);", moved),
    ]
    for (text, entities) in versions {
      let policies = try PolicySet(parsing: text)
      try engine.replace(policies: policies, entities: entities)
      let authorizer = Authorizer(policies: policies, entities: try entities.overlaid(with: [entity]))
      for action in Self.actions + [uid("Action", "new")] {
        let request = AuthorizationRequest(principal: guest, action: action, resource: uid("Doc", "d"), context: mail)
        let expected = authorizer.authorize(request)
        let answer = decider.authorize(request, overlay: overlay)
        #expect(answer.decision == expected.decision, "\(action)")
        #expect(answer.errors.map(\.error.code) == expected.errors.map(\.error.code), "\(action)")
        guard let action = engine.handle(for: action), let resource = engine.handle(for: request.resource) else {
          continue
        }
        for context in contexts {
          for _ in 0..<2 {
            let decision = decider.decide(
              principal: handle,
              action: action,
              resource: resource,
              context: context,
              overlay: overlay
            )
            #expect(decision == expected.decision, "\(request.action)")
          }
        }
      }
    }
  }

  @Test("texts that only the request knows are told apart, wherever it names them")
  func texts() throws {
    let rivals = try rivals()
    let guest = uid("Guest", "g")
    let mails = ["one@new", "two@new", "\u{E9}", "e\u{301}", "a@x"]
    for mail in mails {
      let entity = Entity(
        uid: guest,
        attributes: try RecordValue([("mail", .string(mail)), ("b", .string("two@new"))])
      )
      let contexts = try mails.map { try RecordValue([("a", .string("one@new")), ("mail", .string($0))]) }
      let allowed = try agree(rivals, [entity], [guest], contexts: contexts)
      #expect(allowed.filter { $0 == "mail" }.count == 1)
      #expect(allowed.contains("like") == mail.hasSuffix("@new"))
    }
    let local = Entity(uid: guest, attributes: try RecordValue([("mail", .string("127.0.0.1"))]))
    #expect(try agree(rivals, [local], [guest]) == ["type", "ip"])
  }

  @Test("UIDs and types that only the request knows are told apart, wherever it names them")
  func identifiers() throws {
    let rivals = try rivals()
    let guest = uid("Guest", "g")
    let friends = [("User", "x"), ("User", "y"), ("Unheard", "x"), ("Unheard", "y"), ("Other", "x"), ("Guest", "x")]
      .map(uid)
    for friend in friends {
      let entity = Entity(uid: guest, attributes: try RecordValue([("friend", .entity(friend))]))
      let contexts = try friends.map { try RecordValue([("a", .entity(uid("New", "n"))), ("friend", .entity($0))]) }
      let allowed = try agree(rivals, [entity], [guest], contexts: contexts)
      #expect(allowed.filter { $0 == "friend" }.count == 1)
      #expect(allowed.contains("guest") == (friend.type == guest.type))
    }
  }
}
