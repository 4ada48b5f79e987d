"""Days, hours and weekdays of timestamps in one time zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache

from common.errors import CommandError

DayOf = Callable[[str], str | None]
"""Returns the day of a timestamp, None for \"\": `Calendar.day` of one time zone."""

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def zone_named(name: str) -> tzinfo:
    """Return the time zone with a name like Europe/Berlin; `CommandError` for an unknown name."""
    if name == "UTC":
        return UTC
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415 - needed only if a time zone is set

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError) as error:
        raise CommandError(f'timezone: expected a time zone like Europe/Berlin, got "{name}"') from error


def local_time(timestamp: str | None, zone: tzinfo) -> datetime | None:
    """Convert a timestamp, UTC if it has no offset, to a time zone; None if it is not a timestamp."""
    if timestamp is None:
        return None
    try:
        read = datetime.fromisoformat(timestamp)
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(zone)
    except (ValueError, OverflowError):
        return None


class Calendar:
    """Days, hours and weekdays in a time zone; all are None for a missing or unreadable timestamp."""

    def __init__(self, name: str) -> None:
        self._zone = zone_named(name)
        self._local = lru_cache(maxsize=65536)(self._read)
        self._decisive = len("2026-03-14" if self._zone is UTC else "2026-03-14T09:26")  # a day begins with a minute
        self._day_of_start = lru_cache(maxsize=100_000)(self._day)

    def day(self, timestamp: str | None) -> str | None:
        """Return the day, like "2026-03-14"."""
        if not timestamp:
            return None
        if timestamp[16:17] == ":" and timestamp[-1] == "Z":  # as in transcripts: checked when it was read
            return self._day_of_start(timestamp[: self._decisive])
        return self._day(timestamp)

    def hour(self, timestamp: str | None) -> int | None:
        """Return the hour, 0 to 23."""
        local = self._local(timestamp)
        return local.hour if local else None

    def weekday(self, timestamp: str | None) -> str | None:
        """Return the weekday's English name."""
        local = self._local(timestamp)
        return WEEKDAYS[local.weekday()] if local else None

    def day_of_seconds(self, seconds: int) -> str | None:
        """Return the day of a number of seconds since 1970."""
        try:
            return datetime.fromtimestamp(seconds, self._zone).date().isoformat()
        except (ValueError, OverflowError, OSError):
            return None

    def _day(self, timestamp: str) -> str | None:
        local = self._read(timestamp)
        return local.date().isoformat() if local else None

    def _read(self, timestamp: str | None) -> datetime | None:
        return local_time(timestamp, self._zone)


def check_day(option: str, day: str) -> None:
    """Raise CommandError unless the value of an option is a day like 2026-03-14."""
    try:
        written = date.fromisoformat(day).isoformat()
    except ValueError:
        written = None
    if written != day:
        raise CommandError(f'{option}: expected a day like 2026-03-14, got "{day}"')
