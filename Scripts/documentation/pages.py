# SPDX-License-Identifier: Apache-2.0
"""The pages of the documentation, for the scripts that check and build it."""
import pathlib

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def all_pages() -> list[pathlib.Path]:
    """Every page of Markdown in the repository, those of the catalogues included."""
    places = [ROOT.glob("*.md")]
    for folder in ("Documentation", "Sources", "Policies", "Tests", "Benchmarks", ".github"):
        places.append((ROOT / folder).rglob("*.md"))
    return sorted(page for place in places for page in place if not any(part.startswith(".build") for part in page.parts))


def slug(heading: str) -> str:
    """The anchor that a forge makes of a heading."""
    text = "".join(letter for letter in heading.lower() if letter.isalnum() or letter in " -_")
    return text.strip().replace(" ", "-")
