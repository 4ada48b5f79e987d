"""What each file, session and unlinked run adds to the source and the summary, and the sums."""

from collections import Counter
from collections.abc import Iterable

from msgspec import Struct, field

from common.records.extraction import Source, Summary
from common.records.sessions import ANSWERS, OUTCOMES, DayTokens, Tokens, sum_tokens
from common.transcripts.reading.facts import LINE_OUTCOMES, FileCounts


class PartCounts(Struct, array_like=True):
    """What a session with its runs, or an unlinked run, adds to the summary."""

    tokens: Tokens
    tokens_progress_only: Tokens
    tokens_by_model: dict[str, Tokens]
    answers: dict[str, int] = field(default_factory=dict)
    outcomes: dict[str, int] = field(default_factory=dict)
    agent_types: dict[str, int] = field(default_factory=dict)
    links: dict[str, int] = field(default_factory=dict)
    unknown_statuses: dict[str, int] = field(default_factory=dict)
    delegations: int = 0
    project: str = ""
    tokens_by_day: list[DayTokens] = field(default_factory=list)


def sum_by_model(tables: Iterable[dict[str, Tokens]]) -> dict[str, Tokens]:
    """Return the sums by model, sorted by its name."""
    grouped: dict[str, list[Tokens]] = {}
    for table in tables:
        for model, tokens in table.items():
            grouped.setdefault(model, []).append(tokens)
    return {model: sum_tokens(grouped[model]) for model in sorted(grouped)}


def source_of(roots: list[str], files: list[FileCounts], passed_over: int) -> Source:
    """Return what was read."""
    unknown: Counter[str] = Counter()
    for counts in files:
        unknown.update(counts.unknown_types)
    sums = {name: sum(getattr(counts, name) for counts in files) for name in ("bytes", *LINE_OUTCOMES)}
    return Source(
        roots=roots,
        files=len(files),
        passed_over=passed_over,
        unknown_types=dict(sorted(unknown.items())),
        **sums,
    )


def summary_of(sessions: list[PartCounts], runs: list[PartCounts], marathon_over: int) -> Summary:
    """Return the counts over sessions and unlinked runs."""
    parts = [*sessions, *runs]
    return Summary(
        sessions=len(sessions),
        sessions_with_delegations=sum(part.delegations > 0 for part in sessions),
        delegations=sum(part.delegations for part in sessions),
        answers=_total((part.answers for part in sessions), ANSWERS),
        outcomes=_total((part.outcomes for part in sessions), OUTCOMES),
        agent_types=_total(part.agent_types for part in sessions),
        links=_total(part.links for part in sessions),
        sessions_over_threshold=sum(part.delegations > marathon_over for part in sessions),
        marathon_over=marathon_over,
        tokens=sum_tokens(part.tokens for part in parts),
        tokens_progress_only=sum_tokens(part.tokens_progress_only for part in parts),
        tokens_by_model=sum_by_model(part.tokens_by_model for part in parts),
        unknown_statuses=_total(part.unknown_statuses for part in sessions),
    )


def _total(tables: Iterable[dict[str, int]], names: Iterable[str] = ()) -> dict[str, int]:
    """Return the sum of counts: the names given in their order, the others sorted behind them."""
    total: Counter[str] = Counter()
    for table in tables:
        total.update(table)
    first = list(names)
    return {name: total[name] for name in [*first, *sorted(total.keys() - set(first))]}


def tokens_elsewhere(sessions: Iterable[PartCounts]) -> dict[str, list[DayTokens]]:
    """Return what sessions without a delegation spent, by project, then by day and price tier."""
    grouped: dict[str, dict[tuple[str, str, bool, str], list[DayTokens]]] = {}
    for part in sessions:
        for row in part.tokens_by_day:
            key = (row.day or "", row.model or "", row.long_context, row.tier or "")
            grouped.setdefault(part.project, {}).setdefault(key, []).append(row)
    return {project: [_add_rows(table[key]) for key in sorted(table)] for project, table in sorted(grouped.items())}


def _add_rows(rows: list[DayTokens]) -> DayTokens:
    fixed = {name: getattr(rows[0], name) for name in ("day", "model", "long_context", "tier")}
    numbers = [name for name in DayTokens.__struct_fields__ if name not in fixed]
    return DayTokens(**fixed, **{name: sum(getattr(row, name) for row in rows) for name in numbers})
