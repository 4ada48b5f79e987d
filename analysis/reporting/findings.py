"""The answer: at most five sentences, chosen by the data.

The first sentence always says how much of the work succeeded. Each other candidate is a claim that may be said
(`common.measures.claims`). It has a weight: the share of all delegations, or of all money, that it concerns, times the
size of the finding (a difference of shares, a share). Of each kind only the heaviest counts; the four heaviest of these
are used, heaviest first, and of equal ones the earlier in the code. No sentence claims a cause.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING

from analysis.reporting.blocks import Ref, Sentence, Value
from analysis.reporting.sections.verdicts import URGENT, case_refs
from common.measures.claims import Claim, may_be_said
from common.measures.rates import share
from common.measures.statistics import ALPHA, fisher
from common.records.metrics import named_agents
from common.records.sessions import STANDINGS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analysis.reporting.context import Context
    from common.records.metrics import AgentMetrics, MetricsResult, Totals, Verdict
    from common.records.sessions import Standing

SENTENCES = 5
MUCH_OF_THE_WORK = 0.5
LEADERS = 3
SHOWN_CASES = 5
NOT_SUCCEEDED = STANDINGS[1:]
MISSED_WEIGHT = 10
"""Work that was not done weighs more than a share of the work or of the money."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A candidate for the answer."""

    weight: float
    sentence: Sentence


def answer_sentences(context: Context) -> tuple[Sentence, ...]:
    """Return the sentences that answer; empty without a delegation."""
    totals = context.inputs.results.metrics.totals
    if not totals.delegations:
        return ()
    first = _first(context, totals)
    found = sorted(_candidates(context), key=lambda finding: -finding.weight)
    heaviest = {finding.sentence.name: finding for finding in reversed(found)}
    chosen = [finding for finding in found if heaviest[finding.sentence.name] is finding]
    return (first, *(finding.sentence for finding in chosen[: SENTENCES - 1]))


def _first(context: Context, totals: Totals) -> Sentence:
    """Return how much of the work succeeded, or that nothing can be said."""

    def standing(name: Standing) -> Ref:
        return Ref(totals.standings[name], context.groups.target("standing", name))

    values: dict[str, Value] = {name: standing(name) if totals.standings[name] else None for name in NOT_SUCCEEDED}
    values |= {"delegations": totals.delegations, "rate": totals.success}
    return Sentence("answer_success" if totals.success.total else "answer_nothing_judged", values)


def _candidates(context: Context) -> Iterator[Finding]:
    """Yield every finding that may be said."""
    yield from _verdicts(context)
    yield from _hollow(context)
    yield from _stopped(context)
    yield from _leaders(context)
    yield from _dear_agents(context)
    yield from _marathons(context)
    yield from _changes(context)
    yield from _misroutes(context)


def _verdicts(context: Context) -> Iterator[Finding]:
    """Yield the verdict that asks for something to be done and has most cases, with the other agents that need it."""
    metrics = context.inputs.results.metrics
    urgent = _urgent(metrics)
    if not urgent:
        return
    agent, verdict = urgent[0]
    missed = agent.success.total - agent.success.hits
    values: dict[str, Value] = {
        "agent": context.agent_ref(agent.agent_type),
        "verdict": verdict.verdict,
        "rate": Ref(agent.success, context.groups.target("agent", agent.agent_type)),
        "others": verdict.others,
        "hollow": agent.standings["hollow"] or None,
        "cases": case_refs(context, verdict.cases),
        "more": tuple(context.agent_ref(weaker.agent_type) for weaker, _ in urgent[1:]),
    }
    yield Finding(MISSED_WEIGHT * missed / metrics.totals.delegations, Sentence("answer_verdict", values))


def _urgent(metrics: MetricsResult) -> list[tuple[AgentMetrics, Verdict]]:
    """Return the agents whose verdict asks for something to be done, that with most cases first."""
    urgent = [(agent, agent.verdict) for agent in metrics.agents if agent.verdict and agent.verdict.verdict in URGENT]
    return sorted(urgent, key=lambda pair: pair[0].success.hits - pair[0].success.total)


def _hollow(context: Context) -> Iterator[Finding]:
    """Yield how many results do no work, with the agent that gave most; those of the verdict's agent are said there."""
    metrics = context.inputs.results.metrics
    said = {agent.agent_type for agent, _ in _urgent(metrics)[:1]}
    found = [agent for agent in named_agents(metrics) if agent.hollow_results and agent.agent_type not in said]
    found.sort(key=lambda agent: -len(agent.hollow_results))
    hollow = sum(agent.standings["hollow"] for agent in found)
    if not may_be_said(Claim(hollow, hollow, least=1)):
        return
    most = found[0]
    values: dict[str, Value] = {
        "agent": context.agent_ref(most.agent_type),
        "own": Ref(most.standings["hollow"], context.groups.target("agent", most.agent_type, "hollow")),
        "others": sum(agent.standings["hollow"] for agent in found[1:]),
        "completed": most.standings["hollow"] + most.standings["succeeded"],
        "more": tuple(context.agent_ref(agent.agent_type) for agent in found[1:]),
        "cases": case_refs(context, most.hollow_results[:SHOWN_CASES]),
    }
    yield Finding(MISSED_WEIGHT * hollow / metrics.totals.delegations, Sentence("answer_hollow", values))


