"""Data quality: how much is exact, estimated, unknown; links missing, models unpriced, lines skipped."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from analysis.reporting.context import count, share, text, word
from analysis.reporting.values import Block, Bullets, Cell, Fold, Heading, Paragraph, Ref, Sentence, Table
from common.measures.rates import rate as rate_of
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
        Heading(Sentence("head_outcomes"), "outcomes"),
        _outcomes(context),
        Heading(Sentence("head_links"), "links"),
        _links(context),
        *_unpriced(context),
        *_lines(context),
        Fold(
            Sentence("fold_sightings", {"rows": len(context.material.segmentation.sightings)}), (_sightings(context),)
        ),
        Fold(Sentence("fold_reconciliation"), (_reconciliation(context),)),
        Fold(Sentence("fold_answer_rule"), (Paragraph((Sentence("answer_rule"),)),)),
    )


def _sentences(context: Context) -> Iterator[Sentence]:
    """Yield what is estimated and what is not known."""
    totals = context.material.results.metrics.totals
    used = totals.tokens
    yield Sentence(
        "placeholders",
        {
            "rate": rate_of(used.messages_without_stop_reason, used.messages),
            "recorded": used.output,
            "estimated": used.output_estimated,
        },
    )
    linked = sum(number for link, number in totals.links.items() if link not in {"none", "null", ""})
    yield Sentence("linked", {"rate": rate_of(linked, totals.delegations)})
    unknown = Ref(totals.success.unknown, context.groups.target("class", "unknown"))
    yield Sentence("unknown_outcomes", {"unknown": unknown, "delegations": totals.delegations})
    if totals.tokens_progress_only.messages:
        progress = totals.tokens_progress_only
        yield Sentence("progress_only", {"messages": progress.messages, "output": progress.output})
    for status, number in sorted(context.material.enriched.summary.unknown_statuses.items()):
        yield Sentence("unknown_status", {"status": context.show.name(status), "count": number})
    yield Sentence("retention")


def _outcomes(context: Context) -> Table:
    """Return every outcome with its number."""
    totals = context.material.results.metrics.totals
    rows = tuple(
        (
            word(outcome),
            count(totals.outcomes.get(outcome, 0), context.groups.target("outcome", outcome)),
            share(totals.outcomes.get(outcome, 0) / totals.delegations if totals.delegations else None),
        )
        for outcome in OUTCOMES
    )
    return Table("outcomes", rows)


def _links(context: Context) -> Table:
    """Return by what the runs were linked to their delegations."""
    totals = context.material.results.metrics.totals
    rows = tuple(
        (
            text(context.show.name(link)),
            count(number),
            share(number / totals.delegations if totals.delegations else None),
        )
        for link, number in sorted(totals.links.items(), key=lambda item: -item[1])
    )
    return Table("links", rows)


def _unpriced(context: Context) -> tuple[Block, ...]:
    """Return the models without a price."""
    found = context.material.results.metrics.unpriced
    if not found:
        return (Paragraph((Sentence("all_priced"),)),)
    rows = tuple((text(context.show.name(one.model)), word(one.reason), count(one.messages)) for one in found)
    return (Heading(Sentence("head_unpriced"), "unpriced"), Table("unpriced", rows))


def _lines(context: Context) -> tuple[Block, ...]:
    """Return the lines that were not read as they stood, by reason, and where the first of them stand."""
    found = context.material.diagnostics
    if not found:
        return (Paragraph((Sentence("all_lines"),)),)
    reasons = Counter((one.reason, one.outcome) for one in found)
    rows = tuple(
        (text(context.show.name(reason, REASON)), text(context.show.name(outcome)), count(number))
        for (reason, outcome), number in sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    )
    places = tuple(
        (_place(context, one.file, one.line), text(context.show.name(one.reason, REASON))) for one in found[:PLACES]
    )
    blocks: tuple[Block, ...] = (Heading(Sentence("head_lines"), "lines"), Table("lines", rows))
    if context.show.share:
        return blocks
    return (
        *blocks,
        Fold(Sentence("fold_places", {"rows": len(places), "all": len(found)}), (Table("places", places),)),
    )


def _place(context: Context, file: str, line: int | None) -> Cell:
    """Return where a line stands."""
    return text(context.show.place(file, line) if line is not None else context.show.name(file, PLACE))


def _sightings(context: Context) -> Table:
    """Return the first and last day of each agent, model and version."""
    rows = tuple(
        (word(one.kind), text(context.show.name(one.name)), text(one.first), text(one.last), count(one.count))
        for one in context.material.segmentation.sightings
    )
    return Table("sightings", rows)


def _reconciliation(context: Context) -> Table:
    """Return the figures that were computed twice."""
    rows = tuple(
        (
            text(context.show.name(one.figure, REASON)),
            count(one.here),
            count(one.extraction),
            word("yes" if one.equal else "no"),
        )
        for one in context.material.results.metrics.reconciliation
    )
    return Table("reconciliation", rows, shown=30)
