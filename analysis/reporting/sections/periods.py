"""Periods: what differed from one to the next, and what of it the data can carry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.reporting.context import FEW, count, decimal, money, rate, text
from analysis.reporting.values import Block, Bullets, Cell, Code, Fold, Form, Heading, Paragraph, Sentence, Table, Value
from common.measures.rates import rate as rate_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analysis.reporting.context import Context
    from common.records.segmentation import ComparedMeasure, Comparison, PeriodSegment

CHANGES_LENGTH = 120
CONFOUNDERS, COMPARISONS = 6, 4
_FORMS: dict[str, Form] = {"delegations_per_session": "decimal", "cost_per_delegation": "money"}


def periods_blocks(context: Context) -> tuple[Block, ...]:
    """Return the periods and the comparisons between neighbours."""
    report = context.material.segmentation
    if not report.periods:
        return (Paragraph((Sentence("no_delegations"),)),)
    lead = Sentence(f"periods_from_{report.period_source}", {"periods": len(report.periods)})
    method = Sentence("method", {"tests": report.tests, "draws": report.draws})
    return (
        Paragraph((lead,)),
        periods_table(context),
        *((Paragraph((method,)),) if report.comparisons else ()),
        *_comparisons(context),
    )


def _comparisons(context: Context) -> tuple[Block, ...]:
    """Return the comparisons: those with a claim and the last one, up to four of them, and the others folded."""
    numbered = list(enumerate(context.material.segmentation.comparisons, start=1))
    telling = [index for index, one in numbered if any(measure.claimed for measure in one.measures)]
    shown = set([*telling, *(index for index, _ in numbered[-1:])][-COMPARISONS:])
    blocks = {index: _comparison(context, one, index) for index, one in numbered}
    folded = tuple(block for index, made in blocks.items() if index not in shown for block in made)
    fold = (Fold(Sentence("fold_comparisons", {"rows": len(blocks) - len(shown)}), folded),) if folded else ()
    return (*(block for index, made in blocks.items() if index in shown for block in made), *fold)


def periods_table(context: Context) -> Table:
    """Return one row per period."""
    rows = tuple(_row(context, one) for one in context.material.segmentation.periods)
    return Table("periods", rows)


def _row(context: Context, one: PeriodSegment) -> tuple[Cell, ...]:
    """Return a period in numbers."""
    target = context.groups.target("period", one.name)
    days = None if one.first is None else f"{one.first} – {one.last}"
    each = one.delegations / one.sessions if one.sessions else None
    return (
        Cell(context.show.name(one.name), target=target),
        text(days),
        text(changes_shown(context, one.changes)),
        count(one.sessions),
        count(one.delegations, target),
        rate(one.success),
        count(one.success.unknown),
        decimal(each),
        rate(rate_of(one.heavy_sessions, one.sessions_with_delegations)),
        money(one.cost_per_delegation),
    )


def changes_shown(context: Context, changes: list[str]) -> Code | None:
    """Return what changed at the start of a period."""
    return context.show.name(", ".join(changes), CHANGES_LENGTH) if changes else None


def _comparison(context: Context, one: Comparison, index: int) -> tuple[Block, ...]:
    """Return what differs between two neighbours."""
    names: dict[str, Value] = {"earlier": context.show.name(one.earlier), "later": context.show.name(one.later)}
    claimed = [measure for measure in one.measures if measure.claimed]
    verdict = Sentence("claimed" if claimed else "nothing_claimed", {**names, "claims": len(claimed)})
    sentences = [verdict, *((Sentence("exploratory"),) if one.exploratory else ())]
    return (
        Heading(Sentence("head_comparison", names), f"comparison-{index}"),
        Paragraph(tuple(sentences)),
        Table("comparison", tuple(_measure(measure) for measure in one.measures)),
        Bullets(tuple(_confounders(context, one))),
        Fold(Sentence("fold_as_if", names), (_as_if(one), _shares(context, one))),
    )


def _measure(one: ComparedMeasure) -> tuple[Cell, ...]:
    """Return one measure of both periods, the difference with its interval, and what is said of it."""
    form: Form = _FORMS.get(one.measure, "share")
    difference: Form = "points" if form == "share" else form
    said = "claimed" if one.claimed else one.lacks or ("sign" if one.sign_holds is False else "not shown")
    return (
        Cell(one.measure, "word"),
        Cell(one.earlier, form),
        Cell(one.later, form),
        Cell(one.difference, difference),
        Cell(one.low, difference),
        Cell(one.high, difference),
        Cell(one.p_holm, "decimal"),
        Cell(one.detectable, difference),
        count(one.earlier_sample),
        count(one.later_sample),
        Cell(said, "word"),
    )


def _confounders(context: Context, one: Comparison) -> Iterator[Sentence]:
    """Yield what else changed at the same time."""
    for found in one.confounders[:CONFOUNDERS]:
        is_project = found.kind == "project"
        name = context.show.project(found.name or "") if is_project else context.show.name(found.name)
        values: dict[str, Value] = {"name": name, "before": found.earlier, "after": found.later}
        yield Sentence(f"confounder_{found.kind}", values)


def _as_if(one: Comparison) -> Table:
    """Return the tests that take delegations as independent."""
    rows = tuple(
        (
            Cell(measure.measure, "word"),
            decimal(measure.as_if_independent.p),
            Cell(measure.as_if_independent.low, "points"),
            Cell(measure.as_if_independent.high, "points"),
        )
        for measure in one.measures
        if measure.as_if_independent is not None
    )
    return Table("as_if", rows)


def _shares(context: Context, one: Comparison) -> Table:
    """Return each agent's part of the work in both periods."""
    rows = tuple(
        (
            context.agent(agent.agent_type),
            rate(agent.earlier),
            rate(agent.later),
            Cell(agent.difference, "points"),
            Cell(agent.low, "points"),
            Cell(agent.high, "points"),
        )
        for agent in one.agent_shares
    )
    faint = frozenset(i for i, agent in enumerate(one.agent_shares) if agent.earlier.hits + agent.later.hits < FEW)
    return Table("agent_shares", rows, faint=faint)
