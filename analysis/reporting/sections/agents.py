"""Agents: use, rates with intervals, cost, time, verdicts with evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.reporting.blocks import Block, Bullets, Cell, Fold, Heading, Paragraph, Ref, Sentence, Table, Value
from analysis.reporting.context import (
    FEW,
    count_cell,
    duration_cell,
    money_cell,
    rate_cell,
    share_cell,
    tokens_cell,
    word_cell,
)
from common.records.metrics import PERHAPS_BELOW

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.reporting.context import Context
    from common.records.metrics import AgentMetrics, GroupMetrics
    from common.records.shared import Evidence


def agents_blocks(context: Context) -> tuple[Block, ...]:
    """Return the agents' table, the verdicts, and the same figures by model, project and time."""
    metrics = context.inputs.results.metrics
    if not metrics.agents:
        return (Paragraph((Sentence("no_delegations"),)),)
    return (
        Paragraph((Sentence("agents_lead", {"types": len(metrics.agents), "few": FEW}),)),
        _table(context, metrics.agents),
        Heading(Sentence("head_verdicts"), "verdicts"),
        *_verdicts(context, metrics.agents),
        Fold(Sentence("verdict_rule"), (Paragraph((Sentence("as_is", {"text": metrics.verdict_rule}),)),)),
        Heading(Sentence("head_rework"), "rework"),
        Paragraph((_rework_lead(context),)),
        _rework_table(context, metrics.agents),
        Heading(Sentence("head_groups"), "groups"),
        *_groups(context),
    )


def _table(context: Context, agents: Sequence[AgentMetrics]) -> Table:
    """Return one row per agent; those with few known outcomes are faint."""
    rows = tuple(
        (
            context.agent(agent.agent_type),
            count_cell(agent.delegations, context.groups.target("agent", agent.agent_type)),
            rate_cell(agent.success, context.groups.target("agent", agent.agent_type, "failed")),
            count_cell(agent.success.unknown, context.groups.target("agent", agent.agent_type, "unknown")),
            money_cell(agent.cost.estimated if agent.with_run else None),
            money_cell(agent.cost_per_delegation),
            duration_cell(agent.durations.p50),
            duration_cell(agent.durations.p90),
            tokens_cell(agent.tokens.output_estimated if agent.with_run else None),
            word_cell(agent.verdict.verdict if agent.verdict else None),
        )
        for agent in agents
    )
    faint = frozenset(index for index, agent in enumerate(agents) if agent.success.total < FEW)
    return Table("agents", rows, faint=faint, shown=15)


def _verdicts(context: Context, agents: Sequence[AgentMetrics]) -> tuple[Block, ...]:
    """Return the verdicts that need attention, and the others folded."""
    judged = [agent for agent in agents if agent.verdict is not None]
    urgent = [agent for agent in judged if agent.verdict and agent.verdict.verdict in {"fix", "retire"}]
    doubtful = [
        agent for agent in judged if agent not in urgent and agent.verdict and PERHAPS_BELOW in agent.verdict.grounds
    ]
    others = tuple(_verdict(context, agent) for agent in judged if agent not in (*urgent, *doubtful))
    lead = Sentence("verdicts_lead", {"agents": len(judged), "urgent": len(urgent), "doubtful": len(doubtful)})
    fold = (Fold(Sentence("fold_verdicts", {"rows": len(others)}), (Bullets(others),)),) if others else ()
    return (Paragraph((lead,)), Bullets(tuple(_verdict(context, agent) for agent in (*urgent, *doubtful))), *fold)


def _verdict(context: Context, agent: AgentMetrics) -> Sentence:
    """Return an agent's verdict with its grounds and the delegations that weigh most."""
    verdict = agent.verdict
    if verdict is None:
        raise ValueError(agent.agent_type)
    return Sentence(
        "verdict",
        {
            "agent": context.agent_ref(agent.agent_type),
            "verdict": verdict.verdict,
            "grounds": tuple(verdict.grounds),
            "rate": Ref(verdict.success, context.groups.target("agent", agent.agent_type, "failed")),
            "others": verdict.others,
            "shrunken": verdict.shrunken,
            "cost_ratio": verdict.cost_ratio,
            "time_ratio": verdict.time_ratio,
            "overlaps_with": None if verdict.overlaps_with is None else context.agent_ref(verdict.overlaps_with),
            "overlap": verdict.overlap,
            "proofs": _proofs(context, verdict.delegations),
        },
    )


def _proofs(context: Context, evidence: Sequence[Evidence]) -> tuple[Ref, ...]:
    """Return the numbers of the delegations that prove a statement."""
    return tuple(card for case in evidence if (card := context.card(case.tool_use_id)) is not None)


def _rework_lead(context: Context) -> Sentence:
    """Return how much completed work was done again, or that it is unknown without a known run."""
    rework = context.inputs.results.metrics.totals.rework
    values: dict[str, Value] = {
        "rate": Ref(rework.rate, context.groups.target("rework")),
        "repeated": rework.repeated,
        "corrected": rework.corrected,
        "edited_again": rework.edited_again if rework.edited_again.total else None,
        "cost": rework.repeat_cost,
    }
    return Sentence("rework_lead" if rework.rate.total else "no_rework", values)


def _rework_table(context: Context, agents: Sequence[AgentMetrics]) -> Table:
    """Return the agents whose completed work was done again, most often first."""
    found = sorted((agent for agent in agents if agent.rework.rate.hits), key=lambda agent: -agent.rework.rate.hits)
    rows = tuple(
        (
            context.agent(agent.agent_type),
            rate_cell(agent.rework.rate, context.groups.target("rework", agent.agent_type)),
            count_cell(agent.rework.repeated),
            count_cell(agent.rework.corrected),
            rate_cell(agent.rework.edited_again),
            money_cell(agent.rework.repeat_cost),
        )
        for agent in found
    )
    return Table("rework", rows)


def _groups(context: Context) -> tuple[Block, ...]:
    """Return the same figures by model, project, weekday, hour and day."""
    metrics = context.inputs.results.metrics
    named = {
        "models": [
            (context.masking.name(group.name), context.groups.target("model", group.name)) for group in metrics.models
        ],
        "projects": [
            (context.masking.project(group.name, group.worktrees), context.groups.target("project", group.name))
            for group in metrics.projects
        ],
    }
    plain: dict[str, list[GroupMetrics]] = {"weekdays": metrics.weekdays, "hours": metrics.hours, "days": metrics.days}
    tables = [
        _group_table(name, groups, [Cell(shown, target=target) for shown, target in named[name]])
        for name, groups in (("models", metrics.models), ("projects", metrics.projects))
    ]
    tables += [
        _group_table(
            name, groups, [Cell(group.name, target=context.groups.target(name[:-1], group.name)) for group in groups]
        )
        for name, groups in plain.items()
    ]
    return tuple(Fold(Sentence(f"fold_{table.name}", {"rows": len(table.rows)}), (table,)) for table in tables)


def _group_table(name: str, groups: Sequence[GroupMetrics], heads: Sequence[Cell]) -> Table:
    """Return one row per group."""
    rows = tuple(
        (
            head,
            count_cell(group.delegations, head.target),
            rate_cell(group.success),
            count_cell(group.success.unknown),
            money_cell(group.cost.estimated if group.with_run else None),
            money_cell(group.cost_per_delegation),
            duration_cell(group.durations.p50),
            share_cell(group.cache_share),
        )
        for head, group in zip(heads, groups, strict=True)
    )
    return Table(name, rows, faint=frozenset(i for i, group in enumerate(groups) if group.success.total < FEW))
