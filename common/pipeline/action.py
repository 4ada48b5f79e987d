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
from typing import IO, TYPE_CHECKING, Any

from doit.action import BaseAction
from doit.exceptions import TaskFailed

from common.files import as_project_error, make_directory
from common.pipeline.freshness import add_outputs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from common.pipeline.project import Step

LONGEST_LINE = 1 << 16
TAIL_LINES = 40
GRACE_SECONDS = 0.4
MARK = b"\x1e"  # begins a progress line; see common/script.py

_running: dict[int, subprocess.Popen[bytes]] = {}
_stopping = threading.Event()


class ScriptAction(BaseAction):
    """Run a command; doit calls `execute`, and keeps `values` if it returns None."""

    def __init__(self, step: Step, command: list[str], log: Path) -> None:
        self.step, self.command, self.log = step, command, log
        self.task: Any = None
        self.out = self.err = self.result = None
        self.values: dict[str, Any] = {}
        self.exit_code: int | None = None
        self.why: list[str] = []  # it runs
        self.seconds = 0.0
        self.peak_memory = 0  # bytes
        self.said = ""  # the last line of its standard output: what it made, in a few words
        self.tail: collections.deque[str] = collections.deque(maxlen=TAIL_LINES)
        self.listener: Callable[[str, dict[str, Any] | str], None] = lambda *_: None
        self.environment: dict[str, str] = {}

    def __str__(self) -> str:
        return f"run {' '.join(self.command)}"

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
        del out, err  # the display gets lines from the listener, whole and in order
        began = time.monotonic()
        evidence = self.step.inputs.take()
        try:
            problem = self._run()
        except OSError as error:
            failure = as_project_error(error)
            problem, self.exit_code = str(failure), failure.exit_code
        self.seconds = time.monotonic() - began
        if problem is None and (absent := [path for path in self.step.writes if not os.path.isfile(path)]):  # noqa: PTH113
            problem = f"ended well, but did not write {', '.join(absent)}"
        if problem:
            return TaskFailed(problem)
        self.values = {**add_outputs(evidence, self.step.writes), "said": self.said[:200]}
        return None

    def _run(self) -> str | None:
        make_directory(self.log.parent)
        with os.fdopen(os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as log:
            process = self._start()
            readers = [self._reader(process, stream, log) for stream in (process.stdout, process.stderr)]
            late = threading.Event()
            timer = threading.Timer(self.step.timeout, _kill_late, (process.pid, late))
            timer.daemon = True
            timer.start()
            try:
                _, status, usage = os.wait4(process.pid, 0)
            finally:
                timer.cancel()
                _running.pop(process.pid, None)
            self.peak_memory = usage.ru_maxrss * (1 if os.uname().sysname == "Darwin" else 1024)
            self.exit_code = process.returncode = os.waitstatus_to_exitcode(status)
            for reader in readers:
                reader.join(GRACE_SECONDS)  # a grandchild may hold the pipe open: it is not waited for
            with contextlib.suppress(OSError):
                os.killpg(process.pid, signal.SIGKILL)
        if late.is_set():
            return f"ran longer than {self.step.timeout:g} s, its time limit (setting timeout), and was stopped"
        if self.exit_code < 0:
            return f"was killed by signal {signal.Signals(-self.exit_code).name}"
        return f"exit {self.exit_code}" if self.exit_code else None

    def _start(self) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "PIPELINE_PARENT": str(os.getpid()), **self.environment}
        process = subprocess.Popen(
            [
                *self.command,
                *(part for text in self.step.inputs.settings.get("warnings", ()) for part in ("--warnings", text)),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            start_new_session=True,
        )
        _running[process.pid] = process
        if _stopping.is_set():
            kill_tree(process.pid)
        return process

    def _reader(self, process: subprocess.Popen[bytes], stream: IO[bytes] | None, log: IO[bytes]) -> threading.Thread:
        assert stream is not None  # noqa: S101 - PIPE was asked for
        is_error = stream is process.stderr
        thread = threading.Thread(target=self._read, args=(stream, log), kwargs={"is_error": is_error}, daemon=True)
        thread.start()
        return thread

    def _read(self, stream: IO[bytes], log: IO[bytes], *, is_error: bool) -> None:
        with contextlib.suppress(ValueError), stream:  # the log is closed while a grandchild still writes
            for line in iter(lambda: stream.readline(LONGEST_LINE), b""):
                self._take(line, log, is_error=is_error)

    def _take(self, line: bytes, log: IO[bytes], *, is_error: bool) -> None:
        if line.startswith(MARK) and not is_error:
            with contextlib.suppress(ValueError):
                self.listener(self.task.name, json.loads(line[1:]))
            return
        log.write(line)
        log.flush()
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        if is_error:
            self.tail.append(text)
        else:
            self.said = text
        self.listener(self.task.name, text)


def _kill_late(pid: int, late: threading.Event) -> None:
    late.set()
    kill_tree(pid)


def stop_all() -> None:
    """End every running script and its children: gently, then, a moment later, at once."""
    _stopping.set()
    trees = [tree_of(pid) for pid in list(_running)]
    for sign in (signal.SIGTERM, signal.SIGKILL):
        for pid in (pid for tree in trees for pid in tree):
            _send(pid, sign)
        deadline = time.monotonic() + GRACE_SECONDS
        while _running and time.monotonic() < deadline:
            time.sleep(0.01)


def kill_all() -> None:
    """Kill every running script and its children, now."""
    for pid in list(_running):
        kill_tree(pid)


def kill_tree(pid: int) -> None:
    """Kill a process, its group and all its descendants, also those with a session of their own."""
    for one in tree_of(pid):
        _send(one, signal.SIGKILL)


def tree_of(pid: int) -> list[int]:
    """Return a process and its descendants."""
    command = ["ps", "-A", "-o", "pid=,ppid="]
    try:
        table = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    except OSError:
        table = ""
    children: dict[int, list[int]] = collections.defaultdict(list)
    for line in table.splitlines():
        child, parent = map(int, line.split())
        children[parent].append(child)
    tree = [pid]
    for one in tree:
        tree += children[one]
    return tree


def _send(pid: int, sign: signal.Signals) -> None:
    with contextlib.suppress(OSError):
        if os.getpgid(pid) == pid:
            os.killpg(pid, sign)
        os.kill(pid, sign)
