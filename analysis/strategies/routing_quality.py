"""Work that another agent should have had: by rules kept as data, and by a router that has learned."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from common import measures, schema
from common.measures import rate
from common.records import Rate
from common.results import (
    AgentRouting,
    GeneralistUse,
    HardlyUsed,
    LearnedRouter,
    Misroute,
    Period,
    RoutingPeriod,
    RoutingQualityResult,
    RuleUse,
)
from common.rework import evidence
from common.router import Judgement
from common.routing_rules import RoutingRules, Rule, read_task, suggestions
from common.strategy import Case, Material, Strategy

LEARNED = "learned"
OTHER = "other"
EXCERPT_CHARACTERS = 300
EXAMPLES = 5
MIN_ON_CLUSTER = 5
"""Another agent must have done this many of the prompts nearest to it for a comparison of success."""

Agents = dict[str, str | None]
"""Every agent known from the data or from an agents folder, with its description."""


def answer(material: Material) -> RoutingQualityResult:
    """Return the suspected misroutes with their evidence, and how the work is spread."""
    agents: Agents = dict.fromkeys(sorted({case.one.agent_type for case in material.cases}))
    agents |= {one.name: one.description for one in material.definitions}
    readings = [_read(rule, agents, material) for rule in material.rules.rules]
    learned = learned_misroutes(material)
    misroutes = _once([*(one for reading in readings for one in reading.misroutes), *learned])
    cases, rules = material.cases, material.rules
    return RoutingQualityResult(
        **schema.envelope("routing_quality_result"),
        filters=material.enriched.filters,
        period_source=material.periods.source,
        rules=[reading.use for reading in readings],
        delegations=len(cases),
        suspected=rate(len({one.tool_use_id for one in misroutes}), len(cases)),
        misroutes=misroutes,
        learned=_describe_learned(material, learned),
        generalists=generalists(cases, rules),
        generalist_share=_generalist_share(cases, rules),
        generalist_examples=[
            evidence(case, "generalist") for case in cases if case.one.agent_type in rules.generalists
        ][:EXAMPLES],
        hardly_used=hardly_used(material),
        periods=[_period(period, material, misroutes) for period, _ in material.by_period],
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    use: RuleUse
    misroutes: list[Misroute]


def _is_usual(case: Case, material: Material) -> bool:
    """Tell whether a specialist had what resembles its own completed work most: then a rule's words prove nothing."""
    judgement = material.router.judgements.get(case.one.tool_use_id)
    specialist = case.one.agent_type not in material.rules.generalists
    return specialist and judgement is not None and judgement.nearest == case.one.agent_type


def _read(rule: Rule, agents: Agents, material: Material) -> _Reading:
    """Return what the rule says about the delegations; nothing where no agent for such tasks is known."""
    suggested = suggestions(rule, agents.items())
    tasks = suspected = 0
    misroutes = []
    for case in material.cases if suggested else ():
        words = rule.words(read_task(case.one.description, case.one.prompt))
        tasks += bool(words)
        agent = case.one.agent_type
        if words and rule.concerns(agent) and not (rule.is_kind(agent, agents.get(agent)) or _is_usual(case, material)):
            suspected += 1
            misroutes.append(_misroute(case, rule.name, suggested[0], words))
    use = RuleUse(
        name=rule.name,
        family=rule.family,
        silent=not suggested,
        suggests=suggested,
        tasks=tasks,
        suspected=suspected,
    )
    return _Reading(use, misroutes)


def _misroute(
    case: Case, rule: str, suggested: str, words: Sequence[str], judgement: Judgement | None = None
) -> Misroute:
    one = case.one
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
        nearness=judgement.nearness if judgement else None,
        own_nearness=judgement.own if judgement else None,
        file=one.file,
        line=one.line,
    )


def _once(misroutes: Sequence[Misroute]) -> list[Misroute]:
    """Return one suspicion for each delegation and suggested agent, the first; in order of time."""
    first: dict[tuple[str, str], Misroute] = {}
    for one in misroutes:
        first.setdefault((one.tool_use_id, one.suggested), one)
    return sorted(first.values(), key=lambda one: (one.timestamp or "", one.tool_use_id))


def learned_misroutes(material: Material) -> list[Misroute]:
    """Return the delegations to which another agent is clearly nearer, where it did better on such prompts."""
    did = _success_by_nearest(material)
    found = []
    for case in material.cases:
        judgement = material.router.judgements.get(case.one.tool_use_id)
        if judgement is None or judgement.nearest in {None, case.one.agent_type} or not judgement.is_clear:
            continue
        if does_better(did, str(judgement.nearest), case.one.agent_type):
            found.append(_misroute(case, LEARNED, str(judgement.nearest), judgement.words, judgement))
    return found


