"""Marathons: sessions with very many delegations, and where control was lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.reporting.blocks import Block, Cell, Fold, Heading, Paragraph, Ref, Sentence, Table, Value
from analysis.reporting.context import count_cell, money_cell, rate_cell, share_cell, text_cell, word_cell
from analysis.reporting.evidence import position_name
from common.measures.rates import share

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from analysis.reporting.context import Context
    from common.records.marathons import MarathonStep, MarathonStory, PositionRate


def marathons_blocks(context: Context) -> tuple[Block, ...]:
    """Return the marathons, success by place in the session, and each marathon's story."""
    result = context.inputs.results.marathons
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
        *(_story(context, marathon) for marathon in result.marathons),
    )


def _table(context: Context) -> Table:
    """Return one row per marathon, longest first."""
    rows = tuple(
        (
            text_of_session(context, marathon.session_id),
            text_cell(marathon.date),
            word_cell(marathon.classification),
            count_cell(marathon.delegations, context.groups.session(marathon.session_id)),
            rate_cell(marathon.success),
            count_cell(sum(marathon.hollow.values())),
            count_cell(marathon.success.unknown),
            share_cell(share(marathon.returned)),
            rate_cell(marathon.cascade_rate),
            count_cell(marathon.loops),
            count_cell(marathon.pivot.sequence_number if marathon.pivot else None, _pivot_card(context, marathon)),
            money_cell(marathon.cost.estimated),
        )
        for marathon in context.inputs.results.marathons.marathons
    )
    return Table("marathons", rows)


def text_of_session(context: Context, session_id: str) -> Cell:
    """Return a session's name, leading to its delegations."""
    return Cell(context.masking.session(session_id), target=context.groups.session(session_id))


def _pivot_card(context: Context, marathon: MarathonStory) -> str | None:
    """Return the address of the delegation at which a marathon lost control."""
    return context.groups.card(marathon.pivot.tool_use_id) if marathon.pivot else None


def positions_table(context: Context, rates: Sequence[PositionRate]) -> Table:
    """Return success by the place of a delegation in its session."""
    rows = tuple(
        (
            text_cell(position_name(position)),
            rate_cell(position.success, context.groups.target("place", position_name(position))),
            count_cell(position.success.unknown),
        )
        for position in rates
    )
    return Table("positions", rows)


def _story(context: Context, marathon: MarathonStory) -> Fold:
    """Return a marathon in depth."""
    summary = Sentence(
        "story",
        {
            "session": context.masking.session(marathon.session_id),
            "date": marathon.date,
            "classification": marathon.classification,
            "delegations": marathon.delegations,
        },
    )
    blocks: tuple[Block, ...] = (
        Paragraph(tuple(_story_sentences(context, marathon))),
        Table("steps", tuple(_step(context, step) for step in _steps(marathon)), shown=10),
    )
    return Fold(summary, blocks, anchor=f"m{context.masking.number_by_session[marathon.session_id]}")


def _steps(marathon: MarathonStory) -> list[MarathonStep]:
    """Return the first and the last steps, each once."""
    return list({step.sequence_number: step for step in (*marathon.first_steps, *marathon.last_steps)}.values())


def _story_sentences(context: Context, marathon: MarathonStory) -> Iterator[Sentence]:
    """Yield what happened in a marathon."""
    initial, final = context.masking.words(marathon.initial_task, 300), context.masking.words(marathon.final_state, 300)
    if initial is not None:
        yield Sentence("initial_task", {"words": initial})
    if marathon.pivot is not None:
        yield Sentence("pivot", _pivot_values(context, marathon))
    for loop in marathon.loop_counts[:2]:
        agent, via = context.masking.name(loop.agent_type), context.masking.name(loop.via)
        yield Sentence("story_loop", {"agent": agent, "via": via, "count": loop.count})
    if final is not None:
        yield Sentence("final_state", {"words": final})


def _pivot_values(context: Context, marathon: MarathonStory) -> dict[str, Value]:
    """Return where a marathon lost control, and success before and after."""
    pivot = marathon.pivot
    if pivot is None:
        raise ValueError(marathon.session_id)
    return {
        "place": Ref(pivot.sequence_number, context.groups.card(pivot.tool_use_id)),
        "delegations": marathon.delegations,
        "reason": pivot.reason,
        "before": marathon.before_pivot,
        "after": marathon.from_pivot,
    }


def _step(context: Context, step: MarathonStep) -> tuple[Cell, ...]:
    """Return a step of a marathon."""
    return (
        count_cell(step.sequence_number, context.groups.card(step.tool_use_id)),
        context.agent(step.agent_type),
        text_cell(context.task(step.tool_use_id)),
        word_cell(step.outcome),
    )
