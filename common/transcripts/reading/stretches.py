"""Stretches of activity: the times of a thread's lines, without the pauses of more than five minutes between them.

Stretches are a flat list of timestamps, two for each: its first and its last. The last stretch is the latest; those
before it may overlap and stand in any order.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

LONGEST_GAP = timedelta(minutes=5)
_HOUR, _MINUTE = 13, 16
"""Characters of a timestamp up to its hour and up to its minute; "2026-03-14T09:26:53.589Z"."""
_SURELY_NEAR = 5
"""Two times in one hour are near if their minutes differ by less: then they are less than five minutes apart."""


def add_time(stretches: list[str], stamp: str) -> None:
    """Add the time of a line; nearly always it extends the last stretch. "" adds nothing."""
    if not stamp:
        return
    if not stretches:
        stretches += (stamp, stamp)
    elif (last := stretches[-1]) <= stamp:
        if stamp[:_MINUTE] == last[:_MINUTE] or _is_near(last, stamp):
            stretches[-1] = stamp
        else:
            stretches += (stamp, stamp)
    elif stamp < stretches[-2]:
        stretches[-2:-2] = (stamp, stamp)


def stretches_since(stretches: list[str], start: str) -> list[str]:
    """Return the stretches from the time of a line on."""
    pairs = zip(stretches[::2], stretches[1::2], strict=True)
    return [stamp for first, last in pairs if last >= start for stamp in (max(first, start), last)]


def seconds_in(threads: Iterable[list[str]]) -> float | None:
    """Return the seconds in the stretches of threads together; None with fewer than two different times."""
    pairs = sorted(pair for stretches in threads for pair in zip(stretches[::2], stretches[1::2], strict=True))
    if not pairs or pairs[0][0] == max(last for _, last in pairs):
        return None
    total, (start, end) = timedelta(), pairs[0]
    for first, last in pairs[1:]:
        if first > end and not _is_near(end, first):
            total += _between(start, end)
            start = first
        end = max(end, last)
    return (total + _between(start, end)).total_seconds()


def _is_near(earlier: str, later: str) -> bool:
    """Say whether two times are at most five minutes apart; most are in one hour and need not be parsed."""
    if earlier[:_HOUR] == later[:_HOUR]:
        minutes = int(later[_HOUR + 1 : _MINUTE]) - int(earlier[_HOUR + 1 : _MINUTE])
        if minutes < _SURELY_NEAR:
            return True
    return _between(earlier, later) <= LONGEST_GAP


def _between(earlier: str, later: str) -> timedelta:
    return datetime.fromisoformat(later) - datetime.fromisoformat(earlier)
