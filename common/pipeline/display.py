"""The display of a run: each stage, what is skipped or failed and why, what to do next; and the log of its stages."""

from __future__ import annotations

import collections
import os
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from common.pipeline import execution_log
from common.pipeline.screen import Lines
from common.pipeline.script_step import WARNING, ScriptStep

STAGE_WIDTH = 14
REPORTING = "reporting"
ANSWER_LINES = 10


class RunDisplay:
    """The display of a run of steps, by name `stage:script`; several threads call it."""

    def __init__(  # noqa: PLR0913 - each is a different kind of thing
        self,
        steps: Mapping[str, ScriptStep],
        docs: Mapping[str, str],
        data: Path,
        screen: Lines,
        versions: Mapping[str, str],
        *,
        verbose: bool,
    ) -> None:
        self._steps, self._docs, self._data, self._screen, self._verbose = steps, docs, data, screen, verbose
        self.shows_progress = screen.shows_progress
        self._fates: dict[str, str] = {}  # what became of each step that is settled
        self._began: dict[str, tuple[str, float]] = {}  # the start of each stage that is not in the log yet
        self._answer: dict[str, list[str]] = {}  # the first lines of each script that writes a report
        self._start = time.monotonic()
        self._versions = versions
        self._run_id = f"{time.time_ns():x}-{os.getpid():x}"
        self._lock = threading.RLock()

    def begin(self, name: str) -> None:
        """Show that a script starts."""
        with self._lock:
            stage, _, script = name.partition(":")
            if stage not in self._began:
                self._began[stage] = execution_log.now(), time.monotonic()
                self._screen.say("running", f"{stage:<{STAGE_WIDTH}}{self._docs.get(stage, '')}".rstrip())
            self._screen.begin(script)

    def hear(self, name: str, message: Mapping[str, Any] | str) -> None:
        """Take a progress message or a line of a script; the first lines of a report's script are its answer."""
        with self._lock:
            if isinstance(message, Mapping):
                self._screen.move(name.partition(":")[2], message)
            elif isinstance(message, str):
                if name.startswith(f"{REPORTING}:") and len(self._answer.setdefault(name, [])) < ANSWER_LINES:
                    self._answer[name].append(message)
                if self._verbose:
                    self._screen.say("running", f"{name}: {message}")

    def settle(self, name: str, fate: str) -> None:
        """Show what became of a script: "run", "up to date", "failed" or "not run"."""
        with self._lock:
            self._fates[name] = fate
            stage, step = name.partition(":")[0], self._steps[name]
            self._screen.end(step.script)
            for line in step.tail if fate == "run" else ():  # its log has the rest of its standard error
                if line.startswith(WARNING):
                    self._screen.say("warning", f"{step.script}: {line.removeprefix(WARNING)}", error=True)
            if fate == "failed":
                self._screen.say("failed", _failure(step), error=True)
            if not self._pending(stage):
                self._finish(stage)

    def fail(self, message: str) -> None:
        """Show an error of the run itself."""
        self._screen.say("failed", message, error=True)

    def end(self) -> None:
        """Show a summary: the run is done or was stopped."""
        with self._lock:
            self._screen.close()
            for stage in list(self._began):
                self._finish(stage)
            failed, stopped = "failed" in self._fates.values(), len(self._fates) < len(self._steps)
            state = "failed" if failed else "warning" if stopped else "done"
            self._screen.say(state, self._summary("ended" if failed else "stopped" if stopped else "done"))

    def _of(self, stage: str) -> list[str]:
        return [name for name in self._steps if name.startswith(f"{stage}:")]

    def _pending(self, stage: str) -> list[str]:
        return sorted(name for name in self._of(stage) if name not in self._fates)

    def _finish(self, stage: str) -> None:
        """Show how a stage ended, and log it if it ran."""
        fates = {name: self._fates.get(name) for name in self._of(stage)}
        facts = [self._steps[name].said for name, fate in fates.items() if fate in ("run", "up to date")]
        start, made = f"{stage:<{STAGE_WIDTH}}", "; ".join(said[:200] for said in facts if said)
        if "not run" in fates.values():
            ran = "not finished: a" if stage in self._began else "not run: an earlier"
            self._screen.say("skipped", f"{start}{ran} script failed", error=True)
        elif stage not in self._began:
            self._screen.say("skipped", f"{start}{'up to date':<12}{made}".rstrip())
        if stage not in self._began:
            return
        timestamp, began = self._began[stage]
        seconds = time.monotonic() - began
        success = not {"failed", None} & {*fates.values()}
        record = {
            "stage": stage,
            "timestamp": timestamp,
            "duration_seconds": round(seconds, 3),
            "success": success,
            "scripts": [self._steps[name].log_record() for name, fate in fates.items() if fate in ("run", "failed")],
            "unfinished": self._pending(stage),
            "run_id": self._run_id,
            "versions": self._versions,
        }
        execution_log.append_record(self._data, record)
        del self._began[stage]
        if success and "not run" not in fates.values():
            self._screen.say("done", f"{start}{f'{seconds:.1f} s':<12}{made}".rstrip())

    def _summary(self, ending: str) -> str:
        counts = collections.Counter(self._fates.values())
        ran, fresh = counts["run"], counts["up to date"]
        parts = [f"{ran} script{'s' * (ran != 1)} run", f"{fresh} up to date"]
        parts += [f"{counts[fate]} {fate}" for fate in ("failed", "not run") if counts[fate]]
        text = f"{ending} after {time.monotonic() - self._start:.1f} s: {', '.join(parts)}"
        if ending == "done" and fresh == counts.total():
            text = f"nothing to do: {fresh} script{'s' * (fresh != 1)} up to date"
        outputs = [path for step in self._steps.values() for path in step.writes]
        report = next((path for path in reversed(outputs) if path.endswith(".html")), None)
        if ending != "done" or not report or not Path(report).is_file():
            return text
        answer = [line for lines in self._answer.values() for line in lines[:-1]][:ANSWER_LINES]
        return "\n  ".join([text, *answer, f"report: {report}"])


def _failure(step: ScriptStep) -> str:
    """Return which script failed and why, its last words, its log, and what to do."""
    told = [f"a fault in this program: {step.tail[-1]}"] if step.crashed else step.tail
    lines = [
        f"{step.script} failed after {step.ended.seconds:.1f} s ({step.problem})",
        *(f"    {line.removeprefix('error: ')}" for line in told),
        f"  full output: {step.log}",
        "  Fix the cause, then run `doit` to continue.",
    ]
    return "\n".join(lines)
