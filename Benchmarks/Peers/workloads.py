# SPDX-License-Identifier: Apache-2.0
"""The workloads, by name, and their making. Everything is drawn from fixed seeds: each run has the same input."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import applications
import attributes
import grants
import hospital
import roles
from scenario import Scenario

REQUESTS = 2_000
# Beyond this the peers are not asked: they need tens of milliseconds for a decision at this size already.
PEER_LIMIT = 10_000
SIZES = (10, 100, 1_000, 10_000, 100_000, 1_000_000)


@dataclass(frozen=True)
class Workload:
    name: str
    title: str
    sizes: tuple[int, ...]
    has_peers: bool
    generate: Callable[[Scenario, int, int, bool], None]

    def for_peers(self, size: int) -> bool:
        return self.has_peers and size <= PEER_LIMIT

    def make(self, size: int, under: Path) -> Path:
        """The directory of the workload, filled if it has not been by the same version of the generators."""
        directory = under / f"{self.name}-{size}"
        stamp = directory / "version"
        if not stamp.is_file() or stamp.read_text() != VERSION:
            scenario = Scenario(directory)
            stamp.unlink(missing_ok=True)
            self.generate(scenario, size, REQUESTS, self.for_peers(size))
            stamp.write_text(VERSION)
        return directory


def _application(generate: Callable[[Scenario, int], None]) -> Callable[[Scenario, int, int, bool], None]:
    return lambda scenario, _, requests, __: generate(scenario, requests)


WORKLOADS = (
    Workload("flat", "roles, flat", SIZES, True, roles.flat),
    Workload("tree", "roles, tree of depth 8", SIZES, True, roles.tree),
    Workload("attributes", "attributes", SIZES, True, attributes.attributes),
    Workload("ranges", "attributes, a tenth ranges alone", (1_000, 10_000, 100_000), False, attributes.ranges),
    Workload("drive", "drive", (5,), True, _application(applications.drive)),
    Workload("hosting", "code hosting", (8,), True, _application(applications.hosting)),
    Workload("todo", "to-do lists", (4,), True, _application(applications.todo)),
    Workload("hospital", "hospital, by scope", hospital.SIZES, True, hospital.hospital("scope", 0)),
    Workload("hospital-when", "hospital, by condition", hospital.SIZES, False, hospital.hospital("when", 0)),
    Workload("hospital-many", "hospital, staff in 20 %", hospital.SIZES, False, hospital.hospital("scope", 0.2)),
    Workload("grants", "grants, one user one document", SIZES, False, grants.grants),
)

VERSION = hashlib.sha256(
    b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")) if path.stem in {
        "scenario", "workloads", "roles", "attributes", "applications", "grants", "hospital",
    })
).hexdigest()  # fmt: skip
