# SPDX-License-Identifier: Apache-2.0
"""Random sets: policies over a random world, with requests to it; and texts that are perhaps no policies."""

from __future__ import annotations

import random
import re
from dataclasses import replace

from cases import Case, Policy, Token
from expressions import CONSTRUCTORS, Expressions
from schemas import SchemaWorld
from values import BOOL, extension_text
from world import World, spoilt_request

KEYWORDS = (
    "permit", "forbid", "when", "unless", "if", "then", "else", "true", "false", "in", "is", "like", "has", "principal",
    "action", "resource", "context", "__cedar", "id2", "description", "_",
)  # fmt: skip
WHITE_SPACE = (
    "\n", "\t", "\r\n", "  ", "\r", "\x0b", "\x0c", "\u00a0", "\u3000", "\u2028", "\u0085", "\u2003", "\u1680",
)  # fmt: skip
COMMENTS = (
    "//\n",
    "// a comment\n",
    '// "a string\n',
    "//permit(principal, action, resource);\r\n",
    "// é 😀 \u2028 */\n",
    "////\n",
    "// cr\r",
)
SOUP = (
    "permit", "forbid", "(", ")", "{", "}", "[", "]", ",", ";", ":", "::", ".", "@", "?principal", "?resource",
    "?other", "principal", "action", "resource", "context", "when", "unless", "if", "then", "else", "true", "false",
    "in", "is", "like", "has", "==", "!=", "<", "<=", ">", ">=", "&&", "||", "!", "-", "+", "*", "/", "%", "=", "&",
    "|", '"a"', '"a*"', '"\\*"', '"\\q"', '"', "'", "\\", "0", "1", "9223372036854775807", "9223372036854775808",
    "99999999999999999999", "01", "1_000", "0x10", "1.5", "User", "a", "ip", "decimal", "datetime", "duration",
    "contains", "containsAll", "isEmpty", "hasTag", "getTag", "isInRange", "offset", "__cedar", "//", "/*", "*/",
    "\ufeff", "\u200b", "é", "😀", "#", "$", "`", "~", "^", "\0", "\u00a0", 'User::"a"', "Action", 'Action::"view"',
    "(1)", "_", "error",
)  # fmt: skip
WORD = re.compile(r"\w")


