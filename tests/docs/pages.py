"""A page of the documentation as what a reader does with it: files to write, lines to put in, commands to type.

A code block whose language is `sh` holds commands, one a line; a `text` block right behind it is what they print. A
comment before a block says what the reader does with it:

    <!-- file: PATH -->                    the block is the whole of the file
    <!-- in PATH, above: LINE -->          the block goes above the line that has this text
    <!-- in PATH, instead of: LINE -->     the block takes its place
    <!-- begin: empty -->                  a new walk: a fresh copy of the project
    <!-- begin: after a run -->            a new walk: a copy in which `doit` was run on the sample
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "data" / "README.md", *(ROOT / "docs").rglob("*.md")])
_PART = re.compile(r"^<!-- (?P<said>.*?) -->$|^```(?P<kind>.*)\n(?P<text>(?:.*\n)*?)```$", re.MULTILINE)
_PLACE = re.compile(r"in (?P<path>\S+), (?P<how>above|instead of): (?P<line>.+)")


@dataclass(frozen=True)
class Write:
    """A file that the reader makes."""

    path: str
    text: str


@dataclass(frozen=True)
class Put:
    """Lines that the reader puts into a file, above a line or in its place."""

    path: str
    line: str
    text: str
    replaces: bool


@dataclass(frozen=True)
class Type:
    """Commands, the exit code of the last one, and what they print; `place` is where that stands in the page."""

    commands: tuple[str, ...]
    exit_code: int
    by_hand: bool
    shown: str | None
    place: tuple[int, int] | None


Step = Write | Put | Type


@dataclass
class Walk:
    """What a reader does in one copy of the project, from a fresh one or one in which everything was run."""

    page: Path
    number: int
    prepared: bool
    steps: list[Step] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)} {self.number}"


def walks(page: Path) -> list[Walk]:
    """Return the walks of a page, those without anything to do left out."""
    text = page.read_text(encoding="utf-8")
    found = [Walk(page, 1, prepared=True)]
    said: str | None = None
    for part in _PART.finditer(text):
        if part["said"] is not None:
            if part["said"].startswith("begin: "):
                found.append(Walk(page, len(found) + 1, prepared=part["said"] == "begin: after a run"))
            said = part["said"]
            continue
        kind = part["kind"].split()
        last = found[-1].steps[-1] if found[-1].steps else None
        if kind[:1] == ["sh"]:
            found[-1].steps.append(_typed(part["text"], kind[1:], text[part.end() :], part.end()))
        elif said and not (kind[:1] == ["text"] and isinstance(last, Type) and last.place == part.span("text")):
            found[-1].steps += _written(said, part["text"])
        said = None
    return [walk for walk in found if walk.steps]


def _typed(text: str, words: list[str], behind: str, end: int) -> Type:
    commands = tuple(line for line in text.replace("\\\n", " ").splitlines() if line.strip())
    shown = re.match(r"\n\n?```text\n((?:.*\n)*?)```", behind)
    place = (end + shown.start(1), end + shown.end(1)) if shown else None
    codes = [int(word.removeprefix("exit=")) for word in words if word.startswith("exit=")]
    return Type(commands, (codes or [0])[0], "by-hand" in words, shown[1] if shown else None, place)


def _written(said: str, text: str) -> list[Step]:
    if said.startswith("file: "):
        return [Write(said.removeprefix("file: "), text)]
    if place := _PLACE.fullmatch(said):
        return [Put(place["path"], place["line"], text, place["how"] == "instead of")]
    return []


def commands_of(page: Path) -> list[Type]:
    """Return everything that a page says to type."""
    return [step for walk in walks(page) for step in walk.steps if isinstance(step, Type)]


def blocks(page: Path, language: str) -> list[str]:
    """Return the code blocks of a language."""
    found = _PART.finditer(page.read_text(encoding="utf-8"))
    return [
        part["text"] for part in found if part["kind"] is not None and (part["kind"].split() or [""])[0] == language
    ]


def section(page: Path, heading: str) -> str:
    """Return what stands below a heading, up to the next one of its rank or a higher one."""
    text = page.read_text(encoding="utf-8")
    start = re.search(rf"^(#+) {re.escape(heading)}$", text, re.MULTILINE)
    assert start, f"{page.name} has no heading {heading!r}"
    rest = text[start.end() :]
    end = re.search(rf"^#{{1,{len(start[1])}}} ", _without_code(rest), re.MULTILINE)
    return rest[: end.start()] if end else rest


def headings(page: Path) -> list[str]:
    """Return the headings of a page."""
    return re.findall(r"^#+ (.+)$", _without_code(page.read_text(encoding="utf-8")), re.MULTILINE)


def _without_code(text: str) -> str:
    """Return the text with everything in code blocks blanked, at the same places."""
    return re.sub(r"^```.*\n(?:.*\n)*?```$", lambda one: re.sub(r"[^\n]", " ", one[0]), text, flags=re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """Return the addresses of a page's headings, as GitHub makes them."""
    return {
        re.sub(r"[^\w\- ]", "", re.sub(r"[`*]", "", one).lower()).strip().replace(" ", "-") for one in headings(page)
    }


def rows(text: str) -> list[list[str]]:
    """Return the cells of the tables in a text, heads and rules left out."""
    found, lines = [], text.splitlines()
    for number, line in enumerate(lines):
        is_head = number + 1 < len(lines) and re.fullmatch(r"\|[ :|-]+\|", lines[number + 1])
        if line.startswith("|") and not is_head and not re.fullmatch(r"\|[ :|-]+\|", line):
            found.append([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
    return found


def names(cell: str) -> list[str]:
    """Return what stands as code in a cell."""
    return re.findall(r"`([^`]+)`", cell)
