"""A script as a step of the pipeline: why it would run, and how a run of it ended."""

from __future__ import annotations

import collections
import contextlib
import functools
import json
import os
import signal
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from doit.action import BaseAction
from doit.exceptions import TaskFailed

from common.files import as_project_error
from common.pipeline.processes import NOT_BEGUN, Ended, run_process
from common.pipeline.staleness import WARNINGS, Dependencies, changed_settings, file_fingerprints

MARK = "mark"  # the key, in the record of a script, of why it must run again
UNFINISHED = "did not finish last time"
SELECTING = frozenset({"projects", "project", "since", "until", "timezone"})  # the settings that select sessions
TAIL_LINES = 40
WARNING = "warning: "  # begins a line of standard error that is shown although the script succeeded
PROGRESS = b"\x1e"  # begins a progress line of standard output; see common/script.py

Hear = Callable[[Mapping[str, Any] | str], None]  # takes a progress message, or a line that a script wrote


@dataclass(kw_only=True, eq=False, repr=False)
class ScriptStep(BaseAction):
    """A script, what it depends on, and its last run; for doit the action of a task.

    What is recorded of a successful run is the JSON object that `run` returns: the fingerprints of its dependencies,
    "targets" (those of its outputs) and "said". doit asks `is_fresh`, calls `execute`, and records `values`.
    """

    script: str
    name: str = ""  # `stage:script`, set when the table is complete
    command: list[str]
    log: Path
    timeout: float  # seconds
    writes: tuple[str, ...]
    dependencies: Dependencies
    after: list[str] = field(default_factory=list)  # the steps, by name, that must end before it if they run
    forced: bool = False  # run it although it is up to date
    why: list[str] = field(default_factory=list)  # the reasons for its run
    ended: Ended = NOT_BEGUN
    problem: str | None = None  # why it failed
    said: str = ""  # the last line of its standard output: a summary of what it made
    tail: collections.deque[str] = field(default_factory=lambda: collections.deque(maxlen=TAIL_LINES))
    crashed: bool = False  # a traceback may be longer than the tail
    task: Any = None  # set by doit
    display: Any = None  # hears what the script writes
    values: Any = None
    out = err = result = None  # expected by doit

    @property
    def reads(self) -> tuple[str, ...]:
        """The files that it reads."""
        return self.dependencies.reads

    @property
    def stage(self) -> str:
        """The stage in its name."""
        return self.name.partition(":")[0]

    def warn(self, warnings: Sequence[str]) -> None:
        """Pass the run's warnings to the script, if it takes them; a later run without them makes it stale."""
        settings = self.dependencies.settings
        if WARNINGS in settings:
            settings[WARNINGS] = list(warnings)
            self.command.extend(word for text in warnings for word in (f"--{WARNINGS}", text))

    def reasons(self, recorded: Mapping[str, Any], made: Collection[str] = ()) -> Iterator[str]:
        """Yield each reason to run, given its record; inputs in `made` will be made again before it runs."""
        if self.forced:
            yield "forced"
        if mark := recorded.get(MARK, None if recorded else "never run"):
            yield mark
        if recorded.keys() - {MARK}:
            yield from self.dependencies.changes(recorded, self.writes, made)

    def unusable(self, recorded: Mapping[str, Any]) -> str | None:
        """Return why other scripts cannot use its outputs as they are, None if they can."""
        if absent := self._absent():
            return f"has no complete outputs ({absent} missing)"
        if not recorded.keys() - {MARK}:
            return "has outputs of an unknown run"
        now, before = (
            {key: values.get(key) for key in SELECTING}
            for values in (self.dependencies.settings, recorded.get("settings", {}))
        )
        changed = next(changed_settings(now, before), None)
        return f"was last run on other sessions ({changed})" if changed else None

    def unreadable(self, made: Collection[str]) -> Iterator[str]:
        """Yield what is wrong with each input that is not in `made`."""
        for path in self.reads:
            if path not in made and not Path(path).is_file():
                yield f"{path} {'is not a regular file' if Path(path).exists() else 'does not exist'}"

    def is_fresh(self, task: object, values: Mapping[str, Any]) -> bool:
        """Tell doit, which looks at the names of the parameters, whether the outputs are up to date."""
        del task
        self.why, self.said = list(self.reasons(values)), values.get("said", "")
        return not self.why

    def execute(self, *_: object) -> TaskFailed | None:
        """Run the script for doit; return why it failed, or None."""
        hear = functools.partial(self.display.hear, self.name)
        self.values = self.run(hear, shows_progress=self.display.shows_progress)
        return TaskFailed(self.problem) if self.problem else None

    def run(self, hear: Hear, *, shows_progress: bool) -> dict[str, Any]:
        """Run the script and return what to record of it: nothing if there is a `problem`."""
        fingerprints, self.said = self.dependencies.fingerprints(), ""
        environment = {"PIPELINE_PARENT": str(os.getpid()), "PIPELINE_PROGRESS": str(int(shows_progress))}
        takes = (lambda line: self._take(line, hear)), (lambda line: self._take_error(line, hear))
        try:
            self.ended = run_process(self.command, environment, self.timeout, self.log, takes)
            self.problem = self._problem(self.ended.exit_code or 0)
        except OSError as error:
            failure = as_project_error(error, None if error.filename else self.log)
            self.problem, self.ended = str(failure), self.ended._replace(exit_code=failure.exit_code)
        if self.problem:
            return {}
        return {**fingerprints, "targets": file_fingerprints(self.writes), "said": self.said[:200]}

    def adopted(self) -> dict[str, Any]:
        """Return what to record where existing outputs are accepted as its own."""
        return {**self.dependencies.fingerprints(), "targets": file_fingerprints(self.writes), "adopted": True}

    def log_record(self) -> dict[str, Any]:
        """Return what the execution log keeps of its run."""
        return {
            "script": self.script,
            "why": self.why,
            "duration_seconds": round(self.ended.seconds, 3),
            "exit_code": self.ended.exit_code,
            "peak_memory_mb": round(self.ended.peak_memory / 1e6, 1),
            "success": not self.problem,
            **({"reason": self.problem} if self.problem else {}),
        }

    def _absent(self) -> str:
        return ", ".join(path for path in self.writes if not Path(path).is_file())

    def _problem(self, code: int) -> str | None:
        if self.ended.timed_out:
            return f"stopped after its time limit of {self.timeout:g} s (setting timeout)"
        if code:
            return f"killed by signal {signal.Signals(-code).name}" if code < 0 else f"exit {code}"
        return f"exit 0, but it did not write {absent}" if (absent := self._absent()) else None

    def _take(self, line: bytes, hear: Hear) -> str | None:
        """Take a line of standard output; return it as text, unless it reports progress."""
        if line.startswith(PROGRESS):
            with contextlib.suppress(ValueError, RecursionError):
                hear(json.loads(line[1:]))
            return None
        self.said = _text(line)
        hear(self.said)
        return self.said

    def _take_error(self, line: bytes, hear: Hear) -> str:
        text = _text(line)
        self.tail.append(text)
        self.crashed |= text.startswith("Traceback ")
        if not text.startswith(WARNING):  # shown when the script has ended
            hear(text)
        return text


def _text(line: bytes) -> str:
    return line.decode("utf-8", "replace").rstrip("\r\n")