class Policies:
    """Draws policies over a world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rng = world.rng
        self.tame = Expressions(world, 0)
        self.wild = Expressions(world, 0.12)

    def policy(self) -> Policy:
        rng = self.rng
        expressions = self.wild if rng.random() < 0.15 else self.tame
        tokens: list[str] = []
        for name in sorted({rng.choice(KEYWORDS) for _ in range(rng.choice((0, 0, 0, 0, 1, 2)))}):
            tokens += ["@", name]
            if rng.random() < 0.7:
                tokens += ["(", expressions.string(rng.choice(("", "x", "é", 'a "note"', "\0"))), ")"]
        template = rng.random() < 0.05
        slots = rng.choice((("?principal",), ("?resource",), ("?principal", "?resource"))) if template else ()
        tokens += [rng.choices(("permit", "forbid"), (5, 1))[0], "("]
        tokens += [*self._scope("principal", slots), ",", *self._action(), ",", *self._scope("resource", slots)]
        tokens += [",", ")"] if rng.random() < 0.05 else [")"]
        operators: frozenset[str] = frozenset()
        for _ in range(rng.choices((0, 1, 2, 3), (1, 7, 2, 1))[0]):
            node = expressions.of(BOOL, rng.choices((1, 2, 3, 4, 5), (3, 5, 5, 3, 1))[0])
            tokens += [rng.choices(("when", "unless"), (3, 1))[0], "{", *node.tokens, "}"]
            operators |= node.operators
        return Policy(self._spaced([*tokens, ";"]), operators)

    def constructor_test(self) -> Policy:
        """Two extension values compared: a test of what the constructors accept."""
        rng = self.rng
        name = rng.choice(CONSTRUCTORS)

        def call(invalid: float) -> list[str]:
            return [name, "(", self.tame.string(extension_text(rng, name, invalid)), ")"]

        tokens = "permit ( principal , action , resource ) when {".split()
        operator = rng.choice(("<", "<=", "==")) if name.startswith("d") and name != "decimal" else "!="
        tokens += [*call(0.8), operator, *call(0.1), "}", ";"]
        return Policy(tuple(Token(token) for token in tokens), frozenset({name, "string"}))

    def _scope(self, variable: str, slots: tuple[str, ...]) -> list[str]:
        rng = self.rng
        slot = f"?{variable}"

        def entity() -> tuple[str, ...]:
            return (slot,) if slot in slots else self.tame.uid(self.world.uid())

        type = self.tame.type_name(rng.choice(self.world.types))
        forms = [
            [variable],
            [variable, "is", *type],
            [variable, "==", *entity()],
            [variable, "in", *entity()],
            [variable, "is", *type, "in", *entity()],
        ]
        if slot in slots:
            return rng.choice(forms[2:])
        return rng.choices(forms, (11, 3, 2, 3, 1))[0]

    def _action(self) -> list[str]:
        rng = self.rng
        actions = [self.tame.uid(rng.choice(self.world.actions)) for _ in range(rng.choice((0, 1, 1, 2, 2, 3)))]
        listed = self.tame._list(actions)
        one = self.tame.uid(rng.choice(self.world.actions))
        forms = [["action"], ["action", "==", *one], ["action", "in", *one], ["action", "in", "[", *listed, "]"]]
        return rng.choices(forms, (10, 2, 2, 3))[0]

    def _spaced(self, tokens: list[str]) -> tuple[Token, ...]:
        """Puts white space and comments before tokens: one blank each, or anything where the grammar allows it."""
        rng = self.rng
        style = rng.random()
        if style < 0.5:
            return tuple(Token(token) for token in tokens)
        spaced: list[Token] = []
        previous = " "
        for token in tokens:
            joins = bool(WORD.match(previous[-1]) and WORD.match(token[0]))
            before = "" if not joins or rng.random() < 0.002 else " "
            if style > 0.8 and rng.random() < 0.3:
                before = rng.choice(WHITE_SPACE if rng.random() < 0.7 else COMMENTS) + rng.choice(("", " ", "\n"))
            spaced.append(Token(token, before))
            previous = token
        return tuple(spaced)


def case(rng: random.Random) -> Case:
    """A set of policies, a store and requests, all of them mostly accepted."""
    world = World(rng)
    policies = Policies(world)
    count = 1 + int(59 * rng.random() ** 4)
    draw = policies.constructor_test if rng.random() < 0.04 else policies.policy
    drawn = [draw() for _ in range(count)]
    requests = [world.request() for _ in range(rng.randint(4, 8))]
    choice = rng.random()
    if choice < 0.02:
        index = rng.randrange(count)
        drawn[index] = mutated(rng, drawn[index])
    elif choice < 0.08:
        world.spoil(world.entities)
    elif choice < 0.12:
        index = rng.randrange(len(requests))
        requests[index] = spoilt_request(world, requests[index])
    return Case(tuple(drawn), tuple(world.entities), tuple(requests), ascii_json=rng.random() < 0.3)


def schema_case(rng: random.Random) -> Case:
    """A schema, a store and requests that fit it mostly, and policies that are not checked against it."""
    world = SchemaWorld(rng)
    policies = Policies(world)
    drawn = [policies.policy() for _ in range(rng.randint(1, 8))]
    requests = [world.request() for _ in range(rng.randint(4, 8))]
    ascii_json = rng.random() < 0.3
    return Case(tuple(drawn), tuple(world.entities), tuple(requests), tuple(world.declarations), ascii_json)


def syntax_case(rng: random.Random) -> Case:
    """One or two policies that are perhaps none: valid ones spoilt in a few places, or a soup of tokens."""
    world = World(rng)
    policies = Policies(world)
    drawn = [policies.policy() for _ in range(rng.choice((1, 1, 2)))]
    index = rng.randrange(len(drawn))
    if rng.random() < 0.12:
        soup = [Token(rng.choice(SOUP)) for _ in range(rng.randint(1, 7))]
        if rng.random() < 0.8:
            head = [Token(text) for text in "permit ( principal , action , resource ) when {".split()]
            soup = [*head, *soup, Token("}"), Token(";")]
        drawn[index] = Policy(tuple(soup))
    else:
        for _ in range(rng.choice((1, 1, 1, 2, 3))):
            drawn[index] = mutated(rng, drawn[index])
    requests = tuple(world.request() for _ in range(2))
    return Case(tuple(drawn), tuple(world.entities), requests, ascii_json=rng.random() < 0.3)


def mutated(rng: random.Random, policy: Policy) -> Policy:
    """Deletes, duplicates, swaps, replaces or inserts a token or a character."""
    tokens = list(policy.tokens)
    if not tokens:
        return policy
    i, j = rng.randrange(len(tokens)), rng.randrange(len(tokens))
    match rng.randrange(8):
        case 0:
            del tokens[i]
        case 1:
            tokens.insert(i, tokens[i])
        case 2:
            tokens[i], tokens[j] = tokens[j], tokens[i]
        case 3:
            tokens[i] = replace(tokens[i], text=rng.choice(SOUP))
        case 4:
            tokens.insert(i, Token(rng.choice(SOUP)))
        case 5:
            tokens[i] = replace(tokens[i], before="")
        case _:
            text = tokens[i].text
            k = rng.randrange(len(text) + 1)
            insertion = rng.choice(("", text[k : k + 1] * 2, rng.choice(rng.choice(SOUP))))
            tokens[i] = replace(tokens[i], text=text[:k] + insertion + text[k + 1 :])
    return replace(policy, tokens=tuple(tokens))
