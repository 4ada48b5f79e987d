"""Counts, rates and classes, each defined once.

A function takes records and returns a number or a record. Delegations are given in the order of their calls. Costs
are in `common/measures/prices.py`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from common.measures.statistics import quantile, wilson
from common.records.base import Rate
from common.records.marathons import Classification, Pivot
from common.records.sessions import FAILURES, OUTCOMES, SUCCESSES, UNKNOWNS, Delegation, EnrichedDelegation, Outcome
from common.records.shared import Durations
from common.records.tokens import Tokens

PIVOT_FAILURES = 3
PIVOT_CHANGES = 10
POSITIVE_PERCENT = 85
NEGATIVE_PERCENT = 80
TASK_CHARACTERS = 200
UNKNOWN_NAME = "(unknown)"

PivotReason = Literal["failures", "changes"]


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


def success_of(counts: Mapping[Outcome, int]) -> Rate:
    """Return successes of known outcomes."""
    hits = sum(counts.get(outcome, 0) for outcome in SUCCESSES)
    failures = sum(counts.get(outcome, 0) for outcome in FAILURES)
    return rate(hits, hits + failures, sum(counts.get(outcome, 0) for outcome in UNKNOWNS))


def success_rate(delegations: Iterable[Delegation]) -> Rate:
    """Return completed delegations of those whose outcome is known."""
    return success_of(outcomes(delegations))


def agent_counts(delegations: Iterable[Delegation]) -> dict[str, int]:
    """Return the number of delegations by agent type, most used first, ties by name."""
    return ordered(Counter(delegation.agent_type for delegation in delegations))


def ordered(counts: Mapping[str, int]) -> dict[str, int]:
    """Return the counts, largest first, ties by name."""
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def task(delegation: EnrichedDelegation) -> str:
    """Return what the delegation was about: its description, without one the first 200 characters of its prompt."""
    return delegation.description or delegation.prompt[:TASK_CHARACTERS]


def durations(delegations: Iterable[Delegation]) -> Durations:
    """Return the median and the 90th percentile of the known durations, in seconds."""
    known = [delegation.duration_seconds for delegation in delegations if delegation.duration_seconds is not None]
    return Durations(known=len(known), p50=quantile(known, 0.5), p90=quantile(known, 0.9))


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


def classification(success: Rate) -> Classification:
    """Return the class of a marathon with this success; unrounded rates are compared."""
    if success.total == 0 or success.total < success.unknown:
        return "UNKNOWN"
    if success.hits * 100 >= POSITIVE_PERCENT * success.total:
        return "POSITIVE"
    return "NEGATIVE" if success.hits * 100 < NEGATIVE_PERCENT * success.total else "AMBIGUOUS"


def pivot(delegations: Sequence[Delegation]) -> Pivot | None:
    """Return the third failure or the tenth change of agent, whichever comes first; None without either."""
    failures = changes = 0
    previous = None
    for number, delegation in enumerate(delegations, start=1):
        failures += delegation.outcome in FAILURES
        changes += previous is not None and delegation.agent_type != previous
        previous = delegation.agent_type
        if failures == PIVOT_FAILURES or changes == PIVOT_CHANGES:
            reason: PivotReason = "failures" if failures == PIVOT_FAILURES else "changes"
            return Pivot(
                sequence_number=number,
                tool_use_id=delegation.tool_use_id,
                timestamp=delegation.timestamp,
                reason=reason,
            )
    return None
