"""What each file, session and unlinked run adds to the source and the summary."""

from collections import Counter
from collections.abc import Iterable

from msgspec import Struct, field

from common.records import ANSWERS, OUTCOMES, DayTokens, Source, Summary, Tokens
from common.transcripts.assemble import AssembledRun, AssembledSession
from common.transcripts.facts import BadLine, FileFacts
from common.transcripts.tokens import add_tokens

LINE_OUTCOMES = ("lines", "parsed", "salvaged", "skipped", "blank", "pending")


class FileCounts(Struct, array_like=True):
    """What a file adds to the source, and its lines for the diagnostics."""

    bytes: int
    lines: int
    parsed: int
    salvaged: int
    skipped: int
    blank: int
    pending: int
    unknown_types: dict[str, int]
    bad_lines: list[BadLine]


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


def file_counts(facts: FileFacts, size: int) -> FileCounts:
    """Return what a file adds."""
    return FileCounts(
        bytes=size,
        unknown_types=facts.unknown_types,
        bad_lines=facts.bad_lines,
        **{name: getattr(facts, name) for name in LINE_OUTCOMES},
    )


def session_counts(assembled: AssembledSession) -> PartCounts:
    """Return what a session with its runs adds."""
    session = assembled.session
    runs = [d.run for d in session.delegations if d.run]
    return PartCounts(
        tokens=add_tokens([session.tokens, *(run.tokens for run in runs)]),
        tokens_progress_only=assembled.tokens_progress_only,
        tokens_by_model=_by_model([session.tokens_by_model, *(run.tokens_by_model for run in runs)]),
        answers=Counter(d.answer for d in session.delegations),
        outcomes=Counter(d.outcome for d in session.delegations),
        agent_types=Counter(d.agent_type for d in session.delegations),
        links=Counter(d.link or "none" for d in session.delegations),
        unknown_statuses=Counter(assembled.unknown_statuses),
        delegations=session.delegation_count,
        project=session.project,
        tokens_by_day=[] if session.delegations else session.tokens_by_day,
    )


def run_counts(assembled: AssembledRun) -> PartCounts:
    """Return what an unlinked run adds."""
    run = assembled.run
    return PartCounts(run.tokens, assembled.tokens_progress_only, run.tokens_by_model)


def _by_model(tables: Iterable[dict[str, Tokens]]) -> dict[str, Tokens]:
    grouped: dict[str, list[Tokens]] = {}
    for table in tables:
        for model, tokens in table.items():
            grouped.setdefault(model, []).append(tokens)
    return {model: add_tokens(grouped[model]) for model in sorted(grouped)}


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
        tokens=add_tokens(part.tokens for part in parts),
        tokens_progress_only=add_tokens(part.tokens_progress_only for part in parts),
        tokens_by_model=_by_model(part.tokens_by_model for part in parts),
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
