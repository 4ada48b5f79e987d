"""The answer: at most five sentences, chosen by the data.

The first sentence always says how much of the work succeeded. Each other candidate has a weight: the share of all
delegations, or of all money, that it concerns, times the size of the finding (a difference of shares, a share). With
fewer than ten cases, or an interval that does not support it, it is no candidate. Of each kind only the heaviest
counts; the four heaviest of these are used, heaviest first, and of equal ones the earlier in the code. No sentence
claims a cause.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING

from analysis.reporting.blocks import Ref, Sentence, Value
from analysis.reporting.context import FEW
from common.measures.rates import share
from common.records.metrics import BELOW, PERHAPS_BELOW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analysis.reporting.context import Context
    from common.records.metrics import AgentMetrics, Verdict

SENTENCES = 5
MUCH_OF_THE_WORK = 0.5
LEADERS = 3
WEAK = 10  # excess failures weigh more than shares of the work or of the money


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
    first = Sentence(
        "answer_success",
        {
            "delegations": Ref(totals.delegations, None),
            "rate": totals.success,
            "unknown": Ref(totals.success.unknown, context.groups.target("class", "unknown")),
            "failed": Ref(totals.success.total - totals.success.hits, context.groups.target("class", "failed")),
        },
    )
    found = sorted(_candidates(context), key=lambda finding: -finding.weight)
    heaviest = {finding.sentence.name: finding for finding in reversed(found)}
    chosen = [finding for finding in found if heaviest[finding.sentence.name] is finding]
    return (first, *(finding.sentence for finding in chosen[: SENTENCES - 1]))


def _candidates(context: Context) -> Iterator[Finding]:
    """Yield every finding that the data support."""
    if context.inputs.results.metrics.totals.delegations < FEW:
        return
    yield from _leaders(context)
    yield from _weak_agents(context)
    yield from _dear_agents(context)
    yield from _marathons(context)
    yield from _changes(context)
    yield from _misroutes(context)
    yield from _rework(context)


def _leaders(context: Context) -> Iterator[Finding]:
    """Yield the agents that do most of the work, if few do."""
    agents = context.inputs.results.metrics.agents
    total = context.inputs.results.metrics.totals.delegations
    leaders = agents[:LEADERS]
    part = sum(agent.delegations for agent in leaders) / total
    if len(agents) > LEADERS and part > MUCH_OF_THE_WORK:
        names = tuple(context.agent_ref(agent.agent_type) for agent in leaders)
        values: dict[str, Value] = {"agents": names, "share": part, "delegations": total, "types": len(agents)}
        yield Finding(part * part * MUCH_OF_THE_WORK, Sentence("answer_leaders", values))


def _weak_agents(context: Context) -> Iterator[Finding]:
    """Yield the agents whose success is below that of all others, most excess failures first.

    Agents that may be below by chance alone get their own sentence and weigh less.
    """
    total = context.inputs.results.metrics.totals.delegations
    weak: dict[str, list[tuple[float, AgentMetrics, Verdict]]] = {BELOW: [], PERHAPS_BELOW: []}
    for agent in context.inputs.results.metrics.agents:
        verdict = agent.verdict
        own, others = (share(verdict.success), share(verdict.others)) if verdict else (None, None)
        ground = next((ground for ground in weak if verdict and ground in verdict.grounds), None)
        if verdict and ground and own is not None and others is not None and verdict.success.total >= FEW:
            weak[ground].append(((others - own) * agent.delegations / total, agent, verdict))
    said, found = next(((name, ones) for name, ones in weak.items() if ones), (BELOW, []))
    if found:
        yield _weakest(context, said, sorted(found, key=lambda weighed: -weighed[0]))


def _weakest(context: Context, ground: str, found: list[tuple[float, AgentMetrics, Verdict]]) -> Finding:
    """Return the finding on the first of the weak agents, with the names of the others."""
    weight, agent, verdict = found[0]
    values: dict[str, Value] = {
        "agent": context.agent_ref(agent.agent_type),
        "rate": Ref(verdict.success, context.groups.target("agent", agent.agent_type, "failed")),
        "others": verdict.others,
        "more": tuple(context.agent_ref(weak.agent_type) for _, weak, _ in found[1:]),
    }
    name = "answer_weak" if ground == BELOW else "answer_weak_perhaps"
    return Finding(weight * (WEAK if ground == BELOW else WEAK / 2), Sentence(name, values))


def _dear_agents(context: Context) -> Iterator[Finding]:
    """Yield the agent that cost most, with its share of the work."""
    metrics = context.inputs.results.metrics
    cost = fsum(agent.cost.estimated for agent in metrics.agents)
    known = [agent for agent in metrics.agents if agent.delegations_priced >= FEW]
    if not cost or not known:
        return
    dearest = max(known, key=lambda agent: agent.cost.estimated)
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
    """Yield how many sessions were marathons, and their share of the work."""
    result = context.inputs.results.marathons
    bad = [marathon for marathon in result.marathons if marathon.classification == "NEGATIVE"]
    inside = sum(marathon.delegations for marathon in result.marathons)
    if not result.marathons or inside < FEW:
        return
    total = context.inputs.results.metrics.totals.delegations
    values: dict[str, Value] = {
        "marathons": Ref(len(result.marathons), context.groups.target("marathons")),
        "over": result.marathon_over,
        "sessions": result.sessions,
        "share": inside / total,
        "negative": len(bad),
    }
    weight = (sum(marathon.delegations for marathon in bad) + inside / 4) / total / 2
    yield Finding(weight, Sentence("answer_marathons", values))


def _changes(context: Context) -> Iterator[Finding]:
    """Yield each claimed change between neighbouring periods."""
    size = {period.name: period.delegations for period in context.inputs.segmentation.periods}
    first = {period.name: period.first for period in context.inputs.segmentation.periods}
    total = sum(size.values())
    for comparison in context.inputs.segmentation.comparisons:
        part = (size[comparison.earlier] + size[comparison.later]) / total if total else 0
        for measure in comparison.measures:
            if not measure.claimed or measure.difference is None or not measure.earlier:
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
    if not quality.misroutes or not part or quality.suspected.total < FEW:
        return
    values: dict[str, Value] = {"rate": Ref(quality.suspected, context.groups.target("misroutes"))}
    yield Finding(part, Sentence("answer_misroutes", values))


def _rework(context: Context) -> Iterator[Finding]:
    """Yield how much completed work was done again."""
    rework = context.inputs.results.metrics.totals.rework
    part = share(rework.rate)
    if not part or rework.rate.total < FEW:
        return
    values: dict[str, Value] = {"rate": Ref(rework.rate, context.groups.target("rework")), "cost": rework.repeat_cost}
    yield Finding(part, Sentence("answer_rework", values))
