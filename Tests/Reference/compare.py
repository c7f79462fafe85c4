#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares Writ's `policy eval` with the reference engine (cedarpy, Cedar's Rust engine) on random input.

For every set a random world (entities, policies, requests) is drawn from the seed and the set's number, and both
engines are asked. Compared are, for each request: the decision, the determining policies, the erring policies and the
kind of each error; and whether policies, entities and requests are accepted at all. A difference is cut down, printed
with both answers and, with `--keep`, written to a directory. The status is 1 when there was any difference.

Writ differs from the reference by intention in these points. The generator does not produce them, or `is_deviation`
leaves the set out:

- Writ refuses duplicate members of JSON objects anywhere; the reference does only in some places. (Not produced.)
- Writ refuses an object that has `__entity` or `__extn` and other members, and those two without the members they need,
  each of its kind; the reference reads some of them as plain records. (Not produced.)
- Writ refuses an attribute declared twice in a record of a schema; the reference takes the last. (Left out.)
- With a schema, Writ accepts among the entities an action that names its direct groups only; the reference wants all of
  them, directly or through other actions among the entities. (Not produced.)
- Writ refuses nesting beyond 256 levels; the reference ends where its stack does. (Not produced.)
- Writ accepts any entity literal as UID of a request, also `User :: "a"`. (Not produced.)
- `policy eval` takes `@id("…")` for the policy's id; the reference only its position. (Left out.)
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import generate
from cases import Case, Policy, Token
from engines import Outcome, Reference, Writ
from expressions import OPERATORS

ID_ANNOTATION = re.compile(r"@(\s|//[^\r\n]*[\r\n])*id\b")
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
COMPLAINT = re.compile("^error: (.*)", re.MULTILINE)
DECLARED_TWICE = re.compile("the attribute .* is declared twice")
MODES: dict[str, Callable[[random.Random], Case]] = {
    "sets": generate.case,
    "syntax": generate.syntax_case,
    "schema": generate.schema_case,
}
# Seconds for cutting down one difference.
PATIENCE = 15


@dataclass(frozen=True)
class Difference:
    kind: str
    writ: str
    reference: str


@dataclass
class Tally:
    """What was compared, and how well mixed it was."""

    counts: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    operators: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        self.counts.update(other.counts)
        self.codes.update(other.codes)
        self.operators.update(other.operators)


@dataclass
class Finding:
    """A difference in one set."""

    number: int
    case: Case
    difference: Difference


def is_deviation(case: Case, writ: Outcome) -> bool:
    """Whether the two engines differ on the set by intention."""
    complaints = COMPLAINT.findall(writ.message) if case.schema is not None else []
    return ID_ANNOTATION.search(case.policy_text) is not None or (
        bool(complaints) and all(DECLARED_TWICE.fullmatch(complaint) for complaint in complaints)
    )


def compare(writ: Outcome, reference: Outcome) -> Iterator[Difference]:
    """The differences of two outcomes, the most telling first."""
    if writ.refused or reference.refused:
        if writ.refused == "crash" or reference.refused == "crash":
            yield Difference("crash", _shown(writ), _shown(reference))
        elif (writ.refused is None) != (reference.refused is None):
            by, stage = ("Writ", "") if writ.refused else ("the reference", f": {reference.refused}")
            yield Difference(f"refused by {by} only{stage}", _shown(writ), _shown(reference))
        return
    for index, (left, right) in enumerate(zip(writ.answers, reference.answers, strict=True)):
        if left == right:
            continue
        if "refused" in (left.decision, right.decision):
            kind = "request refused by " + ("Writ only" if left.decision == "refused" else "the reference only")
        elif left.erring != right.erring:
            # Who errs, and how, tells more than the decision that follows from it.
            code = min(code for policy, code in (*left.errors, *right.errors) if policy in left.erring ^ right.erring)
            kind = f"error of {'Writ' if left.erring - right.erring else 'the reference'} only: {code}"
        elif left.errors != right.errors:
            pairs = zip(left.errors, right.errors, strict=True)
            kind = "code: " + min(f"{ours} for {theirs}" for (_, ours), (_, theirs) in pairs if ours != theirs)
        elif left.reasons != right.reasons:
            kind = "reasons"
        else:
            kind = "decision"
        yield Difference(kind, f"request {index}: {left}", f"request {index}: {right}")


def _shown(outcome: Outcome) -> str:
    return f"refused ({outcome.refused}): {outcome.message.strip()}" if outcome.refused else "accepted"


