from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from common.times import local_time
from tests.builders.records import delegation, enriched, full, session
from tests.builders.reports import from_records

if TYPE_CHECKING:
    from pathlib import Path

    from common.records.sessions import EnrichedSession

PERIODS = (
    '[{"name": "old", "first": "2026-03-01", "last": "2026-03-10"},'
    ' {"name": "new", "first": "2026-03-11", "last": "2026-03-20"}]'
)


@pytest.mark.parametrize(
    ("timestamp", "expected"),
    [
        ("2026-03-02T23:30:00.000Z", datetime(2026, 3, 3, 0, 30, tzinfo=ZoneInfo("Europe/Paris"))),
        ("2026-03-02T23:30:00", datetime(2026, 3, 3, 0, 30, tzinfo=ZoneInfo("Europe/Paris"))),
        ("2026-03-02T23:30:00+05:45", datetime(2026, 3, 2, 17, 45, tzinfo=UTC)),
        ("yesterday", None),
        ("", None),
        (None, None),
        ("9999-12-31T23:59:59Z", None),
    ],
)
def test_a_timestamp_is_shown_in_the_time_zone_of_the_report(timestamp: str | None, expected: datetime | None) -> None:
    assert local_time(timestamp, ZoneInfo("Europe/Paris")) == expected


def test_a_shared_report_numbers_projects_that_have_no_delegation_too(tmp_path: Path) -> None:
    def on(day: int, project: str, *, with_delegation: bool) -> EnrichedSession:
        moment = f"2026-03-{day:02}T10:00:00.000Z"
        made = [delegation(f"t{day}", timestamp=moment)] if with_delegation else []
        return session(f"s{day}", *made, project=project, first=moment)

    made = [on(day, "-canary-one", with_delegation=True) for day in range(1, 21)]
    idle = [on(day, "-canary-two", with_delegation=False) for day in range(21, 29)]
    moved = [session(f"x{n}", project="-canary-three", first=f"2026-03-{12 + n}T10:00:00.000Z") for n in range(8)]
    everything = [*made, *idle, *moved]
    report = from_records(tmp_path, enriched(*everything), full(*everything), periods=PERIODS)
    assert "-canary-three" in report.markdown()
    assert "canary" not in report.markdown(share=True) + report.html(share=True)
