"""The table of what the transcripts show of the work of each agent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.reporting.blocks import Block, Heading, Paragraph, Sentence, Table
from analysis.reporting.context import count_cell
from common.records.metrics import count_shown

if TYPE_CHECKING:
    from analysis.reporting.blocks import Cell
    from analysis.reporting.context import Context
    from common.records.metrics import AgentMetrics
    from common.records.showing import Shown


def evidence_blocks(context: Context) -> tuple[Block, ...]:
    """Return the table of evidence; nothing if no delegation has a run, a count of tool calls or a result."""
    agents = [agent for agent in context.inputs.results.metrics.agents if _has_any(agent)]
    if not agents:
        return ()
    rows = tuple((context.agent(agent.agent_type), *_cells(context, agent)) for agent in agents)
    return (
        Heading(Sentence("head_evidence"), "evidence"),
        Paragraph((Sentence("evidence_lead"),)),
        Table("evidence", rows, shown=15),
    )


def _has_any(agent: AgentMetrics) -> bool:
    return bool(agent.shown.calls_known or agent.with_run or agent.shown.with_result)


def _cells(context: Context, agent: AgentMetrics) -> tuple[Cell, ...]:
    """Return the counts of an agent, each after the number that it is of."""
    shown = agent.shown

    def counted(name: Shown) -> Cell:
        return count_cell(count_shown(agent, name), context.groups.target("shown", name, agent.agent_type))

    return (
        count_cell(shown.calls_known),
        counted("no_tool_call"),
        count_cell(agent.with_run),
        counted("edited"),
        counted("checked"),
        count_cell(shown.with_result),
        counted("used"),
    )
