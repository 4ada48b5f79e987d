"""Differences between two periods, with whole sessions as the independent cases.

Each measure is a ratio of two sums over sessions. The test shuffles sessions between the periods; the interval draws
them with replacement. Fisher's test and Newcombe's interval, which take delegations as independent, are given as well.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import fsum

from msgspec.structs import replace

from analysis.segmentation import resampling
from analysis.segmentation.resampling import Draws, Row
from analysis.segmentation.rows import (
    AGENTS,
    COST,
    DELEGATIONS,
    HITS,
    JUDGED,
    MARATHONS,
    NO_OUTCOME,
    PRICED,
    SESSIONS,
    TYPED,
    WITH_DELEGATIONS,
)
from common.measures import rates
from common.measures.statistics import ALPHA, MIN_SESSIONS, Z80, Z95, deviation, fisher, holm, newcombe, quantile
from common.records.segmentation import AgentShare, AsIfIndependent, ComparedMeasure, Lack, Measure


@dataclass(frozen=True, slots=True)
class Ratio:
    """A measure as the columns of its numerator and of its denominator."""

    measure: Measure
    numerator: int
    denominator: int
    unit: float = 1.0

    def of(self, sums: Row) -> float | None:
        """Return the value, None where the denominator is 0."""
        return sums[self.numerator] / sums[self.denominator] / self.unit if sums[self.denominator] else None


RATIOS = (
    Ratio("success", HITS, JUDGED),
    Ratio("delegations_per_session", DELEGATIONS, SESSIONS),
    Ratio("cost_per_delegation", COST, PRICED, 1e12),
    Ratio("marathon_share", MARATHONS, WITH_DELEGATIONS),
)
COUNTED = frozenset({"success", "marathon_share"})


@dataclass(frozen=True, slots=True)
class Compared:
    """Differences between two periods."""

    measures: list[ComparedMeasure]
    agent_shares: list[AgentShare]


def compare(earlier: Sequence[Row], later: Sequence[Row], agents: Sequence[str], *, mix_is_given: bool) -> Compared:
    """Return the differences; with `mix_is_given` the periods come from the agent mix, which is then not tested."""
    if not earlier or not later:
        return Compared([_untested(ratio, earlier, later, "no data") for ratio in RATIOS], [])
    sides = _Sides(earlier, later, resampling.sums(earlier), resampling.sums(later))
    shuffled = drawn = Draws([], [])
    if min(len(earlier), len(later)) >= MIN_SESSIONS:  # with fewer, nothing below asks for them
        shuffled, drawn = resampling.permuted(earlier, later), resampling.bootstrapped(earlier, later)
    found = [_compare_ratio(ratio, sides, shuffled, drawn) for ratio in RATIOS]
    found.append(_compare_mix(sides, shuffled, mix_is_given=mix_is_given))
    shown = agents if found[-1].difference is not None else ()
    return Compared(found, [_share(agent, AGENTS + n, sides, drawn) for n, agent in enumerate(shown)])


@dataclass(frozen=True, slots=True)
class _Sides:
    earlier: Sequence[Row]
    later: Sequence[Row]
    earlier_sums: Row
    later_sums: Row

    def bearing(self, column: int) -> int:
        """Return the smaller number of sessions that have anything in the column."""
        return min(sum(row[column] > 0 for row in rows) for rows in (self.earlier, self.later))


def _compare_ratio(ratio: Ratio, sides: _Sides, shuffled: Draws, drawn: Draws) -> ComparedMeasure:
    plain = _untested(ratio, sides.earlier, sides.later, "no data")
    if plain.difference is None:
        return plain
    if sides.bearing(ratio.denominator) < MIN_SESSIONS:
        return replace(plain, lacks="too few sessions")
    by_chance = _differences(ratio.of, shuffled)
    if not any(by_chance):
        return replace(plain, lacks="nothing varies")
    resampled = _differences(ratio.of, drawn)
    return replace(
        plain,
        low=quantile(resampled, ALPHA / 2),
        high=quantile(resampled, 1 - ALPHA / 2),
        p=_p(plain.difference, by_chance),
        detectable=(Z95 + Z80) * deviation(by_chance),
        lacks=None,
    )


def _untested(ratio: Ratio, earlier: Sequence[Row], later: Sequence[Row], lacks: Lack) -> ComparedMeasure:
    first, second = (resampling.sums(rows) or (0,) * AGENTS for rows in (earlier, later))
    before, after = ratio.of(first), ratio.of(second)
    return ComparedMeasure(
        measure=ratio.measure,
        earlier=before,
        later=after,
        earlier_sample=first[ratio.denominator],
        later_sample=second[ratio.denominator],
        difference=None if before is None or after is None else after - before,
        low=None,
        high=None,
        p=None,
        p_holm=None,
        detectable=None,
        sign_holds=_sign_holds(first, second) if ratio.measure == "success" else None,
        claimed=False,
        as_if_independent=_as_if_independent(ratio, first, second) if ratio.measure in COUNTED else None,
        lacks=lacks,
    )


def _sign_holds(earlier: Row, later: Row) -> bool | None:
    """Return whether success moves the same way if every delegation without a recorded outcome failed."""
    if not earlier[JUDGED] or not later[JUDGED]:
        return None
    of_judged = later[HITS] / later[JUDGED] - earlier[HITS] / earlier[JUDGED]
    all_of = [sums[HITS] / (sums[JUDGED] + sums[NO_OUTCOME]) for sums in (earlier, later)]
    return of_judged * (all_of[1] - all_of[0]) > 0 if of_judged else None


def _as_if_independent(ratio: Ratio, earlier: Row, later: Row) -> AsIfIndependent | None:
    first = earlier[ratio.numerator], earlier[ratio.denominator]
    second = later[ratio.numerator], later[ratio.denominator]
    interval = newcombe(first, second)
    return interval and AsIfIndependent(p=fisher(first, second), low=interval[0], high=interval[1])


def _differences(value: Callable[[Row], float | None], draws: Draws) -> list[float]:
    """Return later - earlier of each draw that has both."""
    pairs = ((value(earlier), value(later)) for earlier, later in zip(draws.earlier, draws.later, strict=True))
    return [later - earlier for earlier, later in pairs if earlier is not None and later is not None]


def _p(difference: float, by_chance: Sequence[float]) -> float:
    """Return how often chance differs as much, the sample itself counted; a draw without data counts as much."""
    least = abs(difference) - 1e-12
    less = sum(abs(difference) < least for difference in by_chance)
    return (resampling.DRAWS - less + 1) / (resampling.DRAWS + 1)


def _compare_mix(sides: _Sides, shuffled: Draws, *, mix_is_given: bool) -> ComparedMeasure:
    distance = _distance(sides.earlier_sums, sides.later_sums)
    plain = ComparedMeasure(
        measure="agent_mix",
        earlier=None,
        later=None,
        earlier_sample=sides.earlier_sums[TYPED],
        later_sample=sides.later_sums[TYPED],
        difference=distance,
        low=None,
        high=None,
        p=None,
        p_holm=None,
        detectable=None,
        sign_holds=None,
        claimed=False,
        as_if_independent=None,
        lacks=_mix_lacks(sides, distance, mix_is_given=mix_is_given),
    )
    if plain.lacks or distance is None:
        return plain
    pairs = zip(shuffled.earlier, shuffled.later, strict=True)
    by_chance = [found for earlier, later in pairs if (found := _distance(earlier, later)) is not None]
    return replace(plain, p=_p(distance, by_chance))


def _mix_lacks(sides: _Sides, distance: float | None, *, mix_is_given: bool) -> Lack | None:
    if mix_is_given:
        return "periods are drawn from the mix itself"
    if distance is None:
        return "no data"
    if sides.bearing(TYPED) < MIN_SESSIONS:
        return "too few sessions"
    return "nothing varies" if len(sides.earlier_sums) - AGENTS < 2 else None  # noqa: PLR2004 (one type is no mix)


def _distance(earlier: Row, later: Row) -> float | None:
    """Return half the sum of the absolute differences of the shares."""
    n, m = earlier[TYPED], later[TYPED]
    if not n or not m:
        return None
    return fsum(abs(a / n - b / m) for a, b in zip(earlier[AGENTS:], later[AGENTS:], strict=True)) / 2


def _share(agent: str, column: int, sides: _Sides, drawn: Draws) -> AgentShare:
    before, after = (rates.rate(sums[column], sums[TYPED]) for sums in (sides.earlier_sums, sides.later_sums))
    resampled = _differences(Ratio("agent_mix", column, TYPED).of, drawn)
    enough = sides.bearing(TYPED) >= MIN_SESSIONS
    return AgentShare(
        agent_type=agent,
        earlier=before,
        later=after,
        difference=after.hits / after.total - before.hits / before.total,
        low=quantile(resampled, ALPHA / 2) if enough else None,
        high=quantile(resampled, 1 - ALPHA / 2) if enough else None,
    )


def adjust(compared: Sequence[Compared]) -> list[Compared]:
    """Return the comparisons with Holm's p over all their tests, and what may be claimed."""
    tested = [measure for result in compared for measure in result.measures if measure.p is not None]
    adjusted = iter(holm([measure.p for measure in tested if measure.p is not None]))
    return [
        Compared(
            [_judged(measure, next(adjusted)) if measure.p is not None else measure for measure in result.measures],
            result.agent_shares,
        )
        for result in compared
    ]


def _judged(measure: ComparedMeasure, p_holm: float) -> ComparedMeasure:
    without_0 = measure.measure == "agent_mix" or (measure.low or 0) * (measure.high or 0) > 0
    return replace(measure, p_holm=p_holm, claimed=p_holm < ALPHA and without_0 and measure.sign_holds is not False)
