# SPDX-License-Identifier: Apache-2.0
"""Permissions by attributes: the scopes (an action and a type of resource) hold few apart, the conditions do.

Ten kinds of conditions, in equal shares; every tenth policy forbids. The number of values of an attribute grows with
the policies, so that about as many policies are satisfied at every size. `ranges` is the same but for one kind, which
has a range alone: no constant that a request could be compared with.
"""

from __future__ import annotations

import random
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field

from scenario import JSON, UID, Entity, Request, Requests, Scenario, action

ACTIONS = ("read", "edit", "share", "print", "delete")
KINDS = ("Doc", "Report", "Case")
SIZES = 1_000_000


@dataclass
class Rule:
    """A policy in Cedar and in Rego, and attributes that satisfy most of it."""

    effect: str
    verb: str
    kind: str
    cedar: str
    rego: list[str]
    user: dict[str, str] = field(default_factory=dict)
    item: dict[str, str | range] = field(default_factory=dict)
    context: dict[str, JSON] = field(default_factory=dict)


@dataclass
class World:
    size: int
    rng: random.Random
    ranges_alone: bool

    def __post_init__(self) -> None:
        self.values = max(5, self.size // 20)
        self.people = max(500, self.size // 4)
        self.networks = max(4, self.size // 20)
        self.users = [self._user() for _ in range(self.people)]
        self.items = [self._item() for _ in range(self.people)]

    def value(self, letter: str) -> str:
        return f"{letter}{self.rng.randrange(self.values)}"

    def some(self, letter: str) -> list[str]:
        return sorted({self.value(letter) for _ in range(3)})

    def network(self) -> str:
        """The two middle numbers of an address."""
        number = self.rng.randrange(self.networks)
        return f"{number // 256 % 256}.{number % 256}"

    def _user(self) -> dict[str, JSON]:
        return {"department": self.value("d"), "clearance": self.rng.randrange(10), "tags": self.some("t")}

    def _item(self) -> dict[str, JSON]:
        return {
            "department": self.value("d"),
            "project": self.value("p"),
            "level": self.rng.randrange(10),
            "size": self.rng.randrange(SIZES),
            "labels": self.some("l"),
        }

    def rule(self, number: int) -> Rule:
        rng = self.rng
        effect = "forbid" if number % 10 == 9 else "permit"
        rule = Rule(effect, rng.choice(ACTIONS), rng.choice(KINDS), "", [])
        department, project = self.value("d"), self.value("p")
        limit = rng.randrange(3, 9)
        match number % 10:
            case 0 | 1:
                rule.cedar = f'principal.department == "{department}" && resource.level <= {limit}'
                rule.rego = [f'input.principal.department == "{department}"', f"input.resource.level <= {limit}"]
                rule.user = {"department": department}
            case 2:
                rule.cedar = f'resource.project == "{project}" && principal.clearance >= {9 - limit}'
                rule.rego = [f'input.resource.project == "{project}"', f"input.principal.clearance >= {9 - limit}"]
                rule.item = {"project": project}
            case 3:
                tag = self.value("t")
                rule.cedar = f'principal.tags.contains("{tag}") && resource.level < {limit}'
                rule.rego = [f'"{tag}" in input.principal.tags', f"input.resource.level < {limit}"]
                rule.user = {"tags": tag}
            case 4:
                label, hour = self.value("l"), rng.randrange(4, 10)
                end = hour + 12
                rule.cedar = f'resource.labels.contains("{label}") && context.hour >= {hour} && context.hour < {end}'
                rule.rego = [
                    f'"{label}" in input.resource.labels',
                    f"input.context.hour >= {hour}",
                    f"input.context.hour < {end}",
                ]
                rule.item = {"labels": label}
            case 5 if self.ranges_alone:
                low = rng.randrange(SIZES)
                high = low + min(SIZES // 4, 20 * SIZES // self.size)
                rule.cedar = f"resource.size >= {low} && resource.size < {high}"
                rule.rego = [f"input.resource.size >= {low}", f"input.resource.size < {high}"]
                rule.item = {"size": range(low, high)}
            case 5:
                low = rng.randrange(SIZES // 2)
                high = low + SIZES // 2
                rule.cedar = f'resource.size >= {low} && resource.size < {high} && resource.project == "{project}"'
                rule.rego = [
                    f"input.resource.size >= {low}",
                    f"input.resource.size < {high}",
                    f'input.resource.project == "{project}"',
                ]
                rule.item = {"project": project}
            case 6:
                network = f"10.{self.network()}"
                rule.cedar = f'context.ip.isInRange(ip("{network}.0/24")) && principal.clearance >= {9 - limit}'
                rule.rego = [
                    f'net.cidr_contains("{network}.0/24", input.context.ip)',
                    f"input.principal.clearance >= {9 - limit}",
                ]
                rule.context = {"ip": f"{network}.{rng.randrange(1, 255)}"}
            case 7:
                names = ", ".join(f'"{name}"' for name in sorted({department, self.value("d"), self.value("d")}))
                rule.cedar = f"[{names}].contains(principal.department) && context.mfa"
                rule.rego = [f"input.principal.department in {{{names}}}", "input.context.mfa"]
                rule.user = {"department": department}
                rule.context = {"mfa": True}
            case 8:
                near = f"(principal.department == resource.department || resource.level < {limit})"
                rule.cedar = f'resource.project == "{project}" && {near}'
                rule.rego = [f'input.resource.project == "{project}"', f"near(input, {limit})"]
                rule.item = {"project": project}
            case _ if number % 20 == 9:
                rule.cedar = f'resource.project == "{project}" && !context.mfa'
                rule.rego = [f'input.resource.project == "{project}"', "not input.context.mfa"]
            case _:
                network = f"172.{self.network()}"
                rule.cedar = f'context.ip.isInRange(ip("{network}.0/24"))'
                rule.rego = [f'net.cidr_contains("{network}.0/24", input.context.ip)']
        return rule

    def context(self) -> dict[str, JSON]:
        first = 10 if self.rng.random() < 0.8 else 172
        return {
            "hour": self.rng.randrange(24),
            "mfa": self.rng.random() < 0.7,
            "ip": f"{first}.{self.network()}.{self.rng.randrange(1, 255)}",
        }


def attributes(scenario: Scenario, size: int, requests: int, for_peers: bool) -> None:
    _write(scenario, World(size, random.Random(f"attributes/{size}"), ranges_alone=False), requests, for_peers)


def ranges(scenario: Scenario, size: int, requests: int, for_peers: bool) -> None:
    _write(scenario, World(size, random.Random(f"ranges/{size}"), ranges_alone=True), requests, for_peers)


def _write(scenario: Scenario, world: World, requests: int, for_peers: bool) -> None:
    size = world.size
    aims: list[Rule] = []
    rules: list[str] = [
        "allow if { permitted; not forbidden }",
        "near(request, _) if request.principal.department == request.resource.department",
        "near(request, limit) if request.resource.level < limit",
    ]

    def policies() -> Iterator[str]:
        for number in range(size):
            rule = world.rule(number)
            if rule.effect == "permit":
                if len(aims) < 4 * requests:
                    aims.append(rule)
                elif (place := world.rng.randrange(number)) < len(aims):
                    aims[place] = rule
            if for_peers:
                head = "permitted" if rule.effect == "permit" else "forbidden"
                scope = [f'input.action == "{rule.verb}"', f'input.kind == "{rule.kind}"']
                rules.append(f"{head} if {{ {'; '.join(scope + rule.rego)} }}")
            yield (
                f'{rule.effect}(principal, action == Action::"{rule.verb}", resource is {rule.kind}) '
                f"when {{ {rule.cedar} }};"
            )

    scenario.policies(policies())
    scenario.entities(_entities(world))
    asked = _requests(world, aims, requests)
    scenario.requests(asked)
    if for_peers:
        scenario.rego("rules", rules, {})
        scenario.inputs(_input(world, request) for request in asked.all)


def _input(world: World, request: Request) -> JSON:
    """Brings the attributes of its principal and resource, which are then no data to be looked up."""
    return {
        "principal": world.users[int(request.principal.id[1:])],
        "action": request.action.id,
        "kind": request.resource.type,
        "resource": world.items[int(request.resource.id[1:])],
        "context": request.context | {"ip": request.context["ip"]["__extn"]["arg"]},
    }


def _entities(world: World) -> Iterator[Entity]:
    for number, attributes in enumerate(world.users):
        yield Entity(UID("User", f"u{number}"), attributes)
    for number, attributes in enumerate(world.items):
        yield Entity(_item(number), attributes)


def _item(number: int) -> UID:
    return UID(KINDS[number % len(KINDS)], f"x{number}")


def _index(things: list[dict[str, JSON]]) -> dict[tuple[str, str], list[int]]:
    index: dict[tuple[str, str], list[int]] = {}
    for number, attributes in enumerate(things):
        for name, value in attributes.items():
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, str):
                    index.setdefault((name, one), []).append(number)
    return index


def _requests(world: World, aims: list[Rule], wanted: int) -> Requests:
    """Half of them aim at satisfying some policy, half are drawn freely."""
    rng = world.rng
    users, items = _index(world.users), _index(world.items)
    by_size = sorted(range(world.people), key=lambda number: world.items[number]["size"])
    sizes = [world.items[number]["size"] for number in by_size]
    requests = Requests(wanted)
    while not requests.complete:
        user, item = rng.randrange(world.people), rng.randrange(world.people)
        verb, context = rng.choice(ACTIONS), world.context()
        if rng.random() < 0.5:
            rule = rng.choice(aims)
            verb = rule.verb
            context |= rule.context
            user = _pick(users, rule.user, user, rng)
            item = _aimed(rule, item, items, by_size, sizes, rng)
        context["ip"] = {"__extn": {"fn": "ip", "arg": context["ip"]}}
        requests.add(Request(UID("User", f"u{user}"), action(verb), _item(item), context))
    return requests


def _pick(index: dict[tuple[str, str], list[int]], wanted: dict[str, str], other: int, rng: random.Random) -> int:
    for name, value in wanted.items():
        if found := index.get((name, value)):
            return rng.choice(found)
    return other


def _aimed(
    rule: Rule,
    item: int,
    items: dict[tuple[str, str], list[int]],
    by_size: list[int],
    sizes: list[int],
    rng: random.Random,
) -> int:
    """An item of the rule's type with the wanted value, where there is one."""
    place = KINDS.index(rule.kind)
    found: list[int] = []
    for name, value in rule.item.items():
        if isinstance(value, range):
            found = by_size[bisect_left(sizes, value.start) : bisect_left(sizes, value.stop)]
        else:
            found = items.get((name, value), [])
    found = [number for number in found if number % len(KINDS) == place]
    return rng.choice(found) if found else min(item, len(by_size) - len(KINDS)) // len(KINDS) * len(KINDS) + place
