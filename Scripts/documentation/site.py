# SPDX-License-Identifier: Apache-2.0
"""Checks the links of the built pages: site.py SITE

Each link in docc's data that stays in the site must lead to a page of it, across modules too.
"""
import json
import pathlib
import sys


def links(value) -> set[str]:
    """The addresses of pages that a page refers to."""
    if isinstance(value, dict):
        found = set()
        if value.get("type") in ("topic", "section") and isinstance(value.get("url"), str):
            found.add(value["url"])
        return found.union(*(links(part) for part in value.values()))
    if isinstance(value, list):
        return set().union(*(links(part) for part in value))
    return set()


def main() -> int:
    site = pathlib.Path(sys.argv[1])
    count, missing = 0, []
    for page in sorted((site / "data").rglob("*.json")):
        for url in sorted(links(json.loads(page.read_text(encoding="utf-8")))):
            count += 1
            path = url.split("#")[0].strip("/")
            if path and not (site / path / "index.html").exists():
                missing.append(f"{page.relative_to(site)} leads to /{path}, which is not a page")
    for line in missing[:20]:
        print(f"error: {line}", file=sys.stderr)
    print(f"{count} links between pages were followed.")
    return 1 if missing else 0


sys.exit(main())
