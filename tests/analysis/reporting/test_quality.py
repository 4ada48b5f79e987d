"""Tests of the section on data quality."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from common.records.extraction import Diagnostic
from tests.builders.records import delegation, enriched, full, session
from tests.builders.reports import from_records

if TYPE_CHECKING:
    from pathlib import Path


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
