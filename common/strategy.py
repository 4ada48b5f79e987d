"""A strategy, and the material that it answers from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from common.agents.definitions import AgentFile
from common.agents.history import Commit
from common.agents.periods import Periods, group
from common.measures.cases import Case, cases_of
from common.measures.prices import PriceTable
from common.records.extraction import EnrichedSessions
from common.records.marathons import MarathonClassification
from common.records.patterns import RoutingPatterns
from common.records.segmentation import SegmentationReport
from common.records.sessions import EnrichedSession
from common.records.shared import OUTSIDE, Period
from common.routing.availability import AvailableAgents
from common.routing.router import Router, train
from common.routing.rules import RoutingRules
from common.times import Calendar


@dataclass(frozen=True, slots=True)
class Strategy:
    """A question and the function that answers it.

    The answer is a record of `common.records` for the strategies of the project; for one of the user's own it is
    anything that msgspec can write as JSON.
    """

    name: str
    question: str
    answer: Callable[["Material"], object]


@dataclass(frozen=True)
class Material:
    """The data that all strategies share, loaded once."""

    enriched: EnrichedSessions
    patterns: RoutingPatterns
    marathons: MarathonClassification
    segmentation: SegmentationReport
    definitions: Sequence[AgentFile]
    calendar: Calendar
    marathon_over: int
    prices: PriceTable
    rules: RoutingRules
    commits: Sequence[Commit] = ()

    @property
    def sessions(self) -> list[EnrichedSession]:
        """The sessions with delegations, in order of time."""
        return self.enriched.sessions

    @cached_property
    def periods(self) -> Periods:
        """The periods of the segmentation report, without the group outside all periods."""
        found = [
            Period(name=period.name, first=period.first, last=period.last, changes=period.changes)
            for period in self.segmentation.periods
            if period.name != OUTSIDE
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
        return [case for session in self.sessions for case in cases_of(session, period_of[id(session)], self.prices)]

    @cached_property
    def router(self) -> Router:
        """The router that has learned from all delegations."""
        described = {agent.name: agent.description or "" for agent in self.definitions}
        return train(self.sessions, described, self.available, leave_out=self.rules.copies)

    @cached_property
    def available(self) -> AvailableAgents:
        """The agents that each delegation could have gone to."""
        defined = [agent.name for agent in self.definitions]
        return AvailableAgents(self.sessions, self.enriched.shared_folders, defined, self.commits)
