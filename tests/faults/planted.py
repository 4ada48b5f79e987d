"""Transcripts, agents and stages in which a text stands in every place that holds one."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING

from tests.common.transcripts.written import answer, call, encoded, launched, line, notification, said, tool, user

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Json = dict[str, object]

EVERYWHERE = ("sessionId", "cwd", "gitBranch", "version", "slug", "teamName", "requestId", "userType")
BUSY = (
    "\x1b]0;title\x07\x1b[31mbusy\x9b6n\u202e|`<b>",
    "=busy [x](https://attack.example) {{ 7 * 7 }}",
    "[red]busy[/] %s",
)
"""Names of agents that do so much that the answer names them."""
HANDED_ON = 3
"""Pieces of work that a session hands on."""


def session_of(number: int, text: str) -> list[Json]:
    """Return a session whose every field is a text; three pieces of work are handed on, with three ends."""
    key = f"{number} {text}"
    calls = [call(f"{key} {n}", text, subagent_type=text, description=text, model=text) for n in range(HANDED_ON)]
    spent: Json = {"input_tokens": 9, "output_tokens": 9, "service_tier": text, "speed": text}
    beside = dict.fromkeys(("status", "agentId", "agentType", "resolvedModel", "prompt"), text)
    return [
        user(text, 1),
        said(2, text, calls[0], tool(f"{key} tool", text, file_path=text), key=key, model=text, spent=spent, stop=text),
        answer(f"{key} tool", 3, text),
        answer(f"{key} 0", 4, text, beside | {"content": [{"type": "text", "text": text}]}),
        said(5, text, calls[1], tool(f"{key} edit", "Edit", file_path=text), model=text),
        answer(f"{key} 1", 6, text, error=True),
        said(7, calls[2], model=text),
        launched(f"{key} 2", 8, f"{key} agent"),
        user(notification(f"{key} agent", text, text), 9),
        said(10, text),
        line("system", 11, subtype=text, content=text),
        line(text, 12),
        line("summary", None, summary=text, leafUuid=text),
        line("custom-title", None, customTitle=text),
        line("queue-operation", 13, operation=text, content=text),
    ]


def run_of(number: int, text: str) -> list[Json]:
    """Return the transcript of the agent that did a session's first piece of work."""
    key = f"{number} {text} run"
    return [user(text, 3), said(3, text, tool(key, text, file_path=text), key=key, model=text)]


def busy_session(agent: str, number: int, pieces: int) -> list[Json]:
    """Return a session that hands many pieces of work to one agent, every third in vain."""
    made: list[Json] = []
    for n in range(pieces):
        key = f"busy {number} {n}"
        made.append(said(20, call(key, f"Piece {n}.", subagent_type=agent), key=key, sessionId=f"busy {number}"))
        made.append(answer(key, 21, "So.", error=n % 3 == 0, sessionId=f"busy {number}"))
    return made


def pieces_of(texts: Sequence[str]) -> int:
    """Return how many pieces of work each busy agent is handed, so that they do most of all."""
    return len(texts) + 10


def file_name(number: int, text: str) -> bytes:
    """Return a text as the name of a file, as far as a name can hold it; its number keeps it apart from others."""
    return re.sub(rb"[/\0]", b"_", text.encode("utf-8", "surrogatepass"))[:200] + b" %d" % number


def plant(root: Path, texts: Sequence[str]) -> None:
    """Write a configuration directory: for each text a folder, a session, a run and an agent, named after it."""
    top = os.fsencode(root)
    for number, text in enumerate(texts):
        name = file_name(number, text)
        fields: Json = dict.fromkeys(EVERYWHERE, text)
        own = [one | fields for one in session_of(number, text)]
        run = [one | fields | {"agentId": text, "isSidechain": True} for one in run_of(number, text)]
        begun = b"%s/projects/%s/%s" % (top, name, name)
        put(begun + b".jsonl", encoded(own) + json.dumps(text).encode() + b"\n")
        put(b"%s/subagents/agent-%s.jsonl" % (begun, name), encoded(run))
        put(b"%s/subagents/agent-%s.meta.json" % (begun, name), json.dumps({"agentType": text}).encode())
        said_of_it = text.encode("utf-8", "surrogatepass")
        front = b"---\nname: %s\ndescription: %s\nmodel: %s\n---\n%s\n" % ((said_of_it,) * 4)
        put(b"%s/agents/%s.md" % (top, name), front)
    for number, agent in enumerate(BUSY):
        put(b"%s/projects/-busy/%d.jsonl" % (top, number), encoded(busy_session(agent, number, pieces_of(texts))))


def put(path: bytes, content: bytes) -> None:
    """Write a file whose name may be no text."""
    os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120 - a Path holds no bytes
    with open(path, "wb") as file:  # noqa: PTH123 - likewise
        file.write(content)


def stages_of(texts: Sequence[str]) -> str:
    """Return a stages.yaml with a script that writes files named after texts, and one that reads them."""
    names = [f"{{data}}/own/{number} " + re.sub(r"[/\0]", "_", text) for number, text in enumerate(texts)]
    words = " ".join(" ".join(texts).split())
    known = {"run": ["true", *names], "description": words}
    maker = {"name": "maker", "writes": names, **known}
    taker = {"name": "taker", "writes": ["{data}/own/all"], "reads": names, **known}
    return json.dumps({"stages": [{"name": "own", "description": words, "scripts": [maker, taker]}]})
