"""The standing of a delegation: what its outcome says about its agent; and the rates that follow from it."""

from collections import Counter
from collections.abc import Iterable

from common.measures.rates import rate
from common.records.base import Rate
from common.records.sessions import CAUSES, HOLLOW, STANDINGS, UNRECORDED, Cause, Delegation, ResultKind, Standing

HOLLOW_KINDS = frozenset(HOLLOW)
NOT_JUDGED: frozenset[Standing] = frozenset({"stopped", "no_end"})
"""Standings that say nothing about the agent."""
AGAINST: tuple[Standing, ...] = ("hollow", "failed")
"""Standings that count against the agent."""


def standing(delegation: Delegation) -> Standing:
    """Return what a delegation counts as.

    ``succeeded``: completed, and the result does the work. ``hollow``: completed, but the result does no work.
    ``failed``: the agent's own failure. ``stopped``: something else ended it: the user, a limit, an error of the API, a
    wrong name, a rule or the calling thread; this says nothing about the agent. ``no_end``: no end is recorded.
    """
    if delegation.outcome == "completed":
        return "hollow" if delegation.result_kind in HOLLOW_KINDS else "succeeded"
    if delegation.outcome in UNRECORDED:
        return "no_end"
    return "failed" if delegation.cause == "agent" else "stopped"


def standings(delegations: Iterable[Delegation]) -> dict[Standing, int]:
    """Return the number of delegations by standing, all included, in the order of `STANDINGS`."""
    counts = Counter(standing(delegation) for delegation in delegations)
    return {name: counts[name] for name in STANDINGS}


def success_rate(delegations: Iterable[Delegation]) -> Rate:
    """Return Success: succeeded / (succeeded + hollow + failed); its unknowns are stopped or have no end."""
    return success_of(standing(delegation) for delegation in delegations)


def success_of(standings: Iterable[Standing]) -> Rate:
    """Return Success of delegations with these standings."""
    counts = Counter(standings)
    unknown = sum(counts[name] for name in NOT_JUDGED)
    return rate(counts["succeeded"], counts.total() - unknown, unknown)


def returned_rate(delegations: Iterable[Delegation]) -> Rate:
    """Return completed, with any result, of all whose end is recorded."""
    counts = standings(delegations)
    completed = counts["succeeded"] + counts["hollow"]
    return rate(completed, completed + counts["failed"] + counts["stopped"], counts["no_end"])


def causes(delegations: Iterable[Delegation]) -> dict[Cause, int]:
    """Return the number of delegations by who or what ended them, all causes included, in the order of `CAUSES`."""
    counts = Counter(delegation.cause for delegation in delegations)
    return {cause: counts[cause] for cause in CAUSES}


def hollow_kinds(delegations: Iterable[Delegation]) -> dict[ResultKind, int]:
    """Return the number of hollow results by kind, all kinds included."""
    counts = Counter(delegation.result_kind for delegation in delegations if standing(delegation) == "hollow")
    return {kind: counts[kind] for kind in HOLLOW}
