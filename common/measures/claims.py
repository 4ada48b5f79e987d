"""Claims: what may be said of the data, in a sentence, a title or a verdict."""

from collections.abc import Sequence
from dataclasses import dataclass

from common.measures.statistics import ALPHA, fisher
from common.records.base import Rate

FEW = 10
"""With fewer judged cases nothing is claimed, and rows of tables are faint."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The figures by which a statement stands or falls.

    `judged` are the cases that it is drawn from, `count` is what it counts or sums up, `groups` is the number of agent
    types, periods or places that it tells apart. `beyond_chance` is False for a difference that chance may explain; a
    statement without a difference leaves it True. `least` is the smallest number of judged cases.
    """

    judged: int
    count: float
    groups: int = 2
    beyond_chance: bool = True
    least: int = FEW


def may_be_said(claim: Claim) -> bool:
    """Return whether a statement has enough cases, is about something, tells groups apart, and is not chance."""
    return claim.judged >= claim.least and claim.count > 0 and claim.groups > 1 and claim.beyond_chance


def spread_claim(rates: Sequence[Rate]) -> Claim:
    """Return the claim that the last of these rates, in ascending order, is above the first.

    The two were chosen as the extremes, so that Fisher's p is multiplied by the number of pairs (Bonferroni 1936).
    """
    judged = min((rate.total for rate in rates), default=0)
    if len(rates) < 2 or not judged:  # noqa: PLR2004 (one rate differs from nothing)
        return Claim(judged, 0, len(rates), beyond_chance=False)
    first, last = rates[0], rates[-1]
    pairs = len(rates) * (len(rates) - 1) // 2
    p = fisher((first.hits, first.total), (last.hits, last.total))
    return Claim(judged, last.hits, len(rates), p * pairs < ALPHA)
