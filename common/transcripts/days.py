"""What a day is: that of the `timezone` setting."""

from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache

from common.errors import CommandError

DayOf = Callable[[str], str | None]


def day_function(timezone: str) -> DayOf:
    """Return the function from a timestamp to its day in a time zone; None without a timestamp."""
    if timezone == "UTC":
        return lambda stamp: stamp[:10] or None
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415 - only who sets a zone needs it

    try:
        zone = ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, OSError, ValueError) as error:
        raise CommandError(f"{timezone}: no time zone of this name is known; names are like Europe/Vienna") from error

    @lru_cache(maxsize=100_000)
    def day_of_minute(minute: str) -> str:
        return datetime.fromisoformat(minute + "+00:00").astimezone(zone).date().isoformat()

    return lambda stamp: day_of_minute(stamp[:16]) if stamp else None


def check_day(day: str) -> None:
    """Raise CommandError if `day` is none as days are written here."""
    try:
        written = date.fromisoformat(day).isoformat()
    except ValueError:
        written = None
    if written != day:
        raise CommandError(f"{day}: no day; days are written like 2026-03-14")
