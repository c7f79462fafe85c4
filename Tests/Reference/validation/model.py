# SPDX-License-Identifier: Apache-2.0
"""Random schemas: entity types, actions, contexts, and how they are written in Cedar's syntax and in JSON."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from typing import Any

ATTRIBUTES = ("a", "b", "name", "age", "owner", "in", "a b", "é", "nick", "flags", "tags")
IDENTIFIERS = frozenset(("a", "b", "name", "age", "owner", "nick", "flags", "tags"))
SCALARS = ("Bool", "Long", "String", "ipaddr", "decimal", "datetime", "duration")
EXTENSIONS = ("ipaddr", "decimal", "datetime", "duration")


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def key(name: str) -> str:
    return name if name in IDENTIFIERS else quoted(name)


@dataclass(frozen=True)
class Type:
    """A type: a scalar's name, `Entity`, `Set` or `Record`."""

    kind: str
    entity: str = ""
    element: Type | None = None
    fields: tuple[tuple[str, Type, bool], ...] = ()

    def field(self, name: str) -> tuple[Type, bool] | None:
        return next(((type, required) for field, type, required in self.fields if field == name), None)


@dataclass
class Entity:
    name: str
    parents: list[str] = field(default_factory=list)
    shape: Type = Type("Record")
    tags: Type | None = None
    ids: tuple[str, ...] | None = None


@dataclass
class Action:
    namespace: str
    id: str
    groups: list[tuple[str, str]] = field(default_factory=list)
    principals: list[str] = field(default_factory=list)
    resources: list[str] = field(default_factory=list)
    context: Type = Type("Record")

    @property
    def uid(self) -> str:
        return f"{self.namespace + '::' if self.namespace else ''}Action::{quoted(self.id)}"


class Schema:
    """A random schema."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.namespaces = rng.choice(([""], ["N"], ["", "N"], ["N", "M::K"]))
        names = rng.sample(("User", "Team", "Doc", "Folder", "Box"), rng.randint(1, 5))
        self.entities: dict[str, Entity] = {}
        for name in names:
            namespace = rng.choice(self.namespaces)
            full = f"{namespace}::{name}" if namespace else name
            self.entities[full] = Entity(full)
        self.common: dict[str, Type] = {}
        for entity in self.entities.values():
            if rng.random() < 0.12:
                entity.ids = tuple(rng.sample(("x", "y", "z"), rng.randint(1, 2)))
                continue
            entity.parents = [name for name in self.entities if rng.random() < 0.35]
            entity.shape = self.record(2)
            if rng.random() < 0.4:
                entity.tags = self.type(1)
        self.actions: list[Action] = []
        for id in rng.sample(("view", "edit", "all", "go on", "é"), rng.randint(1, 4)):
            action = Action(rng.choice(self.namespaces), id)
            action.groups = [(other.namespace, other.id) for other in self.actions if rng.random() < 0.4]
            if rng.random() < 0.85 or not self.actions:
                types = list(self.entities)
                action.principals = rng.sample(types, rng.randint(1, min(3, len(types))))
                action.resources = rng.sample(types, rng.randint(1, min(3, len(types))))
                action.context = self.record(2)
            if not any(other.id == action.id for other in self.actions):  # RFC 70
                self.actions.append(action)

    def record(self, depth: int) -> Type:
        names = self.rng.sample(ATTRIBUTES, self.rng.choice((0, 1, 2, 3, 4)))
        return Type("Record", fields=tuple((name, self.type(depth), self.rng.random() < 0.55) for name in names))

    def type(self, depth: int) -> Type:
        rng = self.rng
        chance = rng.random()
        if chance < 0.3:
            return Type("Entity", entity=rng.choice(list(self.entities)))
        if chance < 0.42 and depth:
            return Type("Set", element=self.type(depth - 1))
        if chance < 0.55 and depth:
            return self.record(depth - 1)
        return Type(rng.choice(SCALARS[:3] if chance < 0.85 else SCALARS))

    # Writing

    @property
    def text(self) -> str:
        out = []
        for namespace in self.namespaces:
            lines = []
            for entity in self.entities.values():
                home, _, base = entity.name.rpartition("::")
                if home != namespace:
                    continue
                if entity.ids is not None:
                    lines.append(f"entity {base} enum [{', '.join(map(quoted, entity.ids))}];")
                    continue
                parents = f" in [{', '.join(entity.parents)}]" if entity.parents else ""
                tags = f" tags {self._text(entity.tags)}" if entity.tags else ""
                lines.append(f"entity {base}{parents} = {self._text(entity.shape)}{tags};")
            for action in self.actions:
                if action.namespace != namespace:
                    continue
                groups = ", ".join(
                    f"{home + '::' if home else ''}Action::{quoted(id)}" for home, id in action.groups
                )
                line = f"action {quoted(action.id)}" + (f" in [{groups}]" if groups else "")
                if action.principals:
                    line += (
                        f" appliesTo {{principal: [{', '.join(action.principals)}], "
                        f"resource: [{', '.join(action.resources)}], context: {self._text(action.context)}}}"
                    )
                lines.append(line + ";")
            body = "\n".join(lines)
            out.append(f"namespace {namespace} {{\n{body}\n}}" if namespace else body)
        return "\n".join(out) + "\n"

    def _text(self, type: Type) -> str:
        match type.kind:
            case "Entity":
                return type.entity
            case "Set":
                assert type.element is not None
                return f"Set<{self._text(type.element)}>"
            case "Record":
                fields = (f"{quoted(n)}{'' if required else '?'}: {self._text(t)}" for n, t, required in type.fields)
                return "{" + ", ".join(fields) + "}"
        return type.kind

    @property
    def json(self) -> str:
        out: dict[str, Any] = {}
        for namespace in self.namespaces:
            types: dict[str, Any] = {}
            for entity in self.entities.values():
                home, _, base = entity.name.rpartition("::")
                if home != namespace:
                    continue
                if entity.ids is not None:
                    types[base] = {"enum": list(entity.ids)}
                    continue
                types[base] = {"shape": self._json(entity.shape)}
                if entity.parents:
                    types[base]["memberOfTypes"] = entity.parents
                if entity.tags:
                    types[base]["tags"] = self._json(entity.tags)
            actions: dict[str, Any] = {}
            for action in self.actions:
                if action.namespace != namespace:
                    continue
                written: dict[str, Any] = {}
                if action.groups:
                    written["memberOf"] = [
                        {"id": id, "type": f"{home + '::' if home else ''}Action"} for home, id in action.groups
                    ]
                if action.principals:
                    written["appliesTo"] = {
                        "principalTypes": action.principals,
                        "resourceTypes": action.resources,
                        "context": self._json(action.context),
                    }
                actions[action.id] = written
            out[namespace] = {"entityTypes": types, "actions": actions}
        return json.dumps(out, ensure_ascii=False)

    def _json(self, type: Type) -> dict[str, Any]:
        match type.kind:
            case "Entity":
                return {"type": "Entity", "name": type.entity}
            case "Set":
                assert type.element is not None
                return {"type": "Set", "element": self._json(type.element)}
            case "Record":
                attributes = {n: self._json(t) | ({} if required else {"required": False}) for n, t, required in type.fields}
                return {"type": "Record", "attributes": attributes}
            case "Bool":
                return {"type": "Boolean"}
            case "Long" | "String":
                return {"type": type.kind}
        return {"type": "Extension", "name": type.kind}
