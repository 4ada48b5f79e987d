"""doit's runner, file checker and reporter, adapted to script steps."""

from __future__ import annotations

import functools
import sys
from typing import Any

from doit import version
from doit.dependency import FileChangedChecker
from doit.exceptions import BaseFail, UnmetDependency
from doit.runner import MThreadRunner
from doit.task import Task

from common.pipeline.display import RunDisplay
from common.pipeline.processes import stop_all
from common.pipeline.script_step import UNFINISHED

OWN_EXIT_CODES = frozenset({2, 74, 77})  # of a script; the run ends with the same code
VERSIONS = {"python": sys.version.split()[0], "doit": version.VERSION}  # for the execution log


class FileChecker(FileChangedChecker):
    """doit's comparison of files, switched off: fingerprints decide, and doit needs files for the order alone."""

    def check_modified(self, *_: object) -> bool:
        """Tell doit that a file is unchanged."""
        return False

    def get_state(self, *_: object) -> int:
        """Return what doit records of a file."""
        return 0


class Reporter:
    """The events of doit's runner, passed on to the display of the run."""

    def __init__(self, display: RunDisplay) -> None:
        self.display = display
        self.complete_run = display.end
        self.runtime_error = display.fail

    def execute_task(self, task: Task) -> None:
        """Report that a script starts."""
        self.display.begin(task.name)

    def _settle(self, fate: str, task: Task) -> None:
        self.display.settle(task.name, fate)

    skip_uptodate = functools.partialmethod(_settle, "up to date")
    add_success = functools.partialmethod(_settle, "run")

    def add_failure(self, task: Task, fail: BaseFail) -> None:
        """Report that a script failed, or cannot run because a script that it needs failed."""
        task.meta["step"].problem = fail.message
        self.display.settle(task.name, "not run" if isinstance(fail, UnmetDependency) else "failed")

    def _ignore(self, *_: object) -> None:
        """Pass over an event that the display does not show."""

    initialize = get_status = skip_ignore = teardown_task = cleanup_error = _ignore


class ScriptRunner(MThreadRunner):
    """doit's runner with a record saved after each script; always in threads, so that one place meets an interrupt."""

    def run_tasks(self, task_dispatcher: Any) -> None:
        """Run all tasks; stop their scripts before anything is shown, however this ends."""
        try:
            super().run_tasks(task_dispatcher)
        finally:
            stop_all()

    def execute_task(self, task: Task) -> BaseFail | None:
        """Run a script."""
        task.meta["step"].display = self.reporter.display
        self.dep_manager.backend.mark(task.name, UNFINISHED, **self.dep_manager.get_values(task.name))
        return super().execute_task(task)

    def process_task_result(self, node: Any, base_fail: BaseFail | None) -> None:
        """Save at once how a script ended."""
        super().process_task_result(node, base_fail)
        self.dep_manager.backend.dump()

    def _handle_task_error(self, node: Any, base_fail: BaseFail) -> None:
        if isinstance(base_fail, UnmetDependency):  # doit would forget its record, although its outputs are unchanged
            node.run_status = "failure"
            self.reporter.add_failure(node.task, base_fail)
            return
        super()._handle_task_error(node, base_fail)
        self.dep_manager.backend.mark(node.task.name, "failed last time")
        code = node.task.meta["step"].ended.exit_code
        self.final_result = code if code in OWN_EXIT_CODES else 1