def _stopped(context: Context) -> Iterator[Finding]:
    """Yield what ended most delegations, other than their agents."""
    metrics = context.inputs.results.metrics
    if not metrics.stopped:
        return
    most = metrics.stopped[0]
    if not may_be_said(Claim(metrics.totals.delegations, most.delegations)):
        return
    values: dict[str, Value] = {
        "cause": most.cause,
        "delegations": Ref(most.delegations, context.groups.target("stopped", most.cause)),
        "events": most.events if most.events != most.delegations else None,
        "retried": most.retries.retried,
        "succeeded": most.retries.succeeded,
    }
    yield Finding(most.delegations / metrics.totals.delegations, Sentence("answer_stopped", values))


def _leaders(context: Context) -> Iterator[Finding]:
    """Yield the agents that do most of the work, if few do, and each more than any other beyond chance."""
    metrics = context.inputs.results.metrics
    agents, total = named_agents(metrics), metrics.totals.delegations
    leaders = agents[:LEADERS]
    count = sum(agent.delegations for agent in leaders)
    part = count / total
    if len(agents) <= LEADERS or part <= MUCH_OF_THE_WORK:
        return
    least, next_one = leaders[-1].delegations, agents[LEADERS].delegations
    lead = least > next_one and fisher((least, total), (next_one, total)) < ALPHA
    if may_be_said(Claim(total, count, len(agents), lead)):
        names = tuple(context.agent_ref(agent.agent_type) for agent in leaders)
        values: dict[str, Value] = {"agents": names, "share": part, "delegations": total, "types": len(agents)}
        yield Finding(part * part * MUCH_OF_THE_WORK, Sentence("answer_leaders", values))


def _dear_agents(context: Context) -> Iterator[Finding]:
    """Yield the agent whose delegations cost more than the others' beyond chance; of several the one that cost most."""
    metrics = context.inputs.results.metrics
    agents = named_agents(metrics)
    cost = fsum(agent.cost.estimated for agent in metrics.agents)
    dear = [agent for agent in agents if agent.verdict and agent.verdict.dearer]
    if not cost or not dear:
        return
    dearest = max(dear, key=lambda agent: agent.cost.estimated)
    if not may_be_said(Claim(dearest.delegations_priced, dearest.cost.estimated, len(agents))):
        return
    values: dict[str, Value] = {
        "agent": context.agent_ref(dearest.agent_type),
        "cost": dearest.cost.estimated,
        "share": dearest.cost.estimated / cost,
        "work": dearest.delegations / metrics.totals.delegations,
        "per_delegation": dearest.cost_per_delegation,
        "priced": dearest.delegations_priced,
    }
    yield Finding(_excess(dearest, cost, metrics.totals.delegations), Sentence("answer_dear", values))


def _excess(agent: AgentMetrics, cost: float, delegations: int) -> float:
    """Return the agent's excess share of the cost over its share of the work, plus a tenth of its share of the cost."""
    return max(0.0, agent.cost.estimated / cost - agent.delegations / delegations) + agent.cost.estimated / cost / 10


def _marathons(context: Context) -> Iterator[Finding]:
    """Yield how many sessions were marathons out of control, if any was."""
    result = context.inputs.results.marathons
    bad = [marathon for marathon in result.marathons if marathon.classification == "NEGATIVE"]
    inside = sum(marathon.delegations for marathon in result.marathons)
    if not may_be_said(Claim(inside, len(bad), result.sessions)):
        return
    total = context.inputs.results.metrics.totals.delegations
    values: dict[str, Value] = {
        "marathons": Ref(len(result.marathons), context.groups.target("marathons")),
        "over": result.marathon_over,
        "sessions": result.sessions,
        "share": inside / total if len(result.marathons) < result.sessions else None,
        "negative": len(bad),
    }
    weight = (sum(marathon.delegations for marathon in bad) + inside / 4) / total / 2
    yield Finding(weight, Sentence("answer_marathons", values))


def _changes(context: Context) -> Iterator[Finding]:
    """Yield each claimed change between two periods."""
    size = {period.name: period.delegations for period in context.inputs.segmentation.periods}
    first = {period.name: period.first for period in context.inputs.segmentation.periods}
    total = sum(size.values())
    for comparison in context.inputs.segmentation.comparisons:
        part = (size[comparison.earlier] + size[comparison.later]) / total if total else 0
        for measure in comparison.measures:
            judged = min(measure.earlier_sample, measure.later_sample)
            claim = Claim(judged, abs(measure.difference or 0), beyond_chance=measure.claimed)
            if measure.difference is None or not measure.earlier or not may_be_said(claim):
                continue
            change = abs(measure.difference) / (1 if measure.measure in _SHARES else abs(measure.earlier))
            values: dict[str, Value] = {
                "measure": measure.measure,
                "earlier": context.masking.name(comparison.earlier),
                "later": context.masking.name(comparison.later),
                "since": first.get(comparison.later),
                "before": measure.earlier,
                "after": measure.later,
                "sample_before": measure.earlier_sample,
                "sample_after": measure.later_sample,
                "low": measure.low,
                "high": measure.high,
                "exploratory": "yes" if comparison.exploratory else None,
            }
            yield Finding(min(change, 1.0) * part, Sentence("answer_change", values))


_SHARES = frozenset({"success", "marathon_share", "agent_mix"})


def _misroutes(context: Context) -> Iterator[Finding]:
    """Yield how much work is suspected to have gone to the wrong agent."""
    quality = context.inputs.results.routing_quality
    part = share(quality.suspected)
    if not part or not may_be_said(Claim(quality.suspected.total, quality.suspected.hits)):
        return
    values: dict[str, Value] = {"rate": Ref(quality.suspected, context.groups.target("misroutes"))}
    yield Finding(part, Sentence("answer_misroutes", values))
