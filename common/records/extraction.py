"""The files of the extraction stage as records, and what every data file begins with."""

from msgspec import field

from common.records.base import Envelope, Record
from common.records.sessions import DayTokens, EnrichedSession, Session, Tokens, UnlinkedRun


class Source(Record, frozen=True, kw_only=True):
    """What was read, before any filter: parsed + salvaged + skipped + blank + pending = lines.

    `roots` are the roots as the user named them; `passed_over` counts files that could not be read.
    """

    roots: list[str]
    files: int
    passed_over: int
    bytes: int
    lines: int
    parsed: int
    salvaged: int
    skipped: int
    blank: int
    pending: int
    unknown_types: dict[str, int]


class Filters(Record, frozen=True, kw_only=True):
    """Which sessions were chosen, and how many were left out."""

    project: str | None
    since: str | None
    until: str | None
    timezone: str
    sessions_left_out: int


class Summary(Record, frozen=True, kw_only=True):
    """Counts over the chosen sessions and unlinked runs; `tokens` and `tokens_by_model` include progress-only ones."""

    sessions: int
    sessions_with_delegations: int
    delegations: int
    answers: dict[str, int]
    outcomes: dict[str, int]
    agent_types: dict[str, int]
    links: dict[str, int]
    sessions_over_threshold: int
    marathon_over: int
    tokens: Tokens
    tokens_progress_only: Tokens
    tokens_by_model: dict[str, Tokens]
    unknown_statuses: dict[str, int]


class Diagnostic(Record, frozen=True, kw_only=True):
    """A line of `extraction_diagnostics.jsonl`: a transcript's line that was not parsed as it stood, or a file.

    `offset` is the byte that the line begins at; both are None for a file that was passed over. `outcome` is what
    became of it: salvaged, skipped, pending, passed over.
    """

    file: str
    line: int | None
    offset: int | None
    reason: str
    outcome: str


class FullSessions(Envelope, frozen=True, kw_only=True):
    """`full_sessions_data.json`: every session, with or without delegations."""

    source: Source
    filters: Filters
    summary: Summary
    sessions: list[Session]
    unlinked_runs: list[UnlinkedRun]


class EnrichedSessions(Envelope, frozen=True, kw_only=True):
    """`enriched_sessions_data.json`: the sessions with delegations, and what the others spent.

    `tokens_by_day_elsewhere` are the main lines of the sessions without a delegation, by project.
    """

    source: Source
    filters: Filters
    summary: Summary
    sessions: list[EnrichedSession]
    unlinked_runs: list[UnlinkedRun]
    tokens_by_day_elsewhere: dict[str, list[DayTokens]] = field(default_factory=dict)


class ExtractionManifest(Envelope, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`cache/manifest.json`: what the second script of the extraction stage takes from the cache, by its digest."""

    digest: str
    source: Source
    filters: Filters
    summary: Summary
    tokens_by_day_elsewhere: dict[str, list[DayTokens]]
