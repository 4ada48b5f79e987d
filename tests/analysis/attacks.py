"""Foreign text in every field: the same records with each text replaced."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeVar

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

    from common.records.extraction import EnrichedSessions, FullSessions

R = TypeVar("R", bound=msgspec.Struct)

TEXT_FIELDS = frozenset(
    {
        "project", "cwd", "agent_type", "description", "prompt", "result", "result_preview", "user_context_before",
        "assistant_synthesis_after", "outcome_detail", "previous_agent", "next_agent", "file", "path", "tool",
        "requested_model", "model", "agent_id",
    }
)  # fmt: skip
ID_FIELDS = frozenset({"session_id", "tool_use_id", "message_id", "caller"})
KEYED_FIELDS = frozenset({"tokens_by_model", "tools", "unknown_statuses", "agent_types"})
LISTED_FIELDS = frozenset({"versions", "roots"})

PAYLOADS = (
    "<script>window.hit=1</script>",
    "</script><script>window.hit=1</script>",
    "<img src=x onerror=window.hit=1>",
    "<svg onload=window.hit=1>",
    '"><img src=x onerror=window.hit=1>',
    "'><img src=x onerror=window.hit=1>",
    '" onmouseover=window.hit=1 autofocus onfocus=window.hit=1 x="',
    "<a href=javascript:window.hit=1>x</a>",
    "<iframe src=javascript:parent.hit=1></iframe>",
    "<iframe srcdoc='<script>parent.hit=1</script>'></iframe>",
    "<object data=https://attack.example/x></object>",
    "<embed src=https://attack.example/x>",
    "<link rel=stylesheet href=https://attack.example/x.css>",
    "<style>@import 'https://attack.example/x.css';*{background:url(https://attack.example/y)}</style>",
    "</style><script>window.hit=1</script>",
    "</title><script>window.hit=1</script>",
    "</textarea><script>window.hit=1</script>",
    "--><script>window.hit=1</script><!--",
    "<meta http-equiv=refresh content='0;url=https://attack.example/z'>",
    "<base href=https://attack.example/>",
    "<form action=https://attack.example/><input name=x autofocus onfocus=window.hit=1></form>",
    "<details open ontoggle=window.hit=1>",
    "{{ 7 * 7 }}{% for x in range(3) %}${window.hit=1}{% endfor %}",
    "![x](https://attack.example/x.png) https://attack.example <math><mtext><mglyph><style><img src onerror=hit=1>",
)


def everywhere(
    sessions: EnrichedSessions, every: FullSessions, change: Callable[[str, int], str]
) -> tuple[EnrichedSessions, FullSessions]:
    """Return the records with each foreign text changed, given the number of its session; ids stay apart."""
    return _changed(sessions, change), _changed(every, change)


def _changed(record: R, change: Callable[[str, int], str]) -> R:
    plain = msgspec.to_builtins(record)
    changed = {key: _walk(value, partial(_first, change), key) for key, value in plain.items() if key != "sessions"}
    changed["sessions"] = [
        _walk(session, partial(_of, change, number), "") for number, session in enumerate(plain["sessions"])
    ]
    return msgspec.convert(changed, type=type(record))


def _of(change: Callable[[str, int], str], number: int, text: str) -> str:
    return change(text, number)


def _first(change: Callable[[str, int], str], text: str) -> str:
    return change(text, 0)


def _walk(value: object, change: Callable[[str], str], name: str) -> object:
    if isinstance(value, dict):
        keyed = name in KEYED_FIELDS
        return {change(key) if keyed else key: _walk(part, change, key) for key, part in value.items()}
    if isinstance(value, list):
        return [_walk(part, change, name) for part in value]
    if isinstance(value, str) and name in TEXT_FIELDS | LISTED_FIELDS:
        return change(value)
    if isinstance(value, str) and name in ID_FIELDS:
        return f"{value}{change(value)}"
    return value
