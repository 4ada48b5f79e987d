"""Periods: spans of days with one line-up of agents, found by one rule, so that every script has the same list.

The sources, strongest first: the settings; the commits that changed agent definitions; the days on which the user's
own agent types are first seen in the data; otherwise one period. Only sessions with delegations count.
"""

import sys
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

import msgspec

from common.agents.built_in import is_built_in_for
from common.agents.history import Commit, read_history
from common.errors import CommandError
from common.records.sessions import EnrichedSession, Session
from common.records.shared import OUTSIDE, Period, PeriodSource
from common.text.escaping import terminal
from common.times import Calendar

SIGHTING_SHARE = 0.05
SIGHTING_COUNT = 5
SIGHTING_CHANCE = 0.001
SIGHTING_GAP_DAYS = 7
SIGHTING_PERIODS = 8

_AFTER_ALL_DAYS = "~"


@dataclass(frozen=True, slots=True)
class Start:
    """A day on which a period starts, and what changed."""

    day: str
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Periods:
    """The periods in order of time, without overlap, and where they come from."""

    source: PeriodSource
    periods: tuple[Period, ...]

    def name_of(self, day: str | None) -> str:
        """Return the name of the period that includes the day, `OUTSIDE` if none does."""
        if day is None:
            return OUTSIDE
        place = bisect_right([period.first or "" for period in self.periods], day) - 1
        if place < 0 or day > (self.periods[place].last or ""):
            return OUTSIDE
        return self.periods[place].name


AnySession = Session | EnrichedSession
S = TypeVar("S", Session, EnrichedSession)


def day_of(session: AnySession, calendar: Calendar) -> str | None:
    """Return the day that decides a session's period: of its first delegation, without one of its first timestamp."""
    times = (delegation.timestamp for delegation in session.delegations)
    return calendar.day(next((time for time in times if time is not None), session.first_timestamp))


@dataclass(frozen=True, slots=True)
class PeriodSettings:
    """The settings that decide the periods; `given` is the JSON of the setting `periods`, None without."""

    calendar: Calendar
    gap_days: int
    given: str | None
    folders: tuple[Path, ...]


def find_periods(sessions: Sequence[AnySession], rules: PeriodSettings) -> tuple[Periods, tuple[str, ...]]:
    """Return the periods, and the troubles met while reading the git history of the agents folders."""
    if rules.given:
        return Periods("settings", parse_given(rules.given)), ()
    used = [session for session in sessions if session.delegations]
    days = sorted(day for session in used if (day := day_of(session, rules.calendar)))
    if not days:
        return Periods("none", ()), ()
    history = read_history(rules.folders)
    starts = starts_of_commits(history.commits, rules.calendar, rules.gap_days)
    divided = divide(days, starts)
    if len(divided) > 1:
        return Periods("git", divided), history.troubles
    divided = divide(days, starts_of_sightings(_sightings(used, rules.calendar)))
    return Periods("sightings" if len(divided) > 1 else "none", divided), history.troubles


def read_periods(sessions: Sequence[AnySession], rules: PeriodSettings) -> Periods:
    """Return the periods, and say on standard error which history could not be read."""
    found, troubles = find_periods(sessions, rules)
    for trouble in troubles:
        sys.stderr.write(f"warning: {terminal(trouble)}\n")
    return found


