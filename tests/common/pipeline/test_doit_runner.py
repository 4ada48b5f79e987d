"""doit's runner and reporter, told of tasks by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from doit.exceptions import TaskFailed, UnmetDependency

from common.pipeline.display import RunDisplay
from common.pipeline.doit_runner import VERSIONS, FileChecker, Reporter
from common.pipeline.screen import Lines
from tests.builders.steps import step

if TYPE_CHECKING:
    from pathlib import Path


def test_events_of_doit_become_what_became_of_each_script(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.__stdout__", None)  # no terminal to ask for its signs
    steps = {name: step(name) for name in ("a:one", "b:two", "c:three", "d:four")}
    tasks = [SimpleNamespace(name=name, meta={"step": made}) for name, made in steps.items()]
    reporter = Reporter(RunDisplay(steps, {}, tmp_path, Lines(), VERSIONS, verbose=False))
    reporter.initialize(tasks, [])
    reporter.skip_uptodate(tasks[0])
    for task in tasks[1:3]:
        reporter.execute_task(task)
    reporter.add_success(tasks[1])
    reporter.add_failure(tasks[2], TaskFailed("exit 5"))
    reporter.add_failure(tasks[3], UnmetDependency("c:three"))
    reporter.complete_run()
    said = capsys.readouterr()
    assert said.out.splitlines()[-1].endswith("1 script run, 1 up to date, 1 failed, 1 not run")
    assert "three failed after 0.0 s (exit 5)" in said.err
    assert "d             not run: an earlier script failed" in said.err


def test_files_never_make_a_task_of_doit_stale() -> None:
    checker = FileChecker()
    assert (checker.check_modified("file", None, None), checker.get_state("file", None)) == (False, 0)
