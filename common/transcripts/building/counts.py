"""Counts of files, sessions and unlinked runs, and their sums: the source and the summary."""

from collections import Counter
from collections.abc import Iterable

from msgspec import Struct, field

from common.records.extraction import Source, Summary
from common.records.sessions import ANSWERS, CAUSES, HOLLOW, OUTCOMES
from common.records.tokens import DayTokens, Tokens, sum_tokens
from common.transcripts.reading.facts import LINE_OUTCOMES, FileCounts
from common.transcripts.reading.timestamps import NO_TIMESTAMP


class RecordCounts(Struct, array_like=True):
    """The counts that a session with its runs, or an unlinked run, adds to the summary."""

    tokens: Tokens
    tokens_progress_only: Tokens
    tokens_by_model: dict[str, Tokens]
    answers: dict[str, int] = field(default_factory=dict)
    outcomes: dict[str, int] = field(default_factory=dict)
    causes: dict[str, int] = field(default_factory=dict)
    hollow: dict[str, int] = field(default_factory=dict)
    agent_types: dict[str, int] = field(default_factory=dict)
    links: dict[str, int] = field(default_factory=dict)
    unknown_statuses: dict[str, int] = field(default_factory=dict)
    delegations: int = 0
    workflows: int = 0
    project: str = ""
    tokens_by_day: list[DayTokens] = field(default_factory=list)


def sum_by_model(tables: Iterable[dict[str, Tokens]]) -> dict[str, Tokens]:
    """Add up tokens by model; sorted by its name."""
    grouped: dict[str, list[Tokens]] = {}
    for table in tables:
        for model, tokens in table.items():
            grouped.setdefault(model, []).append(tokens)
    return {model: sum_tokens(grouped[model]) for model in sorted(grouped)}


def source_of(roots: list[str], files: list[FileCounts], passed_over: int) -> Source:
    """Return the counts over all files that were read."""
    unknown: Counter[str] = Counter()
    for counts in files:
        unknown.update(counts.unknown_types)
    sums = {name: sum(getattr(counts, name) for counts in files) for name in ("bytes", *LINE_OUTCOMES)}
    return Source(
        roots=roots,
        files=len(files),
        passed_over=passed_over,
        unknown_types=dict(sorted(unknown.items())),
        without_timestamp=sum(
            counts.counted_lines[NO_TIMESTAMP].count for counts in files if NO_TIMESTAMP in counts.counted_lines
        ),
        **sums,
    )


def summary_of(sessions: list[RecordCounts], runs: list[RecordCounts], marathon_over: int) -> Summary:
    """Return the counts over sessions and unlinked runs."""
    both = [*sessions, *runs]
    return Summary(
        sessions=len(sessions),
        sessions_with_delegations=sum(counts.delegations > 0 for counts in sessions),
        delegations=sum(counts.delegations for counts in sessions),
        workflows=sum(counts.workflows for counts in sessions),
        answers=_total((counts.answers for counts in sessions), ANSWERS),
        outcomes=_total((counts.outcomes for counts in sessions), OUTCOMES),
        causes=_total((counts.causes for counts in sessions), CAUSES),
        hollow=_total((counts.hollow for counts in sessions), HOLLOW),
        agent_types=_total(counts.agent_types for counts in sessions),
        links=_total(counts.links for counts in sessions),
        sessions_over_threshold=sum(counts.delegations > marathon_over for counts in sessions),
        marathon_over=marathon_over,
        tokens=sum_tokens(counts.tokens for counts in both),
        tokens_progress_only=sum_tokens(counts.tokens_progress_only for counts in both),
        tokens_by_model=sum_by_model(counts.tokens_by_model for counts in both),
        unknown_statuses=_total(counts.unknown_statuses for counts in sessions),
    )


def _total(tables: Iterable[dict[str, int]], names: Iterable[str] = ()) -> dict[str, int]:
    """Add up counts by name: the given names in their order, then all others, sorted."""
    total: Counter[str] = Counter()
    for table in tables:
        total.update(table)
    first = list(names)
    return {name: total[name] for name in [*first, *sorted(total.keys() - set(first))]}


def tokens_elsewhere(sessions: Iterable[tuple[str, RecordCounts]]) -> dict[str, list[DayTokens]]:
    """Return the tokens of sessions without a delegation, by the project given with each, then by day and tier."""
    grouped: dict[str, dict[tuple[str, str, bool, bool, str], list[DayTokens]]] = {}
    for project, counts in sessions:
        for row in counts.tokens_by_day:
            key = (row.day or "", row.model or "", row.over_100k, row.long_context, row.tier or "")
            grouped.setdefault(project, {}).setdefault(key, []).append(row)
    return {project: [_sum_rows(table[key]) for key in sorted(table)] for project, table in sorted(grouped.items())}


def _sum_rows(rows: list[DayTokens]) -> DayTokens:
    """Add up tokens of one day, model and price tier."""
    fixed = {name: getattr(rows[0], name) for name in ("day", "model", "over_100k", "long_context", "tier")}
    numbers = [name for name in DayTokens.__struct_fields__ if name not in fixed]
    return DayTokens(**fixed, **{name: sum(getattr(row, name) for row in rows) for name in numbers})