class Comparer:
    """Asks both engines; one for each process."""

    def __init__(self, policy: Path, seed: str, mode: str) -> None:
        self.directory = tempfile.TemporaryDirectory(prefix="writ-compare-")
        self.writ = Writ(policy, Path(self.directory.name))
        self.reference = Reference()
        self.seed = seed
        self.mode = mode

    def case(self, number: int) -> Case:
        return MODES[self.mode](random.Random(f"{self.seed}/{self.mode}/{number}"))

    def differences(self, case: Case) -> list[Difference]:
        ours, theirs = self.writ.ask(case), self.reference.ask(case)
        return [] if is_deviation(case, ours) else list(compare(ours, theirs))

    def run(self, number: int) -> tuple[Tally, list[Finding]]:
        case = self.case(number)
        tally = Tally()
        tally.counts["sets"] += 1
        ours, theirs = self.writ.ask(case), self.reference.ask(case)
        if is_deviation(case, ours):
            tally.counts["sets left out"] += 1
            return tally, []
        self._count(case, theirs, tally)
        kinds: dict[str, Difference] = {}
        for difference in compare(ours, theirs):
            kinds.setdefault(difference.kind, difference)
        return tally, [Finding(number, case, difference) for difference in kinds.values()]

    @staticmethod
    def _count(case: Case, outcome: Outcome, tally: Tally) -> None:
        counts = tally.counts
        counts["policies"] += len(case.policies)
        if outcome.refused:
            counts[f"sets refused: {outcome.refused}"] += 1
            return
        counts["requests"] += len(case.requests)
        satisfied: set[str] = set()
        for answer in outcome.answers:
            counts[answer.decision] += 1
            counts["with reasons"] += bool(answer.reasons)
            counts["with errors"] += bool(answer.errors)
            tally.codes.update(code for _, code in answer.errors)
            satisfied |= answer.reasons
        for identifier in satisfied:
            position = int(identifier.removeprefix("policy"))
            if position < len(case.policies):  # in the syntax mode one text may have become two policies
                tally.operators.update(case.policies[position].operators)

    # Cutting down

    def shrunk(self, case: Case, kind: str) -> Case:
        """The smallest case found in time that still shows a difference of the kind."""
        deadline = time.monotonic() + PATIENCE

        def shows(candidate: Case) -> bool:
            if time.monotonic() > deadline:
                return False
            return any(difference.kind == kind for difference in self.differences(candidate))

        def cut(case: Case, length: int, without: Callable[[Case, int, int], Case]) -> Case:
            """Leaves out spans of something `length` long, long ones first."""
            size = max(1, length // 2)
            while size >= 1:
                start = 0
                while start < length:
                    candidate = without(case, start, start + size)
                    if shows(candidate):
                        case, length = candidate, length - min(size, length - start)
                    else:
                        start += size
                size //= 2
            return case

        def without_requests(case: Case, start: int, end: int) -> Case:
            return replace(case, requests=case.requests[:start] + case.requests[end:])

        def without_policies(case: Case, start: int, end: int) -> Case:
            return replace(case, policies=case.policies[:start] + case.policies[end:])

        def without_entities(case: Case, start: int, end: int) -> Case:
            return replace(case, entities=case.entities[:start] + case.entities[end:])

        def without_declarations(case: Case, start: int, end: int) -> Case:
            return replace(case, schema=(case.schema or ())[:start] + (case.schema or ())[end:])

        case = cut(case, len(case.requests), without_requests)
        case = cut(case, len(case.policies), without_policies)
        case = cut(case, len(case.entities), without_entities)
        if case.schema is not None:
            case = cut(case, len(case.schema), without_declarations)
        plain = tuple(Policy(tuple(Token(token.text) for token in policy.tokens)) for policy in case.policies)
        if shows(case.with_policies(plain)):
            case = case.with_policies(plain)
        if shows(replace(case, ascii_json=True)):
            case = replace(case, ascii_json=True)
        for index in range(len(case.policies)):

            def without_tokens(case: Case, start: int, end: int, index: int = index) -> Case:
                tokens = case.policies[index].tokens
                policy = Policy(tokens[:start] + tokens[end:])
                return case.with_policies((*case.policies[:index], policy, *case.policies[index + 1 :]))

            for _ in range(2):
                case = cut(case, len(case.policies[index].tokens), without_tokens)
        return self._without_members(case, shows)

    @staticmethod
    def _without_members(case: Case, shows: Callable[[Case], bool]) -> Case:
        """Leaves out members of attributes, tags and contexts."""
        for index, entity in enumerate(case.entities):
            for part in ("attrs", "tags"):
                members = entity.get(part)
                for name in list(members) if isinstance(members, dict) else []:
                    entity = case.entities[index]
                    rest = {key: value for key, value in entity[part].items() if key != name}
                    entities = (*case.entities[:index], {**entity, part: rest}, *case.entities[index + 1 :])
                    if shows(replace(case, entities=entities)):
                        case = replace(case, entities=entities)
        for index, request in enumerate(case.requests):
            for name in list(request.context) if isinstance(request.context, dict) else []:
                context = case.requests[index].context
                smaller = replace(
                    case.requests[index], context={key: value for key, value in context.items() if key != name}
                )
                requests = (*case.requests[:index], smaller, *case.requests[index + 1 :])
                if shows(replace(case, requests=requests)):
                    case = replace(case, requests=requests)
        return case


# One comparer a process of the pool.
_comparer: Comparer


def _start(policy: Path, seed: str, mode: str) -> None:
    global _comparer
    _comparer = Comparer(policy, seed, mode)


def _run(number: int) -> tuple[Tally, list[Finding]]:
    return _comparer.run(number)


class Report:
    """Prints differences as they come, and the mix at the end."""

    def __init__(self, comparer: Comparer, keep: Path | None) -> None:
        self.comparer = comparer
        self.keep = keep
        self.kinds: Counter[str] = Counter()
        self.tally = Tally()

    def add(self, tally: Tally, findings: list[Finding]) -> None:
        self.tally.add(tally)
        for finding in findings:
            self.kinds[finding.difference.kind] += 1
            if self.kinds[finding.difference.kind] == 1:
                self._show(finding)

    def _show(self, finding: Finding) -> None:
        kind = finding.difference.kind
        case = self.comparer.shrunk(finding.case, kind)
        differences = [difference for difference in self.comparer.differences(case) if difference.kind == kind]
        difference = differences[0] if differences else finding.difference
        text = "\n".join((
            f"difference: {kind} (set {finding.number})",
            *(["--- schema", case.schema_text.rstrip("\n")] if case.schema_text is not None else []),
            "--- policies", case.policy_text.rstrip("\n"), "--- entities", case.entities_text.rstrip("\n"),
            "--- requests", case.requests_text.rstrip("\n"),
            f"--- Writ:      {difference.writ}", f"--- reference: {difference.reference}", "",
        ))  # fmt: skip
        print(CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", text), flush=True)
        if self.keep is None:
            return
        name = re.sub(r"\W+", "-", kind).strip("-")
        directory = self.keep / f"{self.comparer.mode}-{name}-{finding.number}"
        directory.mkdir(parents=True, exist_ok=True)
        if case.schema_text is not None:
            (directory / "policies.cedarschema").write_bytes(case.schema_text.encode())
        (directory / "policies.cedar").write_bytes(case.policy_text.encode())
        (directory / "entities.json").write_bytes(case.entities_text.encode())
        (directory / "requests.jsonl").write_bytes(case.requests_text.encode())
        (directory / "difference.txt").write_bytes(text.encode())

    def close(self, seconds: float, verbose: bool) -> None:
        counts = self.tally.counts
        sets, requests = counts["sets"], max(1, counts["requests"])
        print(f"{sets} sets, {counts['policies']} policies, {counts['requests']} requests compared "
              f"in {seconds:.0f} s ({seconds * 1000 / max(1, sets):.1f} s for 1000 sets)")  # fmt: skip
        for name in ("allow", "deny", "refused", "with reasons", "with errors"):
            print(f"  {name:22} {counts[name] / requests:7.1%}")
        for name in sorted(name for name in counts if name.startswith("sets ")):
            print(f"  {name:22} {counts[name] / sets:7.1%}")
        print("  errors: " + ", ".join(f"{code} {count}" for code, count in self.tally.codes.most_common()))
        never = [name for name in OPERATORS if not self.tally.operators[name]]
        if verbose:
            print("times an operator was evaluated in a determining policy:")
            for name in OPERATORS:
                print(f"  {name:22} {self.tally.operators[name]:7}")
        if never:
            print(f"  never evaluated in a determining policy: {', '.join(never)}")
        if not self.kinds:
            print("no difference")
        for kind, count in self.kinds.most_common():
            print(f"DIFFERENCE in {count} sets: {kind}")


def main() -> int:
    parser = argparse.ArgumentParser(description="Compare `policy eval` with the reference engine on random input.")
    parser.add_argument(
        "--sets", type=int, metavar="N", help="compare N sets of policies, entities and requests (default 10000)"
    )
    parser.add_argument("--syntax", type=int, metavar="N", help="compare N texts that are perhaps no policies, instead")
    parser.add_argument("--schema", type=int, metavar="N", help="compare N sets that have a schema, instead")
    parser.add_argument("--seed", help="any text; the same seed draws the same sets (default: the time, and printed)")
    parser.add_argument("--set", type=int, metavar="NUMBER", help="compare only the set of this number")
    parser.add_argument("--policy", type=Path, default=Path(".build/release/policy"), help="Writ's command line")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default 2)")
    parser.add_argument("--keep", type=Path, metavar="DIRECTORY", help="where to write what differs")
    parser.add_argument("--verbose", action="store_true", help="print how often each operator was evaluated")
    arguments = parser.parse_args()

    policy: Path = arguments.policy.resolve()
    if not policy.is_file():
        parser.error(f"{policy} does not exist: swift build -c release --product policy")
    seed = arguments.seed or str(int(time.time()))
    modes = {mode: getattr(arguments, mode) for mode in MODES if getattr(arguments, mode) is not None} or {
        "sets": 10_000
    }
    failed = False
    for mode, count in modes.items():
        print(f"--{mode} {count} --seed {seed}", flush=True)
        report = Report(Comparer(policy, seed, mode), arguments.keep)
        numbers = range(count) if arguments.set is None else [arguments.set]
        start = time.monotonic()
        with multiprocessing.Pool(arguments.jobs, _start, (policy, seed, mode)) as pool:
            for tally, findings in pool.imap_unordered(_run, numbers, chunksize=8):
                report.add(tally, findings)
        report.close(time.monotonic() - start, arguments.verbose)
        failed |= bool(report.kinds)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
