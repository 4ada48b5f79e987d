"""The little language: what a subagent is asked and what becomes of it."""

from dataclasses import dataclass, field
from typing import Literal

from tests.transcripts_made.files import Json
from tests.transcripts_made.truth import Outcome, ResultKind

REFUSED = (
    "The user doesn't want to proceed with this tool use. The tool use was rejected (eg. if it was a file edit, the "
    "new_string was NOT written to the file). STOP what you are doing and wait for the user to tell you how to proceed."
)

TEAM = "crew"

How = Literal[
    "",
    "error",
    "api_error",
    "limit",
    "notice",
    "user",
    "rule",
    "plan",
    "escape",
    "sibling",
    "flag",
    "task_stop",
    "silent",
    "odd_word",
    "denied",
    "hook",
    "auto_mode",
    "no_tool",
    "as_refusal",
    "sibling_failed",
    "turn_limit",
    "cut",
    "stop_refused",
    "said_again",
    "spawned",
    "cloud",
]
"""Which of the ways that lead to one outcome; "" is the usual one."""

Notice = Literal["queue", "user", "attachment", "poll"]
"""How the end of a background agent is told."""

Place = Literal["usual", "none", "progress"]
"""Where the run stands: as the version has it, nowhere, in `agent_progress` lines alone."""


@dataclass(frozen=True, slots=True)
class Step:
    """One tool call of a thread and its result, `beside` as its `toolUseResult`."""

    tool: str
    input: Json
    result: str = "ok"
    error: bool = False
    beside: Json | None = None


def read(path: str) -> Step:
    return Step("Read", {"file_path": path}, "1\t…")


def edit(path: str) -> Step:
    return Step("Edit", {"file_path": path, "old_string": "a", "new_string": "b"}, f"The file {path} has been updated.")


def write(path: str) -> Step:
    return Step("Write", {"file_path": path, "content": "x"}, f"File created successfully at: {path}")


def bash(command: str, result: str = "ok") -> Step:
    return Step("Bash", {"command": command}, result)


def grep(pattern: str) -> Step:
    return Step("Grep", {"pattern": pattern}, "Found 3 files")


@dataclass(frozen=True, slots=True)
class Call:
    """A delegation to be played: `agent` None leaves the type out of the call.

    `context` is the size of the run's context in tokens at its first message; it grows with each step. `inside` are
    the delegations that the run itself makes after its steps. `notices` are used by background agents only.
    `known_agent_id` False leaves the agent's id out of the answer, `prompt_line` False the prompt out of the run's
    file. `known_as` is the type that answer and meta.json name when the call does not. `told_before` are states of a
    background agent that were told before the last one. `kind` is what the result is if the agent called no tool.
    """

    agent: str | None
    prompt: str
    description: str = "Do the work"
    outcome: Outcome = "completed"
    how: How = ""
    result: str = "Done."
    requested_model: str | None = None
    model: str = "claude-sonnet-4-6"
    steps: tuple[Step, ...] = (Step("Read", {"file_path": "/w/a.py"}),)
    inside: tuple["Call", ...] = field(default=())
    context: int = 20_000
    seconds: int = 60
    background: bool = False
    notices: tuple[Notice, ...] = ("queue", "user")
    place: Place = "usual"
    known_agent_id: bool = True
    prompt_line: bool = True
    known_as: str | None = None
    told_before: tuple[str, ...] = ()
    kind: ResultKind = "report"
