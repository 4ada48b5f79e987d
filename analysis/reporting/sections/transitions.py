"""Transitions: which agent follows which, how often, and how that compares with chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.reporting.context import count, decimal, rate, text
from analysis.reporting.values import Block, Diagram, Fold, Heading, Paragraph, Sentence, Table
from common.text.formatting import decimal as shown_decimal

if TYPE_CHECKING:
    from analysis.reporting.context import Context
    from common.records.shared import Transition

EDGES = 15
LEAST_EDGE = 2


def transitions_blocks(context: Context) -> tuple[Block, ...]:
    """Return the transitions, the loops, and the rounds of review."""
    result = context.material.results.marathons
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
    edges = [one for one in context.material.results.marathons.transitions if one.count >= LEAST_EDGE][:EDGES]
    names = list(dict.fromkeys(name for one in edges for name in (one.source, one.target)))
    index = {name: number for number, name in enumerate(names)}
    return Diagram(
        tuple(context.show.name(name) for name in names),
        tuple((index[one.source], index[one.target], one.count) for one in edges),
    )


def transitions_table(context: Context) -> Table:
    """Return one row per transition, most frequent first."""
    rows = tuple(
        (
            context.agent(one.source),
            context.agent(one.target),
            count(one.count, context.groups.target("transition", one.source, one.target)),
            decimal(one.expected),
            decimal(one.lift),
            text(_lift_interval(one)),
            count(one.sessions),
        )
        for one in context.material.results.marathons.transitions
    )
    return Table("transitions", rows)


def _lift_interval(one: Transition) -> str | None:
    """Return the interval of a lift."""
    if one.low is None or one.high is None:
        return None
    return f"{shown_decimal(one.low)}–{shown_decimal(one.high)}"


def _loops(context: Context) -> Table:
    """Return how often work went from an agent to another and back."""
    loops = context.material.results.marathons.loops
    return Table(
        "loops",
        tuple((context.agent(one.agent_type), context.agent(one.via), count(one.count)) for one in loops),
        shown=5,
    )


def _review_loops(context: Context) -> Table:
    """Return how many rounds a pair of agents needed."""
    rows = tuple(
        (
            context.agent(one.agent_type),
            context.agent(one.via),
            count(one.loops),
            decimal(one.rounds_p50),
            count(one.rounds_longest),
            rate(one.ended_completed),
        )
        for one in context.material.results.marathons.review_loops
    )
    return Table("review_loops", rows)
