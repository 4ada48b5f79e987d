"""The execution log and its table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from common.pipeline import execution_log as log
from common.pipeline.execution_log import history_text, sparkline

if TYPE_CHECKING:
    from pathlib import Path

RECORD = {"stage": "a", "timestamp": "2026-01-01T00:00:00Z", "duration_seconds": 1.0, "success": True, "scripts": []}


def test_a_history_says_median_last_time_and_how_it_went() -> None:
    records = [
        {**RECORD, "timestamp": f"2026-01-0{day}T00:00:00Z", "duration_seconds": seconds, "success": day != 2}
        for day, seconds in ((1, 1.0), (2, 8.0), (3, 2.0))
    ]
    assert list(history_text(records)) == [
        "stage  runs  failed    median      last  last run              durations",
        "a         3       1     2.0 s     2.0 s  2026-01-03T00:00:00Z  ▂█▃",
    ]
    assert sparkline([0, 0]) == "▁▁"


def test_the_log_is_kept_to_a_size_and_a_torn_line_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / log.LOG_NAME).write_text("x" * log.ROTATION_BYTES + "\n" + '{"stage": "torn"')
    log.append_record(tmp_path, {**RECORD, "stage": "first"})
    assert (tmp_path / log.LOG_NAME).stat().st_size < 200
    log.append_record(tmp_path, {**RECORD, "stage": "second\nline"})
    assert [record["stage"] for record in log.read_records(tmp_path)] == ["first", "second\nline"]


def test_the_time_of_a_script_is_that_of_its_last_success() -> None:
    runs = [("one", 1.0, True), ("two", 2.0, True), ("one", 3.0, True), ("one", 9.0, False)]
    records = [{"scripts": [{"script": n, "duration_seconds": s, "success": ok}]} for n, s, ok in runs]
    assert log.last_seconds([*records, RECORD]) == {"one": 3.0, "two": 2.0}


@pytest.mark.parametrize(
    "changed",
    [
        {"stage": 1},
        {"timestamp": None},
        {"success": "yes"},
        {"duration_seconds": "1"},
        {"duration_seconds": float("nan")},
        {"duration_seconds": -1},
        {"scripts": {}},
        {"scripts": ["one"]},
        {"scripts": [{"script": "one", "success": True}]},
        {"scripts": [{"duration_seconds": 1, "success": True}]},
    ],
    ids=str,
)
def test_a_line_that_was_edited_into_something_else_is_passed_over(tmp_path: Path, changed: dict[str, object]) -> None:
    log.append_record(tmp_path, RECORD | changed)
    with (tmp_path / log.LOG_NAME).open("a") as stream:
        stream.write("[" * 99999 + "\n")
    log.append_record(tmp_path, RECORD)
    assert list(log.read_records(tmp_path)) == [RECORD]
