"""Marathons: sessions with very many delegations, and where they lose control."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.reporting.context import count, money, rate, text, word
from analysis.reporting.groups import position_name
from analysis.reporting.values import Block, Cell, Fold, Heading, Paragraph, Ref, Sentence, Table, Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from analysis.reporting.context import Context
    from common.records.marathons import MarathonStep, MarathonStory, PositionRate


def marathons_blocks(context: Context) -> tuple[Block, ...]:
    """Return the marathons, success by place in the session, and each marathon's story."""
    result = context.material.results.marathons
    if not result.sessions:
        return (Paragraph((Sentence("no_delegations"),)),)
    summary = result.summary
    lead = Sentence(
        "marathons_lead" if result.marathons else "no_marathons",
        {
            "marathons": len(result.marathons),
            "over": result.marathon_over,
            "sessions": result.sessions,
            "positive": summary.POSITIVE,
            "negative": summary.NEGATIVE,
            "ambiguous": summary.AMBIGUOUS,
            "unknown": summary.UNKNOWN,
        },
    )
    return (
        Paragraph((lead,)),
        *((_table(context),) if result.marathons else ()),
        Heading(Sentence("head_positions"), "positions"),
        positions_table(context, result.by_position),
        *(_story(context, one) for one in result.marathons),
    )


def _table(context: Context) -> Table:
    """Return one row per marathon, longest first."""
    rows = tuple(
        (
            text_of_session(context, one.session_id),
            text(one.date),
            word(one.classification),
            count(one.delegations, context.groups.session(one.session_id)),
            rate(one.success),
            rate(one.cascade_rate),
            count(one.loops),
            count(one.pivot.sequence_number if one.pivot else None, _pivot_card(context, one)),
            money(one.cost.estimated),
        )
        for one in context.material.results.marathons.marathons
    )
    return Table("marathons", rows)


def text_of_session(context: Context, session_id: str) -> Cell:
    """Return a session's name, leading to its delegations."""
    return Cell(context.show.session(session_id), target=context.groups.session(session_id))


def _pivot_card(context: Context, one: MarathonStory) -> str | None:
    """Return the address of the delegation at which a marathon lost control."""
    return context.groups.card(one.pivot.tool_use_id) if one.pivot else None


def positions_table(context: Context, rates: Sequence[PositionRate]) -> Table:
    """Return success by the place of a delegation in its session."""
    rows = tuple(
        (
            text(position_name(one)),
            rate(one.success, context.groups.target("place", position_name(one))),
            count(one.success.unknown),
        )
        for one in rates
    )
    return Table("positions", rows)


def _story(context: Context, one: MarathonStory) -> Fold:
    """Return a marathon in depth."""
    summary = Sentence(
        "story",
        {
            "session": context.show.session(one.session_id),
            "date": one.date,
            "classification": one.classification,
            "delegations": one.delegations,
        },
    )
    blocks: tuple[Block, ...] = (
        Paragraph(tuple(_story_sentences(context, one))),
        Table("steps", tuple(_step(context, step) for step in _steps(one)), shown=10),
    )
    return Fold(summary, blocks, anchor=f"m{context.show.number_by_session[one.session_id]}")


def _steps(one: MarathonStory) -> list[MarathonStep]:
    """Return the first and the last steps, each once."""
    return list({step.sequence_number: step for step in (*one.first_steps, *one.last_steps)}.values())


def _story_sentences(context: Context, one: MarathonStory) -> Iterator[Sentence]:
    """Yield what happened in a marathon."""
    initial, final = context.show.words(one.initial_task, 300), context.show.words(one.final_state, 300)
    if initial is not None:
        yield Sentence("initial_task", {"words": initial})
    if one.pivot is not None:
        yield Sentence("pivot", _pivot_values(context, one))
    for loop in one.loop_counts[:2]:
        agent, via = context.show.name(loop.agent_type), context.show.name(loop.via)
        yield Sentence("story_loop", {"agent": agent, "via": via, "count": loop.count})
    if final is not None:
        yield Sentence("final_state", {"words": final})


def _pivot_values(context: Context, one: MarathonStory) -> dict[str, Value]:
    """Return where a marathon lost control, and success before and after."""
    pivot = one.pivot
    if pivot is None:
        raise ValueError(one.session_id)
    return {
        "place": Ref(pivot.sequence_number, context.groups.card(pivot.tool_use_id)),
        "delegations": one.delegations,
        "reason": pivot.reason,
        "before": one.before_pivot,
        "after": one.from_pivot,
    }


def _step(context: Context, step: MarathonStep) -> tuple[Cell, ...]:
    """Return a step of a marathon."""
    return (
        count(step.sequence_number, context.groups.card(step.tool_use_id)),
        context.agent(step.agent_type),
        text(context.task(step.tool_use_id)),
        word(step.outcome),
    )
