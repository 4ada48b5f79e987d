"""Costs: at list price, recorded and estimated, by place, model, agent, project, day and period."""

from __future__ import annotations

from math import fsum
from typing import TYPE_CHECKING

from analysis.reporting.context import count, money, share, text, tokens, word
from analysis.reporting.values import Block, Cell, Fold, Heading, Paragraph, Sentence, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from analysis.reporting.context import Context
    from common.records.metrics import Spending

SESSIONS = 10


def costs_blocks(context: Context) -> tuple[Block, ...]:
    """Return what everything cost, and where the money went."""
    metrics = context.material.results.metrics
    if not metrics.totals.tokens.messages:
        return (Paragraph((Sentence("no_tokens"),)),)
    by_name: list[tuple[str, Sequence[Spending], Callable[[str], Cell]]] = [
        ("spending_by_model", metrics.spending_by_model, lambda name: text(context.show.name(name))),
        ("spending_by_project", metrics.spending_by_project, lambda name: text(context.show.project(name))),
        ("spending_by_period", metrics.spending_by_period, lambda name: text(context.show.name(name))),
        ("spending_by_day", metrics.spending_by_day, text),
    ]
    return (
        Paragraph(tuple(_lead(context))),
        _spending("spending_by_place", metrics.spending_by_place, word),
        _agents(context),
        *(
            Fold(Sentence(f"fold_{name}", {"rows": len(rows)}), (_spending(name, rows, head),))
            for name, rows, head in by_name
        ),
        Heading(Sentence("head_dear_sessions"), "dear-sessions"),
        _sessions(context),
    )


def _lead(context: Context) -> Iterator[Sentence]:
    """Yield the total, its two figures, and what the price list is."""
    metrics = context.material.results.metrics
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
        yield Sentence("unpriced_lead", {"models": len({one.model for one in metrics.unpriced})})
    parent = metrics.totals.parent_price
    if parent.delegations:
        yield Sentence(
            "parent_price",
            {
                "delegations": parent.delegations,
                "actual": parent.actual,
                "parent": parent.on_parents_model,
            },
        )


def _spending(name: str, rows: Sequence[Spending], head: Callable[[str], Cell]) -> Table:
    """Return tokens and cost by name."""
    total = fsum(one.cost.estimated for one in rows)
    return Table(
        name,
        tuple(
            (
                head(one.name),
                money(one.cost.estimated),
                money(one.cost.recorded),
                share(one.cost.estimated / total if total else None),
                tokens(one.tokens.input + one.tokens.cache_creation),
                tokens(one.tokens.cache_read),
                tokens(one.tokens.output_estimated),
                count(one.tokens.messages),
            )
            for one in rows
        ),
    )


def _agents(context: Context) -> Table:
    """Return what each agent's runs cost, dearest first."""
    agents = [agent for agent in context.material.results.metrics.agents if agent.with_run]
    total = fsum(agent.cost.estimated for agent in agents)
    rows = tuple(
        (
            context.agent(agent.agent_type),
            money(agent.cost.estimated),
            share(agent.cost.estimated / total if total else None),
            money(agent.cost_per_delegation),
            count(agent.delegations_priced),
            count(agent.delegations - agent.delegations_priced),
            share(agent.cache_share),
        )
        for agent in sorted(agents, key=lambda agent: -agent.cost.estimated)
    )
    return Table("cost_by_agent", rows)


def _sessions(context: Context) -> Table:
    """Return the sessions whose runs cost most."""
    rows = tuple(
        (
            Cell(context.show.session(session_id), target=context.groups.session(session_id)),
            text(day),
            text(context.show.project(project)),
            count(number),
            money(cost),
        )
        for session_id, day, project, number, cost in dear_sessions(context)[:SESSIONS]
    )
    return Table("dear_sessions", rows)


def dear_sessions(context: Context) -> list[tuple[str, str | None, str, int, float]]:
    """Return (session, day, project, delegations, estimated dollars of its runs), dearest first."""
    cost_by_session: dict[str, float] = {}
    first: dict[str, str | None] = {}
    for one in context.material.delegations:
        session_id = one.session.session_id
        cost_by_session[session_id] = cost_by_session.get(session_id, 0.0) + (one.cost or 0.0)
        first.setdefault(session_id, one.moment.date().isoformat() if one.moment else None)
    sessions = {session.session_id: session for session in context.material.enriched.sessions}
    ordered = sorted(cost_by_session, key=lambda name: (-cost_by_session[name], name))
    return [
        (name, first[name], sessions[name].project, sessions[name].delegation_count, cost_by_session[name])
        for name in ordered
        if cost_by_session[name] > 0
    ]
