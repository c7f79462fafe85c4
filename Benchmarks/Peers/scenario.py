# SPDX-License-Identifier: Apache-2.0
"""A scenario on disk: what all systems read, each in its own language.

    policies.cedar, entities.json, requests.jsonl, app.cedarschema    Writ and both builds of Cedar in Rust
    rules.rego, rules.json                                            regorus, a rule a policy
    table.rego, table.json                                            regorus, permissions as data
    inputs.jsonl                                                      the requests for both
    model.conf, policy.csv                                            pycasbin
    main.polar                                                        oso

A file that is missing says that the scenario is not expressed in that language. Everything is written as it is
generated, so that a million policies need no memory.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

JSON = Any


@dataclass(frozen=True)
class UID:
    type: str
    id: str

    @property
    def json(self) -> JSON:
        return {"type": self.type, "id": self.id}

    @property
    def reference(self) -> JSON:
        """As the value of an attribute."""
        return {"__entity": self.json}

    def __str__(self) -> str:
        return f'{self.type}::"{self.id}"'


@dataclass(frozen=True)
class Entity:
    uid: UID
    attributes: dict[str, JSON] = field(default_factory=dict)
    parents: tuple[UID, ...] = ()

    @property
    def json(self) -> JSON:
        return {"uid": self.uid.json, "attrs": self.attributes, "parents": [parent.json for parent in self.parents]}


@dataclass(frozen=True)
class Request:
    principal: UID
    action: UID
    resource: UID
    context: dict[str, JSON] = field(default_factory=dict)

    @property
    def json(self) -> JSON:
        return {
            "principal": self.principal.json,
            "action": self.action.json,
            "resource": self.resource.json,
            "context": self.context,
        }


def action(name: str) -> UID:
    return UID("Action", name)


class Requests:
    """Collects distinct requests until there are enough; some more may repeat."""

    def __init__(self, wanted: int) -> None:
        self.wanted = wanted
        self.distinct: dict[str, Request] = {}
        self.repeated: list[Request] = []
        self.drawn = 0

    def add(self, request: Request) -> None:
        self.drawn += 1
        if self.drawn > 50 * self.wanted:
            raise ValueError(f"only {len(self.distinct)} distinct requests in {self.drawn}")
        self.distinct[json.dumps(request.json)] = request

    @property
    def complete(self) -> bool:
        return len(self.distinct) >= self.wanted

    @property
    def all(self) -> list[Request]:
        return [*self.distinct.values(), *self.repeated]


class Scenario:
    """A directory that is being filled."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        directory.mkdir(parents=True, exist_ok=True)

    def lines(self, name: str, lines: Iterable[str]) -> None:
        with (self.directory / name).open("w", encoding="utf-8") as file:
            lines = iter(lines)
            while batch := list(itertools.islice(lines, 10_000)):
                file.write("\n".join(batch) + "\n")

    def policies(self, policies: Iterable[str]) -> None:
        self.lines("policies.cedar", policies)

    def entities(self, entities: Iterable[Entity]) -> None:
        def lines() -> Iterable[str]:
            separator = "["
            for entity in entities:
                yield separator + json.dumps(entity.json)
                separator = ","
            yield "]"

        self.lines("entities.json", lines())

    def schema(self, text: str) -> None:
        self.lines("app.cedarschema", [text])

    def requests(self, requests: Requests) -> None:
        self.lines("requests.jsonl", (json.dumps(request.json) for request in requests.all))

    def rego(self, name: str, rules: Iterable[str], data: JSON) -> None:
        """`name` is `rules` (a rule a policy) or `table` (permissions as data)."""
        head = ["package app", "import rego.v1", "default allow := false"]
        self.lines(f"{name}.rego", itertools.chain(head, rules))
        self.lines(f"{name}.json", [json.dumps(data)])

    def inputs(self, inputs: Iterable[JSON]) -> None:
        """The requests in the form that the Rego rules read."""
        self.lines("inputs.jsonl", (json.dumps(input) for input in inputs))

    def casbin(self, model: str, rows: Iterable[str]) -> None:
        self.lines("model.conf", [model])
        self.lines("policy.csv", rows)

    def polar(self, rules: Iterable[str]) -> None:
        self.lines("main.polar", rules)
