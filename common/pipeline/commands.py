"""Running, planning, listing and forgetting: entry points in pyproject.toml, in the place of doit's own commands."""

from __future__ import annotations

import functools
import sys
from collections.abc import Mapping
from typing import Any

from doit.cmd_forget import Forget as DoitForget
from doit.cmd_list import List as DoitList
from doit.cmd_run import Run as DoitRun
from doit.control import TaskControl
from doit.doit_cmd import set_var
from doit.task import Task

from common.files import sweep_temporary_files
from common.pipeline.base import Ours, option, whole_number
from common.pipeline.step import Reporter, ScriptRunner
from common.running import execution_log
from common.running.choice import Choice, check, choose, plan
from common.running.plan_text import Row, plan_text
from common.running.screen import screen
from common.running.scripts import MARK, UNFINISHED
from common.text.printable import ascii_json, printable


class List(Ours, DoitList):
    """`doit list`."""

    name = "list"
    doc_purpose = "list the stages; --all: the scripts too"
    doc_usage = DoitList.doc_usage

    def _print_task(self, template: str, task: Task, status: Any, list_deps: Any, tasks: Mapping[str, Task]) -> None:
        """Write a line; with the status that the plan has, of a stage that of its scripts."""
        if status:
            template = template.replace("{status}", "R" if task.name in self._running else "U")
        super()._print_task(template, task, None, list_deps, tasks)

    @functools.cached_property
    def _running(self) -> set[str]:
        rows = plan(choose(self.scripts()), self.dep_manager.get_values)
        return {name for row in rows if row.action == "run" for name in (row.task, row.task.partition(":")[0])}


class Forget(Ours, DoitForget):
    """`doit forget`: the scripts run again next time."""

    name = "forget"
    doc_purpose = "forget that stages or scripts have run, so that they run again"

    def _execute(self) -> int:
        names = [] if self.params["forget_all"] else self.names
        chosen = choose(self.scripts(), names, only=bool(names) and not self.params["forget_sub"]).scripts
        with self.locked():
            for script in chosen:
                self.dep_manager.backend.mark(script.name, "forgotten")
                self.write(f"forgotten: {script.name}")
        return 0


class Run(Ours, DoitRun):
    """`doit` and `doit run`."""

    name = "run"
    doc_purpose = "run what is out of date"
    only_plans = False
    cmd_options = (
        option("from", "begin with this stage, on the outputs that the earlier ones left", None, str),
        option("until", "end with this stage", None, str),
        option("only", "exactly what is named, without what it needs"),
        option("force", "run what is named even if it is up to date", short="a"),
        option("continue", "go on with what does not depend on a failure", short="c"),
        option("processes", "how many scripts run at a time", 1, whole_number, short="n"),
        option("quiet", "errors only", short="q"),
        option("verbose", "with what the scripts print", short="v"),
        option("dry-run", "say what would run and why, run nothing; as `doit plan`"),
        option("json", "the plan as JSON"),
        option("wait", "wait for another run on the same data to end"),
    )

    def _execute(self) -> int:
        given = self.params
        how = {"only": given["only"], "force": given["force"]}
        choice = choose(self.scripts(), self.names, given["from"], given["until"], **how)
        tasks = self.tasks
        for script in choice.scripts:
            tasks[script.name].task_dep = script.after
        control = TaskControl([tasks[script.name] for script in choice.scripts])
        warnings = check(choice, self.project.settings, self.project.given, self.dep_manager.get_values)
        for script in choice.scripts:
            script.warn(warnings)
        if self.only_plans or given["dry-run"] or given["json"]:
            return self._show_plan(plan(choice, self.dep_manager.get_values), warnings)
        with self.locked(wait=given["wait"]):
            return self._run(choice, control, warnings)

    def _show_plan(self, rows: list[Row], warnings: list[str]) -> int:
        if self.params["json"]:
            self.write(ascii_json([row._asdict() for row in rows], indent=1))
            return 0
        sys.stderr.writelines(f"! {printable(warning)}\n" for warning in warnings)
        self.write(*plan_text(rows, execution_log.last_seconds(execution_log.read(self.data))))
        return 0

    def _run(self, choice: Choice, control: TaskControl, warnings: list[str]) -> int:
        sweep_temporary_files(self.data)
        shown = screen(quiet=self.params["quiet"])
        if not self.params["quiet"]:
            self.write(f"Delegation retrospective: {', '.join(map(str, self.project.settings.projects))} → {self.data}")
        cut_short = [self.dep_manager.get_values(script.name).get(MARK) for script in choice.scripts].count(UNFINISHED)
        note = f"the last run was cut short: {cut_short} script{'s' * (cut_short > 1)} did not finish"
        for warning in (*([note] if cut_short else ()), *warnings):
            shown.say("warning", warning, error=True)
        docs = {task.name: task.doc or "" for task in self.task_list if task.has_subtask}
        scripts = {script.name: script for script in choice.scripts}
        reporter = Reporter(scripts, docs, self.data, shown, verbose=self.params["verbose"])
        control.process(list(scripts))
        processes = max(self.params["processes"], 1)
        runner = ScriptRunner(self.dep_manager, reporter, self.params["continue"], num_process=processes)
        try:
            return int(runner.run_all(control.task_dispatcher()))
        finally:
            shown.silence()
            sweep_temporary_files(self.data)  # a script of a killed run may have lived on for a moment


class Plan(Run):
    """`doit plan`."""

    name = "plan"
    doc_purpose = "say what would run, in order, and why; run nothing, write nothing"
    only_plans = True


class Csv(Run):
    """`doit csv`."""

    name = "csv"
    doc_purpose = "write the tables for spreadsheets too, as with the setting csv=yes, and what they need"
    doc_usage = "[SETTING=VALUE ...]"

    def parse_execute(self, in_args: list[str]) -> int:
        """Do as `run csv=yes export_csv`."""
        set_var("csv", "yes")
        return super().parse_execute([*in_args, "export_csv"])
