"""Texts that Claude Code writes in the name of users and tools: notifications, polls, ids and usage."""

import re
from typing import NamedTuple

from blake3 import blake3

from common.transcripts.reading.shapes import Idle, PolledTask, read_object
from common.transcripts.reading.texts.framing import unescaped, unframed
from common.transcripts.reading.texts.sentences import HEAD, REFUSALS, meaning_of
from common.transcripts.reading.workflows import AgentCounts

AGENT_ID = re.compile(r"agent(?:Id|_id): ([A-Za-z0-9][A-Za-z0-9_-]{0,127})")
TOKENS, TOOL_USES = ("total_tokens", "subagent_tokens"), "tool_uses"
"""The names of counts in the usage of a notification or an answer."""
_NUMBER = re.compile(r"(?:<(\w{1,40})>|\b(\w{1,40}):)\s*(\d{1,15})\b")
STARTED = re.compile(r"^(?:agentId|agent_id|taskId|Task ID|name): ([A-Za-z0-9][\w@.:-]{0,127})", re.MULTILINE)
NOTIFICATION = "<task-notification>"
AGENT_NOTIFICATION = "<agent-notification>"
SYSTEM_NOTIFICATION = "[SYSTEM NOTIFICATION"
TEAMMATE = "<teammate-message"
OTHER_SESSION = "Another Claude session sent a message"
SKILL = "Base directory for this skill: "
TAIL = 4000
"""Characters at the end of a text in which the id of the agent is searched."""

COMPACTED = "This session is being continued from a previous conversation"
"""How a summary begins that takes the place of the context; in the oldest versions nothing else marks it."""
INTERRUPTION = "[Request interrupted by user"
IDLE = "idle_notification"
STATUS_BY_IDLE_REASON = {"available": "completed"}
"""The statuses in which a teammate's reasons to be idle are kept; any other reason is its own status."""

_NOT_WRITTEN_BY_THE_USER = (
    "<task-notification",
    "<agent-notification",
    "<agent-message",
    "<cross-session-message",
    SYSTEM_NOTIFICATION,
    OTHER_SESSION,
    TEAMMATE,
    "<command-",
    "<local-command",
    "<bash-",
    "<system-reminder",
    "[Request interrupted",
    "Caveat: The messages below were generated",
    COMPACTED,
)


class Notification(NamedTuple):
    """The report of a background task that stopped working, or of a teammate that is idle.

    `task_id` is the id of the task or agent, or the teammate's name; `call` the id of the call that the report is on.
    `duration_ms`, `tokens` and `tool_uses` are those of its last stretch.
    """

    task_id: str
    status: str
    result: str | None
    duration_ms: float | None = None
    tokens: int | None = None
    tool_uses: int | None = None
    call: str | None = None
    summary: str | None = None
    agents: AgentCounts | None = None


def is_prompt(text: str) -> bool:
    """Say whether the user wrote the text, not the program in the user's name."""
    stripped = text.lstrip()
    return bool(stripped) and not stripped.startswith(_NOT_WRITTEN_BY_THE_USER)


def is_interruption(text: str) -> bool:
    """Say whether the text tells that the user pressed Esc."""
    return text[:HEAD].lstrip().startswith(INTERRUPTION)


def is_refusal(text: str) -> bool:
    """Say whether the text of an error tells that the user stopped or refused a tool."""
    return meaning_of(text, REFUSALS) is not None


def notifications(text: str) -> list[Notification]:
    """Return the notifications of a text that begins with one."""
    # 2.0.6x   <agent-notification> <agent-id>a1</agent-id> <status>completed</status> ...
    # 2.1.0    <task-notification> <task-id>a1</task-id> <status>completed</status> ...
    # 2.1.205  [SYSTEM NOTIFICATION - NOT USER INPUT] ... <task-notification> ...         in the file of an agent
    # 2.1.205  Another Claude session sent a message:
    #          <teammate-message teammate_id="bob"> {"type":"idle_notification","from":"bob",...} </teammate-message>
    begun = text[:HEAD].lstrip()
    if begun.startswith((NOTIFICATION, SYSTEM_NOTIFICATION)):
        found = [_notification(body, "task-id") for body in _bodies(text, NOTIFICATION)]
    elif begun.startswith(AGENT_NOTIFICATION):
        found = [_notification(body, "agent-id") for body in _bodies(text, AGENT_NOTIFICATION)]
    elif begun.startswith((OTHER_SESSION, TEAMMATE)):
        found = [_idle(message) for message in text.split(TEAMMATE)[1:]]
    else:
        return []
    return [notification for notification in found if notification is not None]


def _bodies(text: str, opening: str) -> list[str]:
    """Return what follows each opening tag; a tag inside the result of another notification opens none."""
    closing = "</" + opening[1:]
    bodies: list[list[str]] = []
    inside = ended = 0
    for piece in text.split(opening)[1:]:
        if bodies and (inside > 0 or not ended):
            bodies[-1] += [opening, piece]
        else:
            bodies.append([piece])
            inside = ended = 0
        inside += piece.count("<result>") - piece.count("</result>")
        ended += closing in piece
    return ["".join(body) for body in bodies]


