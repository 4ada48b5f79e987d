"""The tables of marathons and periods say what returned next to what did the work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.reporting.blocks import Table
from analysis.reporting.sections.marathons import marathons_blocks
from analysis.reporting.sections.periods import periods_table
from tests.analysis.reporting.test_findings import context
from tests.builders.records import delegation, session

if TYPE_CHECKING:
    from pathlib import Path

    from common.records.sessions import EnrichedSession


def marathon() -> EnrichedSession:
    """Return 15 done, 2 hollow, 3 failed, 4 stopped by a limit, 1 without an end: 17 of 24 returned."""
    return session(
        "s",
        *(delegation(f"d{n}", number=n) for n in range(15)),
        *(delegation(f"h{n}", number=15 + n, kind="empty") for n in range(2)),
        *(delegation(f"f{n}", outcome="failed", cause="agent", number=17 + n) for n in range(3)),
        *(delegation(f"l{n}", outcome="failed", cause="limit", number=20 + n) for n in range(4)),
        delegation("u", outcome="unanswered", number=24),
    )


def test_a_marathon_shows_what_was_without_work_not_judged_and_returned(tmp_path: Path) -> None:
    blocks = marathons_blocks(context(tmp_path, marathon()))
    (table,) = [block for block in blocks if isinstance(block, Table) and block.name == "marathons"]
    assert [cell.value for cell in table.rows[0][5:8]] == [2, 5, 17 / 24]


def test_a_period_shows_what_was_without_work_not_judged_and_returned(tmp_path: Path) -> None:
    table = periods_table(context(tmp_path, marathon()))
    assert [cell.value for cell in table.rows[0][6:9]] == [2, 5, 17 / 24]
