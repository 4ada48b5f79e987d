"""The raw shapes of Claude Code's lines: only the fields that are read, each of which may be missing.

A line whose fields all have the expected types is decoded in one pass; `soften` keeps the valid fields of any other.
Fields that few lines need stay undecoded (`Raw`). Fields are in the order in which Claude Code writes them, where the
decoder finds them fastest. No struct can be in a cycle, so the garbage collector ignores them (`gc=False`).
"""

import typing

import msgspec
from msgspec import Raw, Struct, field

from common.transcripts.reading.depth import room_for_depth
from common.transcripts.reading.lenient import clean, lenient_json, soften
from common.transcripts.reading.usage import Count, Usage

NOTHING = Raw(b"")


class Block(Struct, gc=False):
    """One block of a message's content."""

    type: str | None = None
    id: str | None = None
    name: str | None = None
    tool_use_id: str | None = None
    is_error: bool | None = None
    input: Raw = NOTHING
    text: Raw = NOTHING
    thinking: Raw = NOTHING
    content: Raw = NOTHING


class Message(Struct, gc=False):
    """The API message inside a user or assistant line."""

    model: str | None = None
    id: str | None = None
    content: str | list[Block | str] | None = None
    stop_reason: str | None = None
    usage: Usage | None = None


class ProgressEnvelope(Struct, gc=False):
    """The line inside a progress line."""

    message: Message | None = None


class Progress(Struct, rename="camel", gc=False):
    """The data of a progress line."""

    type: str | None = None
    agent_id: str | None = None
    prompt: str | None = None
    message: ProgressEnvelope | None = None


class Line(Struct, rename="camel", gc=False):
    """One line of a transcript."""

    parent_uuid: str | None = None
    is_sidechain: bool | None = None
    cwd: str | None = None
    session_id: str | None = None
    version: str | None = None
    agent_id: str | None = None
    type: str | None = None
    data: Progress | None = None
    attachment: Raw = NOTHING
    message: Message | None = None
    is_meta: bool | None = None
    is_compact_summary: bool | None = None
    is_visible_in_transcript_only: bool | None = None
    uuid: str | None = None
    timestamp: str | None = None
    tool_use_result: Raw = NOTHING
    parent_tool_use_id: str | None = field(default=None, name="parentToolUseID")
    team_name: str | None = None
    content: Raw = NOTHING
    operation: str | None = None
    is_api_error_message: bool | None = None
    error: Raw = NOTHING
    custom_title: Raw = NOTHING
    ai_title: Raw = NOTHING
    summary: Raw = NOTHING
    leaf_uuid: Raw = NOTHING


class Attachment(Struct, rename="camel", gc=False):
    """The content of an attachment line; only queued prompts and lists of agent types matter here."""

    type: str | None = None
    prompt: str | list[Block | str] | None = None
    added_types: list[str] | None = None
    removed_types: list[str] | None = None
    is_initial: bool | None = None


class CallInput(Struct, gc=False):
    """The input of a delegation; `prompt` or `subagent_type` makes it one."""

    # 0.2 – 1.0.3x   {"description":"Fix it","prompt":"..."}
    # from 1.0.6x    {"description":"Fix it","prompt":"...","subagent_type":"dev"}
    # from 2.1.63    {"description":"Fix it","prompt":"..."}    again, and then the agent is general-purpose

    prompt: Raw = NOTHING
    subagent_type: Raw = NOTHING
    description: str | None = None
    model: str | None = None
    name: str | None = None


class ToolInput(Struct, gc=False):
    """The input of any other tool."""

    file_path: str | None = None
    notebook_path: str | None = None
    task_id: str | None = None
    shell_id: str | None = None
    to: str | None = None
    command: str | None = None


class PolledTask(Struct, gc=False):
    """A background task in the result of a poll."""

    task_id: str | None = None
    status: str | None = None
    output: str | None = None
    result: str | None = None


class Idle(Struct, rename="camel", gc=False):
    """The message in which a teammate says that it is idle."""

    type: str | None = None
    from_: str | None = field(default=None, name="from")
    idle_reason: str | None = None
    failure_reason: str | None = None
    result: str | None = None


class ToolUseResult(Struct, rename="camel", gc=False):
    """The structured result next to a tool_result block."""

    status: str | None = None
    is_async: bool | None = None
    agent_id: str | None = None
    agent_id_of_teammate: str | None = field(default=None, name="agent_id")
    teammate_id: str | None = field(default=None, name="teammate_id")
    task_id: str | None = None
    name: str | None = None
    resumed_agent_id: str | None = None
    success: bool | None = None
    content: Raw = NOTHING
    agent_type: str | None = None
    agent_type_of_teammate: str | None = field(default=None, name="agent_type")
    resolved_model: str | None = None
    total_duration_ms: float | None = None
    total_tokens: Count | None = None
    total_tool_use_count: Count | None = None
    usage: Usage | None = None
    was_interrupted: bool | None = None
    command_name: str | None = None
    task: PolledTask | None = None


T = typing.TypeVar("T", bound=Struct)


def read_object(raw: Raw | bytes, shape: type[T]) -> T | None:
    """Return the object in `raw`, softened where fields have other types; None if it holds no object."""
    try:
        return msgspec.json.decode(raw, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        with room_for_depth():
            value = lenient_json(bytes(raw))
            return soften(value, shape) if isinstance(value, dict) else None


def read_text(raw: Raw) -> str | None:
    """Return the string in `raw`; None for any other value."""
    value = lenient_json(bytes(raw)) if raw else None
    return clean(value) if isinstance(value, str) else None
