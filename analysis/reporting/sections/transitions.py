"""Transitions: which agent follows which, how often, and how that compares with chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.reporting.blocks import Block, Diagram, Fold, Heading, Paragraph, Sentence, Table
from analysis.reporting.context import count_cell, decimal_cell, rate_cell, text_cell
from common.text.formatting import format_decimal

if TYPE_CHECKING:
    from analysis.reporting.context import Context
    from common.records.shared import Transition

EDGES = 15
LEAST_EDGE = 2


def transitions_blocks(context: Context) -> tuple[Block, ...]:
    """Return the transitions, the loops, and the rounds of review."""
    result = context.inputs.results.marathons
    if not result.transitions_total:
        return (Paragraph((Sentence("no_transitions"),)),)
    lead = Sentence(
        "transitions_lead",
        {
            "transitions": result.transitions_total,
            "parallel": result.parallel,
            "cascade": result.cascade_rate,
        },
    )
    return (
        Paragraph((lead,)),
        _diagram(context),
        transitions_table(context),
        Heading(Sentence("head_loops"), "loops"),
        _loops(context),
        Fold(Sentence("fold_review_loops", {"rows": len(result.review_loops)}), (_review_loops(context),)),
    )


def _diagram(context: Context) -> Diagram:
    """Return the most frequent transitions as a graph."""
    edges = [
        transition for transition in context.inputs.results.marathons.transitions if transition.count >= LEAST_EDGE
    ][:EDGES]
    names = list(dict.fromkeys(name for transition in edges for name in (transition.source, transition.target)))
    index = {name: number for number, name in enumerate(names)}
    return Diagram(
        tuple(context.masking.name(name) for name in names),
        tuple((index[transition.source], index[transition.target], transition.count) for transition in edges),
    )


def transitions_table(context: Context) -> Table:
    """Return one row per transition, most frequent first."""
    rows = tuple(
        (
            context.agent(transition.source),
            context.agent(transition.target),
            count_cell(transition.count, context.groups.target("transition", transition.source, transition.target)),
            decimal_cell(transition.expected),
            decimal_cell(transition.lift),
            text_cell(_lift_interval(transition)),
            count_cell(transition.sessions),
        )
        for transition in context.inputs.results.marathons.transitions
    )
    return Table("transitions", rows)


def _lift_interval(transition: Transition) -> str | None:
    """Return the interval of a lift."""
    if transition.low is None or transition.high is None:
        return None
    return f"{format_decimal(transition.low)}–{format_decimal(transition.high)}"


def _loops(context: Context) -> Table:
    """Return how often work went from an agent to another and back."""
    loops = context.inputs.results.marathons.loops
    return Table(
        "loops",
        tuple(
            (
                context.agent(loop.agent_type),
                context.agent(loop.via),
                count_cell(loop.count, context.groups.target("loop", loop.agent_type, loop.via)),
            )
            for loop in loops
        ),
        shown=5,
    )


def _review_loops(context: Context) -> Table:
    """Return how many rounds a pair of agents needed."""
    rows = tuple(
        (
            context.agent(loop.agent_type),
            context.agent(loop.via),
            count_cell(loop.loops, context.groups.target("review loop", loop.agent_type, loop.via)),
            decimal_cell(loop.rounds_p50),
            count_cell(loop.rounds_longest),
            rate_cell(loop.ended_succeeded),
        )
        for loop in context.inputs.results.marathons.review_loops
    )
    return Table("review_loops", rows)
