# SPDX-License-Identifier: Apache-2.0
"""Families of policies with the shapes that services have, each at any size.

Requests are made so that the policies which fit a request stay about as many at every size: what a decision costs more at
a hundred times the policies is the index's doing.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator

from scenario import UID, Entity, Request, Requests, Scenario, action

REQUESTS = 1_000
Generate = Callable[[Scenario, int, random.Random], None]


def people(size: int) -> int:
    return max(200, min(5_000, size // 10))


def write(scenario: Scenario, policies: Iterator[str], entities: list[Entity], draw: Callable[[], Request]) -> None:
    scenario.policies(policies)
    scenario.entities(entities)
    requests = Requests(REQUESTS)
    while not requests.complete and requests.drawn < 20 * REQUESTS:
        requests.add(draw())
    scenario.requests(requests)


def user(number: int) -> UID:
    return UID("User", f"u{number}")


def item(number: int) -> UID:
    return UID("Item", f"i{number}")


def deep_roles(scenario: Scenario, size: int, rng: random.Random) -> None:
    """Three roles a user at depth 8 of a tree; each role has an action on one of 100 folders."""
    verbs = [f"do{number}" for number in range(10)]
    level = [range(max(1, size * share // 100)) for share in (1, 2, 4, 8, 12, 18, 25, 30)]
    names = [[f"r{depth}-{number}" for number in numbers] for depth, numbers in enumerate(level)]
    entities = [Entity(UID("Role", name)) for name in names[0]]
    above: dict[str, str] = {}
    for upper, lower in zip(names, names[1:]):
        above |= {name: rng.choice(upper) for name in lower}
    entities += [Entity(UID("Role", name), parents=(UID("Role", parent),)) for name, parent in above.items()]
    held = [rng.sample(names[-1], min(3, len(names[-1]))) for _ in range(people(size))]
    entities += [Entity(user(n), parents=tuple(UID("Role", name) for name in roles)) for n, roles in enumerate(held)]
    entities += [Entity(UID("Folder", f"f{number}")) for number in range(100)]
    entities += [Entity(item(n), parents=(UID("Folder", f"f{n % 100}"),)) for n in range(1_000)]
    every = [name for level in names for name in level]
    may = {name: (rng.choice(verbs), rng.randrange(100)) for name in every}
    policies = [
        f'permit(principal in Role::"{name}", action == Action::"{verb}", resource in Folder::"f{folder}");'
        for name, (verb, folder) in may.items()
    ]
    policies = (policies * (size // len(policies) + 1))[:size]

    def draw() -> Request:
        number = rng.randrange(len(held))
        role = rng.choice(held[number])
        for _ in range(rng.randrange(8)):
            role = above.get(role, role)
        verb, folder = may[role] if rng.random() < 0.5 else (rng.choice(verbs), rng.randrange(100))
        return Request(user(number), action(verb), item(rng.randrange(10) * 100 + folder))

    write(scenario, iter(policies), entities, draw)


def tenants(scenario: Scenario, size: int, rng: random.Random) -> None:
    """Ten rules a tenant, which names itself in conditions: each may have other rules."""
    count = max(1, size // 10)
    verbs = ("read", "write", "delete", "share")
    kinds = ("doc", "image", "table", "form", "chat")
    shapes = [
        lambda t: f'principal.tenant == "{t}" && resource.tenant == "{t}" && resource.kind == "{rng.choice(kinds)}"',
        lambda t: f'resource.tenant == "{t}" && principal.tenant == "{t}" && principal.level >= {rng.randrange(2, 6)}',
        lambda t: f'principal.tenant == "{t}" && resource.tenant == principal.tenant && resource.owner == principal',
        lambda t: f'resource.tenant == "{t}" && principal.teams.contains("{t}-team{rng.randrange(4)}")',
    ]

    def policies() -> Iterator[str]:
        for number in range(size):
            tenant = f"t{number % count}"
            effect = "forbid" if number % 10 == 9 else "permit"
            test = f'resource.tenant == "{tenant}" && resource.frozen' if effect == "forbid" else rng.choice(shapes)(tenant)
            yield f'{effect}(principal, action == Action::"{rng.choice(verbs)}", resource) when {{ {test} }};'

    entities = []
    total = people(size)
    for number in range(total):
        tenant = f"t{number % count}"
        attributes = {"tenant": tenant, "level": number % 6, "teams": [f"{tenant}-team{number % 4}"]}
        entities.append(Entity(user(number), attributes))
        owner = user(number).reference
        attributes = {"tenant": tenant, "kind": kinds[number % 5], "owner": owner, "frozen": number % 9 == 8}
        entities.append(Entity(item(number), attributes))

    def draw() -> Request:
        number = rng.randrange(total)
        same = range(number % count, total, count)
        other = rng.choice(same) if rng.random() < 0.8 else rng.randrange(total)
        return Request(user(number), action(rng.choice(verbs)), item(other))

    write(scenario, policies(), entities, draw)


def mixed(scenario: Scenario, size: int, rng: random.Random) -> None:
    """Attribute rules over 40 actions, with two or three tests of different kinds."""
    values = max(4, size // 20)
    verbs = [f"do{number}" for number in range(40)]
    tests = [
        lambda: f'principal.unit == "n{rng.randrange(values)}"',
        lambda: f'resource.project == "p{rng.randrange(values)}"',
        lambda: f'principal.skills.contains("s{rng.randrange(values)}")',
        lambda: f'resource.path like "/v{rng.randrange(values)}/*"',
        lambda: f"context.amount >= {(low := rng.randrange(values) * 10)} && context.amount < {low + 10}",
        lambda: f'["r{rng.randrange(values)}", "r{rng.randrange(values)}"].contains(resource.region)',
        lambda: f"principal.level >= {rng.randrange(2, 9)}",
        lambda: "resource.owner == principal",
        lambda: 'resource.state != "closed"',
    ]

    def policies() -> Iterator[str]:
        for _ in range(size):
            chosen = [rng.choice(tests[:6]), *rng.sample(tests, rng.randrange(1, 3))]
            rng.shuffle(chosen)
            condition = " && ".join(test() for test in chosen)
            effect = "forbid" if rng.random() < 0.1 else "permit"
            yield f'{effect}(principal, action == Action::"{rng.choice(verbs)}", resource) when {{ {condition} }};'

    def number() -> int:
        return rng.randrange(values)

    total = people(size)
    entities = []
    for place in range(total):
        skills = [f"s{number()}" for _ in range(3)]
        entities.append(Entity(user(place), {"unit": f"n{number()}", "skills": skills, "level": place % 10}))
        attributes = {
            "project": f"p{number()}",
            "path": f"/v{number()}/a/b",
            "region": f"r{number()}",
            "owner": user(rng.randrange(total)).reference,
            "state": "closed" if place % 5 == 0 else "open",
        }
        entities.append(Entity(item(place), attributes))
    write(
        scenario, policies(), entities,
        lambda: Request(
            user(rng.randrange(total)), action(rng.choice(verbs)), item(rng.randrange(total)), {"amount": number() * 10 + 5}
        ),
    )  # fmt: skip


def paths(scenario: Scenario, size: int, rng: random.Random) -> None:
    """Prefixes of paths, of two depths, for members of one of 50 groups."""
    tops = max(2, size // 20)

    def policies() -> Iterator[str]:
        for number in range(size):
            top = number % tops
            prefix = f"/t{top}/*" if number % 4 == 0 else f"/t{top}/p{rng.randrange(20)}/*"
            scope = "principal" if number % 2 else f'principal in Group::"g{rng.randrange(50)}"'
            yield f'permit({scope}, action == Action::"read", resource) when {{ resource.path like "{prefix}" }};'

    total = people(size)
    entities = [Entity(UID("Group", f"g{number}")) for number in range(50)]
    for number in range(total):
        groups = tuple(UID("Group", f"g{group}") for group in rng.sample(range(50), 3))
        entities.append(Entity(user(number), parents=groups))
        path = f"/t{rng.randrange(2 * tops)}/p{rng.randrange(20)}/{number}"
        entities.append(Entity(item(number), {"path": path}))
    write(
        scenario, policies(), entities,
        lambda: Request(user(rng.randrange(total)), action("read"), item(rng.randrange(total))),
    )  # fmt: skip


def tags(scenario: Scenario, size: int, rng: random.Random) -> None:
    """Tags of resource and principal, as cloud services have them."""
    count = max(2, size // 5)

    def policies() -> Iterator[str]:
        for number in range(size):
            project = f"p{number % count}"
            tests = [f'resource.hasTag("project") && resource.getTag("project") == "{project}"']
            if number % 2:
                tests.append(f'principal.hasTag("team") && principal.getTag("team") == "{project}"')
            if number % 3 == 0:
                tests.append('resource.hasTag("stage") && resource.getTag("stage") != "production"')
            yield (
                f'permit(principal, action in [Action::"read", Action::"write"], resource) '
                f'when {{ {" && ".join(tests)} }};'
            )

    total = people(size)
    entities = [Entity(UID("Action", verb)) for verb in ("read", "write")]
    tagged: list[tuple[UID, dict[str, str]]] = []
    for number in range(total):
        tagged.append((user(number), {"team": f"p{rng.randrange(count)}"} if number % 10 else {}))
        stage = "production" if number % 3 == 0 else "test"
        tagged.append((item(number), {"project": f"p{rng.randrange(2 * count)}", "stage": stage} if number % 10 else {}))
    scenario.policies(policies())
    lines = [entity.json for entity in entities]
    lines += [{"uid": uid.json, "attrs": {}, "parents": [], "tags": values} for uid, values in tagged]
    scenario.lines("entities.json", [json.dumps(lines)])
    requests = Requests(REQUESTS)
    while not requests.complete:
        verb = rng.choice(("read", "write"))
        requests.add(Request(user(rng.randrange(total)), action(verb), item(rng.randrange(total))))
    scenario.requests(requests)


def windows(scenario: Scenario, size: int, rng: random.Random) -> None:
    """Windows of time, for a room each or for all: about three of them are open at any time."""
    year = 365 * 86_400
    length = max(60, 3 * year // size)

    def moment(seconds: int) -> str:
        days, rest = divmod(seconds, 86_400)
        month, day = divmod(days, 28)
        hours, rest = divmod(rest, 3_600)
        date = f"{2026 + month // 12}-{month % 12 + 1:02}-{day + 1:02}"
        return f'"{date}T{hours:02}:{rest // 60:02}:{rest % 60:02}Z"'

    def policies() -> Iterator[str]:
        for number in range(size):
            start = rng.randrange(year)
            test = f"context.now >= datetime({moment(start)}) && context.now < datetime({moment(start + length)})"
            if number % 2:
                test = f'resource.room == "m{number % 20}" && {test}'
            yield f'permit(principal, action == Action::"open", resource) when {{ {test} }};'

    entities = [Entity(user(number)) for number in range(200)]
    entities += [Entity(item(number), {"room": f"m{number % 40}"}) for number in range(200)]

    def draw() -> Request:
        now = {"__extn": {"fn": "datetime", "arg": moment(rng.randrange(year)).strip('"')}}
        return Request(user(rng.randrange(200)), action("open"), item(rng.randrange(200)), {"now": now})

    write(scenario, policies(), entities, draw)


def clearances(scenario: Scenario, size: int, rng: random.Random) -> None:
    """Ranges of clearance in an area each; a third of the policies have one bound only."""
    areas = max(2, size // 10)

    def policies() -> Iterator[str]:
        for number in range(size):
            low = rng.randrange(8)
            level = f"principal.clearance >= {low}"
            if number % 3:
                level += f" && principal.clearance <= {low + 2}"
            test = f'{level} && resource.area == "a{number % areas}" && resource.level < {rng.randrange(2, 10)}'
            yield f'permit(principal, action == Action::"read", resource) when {{ {test} }};'

    total = people(size)
    entities = [Entity(user(number), {"clearance": number % 10}) for number in range(total)]
    entities += [
        Entity(item(number), {"area": f"a{rng.randrange(2 * areas)}", "level": number % 10}) for number in range(total)
    ]
    write(
        scenario, policies(), entities,
        lambda: Request(user(rng.randrange(total)), action("read"), item(rng.randrange(total))),
    )  # fmt: skip


def _address(number: int) -> str:
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def allow_lists(scenario: Scenario, size: int, rng: random.Random) -> None:
    """A list of 10,000 addresses for all, and a list of four for each service."""
    known = rng.sample(range(1 << 24), 10_000)

    def list_of(numbers: list[int]) -> str:
        return f'[{", ".join(f"""ip("{_address(number)}")""" for number in numbers)}].contains(context.address)'

    def policies() -> Iterator[str]:
        yield f'permit(principal, action == Action::"call", resource) when {{ {list_of(known)} }};'
        for number in range(size - 1):
            own = [(4 * number + place) * 37 % (1 << 24) for place in range(4)]
            test = f'resource.service == "v{number}" && {list_of(own)}'
            yield f'permit(principal, action == Action::"call", resource) when {{ {test} }};'

    services = min(size, 2_000)
    entities = [Entity(user(number)) for number in range(200)]
    entities += [Entity(item(number), {"service": f"v{number}"}) for number in range(services)]

    def draw() -> Request:
        service = rng.randrange(services)
        which = rng.randrange(3)
        number = rng.choice(known) if which == 0 else (4 * service + rng.randrange(4)) * 37 % (1 << 24) if which == 1 else 1
        address = {"__extn": {"fn": "ip", "arg": _address(number)}}
        return Request(user(rng.randrange(200)), action("call"), item(service), {"address": address})

    write(scenario, policies(), entities, draw)


def guards(scenario: Scenario, size: int, rng: random.Random) -> None:
    """Half the policies are guards over everything, `forbid … unless`, the others grants by folder."""
    labels = max(2, size // 2)

    def policies() -> Iterator[str]:
        yield 'forbid(principal, action, resource) unless { context.mfa };'
        for number in range(1, size):
            if number % 2:
                label = f'"L{number // 2}"'
                yield (
                    f"forbid(principal, action, resource) when {{ resource.label == {label} }} "
                    f"unless {{ principal.labels.contains({label}) }};"
                )
            else:
                folder = f'Folder::"f{number % 1_000}"'
                yield f'permit(principal in Group::"g{number // 1_000}", action == Action::"read", resource in {folder});'

    total = people(size)
    groups = max(1, size // 1_000)
    entities = [Entity(UID("Group", f"g{number}")) for number in range(groups)]
    entities += [Entity(UID("Folder", f"f{number}")) for number in range(1_000)]
    labelled = [rng.randrange(labels) for _ in range(total)]
    for number in range(total):
        own = [f"L{label}" for label in rng.sample(range(labels), min(3, labels))] + [f"L{labelled[number]}"]
        entities.append(Entity(user(number), {"labels": own}, (UID("Group", f"g{rng.randrange(groups)}"),)))
        folder = UID("Folder", f"f{rng.randrange(0, min(1_000, size), 2)}")
        entities.append(Entity(item(number), {"label": f"L{labelled[number]}"}, (folder,)))

    def draw() -> Request:
        number = rng.randrange(total)
        other = number if rng.random() < 0.6 else rng.randrange(total)
        return Request(user(number), action("read"), item(other), {"mfa": rng.random() < 0.9})

    write(scenario, policies(), entities, draw)


def owners(scenario: Scenario, size: int, rng: random.Random) -> None:
    """Joins without constants, the commonest conditions: a kind of resource and an action each."""
    joins = (
        "resource.owner == principal",
        "principal in resource.readers",
        "resource.tenant == principal.tenant",
        "principal.documents.contains(resource)",
    )
    kinds = max(1, size // 20)
    verbs = [f"do{number}" for number in range(5)]

    def policies() -> Iterator[str]:
        for number in range(size):
            verb = verbs[number // kinds % 5]
            test = joins[number // kinds // 5 % 4]
            yield f'permit(principal, action == Action::"{verb}", resource is Kind{number % kinds}) when {{ {test} }};'

    total = people(size)
    resources = [UID(f"Kind{rng.randrange(kinds)}", f"i{number}") for number in range(total)]
    entities = [Entity(UID("Group", f"g{number}")) for number in range(20)]
    for number, resource in enumerate(resources):
        documents = [uid.reference for uid in rng.sample(resources, 3)]
        group = UID("Group", f"g{number % 20}")
        entities.append(Entity(user(number), {"tenant": f"t{number % 30}", "documents": documents}, (group,)))
        attributes = {
            "owner": user(rng.randrange(total)).reference,
            "readers": [UID("Group", f"g{rng.randrange(20)}").reference],
            "tenant": f"t{rng.randrange(30)}",
        }
        entities.append(Entity(resource, attributes))
    write(
        scenario, policies(), entities,
        lambda: Request(user(rng.randrange(total)), action(rng.choice(verbs)), rng.choice(resources)),
    )  # fmt: skip


def links(scenario: Scenario, size: int, rng: random.Random) -> None:
    """Links of two templates: a person and a folder, a group and a document."""
    total = max(200, min(50_000, size // 4))
    scopes = (
        'permit(principal == ?principal, action == Action::"read", resource in ?resource);',
        'permit(principal in ?principal, action == Action::"read", resource == ?resource);',
    )
    granted = [(rng.randrange(total), rng.randrange(total)) for _ in range(size)]
    sides = (("User", "u", "Folder", "f"), ("Group", "g", "Item", "i"))

    def lines() -> Iterator[str]:
        yield '{"staticPolicies":{},"templates":{'
        yield ",".join(f'"t{number}":{json.dumps(_template(number))}' for number in range(len(scopes)))
        yield '},"templateLinks":['
        for number, (who, what) in enumerate(granted):
            kind, letter, thing, mark = sides[number % 2]
            values = {
                "?principal": {"__entity": UID(kind, f"{letter}{who}").json},
                "?resource": {"__entity": UID(thing, f"{mark}{what}").json},
            }
            link = {"templateId": f"t{number % 2}", "newId": f"l{number}", "values": values}
            yield json.dumps(link) + ("," if number + 1 < size else "]}")

    scenario.lines("links.cedar.json", lines())
    entities = [Entity(UID("Group", f"g{number}")) for number in range(total)]
    entities += [Entity(UID("Folder", f"f{number}")) for number in range(total)]
    for number in range(total):
        entities.append(Entity(user(number), parents=(UID("Group", f"g{(number * 7) % total}"),)))
        entities.append(Entity(item(number), parents=(UID("Folder", f"f{(number * 3) % total}"),)))
    scenario.entities(entities)
    asked = Requests(REQUESTS)
    while not asked.complete and asked.drawn < 20 * REQUESTS:
        who, what = rng.choice(granted) if rng.random() < 0.6 else (rng.randrange(total), rng.randrange(total))
        asked.add(Request(user(who), action("read"), item(what)))
    scenario.requests(asked)


def _template(number: int) -> object:
    """The template in Cedar's JSON."""

    def side(is_member: bool, slot: str) -> object:
        return {"op": "in" if is_member else "==", "slot": slot}

    return {
        "effect": "permit",
        "principal": side(number == 1, "?principal"),
        "action": {"op": "==", "entity": action("read").json},
        "resource": side(number == 0, "?resource"),
        "conditions": [],
    }


FAMILIES: dict[str, Generate] = {
    "deep roles": deep_roles,
    "tenants": tenants,
    "mixed attributes": mixed,
    "path prefixes": paths,
    "tags": tags,
    "time windows": windows,
    "clearances": clearances,
    "allow lists": allow_lists,
    "guards": guards,
    "owners": owners,
    "template links": links,
}
