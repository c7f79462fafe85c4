#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures tokens: Writ, bare libcrypto, jwt-kit, PyJWT and joserfc, in turns, in one run.

Each round asks every subject once for each operation, in random order; a figure is the least process CPU time of all
rounds, which is what the work takes where no neighbour disturbs it. Ratios are to libcrypto's own figure in the same run.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
FLOOR = "libcrypto"


class Worker:
    """A process that answers names of workloads with nanoseconds."""

    def __init__(self, command: list[str]) -> None:
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.names = list(iter(lambda: self.line(), ""))

    def line(self) -> str:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"error: {self.process.args!r} ended with {self.process.wait()}")
        return line.strip()

    def ask(self, name: str) -> float:
        assert self.process.stdin
        self.process.stdin.write(f"{name}\n")
        self.process.stdin.flush()
        return float(self.line())

    def end(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()


def report(figures: dict[str, float]) -> str:
    subjects, columns = [], []
    for name in figures:
        subject, algorithm, operation = name.split("/")
        if subject not in subjects:
            subjects.append(subject)
        if (algorithm, operation) not in columns:
            columns.append((algorithm, operation))
    lines = [
        "| | " + " | ".join(f"{algorithm} {operation}" for algorithm, operation in columns) + " |",
        "|---|" + "---|" * len(columns),
    ]
    for subject in subjects:
        cells = []
        for algorithm, operation in columns:
            figure = figures.get(f"{subject}/{algorithm}/{operation}")
            if figure is None:
                cells.append("")
                continue
            floor = figures[f"{FLOOR}/{algorithm}/{operation}"]
            text = f"{figure:,.0f} ns" if figure < 10_000 else f"{figure / 1000:,.1f} us"
            cells.append(text if subject == FLOOR else f"{text} ({figure / floor:.2f})")
        lines.append(f"| {subject} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worker", required=True, help="the built TokenWorker")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--only", help="part of the names that are measured")
    parser.add_argument("--out", help="where results.json goes")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        workers = [Worker([options.worker, directory]), Worker([sys.executable, str(HERE / "peers.py"), directory])]
        owners = {name: worker for worker in workers for name in worker.names}
        names = [name for name in owners if not options.only or options.only in name or name.startswith(FLOOR)]
        figures: dict[str, float] = {name: float("inf") for name in names}
        for number in range(options.rounds):
            print(f"\rround {number + 1} of {options.rounds}", end="", file=sys.stderr, flush=True)
            for name in random.sample(names, len(names)):
                figures[name] = min(figures[name], owners[name].ask(name))
        print(file=sys.stderr)
        for worker in workers:
            worker.end()
    print(report(figures))
    if options.out:
        Path(options.out).write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
