"""Counts, shares and times, each defined once.

A function takes records and returns a number or a record. Delegations are given in the order of their calls. Costs
are in `common/measures/prices.py`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from math import fsum

from common.measures.statistics import quantile, wilson
from common.records.base import Rate
from common.records.sessions import OUTCOMES, Delegation, EnrichedDelegation, Outcome
from common.records.shared import Durations
from common.records.tokens import Tokens

CUT_OFF = frozenset({"interrupted", "killed"})
"""Outcomes whose time says nothing about how long the work takes."""
TASK_CHARACTERS = 200
UNKNOWN_NAME = "(unknown)"


def rate(hits: int, total: int, unknown: int = 0) -> Rate:
    """Return the share with its sample and its 95 % Wilson interval."""
    low, high = wilson(hits, total) or (None, None)
    return Rate(hits=hits, total=total, unknown=unknown, low=low, high=high)


def share(success: Rate) -> float | None:
    """Return hits / total, None without data."""
    return success.hits / success.total if success.total else None


def outcomes(delegations: Iterable[Delegation]) -> dict[Outcome, int]:
    """Return the number of delegations by outcome, all outcomes included, in the order of `OUTCOMES`."""
    return count_outcomes(delegation.outcome for delegation in delegations)


def count_outcomes(endings: Iterable[Outcome]) -> dict[Outcome, int]:
    """Return the count of each outcome, all outcomes included, in the order of `OUTCOMES`."""
    counts = Counter(endings)
    return {outcome: counts[outcome] for outcome in OUTCOMES}


def agent_counts(delegations: Iterable[Delegation]) -> dict[str, int]:
    """Return the number of delegations by agent type, most used first, ties by name."""
    return ordered(Counter(delegation.agent_type for delegation in delegations))


def ordered(counts: Mapping[str, int]) -> dict[str, int]:
    """Return the counts, largest first, ties by name."""
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def task(delegation: EnrichedDelegation) -> str:
    """Return what the delegation was about: its description, without one the first 200 characters of its prompt."""
    return delegation.description or delegation.prompt[:TASK_CHARACTERS]


def active_times(delegations: Iterable[Delegation]) -> list[float]:
    """Return the known active times; delegations that were cut off, interrupted or killed, are left out."""
    return [
        delegation.active_seconds
        for delegation in delegations
        if delegation.outcome not in CUT_OFF and delegation.active_seconds is not None
    ]


def durations(delegations: Iterable[Delegation]) -> Durations:
    """Return the median and the 90th percentile of active time, and how much of the elapsed time was waiting.

    Delegations that were cut off are left out, as in `active_times`.
    """
    whole = [delegation for delegation in delegations if delegation.outcome not in CUT_OFF]
    active = active_times(whole)
    both = [
        (delegation.duration_seconds, delegation.active_seconds)
        for delegation in whole
        if delegation.duration_seconds is not None and delegation.active_seconds is not None
    ]
    return Durations(
        known=len(active),
        p50=quantile(active, 0.5),
        p90=quantile(active, 0.9),
        active_seconds=fsum(active),
        waiting_seconds=fsum(max(0.0, elapsed - busy) for elapsed, busy in both),
    )


def context_tokens(tokens: Tokens) -> int:
    """Return everything that was sent: input + cache creation + cache read."""
    return tokens.input + tokens.cache_creation + tokens.cache_read


def cache_share(tokens: Tokens) -> float | None:
    """Return the share of what was sent that came from the cache; None if nothing was sent."""
    sent = context_tokens(tokens)
    return tokens.cache_read / sent if sent else None


def output_per_input(tokens: Tokens) -> float | None:
    """Return estimated output for each token sent; None if nothing was sent."""
    sent = context_tokens(tokens)
    return tokens.output_estimated / sent if sent else None
