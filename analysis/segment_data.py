"""Divide sessions and delegations by period, and compare neighbouring periods, and the first with the last."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise
from pathlib import Path

from analysis.segmentation import comparisons, resampling
from analysis.segmentation.comparisons import Compared
from analysis.segmentation.confounders import confounders, projects, sightings
from analysis.segmentation.new_versions import built_in_uses, near
from analysis.segmentation.rows import row, typed
from common import schema
from common.agents.periods import Periods, PeriodSettings, group, read_periods
from common.data_repository import DataRepository
from common.defaults import MARATHON_OVER, PERIOD_GAP_DAYS, TIMEZONE
from common.files import write_atomically
from common.measures import rates
from common.measures.prices import PriceTable, add, load_prices
from common.measures.success import causes, hollow_kinds, returned_rate, success_rate
from common.records.extraction import FullSessions
from common.records.segmentation import BuiltInUse, Comparison, PeriodSegment, SegmentationReport
from common.records.sessions import Delegation, Session
from common.records.shared import OUTSIDE, Period
from common.script import Input, Output, conclude, run
from common.text.formatting import plural
from common.times import Calendar

Divided = Sequence[tuple[Period, list[Session]]]


def main(  # noqa: PLR0913 (every option is a keyword)
    *,
    sessions: Input,
    report: Output,
    marathon_over: int = MARATHON_OVER,
    timezone: str = TIMEZONE,
    period_gap: int = PERIOD_GAP_DAYS,
    periods: str | None = None,
    agents: tuple[Path, ...] = (),
    prices: str | None = None,
) -> None:
    """Divide sessions and delegations by period, and compare neighbouring periods, and the first with the last."""
    data = DataRepository(full=sessions).load_full()
    rules = PeriodSettings(Calendar(timezone), period_gap, periods, agents)
    found = read_periods(data.sessions, rules)
    result = segment(data, found, rules.calendar, marathon_over, load_prices(prices))
    write_atomically(report, schema.encode(result))
    conclude(f"{plural(len(found.periods), 'period')} ({found.source}), {plural(result.tests, 'test')}")


def segment(
    data: FullSessions, periods: Periods, calendar: Calendar, marathon_over: int, table: PriceTable
) -> SegmentationReport:
    """Return every period in numbers, sessions outside all periods as a last one, and what differs."""
    divided = group(data.sessions, periods, calendar)
    uses = built_in_uses(data.sessions, calendar)
    compared = compare_periods(divided, periods, data.shared_folders, marathon_over, table, uses)
    return SegmentationReport(
        **schema.envelope(SegmentationReport),
        filters=data.filters,
        marathon_over=marathon_over,
        period_source=periods.source,
        periods=[
            describe_segment(period, inside, data.shared_folders, marathon_over, table, uses)
            for period, inside in divided
        ],
        comparisons=compared,
        tests=sum(measure.p is not None for comparison in compared for measure in comparison.measures),
        draws=resampling.DRAWS,
        sightings=sightings(data.sessions, calendar),
    )


def describe_segment(  # noqa: PLR0913, PLR0917 (one period, and what all have in common)
    period: Period,
    sessions: Sequence[Session],
    shared: Collection[str],
    marathon_over: int,
    table: PriceTable,
    uses: Sequence[BuiltInUse] = (),
) -> PeriodSegment:
    """Return one period in numbers."""
    delegations = [delegation for session in sessions for delegation in session.delegations]
    ids = {delegation.tool_use_id for delegation in delegations}
    amounts = [table.amount(delegation.run.tokens_by_day) for delegation in delegations if delegation.run]
    whole = [amount for amount in amounts if amount.whole]
    return PeriodSegment(
        name=period.name,
        first=period.first,
        last=period.last,
        changes=period.changes,
        sessions=len(sessions),
        sessions_with_delegations=sum(bool(session.delegations) for session in sessions),
        heavy_sessions=sum(len(session.delegations) > marathon_over for session in sessions),
        delegations=len(delegations),
        outcomes=rates.outcomes(delegations),
        success=success_rate(delegations),
        messages=sum(session.message_count for session in sessions),
        agents=rates.agent_counts(delegations),
        models=models(delegations),
        versions=versions(sessions),
        projects=projects(sessions, shared),
        cost=add(amounts).cost(),
        delegations_priced=len(whole),
        cost_per_delegation=add(whole).cost().estimated / len(whole) if whole else None,
        returned=returned_rate(delegations),
        causes=causes(delegations),
        hollow=hollow_kinds(delegations),
        built_in=[use for use in uses if use.tool_use_id in ids],
    )


def models(delegations: Iterable[Delegation]) -> dict[str, int]:
    """Return the number of delegations by model."""
    return rates.ordered(Counter(delegation.model or rates.UNKNOWN_NAME for delegation in delegations))


def versions(sessions: Iterable[Session]) -> dict[str, int]:
    """Return the number of sessions by the last version of Claude Code that wrote them."""
    return rates.ordered(
        Counter(session.versions[-1] if session.versions else rates.UNKNOWN_NAME for session in sessions)
    )


def compare_periods(  # noqa: PLR0913, PLR0917 (all periods, and what they have in common)
    divided: Divided,
    periods: Periods,
    shared: Collection[str],
    marathon_over: int,
    table: PriceTable,
    uses: Sequence[BuiltInUse] = (),
) -> list[Comparison]:
    """Return the comparison of each period with the next, then of the first with the last; Holm's p over all of them.

    With two periods, the first and the last are neighbours.
    """
    inside = [period for period in divided if period[0].name != OUTSIDE]
    places = list(pairwise(range(len(inside))))
    if len(places) > 1:
        places.append((0, len(inside) - 1))
    compared = comparisons.adjust(
        [_compared(inside[first], inside[second], periods, marathon_over, table) for first, second in places]
    )
    return [
        Comparison(
            earlier=inside[first][0].name,
            later=inside[second][0].name,
            adjacent=second - first == 1,
            changes=_changes([period for period, _ in inside[first + 1 : second + 1]]),
            exploratory=periods.source == "sightings",
            measures=result.measures,
            agent_shares=result.agent_shares,
            confounders=confounders(
                inside[first][1],
                inside[second][1],
                shared=shared,
                is_first=first == 0,
                uses=near(uses, inside[first][0], inside[second][0]),
            ),
        )
        for (first, second), result in zip(places, compared, strict=True)
    ]


def _changes(periods: Sequence[Period]) -> list[str]:
    """Return the changes at the start of each period, in order of time, each once."""
    return list(dict.fromkeys(change for period in periods for change in period.changes))


def _compared(
    earlier: tuple[Period, list[Session]],
    later: tuple[Period, list[Session]],
    periods: Periods,
    marathon_over: int,
    table: PriceTable,
) -> Compared:
    delegations = [
        delegation for _, sessions in (earlier, later) for session in sessions for delegation in session.delegations
    ]
    agents = list(rates.ordered(typed(delegations)))
    rows = [[row(session, agents, marathon_over, table) for session in sessions] for _, sessions in (earlier, later)]
    return comparisons.compare(rows[0], rows[1], agents, mix_is_given=periods.source == "sightings")


if __name__ == "__main__":
    run(main)
