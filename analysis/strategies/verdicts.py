"""Verdicts on agents: the rule, and the comparisons that it depends on."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from analysis.strategies.rework import Reworked, evidence, is_reworkable
from common.measures import rates
from common.measures.cases import Case
from common.measures.prices import add
from common.measures.statistics import ALPHA, MIN_SESSIONS, clustered_difference, holm, prior_weight, quantile
from common.records.base import Rate
from common.records.metrics import (
    BELOW,
    DEARER,
    FEW_OUTCOMES,
    FEW_SESSIONS,
    MORE_REWORK,
    NOTHING_AGAINST,
    PERHAPS_BELOW,
    SAME_WORK,
    SLOWER,
    Ground,
    Verdict,
    VerdictWord,
)
from common.records.shared import Evidence
from common.routing.router import Router

COUNTED = ("completed", "failed", "interrupted", "killed")
"""The outcomes of runs that began and whose end is known."""
MIN_KNOWN = 10
DEAR = 2.0
OVERLAP = 0.5
PROOFS = 3

RULE = f"""\
The rule counts runs that began and ended completed, failed, interrupted or killed. An agent type that never ran gets \
no verdict. With fewer than {MIN_KNOWN} counted runs the verdict is "too few to say". The success of an agent is below \
the others' if its whole 95 % interval is below the pooled rate of all other agents, and these have at least \
{MIN_KNOWN} counted runs as well. The verdict is then "fix" if the runs are from at least {MIN_SESSIONS} sessions and \
the difference also holds with whole sessions as the independent cases (one-sided p below {ALPHA:.0%}, after Holm over \
all agents), and "too few to say" if not. It is "retire" instead of "fix" if another agent does the same work (at \
least {OVERLAP:.0%} of the agent's prompts, of {MIN_KNOWN} or more, are nearer to that agent) and succeeds at the \
others' rate or better. The verdict on all other agents is "keep". The reasons also name rework above the others (the \
whole interval is above their pooled rate), and a cost of a delegation or a median time of at least {DEAR:g} times the \
others', but these decide nothing. Whether a file defines the agent plays no part. The shrunken success is (completed \
+ m x rate of all) / (counted + m), where m, the same for all agents, is estimated from how much agents differ beyond \
chance (empirical Bayes, analysis of variance)."""


@dataclass(frozen=True)
class Field:
    """The delegations of every agent type, and what is compared between them."""

    cases_by_agent: Mapping[str, Sequence[Case]]
    reworked: Reworked
    router: Router

    @cached_property
    def success(self) -> dict[str, Rate]:
        """Completed of counted runs, by agent type."""
        return {agent: _success(cases) for agent, cases in self.cases_by_agent.items()}

    @cached_property
    def weight(self) -> float | None:
        """By how many runs at the rate of all an agent's success is pulled; None: all the way."""
        return prior_weight([(success.hits, success.total) for success in self.success.values() if success.total])

    @cached_property
    def confirmed(self) -> frozenset[str]:
        """The agents whose success is below the others' with whole sessions as cases, after Holm over all."""
        found = {agent: clusters for agent in self.cases_by_agent if (clusters := self._clusters(agent))}
        adjusted = holm([_p_below(clusters) for clusters in found.values()])
        return frozenset(agent for agent, p in zip(found, adjusted, strict=True) if p < ALPHA)

    def sessions(self, agent: str) -> int:
        """Return the number of sessions with counted runs of the agent."""
        return len(
            {case.session.session_id for case in self.cases_by_agent[agent] if case.delegation.outcome in COUNTED}
        )

    def _clusters(self, agent: str) -> list[tuple[int, int, int, int]]:
        """Return (hits, total) of the agent and of the others by session; empty with too few of either."""
        found: dict[str, list[int]] = {}
        for agent_type, cases in self.cases_by_agent.items():
            place = 0 if agent_type == agent else 2
            for case in cases:
                if case.delegation.outcome in COUNTED:
                    row = found.setdefault(case.session.session_id, [0, 0, 0, 0])
                    row[place] += case.delegation.outcome == "completed"
                    row[place + 1] += 1
        rows = [(row[0], row[1], row[2], row[3]) for row in found.values()]
        enough = min(sum(row[1] for row in rows), sum(row[3] for row in rows)) >= MIN_KNOWN if rows else False
        return rows if enough and self.sessions(agent) >= MIN_SESSIONS else []

    def others(self, agent: str) -> list[Case]:
        """Return the delegations of all other agent types."""
        return [case for agent_type, cases in self.cases_by_agent.items() if agent_type != agent for case in cases]


def _p_below(clusters: Sequence[tuple[int, int, int, int]]) -> float:
    """Return the one-sided p of the first rate being below the second."""
    hits, total, other_hits, other_total = (sum(column) for column in zip(*clusters, strict=True))
    p = clustered_difference(clusters)
    return 1.0 if p is None or hits * other_total >= other_hits * total else p / 2


