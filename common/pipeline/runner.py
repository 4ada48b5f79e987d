"""Doit's thread runner over the chosen scripts: always threads, so that an interrupt is met in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from doit.exceptions import UnmetDependency
from doit.runner import MThreadRunner

from common.pipeline.action import ScriptAction
from common.pipeline.database import MARK, UNFINISHED
from common.pipeline.freshness import transcript_sizes
from common.pipeline.plan import reasons

if TYPE_CHECKING:
    from doit.exceptions import BaseFail
    from doit.task import Task

    from common.pipeline.display import Display

OWN_EXIT_CODES = frozenset({2, 74, 77})  # what a script says of its surroundings is what the run ends with


class ScriptRunner(MThreadRunner):
    """Runs scripts, saves after each success, remembers why a script has no record."""

    def __init__(self, dep_manager: Any, display: Display, *, continue_: bool, processes: int) -> None:
        super().__init__(dep_manager, display, continue_=continue_, num_process=max(processes, 1))
        self.final_result = 0
        self._states: dict[str, dict[str, Any]] = {}
        self._set = dep_manager.backend.set

    def execute_task(self, task: Task) -> BaseFail | None:
        """Run a script; what it reads is what it was before."""
        action = script_of(task)
        action.listener = self.reporter.hear
        action.environment = self.reporter.script_environment
        action.why = list(reasons(task, self.dep_manager)) or ["forced"]
        self._mark(task.name, UNFINISHED)
        self.dep_manager.backend.dump()
        if roots := action.step.inputs.transcripts:
            self._set(f"transcripts of {task.name}", "sizes", transcript_sizes(roots))
        checker = self.dep_manager.checker
        self._states[task.name] = {path: checker.get_state(path, None) for path in sorted(task.file_dep)}
        return super().execute_task(task)

    def process_task_result(self, node: Any, base_fail: BaseFail | None) -> None:
        """Save a success at once, with the inputs as they were before the script ran."""
        name, states = node.task.name, self._states.pop(node.task.name, {})
        if base_fail is None:
            self._set_all(name, states)  # so that doit has nothing to hash where nothing changed since
        super().process_task_result(node, base_fail)
        if base_fail is None:
            self._set_all(name, states)
            self._mark(name, None)
        self.dep_manager.backend.dump()

    def _set_all(self, name: str, states: dict[str, Any]) -> None:
        for path, state in states.items():
            self._set(name, path, state)

    def _handle_task_error(self, node: Any, base_fail: BaseFail) -> None:
        if isinstance(base_fail, UnmetDependency):  # doit would forget it, though nothing happened to its outputs
            node.run_status = "failure"
            self.reporter.add_failure(node.task, base_fail)
            return
        super()._handle_task_error(node, base_fail)
        self._mark(node.task.name, "failed last time")
        code = script_of(node.task).exit_code
        self.final_result = code if code in OWN_EXIT_CODES and self.final_result in (1, 2, code) else 1

    def _mark(self, name: str, reason: str | None) -> None:
        self._set(MARK + name, "reason", reason)


def script_of(task: Task) -> ScriptAction:
    """Return the action of a script's task."""
    action = task.actions[0]
    assert isinstance(action, ScriptAction)  # noqa: S101 - only scripts' tasks are run
    return action
