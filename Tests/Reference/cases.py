# SPDX-License-Identifier: Apache-2.0
"""What is asked of both engines: policies as tokens (so that they can be cut down), entities and requests as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

JSON = Any


@dataclass(frozen=True)
class Token:
    """A token of policy text and the white space and comments before it."""

    text: str
    before: str = " "


@dataclass(frozen=True)
class Policy:
    tokens: tuple[Token, ...]
    # The operators and functions that have been evaluated, all of them, when the policy is satisfied.
    operators: frozenset[str] = frozenset()

    @property
    def text(self) -> str:
        return "".join(token.before + token.text for token in self.tokens)


@dataclass(frozen=True)
class UID:
    type: str
    id: str

    @property
    def json(self) -> dict[str, str]:
        return {"type": self.type, "id": self.id}


@dataclass(frozen=True)
class Request:
    principal: UID
    action: UID
    resource: UID
    context: JSON
    # How the three UIDs are written in Writ's request: 0 `{"type","id"}`, 1 `{"__entity":…}`, 2 `Type::"id"`.
    form: int = 0


@dataclass(frozen=True)
class Declaration:
    """A declaration of a schema, and the namespace it stands in."""

    namespace: str
    text: str


@dataclass(frozen=True)
class Case:
    """One set: everything that one process of `policy eval` answers."""

    policies: tuple[Policy, ...]
    entities: tuple[JSON, ...]
    requests: tuple[Request, ...]
    schema: tuple[Declaration, ...] | None = None
    ascii_json: bool = False

    @property
    def policy_text(self) -> str:
        return "\n".join(policy.text for policy in self.policies) + "\n"

    @property
    def schema_text(self) -> str | None:
        if self.schema is None:
            return None
        blocks: dict[str, list[str]] = {}
        for declaration in self.schema:
            blocks.setdefault(declaration.namespace, []).append(declaration.text)
        texts = []
        for namespace, declarations in blocks.items():
            block = "\n".join(declarations)
            texts.append(f"namespace {namespace} {{\n{block}\n}}" if namespace else block)
        return "\n".join(texts) + "\n"

    def dump(self, value: JSON) -> str:
        return json.dumps(value, ensure_ascii=self.ascii_json)

    @property
    def entities_text(self) -> str:
        return "[" + ",\n ".join(self.dump(entity) for entity in self.entities) + "]\n"

    @property
    def requests_text(self) -> str:
        return "".join(self.dump(self.line(request)) + "\n" for request in self.requests)

    def line(self, request: Request) -> JSON:
        """The line of Writ's `--requests` file."""

        def uid(uid: UID) -> JSON:
            match request.form:
                case 0:
                    return uid.json
                case 1:
                    return {"__entity": uid.json}
                case _:
                    return f"{uid.type}::{string_literal(uid.id)}"

        return {
            "principal": uid(request.principal),
            "action": uid(request.action),
            "resource": uid(request.resource),
            "context": request.context,
        }

    def with_policies(self, policies: tuple[Policy, ...]) -> Case:
        return replace(self, policies=policies)


def string_literal(text: str) -> str:
    """A Cedar string literal with the necessary escapes only."""
    escapes = {'"': '\\"', "\\": "\\\\", "\r": "\\r", "\0": "\\0", "\n": "\\n", "\t": "\\t"}
    return '"' + "".join(escapes.get(character, character) for character in text) + '"'
