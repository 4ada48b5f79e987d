"""The nouns: what was read out of the transcripts, as it stands in the two files of the extraction stage.

All are frozen. Times are ISO 8601 UTC strings as Claude Code wrote them ("2026-03-14T09:26:53.589Z"), so that a
comparison of strings is a comparison of times; a day is a string "2026-03-14" in the `timezone` setting. ``None``
means that the transcripts do not tell, never zero.
"""

from typing import Literal

from common.records.base import Record

Answer = Literal["completed", "error", "async", "missing"]
Outcome = Literal["completed", "failed", "rejected", "interrupted", "not_started", "killed", "unreported", "unanswered"]
Link = Literal["meta", "agent_id", "agent_progress", "text", "prompt"]
UnlinkedKind = Literal["warmup", "compaction", "aside", "workflow", "teammate", "unlinked"]

ANSWERS: tuple[Answer, ...] = ("completed", "error", "async", "missing")
OUTCOMES: tuple[Outcome, ...] = (
    "completed",
    "failed",
    "rejected",
    "interrupted",
    "not_started",
    "killed",
    "unreported",
    "unanswered",
)
SUCCESSES: frozenset[Outcome] = frozenset({"completed"})
FAILURES: frozenset[Outcome] = frozenset({"failed", "rejected", "interrupted", "not_started", "killed"})
UNKNOWNS: frozenset[Outcome] = frozenset({"unreported", "unanswered"})


class Tokens(Record, frozen=True, kw_only=True):
    """Tokens over a set of distinct messages.

    `input` leaves out what was written to or read from the cache. `output` is as recorded, a lower bound where
    messages have no stop reason; `output_estimated` puts an estimate in the place of such placeholders.
    """

    messages: int = 0
    input: int = 0
    output: int = 0
    output_estimated: int = 0
    cache_creation: int = 0
    cache_read: int = 0
    messages_without_stop_reason: int = 0


class DayTokens(Record, frozen=True, kw_only=True):
    """Tokens of one day, model and context tier: what a price can be put on.

    `day` is None where the message has no timestamp. `long_context`: input + cache creation + cache read of the
    single message exceed 200,000. `tier` is the service tier or speed where it is not the standard one.
    """

    day: str | None
    model: str | None
    long_context: bool
    tier: str | None = None
    messages: int = 0
    input: int = 0
    output: int = 0
    output_estimated: int = 0
    cache_creation_5m: int = 0
    cache_creation_1h: int = 0
    cache_read: int = 0
    web_searches: int = 0
    messages_without_stop_reason: int = 0


class Edit(Record, frozen=True, kw_only=True):
    """A file edited or written (Edit, MultiEdit, Write, NotebookEdit)."""

    timestamp: str | None
    tool: str
    path: str


class Run(Record, frozen=True, kw_only=True):
    """A subagent's own transcript, linked to its delegation.

    `messages` counts distinct message ids, `tool_calls` distinct calls, `tools` the same by tool. `depth` is 1 for a
    run started by the main thread, 2 for one started by such a run, and so on. `edits` are in order of time.
    `progress_only`: nothing but `agent_progress` lines of the main file tells of it. `last_context` is the context of
    the run's last message: input + cache creation + cache read.
    """

    agent_id: str | None
    messages: int
    tool_calls: int
    depth: int
    tokens: Tokens
    tokens_by_model: dict[str, Tokens]
    tokens_by_day: list[DayTokens]
    tools: dict[str, int]
    edits: list[Edit]
    first_timestamp: str | None
    last_timestamp: str | None
    last_context: int | None
    progress_only: bool
    file: str
    line: int


class UnlinkedRun(Record, frozen=True, kw_only=True):
    """A sidechain that belongs to no delegation; `session_id` is that of its first line."""

    agent_id: str | None
    kind: UnlinkedKind
    session_id: str | None
    messages: int
    tool_calls: int
    tokens: Tokens
    tokens_by_model: dict[str, Tokens]
    tokens_by_day: list[DayTokens]
    first_timestamp: str | None
    last_timestamp: str | None
    file: str
    line: int


class Delegation(Record, frozen=True, kw_only=True):
    """One piece of work handed to a subagent: a distinct call of `Task` or `Agent`.

    `caller` is None for a call of the main thread, else the `tool_use_id` of the delegation whose run made the call,
    else that run's agent id. `message_id` tells which calls were made in parallel (the same API message).
    `agent_type_source` says where the type comes from: the call, the result, the run's meta.json or the default.
    `corrected`: the user interrupted or refused something before the third prompt after the result, and this was the
    last delegation answered before.
    `outcome_detail` is the status or the first words of the error that decided the outcome.
    """

    tool_use_id: str
    timestamp: str | None
    message_id: str | None
    caller: str | None
    agent_type: str
    agent_type_source: Literal["call", "result", "meta", "default", "none"]
    description: str | None
    prompt_length: int
    answer: Answer
    outcome: Outcome
    outcome_detail: str | None
    corrected: bool
    result_preview: str | None
    answered_timestamp: str | None
    duration_seconds: float | None
    model: str | None
    requested_model: str | None
    link: Link | None
    run: Run | None


class EnrichedDelegation(Delegation, frozen=True, kw_only=True):
    """A delegation with its words and its place.

    `user_context_before` is the last thing the user themself wrote before the call in the same thread,
    `assistant_synthesis_after` the first thing the assistant wrote after the result. `sequence_number` counts from 1
    within the session; the neighbours are those of the same thread. `file` and `line` (from 1) are those of the
    earliest copy of the call.
    """

    prompt: str
    result: str | None
    user_context_before: str | None
    assistant_synthesis_after: str | None
    sequence_number: int
    previous_agent: str | None
    next_agent: str | None
    file: str
    line: int


class SessionFields(Record, frozen=True, kw_only=True):
    """What `Session` and `EnrichedSession` share. Tokens, tools and edits are those of the main thread alone."""

    session_id: str
    project: str
    cwd: str | None
    first_timestamp: str | None
    last_timestamp: str | None
    message_count: int
    versions: list[str]
    tokens: Tokens
    tokens_by_model: dict[str, Tokens]
    tokens_by_day: list[DayTokens]
    tools: dict[str, int]
    edits: list[Edit]
    delegation_count: int


class Session(SessionFields, frozen=True, kw_only=True):
    """The lines that bear one session id."""

    delegations: list[Delegation]


class EnrichedSession(SessionFields, frozen=True, kw_only=True):
    """A session with at least one delegation, its delegations in full."""

    delegations: list[EnrichedDelegation]
