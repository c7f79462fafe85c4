# SPDX-License-Identifier: Apache-2.0
"""Random expressions: a tree is drawn for a wanted type and written with the parentheses it needs, and some more."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum

from cases import UID
from values import (
    BOOL,
    DATETIME,
    DECIMAL,
    DURATION,
    ENTITY,
    EXTENSIONS,
    IP,
    LONG,
    MAX,
    NAMES,
    RESERVED,
    SCALARS,
    STRING,
    STRINGS,
    Type,
    extension_text,
    long,
    set_of,
)
from world import World


class Level(IntEnum):
    """The levels of the grammar, loosest first."""

    IF, OR, AND, RELATION, SUM, PRODUCT, UNARY, MEMBER, PRIMARY = range(9)


@dataclass(frozen=True)
class Node:
    tokens: tuple[str, ...]
    level: Level
    # Operators that are evaluated whenever the node is.
    operators: frozenset[str] = frozenset()


# name -> receiver, arguments, result
METHODS: dict[str, tuple[Type, tuple[Type, ...], Type]] = {
    **{name: (IP, (), BOOL) for name in ("isIpv4", "isIpv6", "isLoopback", "isMulticast")},
    "isInRange": (IP, (IP,), BOOL),
    **{
        name: (DECIMAL, (DECIMAL,), BOOL)
        for name in ("lessThan", "lessThanOrEqual", "greaterThan", "greaterThanOrEqual")
    },
    "offset": (DATETIME, (DURATION,), DATETIME),
    "durationSince": (DATETIME, (DATETIME,), DURATION),
    "toDate": (DATETIME, (), DATETIME),
    "toTime": (DATETIME, (), DURATION),
    **{name: (DURATION, (), LONG) for name in ("toMilliseconds", "toSeconds", "toMinutes", "toHours", "toDays")},
}
CONSTRUCTORS = ("ip", "decimal", "datetime", "duration")
VARIABLES = ("principal", "action", "resource", "context")

# Everything that can stand in `Node.operators`.
OPERATORS = (
    "true/false", "integer", "string", "entity", "set", "record", *VARIABLES, ".name", '["name"]', "if", "||", "&&",
    "!", "neg", "==", "!=", "<", "<=", ">", ">=", "< datetime", "<= datetime", "> datetime", ">= datetime",
    "< duration", "<= duration", "> duration", ">= duration", "+", "-", "*", "in", "in set", "has name", "has string",
    "has path", "like", "is", "is in", "contains", "containsAll", "containsAny", "isEmpty", "hasTag", "getTag",
    *CONSTRUCTORS, *METHODS,
)  # fmt: skip


def is_identifier(name: str) -> bool:
    return name.isidentifier() and name.isascii() and name not in RESERVED


class Expressions:
    """Draws expressions over a world. `wildness` is the chance of a node to be of another type than the wanted one."""

    def __init__(self, world: World, wildness: float) -> None:
        self.world = world
        self.rng: random.Random = world.rng
        self.wildness = wildness
        self.paths = self._paths()

    # Writing

    def _within(self, node: Node, level: Level) -> tuple[str, ...]:
        """The node's tokens where the grammar wants `level`."""
        needed = node.level < level
        if needed and self.rng.random() < self.wildness * 0.03:
            needed = False  # another tree, or none
        if needed or self.rng.random() < 0.03:
            return ("(", *node.tokens, ")")
        return node.tokens

    def _node(self, level: Level, tokens: Iterable[str], operators: Iterable[str], *evaluated: Node) -> Node:
        names = frozenset(operators).union(*(node.operators for node in evaluated))
        return Node(tuple(tokens), level, names)

    def _infix(self, operator: str, level: Level, left: Node, right: Node, name: str | None = None) -> Node:
        """`left operator right`, chained to the left, except that relations do not chain."""
        left_level = Level.SUM if level == Level.RELATION else level
        right_level = level if level in (Level.OR, Level.AND) and self.rng.random() < 0.3 else Level(level + 1)
        tokens = (*self._within(left, left_level), operator, *self._within(right, right_level))
        evaluated = (left,) if operator in ("&&", "||") else (left, right)
        return self._node(level, tokens, [name or operator], *evaluated)

    def _call(self, receiver: Node, method: str, *arguments: Node) -> Node:
        tokens = [*self._within(receiver, Level.MEMBER), ".", method, "(", *self._list(arguments), ")"]
        return self._node(Level.MEMBER, tokens, [method], receiver, *arguments)

    def _list(self, items: Iterable[Node | tuple[str, ...]]) -> list[str]:
        tokens: list[str] = []
        for item in items:
            if tokens:
                tokens.append(",")
            tokens += self._within(item, Level.IF) if isinstance(item, Node) else item
        if tokens and self.rng.random() < 0.06:
            tokens.append(",")
        return tokens

    def string(self, text: str, pattern: bool = False) -> str:
        """A string literal, or for `pattern` the inside of one."""
        rng = self.rng
        odd = rng.random() < 0.25
        written = []
        for character in text:
            code = ord(character)
            forms = [character] if character not in '"\\\r' and not (pattern and character == "*") else []
            plain = {'"': '\\"', "\\": "\\\\", "\r": "\\r", "\0": "\\0", "\n": "\\n", "\t": "\\t", "'": "\\'"}
            if character in plain:
                forms.append(plain[character])
            if pattern and character == "*":
                forms.append("\\*")
            if forms and not odd:
                written.append(rng.choice(forms))
                continue
            digits = f"{code:x}" if rng.random() < 0.5 else f"{code:06X}"
            if rng.random() < 0.1:
                digits = digits[:1] + "_" + digits[1:]
            forms.append(f"\\u{{{digits}}}")
            if code < 0x80:
                forms.append(f"\\x{code:02x}")
            written.append(rng.choice(forms))
        return "".join(written) if pattern else '"' + "".join(written) + '"'

    def type_name(self, name: str) -> tuple[str, ...]:
        tokens: list[str] = []
        for part in name.split("::"):
            tokens += ["::", part] if tokens else [part]
        return tuple(tokens)

    def uid(self, uid: UID) -> tuple[str, ...]:
        return (*self.type_name(uid.type), "::", self.string(uid.id))

    # Drawing

    def of(self, type: Type, depth: int) -> Node:
        """An expression of a type, mostly."""
        rng = self.rng
        if rng.random() < self.wildness:
            type = self.world.type(1)
        if depth <= 0 or rng.random() < 0.12:
            return self._leaf(type)
        if rng.random() < 0.05:
            return self._if(type, depth)
        if rng.random() < (0.25 if type.kind != "Bool" else 0.08):
            return self._access(type, depth) or self._leaf(type)
        drawers: dict[str, Callable[[int], Node]] = {
            "Bool": self._bool, "Long": self._long, "datetime": self._datetime, "duration": self._duration,
            "ip": lambda depth: self._construct(IP, depth), "decimal": lambda depth: self._construct(DECIMAL, depth),
            "Entity": lambda depth: self._leaf(ENTITY), "String": lambda depth: self._leaf(STRING),
            "Set": lambda depth: self._set(type, depth), "Record": lambda depth: self._record(type, depth),
        }  # fmt: skip
        return drawers[type.kind](depth)

    def any(self, depth: int) -> Node:
        return self.of(self.world.type(1), depth)

    def _leaf(self, type: Type) -> Node:
        if self.rng.random() < 0.6:
            access = self._path(type)
            if access is not None:
                return access
        return self._literal(type)

    def _literal(self, type: Type) -> Node:
        rng = self.rng
        match type.kind:
            case "Bool":
                return self._node(Level.PRIMARY, [rng.choice(("true", "true", "false"))], ["true/false"])
            case "Long":
                return self._integer(long(rng))
            case "String":
                return self._node(Level.PRIMARY, [self.string(rng.choice(STRINGS))], ["string"])
            case "Entity":
                choice = rng.random()
                if choice < 0.5:
                    name = rng.choice(("principal", "resource", "principal", "resource", "action"))
                    return self._node(Level.PRIMARY, [name], [name])
                uid = rng.choice(self.world.actions) if choice < 0.57 else self.world.uid()
                return self._node(Level.PRIMARY, self.uid(uid), ["entity"])
            case "Set":
                return self._set(type, 0)
            case "Record":
                return self._record(type, 0)
        return self._construct(type, 0)

    def _integer(self, value: int) -> Node:
        rng = self.rng
        digits = str(abs(value))
        if rng.random() < 0.02:
            digits = "0" * rng.randint(1, 3) + digits
        if value < 0:
            return self._node(Level.UNARY, ["-", digits], ["integer"])
        if rng.random() < self.wildness * 0.05:
            digits = str(MAX + rng.randint(0, 2))
        return self._node(Level.PRIMARY, [digits], ["integer"])

    def _set(self, type: Type, depth: int) -> Node:
        assert type.element is not None
        items = [self.of(type.element, depth - 1) for _ in range(self.rng.choice((0, 1, 2, 2, 3, 4)))]
        if items and self.rng.random() < 0.1:
            items.append(self.rng.choice(items))
        return self._node(Level.PRIMARY, ["[", *self._list(items), "]"], ["set"], *items)

    def _record(self, type: Type, depth: int) -> Node:
        rng = self.rng
        fields = {name: field for name, field in type.fields if rng.random() > 0.04}
        for _ in range(rng.choice((0, 0, 0, 1))):
            fields[rng.choice(NAMES)] = rng.choice(SCALARS)
        items, values = [], []
        for name in rng.sample(list(fields), len(fields)):
            value = self.of(fields[name], depth - 1)
            key = name if is_identifier(name) and rng.random() < 0.7 else self.string(name)
            items.append((key, ":", *self._within(value, Level.IF)))
            values.append(value)
        return self._node(Level.PRIMARY, ["{", *self._list(items), "}"], ["record"], *values)

    def _construct(self, type: Type, depth: int) -> Node:
        rng = self.rng
        name = type.kind
        if name not in CONSTRUCTORS:
            return self._literal(type)
        text = extension_text(rng, name, 0.025 + self.wildness)
        argument = self._node(Level.PRIMARY, [self.string(text)], ["string"])
        if depth > 0 and rng.random() < 0.04:
            argument = self.of(STRING, depth - 1)
        elif rng.random() < 0.04:
            other = self._node(Level.PRIMARY, ["[", "]"], [])
            argument = self._conditional(
                self._literal(BOOL), argument, other if rng.random() < self.wildness else argument
            )
        arguments = [argument]
        if rng.random() < self.wildness * 0.3:
            arguments = rng.choice(([], [argument, argument], [argument, self.any(0)]))
        tokens = [name, "(", *self._list(arguments), ")"]
        return self._node(Level.MEMBER, tokens, [name], *arguments)

    def _method(self, name: str, depth: int) -> Node:
        receiver, parameters, _ = METHODS[name]
        arguments = [self.of(parameter, depth - 1) for parameter in parameters]
        if self.rng.random() < self.wildness * 0.3:
            arguments = arguments[1:] if arguments and self.rng.random() < 0.5 else [*arguments, self.any(0)]
        return self._call(self.of(receiver, depth - 1), name, *arguments)

    def _conditional(self, guard: Node, then: Node, otherwise: Node) -> Node:
        tokens = (
            "if",
            *self._within(guard, Level.IF),
            "then",
            *self._within(then, Level.IF),
            "else",
            *self._within(otherwise, Level.IF),
        )
        return self._node(Level.IF, tokens, ["if"], guard)

    def _if(self, type: Type, depth: int) -> Node:
        return self._conditional(self.of(BOOL, depth - 1), self.of(type, depth - 1), self.of(type, depth - 1))

    # Attributes and tags

    def _paths(self) -> list[tuple[str, tuple[str, ...], Type]]:
        """Every attribute within reach of a variable: the variable, the names and the type."""
        paths: list[tuple[str, tuple[str, ...], Type]] = []

        def extend(root: str, names: tuple[str, ...], shape: Iterable[tuple[str, Type]]) -> None:
            for name, type in shape:
                path = (*names, name)
                paths.append((root, path, type))
                if type.kind == "Record":
                    extend(root, path, type.fields)
                elif type.kind == "Entity" and len(path) < 2:
                    extend(root, path, self.world.attributes.items())

        extend("context", (), self.world.context.items())
        for root in ("principal", "resource", "entity"):
            extend(root, (), self.world.attributes.items())
        return paths

    def _root(self, root: str) -> Node:
        if root == "entity":
            return self._node(Level.PRIMARY, self.uid(self.world.uid()), ["entity"])
        return self._node(Level.PRIMARY, [root], [root])

    def _get(self, base: Node, name: str) -> Node:
        receiver = self._within(base, Level.MEMBER)
        if is_identifier(name) and self.rng.random() < 0.8:
            return self._node(Level.MEMBER, (*receiver, ".", name), [".name"], base)
        return self._node(Level.MEMBER, (*receiver, "[", self.string(name), "]"), ['["name"]'], base)

    def _has(self, base: Node, name: str) -> Node:
        receiver = self._within(base, Level.SUM)
        if is_identifier(name) and self.rng.random() < 0.8:
            return self._node(Level.RELATION, (*receiver, "has", name), ["has name"], base)
        return self._node(Level.RELATION, (*receiver, "has", self.string(name)), ["has string"], base)

    def _path(self, type: Type) -> Node | None:
        found = [path for path in self.paths if path[2] == type]
        if not found:
            return None
        root, names, _ = self.rng.choice(found)
        node = self._root(root)
        for name in names:
            node = self._get(node, name)
        return node

    def _access(self, type: Type, depth: int) -> Node | None:
        """A member of an expression, or a tag."""
        rng = self.rng
        choice = rng.random()
        if choice < 0.5:
            return self._path(type)
        if choice < 0.65:
            name = rng.choice(NAMES)
            return self._get(self._record(Type("Record", None, ((name, type), ("other", LONG))), depth - 1), name)
        if choice < 0.8:
            names = [name for name, tag in self.world.tags.items() if tag == type]
            if names:
                entity = self.of(ENTITY, depth - 1)
                key = self._key(rng.choice(names))
                get = self._call(entity, "getTag", key)
                if rng.random() < 0.4:
                    return self._conditional(self._call(entity, "hasTag", key), get, self._literal(type))
                return get
        names = [name for name, attribute in self.world.attributes.items() if attribute == type]
        return self._get(self.of(ENTITY, depth - 1), rng.choice(names)) if names else None

    def _key(self, name: str) -> Node:
        key = self._node(Level.PRIMARY, [self.string(name)], ["string"])
        return self._conditional(self.of(BOOL, 0), key, key) if self.rng.random() < 0.08 else key

    # Operators by their result

    def _bool(self, depth: int) -> Node:
        drawers = (
            (16, self._connective), (5, self._not), (10, self._equality), (13, self._comparison), (10, self._in),
            (9, self._any_has), (8, self._guarded), (8, self._like), (6, self._is), (9, self._set_test),
            (8, self._has_tag), (10, self._method_bool), (2, self._access_bool),
        )  # fmt: skip
        weights = [weight for weight, _ in drawers]
        return self.rng.choices([draw for _, draw in drawers], weights)[0](depth)

    def _access_bool(self, depth: int) -> Node:
        return self._access(BOOL, depth) or self._literal(BOOL)

    def _connective(self, depth: int) -> Node:
        operator, level = self.rng.choice((("&&", Level.AND), ("||", Level.OR)))
        node = self.of(BOOL, depth - 1)
        for _ in range(self.rng.choice((1, 1, 1, 2, 3))):
            node = self._infix(operator, level, node, self.of(BOOL, depth - 1))
        return node

    def _not(self, depth: int) -> Node:
        operand = self.of(BOOL, depth - 1)
        count = self.rng.choice((1, 1, 1, 1, 2, 3, 4))
        return self._node(Level.UNARY, ["!"] * count + [*self._within(operand, Level.MEMBER)], ["!"], operand)

    def _equality(self, depth: int) -> Node:
        type = self.world.type(1)
        left = self.of(type, depth - 1)
        right = self.of(type if self.rng.random() < 0.93 else self.world.type(1), depth - 1)
        if self.rng.random() < 0.08:
            right = left
        return self._infix(self.rng.choice(("==", "==", "!=")), Level.RELATION, left, right)

    def _comparison(self, depth: int) -> Node:
        type = self.rng.choice((LONG, LONG, LONG, DATETIME, DURATION))
        operator = self.rng.choice(("<", "<=", ">", ">="))
        name = operator if type == LONG else f"{operator} {type.kind}"
        left = self.of(type, depth - 1)
        right = left if self.rng.random() < 0.08 else self.of(type, depth - 1)
        return self._infix(operator, Level.RELATION, left, right, name)

    def _in(self, depth: int) -> Node:
        left = self.of(ENTITY, depth - 1)
        if self.rng.random() < 0.6:
            return self._infix("in", Level.RELATION, left, self.of(ENTITY, depth - 1))
        return self._infix("in", Level.RELATION, left, self.of(set_of(ENTITY), depth - 1), "in set")

    def _some_name(self) -> str:
        names = [*self.world.attributes, *self.world.context]
        return self.rng.choice(names) if names and self.rng.random() < 0.85 else self.rng.choice(NAMES)

    def _any_has(self, depth: int) -> Node:
        rng = self.rng
        record_like = Type("Record", None, ((rng.choice(NAMES), LONG),))
        base = (
            self._root("context")
            if rng.random() < 0.35
            else self.of(ENTITY if rng.random() < 0.8 else record_like, depth - 1)
        )
        if rng.random() < 0.35:
            paths = [names for _, names, _ in self.paths if len(names) > 1]
            names = rng.choice(paths) if paths and rng.random() < 0.8 else (self._some_name(), self._some_name())
            if all(map(is_identifier, names)):
                return self._has_path(base, names)
        return self._has(base, self._some_name())

    def _has_path(self, base: Node, names: tuple[str, ...]) -> Node:
        tokens = [*self._within(base, Level.SUM), "has", names[0]]
        for name in names[1:]:
            tokens += [".", name]
        return self._node(Level.RELATION, tokens, ["has path" if len(names) > 1 else "has name"], base)

    def _guarded(self, depth: int) -> Node:
        """`x has a && … x.a …`"""
        rng = self.rng
        if not self.paths:
            return self._literal(BOOL)
        root, names, type = rng.choice(self.paths)
        base = self._root(root)
        if all(map(is_identifier, names)) and rng.random() < 0.6:
            guard = self._has_path(base, names)
            for name in names:
                base = self._get(base, name)
        else:
            guard = self._has(base, names[0])
            base = self._get(base, names[0])
            for name in names[1:]:
                guard = self._infix("&&", Level.AND, guard, self._has(base, name))
                base = self._get(base, name)
        return self._infix("&&", Level.AND, guard, self._use(base, type, depth - 2))

    def _use(self, value: Node, type: Type, depth: int) -> Node:
        """A test of a value."""
        rng = self.rng
        if type == BOOL:
            return value
        if type in (LONG, DATETIME, DURATION):
            operator = rng.choice(("<", "<=", ">", ">="))
            name = operator if type == LONG else f"{operator} {type.kind}"
            return self._infix(operator, Level.RELATION, value, self.of(type, depth), name)
        if type == STRING and rng.random() < 0.5:
            return self._like_of(value)
        if type == ENTITY and rng.random() < 0.5:
            return self._infix("in", Level.RELATION, value, self.of(ENTITY, depth))
        if type.kind == "Set" and rng.random() < 0.7:
            return self._set_test_of(value, type, depth)
        return self._infix(rng.choice(("==", "!=")), Level.RELATION, value, self.of(type, depth))

    def _like(self, depth: int) -> Node:
        return self._like_of(self.of(STRING, depth - 1))

    def _like_of(self, subject: Node) -> Node:
        rng = self.rng
        pieces = []
        text = rng.choice(STRINGS)
        while text:
            length = rng.randint(1, len(text))
            piece, text = text[:length], text[length:]
            pieces.append(rng.choice(("*", "*", self.string(piece, pattern=True), self.string(piece, pattern=True))))
        if rng.random() < 0.4:
            pieces.append("*")
        if rng.random() < 0.2:
            pieces.insert(0, "*")
        tokens = (*self._within(subject, Level.SUM), "like", f'"{"".join(pieces)}"')
        return self._node(Level.RELATION, tokens, ["like"], subject)

    def _is(self, depth: int) -> Node:
        rng = self.rng
        subject = self.of(ENTITY, depth - 1)
        names = [*self.world.types, *self.world.types, "Action", "App::Missing"]
        tokens = [*self._within(subject, Level.SUM), "is", *self.type_name(rng.choice(names))]
        if rng.random() < 0.6:
            return self._node(Level.RELATION, tokens, ["is"], subject)
        group = self.of(ENTITY if rng.random() < 0.7 else set_of(ENTITY), depth - 1)
        return self._node(Level.RELATION, [*tokens, "in", *self._within(group, Level.SUM)], ["is in"], subject)

    def _set_test(self, depth: int) -> Node:
        sets = [type for _, _, type in self.paths if type.kind == "Set"] + [
            set_of(LONG),
            set_of(STRING),
            set_of(ENTITY),
        ]
        type = self.rng.choice(sets)
        return self._set_test_of(self.of(type, depth - 1), type, depth - 1)

    def _set_test_of(self, subject: Node, type: Type, depth: int) -> Node:
        assert type.element is not None
        match self.rng.randrange(4):
            case 0:
                return self._call(subject, "contains", self.of(type.element, depth))
            case 1:
                return self._call(subject, "containsAll", self.of(type, depth))
            case 2:
                return self._call(subject, "containsAny", self.of(type, depth))
        return self._call(subject, "isEmpty")

    def _has_tag(self, depth: int) -> Node:
        rng = self.rng
        tags = list(self.world.tags)
        name = rng.choice(tags) if tags and rng.random() < 0.85 else rng.choice(NAMES)
        entity, key = self.of(ENTITY, depth - 1), self._key(name)
        has = self._call(entity, "hasTag", key)
        if rng.random() < 0.3 or name not in self.world.tags:
            return has
        use = self._use(self._call(entity, "getTag", key), self.world.tags[name], depth - 2)
        return self._infix("&&", Level.AND, has, use) if rng.random() < 0.6 else use

    def _method_bool(self, depth: int) -> Node:
        return self._method(self.rng.choice([name for name, method in METHODS.items() if method[2] == BOOL]), depth)

    def _long(self, depth: int) -> Node:
        rng = self.rng
        choice = rng.random()
        if choice < 0.2:
            return self._integer(long(rng))
        if choice < 0.4:
            return self._method(rng.choice([name for name, method in METHODS.items() if method[2] == LONG]), depth)
        if choice < 0.55:
            operand = self.of(LONG, depth - 1)
            count = rng.choice((1, 1, 1, 2, 3, 4))
            return self._node(Level.UNARY, ["-"] * count + [*self._within(operand, Level.MEMBER)], ["neg"], operand)
        node = self.of(LONG, depth - 1)
        operator, level = rng.choice((("+", Level.SUM), ("-", Level.SUM), ("*", Level.PRODUCT)))
        for _ in range(rng.choice((1, 1, 1, 2, 3))):
            node = self._infix(operator, level, node, self.of(LONG, depth - 1))
            if level == Level.SUM:
                operator = rng.choice("+-")
        return node

    def _datetime(self, depth: int) -> Node:
        if self.rng.random() < 0.5:
            return self._construct(DATETIME, depth)
        return self._method(self.rng.choice(("offset", "toDate")), depth)

    def _duration(self, depth: int) -> Node:
        if self.rng.random() < 0.5:
            return self._construct(DURATION, depth)
        return self._method(self.rng.choice(("durationSince", "toTime")), depth)


assert all(type.kind in CONSTRUCTORS for type in EXTENSIONS)
