"""A script: what it runs, why it would run, and how a run of it went."""

from __future__ import annotations

import collections
import contextlib
import json
import os
import signal
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from common.files import as_project_error
from common.running.evidence import WARNINGS, Grounds, changed_settings
from common.running.fingerprints import states
from common.running.processes import NOT_BEGUN, Ended, run

MARK = "mark"  # the key, in what is kept of a script, of why that is not to be believed
UNFINISHED = "did not finish last time"
SELECTING = frozenset({"projects", "project", "since", "until", "timezone"})  # which sessions the numbers are about
TAIL_LINES = 40
WARNING = "warning: "  # begins a line of standard error that is shown though the script ended well
PROGRESS = b"\x1e"  # begins a progress line of standard output; see common/script.py

Hear = Callable[[Mapping[str, Any] | str], None]  # takes a progress message, or a line that a script wrote


@dataclass(kw_only=True, eq=False, repr=False)
class Script(Grounds):
    """A script, and its last run."""

    script: str
    name: str = ""  # `stage:script`, once it has its place in a table
    command: list[str]
    log: Path
    timeout: float  # seconds
    after: list[str] = field(default_factory=list)  # the names of those that it comes after, if they run
    forced: bool = False  # to run though its outputs stand
    why: list[str] = field(default_factory=list)  # it runs
    ended: Ended = NOT_BEGUN
    problem: str | None = None  # why it failed
    said: str = ""  # the last line of its standard output: what it made, in a few words
    tail: collections.deque[str] = field(default_factory=lambda: collections.deque(maxlen=TAIL_LINES))
    crashed: bool = False  # a traceback may be longer than the tail

    @property
    def stage(self) -> str:
        """The stage in its name."""
        return self.name.partition(":")[0]

    def warn(self, warnings: Sequence[str]) -> None:
        """Hand the run's warnings to the script, if it takes them; without them it will be stale again."""
        if WARNINGS in self.settings:
            self.settings[WARNINGS] = list(warnings)
            self.command.extend(part for text in warnings for part in (f"--{WARNINGS}", text))

    def reasons(self, kept: Mapping[str, Any], made: Collection[str] = ()) -> Iterator[str]:
        """Yield why it would run, given what is kept of it; files in `made` will be made anew before it does."""
        if self.forced:
            yield "forced"
        if mark := kept.get(MARK, None if kept else "never run"):
            yield mark
        if kept.keys() - {MARK}:
            yield from self.changes(kept, made)

    def unusable(self, kept: Mapping[str, Any]) -> str | None:
        """Return why what it made cannot be used by others as it is, None if it can."""
        if absent := [path for path in self.writes if not Path(path).is_file()]:
            return f"has not succeeded before ({', '.join(absent)} missing)"
        if not kept.keys() - {MARK}:
            return "has not succeeded before (its outputs rest on nothing known)"
        chosen = ({key: of.get(key) for key in SELECTING} for of in (self.settings, kept.get("settings", {})))
        selecting = next(changed_settings(*chosen), None)
        return f"was run with other sessions chosen ({selecting})" if selecting else None

    def unreadable(self, made: Collection[str]) -> Iterator[str]:
        """Yield which files that are not in `made` it could not read."""
        for path in self.reads:
            if path not in made and not Path(path).is_file():
                yield f"{path} {'is not a regular file' if Path(path).exists() else 'does not exist'}"

    def run(self, hear: Hear, *, shows_progress: bool) -> dict[str, Any]:
        """Run it, and return what is to be kept of it: nothing if there is a `problem`."""
        evidence, self.said = self.take(), ""
        environment = {"PIPELINE_PARENT": str(os.getpid()), "PIPELINE_PROGRESS": str(int(shows_progress))}
        takes = (lambda line: self._take(line, hear)), (lambda line: self._take_error(line, hear))
        try:
            self.ended = run(self.command, environment, self.timeout, self.log, takes)
            self.problem = self._problem(self.ended.exit_code or 0)
        except OSError as error:
            failure = as_project_error(error, None if error.filename else self.log)
            self.problem, self.ended = str(failure), self.ended._replace(exit_code=failure.exit_code)
        return {} if self.problem else {**evidence, "targets": states(self.writes), "said": self.said[:200]}

    def adopted(self) -> dict[str, Any]:
        """Return what is to be kept of it where outputs that lie there are taken as its own."""
        return {**self.take(), "targets": states(self.writes), "adopted": True}

    def record(self) -> dict[str, Any]:
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

    def _problem(self, code: int) -> str | None:
        if self.ended.timed_out:
            return f"ran longer than {self.timeout:g} s, its time limit (setting timeout), and was stopped"
        if code:
            return f"was killed by signal {signal.Signals(-code).name}" if code < 0 else f"exit {code}"
        absent = [path for path in self.writes if not Path(path).is_file()]
        return f"ended well, but did not write {', '.join(absent)}" if absent else None

    def _take(self, line: bytes, hear: Hear) -> str | None:
        """Take a line of standard output; return it as text, unless it tells of progress."""
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
        if not text.startswith(WARNING):  # which is said when the script has ended
            hear(text)
        return text


def flows(scripts: Collection[Script]) -> Iterator[tuple[str, str, str]]:
    """Yield maker, reader and the files between them; what no script makes comes from the transcripts or outside."""
    for reader in scripts:
        if reader.transcripts:
            yield "transcripts", reader.name, "*.jsonl"
        for maker in scripts:
            if files := [path.rpartition("/")[2] for path in reader.reads if path in maker.writes]:
                yield maker.name, reader.name, ", ".join(files)


def _text(line: bytes) -> str:
    return line.decode("utf-8", "replace").rstrip("\r\n")
