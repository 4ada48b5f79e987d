"""Doit's thread runner over the chosen scripts: always threads, so that an interrupt is met in one place."""

from __future__ import annotations

from typing import Any

from doit.exceptions import BaseFail, UnmetDependency
from doit.runner import MThreadRunner
from doit.task import Task

from common.pipeline.choice import reasons
from common.pipeline.database import MARK, UNFINISHED

OWN_EXIT_CODES = frozenset({2, 74, 77})  # what a script says of its surroundings is what the run ends with


class ScriptRunner(MThreadRunner):
    """Runs scripts, saves after each, remembers why a script has no record."""

    def execute_task(self, task: Task) -> BaseFail | None:
        """Run a script."""
        action = task.actions[0]
        action.display = self.reporter
        action.why = reasons(task, self.dep_manager)
        self._mark(task.name, UNFINISHED)
        return super().execute_task(task)

    def process_task_result(self, node: Any, base_fail: BaseFail | None) -> None:
        """Save what became of a script at once."""
        super().process_task_result(node, base_fail)
        if base_fail is None:
            self._mark(node.task.name, None)

    def _handle_task_error(self, node: Any, base_fail: BaseFail) -> None:
        if isinstance(base_fail, UnmetDependency):  # doit would forget it, though nothing happened to its outputs
            node.run_status = "failure"
            self.reporter.add_failure(node.task, base_fail)
            return
        super()._handle_task_error(node, base_fail)
        self._mark(node.task.name, "failed last time")
        code = node.task.actions[0].exit_code
        self.final_result = code if code in OWN_EXIT_CODES else 1

    def _mark(self, name: str, reason: str | None) -> None:
        self.dep_manager.backend.set(name, MARK, reason)
        self.dep_manager.backend.dump()
