"""The table of what happened after delegations, by agent: neutral facts, each leading to its delegations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.reporting.blocks import Block, Cell, Heading, Paragraph, Ref, Sentence, Table
from analysis.reporting.context import count_cell
from common.records.following import LATER, NEXT_STEPS

if TYPE_CHECKING:
    from analysis.reporting.context import Context
    from common.records.metrics import AgentMetrics


def following_blocks(context: Context) -> tuple[Block, ...]:
    """Return the table of what happened next; nothing if the user always went on and nothing was tried again."""
    metrics = context.inputs.results.metrics
    total, retries = metrics.totals.following, metrics.totals.retries
    if not any((total.stopped, total.plan_sent_back, total.tool_stopped, retries.retried)):
        return ()
    rows = [(context.agent(agent.agent_type), *_cells(context, agent)) for agent in metrics.agents]

    def counted(name: str, count: int) -> Ref | None:
        return Ref(count, context.groups.target("next", name)) if count else None

    lead = Sentence(
        "following_lead",
        {
            "stopped": counted("stopped", len(total.stopped)),
            "events": total.events,
            "plans": counted("plan_sent_back", len(total.plan_sent_back)),
            "tools": counted("tool_stopped", len(total.tool_stopped)),
            "retried": counted("retried", retries.retried),
            "succeeded": retries.succeeded or None,
            "repeated": len(total.repeated),
            "edited": len(total.edited_again),
        },
    )
    return (
        Heading(Sentence("head_following"), "following"),
        Paragraph((lead,)),
        Table("following", tuple(rows), shown=15),
    )


def _cells(context: Context, agent: AgentMetrics) -> tuple[Cell, ...]:
    """Return the counts of an agent."""

    def counted(name: str, count: int) -> Cell:
        return count_cell(count, context.groups.target("next", name, agent.agent_type))

    return (
        *(counted(name, len(getattr(agent.following, name))) for name in NEXT_STEPS),
        counted("retried", agent.retries.retried),
        count_cell(agent.retries.succeeded),
        *(counted(name, len(getattr(agent.following, name))) for name in LATER),
    )
