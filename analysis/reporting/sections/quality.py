"""Data quality: how much is exact, estimated, unknown; links missing, models unpriced, lines skipped."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from analysis.reporting.blocks import Block, Bullets, Cell, Fold, Heading, Paragraph, Ref, Sentence, Table, Value
from analysis.reporting.context import count_cell, share_cell, text_cell, word_cell
from common.measures.rates import rate as rate_of
from common.measures.success import NOT_JUDGED
from common.records.sessions import OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analysis.reporting.context import Context

PLACES = 20
REASON, PLACE = 80, 400


def quality_blocks(context: Context) -> tuple[Block, ...]:
    """Return how far the figures of this report can be trusted."""
    return (
        Bullets(tuple(_sentences(context))),
        *_of_delegations(context),
        *_unpriced(context),
        *_lines(context),
        Fold(Sentence("fold_sightings", {"rows": len(context.inputs.segmentation.sightings)}), (_sightings(context),)),
        Fold(Sentence("fold_reconciliation"), (_reconciliation(context),)),
        Fold(Sentence("fold_answer_rule"), (Paragraph((Sentence("answer_rule"),)),)),
    )


def _of_delegations(context: Context) -> tuple[Block, ...]:
    """Return the outcomes of delegations and how their runs were linked; nothing without a delegation."""
    if not context.inputs.results.metrics.totals.delegations:
        return ()
    return (
        Heading(Sentence("head_outcomes"), "outcomes"),
        _outcomes(context),
        Heading(Sentence("head_links"), "links"),
        _links(context),
    )


def _sentences(context: Context) -> Iterator[Sentence]:
    """Yield what is estimated and what is unknown."""
    totals = context.inputs.results.metrics.totals
    used = totals.tokens
    yield Sentence(
        "placeholders",
        {
            "rate": rate_of(used.placeholders, used.messages),
            "recorded": used.output,
            "estimated": used.output_estimated,
        },
    )
    if totals.delegations:
        linked = sum(number for link, number in totals.links.items() if link not in {"none", "null", ""})
        yield Sentence("linked", {"rate": rate_of(linked, totals.delegations)})
    values: dict[str, Value] = {
        name: Ref(number, context.groups.target("standing", name)) if (number := totals.standings[name]) else None
        for name in NOT_JUDGED
    }
    if any(values.values()):
        yield Sentence("unknown_outcomes", values | {"delegations": totals.delegations})
    if totals.tokens_progress_only.messages:
        progress = totals.tokens_progress_only
        yield Sentence("progress_only", {"messages": progress.messages, "output": progress.output})
    for status, number in sorted(context.inputs.enriched.summary.unknown_statuses.items()):
        yield Sentence("unknown_status", {"status": context.masking.name(status), "count": number})
    yield Sentence("retention")


def _outcomes(context: Context) -> Table:
    """Return every outcome with its number."""
    totals = context.inputs.results.metrics.totals
    rows = tuple(
        (
            word_cell(outcome),
            count_cell(totals.outcomes.get(outcome, 0), context.groups.target("outcome", outcome)),
            share_cell(totals.outcomes.get(outcome, 0) / totals.delegations if totals.delegations else None),
        )
        for outcome in OUTCOMES
    )
    return Table("outcomes", rows)


def _links(context: Context) -> Table:
    """Return how runs were linked to their delegations."""
    totals = context.inputs.results.metrics.totals
    rows = tuple(
        (
            text_cell(context.masking.name(link)),
            count_cell(number, context.groups.target("link", link)),
            share_cell(number / totals.delegations if totals.delegations else None),
        )
        for link, number in sorted(totals.links.items(), key=lambda item: -item[1])
    )
    return Table("links", rows)


def _unpriced(context: Context) -> tuple[Block, ...]:
    """Return the models without a price."""
    found = context.inputs.results.metrics.unpriced
    if not found:
        return (Paragraph((Sentence("all_priced"),)),)
    rows = tuple(
        (text_cell(context.masking.name(model.model)), word_cell(model.reason), count_cell(model.messages))
        for model in found
    )
    return (Heading(Sentence("head_unpriced"), "unpriced"), Table("unpriced", rows))


def _lines(context: Context) -> tuple[Block, ...]:
    """Return the lines that were not read in full, by reason, and the places of the first ones."""
    found = context.inputs.diagnostics
    if not found:
        return (Paragraph((Sentence("all_lines"),)),)
    reasons: Counter[tuple[str, str]] = Counter()
    for diagnostic in found:
        reasons[diagnostic.reason, diagnostic.outcome] += diagnostic.count
    rows = tuple(
        (text_cell(context.masking.name(reason, REASON)), text_cell(context.masking.name(outcome)), count_cell(number))
        for (reason, outcome), number in sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    )
    places = tuple(
        (_place(context, diagnostic.file, diagnostic.line), text_cell(context.masking.name(diagnostic.reason, REASON)))
        for diagnostic in found[:PLACES]
    )
    blocks: tuple[Block, ...] = (Heading(Sentence("head_lines"), "lines"), Table("lines", rows))
    if context.masking.share:
        return blocks
    return (
        *blocks,
        Fold(Sentence("fold_places", {"rows": len(places), "all": len(found)}), (Table("places", places),)),
    )


def _place(context: Context, file: str, line: int | None) -> Cell:
    """Return the place of a line."""
    return text_cell(context.masking.place(file, line) if line is not None else context.masking.name(file, PLACE))


def _sightings(context: Context) -> Table:
    """Return the first and last day of each agent, model and version."""
    rows = tuple(
        (
            word_cell(sighting.kind),
            context.agent(sighting.name)
            if sighting.kind == "agent"
            else text_cell(context.masking.name(sighting.name)),
            text_cell(sighting.first),
            text_cell(sighting.last),
            count_cell(sighting.count),
        )
        for sighting in context.inputs.segmentation.sightings
    )
    return Table("sightings", rows)


def _reconciliation(context: Context) -> Table:
    """Return the figures that were computed twice."""
    rows = tuple(
        (
            text_cell(context.masking.name(figure.figure, REASON)),
            count_cell(figure.here),
            count_cell(figure.extraction),
            word_cell("yes" if figure.equal else "no"),
        )
        for figure in context.inputs.results.metrics.reconciliation
    )
    return Table("reconciliation", rows, shown=30)
