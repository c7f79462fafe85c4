# SPDX-License-Identifier: Apache-2.0
"""A hospital: 33 policies a department over role, type of record and department, and five for the whole house.

The shape and the sizes (38, 1,655 and 9,905 policies for 1, 50 and 300 departments) are those of the workload that SAPL
publishes for its index; policies, entities and requests are this project's own.

Two styles say the same: the department of the principal in the scope, or in a condition. Staff belong to one department,
or besides to a share of all.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from scenario import UID, Entity, Request, Requests, Scenario, action

HOUSE = 5
A_DEPARTMENT = 33
SIZES = tuple(HOUSE + A_DEPARTMENT * departments for departments in (1, 50, 300, 3_000))
ROLES = ("doctor", "nurse", "surgeon", "pharmacist", "clerk", "therapist")
RECORDS = ("chart", "image", "lab", "prescription", "bill", "note")
VERBS = ("read", "write", "sign")


def rules() -> list[tuple[str, str, str]]:
    """Role, type of record and action of the policies of a department."""
    every = [(role, record, verb) for verb in VERBS for role in ROLES for record in RECORDS]
    return random.Random("hospital").sample(every, A_DEPARTMENT)


RULES = rules()


def hospital(style: str, share: float):
    """A generator of the workload: `style` is `scope` or `when`, `share` that of all departments which staff belong to."""

    def generate(scenario: Scenario, size: int, requests: int, for_peers: bool) -> None:
        departments = (size - HOUSE) // A_DEPARTMENT
        rng = random.Random(f"hospital/{departments}")
        staff = [_departments(departments, share, rng) for _ in range(min(500, max(100, departments * 2)))]
        records = [(rng.randrange(departments), rng.choice(RECORDS)) for _ in range(max(500, departments * 4))]
        # So that half of the requests can be about a record of the principal's department.
        for number in range(len(records)):
            person = number % len(staff)
            if number % 4:
                kinds = [kind for role, kind, _ in RULES if role == _role(person)]
                records[number] = (staff[person][0], rng.choice(kinds))
        scenario.policies(_policies(departments, style))
        scenario.entities(_entities(departments, staff, records))
        asked = Requests(min(requests, 1_000))
        while not asked.complete:
            person = rng.randrange(len(staff))
            own = range(person, len(records), len(staff))
            record = rng.choice(own) if rng.random() < 0.7 else rng.randrange(len(records))
            verb = next((v for role, kind, v in RULES if role == _role(person) and kind == records[record][1]), "read")
            asked.add(
                Request(
                    UID("Staff", f"s{person}"),
                    action(verb if rng.random() < 0.8 else rng.choice(VERBS)),
                    UID("Record", f"r{record}"),
                )
            )
        scenario.requests(asked)
        if for_peers:
            _write_rego(scenario, departments, staff, records)
            scenario.inputs(
                {"user": request.principal.id, "action": request.action.id, "record": request.resource.id}
                for request in asked.all
            )

    return generate


def _role(person: int) -> str:
    return ROLES[person % len(ROLES)]


def _departments(count: int, share: float, rng: random.Random) -> list[int]:
    own = rng.randrange(count)
    others = rng.sample(range(count), int(count * share))
    return [own, *(other for other in others if other != own)]


def _policies(departments: int, style: str) -> Iterator[str]:
    yield 'permit(principal in House::"audit", action == Action::"read", resource is Record);'
    yield 'permit(principal, action == Action::"read", resource is Record) when { resource.author == principal };'
    yield 'forbid(principal, action, resource is Record) when { resource.sealed } unless { principal.role == "doctor" };'
    yield 'forbid(principal, action == Action::"sign", resource) when { principal.suspended };'
    yield 'forbid(principal, action == Action::"write", resource) when { resource.archived };'
    for number in range(departments):
        name = f'Department::"d{number}"'
        for role, record, verb in RULES:
            scope, test = (f"principal in {name}", "") if style == "scope" else ("principal", f"principal in {name} && ")
            yield (
                f'permit({scope}, action == Action::"{verb}", resource is Record) when {{ {test}'
                f'principal.role == "{role}" && resource.kind == "{record}" && resource.department == {name} }};'
            )


def _entities(departments: int, staff: list[list[int]], records: list[tuple[int, str]]) -> Iterator[Entity]:
    for number in range(departments):
        yield Entity(UID("Department", f"d{number}"))
    for person, own in enumerate(staff):
        yield Entity(
            UID("Staff", f"s{person}"),
            {"role": _role(person), "suspended": person % 50 == 49},
            tuple(UID("Department", f"d{number}") for number in own),
        )
    for number, (department, kind) in enumerate(records):
        attributes = {
            "kind": kind,
            "department": UID("Department", f"d{department}").reference,
            "author": UID("Staff", f"s{(number * 7 + 1) % len(staff)}").reference,
            "sealed": number % 40 == 39,
            "archived": number % 30 == 29,
        }
        yield Entity(UID("Record", f"r{number}"), attributes)


# The five policies of the house, and that a forbid wins.
_HOUSE_RULES = """\
person := data.staff[input.user]
record := data.records[input.record]
allow if { permitted; not forbidden }
permitted if { input.action == "read"; person.departments.audit }
permitted if { input.action == "read"; record.author == input.user }
forbidden if { record.sealed; person.role != "doctor" }
forbidden if { input.action == "sign"; person.suspended }
forbidden if { input.action == "write"; record.archived }"""


def _write_rego(
    scenario: Scenario, departments: int, staff: list[list[int]], records: list[tuple[int, str]]
) -> None:
    rules = [
        f'permitted if {{ input.action == "{verb}"; person.departments.d{number}; person.role == "{role}"; '
        f'record.kind == "{kind}"; record.department == "d{number}" }}'
        for number in range(departments)
        for role, kind, verb in RULES
    ]
    people = {
        f"s{person}": {
            "role": _role(person),
            "suspended": person % 50 == 49,
            "departments": {f"d{number}": True for number in own},
        }
        for person, own in enumerate(staff)
    }
    things = {}
    for entity in _entities(0, staff, records):
        if entity.uid.type == "Record":
            reference = {name: entity.attributes[name]["__entity"]["id"] for name in ("department", "author")}
            things[entity.uid.id] = entity.attributes | reference
    data = {"staff": people, "records": things}
    scenario.rego("rules", [*_HOUSE_RULES.splitlines(), *rules], data)
    grants: dict[str, dict[str, dict[str, bool]]] = {}
    for role, kind, verb in RULES:
        grants.setdefault(role, {}).setdefault(kind, {})[verb] = True
    table = (
        "permitted if { person.departments[record.department]; "
        "data.grants[record.department][person.role][record.kind][input.action] }"
    )
    every = {f"d{number}": grants for number in range(departments)}
    scenario.rego("table", [*_HOUSE_RULES.splitlines(), table], data | {"grants": every})
