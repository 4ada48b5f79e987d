"""What a run shows, as plain lines: each stage, what is skipped and why, what failed, what to type; and its log."""

from __future__ import annotations

import os
import platform
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from doit.exceptions import UnmetDependency

from common.pipeline import log
from common.pipeline.action import ScriptAction
from common.pipeline.choice import stage_of

if TYPE_CHECKING:
    from pathlib import Path

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
    scripts: list[dict[str, Any]] = field(default_factory=list)


class Display:
    """Doit's reporter: doit calls its methods, some of them from the threads that run scripts."""

    script_environment: dict[str, str] = {}  # noqa: RUF012 - replaced whole by those who want another

    def __init__(self, choice: Choice, directory: Path, *, quiet: bool = False, verbose: bool = False) -> None:
        self._directory = directory
        self._quiet, self._verbose = quiet, verbose
        self._stages: dict[str, StageRun] = {}
        for task in choice.tasks:
            self._stages.setdefault(stage_of(task.name), StageRun(set())).pending.add(task.name)
        self._outputs = [target for task in choice.tasks for target in task.targets]
        self._began = time.monotonic()
        self._run_id = f"{time.time_ns():x}-{os.getpid():x}"
        self._counts = dict.fromkeys(("run", "up to date", "failed", "not run"), 0)
        self._lock = threading.RLock()

    def say(self, state: str, text: str, *, error: bool = False) -> None:
        """Write one line that begins with the sign of a state."""
        if error or not self._quiet:
            stream = sys.stderr if error else sys.stdout
            signs = SIGNS if "utf" in (stream.encoding or "").lower() else ASCII_SIGNS
            stream.write(
                f"{signs[state]} {text}\n".encode(stream.encoding or "ascii", "replace").decode(stream.encoding)
            )
            stream.flush()

    def hear(self, name: str, message: dict[str, Any] | str) -> None:
        """Take a progress message or a line that a script wrote."""
        if self._verbose and isinstance(message, str):
            with self._lock:
                self.say("running", f"{name}: {printable(message)}")

    def execute_task(self, task: Task) -> None:
        """Take note that a script starts."""
        with self._lock:
            stage = self._stages[stage_of(task.name)]
            if stage.began is None:
                stage.began, stage.timestamp = time.monotonic(), log.now()
            self.show_start(task)

    def show_start(self, task: Task) -> None:
        """Show that a script starts."""
        stage, _, script = task.name.partition(":")
        self.say("running", f"{stage:<{STAGE_WIDTH}}{script}")

    def skip_uptodate(self, task: Task) -> None:
        """Take note that a script has nothing to do."""
        self._counts["up to date"] += 1
        self._settle(task, None)

    def add_success(self, task: Task) -> None:
        """Take note that a script is done and saved."""
        self._counts["run"] += 1
        self._settle(task, {"success": True})

    def add_failure(self, task: Task, fail: BaseFail) -> None:
        """Take note that a script failed, or cannot run because one before it did."""
        with self._lock:
            if isinstance(fail, UnmetDependency):
                self._counts["not run"] += 1
                self.say("skipped", f"{task.name} not run: an earlier script failed", error=True)
                self._settle(task, None)
                return
            self._counts["failed"] += 1
            self._show_failure(task, str(fail.message))
            self._settle(task, {"success": False, "reason": fail.message})

    def complete_run(self) -> None:
        """Take note that all is done, or the run was stopped."""
        with self._lock:
            for name, stage in self._stages.items():
                if stage.began is not None and stage.pending:
                    stage.success = stage.success and not stage.pending
                    self._finish(name, stage)
            self.say("failed" if self._counts["failed"] else "done", self._summary())

    def _summary(self) -> str:
        ran, fresh = self._counts["run"], self._counts["up to date"]
        seconds = time.monotonic() - self._began
        parts = [f"{ran} script{'s' * (ran != 1)} run", f"{fresh} up to date"]
        parts += [f"{self._counts[what]} {what}" for what in ("failed", "not run") if self._counts[what]]
        text = f"done in {seconds:.1f} s: {', '.join(parts)}"
        report = next((path for path in reversed(self._outputs) if path.endswith(".html")), None)
        return text + (f"\n  report: {report}" if report and ran and not self._counts["failed"] else "")

    def _show_failure(self, task: Task, problem: str) -> None:
        action = _action(task)
        lines = [f"{task.name.partition(':')[2]} failed after {action.seconds:.1f} s ({problem})"]
        lines += [f"    {printable(line.removeprefix('error: '))}" for line in action.tail]
        lines += [f"  all of its output: {action.log}", "  to go on when that is mended: doit"]
        self.say("failed", "\n".join(lines), error=True)

    def _settle(self, task: Task, outcome: dict[str, Any] | None) -> None:
        with self._lock:
            name = stage_of(task.name)
            stage = self._stages[name]
            stage.pending.discard(task.name)
            if outcome is not None:
                stage.success = stage.success and outcome["success"]
                stage.scripts.append({"script": task.name.partition(":")[2], **_measures(_action(task)), **outcome})
            if not stage.pending:
                self._finish(name, stage)

    def _finish(self, name: str, stage: StageRun) -> None:
        if stage.began is None:
            if stage.success and not any(script["success"] is False for script in stage.scripts):
                self.say("skipped", f"{name:<{STAGE_WIDTH}}up to date")
            return
        seconds = time.monotonic() - stage.began
        if stage.success:
            self.say("done", f"{name:<{STAGE_WIDTH}}{seconds:.1f} s")
        log.append(
            self._directory,
            {
                "stage": name,
                "timestamp": stage.timestamp,
                "duration_seconds": round(seconds, 3),
                "success": stage.success,
                "scripts": stage.scripts,
                "unfinished": sorted(stage.pending),
                "run_id": self._run_id,
                "python": platform.python_version(),
            },
        )
        stage.pending = set()

    def runtime_error(self, message: str) -> None:
        """Tell that doit found the tasks themselves wrong."""
        self.say("failed", message, error=True)

    def initialize(self, tasks: object, selected_tasks: object) -> None:
        """Ignore that doit begins."""

    def get_status(self, task: Task) -> None:
        """Ignore that doit looks whether a script is up to date."""

    def skip_ignore(self, task: Task) -> None:
        """Ignore that doit was told to ignore a script; `doit ignore` is refused, so this never comes."""

    def teardown_task(self, task: Task) -> None:
        """Ignore that doit ends a task's teardown; scripts have none."""

    def cleanup_error(self, error: object) -> None:
        """Ignore that doit met an error in a teardown; scripts have none."""


def printable(text: str) -> str:
    """Return foreign text with everything that could steer a terminal escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _action(task: Task) -> ScriptAction:
    action = task.actions[0]
    assert isinstance(action, ScriptAction)  # noqa: S101 - only scripts' tasks are run
    return action


def _measures(action: ScriptAction) -> dict[str, Any]:
    return {
        "duration_seconds": round(action.seconds, 3),
        "exit_code": action.exit_code,
        "peak_memory_mb": round(action.peak_memory / 1e6, 1),
    }
