#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures Writ and its peers on the same policies, entities and requests, in one run.

For each workload and size all systems are prepared, their decisions compared, and then asked in turns, some rounds; the
figure of a system is the median of its rounds. Peers count process CPU time, each in a process of its own; Writ is
`policy bench`, which counts the CPU time of its thread. All are bound to one core. A peer that decides a request
otherwise than Writ ends the run with 1.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import select
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import chart
import report
from peers import PEERS
from workloads import WORKLOADS, Workload

JSON = Any
HERE = Path(__file__).parent


class Disagreement(Exception):
    """A system decides otherwise than Writ."""


class WritError(Exception):
    """Writ ended with an error, which a difference from its literal evaluator is as well."""


class PeerError(Exception):
    """A peer cannot do it: its own words, or that it took too long."""


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    sizes: tuple[int, ...]
    rounds: int
    # Of Writ, in all rounds.
    batches: int
    # For Writ's batches, where they would take longer.
    writ_seconds: float
    # Of process CPU time: for a figure of a round, and for the check where a call is slow.
    seconds: float
    check_seconds: float
    # A call that takes longer than this is checked on a sample.
    slow_ns: int
    # Of wall time: a peer that is not ready by then is left out.
    patience: float

    def rounds_for(self, size: int) -> int:
        return self.rounds if size <= 10_000 else max(1, self.rounds - 1) if size <= 100_000 else 1


FULL = Plan(
    (10, 100, 1_000, 10_000, 100_000, 1_000_000),
    rounds=3,
    batches=1_000,
    writ_seconds=30,
    seconds=0.2,
    check_seconds=1,
    slow_ns=1_000_000,
    patience=60,
)
QUICK = Plan(
    (10, 100, 1_000),
    rounds=1,
    batches=100,
    writ_seconds=5,
    seconds=0.1,
    check_seconds=0.2,
    slow_ns=100_000,
    patience=20,
)


class Writ:
    """`policy`, asked as anybody would."""

    def __init__(self, policy: Path, core: int) -> None:
        self.policy = policy
        self.core = core

    def decisions(self, directory: Path) -> list[bool]:
        lines = self._run("eval", str(directory), "--requests", str(directory / "requests.jsonl"), "--format", "json")
        answers = [json.loads(line) for line in lines]
        if any("decision" not in answer or answer["errors"] for answer in answers):
            raise WritError(f"Writ does not answer every request without errors in {directory.name}")
        return [answer["decision"] == "allow" for answer in answers]

    def bench(self, directory: Path, batches: int) -> JSON:
        (line,) = self._run(
            "bench", str(directory), "--requests", str(directory / "requests.jsonl"), "--batches", str(batches),
            "--check", "1", "--format", "json",
        )  # fmt: skip
        return json.loads(line)

    def _run(self, *arguments: str) -> list[str]:
        run = subprocess.run(
            [str(self.policy), *arguments], capture_output=True, text=True, check=False, preexec_fn=self._bind
        )
        if run.returncode:
            raise WritError(f"policy {' '.join(arguments)}: status {run.returncode}: {run.stderr.strip()[:2000]}")
        return run.stdout.splitlines()

    def _bind(self) -> None:
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, {self.core})


class PeerProcess:
    """A process of `peers.py`, answering commands."""

    def __init__(self, system: str, directory: Path, core: int, patience: float) -> None:
        self.system = system
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "peers.py"), system, str(directory), str(core)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        try:
            self.about = self._answer(patience)
        except PeerError:
            self.stop()
            raise

    def ask(self, patience: float = 60, **command: JSON) -> JSON:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        return self._answer(patience)

    def _answer(self, patience: float) -> JSON:
        output = self.process.stdout
        assert output is not None
        if not select.select([output], [], [], patience)[0]:
            raise PeerError(f"no answer within {patience:.0f} s")
        line = output.readline()
        answer = json.loads(line) if line else {"error": f"it ended with {self.process.wait()}"}
        if "error" in answer:
            raise PeerError(answer["error"].splitlines()[0])
        return answer

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()


