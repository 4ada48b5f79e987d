"""The sentences by which Claude Code tells what happened: notifications, interruptions, refusals, errors."""

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
HEAD = 2000
"""How far into a text a sentence of Claude Code is looked for: it stands at the start, foreign text may follow."""
TAIL = 4000
"""How far from its end a text tells which agent gave it."""

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
    """What a background task said when it came to rest."""

    task_id: str
    status: str
    result: str | None
    duration_ms: float | None
    tokens: int | None


def is_prompt(text: str) -> bool:
    """Say whether the user wrote the text themself, rather than the program in their name."""
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
    parts = text.split(NOTIFICATION)[1:]
    return [found for part in parts if (found := _notification(part))]


def _notification(part: str) -> Notification | None:
    head, opened, rest = part.partition("<result>")
    body, closed, after = rest.rpartition("</result>")
    result = (body if closed else rest) if opened else None
    known = head + (after if closed else "")
    task_id, status = _tag(head, "task-id"), _tag(head, "status")
    if task_id is None or status is None:
        return None
    tokens = _number(known, "total_tokens", "subagent_tokens")
    return Notification(task_id, status, result, _number(known, "duration_ms"), None if tokens is None else int(tokens))


def tokens_in_tail(text: str) -> int | None:
    """Return the tokens that the end of a subagent's answer names, as it does where no object stands beside it."""
    _, opened, tail = text.rpartition("<usage>")
    tokens = _number(tail, "total_tokens", "subagent_tokens") if opened else None
    return None if tokens is None else int(tokens)


def agent_in_text(text: str) -> str | None:
    """Return the agent's id in the words of a result; the last one, since foreign text stands before it."""
    found = AGENT_ID.findall(text[-TAIL:])
    return found[-1] if found else None


def task_in_text(text: str) -> PolledTask:
    """Return what a poll says in words alone, as it does in a subagent's transcript."""
    head, _, rest = text.partition("<output>")
    return PolledTask(_tag(head, "task_id"), _tag(head, "status"), rest.rpartition("</output>")[0] or None)


def _tag(text: str, name: str) -> str | None:
    _, opened, rest = text.partition(f"<{name}>")
    value, closed, _ = rest.partition(f"</{name}>")
    return value.strip() if opened and closed else None


def _number(text: str, *names: str) -> float | None:
    """Return the number that stands as `<name>1</name>` or `name: 1`."""
    for name in names:
        if found := re.search(rf"(?:<{name}>|\b{name}:)\s*(\d{{1,15}})\b", text):
            return float(found[1])
    return None


def text_digest(text: str) -> bytes:
    """Return 16 bytes that stand for a text, outer white space aside."""
    return blake3(text.strip().encode("utf-8", "replace")).digest(length=16)


def unwrap_teammate(text: str) -> str:
    """Return the prompt inside a message from a team's lead; any other text as it is."""
    if not text.lstrip().startswith(TEAMMATE):
        return text
    _, opened, rest = text.partition(">")
    prompt, closed, _ = rest.rpartition(f"</{TEAMMATE[1:]}>")
    return prompt if opened and closed else text
