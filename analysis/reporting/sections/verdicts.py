"""Verdicts: each agent's, with its grounds and the delegations that prove it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.reporting.blocks import Block, Bullets, Fold, Heading, Paragraph, Ref, Sentence
from common.records.metrics import PERHAPS_BELOW, SAME_WORK, VerdictWord

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.reporting.context import Context
    from common.records.metrics import AgentMetrics
    from common.records.shared import Evidence

URGENT: frozenset[VerdictWord] = frozenset({"fix", "retire"})
TIMES_THE_OTHERS = 2.0
"""A cost or an active time of this many times the others' is named next to a verdict."""


def verdict_blocks(context: Context) -> tuple[Block, ...]:
    """Return the verdicts that need attention, and the others folded."""
    metrics = context.inputs.results.metrics
    judged = [agent for agent in metrics.agents if agent.verdict is not None]
    if not judged:
        return ()
    urgent = [agent for agent in judged if agent.verdict and agent.verdict.verdict in URGENT]
    doubtful = [agent for agent in judged if agent.verdict and PERHAPS_BELOW in agent.verdict.grounds]
    others = tuple(_verdict(context, agent) for agent in judged if agent not in (*urgent, *doubtful))
    lead = Sentence("verdicts_lead", {"agents": len(judged), "urgent": len(urgent), "doubtful": len(doubtful)})
    return (
        Heading(Sentence("head_verdicts"), "verdicts"),
        Paragraph((lead,)),
        Bullets(tuple(_verdict(context, agent) for agent in (*urgent, *doubtful))),
        *((Fold(Sentence("fold_verdicts", {"rows": len(others)}), (Bullets(others),)),) if others else ()),
        Fold(Sentence("verdict_rule"), (Paragraph((Sentence("as_is", {"text": metrics.verdict_rule}),)),)),
    )


def _verdict(context: Context, agent: AgentMetrics) -> Sentence:
    """Return an agent's verdict with its grounds and the delegations that prove it."""
    verdict = agent.verdict
    if verdict is None:
        raise ValueError(agent.agent_type)
    cost, time = (
        ratio if ratio is not None and ratio >= TIMES_THE_OTHERS else None
        for ratio in (verdict.cost_ratio, verdict.time_ratio)
    )
    return Sentence(
        "verdict",
        {
            "agent": context.agent_ref(agent.agent_type),
            "verdict": verdict.verdict,
            "grounds": tuple(verdict.grounds),
            "rate": Ref(agent.success, context.groups.target("agent", agent.agent_type)),
            "others": verdict.others if verdict.others.total else None,
            "hollow": agent.standings["hollow"],
            "failed": agent.standings["failed"],
            "cost_ratio": cost,
            "time_ratio": time,
            "overlaps_with": context.agent_ref(verdict.overlaps_with or "") if SAME_WORK in verdict.grounds else None,
            "overlap": verdict.overlap,
            "cases": case_refs(context, verdict.cases),
        },
    )


def case_refs(context: Context, cases: Sequence[Evidence]) -> tuple[Ref, ...]:
    """Return the numbers of the delegations that prove a statement."""
    return tuple(card for case in cases if (card := context.card(case.tool_use_id)) is not None)
