"""Input of the report: what was read, what could not be read, which sessions were chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.reporting.blocks import Block, Bullets, Paragraph, Sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analysis.reporting.context import Context


def read_blocks(context: Context) -> tuple[Block, ...]:
    """Return what was read."""
    warnings = tuple(Sentence("warning", {"text": context.masking.redact(text)}) for text in context.warnings)
    return (
        *((Bullets(warnings),) if warnings else ()),
        Paragraph(tuple(_sentences(context))),
        Paragraph(tuple(_of_text(context))),
    )


def _sentences(context: Context) -> Iterator[Sentence]:
    """Yield what the files held, and what was chosen of it."""
    enriched = context.inputs.enriched
    source, summary = enriched.source, enriched.summary
    roots = tuple(context.masking.root(root, number) for number, root in enumerate(source.roots, start=1))
    if not summary.sessions:
        yield Sentence("no_sessions", {"roots": roots})
    else:
        days = sorted(numbered.moment.date().isoformat() for numbered in context.inputs.delegations if numbered.moment)
        yield Sentence(
            "chosen",
            {
                "sessions": summary.sessions,
                "with_delegations": summary.sessions_with_delegations,
                "delegations": summary.delegations,
                "first": days[0] if days else None,
                "last": days[-1] if days else None,
                "timezone": context.masking.name(context.inputs.timezone),
            },
        )
    yield Sentence("files", {"files": source.files, "lines": source.lines, "roots": roots})
    if source.salvaged or source.skipped or source.pending or source.passed_over:
        yield Sentence(
            "unreadable",
            {
                "parsed": source.parsed,
                "salvaged": source.salvaged,
                "skipped": source.skipped,
                "pending": source.pending,
                "passed_over": source.passed_over,
            },
        )
    yield from _filters(context)


def _filters(context: Context) -> Iterator[Sentence]:
    """Yield which sessions were left out, and why."""
    filters = context.inputs.enriched.filters
    if filters.project or filters.since or filters.until:
        yield Sentence(
            "filtered",
            {
                "left_out": filters.sessions_left_out,
                "project": context.masking.words(filters.project),
                "since": filters.since,
                "until": filters.until,
            },
        )


def _of_text(context: Context) -> Iterator[Sentence]:
    """Yield what of the transcripts' text is shown."""
    if context.masking.share:
        yield Sentence("shared")
    yield Sentence("redacted" if context.masking.redacted else "not_redacted")
