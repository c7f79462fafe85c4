# SPDX-License-Identifier: Apache-2.0
"""Compares the blocks of Swift in the pages with the parts of Snippets/ that they name; with --write, fills them in.

A block follows a comment `<!-- snippet: FILE.PART -->`, or `<!-- snippet: FILE -->` for the whole file. In a snippet, a part
begins at `// snippet.PART` and ends at `// snippet.end`; what stands between `// snippet.hide` and `// snippet.show` is left
out, as is the comment at the head of a file.
"""
import pathlib
import re
import sys
import textwrap

import pages

MARKER = re.compile(r"^<!-- snippet: (\w+)(?:\.(\w+))? -->$")


def parts(file: pathlib.Path) -> dict[str, str]:
    """The parts of a snippet by name; the whole file has the empty name."""
    found, whole, name, hidden, started = {}, [], None, False, False
    for line in file.read_text(encoding="utf-8").split("\n"):
        command = re.match(r"^\s*// snippet\.(\w+)$", line)
        if command and command[1] in ("hide", "show"):
            hidden = command[1] == "hide"
        elif command and command[1] == "end":
            name = None
        elif command:
            name = command[1]
            if name in found:
                raise SystemExit(f"error: {file.name} has two parts {name}")
            found[name] = []
        elif not hidden:
            started = started or not line.startswith("//")
            if started:
                whole.append(line)
            if name:
                found[name].append(line)
    found[""] = whole
    return {name: textwrap.dedent("\n".join(lines)).strip("\n") for name, lines in found.items()}


def main() -> int:
    snippets = {file.stem: parts(file) for file in sorted((pages.ROOT / "Snippets").glob("*.swift"))}
    problems, used = [], set()
    for page in pages.all_pages():
        lines, result, number = page.read_text(encoding="utf-8").split("\n"), [], 0
        while number < len(lines):
            line = lines[number]
            result.append(line)
            number += 1
            if line.strip() != "```swift":
                continue
            place = f"{page.relative_to(pages.ROOT)}:{number}"
            end = next((i for i in range(number, len(lines)) if lines[i].strip() == "```"), None)
            if end is None:
                problems.append(f"{place}: the block has no end")
                break
            marker = MARKER.match(lines[number - 2]) if number > 1 else None
            text = None
            if not marker:
                problems.append(f"{place}: the block names no snippet: <!-- snippet: FILE.PART -->")
            else:
                text = snippets.get(marker[1], {}).get(marker[2] or "")
                used.add((marker[1], marker[2] or ""))
                if text is None:
                    problems.append(f"{place}: there is no snippet {marker[1]}.{marker[2]}")
            block = "\n".join(lines[number:end])
            if text is not None and block != text and "--write" not in sys.argv[1:]:
                problems.append(f"{place}: differs from the snippet; run Scripts/check-snippets --write")
            result.append(block if text is None else text)
            result.append(lines[end])
            number = end + 1
        if "--write" in sys.argv[1:] and "\n".join(result) != "\n".join(lines):
            page.write_text("\n".join(result), encoding="utf-8")
    for file, names in snippets.items():
        for name in names:
            if name and (file, name) not in used:
                problems.append(f"Snippets/{file}.swift: no page has the part {name}")
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    if not problems:
        print(f"{len(used)} blocks of Swift, each the text of a snippet.")
    return 1 if problems else 0


sys.exit(main())
