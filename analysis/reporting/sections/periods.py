"""Periods: differences between neighbours and between the first and the last, and which the data support."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.reporting.blocks import Block, Bullets, Cell, Code, Fold, Form, Heading, Paragraph, Sentence, Table, Value
from analysis.reporting.context import count_cell, decimal_cell, money_cell, rate_cell, share_cell, text_cell
from common.measures.claims import FEW
from common.measures.rates import rate as rate_of
from common.measures.rates import share
from common.measures.statistics import ALPHA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analysis.reporting.context import Context
    from common.records.segmentation import ComparedMeasure, Comparison, PeriodSegment

CHANGES_LENGTH = 120
COMPARISONS = 4
_FORMS: dict[str, Form] = {"delegations_per_session": "decimal", "cost_per_delegation": "money"}


def periods_blocks(context: Context) -> tuple[Block, ...]:
    """Return the periods, what Claude Code brought in them, and the comparisons."""
    report = context.inputs.segmentation
    if not report.periods:
        return (Paragraph((Sentence("no_delegations"),)),)
    lead = Sentence(f"periods_from_{report.period_source}", {"periods": len(report.periods)})
    method = Sentence("method", {"tests": report.tests, "draws": report.draws})
    return (
        Paragraph((lead,)),
        periods_table(context),
        *_built_in(context),
        *((Paragraph((method,)),) if report.comparisons else ()),
        *_comparisons(context),
    )


def _built_in(context: Context) -> tuple[Block, ...]:
    """Return the first uses of built-in agent types that coincide with a new version of Claude Code."""
    uses = tuple(
        Sentence(
            "built_in_use",
            {
                "agent": context.agent_ref(use.agent_type),
                "day": use.day,
                "version": context.masking.name(use.version),
                "version_day": use.version_day,
                "is_new": "yes" if use.is_new else None,
            },
        )
        for period in context.inputs.segmentation.periods
        for use in period.built_in
    )
    return (Bullets(uses),) if uses else ()


def _comparisons(context: Context) -> tuple[Block, ...]:
    """Return the comparisons, up to four in sight: with a claim, of the last neighbours, of the first and the last.

    The others are folded.
    """
    numbered = list(enumerate(context.inputs.segmentation.comparisons, start=1))
    telling = [index for index, comparison in numbered if any(measure.claimed for measure in comparison.measures)]
    neighbours = [index for index, comparison in numbered if comparison.adjacent]
    ends = [index for index, comparison in numbered if not comparison.adjacent]
    kept = dict.fromkeys([*telling[::-1], *neighbours[-1:], *ends])  # the latest claims first
    shown = set(list(kept)[:COMPARISONS])
    blocks = {index: _comparison(context, comparison, index) for index, comparison in numbered}
    folded = tuple(block for index, made in blocks.items() if index not in shown for block in made)
    fold = (Fold(Sentence("fold_comparisons", {"rows": len(blocks) - len(shown)}), folded),) if folded else ()
    return (*(block for index, made in blocks.items() if index in shown for block in made), *fold)


def periods_table(context: Context) -> Table:
    """Return one row per period."""
    rows = tuple(_row(context, period) for period in context.inputs.segmentation.periods)
    return Table("periods", rows)


def _row(context: Context, period: PeriodSegment) -> tuple[Cell, ...]:
    """Return the row of a period."""
    target = context.groups.target("period", period.name)
    days = None if period.first is None else f"{period.first} – {period.last}"
    each = period.delegations / period.sessions if period.sessions else None
    return (
        Cell(context.masking.name(period.name), target=target),
        text_cell(days),
        text_cell(changes_shown(context, period.changes)),
        count_cell(period.sessions),
        count_cell(period.delegations, target),
        rate_cell(period.success),
        count_cell(sum(period.hollow.values())),
        count_cell(period.success.unknown),
        share_cell(share(period.returned) if period.returned else None),
        decimal_cell(each),
        rate_cell(rate_of(period.heavy_sessions, period.sessions_with_delegations)),
        money_cell(period.cost_per_delegation),
    )


def changes_shown(context: Context, changes: list[str]) -> Code | None:
    """Return what changed at the start of a period."""
    return context.masking.name(", ".join(changes), CHANGES_LENGTH) if changes else None


def _comparison(context: Context, comparison: Comparison, index: int) -> tuple[Block, ...]:
    """Return what differs between two periods."""
    names: dict[str, Value] = {
        "earlier": context.masking.name(comparison.earlier),
        "later": context.masking.name(comparison.later),
    }
    claimed = [measure for measure in comparison.measures if measure.claimed]
    success = "yes" if any(measure.measure == "success" for measure in claimed) else None
    verdict = Sentence(
        "claimed" if claimed else "nothing_claimed", {**names, "claims": len(claimed), "success": success}
    )
    sentences = [verdict, *((Sentence("exploratory"),) if comparison.exploratory else ())]
    return (
        Heading(
            Sentence("head_comparison", {**names, "ends": None if comparison.adjacent else "yes"}),
            f"comparison-{index}",
        ),
        Paragraph(tuple(sentences)),
        Table("comparison", tuple(_measure(context, comparison, measure) for measure in comparison.measures)),
        Bullets(tuple(_confounders(context, comparison))),
        Fold(Sentence("fold_as_if", names), (_as_if(comparison), _shares(context, comparison))),
    )


def _measure(context: Context, comparison: Comparison, measure: ComparedMeasure) -> tuple[Cell, ...]:
    """Return one measure of both periods, the difference with its interval, and what is said of it."""
    form: Form = _FORMS.get(measure.measure, "share")
    is_distance = measure.measure == "agent_mix"
    difference: Form = "points" if form == "share" and not is_distance else form
    only_sign = measure.sign_holds is False and measure.p_holm is not None and measure.p_holm < ALPHA
    said = "claimed" if measure.claimed else measure.lacks or ("sign" if only_sign else "not shown")
    return (
        Cell(measure.measure, "word"),
        Cell(measure.earlier, form, context.groups.target("period", comparison.earlier)),
        Cell(measure.later, form, context.groups.target("period", comparison.later)),
        Cell(measure.difference, difference),
        Cell(measure.low, difference),
        Cell(measure.high, difference),
        Cell(measure.p_holm, "decimal"),
        Cell(measure.detectable, difference),
        count_cell(measure.earlier_sample),
        count_cell(measure.later_sample),
        Cell(said, "word"),
    )


def _confounders(context: Context, comparison: Comparison) -> Iterator[Sentence]:
    """Yield what else changed at the same time."""
    for confounder in comparison.confounders:
        is_project = confounder.kind == "project"
        name = context.masking.project(confounder.name or "") if is_project else context.masking.name(confounder.name)
        values: dict[str, Value] = {
            "name": name,
            "before": confounder.earlier,
            "after": confounder.later,
            "period": context.masking.name(comparison.earlier),
            "brought": _names(context, confounder.brought),
            "first_used": _names(context, confounder.first_used),
        }
        yield Sentence(f"confounder_{confounder.kind}", values)


def _names(context: Context, agent_types: list[str]) -> tuple[Code, ...] | None:
    """Return the names to list, None without any."""
    return tuple(context.masking.name(agent_type) for agent_type in agent_types) or None


def _as_if(comparison: Comparison) -> Table:
    """Return the tests that take delegations as independent."""
    rows = tuple(
        (
            Cell(measure.measure, "word"),
            decimal_cell(measure.as_if_independent.p),
            Cell(measure.as_if_independent.low, "points"),
            Cell(measure.as_if_independent.high, "points"),
        )
        for measure in comparison.measures
        if measure.as_if_independent is not None
    )
    return Table("as_if", rows)


def _shares(context: Context, comparison: Comparison) -> Table:
    """Return each agent's part of the work in both periods."""
    rows = tuple(
        (
            context.agent(agent.agent_type),
            rate_cell(agent.earlier, context.groups.target("agent of period", agent.agent_type, comparison.earlier)),
            rate_cell(agent.later, context.groups.target("agent of period", agent.agent_type, comparison.later)),
            Cell(agent.difference, "points"),
            Cell(agent.low, "points"),
            Cell(agent.high, "points"),
        )
        for agent in comparison.agent_shares
    )
    faint = frozenset(
        i for i, agent in enumerate(comparison.agent_shares) if agent.earlier.hits + agent.later.hits < FEW
    )
    return Table("agent_shares", rows, faint=faint)
