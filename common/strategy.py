"""What a strategy is, and the material that it answers from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from common.agent_files import AgentFile
from common.data_files import EnrichedSessions
from common.periods import Periods, group
from common.prices import Amount, PriceTable
from common.records import EnrichedDelegation, EnrichedSession
from common.results import OUTSIDE, MarathonClassification, Period, RoutingPatterns, SegmentationReport
from common.router import Router, train
from common.routing_rules import RoutingRules
from common.times import Calendar


@dataclass(frozen=True, slots=True)
class Strategy:
    """A question and the function that answers it.

    The answer is a record of `common.results` for the strategies of the project; for one of the user's own it is
    anything that msgspec can write as JSON.
    """

    name: str
    question: str
    answer: Callable[["Material"], object]


@dataclass(frozen=True, slots=True)
class Case:
    """A delegation with its session, its period, what its run cost, and the model of the thread that called it.

    `amount` is None without a run; `parent_model` where the calling thread's model is not known.
    """

    one: EnrichedDelegation
    session: EnrichedSession
    period: str
    amount: Amount | None
    parent_model: str | None

    @property
    def priced(self) -> Amount | None:
        """What the run cost, if every message of it has a price."""
        return self.amount if self.amount and self.amount.whole else None


@dataclass(frozen=True)
class Material:
    """Everything that was loaded, once for all strategies."""

    enriched: EnrichedSessions
    patterns: RoutingPatterns
    marathons: MarathonClassification
    segmentation: SegmentationReport
    definitions: Sequence[AgentFile]
    calendar: Calendar
    marathon_over: int
    prices: PriceTable
    rules: RoutingRules

    @property
    def sessions(self) -> list[EnrichedSession]:
        """The sessions with delegations, in order of time."""
        return self.enriched.sessions

    @cached_property
    def periods(self) -> Periods:
        """The periods, as they stand in the segmentation report."""
        found = [
            Period(name=one.name, first=one.first, last=one.last, changes=one.changes)
            for one in self.segmentation.periods
            if one.name != OUTSIDE
        ]
        return Periods(self.segmentation.period_source, tuple(found))

    @cached_property
    def by_period(self) -> list[tuple[Period, list[EnrichedSession]]]:
        """The sessions of each period, those outside all periods last."""
        return group(self.sessions, self.periods, self.calendar)

    @cached_property
    def cases(self) -> list[Case]:
        """Every delegation, session by session in order of time."""
        period_of = {id(session): period.name for period, inside in self.by_period for session in inside}
        return [case for session in self.sessions for case in _cases(session, period_of[id(session)], self.prices)]

    @cached_property
    def router(self) -> Router:
        """The router that has learned from all delegations."""
        return train(self.sessions, {agent.name: agent.description or "" for agent in self.definitions})


def _cases(session: EnrichedSession, period: str, prices: PriceTable) -> list[Case]:
    models = {one.tool_use_id: one.model for one in session.delegations}
    main = max(session.tokens_by_model.items(), key=lambda item: (item[1].messages, item[0]), default=(None, None))[0]
    return [
        Case(
            one=one,
            session=session,
            period=period,
            amount=prices.amount(one.run.tokens_by_day) if one.run else None,
            parent_model=main if one.caller is None else models.get(one.caller),
        )
        for one in session.delegations
    ]
