"""The field of a verdict: each agent type against all others, in time linear in the delegations.

Everything is added up once, by agent and by session; the sums of all others are the sums of all less the agent's own.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from common.measures import rates
from common.measures.cases import Case
from common.measures.claims import FEW
from common.measures.statistics import ALPHA, MIN_SESSIONS, clustered_difference, holm, quantile
from common.measures.success import NOT_JUDGED, standing, success_rate
from common.records.base import Rate
from common.records.sessions import NOT_RECORDED
from common.routing.router import Router

MIN_JUDGED = FEW

Cluster = tuple[int, int, int, int]
"""Sum and number of an agent's values in one session, then those of all others."""
Sum = tuple[int, int]
"""The sum of some values, and their number."""


class Sums:
    """Sums of a value of each delegation, by agent type and session; delegations with the value None do not count."""

    def __init__(self, cases_by_agent: Mapping[str, Sequence[Case]], value: Callable[[Case], int | None]) -> None:
        self._own: dict[str, dict[str, Sum]] = {}
        self._all: dict[str, Sum] = {}
        for agent, cases in cases_by_agent.items():
            own = self._own[agent] = {}
            for case in cases:
                found = value(case)
                if found is not None:
                    for sums in (own, self._all):
                        total, number = sums.get(case.session.session_id, (0, 0))
                        sums[case.session.session_id] = total + found, number + 1
        self._total = _add(self._all)

    def of(self, agent: str) -> Sum:
        """Return the sum of an agent."""
        return _add(self._own[agent])

    def of_others(self, agent: str) -> Sum:
        """Return the sum of all other agents."""
        return _less(self._total, self.of(agent))

    def sessions(self, agent: str) -> int:
        """Return the number of sessions with a value of the agent."""
        return len(self._own[agent])

    def clusters(self, agent: str) -> list[Cluster]:
        """Return the sums of the agent and of the others by session; empty with too few of either."""
        enough = min(self.of(agent)[1], self.of_others(agent)[1]) >= MIN_JUDGED
        if not enough or self.sessions(agent) < MIN_SESSIONS:
            return []
        nothing = (0, 0)
        own = self._own[agent]
        return [
            (*own.get(session_id, nothing), *_less(whole, own.get(session_id, nothing)))
            for session_id, whole in self._all.items()
        ]


def _add(sums: Mapping[str, Sum]) -> Sum:
    return sum(total for total, _ in sums.values()), sum(number for _, number in sums.values())


def _less(whole: Sum, part: Sum) -> Sum:
    return whole[0] - part[0], whole[1] - part[1]


@dataclass(frozen=True)
class Field:
    """The delegations of every agent type, and what is compared between them. Calls that name none are left out."""

    cases_by_agent: Mapping[str, Sequence[Case]]
    router: Router

    @cached_property
    def success(self) -> dict[str, Rate]:
        """Success by agent type."""
        return {agent: success_rate(case.delegation for case in cases) for agent, cases in self.cases_by_agent.items()}

    def success_of_others(self, agent: str) -> Rate:
        """Return Success of all other agent types."""
        hits, total = self._successes.of_others(agent)
        return rates.rate(hits, total, self._unknown - self.success[agent].unknown)

    @cached_property
    def confirmed(self) -> frozenset[str]:
        """The agents whose Success is below the others' with whole sessions as cases, after Holm over all."""
        return _significant({agent: self._successes.clusters(agent) for agent in self.cases_by_agent})

    @cached_property
    def dearer(self) -> frozenset[str]:
        """The agents whose mean cost is above the others' with whole sessions as cases, after Holm over all."""
        clusters_by_agent = {agent: self._costs.clusters(agent) for agent in self.cases_by_agent}
        return _significant(
            {agent: [(c, d, a, b) for a, b, c, d in clusters] for agent, clusters in clusters_by_agent.items()}
        )

    def sessions(self, agent: str) -> int:
        """Return the number of sessions with judged delegations of the agent."""
        return self._successes.sessions(agent)

    def cost_ratio(self, agent: str) -> float | None:
        """Return the agent's mean cost / the others', None with too few of either."""
        return _ratio(_mean(self._costs.of(agent)), _mean(self._costs.of_others(agent)))

    def time_ratio(self, agent: str) -> float | None:
        """Return the agent's median active time / the others', None with too few of either."""
        own = self._times[agent]
        return _ratio(_median(own, ()), _median(self._all_times, own))

    @cached_property
    def _successes(self) -> Sums:
        return Sums(self.cases_by_agent, _hit)

    @cached_property
    def _unknown(self) -> int:
        return sum(success.unknown for success in self.success.values())

    @cached_property
    def _costs(self) -> Sums:
        return Sums(self.cases_by_agent, lambda case: case.priced.estimated if case.priced else None)

    @cached_property
    def _times(self) -> dict[str, list[float]]:
        """The active times of each agent, shortest first."""
        return {
            agent: sorted(rates.active_times(case.delegation for case in cases))
            for agent, cases in self.cases_by_agent.items()
        }

    @cached_property
    def _all_times(self) -> list[float]:
        return sorted(time for times in self._times.values() for time in times)


def field_of(cases_by_agent: Mapping[str, Sequence[Case]], router: Router) -> Field:
    """Return the field of the agent types that calls name."""
    return Field({agent: cases for agent, cases in cases_by_agent.items() if agent != NOT_RECORDED}, router)


def _hit(case: Case) -> int | None:
    """Return 1 for a delegation that succeeded, 0 for another one that is judged, None for the rest."""
    found = standing(case.delegation)
    return None if found in NOT_JUDGED else int(found == "succeeded")


def _significant(clusters_by_agent: Mapping[str, Sequence[Cluster]]) -> frozenset[str]:
    """Return the agents whose rate is below the others', after Holm over all that have clusters."""
    tested = {agent: clusters for agent, clusters in clusters_by_agent.items() if clusters}
    adjusted = holm([_p_below(clusters) for clusters in tested.values()])
    return frozenset(agent for agent, p in zip(tested, adjusted, strict=True) if p < ALPHA)


def _p_below(clusters: Sequence[Cluster]) -> float:
    """Return the one-sided p of the first rate being below the second."""
    hits, total, other_hits, other_total = (sum(column) for column in zip(*clusters, strict=True))
    p = clustered_difference(clusters)
    return 1.0 if p is None or hits * other_total >= other_hits * total else p / 2


def _mean(values: Sum) -> float | None:
    total, number = values
    return total / number if number >= MIN_JUDGED else None


def _median(times: Sequence[float], without: Sequence[float]) -> float | None:
    """Return the median of sorted times without some of them, which are sorted too; None with too few left."""
    left = len(times) - len(without)
    if left < MIN_JUDGED:
        return None

    def left_up_to(time: float) -> int:
        return bisect_right(times, time) - bisect_right(without, time)

    middle = [times[bisect_right(times, place, key=left_up_to)] for place in ((left - 1) // 2, left // 2)]
    return quantile(middle, 0.5)


def _ratio(value: float | None, reference: float | None) -> float | None:
    return value / reference if value is not None and reference else None
