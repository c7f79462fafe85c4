# SPDX-License-Identifier: Apache-2.0
"""Makes a catalogue for docc of the guides in Documentation/: guides.py CATALOGUE

The guides are plain Markdown that a forge shows as well. README.md becomes the root page, whose lists below "Topics" order the
others; links between guides become links of the catalogue; links to files of the repository become code.
"""
import pathlib
import re
import sys

import pages

LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")


def converted(page: pathlib.Path, text: str) -> str:
    def link(match: re.Match) -> str:
        title, target = match.groups()
        if re.match(r"[a-z]+:", target):
            return match[0]
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve()
        if not path or file.parent == page.parent and file.suffix == ".md":
            name = "Writ" if file.name == "README.md" else file.stem
            # docc has the headings of its own page only by their text.
            heading = f"#{heading_named(file if path else page, anchor)}" if anchor else ""
            return f"[{title}](<doc:{name if path else page.stem}{heading}>)"
        return f"{title} (`{file.relative_to(pages.ROOT)}`)"

    outside = re.split(r"(```.*?```|`[^`\n]*`)", text, flags=re.S)
    return "".join(part if number % 2 else LINK.sub(link, part) for number, part in enumerate(outside))


def heading_named(page: pathlib.Path, anchor: str) -> str:
    """The heading that a forge's anchor means, in the form of docc's."""
    for heading in re.findall(r"^#{1,6} (.+)$", page.read_text(encoding="utf-8"), flags=re.M):
        if pages.slug(heading) == anchor:
            return re.sub(r"[^\w-]+", "-", heading).strip("-")
    raise SystemExit(f"error: {page.name} has no heading for #{anchor}")


def root(text: str) -> str:
    """The root page: its lists of guides are topics, which have nothing but the link."""
    head, topics = text.split("\n## Topics\n")
    topics = re.sub(r"^- (\[[^\]]+\]\(<doc:\w+>\)).*(?:\n  .*)*$", r"- \1", topics, flags=re.M)
    topics = re.sub(r"\[[^\]]+\]\((<doc:\w+>)\)", r"\1", topics)
    title, rest = head.split("\n", 1)
    return f"{title}\n\n@Metadata {{\n  @TechnologyRoot\n}}\n{rest}\n## Topics\n{topics}"


def main() -> None:
    catalogue = pathlib.Path(sys.argv[1])
    catalogue.mkdir(parents=True, exist_ok=True)
    for page in sorted((pages.ROOT / "Documentation").glob("*.md")):
        text = converted(page, page.read_text(encoding="utf-8"))
        text = re.sub(r"^<!-- snippet: .* -->\n", "", text, flags=re.M)
        is_root = page.name == "README.md"
        (catalogue / ("Writ.md" if is_root else page.name)).write_text(root(text) if is_root else text, encoding="utf-8")


main()
