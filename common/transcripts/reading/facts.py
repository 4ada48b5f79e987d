"""The facts of one file, as kept in the cache: all that later steps need, with nothing decided yet.

`FileFacts` is the whole state of the reader of a file. Reading may stop at any newline and continue later with the
same result as reading at once. Positions are line numbers, from 1. Timestamps are ISO strings, "" where a line has
none, so that comparing strings gives the order of copies.
"""

from typing import Literal

from msgspec import Struct, field

from common.transcripts.reading.context.agent_lists import ListedTypes
from common.transcripts.reading.context.following import Followed, Sequel
from common.transcripts.reading.context.titles import FileTitles
from common.transcripts.reading.evidence.use_facts import UseProof, Watch
from common.transcripts.reading.lines import BadLine, CountedLines
from common.transcripts.reading.texts.prompts import Prompts
from common.transcripts.reading.workflows import AgentCounts, FileWorkflows

ThreadKind = Literal["main", "side", "progress"]
Channel = Literal["delivered", "queued", "removed"]

ToolUse = tuple[str, str, str | None]
"""A call of a tool: its id, its name, the file that it read or edited or the test or build that an agent ran by it."""


class InnerCall(Struct, array_like=True, frozen=True, gc=False):
    """Tokens of a call inside a message, an advisor's or a compaction's, that the message's own figures leave out."""

    model: str | None
    input: int
    output: int
    cache_creation: int
    cache_creation_1h: int
    cache_read: int


class MessageFacts(Struct, array_like=True, gc=False):
    """One API message within one thread of one file; `id` is its identity, None for a message without an id.

    `timestamp` and `line` are those of its earliest line. The usage, in tokens, is that of `chosen_line` (0: none
    counts): the line with the largest output, the later on a tie. `sizes` are the bytes of text, thinking and tool
    input in its unfinished lines.
    """

    id: str | None
    timestamp: str
    line: int
    chosen_line: int = 0
    model: str | None = None
    input: int = 0
    output: int = 0
    cache_creation: int = 0
    cache_creation_1h: int = 0
    cache_read: int = 0
    unfinished: bool = False
    tier: str | None = None
    web_searches: int = 0
    hidden_thinking: bool = False
    sizes: list[int] = field(default_factory=list)
    tools: list[ToolUse] = field(default_factory=list)
    inner_calls: list[InnerCall] | None = None


class FirstSeen(Struct, array_like=True, frozen=True, gc=False):
    """A value, and the timestamp and line where it was first seen."""

    value: str
    timestamp: str
    line: int


class Thread(Struct, array_like=True, gc=False):
    """Lines of one session in one file that belong together: its main thread, a sidechain, or a sidechain's echo.

    `uuids` are those of the user lines in a main thread, of all lines in a sidechain, repeated ones too;
    `without_uuid` counts the user lines that have none. `prompt` is the digest of a sidechain's first user text,
    `skill` the folder of the skill that this text comes from. `cut_by` is the kind and the text of the API's error, if
    that is the last line of the assistant. `stretches` of activity are those of a sidechain or an echo, as in
    `reading.stretches`. `compactions` are the times and lines at which a summary took the place of the context. `leaf`
    is the uuid of the last line of a main thread, `leaves` are those before the user's texts: the conversation may have
    ended there for a while.
    """

    kind: ThreadKind
    session_id: str | None
    agent_id: str | None
    parent_tool_use_id: str | None
    line: int
    parent_uuid: str | None = None
    first: str = ""
    last: str = ""
    without_uuid: int = 0
    uuids: list[str] = field(default_factory=list)
    prompt: bytes = b""
    warmup: bool = False
    teammate: bool = False
    prompt_seen: bool = False
    skill: str | None = None
    cut_by: tuple[str, str] | None = None
    cwd: FirstSeen | None = None
    versions: list[FirstSeen] = field(default_factory=list)
    messages: list[MessageFacts] = field(default_factory=list)
    stretches: list[str] = field(default_factory=list)
    compactions: list[tuple[str, int]] = field(default_factory=list)
    leaf: str | None = None
    leaves: list[str] = field(default_factory=list)


