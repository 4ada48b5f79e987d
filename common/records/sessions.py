"""Sessions, delegations and runs, as read from the transcripts and written by the extraction stage.

Timestamps are ISO 8601 UTC strings in the form of Claude Code ("2026-03-14T09:26:53.589Z"), so comparing strings
compares times. A day is a string such as "2026-03-14" in the `timezone` setting. ``None`` means that the transcripts
do not say; it never means zero.
"""

from typing import Literal

from msgspec import field

from common.records.base import Record
from common.records.tokens import DayTokens, Tokens

Answer = Literal["completed", "error", "async", "missing"]
Outcome = Literal["completed", "failed", "rejected", "interrupted", "not_started", "killed", "unreported", "unanswered"]
Link = Literal["meta", "agent_id", "agent_progress", "text", "prompt"]
UnlinkedKind = Literal["warmup", "compaction", "aside", "workflow", "teammate", "skill", "fork", "unlinked"]
Cause = Literal["user", "policy", "limit", "api_error", "name", "parent", "agent"]
ResultKind = Literal["report", "empty", "unable", "invented"]
Standing = Literal["succeeded", "hollow", "failed", "stopped", "no_end"]
FollowedBy = Literal["plan_sent_back", "tool_stopped"]
Delivered = Literal["delivered", "queued", "removed", "none"]

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
CAUSES: tuple[Cause, ...] = ("user", "policy", "limit", "api_error", "name", "parent", "agent")
STANDINGS: tuple[Standing, ...] = ("succeeded", "hollow", "failed", "stopped", "no_end")
HOLLOW: tuple[ResultKind, ...] = ("empty", "unable", "invented")
UNRECORDED: frozenset[Outcome] = frozenset({"unreported", "unanswered"})
"""Outcomes of which nothing is recorded."""
NOT_RECORDED = "(none)"
"""The agent type of a call that names none; it is no agent."""


class Edit(Record, frozen=True, kw_only=True):
    """A file that was edited or written."""

    timestamp: str | None  #: time of the call
    tool: str  #: Edit, MultiEdit, Write or NotebookEdit
    path: str  #: path of the file, as in the call


class Run(Record, frozen=True, kw_only=True):
    """A subagent's own transcript, linked to its delegation."""

    agent_id: str | None  #: id of the agent, None if the transcript has none
    messages: int  #: distinct API messages, each in one place: those that a fork copied are its caller's
    tool_calls: int  #: distinct tool calls
    depth: int  #: 1 if the main thread started the run, 2 if a run of depth 1 did, and so on
    parent: str | None = None  #: agent id of the run that started this one, None if the main thread did
    is_fork: bool = False  #: whether the run began with a copy of its caller's context
    tokens: Tokens  #: sum over distinct messages
    tokens_by_model: dict[str, Tokens]  #: the same by model
    tokens_by_day: list[DayTokens]  #: the same by day, model, context tier and price tier
    tools: dict[str, int]  #: calls by tool
    edits: list[Edit]  #: edited and written files, in order of time
    first_timestamp: str | None  #: earliest timestamp
    last_timestamp: str | None  #: latest timestamp
    first_context: int | None = None  #: input + cache creation + cache read of the first message
    last_context: int | None  #: input + cache creation + cache read of the last message
    checks: int = 0  #: commands that ran tests or a build; see [evidence](DEFINITIONS.md#evidence)
    files_read: int = 0  #: distinct files that the run read, with the tool `Read`
    files_read_by_caller: int = 0  #: those of them that the calling thread also read
    progress_only: bool  #: whether only `agent_progress` lines of the main file record this run
    file: str  #: file in which the run begins, below the root; preceded by the root's number if there are several roots
    line: int  #: line in which the run begins, from 1


class UnlinkedRun(Record, frozen=True, kw_only=True):
    """A sidechain that belongs to no delegation."""

    agent_id: str | None  #: id of the agent, None if the transcript has none
    kind: UnlinkedKind  #: what the sidechain is
    session_id: str | None  #: session of its first line
    agent_type: str | None = None  #: agent type that its `.meta.json` names
    workflow: str | None = None  #: `tool_use_id` of the workflow that started the run, for a run of the kind `workflow`
    skill: str | None = None  #: skill that ran as this run, for a run of the kind `skill`
    messages: int  #: distinct API messages, each in one place: those that a fork copied are its caller's
    tool_calls: int  #: distinct tool calls
    tokens: Tokens  #: sum over distinct messages
    tokens_by_model: dict[str, Tokens]  #: the same by model
    tokens_by_day: list[DayTokens]  #: the same by day, model, context tier and price tier
    first_timestamp: str | None  #: earliest timestamp
    last_timestamp: str | None  #: latest timestamp
    file: str  #: file in which the run begins, below the root; preceded by the root's number if there are several roots
    line: int  #: line in which the run begins, from 1


class Used(Record, frozen=True, kw_only=True):
    """A token of a result that was new to the calling thread and that the thread repeated."""

    token: str  #: path, identifier, number or flag
    line: int  #: line of the calling thread's file that repeats it, from 1


