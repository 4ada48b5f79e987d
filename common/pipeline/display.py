"""What a run shows, as plain lines: each stage, what is skipped and why, what failed, what to type; and its log."""

from __future__ import annotations

import collections
import os
import platform
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from doit import version
from doit.exceptions import BaseFail, UnmetDependency
from doit.task import Task

from common.pipeline import log
from common.pipeline.action import WARNING
from common.pipeline.choice import Choice, stage_of
from common.pipeline.shown import printable

SIGNS = {"done": "✓", "skipped": "–", "running": "▶", "failed": "✗", "warning": "!"}
ASCII_SIGNS = {"done": "ok", "skipped": "--", "running": ">>", "failed": "XX", "warning": "!!"}
STAGE_WIDTH = 14
REPORTING = "reporting"
ANSWER_LINES = 10


@dataclass
class StageRun:
    """A stage in this run: the scripts that are not settled, and what became of the others."""

    pending: set[str]
    began: float | None = None
    timestamp: str = ""
    not_run: bool = False
    facts: list[str] = field(default_factory=list)
    scripts: list[dict[str, Any]] = field(default_factory=list)


class Display:
    """Doit's reporter: doit calls its methods, some of them from the threads that run scripts."""

    script_environment: Mapping[str, str] = {}

    def __init__(  # noqa: PLR0913 - what a display is about, and how much of it is wished for
        self,
        choice: Choice,
        data: Path,
        docs: Mapping[str, str],
        values_of: Callable[[str], Mapping[str, Any]],
        *,
        quiet: bool = False,
        verbose: bool = False,
    ) -> None:
        self._data, self._docs, self._values_of = data, docs, values_of
        self._quiet, self._verbose = quiet, verbose
        self._stages: dict[str, StageRun] = {}
        for task in choice.tasks:
            self._stages.setdefault(stage_of(task.name), StageRun(set())).pending.add(task.name)
        outputs = [target for task in choice.tasks for target in task.targets]
        self._report = next((path for path in reversed(outputs) if path.endswith(".html")), None)
        self._began = time.monotonic()
        self._run_id = f"{time.time_ns():x}-{os.getpid():x}"
        self._counts: collections.Counter[str] = collections.Counter()
        self._answer: dict[str, list[str]] = {}  # the first lines of each script that makes a report
        self._closed = False
        self._lock = threading.RLock()

    def say(self, state: str, text: str, *, error: bool = False) -> None:
        """Write one line that begins with the sign of a state."""
        if not self._closed and (error or not self._quiet):
            self.write(state, text, sys.stderr if error else sys.stdout)

    def write(self, state: str, text: str, stream: TextIO) -> None:
        """Write a line; whatever is foreign in its text is made harmless here."""
        stream.write(f"{sign_of(state)} {printable(text)}\n")
        stream.flush()

    def close(self) -> None:
        """Say nothing any more, though threads may still tell of what they were stopped in."""
        with self._lock:
            self._closed = True

    def hear(self, name: str, message: dict[str, Any] | str) -> None:
        """Take a progress message or a line that a script wrote; a report's script begins with what it answers."""
        if not isinstance(message, str):
            return
        with self._lock:
            if stage_of(name) == REPORTING and len(self._answer.setdefault(name, [])) < ANSWER_LINES:
                self._answer[name].append(message)
            if self._verbose:
                self.say("running", f"{name}: {message}")

    def execute_task(self, task: Task) -> None:
        """Take note that a script starts."""
        with self._lock:
            name, _, script = task.name.partition(":")
            stage = self._stages[name]
            if stage.began is None:
                stage.began, stage.timestamp = time.monotonic(), log.now()
                self.say("running", f"{name:<{STAGE_WIDTH}}{self._docs.get(name, '')}".rstrip())
            self.show_start(task.name, script)

    def show_start(self, name: str, script: str) -> None:
        """Show that a script starts."""
        del name
        self.say("running", f"  {script}")

    def skip_uptodate(self, task: Task) -> None:
        """Take note that a script has nothing to do."""
        self.settle(task, "up to date", said=self._values_of(task.name).get("said"))

    def add_success(self, task: Task) -> None:
        """Take note that a script is done and saved."""
        self.settle(task, "run", {"success": True}, task.values["said"])

    def add_failure(self, task: Task, fail: BaseFail) -> None:
        """Take note that a script failed, or cannot run because one before it did."""
        if isinstance(fail, UnmetDependency):
            self.settle(task, "not run")
        else:
            self.settle(task, "failed", {"success": False, "reason": fail.message})

    def complete_run(self) -> None:
        """Take note that all is done, or the run was stopped."""
        with self._lock:
            stopped = [name for name, stage in self._stages.items() if stage.began is not None and stage.pending]
            for name in stopped:
                self._finish(name, self._stages[name])
            failed = self._counts["failed"]
            state = "failed" if failed else "warning" if stopped else "done"
            self.say(state, self._summary("ended" if failed else "stopped" if stopped else "done"))

    def runtime_error(self, message: str) -> None:
        """Tell that doit found the tasks themselves wrong."""
        self.say("failed", message, error=True)

    def _ignore(self, *_: object) -> None:
        """Doit tells of what is no news here."""

    initialize = get_status = skip_ignore = teardown_task = cleanup_error = _ignore

    def _summary(self, ending: str) -> str:
        ran, fresh, failed = (self._counts[what] for what in ("run", "up to date", "failed"))
        parts = [f"{ran} script{'s' * (ran != 1)} run", f"{fresh} up to date"]
        parts += [f"{self._counts[what]} {what}" for what in ("failed", "not run") if self._counts[what]]
        text = f"{ending} after {time.monotonic() - self._began:.1f} s: {', '.join(parts)}"
        if ending == "done" and fresh == self._counts.total():
            text = f"nothing to do: {fresh} scripts up to date"
        if not self._report or failed or not Path(self._report).is_file():
            return text
        answer = [line for lines in self._answer.values() for line in lines[:-1]][:ANSWER_LINES]
        return "\n  ".join([text, *answer, f"report: {self._report}"])

    def settle(self, task: Task, how: str, outcome: dict[str, Any] | None = None, said: str | None = None) -> None:
        """Take note of what became of a script: `outcome` if it ran, and what it said of what it made."""
        with self._lock:
            name = stage_of(task.name)
            stage = self._stages[name]
            stage.pending.discard(task.name)
            stage.not_run |= how == "not run"
            self._counts[how] += 1
            if said:
                stage.facts.append(said)
            if outcome:
                stage.scripts.append({**task.actions[0].measures(), **outcome})
            if how == "run":
                self._warn(task)
            if how == "failed":
                self.say("failed", _failure(task, stage.scripts[-1]["reason"]), error=True)
            if not stage.pending:
                self._finish(name, stage)

    def _warn(self, task: Task) -> None:
        """Say what a script warned of; all else that it wrote on standard error is in its log."""
        for line in task.actions[0].tail:
            if line.startswith(WARNING):
                self.say("warning", f"{task.name.partition(':')[2]}: {line.removeprefix(WARNING)}", error=True)

    def _finish(self, name: str, stage: StageRun) -> None:
        start, facts = f"{name:<{STAGE_WIDTH}}", "; ".join(stage.facts)
        if stage.not_run:
            self.say("skipped", f"{start}not run: an earlier script failed", error=True)
        elif stage.began is None:
            self.say("skipped", f"{start}{'up to date':<12}{facts}".rstrip())
        if stage.began is None:
            return
        seconds = time.monotonic() - stage.began
        success = not stage.pending and all(script["success"] for script in stage.scripts)
        if success and not stage.not_run:
            self.say("done", f"{start}{f'{seconds:.1f} s':<12}{facts}".rstrip())
        record = {
            "stage": name,
            "timestamp": stage.timestamp,
            "duration_seconds": round(seconds, 3),
            "success": success,
            "scripts": stage.scripts,
            "unfinished": sorted(stage.pending),
            "run_id": self._run_id,
            "versions": {"python": platform.python_version(), "doit": version.VERSION},
        }
        log.append(self._data, record)


def _failure(task: Task, reason: str) -> str:
    """Return what failed, its last words, where the rest is, and what to type."""
    action = task.actions[0]
    told = [f"a fault in this program: {action.tail[-1]}"] if action.crashed else action.tail
    lines = [
        f"{action.step.script} failed after {action.seconds:.1f} s ({reason})",
        *(f"    {line.removeprefix('error: ')}" for line in told),
        f"  all of its output: {action.log}",
        "  when that is mended, `doit` goes on from here",
    ]
    return "\n".join(lines)


def sign_of(state: str) -> str:
    """Return a state's sign, in ASCII where the terminal knows no more."""
    encoding = sys.__stdout__.encoding if sys.__stdout__ else ""  # rich puts another in the place of sys.stdout
    return (SIGNS if "utf" in encoding.lower() else ASCII_SIGNS)[state]
