"""Processes: run a program with a time limit, take its output line by line, and end it with all its descendants."""

from __future__ import annotations

import collections
import contextlib
import os
import select
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, NamedTuple

from common.files import make_directory, open_own
from common.text.printable import printable

LONGEST_LINE = 1 << 16
LARGEST_PIPE = 1 << 20  # bytes; the most that Linux allows without privileges
LARGEST_SCRIPT_LOG = 100_000_000  # bytes
GRACE_SECONDS = 0.4

Take = Callable[[bytes], str | None]  # takes a line when it comes; returns it as text if the log shall have it

_running: set[int] = set()
_stopping = threading.Event()


class Ended(NamedTuple):
    """How a program ended."""

    exit_code: int | None  # below 0: the number of the signal that ended it; None: it never began
    seconds: float
    peak_memory: int  # bytes
    timed_out: bool


NOT_BEGUN = Ended(None, 0.0, 0, timed_out=False)


def run_process(
    command: Sequence[str], environment: Mapping[str, str], limit: float, log: Path, takes: tuple[Take, Take]
) -> Ended:
    """Run a program for at most `limit` seconds, with `environment` added to ours; return how it ended.

    Each line of standard output goes to the first of `takes`, each of standard error to the second, and both to the
    log: all that the program wrote before it ended. Then its process group is killed. A grandchild that keeps the
    output open is not waited for.
    """
    began = time.monotonic()
    make_directory(log.parent)
    with os.fdopen(open_own(log, os.O_WRONLY | os.O_TRUNC), "wb") as stream:
        process = _start(command, environment)
        timer = threading.Timer(min(limit, threading.TIMEOUT_MAX), kill, (process.pid,))
        timer.daemon = True
        ended = threading.Event()
        pairs = zip((process.stdout, process.stderr), takes, strict=True)
        readers = [threading.Thread(target=_read, args=(*pair, stream, ended), daemon=True) for pair in pairs]
        for thread in (timer, *readers):
            thread.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
        finally:
            timer.cancel()
            _running.discard(process.pid)
            ended.set()
        seconds = time.monotonic() - began
        code = process.returncode = os.waitstatus_to_exitcode(status)
        for reader in readers:
            reader.join()
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
    peak = usage.ru_maxrss * (1 if os.uname().sysname == "Darwin" else 1024)
    return Ended(code, seconds, peak, timed_out=code == -signal.SIGKILL and seconds >= limit)


def stop_all() -> None:
    """Terminate every running program and its descendants; a moment later, kill them."""
    _stopping.set()
    pids = _with_descendants(list(_running))
    _send(signal.SIGTERM, pids)
    deadline = time.monotonic() + GRACE_SECONDS
    while _running and time.monotonic() < deadline:
        time.sleep(0.01)
    _send(signal.SIGKILL, pids)


def kill(*pids: int) -> None:
    """Kill the processes, by default every running program, with all descendants, also those in another session."""
    _send(signal.SIGKILL, _with_descendants(pids or list(_running)))


def _start(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    pipe, env = subprocess.PIPE, {**os.environ, **environment}
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, env=env, start_new_session=True
    )
    _running.add(process.pid)
    if _stopping.is_set():
        kill(process.pid)
    return process


def _lines(stream: IO[bytes], ended: threading.Event) -> Iterator[bytes]:
    """Yield all lines of a program, however late they are read.

    When a program ends, its last output is still in the pipe, and a grandchild may go on writing to it. So after the
    end, read no more than a pipe can hold, and stop once the pipe is silent for a moment.
    """
    rest, left = b"", LARGEST_PIPE
    while left > 0:
        had_ended = ended.is_set()
        if not select.select([stream], [], [], GRACE_SECONDS)[0]:
            if had_ended:
                break
            continue
        chunk = os.read(stream.fileno(), LONGEST_LINE - len(rest))
        if not chunk:
            break
        left -= len(chunk) if had_ended else 0
        *lines, rest = (rest + chunk).split(b"\n")
        yield from (line + b"\n" for line in lines)
        if len(rest) == LONGEST_LINE:
            yield rest
            rest = b""
    if rest:
        yield rest


def _read(stream: IO[bytes], take: Take, log: IO[bytes], ended: threading.Event) -> None:
    with stream:
        for line in _lines(stream, ended):
            if (text := take(line)) is not None and log.tell() < LARGEST_SCRIPT_LOG:
                with contextlib.suppress(OSError):  # closing the log reports it; the program is heard to the end
                    log.write(f"{printable(text)}\n".encode())
                    if log.tell() >= LARGEST_SCRIPT_LOG:
                        log.write(f"(the rest is left out: the limit is {LARGEST_SCRIPT_LOG:,} bytes)\n".encode())
                    log.flush()


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
