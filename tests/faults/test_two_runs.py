"""One run at a time holds a data directory; who only looks is not kept waiting; a killed holder holds nothing."""

from __future__ import annotations

import os
import signal
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.faults.project import Project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from subprocess import Popen


@contextmanager
def running(project: Project) -> Iterator[Popen[str]]:
    """Run everything once more; when it holds the data directory, stop it there, and kill it in the end."""
    run = project.start("--force")
    try:
        until = time.monotonic() + 20
        while f"process {run.pid}," not in (project.data / ".lock").read_text(encoding="utf-8"):
            assert time.monotonic() < until
            assert run.poll() is None
            time.sleep(0.02)
        os.kill(run.pid, signal.SIGSTOP)
        yield run
    finally:
        os.kill(run.pid, signal.SIGKILL)
        run.wait()


def test_beside_a_run_others_are_told_who_holds_the_data_and_looks_are_answered(project: Project) -> None:
    before = project.hashes()
    with running(project) as run:
        for name in ("run", "clean"):
            began = time.monotonic()
            done = project.doit(name)
            assert done.returncode == 75
            assert done.stderr.startswith(f"error: data is held by `doit run`, process {run.pid}, since ")
            assert time.monotonic() - began < 5
        for look in ("plan", "history", "list"):
            done = project.doit(look)
            assert (done.returncode, done.stderr) == (0, "")
            assert done.stdout
    assert project.doit().returncode == 0, "the killed holder holds nothing"
    assert project.hashes() == before
