"""Other changes from one period to the next, and the days on which each agent, model and version was seen."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Literal

from common.measures import rates
from common.projects import project_name
from common.records.segmentation import Confounder, Sighting
from common.records.sessions import Session
from common.times import Calendar

SHIFT = 0.2
"""A share that moves by this much is a confounder."""
NAMED = 2
"""At most this many of each kind are returned, the largest shifts first."""

Kind = Literal["model", "version", "project"]


def confounders(
    earlier: Sequence[Session], later: Sequence[Session], *, shared: Collection[str], is_first: bool
) -> list[Confounder]:
    """Return the models, versions and projects whose share moved most, and that old sessions survive selectively."""
    found = [Confounder(kind="retention", name=None, earlier=None, later=None)] if is_first else []
    found += _shifts("model", _models(earlier), _models(later))
    found += _shifts("version", _versions(earlier), _versions(later))
    found += _shifts("project", Counter(projects(earlier, shared)), Counter(projects(later, shared)))
    return found


def projects(sessions: Sequence[Session], shared: Collection[str]) -> dict[str, int]:
    """Return the number of sessions by project; `shared` are the folders of several directories."""
    return rates.ordered(Counter(project_name(session.project, session.cwd, shared).name for session in sessions))


def _models(sessions: Iterable[Session]) -> Counter[str]:
    return Counter(delegation.model for session in sessions for delegation in session.delegations if delegation.model)


def _versions(sessions: Iterable[Session]) -> Counter[str]:
    return Counter(session.versions[-1] for session in sessions if session.versions)


def _shifts(kind: Kind, earlier: Counter[str], later: Counter[str]) -> list[Confounder]:
    before, after = earlier.total(), later.total()
    if not before or not after:
        return []
    shares = {name: (earlier[name] / before, later[name] / after) for name in earlier.keys() | later.keys()}
    moved = [
        (name, before_share, after_share)
        for name, (before_share, after_share) in shares.items()
        if abs(after_share - before_share) >= SHIFT
    ]
    moved.sort(key=lambda shift: (-abs(shift[2] - shift[1]), shift[0]))
    return [
        Confounder(kind=kind, name=name, earlier=before_share, later=after_share)
        for name, before_share, after_share in moved[:NAMED]
    ]


Seen = tuple[Literal["agent", "model", "version"], str, str, int]
"""Kind, name, day, how often."""


def sightings(sessions: Sequence[Session], calendar: Calendar) -> list[Sighting]:
    """Return the first and the last day of each agent type, model and Claude Code version, by kind and first day."""
    found: dict[tuple[str, str], Sighting] = {}
    for kind, name, day, count in _seen(sessions, calendar):
        known = found.get((kind, name))
        found[kind, name] = Sighting(
            kind=kind,
            name=name,
            first=min(known.first, day) if known else day,
            last=max(known.last, day) if known else day,
            count=count + (known.count if known else 0),
        )
    return sorted(found.values(), key=lambda sighting: (sighting.kind, sighting.first, sighting.name))


def _seen(sessions: Sequence[Session], calendar: Calendar) -> Iterable[Seen]:
    for session in sessions:
        days = [*session.tokens_by_day]
        for delegation in session.delegations:
            days += delegation.run.tokens_by_day if delegation.run else []
            if day := calendar.day(delegation.timestamp):
                yield "agent", delegation.agent_type, day, 1
        for spent in days:
            if spent.day and spent.model:
                yield "model", spent.model, spent.day, spent.messages
        first, last = calendar.day(session.first_timestamp), calendar.day(session.last_timestamp)
        for version in session.versions if first and last else ():
            yield "version", version, first or "", 1
            yield "version", version, last or "", 0
