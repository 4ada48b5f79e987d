"""Tests of the section on data quality."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from common.records.extraction import Diagnostic
from tests.builders.records import delegation, enriched, full, session
from tests.builders.reports import from_records

if TYPE_CHECKING:
    from pathlib import Path

    from common.records.sessions import EnrichedSession


def test_a_reason_is_a_row_with_the_lines_of_all_files(tmp_path: Path) -> None:
    told = [(1, "not JSON", "skipped", 1), (2, "no ISO 8601 timestamp", "parsed", 7)]
    told += [(5, "no ISO 8601 timestamp", "parsed", 2)]
    diagnostics = [
        Diagnostic(file="p/s.jsonl", line=line, offset=None, reason=reason, outcome=outcome, count=count)
        for line, reason, outcome, count in told
    ]
    made = session("s", delegation("t"))
    raw = msgspec.json.Encoder().encode_lines(diagnostics)
    report = from_records(tmp_path, enriched(made), full(made), diagnostics=raw).markdown()
    assert "| `no ISO 8601 timestamp` | `parsed` | 9 |\n| `not JSON` | `skipped` | 1 |\n" in report


def quality_of(folder: Path, *made: EnrichedSession) -> str:
    """Return the section of the Markdown report."""
    return from_records(folder, enriched(*made), full(*made)).markdown().split("## Data quality\n")[1]


def test_without_a_delegation_nothing_is_said_of_delegations(tmp_path: Path) -> None:
    section = quality_of(tmp_path, session("s"))
    assert "delegation" not in section
    assert "### Outcomes" not in section
    assert "### How runs were linked" not in section


def test_ends_that_none_lacks_are_no_sentence(tmp_path: Path) -> None:
    assert "recorded end" not in quality_of(tmp_path, session("s", delegation("t")))
    stopped = delegation("t", outcome="interrupted", cause="user")
    assert "- Of 1 delegation, 1 was stopped by something other than the agent." in quality_of(
        tmp_path, session("s", stopped)
    )
    unknown = quality_of(tmp_path, session("s", stopped, delegation("u", outcome="unanswered", number=2)))
    assert (
        "- Of 2 delegations, 1 has no recorded end and 1 was stopped by something other than the agent. No rate of "
        "success includes them."
    ) in unknown
