from __future__ import annotations

from common.times import Calendar


def test_day_hour_and_weekday_are_those_of_the_zone() -> None:
    berlin = Calendar("Europe/Berlin")
    assert berlin.day("2026-03-01T23:30:00.000Z") == "2026-03-02"
    assert berlin.hour("2026-03-01T23:30:00.000Z") == 0
    assert berlin.weekday("2026-03-01T23:30:00.000Z") == "Monday"
    assert Calendar("UTC").weekday("2026-03-01T23:30:00.000Z") == "Sunday"


def test_summer_time_is_kept() -> None:
    assert Calendar("Europe/Berlin").hour("2026-07-01T10:00:00Z") == 12


def test_what_is_no_timestamp_has_no_day() -> None:
    assert Calendar("UTC").day(None) is None
    assert Calendar("UTC").hour("soon") is None
    assert Calendar("UTC").day_of_seconds(10**20) is None