class Call(Struct, array_like=True, gc=False):
    """A block that hands work to a subagent. `context` is the index of the user's last prompt before it, or -1.

    `id` is as written, `key` the identity of the call; `message_id` is the identity of its message.
    """

    id: str
    key: str
    timestamp: str
    line: int
    position: int
    thread: int
    message_id: str | None
    agent_type: str
    description: str | None
    prompt: str
    model: str | None
    version: str | None
    context: int
    name: str | None = None


class Result(Struct, array_like=True, gc=False):
    """A tool_result of a delegation, or of a call that is not in this file; `has_object` if toolUseResult is one.

    `text` is the report alone. `agent_id` is the agent in the object, `agent_in_text` the one in the text; `names` are
    all ids and names that the result of a launch gives the agent.
    """

    id: str
    timestamp: str
    line: int
    thread: int
    is_error: bool
    text: str
    has_object: bool = False
    launched: bool = False
    agent_id: str | None = None
    agent_type: str | None = None
    model: str | None = None
    duration_ms: float | None = None
    tokens: int | None = None
    last_output: int | None = None
    interrupted: bool = False
    synthesis: str | None = None
    agent_in_text: str | None = None
    names: list[str] = field(default_factory=list)
    tool_uses: int | None = None
    followed: Followed | None = None
    used: UseProof | None = None


class Notice(Struct, array_like=True, gc=False):
    """A report on a background task: a notification, a poll, a stop that worked, or a message that resumed it.

    `task_id` is the id or name of the task, as written. `session_id` is the session of its line, `call` the id of the
    call that it is on. `channel` is how far it came: to the model (`reached`: time and line), into the queue, or out.
    """

    task_id: str
    timestamp: str
    line: int
    status: str
    source: Literal["notification", "poll", "stop", "resume"]
    result: str | None = None
    duration_ms: float | None = None
    tokens: int | None = None
    synthesis: str | None = None
    session_id: str | None = None
    call: str | None = None
    summary: str | None = None
    channel: Channel = "delivered"
    tool_uses: int | None = None
    agents: AgentCounts | None = None
    reached: tuple[str, int] | None = None
    followed: Followed | None = None
    used: UseProof | None = None


class FileFacts(Struct, array_like=True, gc=False):
    """The facts of one file and the state of its reader.

    `counted_lines` are by reason, `waiting_results` are indexes by thread. `skill_by_agent` names the skills that ran
    as agents; `forked` if the file begins with a reference to the conversation that it continues. `queue` holds what
    was queued: the index of a notice, or -1 for other text. What is before `queue_start` has left.
    """

    lines: int = 0
    parsed: int = 0
    salvaged: int = 0
    skipped: int = 0
    blank: int = 0
    pending: int = 0
    offset: int = 0
    unknown_types: dict[str, int] = field(default_factory=dict)
    bad_lines: list[BadLine] = field(default_factory=list)
    counted_lines: dict[str, CountedLines] = field(default_factory=dict)
    threads: list[Thread] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    prompts: Prompts = field(default_factory=Prompts)
    open_tools: dict[str, str] = field(default_factory=dict)
    sequel: Sequel = field(default_factory=Sequel)
    waiting_results: dict[int, list[int]] = field(default_factory=dict)
    waiting_notices: list[int] = field(default_factory=list)
    call_by_agent: dict[str, str] = field(default_factory=dict)
    skill_by_agent: dict[str, str] = field(default_factory=dict)
    forked: bool = False
    queue: list[int] = field(default_factory=list)
    queue_start: int = 0
    last_session: str | None = None
    workflows: FileWorkflows = field(default_factory=FileWorkflows)
    agent_lists: list[ListedTypes] = field(default_factory=list)
    titles: FileTitles = field(default_factory=FileTitles)
    watches: list[Watch] = field(default_factory=list)
    searched: int = 0

    def count_line(self, reason: str, outcome: str, line: int) -> None:
        """Count a line whose fault is told once for the whole file."""
        known = self.counted_lines.setdefault(reason, CountedLines(line, outcome, 0))
        known.count += 1


LINE_OUTCOMES = ("lines", "parsed", "salvaged", "skipped", "blank", "pending")


class FileCounts(Struct, array_like=True):
    """The counts that a file adds to the source, and its lines for the diagnostics."""

    bytes: int
    lines: int
    parsed: int
    salvaged: int
    skipped: int
    blank: int
    pending: int
    unknown_types: dict[str, int]
    bad_lines: list[BadLine]
    counted_lines: dict[str, CountedLines]
