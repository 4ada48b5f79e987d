"""Agents: use, rates with intervals, cost, time, verdicts, results without work, what stopped the work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.reporting.blocks import Block, Cell, Fold, Heading, Paragraph, Sentence, Table, Value
from analysis.reporting.context import (
    count_cell,
    duration_cell,
    money_cell,
    rate_cell,
    share_cell,
    word_cell,
)
from analysis.reporting.sections.evidence import evidence_blocks
from analysis.reporting.sections.following import following_blocks
from analysis.reporting.sections.outcomes import hollow_blocks, stopped_blocks
from analysis.reporting.sections.verdicts import verdict_blocks
from common.measures.claims import FEW
from common.measures.rates import share
from common.measures.success import AGAINST
from common.records.metrics import named_agents

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.reporting.context import Context
    from common.records.metrics import AgentMetrics, GroupMetrics
    from common.records.shared import Durations


def agents_blocks(context: Context) -> tuple[Block, ...]:
    """Return the agents' table, the verdicts, and the same figures by model, project and time."""
    metrics = context.inputs.results.metrics
    if not metrics.agents:
        return (Paragraph((Sentence("no_delegations"),)),)
    return (
        Paragraph((Sentence("agents_lead", {"types": len(named_agents(metrics)), "few": FEW}),)),
        _table(context, metrics.agents),
        *_waiting(metrics.totals.durations),
        *verdict_blocks(context),
        *hollow_blocks(context),
        *stopped_blocks(context),
        *evidence_blocks(context),
        *following_blocks(context),
        Heading(Sentence("head_groups"), "groups"),
        *_groups(context),
    )


def _waiting(durations: Durations) -> tuple[Block, ...]:
    """Return how much time the delegations were active, and how much of it was waiting; nothing without either."""
    if not durations.active_seconds or not durations.waiting_seconds:
        return ()
    values: dict[str, Value] = {"active": durations.active_seconds, "waiting": durations.waiting_seconds}
    return (Paragraph((Sentence("waiting", values),)),)


def _table(context: Context, agents: Sequence[AgentMetrics]) -> Table:
    """Return one row per agent; those with few judged delegations are faint."""
    rows = tuple(
        (
            context.agent(agent.agent_type),
            count_cell(agent.delegations, context.groups.target("agent", agent.agent_type)),
            rate_cell(agent.success, context.groups.target("agent", agent.agent_type, "succeeded")),
            *(
                count_cell(agent.standings[name], context.groups.target("agent", agent.agent_type, name))
                for name in AGAINST
            ),
            count_cell(agent.success.unknown, context.groups.target("agent", agent.agent_type, "not judged")),
            share_cell(share(agent.returned)),
            money_cell(agent.cost.estimated if agent.with_run else None),
            money_cell(agent.cost_per_delegation),
            duration_cell(agent.durations.p50),
            duration_cell(agent.durations.p90),
            word_cell(agent.verdict.verdict if agent.verdict else None),
        )
        for agent in agents
    )
    faint = frozenset(index for index, agent in enumerate(agents) if agent.success.total < FEW)
    return Table("agents", rows, faint=faint, shown=15)


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
            share_cell(share(group.returned)),
            money_cell(group.cost.estimated if group.with_run else None),
            money_cell(group.cost_per_delegation),
            duration_cell(group.durations.p50),
            share_cell(group.cache_share),
        )
        for head, group in zip(heads, groups, strict=True)
    )
    return Table(name, rows, faint=frozenset(i for i, group in enumerate(groups) if group.success.total < FEW))
