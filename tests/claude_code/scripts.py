"""The words of a scenario: who says what, turn by turn, and how the client is started.

A prompt names its script with `[script NAME]`. A model plays the script that was named last, turn by turn. A script is
for one agent alone, or for one stretch of an agent that is resumed. Ids follow from scenario, script and turn, so the
same scenario always has the same ids.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tests.claude_code.truth import Truth

NAMED = re.compile(r"\[script ([^\]]+)\]")
MAIN = "main"
"""The script that the user's first prompt names."""
END = "Nothing more to do."
"""What a model says when its script is over."""

Place = tuple[str, int]
"""A turn of a script: its name, and the number of the turn from 0."""
NEVER: Place = ("never", 0)
"""A turn that nobody asks for."""
Ids = Literal["anthropic", "repeated"]
"""Ids in Anthropic's own form, or as a gateway writes them: `msg_1` for each message, `Agent:0` for its first call."""


@dataclass(frozen=True)
class Call:
    """A call of a tool."""

    tool: str
    given: Mapping[str, object]


@dataclass(frozen=True)
class Reply:
    """A message of the model: texts and calls."""

    blocks: tuple[str | Call, ...]
    stop_reason: str | None = None  #: None: `tool_use` with a call, else `end_turn`
    iterations: tuple[Mapping[str, object], ...] = ()  #: the entries of `usage.iterations`
    after: Place | None = None  #: the turn that must have been asked for before this reply is sent


@dataclass(frozen=True)
class Failure:
    """An error of the API. It stays: whoever asks again, fails again."""

    status: int
    kind: str
    message: str
    headers: Mapping[str, str] = field(default_factory=dict)
    after: Place | None = None  #: as with a reply


Turn = Reply | Failure


@dataclass(frozen=True)
class Words:
    """Words that a person at the terminal waits for, on the screen or in a transcript."""

    words: str


@dataclass(frozen=True, kw_only=True)
class Start:
    """One start of the client: headless, or at a terminal if there are keys to press."""

    script: str = MAIN  #: the script that the prompt names
    arguments: tuple[str, ...] = ("--permission-mode", "bypassPermissions")
    #: what a person at the terminal does: wait until a turn is asked for or words are there, press a key
    keys: tuple[Place | Words | str, ...] = ()
    killed_at: Place | None = None  #: kill the client once this turn was asked for
    killed_after: tuple[str, ...] = ()  #: and each of these words is in a transcript


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A session: its scripts, the truth by the name of a delegation, and what the client is given."""

    about: str
    scripts: Mapping[str, tuple[Turn, ...]]
    truth: Mapping[str, Truth]
    cwd: str = "work"  #: where the session begins, below HOME
    starts: tuple[Start, ...] = (Start(),)
    settings: Mapping[str, object] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)  #: texts by path below HOME
    environment: Mapping[str, str] = field(default_factory=dict)
    ids: Ids = "anthropic"


def script(*turns: str | Call | Turn) -> tuple[Turn, ...]:
    """Return the turns of a script; a text or a call alone is a reply."""
    return tuple(turn if isinstance(turn, Reply | Failure) else Reply((turn,)) for turn in turns)


def at_once(*blocks: str | Call) -> Reply:
    """Return a message of several blocks; its calls run in parallel."""
    return Reply(blocks)


def delegate(name: str, /, **given: object) -> Call:
    """Return the call that gives the script `name` to an agent in the foreground."""
    known = {"subagent_type": "general-purpose", "run_in_background": False}
    return Call("Agent", {"description": name, "prompt": f"Please work. [script {name}]", **known, **given})


def background(name: str, /, **given: object) -> Call:
    """Return the call that gives the script `name` to an agent in the background."""
    return delegate(name, run_in_background=True, **given)


def send(agent: str, name: str) -> Call:
    """Return the call that resumes an agent with the script `name`."""
    return Call("SendMessage", {"to": agent, "summary": name, "message": f"Please go on. [script {name}]"})


def stop(agent: str) -> Call:
    """Return the call that stops an agent."""
    return Call("TaskStop", {"task_id": agent})


def bash(command: str) -> Call:
    """Return the call of a shell command."""
    return Call("Bash", {"command": command, "description": "Run it"})


def ident(prefix: str, *parts: object) -> str:
    """Return an id in Anthropic's own form that follows from its parts."""
    return f"{prefix}_01{hashlib.sha256(repr(parts).encode()).hexdigest()[:22]}"
