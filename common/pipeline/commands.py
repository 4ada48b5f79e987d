"""The commands list, forget, run, plan and csv: entry points in pyproject.toml, instead of doit's own."""

from __future__ import annotations

import functools
import sys
from collections.abc import Mapping
from typing import Any

from doit.cmd_forget import Forget
from doit.cmd_list import List
from doit.cmd_run import Run
from doit.control import TaskControl
from doit.doit_cmd import set_var
from doit.task import Task

from common.files import sweep_temporary_files
from common.pipeline import execution_log
from common.pipeline.base import PipelineCommand, option, whole_number
from common.pipeline.display import RunDisplay
from common.pipeline.doit_runner import VERSIONS, Reporter, ScriptRunner
from common.pipeline.screen import screen
from common.pipeline.script_step import MARK, UNFINISHED
from common.pipeline.selection import Choice, PlanRow, check, choose_steps, plan, plan_text
from common.text.printable import ascii_json, printable


class ListCommand(PipelineCommand, List):
    """`doit list`."""

    name = "list"
    doc_purpose = "list the stages; with --all, the scripts too"
    doc_usage = List.doc_usage

    def _print_task(self, template: str, task: Task, status: Any, list_deps: Any, tasks: Mapping[str, Task]) -> None:
        """Write a line; its status is the one in the plan, for a stage that of its scripts."""
        if status:
            template = template.replace("{status}", "R" if task.name in self._running else "U")
        super()._print_task(template, task, None, list_deps, tasks)

    @functools.cached_property
    def _running(self) -> set[str]:
        rows = plan(choose_steps(self.steps()), self.dep_manager.get_values)
        return {name for row in rows if row.action == "run" for name in (row.task, row.task.partition(":")[0])}


class ForgetCommand(PipelineCommand, Forget):
    """`doit forget`."""

    name = "forget"
    doc_purpose = "forget the last run of stages or scripts, so that they run again"

    def _execute(self) -> int:
        names = [] if self.params["forget_all"] else self.names
        steps = choose_steps(self.steps(), names, only=bool(names) and not self.params["forget_sub"]).steps
        with self.locked():
            for step in steps:
                self.dep_manager.backend.mark(step.name, "forgotten")
                self.write(f"forgotten: {step.name}")
        return 0


class RunCommand(PipelineCommand, Run):
    """`doit` and `doit run`."""

    name = "run"
    doc_purpose = "run what is out of date"
    only_plans = False
    cmd_options = (
        option("from", "start with this stage, on the outputs that earlier stages left", None, str),
        option("until", "end with this stage", None, str),
        option("only", "run exactly what is named, without what it needs"),
        option("force", "run what is named even if it is up to date", short="a"),
        option("continue", "after a failure, run what does not depend on it", short="c"),
        option("processes", "number of scripts to run at the same time", 1, whole_number, short="n"),
        option("quiet", "show errors only", short="q"),
        option("verbose", "also show what the scripts print", short="v"),
        option("dry-run", "show what would run and why, run nothing; same as `doit plan`"),
        option("json", "show the plan as JSON"),
        option("wait", "wait until another run on the same data ends"),
    )

    def _execute(self) -> int:
        given = self.params
        how = {"only": given["only"], "force": given["force"]}
        choice = choose_steps(self.steps(), self.names, given["from"], given["until"], **how)
        tasks = self.tasks
        for step in choice.steps:
            tasks[step.name].task_dep = step.after
        control = TaskControl([tasks[step.name] for step in choice.steps])
        warnings = check(choice, self.project.settings, self.project.given, self.dep_manager.get_values)
        for step in choice.steps:
            step.warn(warnings)
        if self.only_plans or given["dry-run"] or given["json"]:
            return self._show_plan(plan(choice, self.dep_manager.get_values), warnings)
        with self.locked(wait=given["wait"]):
            return self._run(choice, control, warnings)

    def _show_plan(self, rows: list[PlanRow], warnings: list[str]) -> int:
        if self.params["json"]:
            self.write(ascii_json([row._asdict() for row in rows], indent=1))
            return 0
        sys.stderr.writelines(f"! {printable(warning)}\n" for warning in warnings)
        self.write(*plan_text(rows, execution_log.last_seconds(execution_log.read_records(self.data))))
        return 0

    def _run(self, choice: Choice, control: TaskControl, warnings: list[str]) -> int:
        sweep_temporary_files(self.data)
        lines = screen(quiet=self.params["quiet"])
        if not self.params["quiet"]:
            self.write(f"Delegation retrospective: {', '.join(map(str, self.project.settings.projects))} → {self.data}")
        cut_short = [self.dep_manager.get_values(step.name).get(MARK) for step in choice.steps].count(UNFINISHED)
        note = f"the last run was cut short: {cut_short} script{'s' * (cut_short > 1)} did not finish"
        for warning in (*([note] if cut_short else ()), *warnings):
            lines.say("warning", warning, error=True)
        docs = {task.name: task.doc or "" for task in self.task_list if task.has_subtask}
        steps = {step.name: step for step in choice.steps}
        display = RunDisplay(steps, docs, self.data, lines, VERSIONS, verbose=self.params["verbose"])
        control.process(list(steps))
        processes = max(self.params["processes"], 1)
        runner = ScriptRunner(self.dep_manager, Reporter(display), self.params["continue"], num_process=processes)
        try:
            return int(runner.run_all(control.task_dispatcher()))
        finally:
            lines.silence()
            sweep_temporary_files(self.data)  # a script of a killed run may have outlived it for a moment


class PlanCommand(RunCommand):
    """`doit plan`."""

    name = "plan"
    doc_purpose = "show what would run, in order, and why; run nothing, write nothing"
    only_plans = True


class CsvCommand(RunCommand):
    """`doit csv`."""

    name = "csv"
    doc_purpose = "write tables for spreadsheets, as with the setting csv=yes, and run what they need"
    doc_usage = "[SETTING=VALUE ...]"

    def parse_execute(self, in_args: list[str]) -> int:
        """Do the same as `run csv=yes export_csv`."""
        set_var("csv", "yes")
        return super().parse_execute([*in_args, "export_csv"])
