"""Costs: at list price, recorded and estimated, by place, model, agent, project, day and period."""

from __future__ import annotations

from dataclasses import replace
from math import fsum
from typing import TYPE_CHECKING

from analysis.reporting.blocks import Block, Cell, Fold, Heading, Paragraph, Sentence, Table
from analysis.reporting.context import count_cell, money_cell, share_cell, text_cell, tokens_cell, word_cell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from analysis.reporting.context import Context
    from common.records.metrics import Spending

SESSIONS = 10


def costs_blocks(context: Context) -> tuple[Block, ...]:
    """Return what everything cost, and where the money went."""
    metrics = context.inputs.results.metrics
    if not metrics.totals.tokens.messages:
        return (Paragraph((Sentence("no_tokens"),)),)
    worktrees = {spending.name: spending.worktrees for spending in metrics.spending_by_project}
    by_name: list[tuple[str, Sequence[Spending], Callable[[str], Cell]]] = [
        ("spending_by_model", metrics.spending_by_model, lambda name: text_cell(context.masking.name(name))),
        (
            "spending_by_project",
            metrics.spending_by_project,
            lambda name: text_cell(context.masking.project(name, worktrees[name])),
        ),
        ("spending_by_period", metrics.spending_by_period, lambda name: text_cell(context.masking.name(name))),
        ("spending_by_day", metrics.spending_by_day, text_cell),
    ]
    return (
        Paragraph(tuple(_lead(context))),
        _spending(context, "spending_by_place", metrics.spending_by_place, word_cell),
        _agents(context),
        *(
            Fold(Sentence(f"fold_{name}", {"rows": len(rows)}), (_spending(context, name, rows, head),))
            for name, rows, head in by_name
        ),
        Heading(Sentence("head_dear_sessions"), "dear-sessions"),
        _sessions(context),
    )


def _lead(context: Context) -> Iterator[Sentence]:
    """Yield the total, its two figures, and what the price list is."""
    metrics = context.inputs.results.metrics
    cost, used = metrics.totals.cost, metrics.totals.tokens
    yield Sentence("cost_total", {"estimated": cost.estimated, "recorded": cost.recorded, "read": metrics.prices_read})
    yield Sentence(
        "tokens_total",
        {
            "input": used.input,
            "output": used.output_estimated,
            "written": used.cache_creation,
            "read": used.cache_read,
        },
    )
    if metrics.unpriced:
        yield Sentence("unpriced_lead", {"models": len({model.model for model in metrics.unpriced})})
    parent = metrics.totals.parent_price
    if parent.delegations and parent.other != parent.actual:
        yield Sentence(
            "parent_price",
            {
                "delegations": parent.delegations,
                "actual": parent.actual,
                "parent": parent.other,
            },
        )


def _spending(context: Context, name: str, rows: Sequence[Spending], head: Callable[[str], Cell]) -> Table:
    """Return tokens and cost by name; a name leads to the delegations whose runs spent some of it."""
    total = fsum(spending.cost.estimated for spending in rows)
    return Table(
        name,
        tuple(
            (
                replace(head(spending.name), target=context.groups.target(name, spending.name)),
                money_cell(spending.cost.estimated),
                money_cell(spending.cost.recorded),
                share_cell(spending.cost.estimated / total if total else None),
                tokens_cell(spending.tokens.input + spending.tokens.cache_creation),
                tokens_cell(spending.tokens.cache_read),
                tokens_cell(spending.tokens.output_estimated),
                count_cell(spending.tokens.messages),
            )
            for spending in rows
        ),
    )


def _agents(context: Context) -> Table:
    """Return what each agent's runs cost, dearest first."""
    agents = [agent for agent in context.inputs.results.metrics.agents if agent.with_run]
    total = fsum(agent.cost.estimated for agent in agents)
    rows = tuple(
        (
            context.agent(agent.agent_type),
            money_cell(agent.cost.estimated),
            share_cell(agent.cost.estimated / total if total else None),
            money_cell(agent.cost_per_delegation),
            count_cell(agent.delegations_priced),
            count_cell(agent.delegations - agent.delegations_priced),
            share_cell(agent.cache_share),
        )
        for agent in sorted(agents, key=lambda agent: -agent.cost.estimated)
    )
    return Table("cost_by_agent", rows)


def _sessions(context: Context) -> Table:
    """Return the sessions whose runs cost most."""
    rows = tuple(
        (
            Cell(context.masking.session(session_id), target=context.groups.session(session_id)),
            text_cell(day),
            text_cell(context.masking.project(project)),
            count_cell(number),
            money_cell(cost),
        )
        for session_id, day, project, number, cost in dear_sessions(context)[:SESSIONS]
    )
    return Table("dear_sessions", rows)


def dear_sessions(context: Context) -> list[tuple[str, str | None, str, int, float]]:
    """Return (session, day, project, delegations, estimated dollars of its runs), dearest first."""
    cost_by_session: dict[str, float] = {}
    first: dict[str, str | None] = {}
    for numbered in context.inputs.delegations:
        session_id = numbered.session.session_id
        cost_by_session[session_id] = cost_by_session.get(session_id, 0.0) + (numbered.cost or 0.0)
        first.setdefault(session_id, numbered.moment.date().isoformat() if numbered.moment else None)
    sessions = {session.session_id: session for session in context.inputs.enriched.sessions}
    ordered = sorted(cost_by_session, key=lambda name: (-cost_by_session[name], name))
    return [
        (
            name,
            first[name],
            context.inputs.project_of(sessions[name]).name,
            sessions[name].delegation_count,
            cost_by_session[name],
        )
        for name in ordered
        if cost_by_session[name] > 0
    ]
