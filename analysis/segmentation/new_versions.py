"""Versions of Claude Code that are new in the data, and the agent types that they bring.

A new version changes more than its agent types: prompts, tools, limits. So it may explain a difference that a change
of the user's own agents seems to make.
"""

from collections.abc import Sequence
from datetime import date

from common.agents.built_in import brought_between, is_built_in, version_numbers
from common.records.segmentation import BuiltInUse, Confounder
from common.records.sessions import Delegation, Session
from common.records.shared import Period
from common.times import Calendar

NEAR_DAYS = 7
"""Within this many days of each other, two events coincide."""


def first_days(sessions: Sequence[Session], calendar: Calendar) -> dict[str, str]:
    """Return the first day of each version.

    Of a session of several versions, only the first one is known to have run on its first day; the others are taken to
    have come on its last one.
    """
    found: dict[str, str] = {}
    for session in sessions:
        start, end = calendar.day(session.first_timestamp), calendar.day(session.last_timestamp)
        for place, version in enumerate(session.versions):
            if day := start if place == 0 else end:
                found[version] = min(found.get(version, day), day)
    return found


def built_in_uses(sessions: Sequence[Session], calendar: Calendar) -> list[BuiltInUse]:
    """Return the first uses of built-in types that coincide with a new version, in order of time.

    A version that is seen on the first day of the data is not new: what came before that day is not known.
    """
    known = first_days(sessions, calendar)
    begin = min(known.values(), default="")
    found = (
        _coincidence(delegation, session.versions, known, begin, calendar)
        for delegation, session in _first_uses(sessions).values()
    )
    return sorted((use for use in found if use is not None), key=lambda use: (use.day, use.agent_type))


def _first_uses(sessions: Sequence[Session]) -> dict[str, tuple[Delegation, Session]]:
    """Return the earliest delegation to each built-in agent type that started, and its session."""
    found: dict[str, tuple[Delegation, Session]] = {}
    for session in sessions:
        for delegation in session.delegations:
            if delegation.timestamp is None or delegation.outcome == "not_started":
                continue
            if not is_built_in(delegation.agent_type, None):
                continue
            earliest = found.get(delegation.agent_type)
            if earliest is None or delegation.timestamp < (earliest[0].timestamp or ""):
                found[delegation.agent_type] = delegation, session
    return found


def _coincidence(
    delegation: Delegation, versions: Sequence[str], first_day: dict[str, str], begin: str, calendar: Calendar
) -> BuiltInUse | None:
    """Return the use with the newest version of its session that has the type, is new, and was seen shortly before."""
    day = calendar.day(delegation.timestamp)
    if day is None:
        return None
    new = [
        version
        for version in versions
        if is_built_in(delegation.agent_type, version)
        and begin < first_day.get(version, begin) <= day <= shifted(first_day[version], NEAR_DAYS)
    ]
    if not new:
        return None
    version = max(new, key=lambda name: (first_day[name], version_numbers(name) or (), name))
    return BuiltInUse(
        agent_type=delegation.agent_type,
        day=day,
        tool_use_id=delegation.tool_use_id,
        version=version,
        version_day=first_day[version],
        is_new=not any(
            is_built_in(delegation.agent_type, name) for name, seen in first_day.items() if seen < first_day[version]
        ),
    )


def near(uses: Sequence[BuiltInUse], earlier: Period, later: Period) -> list[BuiltInUse]:
    """Return the uses between the two periods, and those within 7 days of the end of one or the start of the other."""
    if earlier.last is None or later.first is None:
        return []
    return [
        use
        for use in uses
        if shifted(use.day, NEAR_DAYS) > earlier.last and shifted(use.day, -NEAR_DAYS) <= later.first
    ]


def shifted(day: str, days: int) -> str:
    """Return the day so many days later, within the years 1 to 9999."""
    number = date.fromisoformat(day).toordinal() + days
    return date.fromordinal(min(max(number, date.min.toordinal()), date.max.toordinal())).isoformat()


def newer_versions(earlier: Sequence[Session], later: Sequence[Session], least_share: float) -> list[Confounder]:
    """Return that versions newer than all earlier ones wrote at least that share of the later sessions, if several did.

    A single new version is a shift of its own.
    """
    known = [numbers for session in earlier for version in session.versions if (numbers := version_numbers(version))]
    wrote = [session.versions[-1] for session in later if session.versions]
    if not known or not wrote:
        return []
    newest = max(known)
    newer = [(numbers, name) for name in wrote if (numbers := version_numbers(name)) and numbers > newest]
    share = len(newer) / len(wrote)
    if len(set(newer)) < 2 or share < least_share:  # noqa: PLR2004 (several)
        return []
    return [
        Confounder(
            kind="newer_versions",
            name=max(newer)[1],
            earlier=0.0,
            later=share,
            brought=brought(earlier, {name for _, name in newer}),
        )
    ]


def brought(earlier: Sequence[Session], versions: set[str]) -> list[str]:
    """Return the built-in agent types that these versions have and none of the earlier sessions' had."""
    return list(brought_between({version for session in earlier for version in session.versions}, versions))