class Delegation(Record, frozen=True, kw_only=True):
    """A piece of work given to a subagent: one distinct call of `Task` or `Agent`."""

    tool_use_id: str  #: id of the call
    timestamp: str | None  #: time of the call
    message_id: str | None  #: API message of the call; calls of the same message ran in parallel
    #: None if the main thread called, else the `tool_use_id` of the delegation whose run called, else the agent id of
    #: that run
    caller: str | None
    agent_type: str  #: agent type, spelled as in the transcript
    agent_type_source: Literal["call", "result", "meta", "default", "none"]  #: where the agent type was found
    description: str | None  #: short description in the call
    prompt_length: int  #: characters of the prompt
    answer: Answer  #: how the call itself was answered
    outcome: Outcome  #: what became of the work; see [outcomes](DEFINITIONS.md#outcomes)
    outcome_detail: str | None  #: status or first words of the error that decided the outcome
    #: who or what ended the work; None for `completed`, `unreported` and `unanswered`; see
    #: [causes](DEFINITIONS.md#causes)
    cause: Cause | None = None
    #: one press of Esc: the id of the first call that it interrupted; None for all that were not interrupted
    press: str | None = None
    #: what a completed delegation gave back, None for the others and where the result is not recorded; see
    #: [hollow results](DEFINITIONS.md#hollow-results)
    result_kind: ResultKind | None = None
    delivered: Delivered = "none"  #: whether the word that a background agent ended reached the model
    #: what the user did after the result: sent a plan back with words, or stopped one of the next 3 tool calls; None
    #: otherwise; see [what happened next](DEFINITIONS.md#what-happened-next)
    followed_by: FollowedBy | None = None
    followed_line: int | None = None  #: line of that refusal in the file of the result
    #: tool calls that the agent made: those of its run, else those that its result or a notification tells; None if
    #: neither does
    tool_calls: int | None = None
    used: Used | None = None  #: proof that the calling thread used the result; None does not mean that it did not
    caller_context: int | None = None  #: input + cache creation + cache read of the message that called
    #: messages of the calling thread after the result until its context was compacted or it ended; None if no result
    #: reached it
    caller_calls_after: int | None = None
    result_preview: str | None  #: first 500 characters of the result; for a background agent, of its last notification
    answered_timestamp: str | None  #: time of the result; for a background agent, of its last notification
    duration_seconds: float | None  #: see [durations](DEFINITIONS.md#durations)
    active_seconds: float | None = None  #: time in which the run worked; see [durations](DEFINITIONS.md#durations)
    #: model of most messages of the run; else the model that the result names, else the requested model
    model: str | None
    requested_model: str | None  #: model that the call asked for
    link: Link | None  #: how the run was linked, None without a run
    run: Run | None  #: transcript of the subagent, None if none was found


class EnrichedDelegation(Delegation, frozen=True, kw_only=True):
    """A delegation with its full texts and its position."""

    prompt: str  #: full prompt
    result: str | None  #: full result
    user_context_before: str | None  #: last text the user wrote before the call, in the same thread
    assistant_synthesis_after: str | None  #: first text the assistant wrote after the result
    sequence_number: int  #: position among the session's delegations, from 1
    previous_agent: str | None  #: agent type of the previous delegation in the same thread
    next_agent: str | None  #: agent type of the next delegation in the same thread
    #: file of the earliest copy of the call, below the root; preceded by the root's number if there are several roots
    file: str
    line: int  #: line of that copy, from 1


class AgentList(Record, frozen=True, kw_only=True):
    """A list of the agent types that could be called, or a change of it."""

    timestamp: str | None  #: time of its line
    agent_id: str | None = None  #: id of the agent whose thread has the list, None for the main thread
    is_whole: bool  #: whether `added` is all that could be called, and not only what is new
    added: list[str]  #: agent types that could be called from then on
    removed: list[str]  #: agent types that could no longer be called


class SessionFields(Record, frozen=True, kw_only=True):
    """Fields that `Session` and `EnrichedSession` share. Tokens, tools and edits are those of the main thread only."""

    session_id: str  #: id of the session
    project: str  #: folder of the session, below the root
    cwd: str | None  #: first working directory, None if no line names one
    title: str | None = None  #: title that the user gave it, else Claude Code; the last one, None without one
    first_timestamp: str | None  #: earliest timestamp
    last_timestamp: str | None  #: latest timestamp
    #: messages of the main thread: distinct uuids of user lines (a line without one counts) and distinct message ids
    #: of assistant lines
    message_count: int
    versions: list[str]  #: versions of Claude Code, in order of first appearance
    tokens: Tokens  #: tokens of the main thread only
    tokens_by_model: dict[str, Tokens]  #: the same by model
    tokens_by_day: list[DayTokens]  #: the same by day, model, context tier and price tier
    tools: dict[str, int]  #: calls of the main thread by tool
    edits: list[Edit]  #: files that the main thread edited or wrote, in order of time
    delegation_count: int  #: number of delegations


class Session(SessionFields, frozen=True, kw_only=True):
    """All lines with the same session id."""

    delegations: list[Delegation]  #: delegations, in order of time


class EnrichedSession(SessionFields, frozen=True, kw_only=True):
    """A session with at least one delegation, and the full texts of its delegations."""

    agent_lists: list[AgentList] = field(default_factory=list)  #: agent types that could be called, in order of time
    delegations: list[EnrichedDelegation]  #: delegations, in order of time