class _Given(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    first: str
    last: str
    changes: list[str] = []


def parse_given(text: str) -> tuple[Period, ...]:
    """Return the periods of the setting `periods`, given as JSON."""
    try:
        given = msgspec.json.decode(text, type=list[_Given])
    except msgspec.DecodeError as error:
        raise CommandError(f"--periods: expected a JSON list of {{name, first, last, changes}} ({error})") from error
    found = [Period(name=period.name, first=period.first, last=period.last, changes=period.changes) for period in given]
    return tuple(sorted(found, key=lambda period: period.first or ""))


def starts_of_commits(commits: Sequence[Commit], calendar: Calendar, gap_days: int) -> list[Start]:
    """Return the days of the commits, those within fewer than `gap_days` of a start merged into it."""
    days = [(calendar.day_of_seconds(commit.seconds), commit.changes) for commit in commits]
    return _merged(sorted((day, changes) for day, changes in days if day is not None), max(gap_days, 1) - 1)


def _merged(changes_by_day: Sequence[tuple[str, tuple[str, ...]]], days: int) -> list[Start]:
    starts: list[Start] = []
    for day, changes in changes_by_day:
        if starts and _distance(starts[-1].day, day) <= days:
            known = starts[-1].changes
            starts[-1] = Start(starts[-1].day, known + tuple(change for change in changes if change not in known))
        else:
            starts.append(Start(day, changes))
    return starts


def _distance(earlier: str, later: str) -> int:
    return (date.fromisoformat(later) - date.fromisoformat(earlier)).days


def divide(days: Sequence[str], starts: Sequence[Start]) -> tuple[Period, ...]:
    """Return the span of the sorted days divided at the starts within it, as far as each part has a session.

    A start on the first day adds no period; its changes belong to the first one. A part without any session joins the
    one after it.
    """
    first, last = days[0], days[-1]
    inside = [start for start in starts if first <= start.day <= last]
    bounds = inside if inside and inside[0].day == first else [Start(first, ()), *inside]
    kept: list[Start] = []
    for start in reversed(bounds):
        end = kept[-1].day if kept else _AFTER_ALL_DAYS
        if any(start.day <= day < end for day in days):
            kept.append(start)
        else:
            kept[-1] = Start(kept[-1].day, start.changes + kept[-1].changes)
    kept.reverse()
    return tuple(
        Period(
            name=f"P{number}",
            first=start.day,
            last=_day_before(kept[number].day) if number < len(kept) else last,
            changes=list(start.changes),
        )
        for number, start in enumerate(kept, start=1)
    )


def _day_before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def _sightings(sessions: Sequence[AnySession], calendar: Calendar) -> list[tuple[str, str | None]]:
    """Return (day, agent type) of every delegation that has a day, in order of days.

    The type is None where it is none of the user's own: Claude Code brings it, the transcript does not record it, or no
    agent of that name started.
    """
    found = [
        (day, agent_type)
        for session in sessions
        for timestamp, agent_type in _own_types(session)
        if (day := calendar.day(timestamp))
    ]
    return sorted(found, key=lambda seen: (seen[0], seen[1] or ""))


def _own_types(session: AnySession) -> Iterator[tuple[str | None, str | None]]:
    """Yield the time of each delegation and its agent type, None where the type is none of the user's own."""
    names = {delegation.agent_type for delegation in session.delegations}
    built_in = {name for name in names if is_built_in_for(name, session.versions)}
    for delegation in session.delegations:
        unknown = delegation.agent_type_source == "none" or delegation.outcome == "not_started"
        yield delegation.timestamp, None if unknown or delegation.agent_type in built_in else delegation.agent_type


def starts_of_sightings(seen: Sequence[tuple[str, str | None]]) -> list[Start]:
    """Return the days on which agent types are first seen that chance would have shown before; see the page of words.

    A type starts a period if from that day on it makes up 5 % of the delegations and 5 of them, and if, at that share,
    none among all the delegations before has a chance below 0.001. Starts within 7 days are merged; of more than 8
    periods those of the most used types are kept. Delegations without a type count as work, and start no period.
    """
    days = [day for day, _ in seen]
    first_days: dict[str, str] = {}
    for day, agent_type in seen:
        if agent_type is not None:
            first_days.setdefault(agent_type, day)
    used = Counter(agent_type for _, agent_type in seen if agent_type is not None)
    new = defaultdict(list)
    for agent_type, day in first_days.items():
        before = bisect_left(days, day)
        share = used[agent_type] / (len(seen) - before)
        if share >= SIGHTING_SHARE and used[agent_type] >= SIGHTING_COUNT and (1 - share) ** before < SIGHTING_CHANCE:
            new[day].append(agent_type)
    merged = _merged(
        [(day, tuple(f"+{agent_type}" for agent_type in sorted(new[day]))) for day in sorted(new)], SIGHTING_GAP_DAYS
    )
    by_use = sorted(merged, key=lambda start: (-max(used[change[1:]] for change in start.changes), start.day))
    return sorted(by_use[: SIGHTING_PERIODS - 1], key=lambda start: start.day)


def group(sessions: Iterable[S], periods: Periods, calendar: Calendar) -> list[tuple[Period, list[S]]]:
    """Return the sessions of each period, and those outside all as a last group, if there are any."""
    groups: dict[str, list[S]] = {period.name: [] for period in periods.periods}
    outside: list[S] = []
    for session in sessions:
        groups.get(periods.name_of(day_of(session, calendar)), outside).append(session)
    divided: list[tuple[Period, list[S]]] = [(period, groups[period.name]) for period in periods.periods]
    if outside:
        divided.append((Period(name=OUTSIDE, first=None, last=None, changes=[]), outside))
    return divided
