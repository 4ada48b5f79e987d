"""The times of lines as strings of one form, so that their order as strings is their order in time.

Claude Code writes UTC with milliseconds. Gateways, exporters and other tools write other forms of ISO 8601.
"""

import re
from datetime import date, datetime, timedelta

from common.transcripts.reading.shapes import Line

_DAY = (
    r"(?:19[7-9]|2[01][0-9])[0-9]-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    r"|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
    r"|(?!2100)(?:19[79][26]|198[048]|2[01](?:[02468][048]|[13579][26]))-02-29"
)  # a day that there is, from 1970 to 2199: every time zone knows it
_CANONICAL = re.compile(rf"(?:{_DAY})T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9][0-9][0-9]Z")
_is_canonical = _CANONICAL.fullmatch

NO_TIMESTAMP = "no ISO 8601 timestamp"
"""The fault of a line of the conversation without a time; lines of other types often have none."""

FIRST_YEAR, LAST_YEAR = 1970, 2199
LONGEST = 100  # bounds the work on a foreign text; a time with a hundred digits is no time
_ISO_8601 = (
    r"(?P<year>[0-9]{4})"
    r"(?P<dash>-?)(?:(?P<month>[0-9]{2})(?P=dash)(?P<day>[0-9]{2})|W(?P<week>[0-9]{2})(?P=dash)(?P<weekday>[1-7])"
    r"|(?P<yearday>[0-9]{3}))"
    r"T(?P<hour>[0-9]{2})(?:(?P<colon>:?)(?P<minute>[0-5][0-9])(?:(?P=colon)(?P<second>[0-5][0-9]|60))?)?"
    r"(?:[.,](?P<fraction>[0-9]+))?"
    r"(?:Z|(?P<sign>[+-])(?P<zone_hour>[01][0-9]|2[0-3])(?::?(?P<zone_minute>[0-5][0-9]))?)?"
)


def timestamp_of(line: Line) -> str:
    """Return the line's time in the form `2026-03-14T09:26:53.589Z`; "" if it has none."""
    stamp = line.timestamp
    if stamp is None:
        return ""
    return stamp if _is_canonical(stamp) else canonical(stamp)


def canonical(text: str) -> str:
    """Convert an ISO 8601 date-time to UTC with milliseconds; return "" for any other text.

    Without an offset it is UTC. Digits finer than milliseconds are cut off, never rounded up: a rounded time could be
    later than the next line, or on the next day. Years before 1970 or after 2199 are no times.
    """
    # Each of these is 2026-03-14T09:26:53.589Z:
    #   2026-03-14T09:26:53.589123Z       2026-03-14T10:26:53.589+01:00    2026-03-14T09:26:53,589
    #   20260314T092653.589Z              2026-W11-6T09:26:53.589Z         2026-073T09:26:53.589Z
    found = re.fullmatch(_ISO_8601, text) if len(text) <= LONGEST else None
    if found is None:
        return ""
    part = found.groupdict()
    try:
        moment = datetime.combine(_date(part), datetime.min.time()) + _time(part) - _offset(part)
    except (ValueError, OverflowError):
        return ""
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        return ""
    return moment.isoformat(timespec="milliseconds") + "Z"


def _date(part: dict[str, str | None]) -> date:
    """Return the day of a calendar date, a week date or the number of a day in its year."""
    year = int(part["year"] or 0)
    if part["week"]:
        return date.fromisocalendar(year, int(part["week"]), int(part["weekday"] or 1))
    if part["yearday"]:
        found = date(year, 1, 1) + timedelta(int(part["yearday"]) - 1)
        if found.year != year:
            raise ValueError(part["yearday"])
        return found
    return date(year, int(part["month"] or 0), int(part["day"] or 0))


def _time(part: dict[str, str | None]) -> timedelta:
    """Return the time since midnight; a fraction is one of the smallest unit that is given."""
    hour, minute, second = (int(part[unit] or 0) for unit in ("hour", "minute", "second"))
    unit = 1 if part["second"] else 60 if part["minute"] else 3600
    digits = part["fraction"] or "0"
    milliseconds = int(digits) * unit * 1000 // 10 ** len(digits)
    time = timedelta(hours=hour, minutes=minute, seconds=second, milliseconds=milliseconds)
    if hour > 23 and time != timedelta(days=1):  # noqa: PLR2004 - 24:00 is the end of a day
        raise ValueError(hour)
    return time


def _offset(part: dict[str, str | None]) -> timedelta:
    """Return how far the time is ahead of UTC."""
    ahead = timedelta(hours=int(part["zone_hour"] or 0), minutes=int(part["zone_minute"] or 0))
    return -ahead if part["sign"] == "-" else ahead
