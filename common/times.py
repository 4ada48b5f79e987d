"""Days, hours and weekdays of UTC timestamps in one time zone."""

from datetime import UTC, datetime, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Calendar:
    """A time zone; an unreadable or missing timestamp has no day, hour or weekday."""

    def __init__(self, name: str) -> None:
        self._zone: ZoneInfo | timezone = UTC if name == "UTC" else ZoneInfo(name)
        self._local = lru_cache(maxsize=65536)(self._read)

    def day(self, timestamp: str | None) -> str | None:
        """Return the day, like "2026-03-14"."""
        local = self._local(timestamp)
        return local.date().isoformat() if local else None

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

    def _read(self, timestamp: str | None) -> datetime | None:
        if timestamp is None:
            return None
        try:
            read = datetime.fromisoformat(timestamp)
            return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(self._zone)
        except (ValueError, OverflowError):
            return None
