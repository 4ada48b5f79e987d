"""What a run shows: each stage, what is skipped and why, what failed, what to type; and what it leaves in the log."""

from __future__ import annotations

import collections
import os
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from common.running import execution_log
from common.running.screen import Lines
from common.running.scripts import WARNING, Script

STAGE_WIDTH = 14
REPORTING = "reporting"
ANSWER_LINES = 10


class Report:
    """The report of a run of scripts, by name `stage:script`; told by several threads."""

    versions: Mapping[str, object] = {"python": sys.version.split()[0]}

    def __init__(
        self, scripts: Mapping[str, Script], docs: Mapping[str, str], data: Path, screen: Lines, *, verbose: bool
    ) -> None:
        self._scripts, self._docs, self._data, self._screen, self._verbose = scripts, docs, data, screen, verbose
        self.shows_progress = screen.shows_progress
        self._fates: dict[str, str] = {}  # what became of each script that is settled
        self._began: dict[str, tuple[str, float]] = {}  # when a stage that is not in the log yet did
        self._answer: dict[str, list[str]] = {}  # the first lines of each script that makes a report
        self._start = time.monotonic()
        self._run_id = f"{time.time_ns():x}-{os.getpid():x}"
        self._lock = threading.RLock()

    def begin(self, name: str) -> None:
        """Take note that a script starts."""
        with self._lock:
            stage, _, script = name.partition(":")
            if stage not in self._began:
                self._began[stage] = execution_log.now(), time.monotonic()
                self._screen.say("running", f"{stage:<{STAGE_WIDTH}}{self._docs.get(stage, '')}".rstrip())
            self._screen.begin(script)

    def hear(self, name: str, message: Mapping[str, Any] | str) -> None:
        """Take a progress message or a line that a script wrote; a report's script begins with what it answers."""
        with self._lock:
            if isinstance(message, Mapping):
                self._screen.move(name.partition(":")[2], message)
            elif isinstance(message, str):
                if name.startswith(f"{REPORTING}:") and len(self._answer.setdefault(name, [])) < ANSWER_LINES:
                    self._answer[name].append(message)
                if self._verbose:
                    self._screen.say("running", f"{name}: {message}")

    def settle(self, name: str, fate: str) -> None:
        """Take note of what became of a script: run, up to date, failed or not run."""
        with self._lock:
            self._fates[name] = fate
            stage, script = name.partition(":")[0], self._scripts[name]
            self._screen.end(script.script)
            for line in script.tail if fate == "run" else ():  # all else of its standard error is in its log
                if line.startswith(WARNING):
                    self._screen.say("warning", f"{script.script}: {line.removeprefix(WARNING)}", error=True)
            if fate == "failed":
                self._screen.say("failed", _failure(script), error=True)
            if not self._pending(stage):
                self._finish(stage)

    def end(self) -> None:
        """Take note that all is done, or the run was stopped."""
        with self._lock:
            self._screen.close()
            for stage in list(self._began):
                self._finish(stage)
            failed, stopped = "failed" in self._fates.values(), len(self._fates) < len(self._scripts)
            state = "failed" if failed else "warning" if stopped else "done"
            self._screen.say(state, self._summary("ended" if failed else "stopped" if stopped else "done"))

    def _of(self, stage: str) -> list[str]:
        return [name for name in self._scripts if name.startswith(f"{stage}:")]

    def _pending(self, stage: str) -> list[str]:
        return sorted(name for name in self._of(stage) if name not in self._fates)

    def _finish(self, stage: str) -> None:
        """Say how a stage ended, and log it if it ran."""
        fates = {name: self._fates.get(name) for name in self._of(stage)}
        facts = [self._scripts[name].said for name, fate in fates.items() if fate in ("run", "up to date")]
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
            "scripts": [self._scripts[name].record() for name, fate in fates.items() if fate in ("run", "failed")],
            "unfinished": self._pending(stage),
            "run_id": self._run_id,
            "versions": self.versions,
        }
        execution_log.append(self._data, record)
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
        outputs = [path for script in self._scripts.values() for path in script.writes]
        report = next((path for path in reversed(outputs) if path.endswith(".html")), None)
        if ending != "done" or not report or not Path(report).is_file():
            return text
        answer = [line for lines in self._answer.values() for line in lines[:-1]][:ANSWER_LINES]
        return "\n  ".join([text, *answer, f"report: {report}"])


def _failure(script: Script) -> str:
    """Return what failed, its last words, where the rest is, and what to type."""
    told = [f"a fault in this program: {script.tail[-1]}"] if script.crashed else script.tail
    lines = [
        f"{script.script} failed after {script.ended.seconds:.1f} s ({script.problem})",
        *(f"    {line.removeprefix('error: ')}" for line in told),
        f"  all of its output: {script.log}",
        "  when that is mended, `doit` goes on from here",
    ]
    return "\n".join(lines)
