# SPDX-License-Identifier: Apache-2.0
"""A grant a policy: one user may read one document, as a million uses of one template would say."""

from __future__ import annotations

import random
from collections.abc import Iterator

from scenario import UID, Entity, Request, Requests, Scenario, action


def grants(scenario: Scenario, size: int, requests: int, for_peers: bool) -> None:
    rng = random.Random(f"grants/{size}")
    people = max(500, size // 2)
    # Some grants, by reservoir sampling, so that half of the requests ask for one.
    some: list[tuple[int, int]] = []

    def policies() -> Iterator[str]:
        for number in range(size):
            grant = (rng.randrange(people), rng.randrange(people))
            if len(some) < 4 * requests:
                some.append(grant)
            elif (place := rng.randrange(number)) < len(some):
                some[place] = grant
            yield f'permit(principal == User::"u{grant[0]}", action == Action::"read", resource == Doc::"d{grant[1]}");'

    def entities() -> Iterator[Entity]:
        for kind, letter in (("User", "u"), ("Doc", "d")):
            for number in range(people):
                yield Entity(UID(kind, f"{letter}{number}"))

    scenario.policies(policies())
    scenario.entities(entities())
    # Half of the requests ask for a grant. Small sizes have few of them, which are asked for again and again.
    asked = Requests(requests // 2)
    while not asked.complete:
        asked.add(_request(rng.randrange(people), rng.randrange(people)))
    asked.repeated = [_request(*rng.choice(some)) for _ in range(requests // 2)]
    scenario.requests(asked)


def _request(user: int, document: int) -> Request:
    return Request(UID("User", f"u{user}"), action("read"), UID("Doc", f"d{document}"))
