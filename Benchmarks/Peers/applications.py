# SPDX-License-Identifier: Apache-2.0
"""Three small applications as they are written in practice: a schema, few policies, much in attributes.

`drive`: documents in folders, shared with groups. `hosting`: organizations, teams, repositories and issues. `todo`:
lists with readers and editors. There are 50 entities of each type.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from scenario import JSON, UID, Entity, Request, Requests, Scenario, action

COUNT = 50

# The functions and data that all three share in Rego: `above` has for each entity those that it is in, itself included.
REGO = [
    "user := input.user",
    "item := data.attributes[input.item]",
    "within(low, high) if data.above[low][high]",
    "member(groups) if { some group in groups; within(user, group) }",
]


def drive(scenario: Scenario, requests: int) -> None:
    rng = random.Random("drive")
    groups = [Entity(_uid("Group", n), parents=_up("Group", n)) for n in range(COUNT)]
    folders = [
        Entity(_uid("Folder", n), {"owner": _any(rng, "User").reference}, _up("Folder", n)) for n in range(COUNT)
    ]
    users = [
        Entity(
            _uid("User", n),
            {"shared": [_any(rng, "Folder").reference for _ in range(2)], "suspended": rng.random() < 0.05},
            _some(rng, "Group", 2),
        )
        for n in range(COUNT)
    ]
    documents = [
        Entity(
            _uid("Document", n),
            {
                "owner": _any(rng, "User").reference,
                "readers": [uid.reference for uid in _some(rng, "Group", 3)],
                "editors": [uid.reference for uid in _some(rng, "Group", 2)],
                "isPublic": rng.random() < 0.15,
            },
            (_any(rng, "Folder"),),
        )
        for n in range(COUNT)
    ]
    schema = """
    entity Group in [Group];
    entity Folder in [Folder] { owner: User };
    entity User in [Group] { shared: Set<Folder>, suspended: Bool };
    entity Document in [Folder] { owner: User, readers: Set<Group>, editors: Set<Group>, isPublic: Bool };
    action view, comment, edit, share appliesTo { principal: User, resource: Document };
    """
    cedar = """
    permit(principal, action, resource) when { resource.owner == principal };
    permit(principal, action in [Action::"view", Action::"comment"], resource)
      when { principal in resource.readers };
    permit(principal, action in [Action::"view", Action::"comment", Action::"edit"], resource)
      when { principal in resource.editors };
    permit(principal, action == Action::"view", resource)
      when { resource.isPublic || resource in principal.shared };
    forbid(principal, action, resource) when { principal.suspended };
    """
    rego = """
    allow if { permitted; not data.attributes[user].suspended }
    permitted if item.owner == user
    permitted if { input.action in {"view", "comment"}; member(item.readers) }
    permitted if { input.action in {"view", "comment", "edit"}; member(item.editors) }
    permitted if { input.action == "view"; item.isPublic }
    permitted if { input.action == "view"; some folder in data.attributes[user].shared; within(input.item, folder) }
    """
    polar = """
    allow(user: User, action, item: Item) if user.suspended = false and may(user, action, item);
    may(user, _, item) if item.owner = user;
    may(user, action, item) if action in ["view", "comment"] and user.within(item.readers);
    may(user, action, item) if action in ["view", "comment", "edit"] and user.within(item.editors);
    may(_, "view", item) if item.isPublic;
    may(user, "view", item) if item.within(user.shared);
    """
    actions = ("view", "view", "comment", "edit", "share")

    def draw() -> Request:
        item = rng.choice(documents)
        return Request(_asker(rng, item, 0.15), action(rng.choice(actions)), item.uid)

    _write(scenario, schema, cedar, rego, polar, groups + folders + users + documents, draw, requests)


def hosting(scenario: Scenario, requests: int) -> None:
    rng = random.Random("hosting")
    teams = [Entity(_uid("Team", n), parents=_up("Team", n)) for n in range(COUNT)]
    organizations = [
        Entity(_uid("Organization", n), {"admins": _any(rng, "Team").reference, "members": _any(rng, "Team").reference})
        for n in range(COUNT)
    ]
    users = [Entity(_uid("User", n), {}, _some(rng, "Team", 3)) for n in range(COUNT)]
    roles = ("readers", "triagers", "writers", "maintainers")
    repositories = [
        Entity(
            _uid("Repository", n),
            {role: _any(rng, "Team").reference for role in roles}
            | {"owner": _any(rng, "Organization").reference, "isPrivate": rng.random() < 0.6, "archived": n % 10 == 0},
        )
        for n in range(COUNT)
    ]
    issues = [
        Entity(
            _uid("Issue", n),
            {"repository": _any(rng, "Repository").reference, "reporter": _any(rng, "User").reference},
        )
        for n in range(COUNT)
    ]
    schema = """
    entity Team in [Team];
    entity User in [Team];
    entity Organization { admins: Team, members: Team };
    entity Repository {
      readers: Team, triagers: Team, writers: Team, maintainers: Team,
      owner: Organization, isPrivate: Bool, archived: Bool
    };
    entity Issue { repository: Repository, reporter: User };
    action pull, fork, push, addWriter appliesTo { principal: User, resource: Repository };
    action editIssue, assignIssue, deleteIssue appliesTo { principal: User, resource: Issue };
    """
    cedar = """
    permit(principal, action in [Action::"pull", Action::"fork"], resource)
      when { !resource.isPrivate || principal in resource.readers || principal in resource.owner.members };
    permit(principal, action in [Action::"pull", Action::"fork", Action::"push"], resource)
      when { principal in resource.writers };
    permit(principal, action in [Action::"pull", Action::"fork", Action::"push", Action::"addWriter"], resource)
      when { principal in resource.maintainers || principal in resource.owner.admins };
    permit(principal, action == Action::"assignIssue", resource) when { principal in resource.repository.triagers };
    permit(principal, action in [Action::"editIssue", Action::"assignIssue"], resource)
      when { principal in resource.repository.writers };
    permit(principal, action in [Action::"editIssue", Action::"deleteIssue"], resource)
      when { resource.reporter == principal };
    permit(principal, action in [Action::"editIssue", Action::"assignIssue", Action::"deleteIssue"], resource)
      when { principal in resource.repository.maintainers || principal in resource.repository.owner.admins };
    forbid(principal, action in [Action::"push", Action::"addWriter"], resource) when { resource.archived };
    """
    rego = """
    allow if { permitted; not forbidden }
    organization := data.attributes[item.owner]
    repository := data.attributes[item.repository]
    above_repository := data.attributes[repository.owner]
    permitted if { input.action in {"pull", "fork"}; not item.isPrivate }
    permitted if { input.action in {"pull", "fork"}; within(user, item.readers) }
    permitted if { input.action in {"pull", "fork"}; within(user, organization.members) }
    permitted if { input.action in {"pull", "fork", "push"}; within(user, item.writers) }
    permitted if { input.action in {"pull", "fork", "push", "addWriter"}; within(user, item.maintainers) }
    permitted if { input.action in {"pull", "fork", "push", "addWriter"}; within(user, organization.admins) }
    permitted if { input.action == "assignIssue"; within(user, repository.triagers) }
    permitted if { input.action in {"editIssue", "assignIssue"}; within(user, repository.writers) }
    permitted if { input.action in {"editIssue", "deleteIssue"}; item.reporter == user }
    permitted if { input.action in {"editIssue", "assignIssue", "deleteIssue"}; within(user, repository.maintainers) }
    permitted if { input.action in {"editIssue", "assignIssue", "deleteIssue"}; within(user, above_repository.admins) }
    forbidden if { input.action in {"push", "addWriter"}; item.archived }
    """
    polar = """
    allow(user: User, action, item: Item) if may(user, action, item) and not barred(action, item);
    may(_, action, item) if action in ["pull", "fork"] and item.isPrivate = false;
    may(user, action, item) if action in ["pull", "fork"] and user.within(item.readers);
    may(user, action, item) if action in ["pull", "fork"] and user.within(item.owner.members);
    may(user, action, item) if action in ["pull", "fork", "push"] and user.within(item.writers);
    may(user, action, item) if action in ["pull", "fork", "push", "addWriter"] and user.within(item.maintainers);
    may(user, action, item) if action in ["pull", "fork", "push", "addWriter"] and user.within(item.owner.admins);
    may(user, "assignIssue", item) if user.within(item.repository.triagers);
    may(user, action, item) if action in ["editIssue", "assignIssue"] and user.within(item.repository.writers);
    may(user, action, item) if action in ["editIssue", "deleteIssue"] and item.reporter = user;
    may(user, action, item)
      if action in ["editIssue", "assignIssue", "deleteIssue"] and user.within(item.repository.maintainers);
    may(user, action, item)
      if action in ["editIssue", "assignIssue", "deleteIssue"] and user.within(item.repository.owner.admins);
    barred(action, item) if action in ["push", "addWriter"] and item.archived;
    """
    entities = teams + organizations + users + repositories + issues

    def draw() -> Request:
        if rng.random() < 0.6:
            item, verb = rng.choice(repositories), rng.choice(("pull", "fork", "push", "addWriter"))
        else:
            item, verb = rng.choice(issues), rng.choice(("editIssue", "assignIssue", "deleteIssue"))
        return Request(_asker(rng, item, 0.3), action(verb), item.uid)

    _write(scenario, schema, cedar, rego, polar, entities, draw, requests)


def todo(scenario: Scenario, requests: int) -> None:
    rng = random.Random("todo")
    teams = [Entity(_uid("Team", n), parents=_up("Team", n)) for n in range(COUNT)]
    users = [Entity(_uid("User", n), {"location": rng.choice("abcd")}, _some(rng, "Team", 3)) for n in range(COUNT)]
    board = Entity(UID("Application", "todo"))
    lists = [
        Entity(
            _uid("List", n),
            {
                "owner": _any(rng, "User").reference,
                "name": f"list {n}",
                "readers": _any(rng, "Team").reference,
                "editors": _any(rng, "Team").reference,
            },
            (board.uid,),
        )
        for n in range(COUNT)
    ]
    schema = """
    entity Application;
    entity Team in [Team];
    entity User in [Team] { location: String };
    entity List in [Application] { owner: User, name: String, readers: Team, editors: Team };
    action createList, getLists appliesTo { principal: User, resource: Application };
    action getList, updateList, deleteList, createTask, updateTask, deleteTask appliesTo {
      principal: User, resource: List
    };
    """
    cedar = """
    permit(principal, action in [Action::"createList", Action::"getLists"], resource == Application::"todo");
    permit(principal, action, resource is List) when { resource.owner == principal };
    permit(principal, action == Action::"getList", resource is List)
      when { principal in resource.readers || principal in resource.editors };
    permit(
      principal,
      action in [Action::"updateList", Action::"createTask", Action::"updateTask", Action::"deleteTask"],
      resource is List
    ) when { principal in resource.editors };
    """
    rego = """
    allow if { input.action in {"createList", "getLists"}; input.item == "Application::todo" }
    allow if item.owner == user
    allow if { input.action == "getList"; within(user, item.readers) }
    allow if { input.action == "getList"; within(user, item.editors) }
    allow if { input.action in {"updateList", "createTask", "updateTask", "deleteTask"}; within(user, item.editors) }
    """
    polar = """
    allow(_: User, action, item: Item) if action in ["createList", "getLists"] and item.id = "todo";
    allow(user: User, _, item: Item) if item.kind = "List" and item.owner = user;
    allow(user: User, "getList", item: Item) if user.within(item.readers);
    allow(user: User, "getList", item: Item) if user.within(item.editors);
    allow(user: User, action, item: Item)
      if action in ["updateList", "createTask", "updateTask", "deleteTask"] and user.within(item.editors);
    """
    verbs = ("getList", "getList", "updateList", "deleteList", "createTask", "updateTask", "deleteTask")

    def draw() -> Request:
        if rng.random() < 0.05:
            return Request(_any(rng, "User"), action(rng.choice(("createList", "getLists"))), board.uid)
        item = rng.choice(lists)
        return Request(_asker(rng, item, 0.3), action(rng.choice(verbs)), item.uid)

    _write(scenario, schema, cedar, rego, polar, [board, *teams, *users, *lists], draw, requests)


def _uid(kind: str, number: int) -> UID:
    return UID(kind, f"{kind.lower()}{number}")


def _any(rng: random.Random, kind: str) -> UID:
    return _uid(kind, rng.randrange(COUNT))


def _some(rng: random.Random, kind: str, count: int) -> tuple[UID, ...]:
    return tuple(_uid(kind, number) for number in sorted(rng.sample(range(COUNT), count)))


def _up(kind: str, number: int) -> tuple[UID, ...]:
    """A tree where each has three below it."""
    return (_uid(kind, (number - 1) // 3),) if number else ()


def _asker(rng: random.Random, item: Entity, owner: float) -> UID:
    """The owner or reporter with the given probability, otherwise anybody."""
    for name in ("owner", "reporter"):
        reference = item.attributes.get(name, {}).get("__entity", {})
        if reference.get("type") == "User" and rng.random() < owner:
            return UID("User", reference["id"])
    return _any(rng, "User")


def _write(
    scenario: Scenario,
    schema: str,
    cedar: str,
    rego: str,
    polar: str,
    entities: list[Entity],
    draw: Callable[[], Request],
    wanted: int,
) -> None:
    scenario.schema(schema)
    scenario.policies([cedar])
    scenario.entities(entities)
    requests = Requests(wanted)
    while not requests.complete:
        requests.add(draw())
    scenario.requests(requests)
    scenario.inputs(
        {"user": _key(request.principal), "action": request.action.id, "item": _key(request.resource)}
        for request in requests.all
    )
    data = {
        "attributes": {_key(entity.uid): _plain(entity.attributes) for entity in entities},
        "above": _above(entities),
    }
    scenario.rego("rules", [*REGO, *_lines(rego)], data)
    scenario.polar(_lines(polar))


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _key(uid: UID) -> str:
    return f"{uid.type}::{uid.id}"


def _plain(value: JSON) -> JSON:
    """Attributes with references as keys."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        if "__entity" in value:
            return _key(UID(**value["__entity"]))
        return {name: _plain(one) for name, one in value.items()}
    return value


def _above(entities: list[Entity]) -> dict[str, dict[str, bool]]:
    parents = {entity.uid: entity.parents for entity in entities}
    above: dict[str, dict[str, bool]] = {}
    for entity in entities:
        reached, open_ = {entity.uid}, [entity.uid]
        while open_:
            for parent in parents[open_.pop()]:
                if parent not in reached:
                    reached.add(parent)
                    open_.append(parent)
        above[_key(entity.uid)] = {_key(uid): True for uid in reached}
    return above
