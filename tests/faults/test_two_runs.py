"""One run at a time holds a data directory; who only looks is not kept waiting; a killed holder holds nothing."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.faults.project import Project
from tests.tools.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from subprocess import Popen


@contextmanager
def running(project: Project) -> Iterator[Popen[str]]:
    """Run everything once more; once it holds the data directory, stop it there, and kill it in the end."""
    run, lock = project.start("--force"), project.data / ".lock"
    try:
        wait_until(lambda: f"process {run.pid}," in lock.read_text(encoding="utf-8"), "the run holds the data")
        os.kill(run.pid, signal.SIGSTOP)
        assert run.poll() is None
        yield run
        assert run.poll() is None
    finally:
        os.kill(run.pid, signal.SIGKILL)
        run.wait()


def test_beside_a_run_others_are_told_who_holds_the_data_and_looks_are_answered(project: Project) -> None:
    before = project.hashes()
    with running(project) as run:
        for name in ("run", "clean"):
            done = project.doit(name)
            assert done.returncode == 75
            assert done.stderr.startswith(f"error: data is held by `doit run`, process {run.pid}, since ")
        for look in ("plan", "history", "list"):
            done = project.doit(look)
            assert (done.returncode, done.stderr) == (0, "")
            assert done.stdout
    assert project.doit().returncode == 0, "the killed holder holds nothing"
    assert project.hashes() == before
