"""Suspected misroutes: by a rule's words, or because another agent is clearly nearer and does better."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from common.measures.cases import Case, tool_use_ids
from common.measures.success import success_rate
from common.records.routing_quality import Misroute, RuleUse
from common.routing.router import Match
from common.routing.rules import Rule, read_task, suggestions
from common.strategy import Material

LEARNED = "learned"
EXCERPT_CHARACTERS = 300
MIN_ON_CLUSTER = 5
"""Another agent must have done this many of the prompts nearest to it for a comparison of success."""

Agents = dict[str, str | None]
"""Every agent known from the data or from an agents folder, with its description."""


@dataclass(frozen=True, slots=True)
class RuleFindings:
    """How a rule was used, and what it suspects."""

    use: RuleUse
    misroutes: list[Misroute]


def _is_usual(case: Case, material: Material) -> bool:
    """Tell whether a specialist had what resembles its own completed work most: then a rule's words prove nothing."""
    match = material.router.matches.get(case.delegation.tool_use_id)
    specialist = case.delegation.agent_type not in material.rules.generalists
    return specialist and match is not None and match.nearest == case.delegation.agent_type


def read_rule(rule: Rule, agents: Agents, material: Material) -> RuleFindings:
    """Return what the rule says about the delegations; nothing where no agent for such tasks is known."""
    suggested = suggestions(rule, agents.items())
    tasks: list[Case] = []
    suspected: list[Case] = []
    misroutes = []
    for case in material.cases if suggested else ():
        words = rule.words(read_task(case.delegation.description, case.delegation.prompt))
        if words:
            tasks.append(case)
        agent = case.delegation.agent_type
        if words and rule.concerns(agent) and not (rule.is_kind(agent, agents.get(agent)) or _is_usual(case, material)):
            suspected.append(case)
            misroutes.append(_misroute(case, rule.name, suggested[0], words))
    use = RuleUse(
        name=rule.name,
        family=rule.family,
        silent=not suggested,
        suggests=suggested,
        tasks=len(tasks),
        suspected=len(suspected),
        tool_use_ids=tool_use_ids(tasks),
        suspected_tool_use_ids=tool_use_ids(suspected),
    )
    return RuleFindings(use, misroutes)


def _misroute(case: Case, rule: str, suggested: str, words: Sequence[str], match: Match | None = None) -> Misroute:
    one = case.delegation
    return Misroute(
        rule=rule,
        period=case.period,
        session_id=case.session.session_id,
        tool_use_id=one.tool_use_id,
        timestamp=one.timestamp,
        agent_type=one.agent_type,
        suggested=suggested,
        words=list(words),
        description=one.description,
        excerpt=one.prompt[:EXCERPT_CHARACTERS],
        outcome=one.outcome,
        nearness=match.nearness if match else None,
        own_nearness=match.own if match else None,
        file=one.file,
        line=one.line,
    )


def learned_misroutes(material: Material) -> list[Misroute]:
    """Return the delegations to which another agent is clearly nearer, where it did better on such prompts."""
    did = _success_by_nearest(material)
    found = []
    for case in material.cases:
        match = material.router.matches.get(case.delegation.tool_use_id)
        if match is None or match.nearest in {None, case.delegation.agent_type} or not match.is_clear:
            continue
        if does_better(did, str(match.nearest), case.delegation.agent_type):
            found.append(_misroute(case, LEARNED, str(match.nearest), match.words, match))
    return found


Success = Mapping[tuple[str, str], tuple[int, int]]
"""(nearest agent, agent that had the task) → (completed, known)."""


def _success_by_nearest(material: Material) -> Success:
    found: dict[tuple[str, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    groups: dict[tuple[str, str], list[Case]] = defaultdict(list)
    for case in material.cases:
        match = material.router.matches.get(case.delegation.tool_use_id)
        if match and match.nearest:
            groups[match.nearest, case.delegation.agent_type].append(case)
    for key, cases in groups.items():
        success = success_rate(case.delegation for case in cases)
        found[key] = success.hits, success.total
    return found


def does_better(did: Success, nearest: str, agent: str) -> bool:
    """Tell whether the other agent completed more of the prompts nearest to it than the agent did."""
    hits, total = did.get((nearest, nearest), (0, 0))
    own_hits, own_total = did.get((nearest, agent), (0, 0))
    return total >= MIN_ON_CLUSTER and own_total > 0 and hits * own_total > own_hits * total
