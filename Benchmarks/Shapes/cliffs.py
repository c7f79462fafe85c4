# SPDX-License-Identifier: Apache-2.0
"""Sets of policies that one test tells apart, of each kind that an index may fail to narrow.

A cliff is a test with the number of its policy; policies are permits, or forbids beside one permit for all. A request fits
about one policy, or none. One resource in 20 lacks the attributes, so that policies err.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from families import REQUESTS, item, user
from scenario import UID, Requests, Request, Scenario, action

RESOURCES = 500


@dataclass(frozen=True)
class Cliff:
    """`when` or `unless` with a test of a number, and what a resource has that meets it."""

    condition: Callable[[int], str]
    attributes: Callable[[int], dict[str, Any]]
    is_tagged: bool = False

    def generate(self, effect: str) -> Callable[[Scenario, int, random.Random], None]:
        def write(scenario: Scenario, size: int, rng: random.Random) -> None:
            scope = f"{effect}(principal, action, resource)"
            policies = [f"{scope} {self.condition(number)};" for number in range(size)]
            if effect == "forbid":
                policies[-1] = "permit(principal, action, resource);"
            scenario.policies(policies)
            # No policy names the action, so that only its entity makes it known.
            entities: list[dict[str, Any]] = [{"uid": action("read").json, "attrs": {}, "parents": []}]
            entities += [{"uid": user(number).json, "attrs": _PERSON, "parents": []} for number in range(50)]
            for number in range(RESOURCES):
                # Half of the resources meet a policy.
                had = {} if number % 20 == 19 else self.attributes(rng.randrange(2 * size))
                entity: dict[str, Any] = {"uid": item(number).json, "attrs": {} if self.is_tagged else had, "parents": []}
                if self.is_tagged:
                    entity["tags"] = had
                entities.append(entity)
            scenario.lines("entities.json", [json.dumps(entities)])
            requests = Requests(REQUESTS)
            while not requests.complete:
                requests.add(Request(user(rng.randrange(50)), action("read"), item(rng.randrange(RESOURCES))))
            scenario.requests(requests)

        return write


_NOBODY = UID("User", "nobody").reference
_PERSON = {"tenant": "none"} | {f"lead{number}": "none" for number in range(8)}


def _alternatives(number: int) -> list[str]:
    return [f'"c{17 * number + place}"' for place in range(17)]


CLIFFS: dict[str, Cliff] = {
    "equality": Cliff(lambda n: f'when {{ resource.a == "c{n}" }}', lambda n: {"a": f"c{n}"}),
    "tag": Cliff(
        lambda n: f'when {{ resource.hasTag("k") && resource.getTag("k") == "c{n}" }}', lambda n: {"k": f"c{n}"}, True
    ),
    "owner or tenant": Cliff(
        lambda n: f'when {{ resource.owner == principal || resource.tenant == "t{n}" }}',
        lambda n: {"owner": _NOBODY, "tenant": f"t{n}"},
    ),
    "(a && b) || (c && d)": Cliff(
        lambda n: f"when {{ (resource.a == {n} && resource.b == 1) || (resource.c == {n} && resource.d == 2) }}",
        lambda n: {"a": n, "b": n % 2, "c": n + 1, "d": 2},
    ),
    "(a || b) && c": Cliff(
        lambda n: f"when {{ (resource.a == 1 || resource.b == 2) && resource.c == {n} }}",
        lambda n: {"a": n % 3, "b": n % 4, "c": n},
    ),
    "like": Cliff(lambda n: f'when {{ resource.path like "/t{n}/*" }}', lambda n: {"path": f"/t{n}/x"}),
    "<, few fit": Cliff(lambda n: f"when {{ resource.score < {-10 * n} }}", lambda n: {"score": -(n % 70)}),
    ">=, few fit": Cliff(lambda n: f"when {{ resource.score >= {10 * n} }}", lambda n: {"score": n % 70}),
    "17 alternatives": Cliff(
        lambda n: f'when {{ [{", ".join(_alternatives(n))}].contains(resource.a) }}', lambda n: {"a": f"c{17 * n}"}
    ),
    "17 joined by ||": Cliff(
        lambda n: "when { " + " || ".join(f"resource.a == {text}" for text in _alternatives(n)) + " }",
        lambda n: {"a": f"c{17 * n + 16}"},
    ),
    "unless != ||": Cliff(
        lambda n: f"unless {{ resource.a != {n} || resource.b != 1 }}", lambda n: {"a": n, "b": n % 2}
    ),
    "!(!=)": Cliff(lambda n: f"when {{ !(resource.a != {n}) }}", lambda n: {"a": n}),
    "if then else": Cliff(lambda n: f"when {{ if resource.a == {n} then true else false }}", lambda n: {"a": n}),
    "flags": Cliff(lambda n: f"when {{ resource has f{n} && resource.f{n} }}", lambda n: {f"f{n}": True}),
    "presence": Cliff(lambda n: f"when {{ resource has f{n} }}", lambda n: {f"f{n}": 1}),
    "!= and selective": Cliff(
        lambda n: f'when {{ resource.state != "closed" && resource.a == {n} }}', lambda n: {"state": "open", "a": n}
    ),
    "attribute with attribute": Cliff(
        lambda n: f"when {{ resource.lead{n % 8} == principal.lead{n % 8} }}",
        lambda n: {f"lead{number}": f"n{n}" for number in range(8)},
    ),
    "principal in readers": Cliff(
        lambda n: f"when {{ principal in resource.readers && resource.a == {n} }}",
        lambda n: {"readers": [_NOBODY] + [user(number).reference for number in range(n % 50)], "a": n},
    ),
}
