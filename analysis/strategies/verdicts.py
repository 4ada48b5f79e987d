"""Verdicts on agents: the rule, and the comparisons that it depends on."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from common.measures import rates
from common.measures.cases import Case, evidence
from common.measures.claims import FEW, Claim, may_be_said
from common.measures.prices import add
from common.measures.statistics import ALPHA, MIN_SESSIONS, clustered_difference, holm
from common.measures.success import NOT_JUDGED, standing, success_rate
from common.records.base import Rate
from common.records.metrics import (
    BELOW,
    FEW_JUDGED,
    FEW_OTHERS,
    FEW_SESSIONS,
    HIGH,
    HOLLOW_RESULTS,
    NOTHING_AGAINST,
    PERHAPS_BELOW,
    SAME_WORK,
    Ground,
    Verdict,
    VerdictWord,
)
from common.records.sessions import NOT_RECORDED
from common.routing.router import Router

MIN_JUDGED = FEW
MIN_JUDGED_HOLLOW = 5
MIN_HOLLOW = 3
HIGH_SUCCESS = 0.75
OVERLAP = 0.5
SHOWN_CASES = 5

RULE = f"""\
The rule uses Success: of the delegations that say something about the agent, the share that did the work. Results \
without work and the agent's own failures count against it; Esc, limits, errors of the API, wrong names and rules do \
not. The verdict is "fix" in two cases. (a) At least {MIN_JUDGED_HOLLOW} delegations are judged, at least \
{MIN_HOLLOW} of them have hollow results, and the upper end of the interval of Success is below the lower end of all \
others'. (b) At least {MIN_JUDGED} are judged, from at least {MIN_SESSIONS} sessions, the whole interval is below \
the pooled rate of all others (of whom {MIN_JUDGED} are judged as well), and the difference also holds with whole \
sessions as the independent cases (one-sided p below {ALPHA:.0%}, after Holm over all agents). It is "retire" \
instead of "fix" if another agent does the same work (at least {OVERLAP:.0%} of the agent's prompts, of {MIN_JUDGED} \
or more, are nearer to that agent) and its Success, of {MIN_JUDGED} judged or more, is no lower than the others'. It \
is "keep" if {MIN_JUDGED} are judged and the lower end of the interval is at least {HIGH_SUCCESS:.0%}; "too few to \
say" with fewer judged, of the agent or of all others, or where a difference may be chance; and otherwise "nothing \
against it". An agent type that never ran, and calls that name no agent type, get no verdict. Cost and active time \
are named, but decide nothing."""


@dataclass(frozen=True)
class Field:
    """The delegations of every agent type, and what is compared between them. Calls that name none are left out."""

    cases_by_agent: Mapping[str, Sequence[Case]]
    router: Router

    @cached_property
    def success(self) -> dict[str, Rate]:
        """Success by agent type."""
        return {agent: _success(cases) for agent, cases in self.cases_by_agent.items()}

    @cached_property
    def confirmed(self) -> frozenset[str]:
        """The agents whose Success is below the others' with whole sessions as cases, after Holm over all."""
        clusters_by_agent = {agent: clusters for agent in self.cases_by_agent if (clusters := self._clusters(agent))}
        adjusted = holm([_p_below(clusters) for clusters in clusters_by_agent.values()])
        return frozenset(agent for agent, p in zip(clusters_by_agent, adjusted, strict=True) if p < ALPHA)

    @cached_property
    def dearer(self) -> frozenset[str]:
        """The agents whose mean cost is above the others' with whole sessions as cases, after Holm over all."""
        clusters_by_agent = {agent: clusters for agent in self.cases_by_agent if (clusters := self._costs(agent))}
        adjusted = holm([_p_below([(c, d, a, b) for a, b, c, d in rows]) for rows in clusters_by_agent.values()])
        return frozenset(agent for agent, p in zip(clusters_by_agent, adjusted, strict=True) if p < ALPHA)

    def sessions(self, agent: str) -> int:
        """Return the number of sessions with judged delegations of the agent."""
        return len({case.session.session_id for case in self.cases_by_agent[agent] if _is_judged(case)})

    def others(self, agent: str) -> list[Case]:
        """Return the delegations of all other agent types."""
        return [case for agent_type, cases in self.cases_by_agent.items() if agent_type != agent for case in cases]

    def _clusters(self, agent: str) -> list[tuple[int, int, int, int]]:
        """Return (hits, total) of the agent and of the others by session; empty with too few of either."""
        counts: dict[str, list[int]] = {}
        for agent_type, cases in self.cases_by_agent.items():
            place = 0 if agent_type == agent else 2
            for case in filter(_is_judged, cases):
                row = counts.setdefault(case.session.session_id, [0, 0, 0, 0])
                row[place] += standing(case.delegation) == "succeeded"
                row[place + 1] += 1
        rows = [(row[0], row[1], row[2], row[3]) for row in counts.values()]
        enough = min(sum(row[1] for row in rows), sum(row[3] for row in rows)) >= MIN_JUDGED if rows else False
        return rows if enough and self.sessions(agent) >= MIN_SESSIONS else []

    def _costs(self, agent: str) -> list[tuple[int, int, int, int]]:
        """Return (picodollars, priced runs) of the agent and of the others by session; empty with too few of either."""
        sums: dict[str, list[int]] = {}
        sessions = set()
        for agent_type, cases in self.cases_by_agent.items():
            place = 0 if agent_type == agent else 2
            for case in cases:
                if case.priced:
                    row = sums.setdefault(case.session.session_id, [0, 0, 0, 0])
                    row[place] += case.priced.estimated
                    row[place + 1] += 1
                    sessions.update([case.session.session_id] if agent_type == agent else [])
        rows = [(row[0], row[1], row[2], row[3]) for row in sums.values()]
        enough = min(sum(row[1] for row in rows), sum(row[3] for row in rows)) >= MIN_JUDGED if rows else False
        return rows if enough and len(sessions) >= MIN_SESSIONS else []


def field_of(cases_by_agent: Mapping[str, Sequence[Case]], router: Router) -> Field:
    """Return the field of the agent types that calls name."""
    return Field({agent: cases for agent, cases in cases_by_agent.items() if agent != NOT_RECORDED}, router)


def judge(agent: str, field: Field) -> Verdict | None:
    """Return the verdict on an agent type, None if it never ran or is not in the field."""
    cases = field.cases_by_agent.get(agent, ())
    if not any(case.delegation.run or _is_judged(case) for case in cases):
        return None
    rest = field.others(agent)
    others = _success(rest)
    twin, overlap = _overlap(agent, cases, field.router)
    word, grounds = _word(agent, field, others, twin if overlap is not None and overlap >= OVERLAP else None)
    return Verdict(
        verdict=word,
        grounds=grounds,
        others=others,
        cost_ratio=_ratio(_mean_cost(cases), _mean_cost(rest)),
        dearer=agent in field.dearer,
        time_ratio=_ratio(_median_time(cases), _median_time(rest)),
        overlaps_with=twin,
        overlap=overlap,
        cases=[evidence(case, _why(case)) for case in _against(cases)],
    )


def is_below(success: Rate, others: Rate) -> bool:
    """Tell whether the whole interval is below the rate of the others; False if either sample is too small."""
    rate = rates.share(others)
    enough = min(success.total, others.total) >= MIN_JUDGED
    return enough and rate is not None and success.high is not None and success.high < rate


def _word(agent: str, field: Field, others: Rate, twin: str | None) -> tuple[VerdictWord, list[Ground]]:
    """Return the verdict and the grounds that decide it; `twin` does the same work."""
    success = field.success[agent]
    below = is_below(success, others)
    judged, missed = min(success.total, others.total), success.total - success.hits
    confirmed = Claim(judged, missed, len(field.cases_by_agent), below and agent in field.confirmed, MIN_JUDGED)
    grounds: list[Ground] = [HOLLOW_RESULTS] if may_be_said(_hollow_claim(agent, field, others)) else []
    grounds += [BELOW] if may_be_said(confirmed) else []
    if grounds:
        return ("retire", [*grounds, SAME_WORK]) if _can_replace(twin, field, others) else ("fix", grounds)
    if success.total < MIN_JUDGED:
        return "too few to say", [FEW_JUDGED]
    if success.low is not None and success.low >= HIGH_SUCCESS:
        return "keep", [HIGH]
    if below:
        return "too few to say", [FEW_SESSIONS if field.sessions(agent) < MIN_SESSIONS else PERHAPS_BELOW]
    if others.total < MIN_JUDGED:
        return "too few to say", [FEW_OTHERS]
    return "nothing against it", [NOTHING_AGAINST]


def _hollow_claim(agent: str, field: Field, others: Rate) -> Claim:
    """Return the claim that hollow results alone put the agent below the others."""
    success = field.success[agent]
    hollow = sum(standing(case.delegation) == "hollow" for case in field.cases_by_agent[agent])
    is_below = success.high is not None and others.low is not None and success.high < others.low
    enough = hollow if hollow >= MIN_HOLLOW else 0
    return Claim(success.total, enough, len(field.cases_by_agent), is_below, MIN_JUDGED_HOLLOW)


def _can_replace(twin: str | None, field: Field, others: Rate) -> bool:
    """Tell whether the agent that does the same work succeeds at the others' rate or better."""
    success = field.success.get(twin or "")
    rate = rates.share(others)
    if success is None or success.total < MIN_JUDGED or rate is None:
        return False
    return success.hits >= rate * success.total


def _is_judged(case: Case) -> bool:
    return standing(case.delegation) not in NOT_JUDGED


def _success(cases: Sequence[Case]) -> Rate:
    return success_rate(case.delegation for case in cases)


def _p_below(clusters: Sequence[tuple[int, int, int, int]]) -> float:
    """Return the one-sided p of the first rate being below the second."""
    hits, total, other_hits, other_total = (sum(column) for column in zip(*clusters, strict=True))
    p = clustered_difference(clusters)
    return 1.0 if p is None or hits * other_total >= other_hits * total else p / 2


def _overlap(agent: str, cases: Sequence[Case], router: Router) -> tuple[str | None, float | None]:
    """Return the other agent that is nearest most often, and the share of the judged prompts nearer to it."""
    judged = [
        router.matches[case.delegation.tool_use_id] for case in cases if case.delegation.tool_use_id in router.matches
    ]
    nearest = Counter(match.nearest for match in judged if match.nearest is not None)
    others = {name: count for name, count in nearest.items() if name != agent}
    if nearest.total() < MIN_JUDGED:
        return None, None
    if not others:
        return None, 0.0
    twin = max(others, key=lambda name: (others[name], name))
    return twin, others[twin] / nearest.total()


def _mean_cost(cases: Sequence[Case]) -> float | None:
    priced = [case.priced for case in cases if case.priced]
    return add(priced).estimated / len(priced) if len(priced) >= MIN_JUDGED else None


def _median_time(cases: Sequence[Case]) -> float | None:
    durations = rates.durations(case.delegation for case in cases)
    return durations.p50 if durations.known >= MIN_JUDGED else None


def _ratio(value: float | None, reference: float | None) -> float | None:
    return value / reference if value is not None and reference else None


def _against(cases: Sequence[Case]) -> list[Case]:
    """Return the cases that prove something against the agent: hollow results first, then failures."""
    hollow, failed = (
        [case for case in cases if standing(case.delegation) == against] for against in ("hollow", "failed")
    )
    return [*hollow, *failed][:SHOWN_CASES]


def _why(case: Case) -> str:
    return case.delegation.result_kind or "" if standing(case.delegation) == "hollow" else case.delegation.outcome
