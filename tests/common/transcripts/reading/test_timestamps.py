"""Tests of the times of lines: which texts are one, and its one form."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.transcripts.reading.shapes import Line
from common.transcripts.reading.timestamps import timestamp_of


def read(text: str | None) -> str:
    return timestamp_of(Line(timestamp=text))


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-03-14T09:26:53.589Z", "2026-03-14T09:26:53.589Z"),
        ("2026-03-14T09:26:53Z", "2026-03-14T09:26:53.000Z"),
        ("2026-03-14T09:26Z", "2026-03-14T09:26:00.000Z"),
        ("2026-03-14T09Z", "2026-03-14T09:00:00.000Z"),
        ("2026-03-14T09:26:53.5Z", "2026-03-14T09:26:53.500Z"),
        ("2026-03-14T09:26:53.589123Z", "2026-03-14T09:26:53.589Z"),
        ("2026-03-14T09:26:53.589999999Z", "2026-03-14T09:26:53.589Z"),
        ("2026-12-31T23:59:59.9999999Z", "2026-12-31T23:59:59.999Z"),
        ("2026-03-14T09:26:53,589Z", "2026-03-14T09:26:53.589Z"),
        ("2026-03-14T09:26.5Z", "2026-03-14T09:26:30.000Z"),
        ("2026-03-14T09:26:53.589", "2026-03-14T09:26:53.589Z"),
        ("2026-03-14T09:26:53", "2026-03-14T09:26:53.000Z"),
        ("2026-03-14T11:26:53.589+02:00", "2026-03-14T09:26:53.589Z"),
        ("2026-03-14T09:26:53.589+00:00", "2026-03-14T09:26:53.589Z"),
        ("2026-03-14T09:26:53.589-00:00", "2026-03-14T09:26:53.589Z"),
        ("2026-03-14T14:56:53+0530", "2026-03-14T09:26:53.000Z"),
        ("2026-03-13T23:26:53-10", "2026-03-14T09:26:53.000Z"),
        ("2026-01-01T00:30:00+01:00", "2025-12-31T23:30:00.000Z"),
        ("20260314T092653Z", "2026-03-14T09:26:53.000Z"),
        ("20260314T092653.589123+0000", "2026-03-14T09:26:53.589Z"),
        ("2026-W11-6T09:26:53Z", "2026-03-14T09:26:53.000Z"),
        ("2026W116T092653Z", "2026-03-14T09:26:53.000Z"),
        ("2026-073T09:26:53Z", "2026-03-14T09:26:53.000Z"),
        ("2026-03-13T24:00:00Z", "2026-03-14T00:00:00.000Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z"),
        ("1970-01-01T01:00:00+01:00", "1970-01-01T00:00:00.000Z"),
        ("2199-12-31T23:59:59Z", "2199-12-31T23:59:59.000Z"),
    ],
)
def test_every_form_of_iso_8601_is_one_time_in_utc(text: str, time: str) -> None:
    assert read(text) == time


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "yesterday",
        "1773480413589",
        "2026-03-14",
        "09:26:53Z",
        "2026-03-14 09:26:53Z",
        "Sat Mar 14 09:26:53 2026",
        "2026-02-29T09:26:53Z",
        "2026-13-01T09:26:53Z",
        "2026-00-01T09:26:53Z",
        "2026-366T09:26:53Z",
        "2026-000T09:26:53Z",
        "2026-W54-1T09:26:53Z",
        "2026-03-14T25:00:00Z",
        "2026-03-14T24:00:01Z",
        "2026-03-14T09:60:00Z",
        "2026-03-14T09:26:61Z",
        "2026-03-14T09:26:53.Z",
        "2026-03-14T09:26:53+24:00",
        "2026-03-14T09:26:53+01:60",
        "2026-0314T09:26:53Z",
        "2026-03-14T09:2653Z",
        "2026-03-14T09:26:53ZZ",
        "2026-03-14T09:26:53Z\n",
        "\u0662026-03-14T09:26:53Z",
        "1969-12-31T23:59:59.999Z",
        "1970-01-01T00:59:59+01:00",
        "2199-12-31T23:59:59-01:00",
        "9999-12-31T23:59:59-01:00",
        "0000-01-01T00:00:00Z",
        "2026-03-14T09:26:53." + "5" * 100 + "Z",
    ],
)
def test_any_other_text_is_no_time(text: str | None) -> None:
    assert read(text) == ""


@given(
    st.datetimes(datetime(1971, 1, 1), datetime(2199, 12, 30)),  # noqa: DTZ001 - the offset is drawn apart
    st.integers(-23 * 60, 23 * 60),
)
def test_a_time_with_an_offset_is_its_moment_cut_to_milliseconds(moment: datetime, minutes: int) -> None:
    local = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    cut = local.replace(microsecond=local.microsecond // 1000 * 1000)
    assert datetime.fromisoformat(read(local.isoformat())) == cut.astimezone(UTC)


@given(st.text("0123456789-:.,TZW+ ", max_size=40))
def test_a_time_has_always_the_same_form(text: str) -> None:
    time = read(text)
    assert time == "" or re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", time)
    assert read(time) == time
