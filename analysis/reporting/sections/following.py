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
    total = metrics.totals.following | {"retried": metrics.totals.retries.retried}
    if not any(total[name] for name in ("stopped", "plan_sent_back", "tool_stopped", "retried")):
        return ()
    rows = [(context.agent(agent.agent_type), *_cells(context, agent)) for agent in metrics.agents]

    def counted(name: str) -> Ref | None:
        return Ref(total[name], context.groups.target("next", name)) if total[name] else None

    lead = Sentence(
        "following_lead",
        {
            "stopped": counted("stopped"),
            "events": metrics.totals.stopped_events,
            "plans": counted("plan_sent_back"),
            "tools": counted("tool_stopped"),
            "retried": counted("retried"),
            "succeeded": metrics.totals.retries.succeeded or None,
            "repeated": total["repeated"],
            "edited": total["edited_again"],
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
