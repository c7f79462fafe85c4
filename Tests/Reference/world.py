# SPDX-License-Identifier: Apache-2.0
"""A random store of entities and the requests to it."""

from __future__ import annotations

import random
from typing import Any

from cases import JSON, UID, Request
from values import (
    ACTION_TYPES,
    DATETIME,
    ENTITY,
    EXTENSIONS,
    IDS,
    LONG,
    MAX,
    NAMES,
    SCALARS,
    STRING,
    STRINGS,
    TYPES,
    Type,
    extension_text,
    long,
    record,
    set_of,
)


class World:
    """What policies may speak of.

    Attributes, tags and the context follow a shape (name to type) which their values keep mostly, so that a generated
    expression is well-typed mostly.
    """

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.types = rng.sample(TYPES, rng.randint(1, 4))
        self.action_type = rng.choice(ACTION_TYPES)
        self.attributes = self._shape(rng.randint(4, 14))
        self.tags = self._shape(rng.randint(1, 4))
        self.context = self._shape(rng.randint(4, 12))
        ids = rng.sample(IDS, rng.randint(2, 12))
        count = 0 if rng.random() < 0.03 else min(25, int(rng.expovariate(0.12)) + 1)
        uids = list(dict.fromkeys(UID(rng.choice(self.types), rng.choice(ids)) for _ in range(count)))
        self.absent = [UID(rng.choice(self.types), "absent"), UID("Absent", rng.choice(ids))]
        self.present = uids
        self.actions = [
            UID(self.action_type, name)
            for name in rng.sample(("view", "edit", "all", "", "é", "e\u0301"), rng.randint(1, 4))
        ]
        self.entities = self._store()

    # Shapes and values

    def _shape(self, count: int) -> dict[str, Type]:
        plain = [name for name in NAMES if name.isidentifier() and name.isascii()]
        names = {self.rng.choice(NAMES if self.rng.random() < 0.25 else plain) for _ in range(count)}
        return {name: self.type(2) for name in sorted(names)}

    def type(self, depth: int) -> Type:
        choice = self.rng.random()
        if depth == 0 or choice < 0.66:
            return self.rng.choice(SCALARS)
        if choice < 0.86:
            return set_of(
                self.rng.choice((LONG, STRING, ENTITY, ENTITY)) if self.rng.random() < 0.7 else self.type(depth - 1)
            )
        names = self.rng.sample(NAMES[:13], self.rng.randint(1, 3))
        return record(**{name: self.type(depth - 1) for name in names})

    def value(self, type: Type, wrong: float = 0.03) -> JSON:
        rng = self.rng
        if rng.random() < wrong:
            type = self.type(1)
        match type.kind:
            case "Bool":
                return rng.random() < 0.6
            case "Long":
                return long(rng)
            case "String":
                return rng.choice(STRINGS)
            case "Entity":
                return {"__entity": self.uid().json}
            case "Set":
                assert type.element is not None
                return [self.value(type.element, wrong) for _ in range(rng.choice((0, 1, 1, 2, 2, 3, 5)))]
            case "Record":
                return {name: self.value(field, wrong) for name, field in type.fields if rng.random() > wrong}
        if type == DATETIME and rng.random() < 0.05:
            arguments = [self.value(DATETIME, 0), {"__extn": {"fn": "duration", "arg": f"{rng.randrange(48)}h"}}]
            return {"__extn": {"fn": "offset", "args": arguments}}
        return {"__extn": {"fn": type.kind, "arg": extension_text(rng, type.kind, 0)}}

    def uid(self) -> UID:
        if not self.present or self.rng.random() < 0.06:
            return self.rng.choice(self.absent)
        return self.rng.choice(self.present)

    # The store

    def _store(self) -> list[JSON]:
        rng = self.rng
        layers = {uid: rng.randint(0, 4) for uid in self.present}
        entities = []
        for uid in self.present:
            above = [parent for parent in self.present if layers[parent] > layers[uid]]
            parents = rng.sample(above, min(len(above), rng.choice((0, 1, 1, 2, 3))))
            if rng.random() < 0.08:
                parents.append(rng.choice(self.absent))
            entities.append(self._entity(uid, parents))
        for number, action in enumerate(self.actions):
            if rng.random() < 0.8:
                parents = [parent for parent in self.actions[:number] if rng.random() < 0.5]
                entities.append(self._entity(action, parents, attributes=rng.random() < 0.2))
        rng.shuffle(entities)
        return entities

    def _entity(self, uid: UID, parents: list[UID], attributes: bool = True) -> dict[str, JSON]:
        rng = self.rng
        attrs = {name: self.value(type) for name, type in self.attributes.items() if attributes and rng.random() < 0.93}
        entity: dict[str, JSON] = {
            "uid": uid.json if rng.random() < 0.8 else {"__entity": uid.json},
            "attrs": attrs,
            "parents": [parent.json if rng.random() < 0.8 else {"__entity": parent.json} for parent in parents],
        }
        if rng.random() < 0.8:
            entity["tags"] = {
                name: self.value(type) for name, type in self.tags.items() if attributes and rng.random() < 0.85
            }
        return dict(rng.sample(list(entity.items()), len(entity)))

    # Requests

    def request(self) -> Request:
        rng = self.rng
        action = rng.choice(self.actions) if rng.random() < 0.96 else UID(self.action_type, "other")
        context = {name: self.value(type) for name, type in self.context.items() if rng.random() < 0.95}
        return Request(self.uid(), action, self.uid(), context, rng.choice((0, 0, 1, 2)))

    # What is perhaps no legal input

    def spoilt_value(self) -> JSON:
        """A value that is refused, mostly."""
        good = {"__extn": {"fn": "datetime", "arg": "2024-01-01"}}
        return self.rng.choice(
            (
                None,
                1.0,
                1.5,
                MAX + 1,
                -MAX - 2,
                1e400,
                [None],
                {"a": None},
                {"__expr": "1 + 1"},
                {"__extn": {"fn": self.rng.choice(EXTENSIONS).kind, "arg": "bad"}},
                {"__extn": {"fn": "ip", "arg": extension_text(self.rng, "ip", 1)}},
                {"__extn": {"fn": "duration", "arg": extension_text(self.rng, "duration", 1)}},
                {"__extn": {"fn": "datetime", "arg": extension_text(self.rng, "datetime", 1)}},
                {"__extn": {"fn": "decimal", "arg": extension_text(self.rng, "decimal", 1)}},
                {"__extn": {"fn": "nothing", "arg": "1"}},
                {"__extn": {"fn": "decimal", "arg": 5}},
                {"__extn": {"fn": "decimal", "args": ["1.0"]}},
                {"__extn": {"fn": "ip", "args": []}},
                {"__extn": {"fn": "ip", "args": ["1.1.1.1", "1.1.1.1"]}},
                {"__extn": {"fn": "toDate", "arg": good}},
                {"__extn": {"fn": "toDate", "args": [good]}},
                {"__extn": {"fn": "offset", "args": [good]}},
                {"__extn": {"fn": "offset", "args": [good, good]}},
                {"__entity": {"type": "a b", "id": ""}},
                {"__entity": {"type": "", "id": ""}},
                {"__entity": {"type": "A :: B", "id": ""}},
                {"__entity": {"type": "if", "id": ""}},
                {"__entity": {"type": "__cedar::A", "id": ""}},
                {"__entity": {"type": "A::", "id": ""}},
                {"type": "User", "id": "a"},
                {"type": "User", "id": 1},
                {"fn": "ip", "arg": "1.1.1.1"},
                [],
                {},
                [[], {}],
                True,
                "",
            )
        )

    def spoil(self, entities: list[JSON]) -> None:
        """Changes one thing in a store that is perhaps refused for it."""
        rng = self.rng
        if not entities:
            entities.append({"uid": {"type": "User", "id": "a"}, "attrs": {}, "parents": []})
        entity = rng.choice(entities)
        match rng.randrange(12):
            case 0 | 1 | 2 | 3:
                entity["attrs"]["spoilt"] = self.spoilt_value()
            case 4:
                entity.setdefault("tags", {})["spoilt"] = self.spoilt_value()
            case 5:
                del entity[rng.choice(list(entity))]
            case 6:
                entity[rng.choice(list(entity))] = rng.choice((None, [], {}, "", 'User::"a"', 1))
            case 7:
                entity["unknown"] = rng.choice((None, 1, {}))
            case 8:
                entities.append(dict(entity))
            case 9:
                entities.append({**entity, "attrs": {**entity["attrs"], "other": 1}})
            case 10:
                entity["parents"].append(entity["uid"])
            case _:
                other = rng.choice(entities)
                other["parents"].append(entity["uid"])
                entity["parents"].append(rng.choice(entities)["uid"])


def spoilt_request(world: World, request: Request) -> Request:
    context: Any = request.context
    if world.rng.random() < 0.7:
        context = {**context, "spoilt": world.spoilt_value()}
    else:
        context = world.spoilt_value()
    return Request(request.principal, request.action, request.resource, context)
