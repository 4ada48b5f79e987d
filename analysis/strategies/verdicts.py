"""Verdicts on agents, by one rule."""

from collections import Counter
from collections.abc import Sequence

from analysis.strategies.field import MIN_JUDGED, Field
from common.measures import rates
from common.measures.cases import Case, evidence
from common.measures.claims import Claim, may_be_said
from common.measures.statistics import ALPHA, MIN_SESSIONS
from common.measures.success import AGAINST, NOT_JUDGED, standing
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
from common.routing.router import Router

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


def judge(agent: str, field: Field) -> Verdict | None:
    """Return the verdict on an agent type, None if it never ran or is not in the field."""
    cases = field.cases_by_agent.get(agent, ())
    if not any(case.delegation.run or standing(case.delegation) not in NOT_JUDGED for case in cases):
        return None
    others = field.success_of_others(agent)
    twin, overlap = _overlap(agent, cases, field.router)
    word, grounds = _word(agent, field, others, twin if overlap is not None and overlap >= OVERLAP else None)
    return Verdict(
        verdict=word,
        grounds=grounds,
        others=others,
        cost_ratio=field.cost_ratio(agent),
        dearer=agent in field.dearer,
        time_ratio=field.time_ratio(agent),
        overlaps_with=twin,
        overlap=overlap,
        cases=[evidence(case, _why(case)) for case in _against(cases)],
    )


def is_below(success: Rate, others: Rate) -> bool:
    """Return whether the whole interval is below the rate of the others; False if either sample is too small."""
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
    is_apart = success.high is not None and others.low is not None and success.high < others.low
    enough = hollow if hollow >= MIN_HOLLOW else 0
    return Claim(success.total, enough, len(field.cases_by_agent), is_apart, MIN_JUDGED_HOLLOW)


def _can_replace(twin: str | None, field: Field, others: Rate) -> bool:
    """Return whether the agent that does the same work succeeds at the others' rate or better."""
    success = field.success.get(twin or "")
    rate = rates.share(others)
    if success is None or success.total < MIN_JUDGED or rate is None:
        return False
    return success.hits >= rate * success.total


def _overlap(agent: str, cases: Sequence[Case], router: Router) -> tuple[str | None, float | None]:
    """Return the other agent that is nearest most often, and the share of the judged prompts nearer to it.

    Both are None where the router says too little about this data to be used.
    """
    if router.lacks is not None:
        return None, None
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


def _against(cases: Sequence[Case]) -> list[Case]:
    """Return the cases that prove something against the agent: hollow results first, then failures."""
    found = [case for against in AGAINST for case in cases if standing(case.delegation) == against]
    return found[:SHOWN_CASES]


def _why(case: Case) -> str:
    return case.delegation.result_kind or "" if standing(case.delegation) == "hollow" else case.delegation.outcome
