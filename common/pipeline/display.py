"""What a run shows, as plain lines: each stage, what is skipped and why, what failed, what to type; and its log."""

from __future__ import annotations

import os
import platform
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from doit import version
from doit.exceptions import UnmetDependency

from common.pipeline import log
from common.pipeline.choice import stage_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from doit.exceptions import BaseFail
    from doit.task import Task

    from common.pipeline.choice import Choice

SIGNS = {"done": "✓", "skipped": "–", "running": "▶", "failed": "✗", "warning": "!"}
ASCII_SIGNS = {"done": "ok", "skipped": "--", "running": ">>", "failed": "XX", "warning": "!!"}
STAGE_WIDTH = 14


@dataclass
class StageRun:
    """A stage in this run: the scripts that are not settled, and what became of the others."""

    pending: set[str]
    began: float | None = None
    timestamp: str = ""
    success: bool = True
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
        facts: Mapping[str, str],
        *,
        quiet: bool = False,
        verbose: bool = False,
    ) -> None:
        self._data, self._docs = data, docs
        self._facts = facts  # of each script: what it said of what it made when it last ran
        self._quiet, self._verbose = quiet, verbose
        self._stages: dict[str, StageRun] = {}
        for task in choice.tasks:
            self._stages.setdefault(stage_of(task.name), StageRun(set())).pending.add(task.name)
        outputs = [target for task in choice.tasks for target in task.targets]
        self._report = next((path for path in reversed(outputs) if path.endswith(".html")), None)
        self._began = time.monotonic()
        self._run_id = f"{time.time_ns():x}-{os.getpid():x}"
        self._counts = dict.fromkeys(("run", "up to date", "failed", "not run"), 0)
        self._stopped = self._closed = False
        self._lock = threading.RLock()

    def say(self, state: str, text: str, *, error: bool = False) -> None:
        """Write one line that begins with the sign of a state."""
        if not self._closed and (error or not self._quiet):
            stream = sys.stderr if error else sys.stdout
            stream.write(f"{sign_of(state)} {text}\n")
            stream.flush()

    def close(self) -> None:
        """Say nothing any more, though threads may still tell of what they were stopped in."""
        with self._lock:
            self._closed = True

    def hear(self, name: str, message: dict[str, Any] | str) -> None:
        """Take a progress message or a line that a script wrote."""
        if self._verbose and isinstance(message, str):
            with self._lock:
                self.say("running", f"{name}: {printable(message)}")

    def execute_task(self, task: Task) -> None:
        """Take note that a script starts."""
        with self._lock:
            name = stage_of(task.name)
            stage = self._stages[name]
            if stage.began is None:
                stage.began, stage.timestamp = time.monotonic(), log.now()
                self.say("running", f"{name:<{STAGE_WIDTH}}{self._docs.get(name, '')}".rstrip())
            self.show_start(task)

    def show_start(self, task: Task) -> None:
        """Show that a script starts."""
        self.say("running", f"  {task.name.partition(':')[2]}")

    def skip_uptodate(self, task: Task) -> None:
        """Take note that a script has nothing to do."""
        self._counts["up to date"] += 1
        self._settle(task, None, self._facts.get(task.name))

    def add_success(self, task: Task) -> None:
        """Take note that a script is done and saved."""
        self._counts["run"] += 1
        self._settle(task, {"success": True}, task.values.get("said"))

    def add_failure(self, task: Task, fail: BaseFail) -> None:
        """Take note that a script failed, or cannot run because one before it did."""
        with self._lock:
            if isinstance(fail, UnmetDependency):
                self._counts["not run"] += 1
                self._stages[stage_of(task.name)].not_run = True
                self._settle(task, None)
            else:
                self._counts["failed"] += 1
                self._settle(task, {"success": False, "reason": fail.message})
                self._show_failure(task, fail.message)

    def complete_run(self) -> None:
        """Take note that all is done, or the run was stopped."""
        with self._lock:
            for name, stage in self._stages.items():
                if stage.began is not None and stage.pending:
                    self._stopped = True
                    stage.success = False
                    self._finish(name, stage)
            state = "failed" if self._counts["failed"] else "warning" if self._stopped else "done"
            self.say(state, self._summary())

    def runtime_error(self, message: str) -> None:
        """Tell that doit found the tasks themselves wrong."""
        self.say("failed", message, error=True)

    def _ignore(self, *_: object) -> None:
        """Doit tells of what is no news here."""

    initialize = get_status = skip_ignore = teardown_task = cleanup_error = _ignore

    def _summary(self) -> str:
        ran, failed = self._counts["run"], self._counts["failed"]
        parts = [f"{ran} script{'s' * (ran != 1)} run", f"{self._counts['up to date']} up to date"]
        parts += [f"{self._counts[what]} {what}" for what in ("failed", "not run") if self._counts[what]]
        ending = "ended" if failed else "stopped" if self._stopped else "done"
        text = f"{ending} after {time.monotonic() - self._began:.1f} s: {', '.join(parts)}"
        if not (ran or failed or self._stopped or self._counts["not run"]):
            text = f"nothing to do: {self._counts['up to date']} scripts up to date"
        has_report = self._report and not failed and Path(self._report).is_file()
        return f"{text}\n  report: {self._report}" if has_report else text

    def _show_failure(self, task: Task, problem: str) -> None:
        action = task.actions[0]
        lines = [f"{task.name.partition(':')[2]} failed after {action.seconds:.1f} s ({printable(problem)})"]
        told = [f"a fault in this program: {action.tail[-1]}"] if action.crashed else action.tail
        lines += [f"    {printable(line.removeprefix('error: '))}" for line in told]
        lines += [f"  all of its output: {action.log}", "  when that is mended, `doit` goes on from here"]
        self.say("failed", "\n".join(lines), error=True)

    def _settle(self, task: Task, outcome: dict[str, Any] | None, fact: str | None = None) -> None:
        with self._lock:
            name = stage_of(task.name)
            stage = self._stages[name]
            stage.pending.discard(task.name)
            stage.facts += [printable(fact)] if fact else []
            if outcome is not None:
                stage.success = stage.success and outcome["success"]
                stage.scripts.append({**task.actions[0].measures(), **outcome})
            if not stage.pending:
                self._finish(name, stage)

    def _finish(self, name: str, stage: StageRun) -> None:
        facts = "; ".join(stage.facts)
        if stage.not_run:
            self.say("skipped", f"{name:<{STAGE_WIDTH}}not run: an earlier script failed", error=True)
        if stage.began is None:
            if not stage.not_run:
                self.say("skipped", f"{name:<{STAGE_WIDTH}}{'up to date':<12}{facts}".rstrip())
            return
        seconds = time.monotonic() - stage.began
        if stage.success and not stage.not_run:
            self.say("done", f"{name:<{STAGE_WIDTH}}{f'{seconds:.1f} s':<12}{facts}".rstrip())
        record = {
            "stage": name,
            "timestamp": stage.timestamp,
            "duration_seconds": round(seconds, 3),
            "success": stage.success,
            "scripts": stage.scripts,
            "unfinished": sorted(stage.pending),
            "run_id": self._run_id,
            "versions": {"python": platform.python_version(), "doit": version.VERSION},
        }
        log.append(self._data, record)
        stage.pending = set()


def sign_of(state: str) -> str:
    """Return a state's sign, in ASCII where the terminal knows no more."""
    encoding = sys.__stdout__.encoding if sys.__stdout__ else ""  # rich puts another in the place of sys.stdout
    return (SIGNS if "utf" in encoding.lower() else ASCII_SIGNS)[state]


def printable(text: str) -> str:
    """Return foreign text as it may be shown on a terminal."""
    from common.text.escaping import terminal  # noqa: PLC0415 - not for a run with nothing to say

    return terminal(text)
