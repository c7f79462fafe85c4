# SPDX-License-Identifier: Apache-2.0
"""Random schemas with entities and requests that fit them mostly, written in the short forms that a schema allows."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from typing import Any

from cases import JSON, UID, Declaration, Request, string_literal
from expressions import is_identifier
from values import BOOL, DATETIME, DECIMAL, DURATION, IP, LONG, STRING, STRINGS, Type, extension_text, long
from world import World

PLAIN = {
    "Bool": BOOL,
    "Long": LONG,
    "String": STRING,
    "ipaddr": IP,
    "decimal": DECIMAL,
    "datetime": DATETIME,
    "duration": DURATION,
}
# Reserved words and words of the schema language are names of attributes like any other.
NAMES = (
    "a",
    "b",
    "name",
    "age",
    "owner",
    "tags",
    "type",
    "entity",
    "in",
    "Set",
    "if",
    "a b",
    "",
    "é",
    "action",
    "namespace",
    "enum",
)
ENTITY_NAMES = ("User", "Group", "Doc", "Folder", "Team", "Long", "Set", "datetime", "action", "tags", "String")
COMMON_NAMES = ("Info", "Name", "Rights", "User", "ipaddr", "Doc", "context", "Boolean", "Long")
NAMESPACES = ("", "", "App", "App::Deep")
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|::|\w+|[^\w\s]|\s+')
NOISE = (
    "entity", "action", "type", "namespace", "in", "tags", "enum", "appliesTo", "principal", "resource", "context",
    "Set", "Long", "Bool", "String", "User", "App", "__cedar", "Entity", "Record", "Extension", "Boolean", "ipaddr",
    "attributes", "{", "}", "[", "]", "<", ">", ",", ";", ":", "::", "?", "=", "@", "(", ")", '"a"', '""', "a", "if",
    "1", "//", "\u00a0", "é",
)  # fmt: skip


@dataclass(frozen=True)
class Field:
    type: Shape
    required: bool


@dataclass(frozen=True)
class Shape:
    """A type of the schema: `values.Type` with the names of entity types, and optional attributes."""

    kind: str
    element: Shape | None = None
    fields: tuple[tuple[str, Field], ...] = ()
    entity: str = ""

    @property
    def plain(self) -> Type:
        """The type as expressions see it: entities are all of one."""
        fields = tuple((name, field.type.plain) for name, field in self.fields)
        return Type(self.kind, self.element.plain if self.element else None, fields)


@dataclass
class EntityType:
    name: str
    groups: list[str] = field(default_factory=list)
    attributes: Shape = Shape("Record")
    tags: Shape | None = None
    ids: tuple[str, ...] | None = None


@dataclass
class Action:
    uid: UID
    groups: list[UID]
    principals: list[str]
    resources: list[str]
    context: Shape = Shape("Record")


class SchemaWorld(World):
    """A world that has a schema. `faults` counts what was made not to fit."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.declarations: list[Declaration] = []
        self.common: dict[str, Shape] = {}
        self.fault = 0.01 if rng.random() < 0.25 else 0.0
        namespaces = sorted({rng.choice(NAMESPACES) for _ in range(2)})
        self.kinds: dict[str, EntityType] = {}
        for _ in range(rng.randint(1, 5)):
            name = self._qualified(
                rng.choice(namespaces), rng.choice(ENTITY_NAMES[:5] if rng.random() < 0.8 else ENTITY_NAMES)
            )
            # RFC 70: a name may not hide one of the empty namespace.
            if not any(other.rpartition("::")[2] == name.rpartition("::")[2] for other in self.kinds):
                self.kinds[name] = EntityType(name)
        self._declare_common(namespaces)
        for kind in self.kinds.values():
            self._declare_entity(kind)
        self.operations = self._declare_actions(rng.choice(namespaces))
        if rng.random() < 0.2:
            self._spoil_schema()

        # What `World` and `Expressions` ask for.
        self.types = list(self.kinds)
        self.action_type = self.operations[0].uid.type
        self.actions = [operation.uid for operation in self.operations]
        self.attributes = {
            name: field.type.plain for kind in self.kinds.values() for name, field in kind.attributes.fields
        }
        self.context = {
            name: field.type.plain for operation in self.operations for name, field in operation.context.fields
        }
        self.tags = {name: kind.tags.plain for kind in self.kinds.values() if kind.tags for name in ("a", "b", "é")}
        self.present = list(dict.fromkeys(self._new_uid(rng.choice(self.types)) for _ in range(rng.randint(0, 14))))
        self.absent = [
            self._new_uid(rng.choice(self.types)),
            UID("Absent", "a") if rng.random() < 0.02 else self._new_uid(self.types[0]),
        ]
        self.entities = [self._schema_entity(uid) for uid in self.present]
        self.entities += [self._action_entity(operation) for operation in self.operations if rng.random() < 0.15]
        rng.shuffle(self.entities)

    @staticmethod
    def _qualified(namespace: str, name: str) -> str:
        return f"{namespace}::{name}" if namespace else name

    def _new_uid(self, type: str) -> UID:
        rng = self.rng
        kind = self.kinds.get(type)
        if kind is not None and kind.ids is not None and rng.random() > self.fault * 3:
            return UID(type, rng.choice(kind.ids))
        return UID(type, rng.choice(("a", "b", "c", "d", "é", "e\u0301", "", 'q"x', "😀")))

    # Declarations

    def _written(self, name: str, namespace: str) -> str:
        """A reference to a name from a namespace."""
        home, _, base = name.rpartition("::")
        if home == namespace and self.rng.random() < 0.7:
            return base
        return name

    def _name(self, name: str) -> str:
        return name if is_identifier(name) and self.rng.random() < 0.7 else string_literal(name)

    def _type(self, namespace: str, depth: int) -> tuple[str, Shape]:
        """A type and how it is written."""
        rng = self.rng
        choice = rng.random()
        if choice < 0.15 and self.common:
            name = rng.choice(list(self.common))
            return self._written(name, namespace), self.common[name]
        if choice < 0.4:
            name = rng.choice(list(self.kinds))
            return self._written(name, namespace), Shape("Entity", entity=name)
        if choice < 0.55 and depth:
            text, element = self._type(namespace, depth - 1)
            return f"Set<{text}>", Shape("Set", element)
        if choice < 0.7 and depth:
            return self._record(namespace, depth - 1)
        name = rng.choice(list(PLAIN))
        shadowed = any(known.rpartition("::")[2] == name for known in (*self.kinds, *self.common))
        prefix = "__cedar::" if shadowed or rng.random() < 0.05 else ""
        return prefix + name, Shape(PLAIN[name].kind)

    def _record(self, namespace: str, depth: int) -> tuple[str, Shape]:
        rng = self.rng
        fields: dict[str, Field] = {}
        texts = []
        for name in rng.sample(NAMES, rng.choice((0, 1, 2, 2, 3, 5))):
            text, type = self._type(namespace, depth)
            required = rng.random() < 0.6
            fields[name] = Field(type, required)
            texts.append(f"{self._annotation()}{self._name(name)}{'' if required else '?'}: {text}")
        comma = "," if texts and rng.random() < 0.3 else ""
        return "{" + ", ".join(texts) + comma + "}", Shape("Record", None, tuple(fields.items()))

    def _annotation(self) -> str:
        return self.rng.choice(('@doc("x") ', "@when ", '@if("")\n')) if self.rng.random() < 0.05 else ""

    def _declare(self, namespace: str, text: str) -> None:
        self.declarations.append(Declaration(namespace, self._annotation() + text))

    def _declare_common(self, namespaces: list[str]) -> None:
        rng = self.rng
        for _ in range(rng.choice((0, 0, 1, 2, 3))):
            name = rng.choice(COMMON_NAMES[:3] if rng.random() < 0.85 else COMMON_NAMES)
            namespace = rng.choice(namespaces)
            if any(known.rpartition("::")[2] == name for known in (*self.kinds, *self.common)) or name in PLAIN:
                continue
            text, shape = self._type(namespace, 2)
            self._declare(namespace, f"type {name} = {text};")
            self.common[self._qualified(namespace, name)] = shape

    def _declare_entity(self, kind: EntityType) -> None:
        rng = self.rng
        namespace, _, base = kind.name.rpartition("::")
        if rng.random() < 0.12:
            kind.ids = tuple(rng.sample(("a", "b", "c", "é", "e\u0301", ""), rng.randint(1, 3)))
            self._declare(namespace, f"entity {base} enum [{', '.join(map(string_literal, kind.ids))}];")
            return
        text = f"entity {base}"
        groups = [name for name in self.kinds if rng.random() < 0.35]
        if groups:
            kind.groups = groups
            written = [self._written(name, namespace) for name in groups]
            text += f" in {written[0]}" if len(written) == 1 and rng.random() < 0.5 else f" in [{', '.join(written)}]"
        if rng.random() < 0.8:
            record, kind.attributes = self._record(namespace, 2)
            text += f" {rng.choice(('=', ''))} {record}"
        if rng.random() < 0.4:
            written_type, kind.tags = self._type(namespace, 1)
            text += f" tags {written_type}"
        self._declare(namespace, text + ";")

    def _declare_actions(self, namespace: str) -> list[Action]:
        rng = self.rng
        actions: list[Action] = []
        for name in rng.sample(("view", "edit", "all", "a b", "é", ""), rng.randint(1, 4)):
            uid = UID(self._qualified(namespace, "Action"), name)
            text = f"action {self._name(name)}"
            groups = [other.uid for other in actions if rng.random() < 0.4]
            if groups:
                written = [
                    self._name(group.id) if rng.random() < 0.7 else f"{group.type}::{string_literal(group.id)}"
                    for group in groups
                ]
                text += (
                    f" in {written[0]}" if len(written) == 1 and rng.random() < 0.5 else f" in [{', '.join(written)}]"
                )
            action = Action(uid, groups, [], [])
            if rng.random() < 0.9 or not actions:
                text += f" appliesTo {{{self._applies_to(action, namespace)}}}"
            self._declare(namespace, text + ";")
            actions.append(action)
        return actions

    def _applies_to(self, action: Action, namespace: str) -> str:
        rng = self.rng
        parts = []
        for variable, types in (("principal", action.principals), ("resource", action.resources)):
            types += rng.sample(list(self.kinds), rng.randint(1, len(self.kinds)))
            written = [self._written(name, namespace) for name in types]
            parts.append(
                f"{variable}: "
                + (written[0] if len(written) == 1 and rng.random() < 0.5 else f"[{', '.join(written)}]")
            )
        records = [name for name, shape in self.common.items() if shape.kind == "Record"]
        if records and rng.random() < 0.4:
            name = rng.choice(records)
            action.context = self.common[name]
            parts.append(f"context: {self._written(name, namespace)}")
        elif rng.random() < 0.8:
            text, action.context = self._record(namespace, 2)
            parts.append(f"context: {text}")
        rng.shuffle(parts)
        return ", ".join(parts) + rng.choice(("", "", ","))

    def _spoil_schema(self) -> None:
        """Changes a token of a declaration, or declares something again; the schema is mostly refused for it."""
        rng = self.rng
        index = rng.randrange(len(self.declarations))
        declaration = self.declarations[index]
        if rng.random() < 0.2:
            other = rng.choice(self.declarations)
            self.declarations.append(
                Declaration(other.namespace if rng.random() < 0.3 else rng.choice(NAMESPACES), declaration.text)
            )
            return
        tokens: list[str] = TOKEN.findall(declaration.text)
        i, j = rng.randrange(len(tokens)), rng.randrange(len(tokens))
        match rng.randrange(6):
            case 0:
                del tokens[i]
            case 1:
                tokens.insert(i, tokens[i])
            case 2:
                tokens[i], tokens[j] = tokens[j], tokens[i]
            case 3:
                tokens.insert(i, rng.choice(NOISE))
            case _:
                tokens[i] = rng.choice(NOISE)
        self.declarations[index] = Declaration(declaration.namespace, "".join(tokens))

    # Data

    def fitting(self, shape: Shape) -> JSON:
        """A value of the type, mostly, in one of the forms that the schema allows."""
        rng = self.rng
        if rng.random() < self.fault:
            return rng.choice((1, "x", True, [], {}, {"a": 1}, "10.0.0.1", {"type": "User", "id": "a"}, [1], None))
        match shape.kind:
            case "Bool":
                return rng.random() < 0.5
            case "Long":
                return long(rng)
            case "String":
                return rng.choice(STRINGS)
            case "Set":
                assert shape.element is not None
                return [self.fitting(shape.element) for _ in range(rng.choice((0, 1, 2, 3)))]
            case "Record":
                return self._fitting_record(shape)
            case "ip" | "decimal" | "datetime" | "duration":
                text = extension_text(rng, shape.kind, self.fault)
                call: JSON = {"fn": shape.kind, "arg": text}
                return rng.choice((text, call, {"__extn": call}))
        uid = self._some(shape.entity)
        return uid.json if rng.random() < 0.6 else {"__entity": uid.json}

    def _fitting_record(self, shape: Shape) -> JSON:
        rng = self.rng
        members = {
            name: self.fitting(field.type)
            for name, field in shape.fields
            if rng.random() > (self.fault if field.required else 0.4)
        }
        if rng.random() < self.fault:
            members[rng.choice(NAMES)] = self.fitting(Shape("Long"))
        return members

    def _some(self, type: str) -> UID:
        if self.rng.random() < self.fault:
            type = self.rng.choice([*self.kinds, "Absent", "App::Absent", "Action"])
        found = [uid for uid in getattr(self, "present", []) if uid.type == type]
        return self.rng.choice(found) if found and self.rng.random() < 0.85 else self._new_uid(type)

    def _written_uid(self, uid: UID) -> JSON:
        return uid.json if self.rng.random() < 0.7 else {"__entity": uid.json}

    def _schema_entity(self, uid: UID) -> JSON:
        rng = self.rng
        kind = self.kinds[uid.type]
        parents = []
        for group in kind.groups:
            # Towards later ones only, or there would be cycles.
            later = [other for other in self.present[self.present.index(uid) + 1 :] if other.type == group]
            if later and rng.random() < 0.7:
                parents.append(rng.choice(later))
            elif rng.random() < 0.1:
                parents.append(UID(group, "absent"))
        if rng.random() < self.fault:
            parents.append(self._some(rng.choice(list(self.kinds))))
        entity: dict[str, JSON] = {
            "uid": self._written_uid(uid),
            "attrs": self.fitting(kind.attributes),
            "parents": [self._written_uid(parent) for parent in parents],
        }
        if kind.tags and rng.random() < 0.8:
            entity["tags"] = {name: self.fitting(kind.tags) for name in ("a", "b", "é") if rng.random() < 0.7}
        elif rng.random() < self.fault:
            entity["tags"] = {"a": 1}
        return entity

    def _action_entity(self, action: Action) -> JSON:
        rng = self.rng
        attrs: dict[str, JSON] = {"a": 1} if rng.random() < self.fault else {}
        groups = set(action.groups)
        known = {other.uid: other.groups for other in self.operations}
        pending = list(groups)
        while pending:
            above = [group for group in known[pending.pop()] if group not in groups]
            groups.update(above)
            pending += above
        parents = sorted(groups, key=lambda uid: uid.id)
        if parents and rng.random() < self.fault * 10:
            parents = []
        if rng.random() < self.fault * 5:
            parents.append(rng.choice(self.operations).uid)
        return {
            "uid": self._written_uid(action.uid),
            "attrs": attrs,
            "parents": [self._written_uid(parent) for parent in parents],
        }

    def request(self) -> Request:
        rng = self.rng
        operations = [operation for operation in self.operations if operation.principals] or self.operations
        operation = rng.choice(operations if rng.random() < 0.95 else self.operations)
        saved, self.fault = self.fault, 0.05 if rng.random() < 0.3 else 0.0
        principal = self._some(rng.choice(operation.principals or self.types))
        resource = self._some(rng.choice(operation.resources or self.types))
        uid = operation.uid if rng.random() > self.fault else UID(operation.uid.type, "unknown")
        context: Any = self.fitting(operation.context)
        self.fault = saved
        return Request(principal, uid, resource, context, rng.choice((0, 1, 2)))
