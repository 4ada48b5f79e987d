"""Files of the extraction stage: `full_sessions_data.json`, `enriched_sessions_data.json` and the manifest."""

from msgspec import field

from common.records.base import Envelope, Plain, Record, Schema, objects_in
from common.records.sessions import EnrichedSession, Session, UnlinkedRun
from common.records.tokens import DayTokens, Tokens
from common.records.workflows import Workflow


class Source(Record, frozen=True, kw_only=True):
    """Input that was read, before any filter: parsed + salvaged + skipped + blank + pending = lines."""

    roots: list[str]  #: roots as the user named them
    files: int  #: files read
    passed_over: int  #: files and folders that could not be read
    bytes: int  #: size of the files
    lines: int  #: lines of the files
    parsed: int  #: lines that are one JSON object
    salvaged: int  #: damaged lines from which at least one whole record was recovered
    skipped: int  #: lines from which nothing was recovered
    blank: int  #: lines of white space
    pending: int  #: last lines that were still being written
    unknown_types: dict[str, int]  #: lines of unknown types, by type
    without_timestamp: int = 0  #: lines of the conversation without a usable timestamp; each is `parsed` or `salvaged`


class Filters(Record, frozen=True, kw_only=True):
    """Filters that chose the sessions, and the number of sessions they left out."""

    project: str | None  #: the `project` setting, None if not set
    since: str | None  #: the `since` setting, None if not set
    until: str | None  #: the `until` setting, None if not set
    timezone: str  #: the `timezone` setting, which defines days
    sessions_left_out: int  #: sessions that the filters left out


class Summary(Record, frozen=True, kw_only=True):
    """Counts over the chosen sessions and unlinked runs."""

    sessions: int  #: chosen sessions
    sessions_with_delegations: int  #: chosen sessions that have a delegation
    delegations: int  #: number of delegations
    workflows: int = 0  #: workflows that the chosen sessions called
    answers: dict[str, int]  #: delegations by answer
    outcomes: dict[str, int]  #: delegations by outcome
    causes: dict[str, int] = field(default_factory=dict)  #: delegations by cause
    hollow: dict[str, int] = field(default_factory=dict)  #: completed delegations with a hollow result, by kind
    agent_types: dict[str, int]  #: delegations by agent type
    links: dict[str, int]  #: delegations by how their run was linked; `none` without a run
    sessions_over_threshold: int  #: sessions with more than `marathon_over` delegations
    marathon_over: int  #: the `marathon_over` setting
    tokens: Tokens  #: tokens of everything chosen, including messages found only in progress lines
    tokens_progress_only: Tokens  #: tokens of messages found only in progress lines; part of `tokens`
    tokens_by_model: dict[str, Tokens]  #: `tokens` by model
    unknown_statuses: dict[str, int]  #: unknown statuses of background agents, with their number


class Diagnostic(Record, frozen=True, kw_only=True):
    """A line of `extraction_diagnostics.jsonl`: a damaged transcript line, or a file that could not be read.

    Faults that many lines of a file have in common are one line here, with their `count`.
    """

    file: str  #: file below the root
    line: int | None  #: line number, from 1; the first one of several; None for a file
    offset: int | None  #: byte at which the line begins; None for several lines or a file
    reason: str  #: why the line or file could not be read normally
    outcome: str  #: what was done: `salvaged`, `skipped`, `pending`, `passed over`, or `parsed` but for the timestamp
    count: int = 1  #: lines of the file with this reason


def without_corrected(plain: Plain) -> Plain:
    """Turn 1.x into 2.0: what the user did next is not known of a delegation that was merely called corrected."""
    for session in objects_in(plain.get("sessions")):
        for delegation in objects_in(session.get("delegations")):
            delegation.pop("corrected", None)
    return plain


class FullSessions(Envelope, frozen=True, kw_only=True):
    """`full_sessions_data.json`: every session, with or without delegations."""

    schema = Schema("full_sessions", "2.0.0", {1: without_corrected})

    source: Source  #: input that was read, before any filter
    filters: Filters  #: filters that chose the sessions
    summary: Summary  #: counts over the chosen sessions
    sessions: list[Session]  #: every chosen session, by first timestamp and id
    unlinked_runs: list[UnlinkedRun]  #: runs that belong to no delegation, by first timestamp
    workflows: list[Workflow] = field(default_factory=list)  #: workflows, session by session, in order of time
    #: project folders below the root in which sessions of several directories are, such as /a/b-c and /a/b/c
    shared_folders: list[str] = field(default_factory=list)


class EnrichedSessions(Envelope, frozen=True, kw_only=True):
    """`enriched_sessions_data.json`: the sessions with delegations, and the tokens of the other sessions."""

    schema = Schema("enriched_sessions", "2.0.0", {1: without_corrected})

    source: Source  #: input that was read, before any filter
    filters: Filters  #: filters that chose the sessions
    summary: Summary  #: counts over the chosen sessions
    sessions: list[EnrichedSession]  #: sessions with delegations, by first timestamp and id
    unlinked_runs: list[UnlinkedRun]  #: runs that belong to no delegation, by first timestamp
    workflows: list[Workflow] = field(default_factory=list)  #: workflows, session by session, in order of time
    #: tokens of the main threads of the sessions without a delegation, by project and worktree: the folder below the
    #: root, or the directory if the folder is shared
    tokens_by_day_elsewhere: dict[str, list[DayTokens]] = field(default_factory=dict)
    #: project folders below the root in which sessions of several directories are, such as /a/b-c and /a/b/c
    shared_folders: list[str] = field(default_factory=list)


class ExtractionManifest(Envelope, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`cache/manifest.json`: what the second script of the extraction stage takes from the cache, as a digest."""

    schema = Schema("extraction_manifest", "1.1.0")

    digest: str  #: digest of everything that the second script takes from the cache
    source: Source  #: input that was read, before any filter
    filters: Filters  #: filters that chose the sessions
    summary: Summary  #: counts over the chosen sessions
    tokens_by_day_elsewhere: dict[str, list[DayTokens]]  #: tokens of sessions without a delegation, by project