def _notification(text: str, name_of_id: str) -> Notification | None:
    # 2.1.3x   <task-id>a1</task-id> <status>completed</status> <result>Done.</result> <usage>total_tokens: 1200 ...
    # 2.1.92   ... <usage><total_tokens>1200</total_tokens><duration_ms>9000</duration_ms></usage>
    # 2.1.9x   <task-id>a1</task-id> <tool-use-id>toolu_1</tool-use-id> ... after a resume, that of the SendMessage
    # 2.1.15x  ... <usage><subagent_tokens>1200</subagent_tokens><duration_ms>9000</duration_ms></usage>
    head, opened, rest = text.partition("<result>")
    body, closed, after = rest.rpartition("</result>")
    result = (body if closed else rest) if opened else None
    known = head + (after if closed else "")
    task_id, status, summary = _tag(head, name_of_id), _tag(head, "status"), _tag(head, "summary")
    if task_id is None or status is None:
        return None
    if summary is not None and len(summary) > HEAD:
        summary = summary[: HEAD // 2] + summary[-HEAD // 2 :]
    numbers = _numbers(known.rpartition("<usage>")[2])
    return Notification(
        task_id,
        status,
        result if result is None else unescaped(unframed(result)),
        numbers.get("duration_ms"),
        _count(numbers, *TOKENS),
        _count(numbers, TOOL_USES),
        _tag(head, "tool-use-id"),
        summary,
        _agents_in(numbers),
    )


def _agents_in(numbers: dict[str, float]) -> AgentCounts | None:
    """Return the counts of a workflow's agents; None in the notification of anything else."""
    # from 2.1.15x  <usage><agent_count>3</agent_count><agents_done>2</agents_done><agents_error>1</agents_error>...
    counts = [_count(numbers, name) for name in ("agent_count", "agents_done", "agents_error")]
    return AgentCounts(*(count or 0 for count in counts)) if counts[0] is not None else None


def _idle(message: str) -> Notification | None:
    """Return the report of a teammate that it is idle; None for any other message."""
    _, _, rest = message.partition(">")
    raw = rest.partition(f"\n</{TEAMMATE[1:]}>")[0].strip()
    if not raw.startswith("{") or IDLE not in raw:
        return None
    idle = read_object(raw.encode("utf-8", "surrogatepass"), Idle)
    if idle is None or idle.type != IDLE or not idle.from_ or not idle.idle_reason:
        return None
    status = STATUS_BY_IDLE_REASON.get(idle.idle_reason, idle.idle_reason)
    return Notification(idle.from_, status, idle.result, summary=idle.failure_reason)


def tokens_in_tail(text: str) -> int | None:
    """Return the tokens named at the end of a subagent's answer, for a result without an object; None if none are."""
    return _count_in_tail(text, *TOKENS)


def tool_uses_in_tail(text: str) -> int | None:
    """Return the calls of tools named at the end of a subagent's answer; None if none are."""
    return _count_in_tail(text, TOOL_USES)


def _count_in_tail(text: str, *names: str) -> int | None:
    _, opened, tail = text.rpartition("<usage>")
    return _count(_numbers(tail), *names) if opened else None


def agent_in_text(text: str) -> str | None:
    """Return the agent's id in the text of a result: the last one, since text of the agent is before it."""
    found = AGENT_ID.findall(text[-TAIL:])
    return found[-1] if found else None


def names_in_launch(text: str) -> list[str]:
    """Return the ids and the name that the text of a launch gives the agent."""
    #   Async agent launched successfully.\nagentId: a1 (internal ID ...)
    #   Spawned successfully.\nagent_id: bob@session-1\nname: bob
    #   Remote agent launched.\ntaskId: r1
    return STARTED.findall(text[:HEAD])


def task_in_text(text: str) -> PolledTask:
    """Return the task in the text of a poll, for a result without an object."""
    head, _, rest = text.partition("<output>")
    return PolledTask(_tag(head, "task_id"), _tag(head, "status"), rest.rpartition("</output>")[0] or None)


def _tag(text: str, name: str) -> str | None:
    _, opened, rest = text.partition(f"<{name}>")
    value, closed, _ = rest.partition(f"</{name}>")
    return value.strip() if opened and closed else None


def _count(numbers: dict[str, float], *names: str) -> int | None:
    """Return the number of the first name that has one."""
    return next((int(numbers[name]) for name in names if name in numbers), None)


def _numbers(usage: str) -> dict[str, float]:
    """Return the numbers written as `<name>1</name>` or `name: 1`, by name; the first of each name."""
    numbers: dict[str, float] = {}
    for match in _NUMBER.finditer(usage):
        numbers.setdefault(match[1] or match[2], float(match[3]))
    return numbers


def text_digest(text: str) -> bytes:
    """Return a digest of 16 bytes of a text without its outer white space."""
    return blake3(text.strip().encode("utf-8", "replace")).digest(length=16)


def unwrap_teammate(text: str) -> str:
    """Return the prompt inside a message from the lead of a team; any other text as it is."""
    if not text.lstrip().startswith(TEAMMATE):
        return text
    _, opened, rest = text.partition(">")
    prompt, closed, _ = rest.rpartition(f"</{TEAMMATE[1:]}>")
    return prompt if opened and closed else text


def skill_in_text(texts: list[str]) -> str | None:
    """Return the name of the folder of the skill that a message comes from; None if it comes from none."""
    if not texts or not texts[0].startswith(SKILL):
        return None
    folder = texts[0].removeprefix(SKILL).partition("\n")[0].replace("\\", "/").rstrip("/ ")
    return folder.rpartition("/")[2] or None
