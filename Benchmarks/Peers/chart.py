# SPDX-License-Identifier: Apache-2.0
"""The picture: what a decision costs against the number of policies, both logarithmic, one line a system.

The background is transparent and the colours are of middle brightness, to be read on light and dark pages.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

from report import cost, duration

JSON = Any

PANELS = ("flat", "tree", "attributes", "grants")
# Of the two ways to run Rego the faster one is drawn: compiled, and where it cannot be, interpreted.
INSTEAD = {"regorus-rules-vm": "regorus-rules", "regorus-table-vm": "regorus-table"}
SYSTEMS = {
    "writ": ("Writ", "#e5484d"),
    "cedar-python": ("Cedar in Rust (cedar-python)", "#2f86eb"),
    "cedarpy": ("Cedar in Rust (cedarpy)", "#58a9c9"),
    "regorus-rules-vm": ("regorus, a rule a policy", "#a06ad6"),
    "regorus-table-vm": ("regorus, permissions as data", "#c58bd9"),
    "pycasbin": ("pycasbin", "#d08a1d"),
    "pycasbin-fast": ("pycasbin, FastEnforcer", "#b3a03a"),
    "oso": ("oso", "#3fa06b"),
}
GREY = "#8a8f98"
WIDTH, HEIGHT = 330, 300
LEFT, TOP, GAP = 64, 60, 44
FONT = "font-family='system-ui, sans-serif'"


def svg(results: list[JSON]) -> str:
    panels = [name for name in PANELS if any(result["workload"] == name for result in results)]
    if not panels:
        return "<svg xmlns='http://www.w3.org/2000/svg'/>\n"
    scale = Scale([result for result in results if result["workload"] in panels])
    present = [name for name in SYSTEMS if any(name in result["systems"] for result in results)]
    columns = 2 if len(panels) > 1 else 1
    rows = math.ceil(len(panels) / columns)
    width = LEFT + columns * (WIDTH + GAP)
    bottom = TOP + rows * (HEIGHT + TOP) - 8
    height = bottom + 24 * math.ceil(len(present) / 3) + 10
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' width='{width}' height='{height}' "
        f"role='img' aria-label='Time of a decision against the number of policies'>",
        _text(LEFT, 22, "CPU time of a decision against the number of policies", GREY, 13),
    ]
    for number, name in enumerate(panels):
        left = LEFT + number % columns * (WIDTH + GAP)
        top = TOP + number // columns * (HEIGHT + TOP)
        chosen = [result for result in results if result["workload"] == name]
        parts += _panel(chosen, scale, left, top, is_first=number % columns == 0)
    for number, name in enumerate(present):
        title, colour = SYSTEMS[name]
        x, y = LEFT + number % 3 * (width - LEFT) / 3, bottom + 24 * (number // 3)
        parts.append(f"<line x1='{x:.0f}' y1='{y}' x2='{x + 22:.0f}' y2='{y}' stroke='{colour}' {_stroke(name)}/>")
        parts.append(_text(x + 28, y + 4, title, colour, 12))
    return "\n".join([*parts, "</svg>"]) + "\n"


class Scale:
    """Decades of both axes."""

    def __init__(self, results: list[JSON]) -> None:
        sizes = [result["policies"] for result in results]
        costs = [
            value for result in results for name in SYSTEMS if (value := _cost(name, result)) is not None and value > 0
        ]
        self.sizes = range(math.floor(math.log10(min(sizes))), max(2, math.ceil(math.log10(max(sizes)))) + 1)
        self.costs = range(math.floor(math.log10(min(costs))), math.ceil(math.log10(max(costs))) + 1)

    def x(self, size: float) -> float:
        return (math.log10(size) - self.sizes[0]) / (len(self.sizes) - 1) * WIDTH

    def y(self, value: float) -> float:
        return HEIGHT - (math.log10(value) - self.costs[0]) / (len(self.costs) - 1) * HEIGHT


def _cost(name: str, result: JSON) -> float | None:
    systems = result["systems"]
    value = cost(name, systems.get(name, {}))
    return cost(name, systems.get(INSTEAD.get(name, ""), {})) if value is None else value


def _panel(results: list[JSON], scale: Scale, left: float, top: float, is_first: bool) -> list[str]:
    parts = [_text(left, top - 12, results[0]["title"], GREY, 14, weight=600)]
    for decade in scale.costs:
        y = top + scale.y(10**decade)
        parts.append(_rule(left, y, left + WIDTH, y))
        if is_first:
            parts.append(_text(left - 8, y + 4, _decade(decade), GREY, 11, anchor="end"))
    for decade in scale.sizes:
        x = left + scale.x(10**decade)
        parts.append(_rule(x, top, x, top + HEIGHT))
        parts.append(_text(x, top + HEIGHT + 16, _size(decade), GREY, 11, anchor="middle"))
    for name, (title, colour) in SYSTEMS.items():
        points = [
            (left + scale.x(result["policies"]), top + scale.y(value), value)
            for result in results
            if (value := _cost(name, result)) is not None and value > 0
        ]
        if not points:
            continue
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in points)
        parts.append(f"<polyline points='{path}' fill='none' stroke='{colour}' {_stroke(name)}/>")
        for x, y, value in points:
            shown = f"<title>{title}: {duration(value)}</title>"
            parts.append(f"<circle cx='{x:.1f}' cy='{y:.1f}' r='3' fill='{colour}'>{shown}</circle>")
        if name == "writ":
            x, y, value = points[-1]
            parts.append(_text(x - 2, y - 9, duration(value), colour, 12, anchor="end", weight=600))
    return parts


def _decade(decade: int) -> str:
    return duration(10**decade).replace(".00", "").replace(".0", "")


def _size(decade: int) -> str:
    thousands = min(2, decade // 3)
    return f"{10 ** (decade - 3 * thousands)}{('', ' k', ' M')[thousands]}"


def _stroke(name: str) -> str:
    return "stroke-width='3'" if name == "writ" else "stroke-width='1.8'"


def _rule(x1: float, y1: float, x2: float, y2: float) -> str:
    return f"<line x1='{x1:.1f}' y1='{y1:.1f}' x2='{x2:.1f}' y2='{y2:.1f}' stroke='{GREY}' stroke-opacity='0.25'/>"


def _text(x: float, y: float, text: str, colour: str, size: int, anchor: str = "start", weight: int = 400) -> str:
    return (
        f"<text x='{x:.1f}' y='{y:.1f}' fill='{colour}' {FONT} font-size='{size}' font-weight='{weight}' "
        f"text-anchor='{anchor}'>{text}</text>"
    )


if __name__ == "__main__":
    sys.stdout.write(svg(json.loads(Path(sys.argv[1]).read_text())))