Success = Mapping[tuple[str, str], tuple[int, int]]
"""(nearest agent, agent that had the task) → (completed, known)."""


def _success_by_nearest(material: Material) -> Success:
    found: dict[tuple[str, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    groups: dict[tuple[str, str], list[Case]] = defaultdict(list)
    for case in material.cases:
        judgement = material.router.judgements.get(case.one.tool_use_id)
        if judgement and judgement.nearest:
            groups[judgement.nearest, case.one.agent_type].append(case)
    for key, cases in groups.items():
        success = measures.success_rate(case.one for case in cases)
        found[key] = success.hits, success.total
    return found


def does_better(did: Success, other: str, agent: str) -> bool:
    """Tell whether the other agent completed more of the prompts nearest to it than the agent did."""
    hits, total = did.get((other, other), (0, 0))
    own_hits, own_total = did.get((other, agent), (0, 0))
    return total >= MIN_ON_CLUSTER and own_total > 0 and hits * own_total > own_hits * total


def _describe_learned(material: Material, misroutes: Sequence[Misroute]) -> LearnedRouter:
    router = material.router
    nearest: dict[str, Counter[str]] = defaultdict(Counter)
    for case in material.cases:
        judgement = router.judgements.get(case.one.tool_use_id)
        if judgement and judgement.nearest:
            nearest[case.one.agent_type][judgement.nearest] += 1
    judged = sum(counts.total() for counts in nearest.values())
    ordered = sorted(nearest.items(), key=lambda item: (-item[1].total(), item[0]))
    return LearnedRouter(
        used=router.lacks is None,
        lacks=router.lacks,
        judged=judged,
        suspected=rate(len(misroutes), judged),
        confusion=[
            AgentRouting(agent_type=agent, delegations=counts.total(), nearest=measures.ordered(counts))
            for agent, counts in ordered
        ],
    )


def generalists(cases: Sequence[Case], rules: RoutingRules) -> list[GeneralistUse]:
    """Return what each generalist was used for, most used first."""
    groups: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        if case.one.agent_type in rules.generalists:
            groups[case.one.agent_type].append(case)
    return [
        GeneralistUse(
            agent_type=agent,
            delegations=len(inside),
            share=rate(len(inside), len(cases)),
            families=measures.ordered(Counter(family(case, rules) for case in inside)),
        )
        for agent, inside in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    ]


def family(case: Case, rules: RoutingRules) -> str:
    """Return the family of the first rule whose words the task has, else "other"."""
    task = read_task(case.one.description, case.one.prompt)
    return next((rule.family for rule in rules.rules if rule.words(task)), OTHER)


def _generalist_share(cases: Sequence[Case], rules: RoutingRules) -> Rate:
    return rate(sum(case.one.agent_type in rules.generalists for case in cases), len(cases))


def hardly_used(material: Material) -> list[HardlyUsed]:
    """Return the agents that are defined but get less of the work than the rules file's share, least used first."""
    cases = material.cases
    counts = Counter(case.one.agent_type for case in cases)
    days: dict[str, str] = {}
    for case in cases:
        if day := material.calendar.day(case.one.timestamp):
            days[case.one.agent_type] = max(day, days.get(case.one.agent_type, day))
    found = [
        HardlyUsed(
            agent_type=one.name,
            defined=True,
            delegations=counts[one.name],
            share=rate(counts[one.name], len(cases)),
            last_day=days.get(one.name),
        )
        for one in material.definitions
        if counts[one.name] < material.rules.hardly_used_share * len(cases)
    ]
    return sorted(found, key=lambda one: (one.delegations, one.agent_type))


def _period(period: Period, material: Material, misroutes: Sequence[Misroute]) -> RoutingPeriod:
    cases = [case for case in material.cases if case.period == period.name]
    inside = [one for one in misroutes if one.period == period.name]
    counts = Counter(case.one.agent_type for case in cases)
    least = material.rules.hardly_used_share * len(cases)
    return RoutingPeriod(
        name=period.name,
        first=period.first,
        last=period.last,
        changes=period.changes,
        delegations=len(cases),
        suspected=rate(len({one.tool_use_id for one in inside}), len(cases)),
        suspected_by_rule=measures.ordered(Counter(one.rule for one in inside)),
        generalists=generalists(cases, material.rules),
        generalist_share=_generalist_share(cases, material.rules),
        hardly_used=[one.name for one in material.definitions if counts[one.name] < least],
    )


STRATEGY = Strategy("routing_quality", "Which work should another agent have had?", answer)
