"""One script as a process of its own: time limit, output, progress, and the end of its whole process tree."""

from __future__ import annotations

import collections
import contextlib
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import IO, Any

from doit.action import BaseAction
from doit.exceptions import TaskFailed

from common.files import as_project_error, make_directory, open_own
from common.pipeline.freshness import Step, states
from common.pipeline.shown import printable

LONGEST_LINE = 1 << 16
TAIL_LINES = 40
GRACE_SECONDS = 0.4
WARNING = "warning: "  # begins a line of standard error that is shown though the script ended well
MARK = b"\x1e"  # begins a progress line; see common/script.py

_running: set[int] = set()
_stopping = threading.Event()


class ScriptAction(BaseAction):
    """Run a script; doit calls `execute`, and keeps `values` if it returns None."""

    display: Any  # hears of the script's lines

    def __init__(self, step: Step, log: Path) -> None:
        self.step, self.log = step, log
        self.task: Any = None
        self.out = self.err = self.result = None
        self.values: dict[str, Any] = {}
        self.exit_code: int | None = None
        self.why: list[str] = []  # it runs
        self.seconds = 0.0
        self.peak_memory = 0  # bytes
        self.said = ""  # the last line of its standard output: what it made, in a few words
        self.tail: collections.deque[str] = collections.deque(maxlen=TAIL_LINES)
        self.crashed = False  # a traceback may be longer than the tail

    def __str__(self) -> str:
        return f"run {' '.join(self.step.command)}"

    def measures(self) -> dict[str, Any]:
        """Return what the execution log keeps of a run of the script."""
        return {
            "script": self.step.script,
            "why": self.why,
            "duration_seconds": round(self.seconds, 3),
            "exit_code": self.exit_code,
            "peak_memory_mb": round(self.peak_memory / 1e6, 1),
        }

    def execute(self, out: object = None, err: object = None) -> TaskFailed | None:
        """Run the script; return why it failed, or None."""
        del out, err  # the display gets the lines, whole and in order
        began = time.monotonic()
        evidence = self.step.take()
        try:
            self._run()
            self.seconds = time.monotonic() - began
            problem = self._problem()
        except OSError as error:
            failure = as_project_error(error, None if error.filename else self.log)
            problem, self.exit_code = str(failure), failure.exit_code
        if problem:
            return TaskFailed(problem)
        self.values = {**evidence, "targets": states(self.step.writes), "said": self.said[:200]}
        return None

    def _problem(self) -> str | None:
        code = self.exit_code or 0
        if code == -signal.SIGKILL and self.seconds >= self.step.timeout:
            return f"ran longer than {self.step.timeout:g} s, its time limit (setting timeout), and was stopped"
        if code:
            return f"was killed by signal {signal.Signals(-code).name}" if code < 0 else f"exit {code}"
        absent = [path for path in self.step.writes if not os.path.isfile(path)]  # noqa: PTH113
        return f"ended well, but did not write {', '.join(absent)}" if absent else None

    def _run(self) -> None:
        make_directory(self.log.parent)
        with os.fdopen(open_own(self.log, os.O_WRONLY | os.O_TRUNC), "wb") as log:
            process = self._start()
            timer = threading.Timer(self.step.timeout, kill, (process.pid,))
            timer.daemon = True
            streams = {process.stdout: self._take, process.stderr: self._take_error}
            readers = [threading.Thread(target=_read, args=(*pair, log), daemon=True) for pair in streams.items()]
            for thread in (timer, *readers):
                thread.start()
            try:
                _, status, usage = os.wait4(process.pid, 0)
            finally:
                timer.cancel()
                _running.discard(process.pid)
            self.peak_memory = usage.ru_maxrss * (1 if os.uname().sysname == "Darwin" else 1024)
            self.exit_code = process.returncode = os.waitstatus_to_exitcode(status)
            for reader in readers:
                reader.join(GRACE_SECONDS)  # a grandchild may hold the pipe open: it is not waited for
            with contextlib.suppress(OSError):
                os.killpg(process.pid, signal.SIGKILL)

    def _start(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            self.step.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PIPELINE_PARENT": str(os.getpid()), **self.display.script_environment},
            start_new_session=True,
        )
        _running.add(process.pid)
        if _stopping.is_set():
            kill(process.pid)
        return process

    def _take(self, line: bytes) -> str | None:
        """Take a line of standard output; return it as text, unless it tells of progress."""
        if line.startswith(MARK):
            with contextlib.suppress(ValueError):
                self.display.hear(self.task.name, json.loads(line[1:]))
            return None
        self.said = _text(line)
        self.display.hear(self.task.name, self.said)
        return self.said

    def _take_error(self, line: bytes) -> str:
        text = _text(line)
        self.tail.append(text)
        self.crashed |= text.startswith("Traceback ")
        if not text.startswith(WARNING):  # which is said when the script has ended
            self.display.hear(self.task.name, text)
        return text


def _read(stream: IO[bytes], take: Callable[[bytes], str | None], log: IO[bytes]) -> None:
    with contextlib.suppress(ValueError), stream:  # the log is closed while a grandchild still writes
        for line in iter(lambda: stream.readline(LONGEST_LINE), b""):
            if (text := take(line)) is not None:
                with contextlib.suppress(OSError):  # the log tells when it is closed; its script is heard to the end
                    log.write(f"{printable(text)}\n".encode())
                    log.flush()


def _text(line: bytes) -> str:
    return line.decode("utf-8", "replace").rstrip("\r\n")


def stop_all() -> None:
    """End every running script and its children: gently, then, a moment later, at once."""
    _stopping.set()
    pids = _with_descendants(list(_running))
    _send(signal.SIGTERM, pids)
    deadline = time.monotonic() + GRACE_SECONDS
    while _running and time.monotonic() < deadline:
        time.sleep(0.01)
    _send(signal.SIGKILL, pids)


def kill(*pids: int) -> None:
    """Kill processes, or every running script, with all descendants, also those with a session of their own."""
    _send(signal.SIGKILL, _with_descendants(pids or list(_running)))


def _send(sign: signal.Signals, pids: Iterable[int]) -> None:
    for pid in pids:
        with contextlib.suppress(OSError):
            if os.getpgid(pid) == pid:
                os.killpg(pid, sign)
            os.kill(pid, sign)


def _with_descendants(pids: Sequence[int]) -> list[int]:
    table = ""
    with contextlib.suppress(OSError):
        command = ["ps", "-A", "-o", "pid=,ppid="]
        table = subprocess.run(command, capture_output=True, text=True, check=False).stdout if pids else ""
    children: dict[int, list[int]] = collections.defaultdict(list)
    for line in table.splitlines():
        child, parent = map(int, line.split())
        children[parent].append(child)
    found = list(pids)
    for pid in found:
        found += children[pid]
    return found
