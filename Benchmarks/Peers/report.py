# SPDX-License-Identifier: Apache-2.0
"""Results as Markdown tables."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any

JSON = Any

NAMES = {
    "writ": "Writ",
    "cedar-python": "cedar-python, less its floor",
    "cedarpy": "cedarpy",
    "regorus-rules": "regorus, a rule a policy",
    "regorus-rules-vm": "the same, compiled",
    "regorus-table": "regorus, permissions as data",
    "regorus-table-vm": "the same, compiled",
    "pycasbin": "pycasbin",
    "pycasbin-fast": "pycasbin, FastEnforcer",
    "oso": "oso",
}


def cost(system: str, figures: JSON) -> float | None:
    """Nanoseconds a decision; of cedar-python, whose objects are all built beforehand, without the call itself."""
    if "ns" not in figures:
        return None
    whole: float = figures["ns"]
    return whole - figures["floor_ns"] if system == "cedar-python" else whole


def duration(nanoseconds: float | None) -> str:
    """Three digits and a unit."""
    if nanoseconds is None:
        return "-"
    value, units = nanoseconds, ["s", "ms", "µs", "ns"]
    while value >= 999.5 and len(units) > 1:
        value /= 1000
        units.pop()
    unit = units[-1]
    digits = 0 if value >= 99.5 else 1 if value >= 9.95 else 2
    return f"{value:.{0 if unit == 'ns' else digits}f} {unit}"


def markdown(results: list[JSON], slow_ns: float) -> str:
    """`slow_ns`: from which time of a call on its peer was checked on a sample."""
    systems = [name for name in NAMES if any(name in result["systems"] for result in results)]
    peers = [name for name in systems if name != "writ"]
    parts = [
        "## A decision",
        "Process CPU time, median over batches of requests in random order, median of the rounds; policies, entities, "
        "requests and contexts are built beforehand where the system allows it. `-`: not expressed in that system "
        "(why: README), or more than it is asked at that size.",
        _table(
            ["workload", "policies", *(NAMES[name] for name in systems)],
            (_row(result, systems, cost) for result in results),
        ),
    ]
    asked = [result for result in results if len(result["systems"]) > 1]
    if asked:
        parts += [
            "## The call alone",
            "The same call without any rule, included above except for cedar-python.",
            _table(
                ["workload", "policies", *(NAMES[name].removesuffix(", less its floor") for name in peers)],
                (_row(result, peers, lambda _, figures: figures.get("floor_ns")) for result in asked),
            ),
            "## Writ in detail",
        ]
    parts += [
        _table(
            ["workload", "policies", "entities", "allow", "decide", "p99", "cold", "by text", "authorize",
             "allocations", "load", "compile", "tables"],
            map(_writ, results),
        ),
        _notes(results, peers, slow_ns),
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def _row(result: JSON, systems: list[str], figure: Callable[[str, JSON], float | None]) -> list[str]:
    cells = [duration(figure(name, result["systems"].get(name, {}))) for name in systems]
    return [result["title"], f"{result['policies']:,}", *cells]


def _writ(result: JSON) -> list[str]:
    bench = result["systems"]["writ"]
    allowed = f"{result['allowed']:.0%}" if "allowed" in result else "-"
    return [
        result["title"], f"{bench['policies']:,}", f"{bench['entities']:,}", allowed,
        duration(bench["decide_ns_p50"]), duration(bench["decide_ns_p99"]), duration(bench["decide_cold_ns_p50"]),
        duration(bench["decide_text_ns_p50"]), duration(bench["authorize_ns_p50"]),
        "-" if bench["allocations_per_decide"] is None else f"{bench['allocations_per_decide']:g}",
        duration(bench["load_ms"] * 1e6), duration(bench["compile_ms"] * 1e6), f"{bench['table_bytes'] / 1e6:.1f} MB",
    ]  # fmt: skip


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * 2 + ["--:"] * (len(head) - 2), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _notes(results: list[JSON], peers: list[str], slow_ns: float) -> str:
    lines = []
    done = [(name, result["systems"][name]) for result in results for name in peers if name in result["systems"]]
    done = [(name, figures) for name, figures in done if "ns" in figures]
    if done:
        checked = [figures["checked"] for _, figures in done]
        lines.append(
            f"All {sum(checked):,} decisions of the peers that were compared equal Writ's: all of a workload; "
            f"where a call takes more than {slow_ns / 1e6:g} ms a random sample, {min(checked)} at least."
        )
        versions = dict.fromkeys(f"{figures['package']} {figures['version']}" for _, figures in done)
        lines.append(f"Versions: {', '.join(versions)}, Python {sys.version.split()[0]}.")
    for result in results:
        for name, figures in result["systems"].items():
            if "failed" in figures:
                where = f"{name}, {result['title']}, {result['policies']:,} policies"
                lines.append(f"Left out: {where}: {figures['failed']}")
    return "\n\n".join(lines)
