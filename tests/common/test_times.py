from __future__ import annotations

import pytest

from common.times import Calendar, local_time, zone_named


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


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Pacific/Kiritimati"])
@pytest.mark.parametrize(
    "timestamp",
    [
        "2026-03-14T09:26:53.589Z",
        "2026-03-14T23:59:59.999Z",
        "2026-03-15T00:00:00.000Z",
        "2026-03-14T18:15:00.000Z",
        "2026-03-14T23:30:00+05:30",
        "2026-03-14T09:26Z",
        "2026-03-14",
    ],
)
def test_a_day_is_that_of_the_local_time_however_the_timestamp_is_written(zone: str, timestamp: str) -> None:
    local = local_time(timestamp, zone_named(zone))
    assert local is not None
    assert Calendar(zone).day(timestamp) == local.date().isoformat()


@pytest.mark.parametrize("timestamp", ["", "soon", "2026-02-30T09:26:53.589Z", "Z", "2026-02-30"])
def test_what_is_no_timestamp_has_no_day_in_any_zone(timestamp: str) -> None:
    assert [Calendar(zone).day(timestamp) for zone in ("UTC", "Europe/Berlin")] == [None, None]


def test_a_day_outside_of_the_calendar_is_none() -> None:
    assert Calendar("Asia/Tokyo").day("9999-12-31T23:00:00.000Z") is None
