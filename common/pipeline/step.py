"""A script as a task of doit, and doit's runner and reporter of such tasks."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from doit import version
from doit.action import BaseAction
from doit.dependency import FileChangedChecker
from doit.exceptions import BaseFail, TaskFailed, UnmetDependency
from doit.runner import MThreadRunner
from doit.task import Task

from common.running.processes import stop_all
from common.running.report import Report
from common.running.scripts import UNFINISHED, Script

OWN_EXIT_CODES = frozenset({2, 74, 77})  # what a script says of its surroundings is what the run ends with


class Checker(FileChangedChecker):
    """Doit's comparison of files, which leaves them to the evidence: doit knows them for the order of scripts alone."""

    def check_modified(self, *_: object) -> bool:
        """Tell doit that a file is as it was."""
        return False

    def get_state(self, *_: object) -> int:
        """Return what doit keeps of a file."""
        return 0


class Step(Script, BaseAction):
    """A script as the action of a task; doit asks whether it `is_fresh`, calls `execute`, and keeps `values`."""

    task: Any = None
    report: Any = None  # hears of what the script writes
    values: Any = None
    out = err = result = None  # which doit wants

    def is_fresh(self, task: object, values: Mapping[str, Any]) -> bool:
        """Tell doit, which looks at the parameters' names, whether the outputs still rest on what is there."""
        del task
        self.why, self.said = list(self.reasons(values)), values.get("said", "")
        return not self.why

    def execute(self, *_: object) -> TaskFailed | None:
        """Run the script; return why it failed, or None."""
        hear = functools.partial(self.report.hear, self.name)
        self.values = self.run(hear, shows_progress=self.report.shows_progress)
        return TaskFailed(self.problem) if self.problem else None


class Reporter(Report):
    """The report under the names that doit calls."""

    versions = {**Report.versions, "doit": version.VERSION}  # noqa: RUF012 - read only

    def execute_task(self, task: Task) -> None:
        """Take note that a script starts."""
        self.begin(task.name)

    def _settle(self, fate: str, task: Task) -> None:
        self.settle(task.name, fate)

    skip_uptodate = functools.partialmethod(_settle, "up to date")
    add_success = functools.partialmethod(_settle, "run")

    def add_failure(self, task: Task, fail: BaseFail) -> None:
        """Take note that a script failed, or cannot run because one before it did."""
        task.meta["step"].problem = fail.message
        self.settle(task.name, "not run" if isinstance(fail, UnmetDependency) else "failed")

    complete_run = Report.end

    def runtime_error(self, message: str) -> None:
        """Tell that doit found the tasks themselves wrong."""
        self._screen.say("failed", message, error=True)

    def _ignore(self, *_: object) -> None:
        """Doit tells of what is no news here."""

    initialize = get_status = skip_ignore = teardown_task = cleanup_error = _ignore


class ScriptRunner(MThreadRunner):
    """Runs scripts, always in threads so that an interrupt is met in one place; saves after each."""

    def run_tasks(self, task_dispatcher: Any) -> None:
        """Run all; whatever ends this ends the scripts too, before a word is said of it."""
        try:
            super().run_tasks(task_dispatcher)
        finally:
            stop_all()

    def execute_task(self, task: Task) -> BaseFail | None:
        """Run a script."""
        task.meta["step"].report = self.reporter
        self.dep_manager.backend.mark(task.name, UNFINISHED, **self.dep_manager.get_values(task.name))
        return super().execute_task(task)

    def process_task_result(self, node: Any, base_fail: BaseFail | None) -> None:
        """Save what became of a script at once."""
        super().process_task_result(node, base_fail)
        self.dep_manager.backend.dump()

    def _handle_task_error(self, node: Any, base_fail: BaseFail) -> None:
        if isinstance(base_fail, UnmetDependency):  # doit would forget it, though nothing happened to its outputs
            node.run_status = "failure"
            self.reporter.add_failure(node.task, base_fail)
            return
        super()._handle_task_error(node, base_fail)
        self.dep_manager.backend.mark(node.task.name, "failed last time")
        code = node.task.meta["step"].ended.exit_code
        self.final_result = code if code in OWN_EXIT_CODES else 1
