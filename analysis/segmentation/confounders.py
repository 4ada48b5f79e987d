"""Other changes from one period to the next, and the days on which each agent, model and version was seen."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Literal

from msgspec.structs import replace

from analysis.segmentation.new_versions import brought, newer_versions
from common.measures import rates
from common.projects import project_name
from common.records.segmentation import BuiltInUse, Confounder, Sighting
from common.records.sessions import Session
from common.times import Calendar

SHIFT = 0.2
"""A share that moves by this much is a confounder."""
NAMED = 2
"""At most this many of each kind are returned, the largest shifts first."""

Kind = Literal["model", "version", "project"]


def confounders(
    earlier: Sequence[Session],
    later: Sequence[Session],
    *,
    shared: Collection[str],
    is_first: bool,
    uses: Sequence[BuiltInUse] = (),
) -> list[Confounder]:
    """Return the models, versions and projects whose share moved most, and that old sessions survive selectively.

    `uses` are the first uses of built-in agent types near the boundary: the versions that they came with are named,
    however small their share.
    """
    found = [Confounder(kind="retention", name=None, earlier=None, later=None)] if is_first else []
    found += _shifts("model", _models(earlier), _models(later))
    found += _of_versions(earlier, later, uses)
    found += _shifts("project", Counter(projects(earlier, shared)), Counter(projects(later, shared)))
    return found


def _of_versions(earlier: Sequence[Session], later: Sequence[Session], uses: Sequence[BuiltInUse]) -> list[Confounder]:
    newer = newer_versions(earlier, later, SHIFT)
    used: dict[str, list[str]] = {}
    for use in uses:
        used.setdefault(use.version, []).append(use.agent_type)
    before, after = _versions(earlier), _versions(later)
    moved = _shifts("version", before, after)
    named = {confounder.name for confounder in moved}
    if before and after:
        moved += [_shift("version", name, before, after) for name in used if name not in named]
    told = set(newer[0].brought) if newer else set()
    return newer + [
        replace(
            confounder,
            brought=[agent for agent in brought(earlier, {confounder.name or ""}) if agent not in told],
            first_used=used.get(confounder.name or "", []),
        )
        for confounder in moved
    ]


def projects(sessions: Sequence[Session], shared: Collection[str]) -> dict[str, int]:
    """Return the number of sessions by project; `shared` are the folders of several directories."""
    return rates.ordered(Counter(project_name(session.project, session.cwd, shared).name for session in sessions))


def _models(sessions: Iterable[Session]) -> Counter[str]:
    return Counter(delegation.model for session in sessions for delegation in session.delegations if delegation.model)


def _versions(sessions: Iterable[Session]) -> Counter[str]:
    return Counter(session.versions[-1] for session in sessions if session.versions)


def _shifts(kind: Kind, earlier: Counter[str], later: Counter[str]) -> list[Confounder]:
    if not earlier.total() or not later.total():
        return []
    shifts = [_shift(kind, name, earlier, later) for name in earlier.keys() | later.keys()]
    moved = [shift for shift in shifts if _size(shift) >= SHIFT]
    return sorted(moved, key=lambda shift: (-_size(shift), shift.name))[:NAMED]


def _shift(kind: Kind, name: str, earlier: Counter[str], later: Counter[str]) -> Confounder:
    return Confounder(kind=kind, name=name, earlier=earlier[name] / earlier.total(), later=later[name] / later.total())


def _size(shift: Confounder) -> float:
    return abs((shift.later or 0.0) - (shift.earlier or 0.0))


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
        if first and last:
            for place, version in enumerate(session.versions):
                yield "version", version, last if place else first, 1  # see new_versions.first_days
            for version in session.versions[-1:]:
                yield "version", version, last, 0
