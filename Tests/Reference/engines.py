# SPDX-License-Identifier: Apache-2.0
"""The two engines behind one form of answer: Writ's `policy eval` and the reference, `cedarpy`."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cedarpy

from cases import Case


@dataclass(frozen=True)
class Answer:
    """The answer to one request; `refused` when the request itself was not accepted."""

    decision: str
    reasons: frozenset[str] = frozenset()
    errors: tuple[tuple[str, str], ...] = ()  # (policy, code), sorted

    @property
    def erring(self) -> frozenset[str]:
        return frozenset(policy for policy, _ in self.errors)


@dataclass(frozen=True)
class Outcome:
    """The answers to a case's requests, or why there are none.

    `refused` is `policies`, `entities`, `schema`, `input` (Writ, which does not say which) or `crash`.
    """

    answers: tuple[Answer, ...] = ()
    refused: str | None = None
    message: str = ""


class Writ:
    """Runs one process of `policy eval` a case."""

    def __init__(self, policy: Path, directory: Path) -> None:
        self.policy = policy
        self.directory = directory

    def ask(self, case: Case) -> Outcome:
        files = {"--policies": case.policy_text, "--entities": case.entities_text, "--requests": case.requests_text}
        if case.schema_text is not None:
            files["--schema"] = case.schema_text
        arguments = [str(self.policy), "eval", "--format", "json"]
        for option, text in files.items():
            path = self.directory / option.strip("-")
            path.write_bytes(text.encode())
            arguments += [option, str(path)]
        try:
            run = subprocess.run(arguments, capture_output=True, timeout=30, check=False)
        except subprocess.TimeoutExpired:
            return Outcome(refused="crash", message="no answer within 30 seconds")
        errors = run.stderr.decode(errors="replace")
        try:
            lines = [json.loads(line) for line in run.stdout.decode().splitlines()]
            answers = tuple(self._answer(line) for line in lines)
        except (ValueError, KeyError) as error:
            return Outcome(refused="crash", message=f"standard output is not the contract's: {error!r}: {run.stdout!r}")
        if run.returncode == 1 and not answers and errors.startswith("error"):
            return Outcome(refused="input", message=errors)
        expected = 1 if any(answer.decision == "refused" for answer in answers) else 0
        if run.returncode != expected or len(answers) != len(case.requests):
            return Outcome(refused="crash", message=f"status {run.returncode}, {len(answers)} answers: {errors}")
        return Outcome(answers)

    @staticmethod
    def _answer(line: dict[str, Any]) -> Answer:
        if "error" in line:
            return Answer("refused")
        errors = [(error["policy"], error["code"]) for error in line["errors"]]
        for policies in (line["reasons"], [policy for policy, _ in errors]):
            numbers = [int(policy.removeprefix("policy")) for policy in policies]
            if numbers != sorted(set(numbers)):
                raise ValueError(f"not in the order of the policies: {policies}")
        return Answer(line["decision"], frozenset(line["reasons"]), tuple(sorted(errors)))


class Reference:
    """Cedar's Rust engine."""

    # Beginnings of its messages and Writ's code for the same.
    CODES = (
        ("type error", "type"),
        ("integer overflow", "overflow"),
        ("error while evaluating `", "extension"),
        ("wrong number of arguments", "arity"),
        ("record does not have the attribute", "attributeMissing"),
        ("recursion limit", "recursionLimit"),
        ("entity `", "entityMissing"),
    )
    ERROR = re.compile(r"error while evaluating policy `(policy\d+)`: (.*)", re.DOTALL)

    def ask(self, case: Case) -> Outcome:
        stage = "schema"
        try:
            schema = cedarpy.Schema.from_str(case.schema_text) if case.schema_text is not None else None
            stage = "policies"
            policies = cedarpy.PolicySet.from_str(case.policy_text)
            stage = "entities"
            entities = cedarpy.Entities.from_json_str(case.entities_text, schema)
        except ValueError as error:
            return Outcome(refused=stage, message=str(error))
        except BaseException as error:  # a panic of the Rust engine is no Exception
            if isinstance(error, KeyboardInterrupt):
                raise
            return Outcome(refused="crash", message=f"the reference panicked: {error}")
        answers = []
        for request in case.requests:
            result = cedarpy.is_authorized(
                {
                    "principal": request.principal.json,
                    "action": request.action.json,
                    "resource": request.resource.json,
                    "context": case.dump(request.context),
                },
                policies,
                entities,
                schema,
            )
            answers.append(self._answer(result))
        return Outcome(tuple(answers))

    def _answer(self, result: cedarpy.AuthzResult) -> Answer:
        if result.decision == cedarpy.Decision.NoDecision:
            return Answer("refused")
        errors = []
        for message in result.diagnostics.errors:
            match = self.ERROR.fullmatch(message)
            if match is None:
                raise ValueError(f"unknown error of the reference: {message}")
            errors.append((match[1], self._code(match[2])))
        decision = "allow" if result.decision == cedarpy.Decision.Allow else "deny"
        return Answer(decision, frozenset(result.diagnostics.reasons), tuple(sorted(errors)))

    def _code(self, message: str) -> str:
        for beginning, code in self.CODES:
            if message.startswith(beginning):
                return code
        # An entity's name comes first, and may contain anything: its type and quoted id, then the kind.
        kinds = {"attribute": "attributeMissing", "tag": "tagMissing"}
        match = re.match(r'`[\w:]+::"(?:[^"\\]|\\.)*"` does not have the (attribute|tag)', message, re.DOTALL)
        if match is None:
            raise ValueError(f"unknown error of the reference: {message}")
        return kinds[match[1]]
