#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares `policy check` with the reference's validator (cedarpy) on random schemas and policies.

For every set a schema and a policy are drawn from the seed and the set's number, half of the policies spoilt by one change.
Compared are whether the schema and the policy are accepted, whether the policy is valid, and the kinds of its errors. The
status is 1 when there was a difference.

Writ differs by intention in two things:

- Of an entity type without tags it says so (`noTagsAllowed`), where the reference says that the tag was not tested
  (`UnsafeTagAccess`). The two count as one.
- `isInRange` takes several ranges (RFC 99, Cedar 4.15), which the reference at hand calls the wrong number of arguments. In a
  policy with such a call that kind counts as none, and a further range of another type may be unexpected. They are counted
  as "variadic".
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import cedarpy
from model import Schema
from policies import Policies

# Parts of the reference's messages and the kinds that they tell.
KINDS = (
    ("unrecognized entity type", "unrecognizedEntityType"),
    ("unrecognized action", "unrecognizedActionId"),
    ("unable to find an applicable action", "invalidActionApplication"),
    ("unexpected type: expected", "unexpectedType"),
    ("are not compatible", "incompatibleTypes"),
    ("unable to guarantee safety of access to optional attribute", "unsafeOptionalAttributeAccess"),
    ("unable to guarantee safety of access to tag", "unsafeTagAccess"),
    ("because no `tags` were declared", "unsafeTagAccess"),
    ("wrong number of arguments", "wrongNumberArguments"),
    ("error during extension function argument validation", "functionArgumentValidation"),
    ("empty set literals are forbidden", "emptySetForbidden"),
    ("extension constructors may not be called with non-literal", "nonLitExtConstructor"),
    ("is of an enumerated entity type", "invalidEnumEntity"),
    ("not found", "unsafeAttributeAccess"),
)
WARNINGS = frozenset(("impossiblePolicy", "mixedScriptString", "mixedScriptIdentifier", "confusableIdentifier"))
BATCH = 100


def case(seed: str, number: int) -> tuple[str, str, str]:
    """The schema, the name of its file, and a policy."""
    rng = random.Random(f"{seed}/{number}")
    schema = Schema(rng)
    maker = Policies(rng, schema)
    policy = maker.policy()
    if number % 2:
        # A change that can no longer be read says nothing of validation.
        policy = next(filter(readable, (maker.spoilt(policy) for _ in range(50))), policy)
    if rng.random() < 0.3:
        return schema.json, "s.cedarschema.json", policy
    return schema.text, "s.cedarschema", policy


def readable(policy: str) -> bool:
    """Whether the reference can read the policy."""
    try:
        cedarpy.PolicySet.from_str(policy)
    except ValueError:
        return False
    return True


def reference(schema: str, name: str, policy: str) -> frozenset[str] | None:
    """The kinds of the reference's errors, `None` where it cannot read the texts."""
    try:
        read = cedarpy.Schema.from_json_str(schema) if name.endswith(".json") else cedarpy.Schema.from_str(schema)
        cedarpy.PolicySet.from_str(policy)
    except ValueError:
        return None
    kinds = set()
    for error in cedarpy.validate_policies(policy, read).errors:
        kind = next((kind for part, kind in KINDS if part in error.error), None)
        if kind is None:
            raise ValueError(f"unknown error of the reference: {error.error}")
        kinds.add(kind)
    return frozenset(kinds)


def writ(policy: Path, cases: list[tuple[str, str, str]]) -> list[frozenset[str] | None]:
    """The kinds of Writ's errors for each case; warnings do not count."""
    with tempfile.TemporaryDirectory(prefix="writ-validation-") as directory:
        for index, (schema, name, text) in enumerate(cases):
            folder = Path(directory, f"{index:04}")
            folder.mkdir()
            (folder / name).write_text(schema, encoding="utf-8")
            (folder / "p.cedar").write_text(text, encoding="utf-8")
        run = subprocess.run(
            [policy, "check", ".", "--format", "json"], cwd=directory, capture_output=True, timeout=300, check=False
        )
        if run.returncode not in (0, 1, 3):
            raise ValueError(f"status {run.returncode}: {run.stderr.decode()}")
        report = json.loads(run.stdout)
    kinds: list[set[str] | None] = [set() for _ in cases]
    for finding in report["findings"]:
        match = re.search(r"(\d{4})/", finding["file"])
        assert match is not None
        index = int(match[1])
        if finding["code"] == "unreadable":
            kinds[index] = None
        found = kinds[index]
        if found is not None and finding["code"] not in WARNINGS:
            found.add("unsafeTagAccess" if finding["code"] == "noTagsAllowed" else finding["code"])
    return [None if found is None else frozenset(found) for found in kinds]


def run(job: tuple[Path, str, int, int]) -> tuple[Counter[str], list[tuple[int, str, str]]]:
    policy, seed, first, count = job
    cases = [case(seed, number) for number in range(first, first + count)]
    tally: Counter[str] = Counter()
    differences = []
    for number, (one, ours) in enumerate(zip(cases, writ(policy, cases), strict=True), first):
        theirs = reference(*one)
        if ours != theirs and differs_by_variadic_range(one[2], ours, theirs):
            tally["variadic"] += 1
        elif ours != theirs:
            differences.append((number, shown(ours), shown(theirs)))
        if theirs is None:
            tally["unreadable"] += 1
            continue
        tally["valid" if not theirs else "invalid"] += 1
        tally.update(theirs)
    return tally, differences


def differs_by_variadic_range(policy: str, ours: frozenset[str] | None, theirs: frozenset[str] | None) -> bool:
    """Whether several ranges of `isInRange` explain that the kinds are not the same."""
    if ours is None or theirs is None or "wrongNumberArguments" not in theirs or not has_several_ranges(policy):
        return False
    rest = theirs - {"wrongNumberArguments"}
    return rest <= ours and ours <= rest | {"unexpectedType"}


def has_several_ranges(policy: str) -> bool:
    for call in re.finditer(r"\.isInRange\(", policy):
        depth = 1
        for token in re.finditer(r'"(?:[^"\\]|\\.)*"|[()\[\]{},]', policy[call.end() :]):
            depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(token[0], 0)
            if depth == 0:
                break
            if depth == 1 and token[0] == ",":
                return True
    return False


def shown(kinds: frozenset[str] | None) -> str:
    return "unreadable" if kinds is None else ", ".join(sorted(kinds)) or "valid"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--policy", type=Path, required=True, help="the command `policy`")
    parser.add_argument("--sets", type=int, default=20_000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--set", type=int, help="show one set and both answers")
    arguments = parser.parse_args()
    policy = arguments.policy.resolve()
    if arguments.set is not None:
        one = case(arguments.seed, arguments.set)
        print(one[0], one[2], "", sep="\n")
        print("Writ:     ", shown(writ(policy, [one])[0]))
        print("reference:", shown(reference(*one)))
        return 0
    jobs = [
        (policy, arguments.seed, first, min(BATCH, arguments.sets - first))
        for first in range(0, arguments.sets, BATCH)
    ]
    tally: Counter[str] = Counter()
    differences: list[tuple[int, str, str]] = []
    with multiprocessing.Pool() as pool:
        for counts, found in pool.imap(run, jobs):
            tally.update(counts)
            differences += found
    print(f"{arguments.sets} sets: {len(differences)} differences")
    for name, count in tally.most_common():
        print(f"{count:8} {name}")
    for number, ours, theirs in differences[:20]:
        print(f"set {number}: Writ {ours}; the reference {theirs} (--seed {arguments.seed} --set {number})")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
