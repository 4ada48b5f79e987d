"""What a day is: that of the `timezone` setting."""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

DayOf = Callable[[str], str | None]


def day_function(timezone: str) -> DayOf:
    """Return the function from a timestamp to its day in a time zone; None without a timestamp."""
    if timezone == "UTC":
        return lambda stamp: stamp[:10] or None
    zone = ZoneInfo(timezone)

    @lru_cache(maxsize=100_000)
    def day_of_minute(minute: str) -> str:
        return datetime.fromisoformat(minute + "+00:00").astimezone(zone).date().isoformat()

    return lambda stamp: day_of_minute(stamp[:16]) if stamp else None
