"""Sentences in which Claude Code reports notifications, interruptions, refusals and errors."""

import re
from typing import NamedTuple

from blake3 import blake3

from common.transcripts.reading.shapes import PolledTask

INTERRUPTED = "[Request interrupted by user"
CANCELLED = "doesn't want to take this action right now"
REFUSED = (
    "The user doesn't want to proceed with this tool use",
    "User rejected tool use",
    "The agent proposed a plan that was rejected by the user",
)
DENIED = re.compile(
    r"Permission to use .{1,200}? (?:has been|was) denied|Permission for this action (?:has been|was) denied"
)
UNKNOWN_AGENT = re.compile(r"Agent type '[^']*' not found")
LIMIT_OR_ERROR = re.compile(
    r"API Error\b|Prompt is too long|Claude AI usage limit reached|You've hit your (?:\w+ )?limit"
    r"|(?:Session|Weekly|Usage|Opus|5-hour) limit reached|Invalid API key|Credit balance is too low"
)
AGENT_ID = re.compile(r"agentId: ([A-Za-z0-9][A-Za-z0-9_-]{0,127})")
NOTIFICATION = "<task-notification>"
TEAMMATE = "<teammate-message"
SKILL = "Base directory for this skill: "
FORK_STARTED = "Fork started"
HEAD = 2000
"""Characters from the start of a text in which a sentence of Claude Code is searched; other text may follow."""
TAIL = 4000
"""Characters at the end of a text in which the id of the agent is searched."""

_NOT_WRITTEN_BY_THE_USER = (
    "<task-notification",
    TEAMMATE,
    "<command-",
    "<local-command",
    "<bash-",
    "<system-reminder",
    "[Request interrupted",
    "Caveat: The messages below were generated",
    "This session is being continued from a previous conversation",
)


class Notification(NamedTuple):
    """The report of a background task that stopped working; `duration_ms` and `tokens` are of its last stretch."""

    task_id: str
    status: str
    result: str | None
    duration_ms: float | None
    tokens: int | None


def is_prompt(text: str) -> bool:
    """Say whether the user wrote the text, not the program in the user's name."""
    stripped = text.lstrip()
    return bool(stripped) and not stripped.startswith(_NOT_WRITTEN_BY_THE_USER)


def is_interruption(text: str) -> bool:
    """Say whether the text tells that the user pressed Esc."""
    return text.lstrip().startswith(INTERRUPTED)


def is_refusal(text: str) -> bool:
    """Say whether the text of an error tells that the user stopped or refused a tool."""
    head = text[:HEAD]
    return INTERRUPTED in head or any(sentence in head for sentence in REFUSED)


def notifications(text: str) -> list[Notification]:
    """Return the notifications of a text that begins with one."""
    if not text.lstrip().startswith(NOTIFICATION):
        return []
    bodies = text.split(NOTIFICATION)[1:]
    return [notification for body in bodies if (notification := _notification(body))]


def _notification(text: str) -> Notification | None:
    # 2.1.3x   <task-id>a1</task-id> <status>completed</status> <result>Done.</result> <usage>total_tokens: 1200 ...
    # 2.1.92   ... <usage><total_tokens>1200</total_tokens><duration_ms>9000</duration_ms></usage>
    # 2.1.15x  ... <usage><subagent_tokens>1200</subagent_tokens><duration_ms>9000</duration_ms></usage>
    head, opened, rest = text.partition("<result>")
    body, closed, after = rest.rpartition("</result>")
    result = (body if closed else rest) if opened else None
    known = head + (after if closed else "")
    task_id, status = _tag(head, "task-id"), _tag(head, "status")
    if task_id is None or status is None:
        return None
    tokens = _number(known, "total_tokens", "subagent_tokens")
    return Notification(task_id, status, result, _number(known, "duration_ms"), None if tokens is None else int(tokens))


def tokens_in_tail(text: str) -> int | None:
    """Return the tokens named at the end of a subagent's answer, for a result without an object; None if none are."""
    _, opened, tail = text.rpartition("<usage>")
    tokens = _number(tail, "total_tokens", "subagent_tokens") if opened else None
    return None if tokens is None else int(tokens)


def agent_in_text(text: str) -> str | None:
    """Return the agent's id in the text of a result: the last one, since text of the agent is before it."""
    found = AGENT_ID.findall(text[-TAIL:])
    return found[-1] if found else None


def task_in_text(text: str) -> PolledTask:
    """Return the task in the text of a poll, for a result without an object."""
    head, _, rest = text.partition("<output>")
    return PolledTask(_tag(head, "task_id"), _tag(head, "status"), rest.rpartition("</output>")[0] or None)


def _tag(text: str, name: str) -> str | None:
    _, opened, rest = text.partition(f"<{name}>")
    value, closed, _ = rest.partition(f"</{name}>")
    return value.strip() if opened and closed else None


def _number(text: str, *names: str) -> float | None:
    """Return the number written as `<name>1</name>` or `name: 1`; the first name that has one."""
    for name in names:
        if found := re.search(rf"(?:<{name}>|\b{name}:)\s*(\d{{1,15}})\b", text):
            return float(found[1])
    return None


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
