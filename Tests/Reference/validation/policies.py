# SPDX-License-Identifier: Apache-2.0
"""Random policies that a schema makes valid, mostly, and the same spoilt by one change."""

from __future__ import annotations

import random
import re

from model import ATTRIBUTES, EXTENSIONS, IDENTIFIERS, Action, Schema, Type, key, quoted

LITERALS = {
    "ipaddr": ('ip("10.0.0.1")', 'ip("::1/64")', 'ip("10.0.0.0/8")'),
    "decimal": ('decimal("1.5")', 'decimal("-0.0001")'),
    "datetime": ('datetime("2026-01-31")', 'datetime("2026-01-31T08:00:00Z")'),
    "duration": ('duration("1d")', 'duration("-1h30m")'),
}
METHODS = {
    "ipaddr": (".isIpv4()", ".isLoopback()", '.isInRange(ip("10.0.0.0/8"))'),
    "decimal": ('.lessThan(decimal("2.0"))', '.greaterThanOrEqual(decimal("0.5"))'),
}
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|::|&&|\|\||[=!<>]=|\w+|[^\w\s]|\s+')
BOOL = Type("Bool")


class Policies:
    """Draws policies for one schema."""

    def __init__(self, rng: random.Random, schema: Schema) -> None:
        self.rng = rng
        self.schema = schema
        # How often something that may be wrong is drawn.
        self.fault = rng.choice((0.0, 0.0, 0.01, 0.05))

    def policy(self) -> str:
        rng = self.rng
        applicable = [action for action in self.schema.actions if action.principals]
        action = rng.choice(applicable or self.schema.actions)
        self.action = action
        self.principal = rng.choice(action.principals or list(self.schema.entities))
        self.resource = rng.choice(action.resources or list(self.schema.entities))
        scope = ", ".join((self._scope("principal", self.principal), self._action(), self._scope("resource", self.resource)))
        text = f"{rng.choice(('permit', 'forbid'))}({scope})"
        self.held: set[tuple[str, str]] = set()
        for _ in range(rng.choice((0, 1, 1, 1, 2))):
            if rng.random() < 0.8:
                condition, grants = self.condition(rng.randint(1, 4))
                text += f"\nwhen {{ {condition} }}"
                self.held |= grants
            else:
                text += f"\nunless {{ {self.condition(rng.randint(1, 3))[0]} }}"
        return text + ";"

    # Scopes

    def _entity(self, type: str) -> str:
        ids = self.schema.entities[type].ids
        return f"{type}::{quoted(self.rng.choice(ids or ('a', 'b', 'é')))}"

    def _group(self, type: str) -> str:
        return self.rng.choice(self.schema.entities[type].parents or [type])

    def _scope(self, variable: str, type: str) -> str:
        chance = self.rng.random()
        if chance < 0.55:
            return f"{variable} is {type}"
        if chance < 0.65:
            return f"{variable} == {self._entity(type)}"
        if chance < 0.75:
            return f"{variable} is {type} in {self._entity(self._group(type))}"
        if chance < 0.8:
            return f"{variable} in {self._entity(self._group(type))}"
        if chance < 0.85:
            return f"{variable} {self.rng.choice(('==', 'in', f'is {type} in'))} ?{variable}"
        return variable

    def _action(self) -> str:
        rng = self.rng
        chance = rng.random()
        if chance < 0.7:
            return f"action == {self.action.uid}"
        if chance < 0.8:
            groups = [action for action in self.schema.actions if (action.namespace, action.id) in self.action.groups]
            return f"action in {rng.choice(groups or [self.action]).uid}"
        if chance < 0.9:
            return f"action in [{', '.join(action.uid for action in rng.sample(self.schema.actions, rng.randint(1, len(self.schema.actions))))}]"
        return "action"

    # Conditions

    def condition(self, depth: int) -> tuple[str, set[tuple[str, str]]]:
        """A condition, and what holds where it is true."""
        rng = self.rng
        if rng.random() < self.fault:
            return self.expression(self.schema.type(1), depth - 1), set()
        if depth <= 0:
            return self._test()
        chance = rng.random()
        if chance < 0.35:
            left, grants = self.condition(depth - 1)
            before, self.held = self.held, self.held | grants
            right, more = self.condition(depth - 1)
            self.held = before
            return f"({left} && {right})" if rng.random() < 0.7 else f"{left} && ({right})", grants | more
        if chance < 0.5:
            left, one = self.condition(depth - 1)
            right, other = self.condition(depth - 1)
            return f"({left} || {right})", one & other
        if chance < 0.6:
            test, grants = self.condition(depth - 1)
            before, self.held = self.held, self.held | grants
            then, one = self.condition(depth - 1)
            self.held = before
            otherwise, other = self.condition(depth - 1)
            return f"(if {test} then {then} else {otherwise})", (grants | one) & other
        if chance < 0.68:
            return f"!({self.condition(depth - 1)[0]})", set()
        return self._test()

    def _test(self) -> tuple[str, set[tuple[str, str]]]:
        rng = self.rng
        chance = rng.random()
        if chance < 0.3:
            return self._has()
        if chance < 0.38:
            return self._has_tag()
        return self._plain(), set()

    def _has(self) -> tuple[str, set[tuple[str, str]]]:
        """`has` of an attribute, mostly an optional one."""
        rng = self.rng
        for _ in range(8):
            text, type = self._path()
            fields = self._fields(type)
            if not fields:
                continue
            optional = [name for name, _, required in fields if not required]
            name = rng.choice(optional if optional and rng.random() < 0.8 else [name for name, _, _ in fields])
            if rng.random() < 0.05:
                name = rng.choice(ATTRIBUTES)
            if name in IDENTIFIERS and rng.random() < 0.25:
                declared = Type("Record", fields=fields).field(name)
                inner = [n for n, _, _ in self._fields(declared[0])] if declared else []
                inner = [n for n in inner if n in IDENTIFIERS]
                if inner:
                    second = rng.choice(inner)
                    return f"{text} has {name}.{second}", {(text, name), (self._dot(text, name), second)}
            return f"{text} has {key(name)}", {(text, name)}
        return "true", set()

    def _has_tag(self) -> tuple[str, set[tuple[str, str]]]:
        for _ in range(8):
            text, type = self._path()
            if type.kind == "Entity" and (self.schema.entities[type.entity].tags or self.rng.random() < 0.1):
                name = self.rng.choice(('"a"', '"b"'))
                return f"{text}.hasTag({name})", {(text, f"tag {name}")}
        return "true", set()

    def _plain(self) -> str:
        rng = self.rng
        chance = rng.random()
        if chance < 0.12:
            type = rng.choice((Type("Long"), Type("Long"), Type("datetime"), Type("duration")))
            return f"{self.expression(type, 1)} {rng.choice(('<', '<=', '>', '>='))} {self.expression(type, 1)}"
        if chance < 0.32:
            type = self.schema.type(1)
            return f"{self.expression(type, 1)} {rng.choice(('==', '!='))} {self.expression(type, 1)}"
        if chance < 0.4:
            return f'{self.expression(Type("String"), 1)} like "{rng.choice(("*", "a*", "*é"))}"'
        if chance < 0.52:
            element = self.schema.type(0)
            group = self.expression(Type("Set", element=element), 1)
            method = rng.choice(("contains", "containsAll", "containsAny", "isEmpty"))
            if method == "isEmpty":
                return f"{group}.isEmpty()"
            argument = self.expression(element if method == "contains" else Type("Set", element=element), 1)
            return f"{group}.{method}({argument})"
        if chance < 0.64:
            left = rng.choice(list(self.schema.entities))
            right = self._group(left)
            entity = self.expression(Type("Entity", entity=left), 1)
            if rng.random() < 0.3:
                return f"{entity} in [{self._entity(right)}, {self.expression(Type('Entity', entity=right), 0)}]"
            return f"{entity} in {self.expression(Type('Entity', entity=right), 1)}"
        if chance < 0.7:
            text, type = self._path()
            name = type.entity if type.kind == "Entity" and rng.random() < 0.6 else rng.choice(list(self.schema.entities))
            return f"{text} is {name}" if type.kind == "Entity" else "false"
        if chance < 0.75:
            action = rng.choice(self.schema.actions)
            return rng.choice((f"action == {action.uid}", f"action in {action.uid}", f"action in [{action.uid}]"))
        if chance < 0.85:
            kind = rng.choice(("ipaddr", "decimal"))
            return self.expression(Type(kind), 1) + rng.choice(METHODS[kind])
        if chance < 0.88:
            return rng.choice(("true", "false", "1 == 1", '"a" == "b"', "principal == resource"))
        return self.expression(BOOL, 1)

    # Expressions of a type

    def _fields(self, type: Type) -> tuple[tuple[str, Type, bool], ...]:
        return self.schema.entities[type.entity].shape.fields if type.kind == "Entity" else type.fields

    @staticmethod
    def _dot(text: str, name: str) -> str:
        return f"{text}.{name}" if name in IDENTIFIERS else f"{text}[{quoted(name)}]"

    def _path(self, wanted: Type | None = None) -> tuple[str, Type]:
        """An access that is safe with what is held, mostly."""
        rng = self.rng
        text, type = rng.choice(
            (
                ("principal", Type("Entity", entity=self.principal)),
                ("resource", Type("Entity", entity=self.resource)),
                ("context", self.action.context),
            )
        )
        for _ in range(rng.choice((0, 1, 1, 2, 3))):
            if wanted is not None and type == wanted:
                break
            safe = [
                (name, inner)
                for name, inner, required in self._fields(type)
                if required or (text, name) in self.held or rng.random() < self.fault
            ]
            if type.kind == "Entity" and rng.random() < 0.2:
                tags = self.schema.entities[type.entity].tags
                known = [name for base, name in self.held if base == text and name.startswith("tag ")]
                if tags and known:
                    text, type = f"{text}.getTag({known[0][4:]})", tags
                    continue
            if not safe:
                break
            name, inner = rng.choice(safe)
            text, type = self._dot(text, name), inner
        return text, type

    def expression(self, type: Type, depth: int) -> str:
        rng = self.rng
        if rng.random() < self.fault:
            type = self.schema.type(1)
        for _ in range(6):
            text, found = self._path(type)
            if found == type:
                return text
        if depth > 0 and rng.random() < 0.15:
            return f"(if {self.condition(0)[0]} then {self.expression(type, 0)} else {self.expression(type, 0)})"
        match type.kind:
            case "Bool":
                return rng.choice(("true", "false"))
            case "Long":
                if depth > 0 and rng.random() < 0.3:
                    return f"({self.expression(type, 0)} {rng.choice('+-*')} {self.expression(type, 0)})"
                return str(rng.randint(-3, 9))
            case "String":
                return quoted(rng.choice(("", "a", "é")))
            case "Entity":
                return self._entity(type.entity)
            case "Set":
                assert type.element is not None
                return f"[{', '.join(self.expression(type.element, 0) for _ in range(rng.randint(1, 3)))}]"
            case "Record":
                return "{" + ", ".join(f"{quoted(name)}: {self.expression(inner, 0)}" for name, inner, _ in type.fields) + "}"
        assert type.kind in EXTENSIONS
        if type.kind == "datetime" and depth > 0 and rng.random() < 0.3:
            return f"{self.expression(type, 0)}.offset({self.expression(Type('duration'), 0)})"
        return rng.choice(LITERALS[type.kind])

    # Spoiling

    # What is often forgotten or mistaken, and what stands there then.
    MISTAKES = (
        (re.compile(r"[\w.]+(?:\[[^\]]*\])* has (?:\"[^\"]*\"|[\w.]+)"), ("true", "context == context")),
        (re.compile(r"[\w.]+\.hasTag\([^)]*\)"), ("true", 'principal.hasTag("z")')),
        (re.compile(r"\.getTag\(\"[^\"]*\"\)"), ('.getTag("z")', ".getTag(1)", ".tags")),
        (re.compile(r'::"[^"]*"'), ('::"q"', '::"view"')),
        (re.compile(r"(?<=\()ip\(\"[^\"]*\"\)"), ('"10.0.0.1"', "ip()", 'ip("1.1.1.1"), 1', "ip(principal)")),
        (re.compile(r"decimal\(\"[^\"]*\"\)"), ("decimal(1)", 'decimal("1")', "1", 'decimal("1.0", "2.0")')),
        (re.compile(r"(?:datetime|duration)\(\"[^\"]*\"\)"), ('datetime("x")', "duration()", "5", "context.a")),
    )

    def spoilt(self, text: str) -> str:
        """The policy with one change."""
        rng = self.rng
        if rng.random() < 0.4:
            places = [(match, new) for pattern, new in self.MISTAKES for match in pattern.finditer(text)]
            if places:
                match, new = rng.choice(places)
                return text[: match.start()] + rng.choice(new) + text[match.end() :]
        return self._token_changed(text)

    def _token_changed(self, text: str) -> str:
        rng = self.rng
        tokens: list[str] = TOKEN.findall(text)
        solid = [i for i, token in enumerate(tokens) if not token.isspace()]
        index = rng.choice(solid)
        token = tokens[index]
        pool: tuple[str, ...]
        if token in ("&&", "||"):
            pool = ("&&", "||")
        elif token in ("==", "!=", "<", "<=", ">", ">=", "in"):
            pool = ("==", "!=", "<", "in", "has", "like")
        elif token in ("+", "-", "*"):
            pool = ("+", "==", "<")
        elif token.startswith('"'):
            pool = ('""', '"a"', "1", "true", "principal", '"view"', '"x"', "[]", '"10.0.0.1"')
        elif token.isdigit() or token in ("true", "false"):
            pool = ("1", '"a"', "true", "false", "[]", "resource", "{}", 'ip("1.1.1.1")', "(1 + 1)", "[1, true]")
        elif token in ("principal", "resource", "context", "action"):
            pool = ("principal", "resource", "context", "action", "true", "1")
        elif token in ("permit", "forbid", "when", "unless"):
            pool = ("when", "unless")
        else:
            names = tuple(name for entity in self.schema.entities for name in entity.split("::"))
            pool = tuple(IDENTIFIERS) + names + ("Usr", "contains", "hasTag", "getTag", "isEmpty", "ip", "lessThan", "!")
        tokens[index] = rng.choice(pool)
        return "".join(tokens)
