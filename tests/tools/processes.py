"""Look at processes in /proc: which are alive, what they have open, how much CPU time they used."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from subprocess import Popen

TICKS = os.sysconf("SC_CLK_TCK")  # a second


class Process(NamedTuple):
    """A process, as /proc has it; `cpu` is in seconds and includes the children that it has waited for."""

    pid: int
    parent: int
    cpu: float


def processes() -> list[Process]:
    """Return the processes of the machine; those that are dead and not yet waited for are left out."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if fields[0] not in "ZX":
                found.append(Process(int(folder.name), int(fields[1]), sum(map(int, fields[11:15])) / TICKS))
    return found


def is_alive(pid: int) -> bool:
    return pid in {process.pid for process in processes()}


def processes_in(folder: Path) -> list[int]:
    """Return the processes whose working directory is the folder."""
    found = []
    for process in processes():
        with contextlib.suppress(OSError):
            found += [process.pid] if Path(f"/proc/{process.pid}/cwd").readlink() == folder else []
    return found


def has_open(pid: int, path: Path) -> bool:
    """Tell whether a process has a file open."""
    for link in Path(f"/proc/{pid}/fd").glob("*"):
        with contextlib.suppress(OSError):
            if link.readlink() == path.resolve():
                return True
    return False


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that a process and its descendants have used."""
    there = processes()
    tree = {pid}
    while more := {process.pid for process in there if process.parent in tree} - tree:
        tree |= more
    return sum(process.cpu for process in there if process.pid in tree)


def outlasts(run: Popen[str] | Popen[bytes], cpu: float) -> bool:
    """Wait until a process and its descendants have used that much CPU time; tell whether it is still running.

    By this clock a run gets to about the same point on an idle machine and on a busy one.
    """
    while run.poll() is None:
        if cpu_seconds(run.pid) >= cpu:
            return True
        time.sleep(0.01)
    return False
