#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures decisions over sets of policies of many shapes and sizes, and prints a table.

`slope` is the median at the largest size divided by the median at the smallest that has at least 1,000 policies (of the
hospital: at its smallest size). `looked at` and `evaluated` count policies a request, at the largest size: the median, and
the most of any request.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "Peers"))

from cliffs import CLIFFS  # noqa: E402
from families import FAMILIES  # noqa: E402
from hospital import SIZES as HOSPITAL_SIZES, hospital  # noqa: E402
from scenario import Scenario  # noqa: E402

SIZES = (10, 100, 1_000, 10_000, 100_000)
CLIFF_SIZES = (1_000, 100_000)


@dataclass(frozen=True)
class Shape:
    name: str
    sizes: tuple[int, ...]
    generate: Callable[[Scenario, int, random.Random], None]
    is_strict: bool = False
    # Sets that are measured in two modes are written once.
    directory: str = ""

    def make(self, size: int, under: Path) -> Path:
        directory = under / f"{self.directory or self.name}-{size}".replace(" ", "_").replace("/", "_").replace("|", "or")
        if not (directory / "requests.jsonl").is_file():
            self.generate(Scenario(directory), size, random.Random(f"{self.directory or self.name}/{size}"))
        return directory


def shapes() -> list[Shape]:
    found = []
    for style in ("scope", "when"):
        for share in (0, 5, 20):
            write = hospital(style, share / 100)
            found.append(
                Shape(
                    f"hospital, {style}, {share} %",
                    HOSPITAL_SIZES,
                    lambda scenario, size, _, write=write: write(scenario, size, 1_000, False),
                )
            )
    for name, generate in FAMILIES.items():
        found.append(Shape(name, SIZES + ((1_000_000,) if name == "template links" else ()), generate))
    for name, cliff in CLIFFS.items():
        found.append(Shape(f"permit {name}", CLIFF_SIZES, cliff.generate("permit")))
        found.append(Shape(f"forbid {name}", CLIFF_SIZES, cliff.generate("forbid")))
        found.append(Shape(f"strict forbid {name}", CLIFF_SIZES, cliff.generate("forbid"), True, f"forbid {name}"))
    return found


def measure(policy: Path, directory: Path, is_strict: bool, batches: int) -> dict[str, Any]:
    arguments = [
        str(policy), "bench", str(directory), "--requests", str(directory / "requests.jsonl"), "--decisions-only",
        "--batches", str(batches), "--check", "1", "--format", "json",
    ]  # fmt: skip
    run = subprocess.run(arguments + ["--strict"] * is_strict, capture_output=True, text=True, check=False)
    if run.returncode:
        raise SystemExit(f"{' '.join(arguments)}: {run.stderr.strip()[:2_000]}")
    return json.loads(run.stdout)


def line(shape: Shape, results: dict[int, dict[str, Any]]) -> str:
    sizes = sorted(results)
    last = results[sizes[-1]]
    first = sizes[0] if shape.sizes == HOSPITAL_SIZES else next((size for size in sizes if size >= 1_000), sizes[-1])
    slope = last["decide_ns_p50"] / results[first]["decide_ns_p50"]
    cost = last["per_request"]
    medians = ", ".join(f"{results[size]['decide_ns_p50']:,.0f}" for size in sizes)
    looked, evaluated = cost["looked_at"], cost["evaluated"]
    return (
        f"| {shape.name} | {', '.join(f'{size:,}' for size in sizes)} | {medians} | {cost['ns']['worst']:,.0f} "
        f"| {looked['median']:,.0f} / {looked['worst']:,.0f} | {evaluated['median']:,.0f} / {evaluated['worst']:,.0f} "
        f"| {slope:.2f} | {last['compile_ms']:,.0f} |"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure decisions over sets of policies of many shapes.")
    parser.add_argument("--policy", type=Path, help="Writ's command line; without it the sets are only written")
    parser.add_argument("--data", type=Path, required=True, help="where policies, entities and requests go")
    parser.add_argument("--only", action="append", metavar="TEXT", help="shapes whose names have it; may be repeated")
    parser.add_argument("--largest", type=int, default=1_000_000, metavar="N", help="no more policies than this")
    parser.add_argument("--batches", type=int, default=50, metavar="N", help="batches of 1,000 requests (50)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where all figures go")
    arguments = parser.parse_args()
    figures: dict[str, dict[int, dict[str, Any]]] = {}
    print("| shape | policies | decide, median ns | worst request, ns | looked at | evaluated | slope | compiled, ms |")
    print("|---|---|---|--:|--:|--:|--:|--:|", flush=True)
    for shape in shapes():
        if arguments.only and not any(text in shape.name for text in arguments.only):
            continue
        results = figures.setdefault(shape.name, {})
        for size in shape.sizes:
            if size > arguments.largest:
                continue
            directory = shape.make(size, arguments.data)
            if arguments.policy:
                results[size] = measure(arguments.policy.resolve(), directory, shape.is_strict, arguments.batches)
        if results:
            print(line(shape, results), flush=True)
        if arguments.json:
            arguments.json.write_text(json.dumps(figures, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
