"""The page on the transcripts names every field, type, tool, status and sentence that the readers know."""

from __future__ import annotations

import re

import msgspec
import pytest

from common.transcripts.find import SNAPSHOT_LIMIT
from common.transcripts.linking import outcomes
from common.transcripts.reading import (
    depth,
    file_reader,
    lines,
    messages,
    notices,
    shapes,
    transcript_file,
    transcript_reader,
    usage,
    workflows,
)
from common.transcripts.reading.context import names as tool_names
from common.transcripts.reading.texts import known_sentences, sentences
from tests.docs.pages import ROOT, names, rows, section

FORMAT = ROOT / "docs" / "FORMAT.md"
TEXT = FORMAT.read_text(encoding="utf-8")
SHAPES = [
    one
    for module in (shapes, usage, transcript_file, workflows)
    for one in vars(module).values()
    if isinstance(one, type)
    and issubclass(one, msgspec.Struct)
    and one.__module__ == module.__name__
    and not one.__struct_config__.array_like  # these are kept in the cache, not read
]
FIELDS = {one.encode_name for shape in SHAPES for one in msgspec.structs.fields(shape)}


def cells(heading: str, column: int) -> set[str]:
    return {name for row in rows(section(FORMAT, heading)) for name in names(row[column])}


def test_every_field_that_is_read_is_documented_and_no_other() -> None:
    documented = cells("Fields of a line", 0) | cells("Fields of a line", 1) | cells("Messages and usage", 0)
    documented |= cells("Messages and usage", 1)
    documented |= cells("Fields of a call and its answer", 0) | cells("Fields of a call and its answer", 2)
    documented |= cells("Workflows", 0) - file_reader.JOURNAL_TYPES
    assert documented >= FIELDS
    values = {
        "agent_listing_delta",
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
        "available",
    }
    stray = {name for name in documented - FIELDS - values if re.fullmatch(r"[A-Za-z_]+", name)}
    assert stray == set()


def test_every_type_of_line_is_documented_and_no_other() -> None:
    assert cells("Types", 0) == tool_names.KNOWN_TYPES | transcript_reader._HANDLERS.keys()  # noqa: SLF001


def test_every_type_of_line_of_a_journal_is_documented() -> None:
    assert cells("Workflows", 0) >= file_reader.JOURNAL_TYPES


def test_the_limit_of_a_snapshot_is_that_of_the_code() -> None:
    assert f"at most {SNAPSHOT_LIMIT >> 20} MB" in section(FORMAT, "Workflows")


@pytest.mark.parametrize(
    ("what", "tools"),
    [
        ("tools that delegate", tool_names.DELEGATING_TOOLS),
        ("tools that poll", tool_names.POLLING_TOOLS),
        ("tools that stop", tool_names.STOPPING_TOOLS),
        ("tools that resume", tool_names.RESUMING_TOOLS),
        ("tools that end the planning", tool_names.PLAN_TOOLS),
        ("tools that may run as an agent", frozenset({tool_names.SKILL_TOOL})),
        ("tools that edit", messages.EDITING_TOOLS),
    ],
)
def test_every_tool_that_is_known_is_documented(what: str, tools: frozenset[str]) -> None:
    (row,) = [row for row in rows(section(FORMAT, "Delegations")) if row[0] == what]
    assert set(names(row[1])) == tools


def test_every_status_is_documented_with_its_outcome() -> None:
    table = [row for row in rows(section(FORMAT, "Background agents")) if len(row) == len(("status", "outcome"))]
    assert {name: row[1] for row in table for name in names(row[0])} == outcomes.OUTCOME_BY_STATUS
    assert all(f"`{status}`" in TEXT for status in notices.UNDER_WAY)


def test_every_sentence_is_documented_with_its_meaning_and_no_other() -> None:
    table = [row for row in rows(section(FORMAT, "Sentences")) if len(row) == len(("sentence", "meaning", "seen"))]
    known = [(one.example, one.meaning, one.since) for one in (*known_sentences.TABLE, *known_sentences.ENDINGS)]
    assert [(names(row[0])[0], names(row[1])[0], row[2]) for row in table] == known


def test_what_every_meaning_decides_is_documented() -> None:
    pairs = [row for row in rows(section(FORMAT, "Sentences")) if len(row) == len(("meaning", "decides"))]
    meanings = {one.meaning for one in (*known_sentences.TABLE, *known_sentences.ENDINGS)}
    assert {name for row in pairs for name in names(row[0])} >= meanings
    known = "".join(
        (ROOT / "common" / "transcripts" / "reading" / f"{name}.py").read_text(encoding="utf-8")
        for name in (
            "answers",
            "context/agent_lists",
            "texts/framing",
            "texts/phrases",
            "texts/refusals",
            "threads",
            "transcript_reader",
        )
    )
    texts = [name for row in pairs for name in names(row[0]) if name not in meanings]
    assert [text for text in texts if text.split("…")[0].strip(" :<>") not in known] == []


def test_limits_are_those_of_the_code() -> None:
    (skipped,) = [row[1] for row in rows(section(FORMAT, "Lines")) if row[0] == "skipped"]
    assert re.findall(r"\d+", skipped) == [str(depth.MAX_DEPTH), str(lines.MAX_LENGTH >> 20)]
    before_the_table = section(FORMAT, "Sentences").partition("|")[0]
    assert re.findall(r"[\d,]+\d", before_the_table) == [f"{sentences.HEAD:,}"]
