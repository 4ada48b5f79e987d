"""The page on the transcripts names every field, type, tool, status and sentence that the readers know."""

from __future__ import annotations

import re

import msgspec
import pytest

from common.transcripts.linking import outcomes
from common.transcripts.reading import depth, lines, messages, phrases, shapes, transcript_reader, usage
from tests.docs.pages import ROOT, names, rows, section

FORMAT = ROOT / "docs" / "FORMAT.md"
TEXT = FORMAT.read_text(encoding="utf-8")
SHAPES = [
    one
    for one in [*vars(shapes).values(), *vars(usage).values()]
    if isinstance(one, type) and issubclass(one, msgspec.Struct) and one is not msgspec.Struct
]
FIELDS = {one.encode_name for shape in SHAPES for one in msgspec.structs.fields(shape)}


def cells(heading: str, column: int) -> set[str]:
    return {name for row in rows(section(FORMAT, heading)) for name in names(row[column])}


def test_every_field_that_is_read_is_documented_and_no_other() -> None:
    documented = cells("Fields of a line", 0) | cells("Fields of a line", 1) | cells("Messages and usage", 0)
    documented |= cells("Messages and usage", 1)
    documented |= cells("Fields of a call and its answer", 0) | cells("Fields of a call and its answer", 2)
    assert documented >= FIELDS
    values = {
        "queued_command",
        "<synthetic>",
        "standard",
        "true",
        "completed",
        "_launched",
        "_spawned",
        "project",
        "forked",
        "in_process_teammate",
    }
    stray = {name for name in documented - FIELDS - values if re.fullmatch(r"[A-Za-z_]+", name)}
    assert stray == set()


def test_every_type_of_line_is_documented_and_no_other() -> None:
    assert cells("Types", 0) == transcript_reader.KNOWN_TYPES | transcript_reader._HANDLERS.keys()  # noqa: SLF001


@pytest.mark.parametrize(
    ("what", "tools"),
    [
        ("tools that delegate", transcript_reader.DELEGATING_TOOLS),
        ("tools that poll", transcript_reader.POLLING_TOOLS),
        ("tools that stop", transcript_reader.STOPPING_TOOLS),
        ("tools that may run as an agent", frozenset({transcript_reader.SKILL_TOOL})),
        ("tools that edit", messages.EDITING_TOOLS),
    ],
)
def test_every_tool_that_is_known_is_documented(what: str, tools: frozenset[str]) -> None:
    (row,) = [row for row in rows(section(FORMAT, "Delegations")) if row[0] == what]
    assert set(names(row[1])) == tools


def test_every_status_is_documented_with_its_outcome() -> None:
    table = rows(section(FORMAT, "Background agents"))
    assert {name: row[1] for row in table for name in names(row[0])} == outcomes.OUTCOME_BY_STATUS
    assert all(f"`{status}`" in TEXT for status in outcomes.UNDER_WAY)


def test_every_sentence_is_documented() -> None:
    documented = cells("Sentences", 0)
    for sentence in (phrases.INTERRUPTED, phrases.CANCELLED, *phrases.REFUSED):
        assert sentence in documented
    for pattern in (phrases.DENIED, phrases.UNKNOWN_AGENT, phrases.LIMIT_OR_ERROR):
        found = [one for one in documented if pattern.search(one.replace("…", "X").replace("X limit", "Session limit"))]
        assert found


def test_every_sentence_that_is_documented_is_known() -> None:
    known = (ROOT / "common" / "transcripts" / "reading" / "phrases.py").read_text(encoding="utf-8")
    known += (ROOT / "common" / "transcripts" / "reading" / "transcript_reader.py").read_text(encoding="utf-8")
    pieces = [piece.strip(" '") for one in cells("Sentences", 0) for piece in one.split("…")]
    assert [piece for piece in pieces if len(piece) > len("was") and piece not in known and "denied" not in piece] == []


def test_limits_are_those_of_the_code() -> None:
    (skipped,) = [row[1] for row in rows(section(FORMAT, "Lines")) if row[0] == "skipped"]
    assert re.findall(r"\d+", skipped) == [str(depth.MAX_DEPTH), str(lines.MAX_LENGTH >> 20)]
    before_the_table = section(FORMAT, "Sentences").partition("|")[0]
    assert re.findall(r"[\d,]+\d", before_the_table) == [f"{phrases.HEAD:,}"]
