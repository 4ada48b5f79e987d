"""Work that another agent should have had, by rules kept as data and by a learned router."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from analysis.strategies.learned import learned_misroutes
from analysis.strategies.misroutes import Suspicions, read_rule
from analysis.strategies.role_play import played_roles
from common import schema
from common.measures import rates
from common.measures.cases import Case, evidence
from common.measures.rates import rate
from common.records.base import Rate
from common.records.routing_quality import (
    AgentRouting,
    GeneralistUse,
    HardlyUsed,
    LearnedRouter,
    Misroute,
    RoutingPeriod,
    RoutingQualityResult,
)
from common.records.sessions import NOT_RECORDED
from common.records.shared import Period
from common.routing.rules import RoutingRules, read_task
from common.strategy import Material, Strategy

OTHER = "other"
EXAMPLES = 5


def answer_routing_quality(material: Material) -> RoutingQualityResult:
    """Return the suspected misroutes with their evidence, and how the work is spread."""
    suspicions = Suspicions(material)
    readings = [read_rule(rule, suspicions) for rule in material.rules.rules]
    roles, played = played_roles(suspicions)
    learned = learned_misroutes(suspicions)
    suspected = _once([*played, *learned, *(misroute for reading in readings for misroute in reading.misroutes)])
    cases, rules = material.cases, material.rules
    return RoutingQualityResult(
        **schema.envelope(RoutingQualityResult),
        filters=material.enriched.filters,
        period_source=material.periods.source,
        rules=[reading.use for reading in readings],
        delegations=len(cases),
        suspected=rate(len({misroute.tool_use_id for misroute in suspected}), len(cases)),
        misroutes=suspected,
        role_play=roles,
        learned=_describe_learned(material, learned),
        generalists=generalists(cases, rules),
        generalist_share=_generalist_share(cases, rules),
        generalist_examples=[
            evidence(case, "generalist") for case in cases if case.delegation.agent_type in rules.generalists
        ][:EXAMPLES],
        hardly_used=hardly_used(material),
        periods=[_period(period, material, suspected) for period, _ in material.by_period],
    )


def _once(misroutes: Sequence[Misroute]) -> list[Misroute]:
    """Return one suspicion for each delegation, the first; in order of time."""
    first: dict[str, Misroute] = {}
    for misroute in misroutes:
        first.setdefault(misroute.tool_use_id, misroute)
    return sorted(first.values(), key=lambda misroute: (misroute.timestamp or "", misroute.tool_use_id))


def _describe_learned(material: Material, suspected: Sequence[Misroute]) -> LearnedRouter:
    router = material.router
    nearest: dict[str, Counter[str]] = defaultdict(Counter)
    for case in material.cases:
        match = router.matches.get(case.delegation.tool_use_id)
        if match and match.nearest and case.delegation.agent_type != NOT_RECORDED:
            nearest[case.delegation.agent_type][match.nearest] += 1
    judged = sum(counts.total() for counts in nearest.values())
    ordered = sorted(nearest.items(), key=lambda item: (-item[1].total(), item[0]))
    return LearnedRouter(
        used=router.lacks is None,
        lacks=router.lacks,
        agreement=router.agreement,
        majority=router.majority,
        most_used=router.most_used,
        judged=judged,
        suspected=rate(len(suspected), judged),
        confusion=[
            AgentRouting(agent_type=agent, delegations=counts.total(), nearest=rates.ordered(counts))
            for agent, counts in ordered
        ],
    )


def generalists(cases: Sequence[Case], rules: RoutingRules) -> list[GeneralistUse]:
    """Return what each generalist was used for, most used first."""
    groups: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        if case.delegation.agent_type in rules.generalists:
            groups[case.delegation.agent_type].append(case)
    return [
        GeneralistUse(
            agent_type=agent,
            delegations=len(inside),
            share=rate(len(inside), len(cases)),
            families=rates.ordered(Counter(family(case, rules) for case in inside)),
        )
        for agent, inside in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    ]


def family(case: Case, rules: RoutingRules) -> str:
    """Return the family of the first rule whose words the task has, else "other"."""
    task = read_task(case.delegation.description, case.delegation.prompt)
    return next((rule.family for rule in rules.rules if rule.words(task)), OTHER)


def _generalist_share(cases: Sequence[Case], rules: RoutingRules) -> Rate:
    return rate(sum(case.delegation.agent_type in rules.generalists for case in cases), len(cases))


def hardly_used(material: Material) -> list[HardlyUsed]:
    """Return the agents that are defined but get less of the work than the rules file's share, least used first."""
    cases = material.cases
    counts = Counter(case.delegation.agent_type for case in cases)
    days: dict[str, str] = {}
    for case in cases:
        if day := material.calendar.day(case.delegation.timestamp):
            days[case.delegation.agent_type] = max(day, days.get(case.delegation.agent_type, day))
    found = [
        HardlyUsed(
            agent_type=agent.name,
            defined=True,
            delegations=counts[agent.name],
            share=rate(counts[agent.name], len(cases)),
            last_day=days.get(agent.name),
        )
        for agent in material.definitions
        if counts[agent.name] < material.rules.hardly_used_share * len(cases)
    ]
    return sorted(found, key=lambda agent: (agent.delegations, agent.agent_type))


def _period(period: Period, material: Material, suspected: Sequence[Misroute]) -> RoutingPeriod:
    cases = [case for case in material.cases if case.period == period.name]
    inside = [misroute for misroute in suspected if misroute.period == period.name]
    counts = Counter(case.delegation.agent_type for case in cases)
    least = material.rules.hardly_used_share * len(cases)
    return RoutingPeriod(
        name=period.name,
        first=period.first,
        last=period.last,
        changes=period.changes,
        delegations=len(cases),
        suspected=rate(len({misroute.tool_use_id for misroute in inside}), len(cases)),
        suspected_by_rule=rates.ordered(Counter(misroute.rule for misroute in inside)),
        generalists=generalists(cases, material.rules),
        generalist_share=_generalist_share(cases, material.rules),
        hardly_used=[agent.name for agent in material.definitions if counts[agent.name] < least],
    )


STRATEGY = Strategy("routing_quality", "Which work should another agent have had?", answer_routing_quality)
