# SPDX-License-Identifier: Apache-2.0
"""Permissions by role: a policy gives a role one action on one type of resource.

`flat`: a policy a role, each user has three roles. `tree`: the roles stand in a tree of eight levels, permissions are
at all of them, users have two roles of the lowest level and with them all above.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from scenario import UID, Entity, Request, Requests, Scenario, action

ACTIONS = ("read", "list", "create", "update", "delete", "approve", "export", "share", "archive", "comment")
KINDS = ("Invoice", "Order", "Ticket", "Contract", "Report", "Customer", "Product", "Shipment", "Payment", "Note")
DEPTH = 8

CASBIN = """\
[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.obj == p.obj && r.act == p.act && g(r.sub, p.sub)
"""


@dataclass
class Model:
    """Who has which role, and what the role above a role is."""

    size: int
    users: list[tuple[int, ...]]
    resources: int
    parents: list[int | None]

    @staticmethod
    def permission(role: int) -> tuple[str, str]:
        """Two roles with one number modulo 100 have the same permission."""
        return ACTIONS[role % 10], KINDS[(role // 10 + role) % 10]

    @staticmethod
    def resource(number: int) -> UID:
        return UID(KINDS[number % len(KINDS)], f"x{number}")

    def roles(self, user: int) -> Iterator[int]:
        """The roles of a user, those above included."""
        for role in self.users[user]:
            above: int | None = role
            while above is not None:
                yield above
                above = self.parents[above]


def flat(scenario: Scenario, size: int, requests: int, for_peers: bool) -> None:
    rng = random.Random(f"flat/{size}")
    people = max(500, size // 4)
    users = [tuple(rng.sample(range(size), 3)) for _ in range(people)]
    _write(scenario, Model(size, users, people, [None] * size), requests, for_peers, rng)


def tree(scenario: Scenario, size: int, requests: int, for_peers: bool) -> None:
    rng = random.Random(f"tree/{size}")
    levels = _levels(size)
    parents: list[int | None] = [None] * size
    for upper, lower in zip(levels, levels[1:]):
        for role in lower:
            parents[role] = rng.choice(upper)
    people = max(500, size // 4)
    users = [tuple(rng.sample(levels[-1], min(2, len(levels[-1])))) for _ in range(people)]
    _write(scenario, Model(size, users, people, parents), requests, for_peers, rng)


def _levels(size: int) -> list[range]:
    """The roles' numbers by level; each level is larger than the one above by the same factor."""
    factor = 1.0
    while sum(max(1, round(factor**level)) for level in range(DEPTH)) < size:
        factor += 0.001
    sizes = [max(1, round(factor**level)) for level in range(DEPTH - 1)]
    sizes.append(size - sum(sizes))
    ends = [sum(sizes[: level + 1]) for level in range(DEPTH)]
    return [range(end - length, end) for length, end in zip(sizes, ends)]


def _write(scenario: Scenario, model: Model, wanted: int, for_peers: bool, rng: random.Random) -> None:
    scenario.policies(
        f'permit(principal in Role::"r{role}", action == Action::"{verb}", resource is {kind});'
        for role in range(model.size)
        for verb, kind in [model.permission(role)]
    )
    scenario.entities(_entities(model))
    requests = _requests(model, wanted, rng)
    scenario.requests(requests)
    if for_peers:
        _write_rego(scenario, model)
        scenario.inputs(
            {"user": request.principal.id, "action": request.action.id, "kind": request.resource.type}
            for request in requests.all
        )
        scenario.casbin(CASBIN, _casbin(model))
        scenario.polar(_polar(model))


def _names(roles: tuple[int, ...]) -> list[str]:
    return [f"r{role}" for role in roles]


def _entities(model: Model) -> Iterator[Entity]:
    for role, parent in enumerate(model.parents):
        yield Entity(UID("Role", f"r{role}"), parents=() if parent is None else (UID("Role", f"r{parent}"),))
    for user, roles in enumerate(model.users):
        yield Entity(UID("User", f"u{user}"), parents=tuple(UID("Role", name) for name in _names(roles)))
    for number in range(model.resources):
        yield Entity(model.resource(number))


def _requests(model: Model, wanted: int, rng: random.Random) -> Requests:
    """Half of them ask for what one of the user's roles may do, half for anything."""
    requests = Requests(wanted)
    while not requests.complete:
        user = rng.randrange(len(model.users))
        if rng.random() < 0.5:
            verb, kind = model.permission(rng.choice(list(model.roles(user))))
            number = rng.randrange(model.resources // len(KINDS)) * len(KINDS) + KINDS.index(kind)
        else:
            verb, number = rng.choice(ACTIONS), rng.randrange(model.resources)
        requests.add(Request(UID("User", f"u{user}"), action(verb), model.resource(number)))
    return requests


def _write_rego(scenario: Scenario, model: Model) -> None:
    is_tree = any(parent is not None for parent in model.parents)
    roles = {f"u{user}": {name: True for name in _names(roles)} for user, roles in enumerate(model.users)}
    lists = {f"u{user}": _names(roles) for user, roles in enumerate(model.users)}
    parents = {f"r{role}": [] if parent is None else [f"r{parent}"] for role, parent in enumerate(model.parents)}
    held = "graph.reachable(data.parents, data.roles[input.user])"
    rules = ["held := " + (held if is_tree else "data.roles[input.user]")]
    grants: dict[str, dict[str, dict[str, bool]]] = {}
    for role in range(model.size):
        verb, kind = model.permission(role)
        rules.append(f'allow if {{ input.action == "{verb}"; input.kind == "{kind}"; held["r{role}"] }}')
        grants[f"r{role}"] = {verb: {kind: True}}
    scenario.rego("rules", rules, {"roles": lists, "parents": parents} if is_tree else {"roles": roles})
    table = (
        f"allow if {{ some role in {held if is_tree else 'data.roles[input.user]'}; "
        "data.grants[role][input.action][input.kind] }"
    )
    data = {"roles": lists, "grants": grants} | ({"parents": parents} if is_tree else {})
    scenario.rego("table", [table], data)


def _casbin(model: Model) -> Iterator[str]:
    for role in range(model.size):
        verb, kind = model.permission(role)
        yield f"p, r{role}, {kind}, {verb}"
    for role, parent in enumerate(model.parents):
        if parent is not None:
            yield f"g, r{role}, r{parent}"
    for user, roles in enumerate(model.users):
        yield from (f"g, u{user}, {name}" for name in _names(roles))


def _polar(model: Model) -> Iterator[str]:
    yield "allow(user: User, action, resource: Item) if role in user.roles and holds(role, action, resource.kind);"
    yield "holds(role, action, kind) if grants(role, action, kind);"
    if any(parent is not None for parent in model.parents):
        yield "holds(role, action, kind) if above(role, parent) and holds(parent, action, kind);"
    for role, parent in enumerate(model.parents):
        verb, kind = model.permission(role)
        yield f'grants("r{role}", "{verb}", "{kind}");'
        if parent is not None:
            yield f'above("r{role}", "r{parent}");'