def judge(agent: str, field: Field) -> Verdict | None:
    """Return the verdict on an agent type, None if it never ran."""
    cases, success = field.cases_by_agent[agent], field.success[agent]
    if not any(case.delegation.run or case.delegation.outcome in COUNTED for case in cases):
        return None
    rest = field.others(agent)
    others = _success(rest)
    twin, overlap = _overlap(agent, cases, field.router)
    cost_ratio = _ratio(_mean_cost(cases), _mean_cost(rest))
    time_ratio = _ratio(_median_time(cases), _median_time(rest))
    word, grounds = _word(agent, field, others, twin if overlap is not None and overlap >= OVERLAP else None)
    grounds += [MORE_REWORK] if _rework_above(cases, rest, field.reworked) else []
    grounds += [DEARER] if cost_ratio is not None and cost_ratio >= DEAR else []
    grounds += [SLOWER] if time_ratio is not None and time_ratio >= DEAR else []
    if overlap is not None and overlap >= OVERLAP:
        grounds.append(SAME_WORK)
    return Verdict(
        verdict=word,
        grounds=grounds or [NOTHING_AGAINST],
        success=success,
        others=others,
        shrunken=_shrunken(success, field),
        cost_ratio=cost_ratio,
        time_ratio=time_ratio,
        overlaps_with=twin,
        overlap=overlap,
        delegations=_proofs(word, cases, field.reworked),
    )


def is_below(success: Rate, others: Rate) -> bool:
    """Tell whether the whole interval is below the rate of the others; False if either sample is too small."""
    rate = rates.share(others)
    enough = min(success.total, others.total) >= MIN_KNOWN
    return enough and rate is not None and success.high is not None and success.high < rate


def _word(agent: str, field: Field, others: Rate, twin: str | None) -> tuple[VerdictWord, list[Ground]]:
    """Return the verdict and the grounds that decide it; `twin` does the same work."""
    if field.success[agent].total < MIN_KNOWN:
        return "too few to say", [FEW_OUTCOMES]
    if not is_below(field.success[agent], others):
        return "keep", []
    if field.sessions(agent) < MIN_SESSIONS:
        return "too few to say", [FEW_SESSIONS]
    if agent not in field.confirmed:
        return "too few to say", [PERHAPS_BELOW]
    rate, its = rates.share(others), rates.share(field.success[twin]) if twin in field.success else None
    replaceable = its is not None and rate is not None and its >= rate
    return "retire" if replaceable else "fix", [BELOW]


def _success(cases: Sequence[Case]) -> Rate:
    known = Counter(case.delegation.outcome for case in cases if case.delegation.outcome in COUNTED)
    unknown = sum(case.delegation.outcome in {"unreported", "unanswered"} for case in cases)
    return rates.rate(known["completed"], known.total(), unknown)


def _shrunken(success: Rate, field: Field) -> float | None:
    hits = sum(success_of_agent.hits for success_of_agent in field.success.values())
    total = sum(success_of_agent.total for success_of_agent in field.success.values())
    if not total:
        return None
    if field.weight is None:
        return hits / total
    if success.total + field.weight == 0:
        return None
    return (success.hits + field.weight * hits / total) / (success.total + field.weight)


def _overlap(agent: str, cases: Sequence[Case], router: Router) -> tuple[str | None, float | None]:
    """Return the other agent that is nearest most often, and the share of the judged prompts nearer to it."""
    judged = [
        router.matches[case.delegation.tool_use_id] for case in cases if case.delegation.tool_use_id in router.matches
    ]
    nearest = Counter(match.nearest for match in judged if match.nearest is not None)
    others = {name: count for name, count in nearest.items() if name != agent}
    if nearest.total() < MIN_KNOWN:
        return None, None
    if not others:
        return None, 0.0
    twin = max(others, key=lambda name: (others[name], name))
    return twin, others[twin] / nearest.total()


def _mean_cost(cases: Sequence[Case]) -> float | None:
    priced = [case.priced for case in cases if case.priced]
    return add(priced).estimated / len(priced) if len(priced) >= MIN_KNOWN else None


def _median_time(cases: Sequence[Case]) -> float | None:
    known = [case.delegation.duration_seconds for case in cases if case.delegation.duration_seconds is not None]
    return quantile(known, 0.5) if len(known) >= MIN_KNOWN else None


def _ratio(value: float | None, reference: float | None) -> float | None:
    return value / reference if value is not None and reference else None


def _rework_above(cases: Sequence[Case], rest: Sequence[Case], reworked: Reworked) -> bool:
    redone = reworked.repeated | reworked.corrected
    shares = [
        rates.rate(sum(case.delegation.tool_use_id in redone for case in able), len(able))
        for able in ([case for case in group if is_reworkable(case.delegation)] for group in (cases, rest))
    ]
    others = rates.share(shares[1])
    return others is not None and shares[0].total >= MIN_KNOWN and shares[0].low is not None and shares[0].low > others


def _proofs(word: VerdictWord, cases: Sequence[Case], reworked: Reworked) -> list[Evidence]:
    """Return the delegations that matter most: failures first unless the verdict is "keep", then rework, then cost."""

    def weight(case: Case) -> tuple[int, int]:
        why = _why(case, reworked)
        against = {"failed": 2, "interrupted": 2, "killed": 2, "repeated": 1, "corrected": 1}.get(why, 0)
        return (0 if word == "keep" else -against, -(case.priced.estimated if case.priced else 0))

    began = [case for case in cases if case.delegation.outcome in COUNTED]
    return [evidence(case, _why(case, reworked)) for case in sorted(began, key=weight)[:PROOFS]]


def _why(case: Case, reworked: Reworked) -> str:
    if case.delegation.outcome != "completed":
        return case.delegation.outcome
    if case.delegation.tool_use_id in reworked.repeated:
        return "repeated"
    return "corrected" if case.delegation.tool_use_id in reworked.corrected else "completed"
