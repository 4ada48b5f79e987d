"""Results without work, with their first lines; and what stopped the work, with retries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.reporting.blocks import Block, Bullets, Heading, Paragraph, Ref, Sentence, Table
from analysis.reporting.context import count_cell, word_cell

if TYPE_CHECKING:
    from analysis.reporting.context import Context
    from common.records.metrics import AgentMetrics
    from common.records.shared import Evidence

SHOWN_RESULTS = 5
LINE_LENGTH = 160


def hollow_blocks(context: Context) -> tuple[Block, ...]:
    """Return each agent's results without work, with their first lines as proof; nothing without any."""
    metrics = context.inputs.results.metrics
    agents = [agent for agent in metrics.agents if agent.hollow_results]
    if not agents:
        return ()
    hollow = metrics.totals.standings["hollow"]
    lead = Sentence(
        "hollow_lead",
        {
            "hollow": Ref(hollow, context.groups.target("standing", "hollow")),
            "completed": hollow + metrics.totals.standings["succeeded"],
        },
    )
    return (
        Heading(Sentence("head_hollow"), "hollow"),
        Paragraph((lead,)),
        Bullets(tuple(sentence for agent in agents for sentence in _of_agent(context, agent))),
    )


def _of_agent(context: Context, agent: AgentMetrics) -> tuple[Sentence, ...]:
    """Return how many results of an agent are without work, then the first ones."""
    total = Sentence(
        "hollow_agent",
        {
            "agent": context.agent_ref(agent.agent_type),
            "hollow": Ref(agent.standings["hollow"], context.groups.target("agent", agent.agent_type, "hollow")),
            "completed": agent.standings["hollow"] + agent.standings["succeeded"],
            "kinds": tuple(kind for kind, count in agent.hollow.items() if count),
        },
    )
    return (total, *(_result(context, result) for result in agent.hollow_results[:SHOWN_RESULTS]))


def _result(context: Context, result: Evidence) -> Sentence:
    """Return the first lines of a result without work, after its agent."""
    return Sentence(
        "hollow_result",
        {
            "agent": context.agent_ref(result.agent_type),
            "card": context.card(result.tool_use_id),
            "kind": result.why,
            "words": context.result(result.tool_use_id, LINE_LENGTH),
        },
    )


def stopped_blocks(context: Context) -> tuple[Block, ...]:
    """Return what stopped the work, by cause; nothing if nothing did."""
    stopped = context.inputs.results.metrics.stopped
    if not stopped:
        return ()
    rows = tuple(
        (
            word_cell(f"cause_{row.cause}"),
            count_cell(row.delegations, context.groups.target("stopped", row.cause)),
            count_cell(row.events),
            context.agent(next(iter(row.agents))),
            count_cell(row.retries.retried, context.groups.target("retried", row.cause)),
            count_cell(row.retries.succeeded),
        )
        for row in stopped
    )
    return (
        Heading(Sentence("head_stopped"), "stopped"),
        Paragraph((Sentence("stopped_lead"),)),
        Table("stopped", rows),
    )