class Measurement:
    """One workload of one size."""

    def __init__(self, workload: Workload, size: int, directory: Path, writ: Writ, plan: Plan, batches: int) -> None:
        self.workload = workload
        self.size = size
        self.directory = directory
        self.writ = writ
        self.plan = plan
        self.peers: dict[str, PeerProcess] = {}
        self.batches = batches
        self.result: JSON = {"workload": workload.name, "title": workload.title, "policies": size, "systems": {}}

    def run(self) -> JSON:
        try:
            if self.size <= 100_000:
                expected = self.writ.decisions(self.directory)
                self._note_mix(expected)
                if self.workload.for_peers(self.size):
                    self._start()
                    self._check(expected)
            self._measure()
        finally:
            for peer in self.peers.values():
                peer.stop()
        return self.result

    def _note_mix(self, decisions: list[bool]) -> None:
        """`policy bench` tells the mix of those requests only that it had time to check."""
        allowed = sum(decisions) / len(decisions)
        self.result["allowed"] = allowed
        if not 0.2 <= allowed <= 0.8:
            print(f"  warning: {allowed:.0%} of the requests are allowed", file=sys.stderr, flush=True)

    def _start(self) -> None:
        for system, kind in PEERS.items():
            if not all((self.directory / name).is_file() for name in kind.needs):
                continue
            try:
                self.peers[system] = PeerProcess(system, self.directory, self.writ.core, self.plan.patience)
                self.result["systems"][system] = dict(self.peers[system].about)
            except PeerError as error:
                self._leave_out(system, error)

    def _leave_out(self, system: str, error: PeerError) -> None:
        print(f"  {system} is left out: {error}", file=sys.stderr, flush=True)
        self.result["systems"][system] = {"failed": str(error)}
        if peer := self.peers.pop(system, None):
            peer.stop()

    def _check(self, expected: list[bool]) -> None:
        for system, peer in list(self.peers.items()):
            try:
                answer = peer.ask(do="check", seconds=self.plan.check_seconds, slow_ns=self.plan.slow_ns)
            except PeerError as error:
                self._leave_out(system, error)
                continue
            decisions = {int(index): decision for index, decision in answer["decisions"].items()}
            wrong = [index for index, decision in decisions.items() if decision != expected[index]]
            if wrong:
                lines = (self.directory / "requests.jsonl").read_text().splitlines()
                shown = "\n".join(
                    f"  Writ {expected[index]}, {system} {decisions[index]}: {lines[index]}" for index in wrong[:5]
                )
                raise Disagreement(
                    f"{system} decides {len(wrong)} of {len(decisions)} requests of {self.directory.name} "
                    f"otherwise than Writ:\n{shown}"
                )
            self.result["systems"][system]["checked"] = len(decisions)

    def _measure(self) -> None:
        rounds = self.plan.rounds_for(self.size)
        whole: dict[str, list[float]] = {}
        floors: dict[str, list[float]] = {}
        benches: list[JSON] = []
        order = ["writ", *self.peers]
        for number in range(rounds):
            random.Random(number).shuffle(order)
            for system in order:
                if system == "writ":
                    benches.append(self.writ.bench(self.directory, math.ceil(self.batches / rounds)))
                elif system in self.peers:
                    try:
                        for what, figures in (("rules", whole), ("floor", floors)):
                            seconds = self.plan.seconds if what == "rules" else self.plan.seconds / 3
                            answer = self.peers[system].ask(do="measure", seconds=seconds, what=what)
                            figures.setdefault(system, []).append(answer["ns"])
                    except PeerError as error:
                        self._leave_out(system, error)
        middle = sorted(benches, key=lambda bench: bench["decide_ns_p50"])[len(benches) // 2]
        self.result["batches"] = self.batches
        self.result["systems"]["writ"] = middle | {"ns": middle["decide_ns_p50"]}
        for system in self.peers:
            self.result["systems"][system] |= {
                "ns": statistics.median(whole[system]),
                "floor_ns": statistics.median(floors[system]),
                "rounds_ns": whole[system],
            }


def affordable_batches(plan: Plan, before: list[JSON], workload: Workload, size: int) -> int:
    """How many batches Writ is given: fewer where the smaller size lets fear that a decision takes long."""
    for result in before:
        if result["workload"] == workload.name:
            feared = result["systems"]["writ"]["ns"] * size / result["policies"]
            # `policy bench` measures six things.
            return min(plan.batches, max(5, int(plan.writ_seconds * 1e9 / (6 * 1_000 * feared))))
    return plan.batches


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure Writ and its peers in one run.")
    parser.add_argument("--policy", type=Path, required=True, help="Writ's command line")
    parser.add_argument("--out", type=Path, required=True, help="where results.json, table.md and chart.svg go")
    parser.add_argument("--data", type=Path, required=True, help="where policies, entities and requests go")
    parser.add_argument("--quick", action="store_true", help="small sizes, fewer batches: within two minutes")
    parser.add_argument("--only", action="append", metavar="NAME", choices=[w.name for w in WORKLOADS],
                        help="one workload; may be repeated")  # fmt: skip
    parser.add_argument("--largest", type=int, metavar="N", help="no more policies than this")
    arguments = parser.parse_args()
    plan = QUICK if arguments.quick else FULL
    core = max(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0
    writ = Writ(arguments.policy.resolve(), core)
    arguments.out.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    results: list[JSON] = []
    try:
        for workload in WORKLOADS:
            if arguments.only and workload.name not in arguments.only:
                continue
            for size in workload.sizes:
                # The applications have the size that they have.
                if len(workload.sizes) > 1 and size > max(plan.sizes) or size > (arguments.largest or size):
                    continue
                seconds = time.monotonic() - start
                print(f"{seconds:5.0f} s  {workload.title}, {size:,} policies", file=sys.stderr, flush=True)
                directory = workload.make(size, arguments.data)
                batches = affordable_batches(plan, results[-1:], workload, size)
                results.append(Measurement(workload, size, directory, writ, plan, batches).run())
                (arguments.out / "results.json").write_text(json.dumps(results, indent=1) + "\n")
    except (Disagreement, WritError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    text = report.markdown(results, plan.slow_ns)
    (arguments.out / "table.md").write_text(text, encoding="utf-8")
    (arguments.out / "chart.svg").write_text(chart.svg(results), encoding="utf-8")
    print(text)
    print(f"{time.monotonic() - start:.0f} s", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
