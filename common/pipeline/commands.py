"""Running, planning, listing and forgetting: entry points in pyproject.toml, in the place of doit's own commands."""

from __future__ import annotations

import functools
import io
import os
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
from common.pipeline import log
from common.pipeline.action import stop_all
from common.pipeline.base import Ours, option, whole_number
from common.pipeline.choice import Choice, check, choose, plan, stage_of, step_of
from common.pipeline.database import MARK, UNFINISHED
from common.pipeline.shown import ascii_json, printable


class List(Ours, DoitList):
    """`doit list`."""

    name = "list"
    doc_purpose = "list the stages; --all: the scripts too"
    doc_usage = DoitList.doc_usage

    def _print_task(self, template: str, task: Task, status: Any, list_deps: Any, tasks: Mapping[str, Task]) -> None:
        """Write a task's lines; with the status that the plan has, of a stage that of its scripts."""
        if status:
            template = template.replace("{status}", "R" if task.name in self._running else "U")
        stream, self.outstream = self.outstream, io.StringIO()
        super()._print_task(template, task, None, list_deps, tasks)
        stream.write(printable(self.outstream.getvalue()))
        self.outstream = stream

    @functools.cached_property
    def _running(self) -> set[str]:
        rows = plan(choose(self.tasks()), self.dep_manager)
        return {name for row in rows if row.action == "run" for name in (row.task, stage_of(row.task))}


class Forget(Ours, DoitForget):
    """`doit forget`: the scripts run again next time."""

    name = "forget"
    doc_purpose = "forget that stages or scripts have run, so that they run again"

    def _execute(self) -> int:
        names = [] if self.params["forget_all"] else self.names
        chosen = choose(self.tasks(), names, only=bool(names) and not self.params["forget_sub"]).tasks
        with self.locked():
            for task in chosen:
                self.dep_manager.remove(task.name)
                self.dep_manager.backend.set(task.name, MARK, "forgotten")
                self.write(f"forgotten: {task.name}")
            self.dep_manager.close()
        return 0


class Run(Ours, DoitRun):
    """`doit` and `doit run`."""

    name = "run"
    doc_purpose = "run what is out of date"
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
        wish = {key: self.params[key] for key in ("only", "force")}
        choice = choose(self.tasks(), self.names, self.params["from"], self.params["until"], **wish)
        control = TaskControl(choice.tasks)
        warnings = check(choice, self.project, self.dep_manager)
        for task in choice.tasks:
            step_of(task).warn(warnings)
        if self.params["dry-run"] or self.params["json"]:
            return self._show_plan(choice, warnings)
        with self.locked(wait=self.params["wait"]):
            sweep_temporary_files(self.data)
            try:
                return self._run(choice, control, warnings)
            finally:
                sweep_temporary_files(self.data)  # a script of a killed run may have lived on for a moment

    def _show_plan(self, choice: Choice, warnings: list[str]) -> int:
        rows = plan(choice, self.dep_manager)
        if self.params["json"]:
            self.write(ascii_json([row._asdict() for row in rows], indent=1))
            return 0
        from common.pipeline import views  # noqa: PLC0415 - with it comes what makes text safe

        sys.stderr.writelines(f"! {printable(warning)}\n" for warning in warnings)
        for line in views.plan_text(rows, views.last_seconds(log.read(self.data))):
            self.write(line)
        return 0

    def _run(self, choice: Choice, control: TaskControl, warnings: list[str]) -> int:
        from common.pipeline.runner import ScriptRunner  # noqa: PLC0415 - only who runs needs it

        display = self._display(choice)
        for warning in (*self._unfinished(choice), *warnings):
            display.say("warning", warning, error=True)
        control.process([task.name for task in choice.tasks])
        processes = max(self.params["processes"], 1)
        runner = ScriptRunner(self.dep_manager, display, self.params["continue"], num_process=processes)
        try:
            return int(runner.run_all(control.task_dispatcher()))
        finally:
            stop_all()
            display.close()

    def _display(self, choice: Choice) -> Any:
        quiet, verbose = self.params["quiet"], self.params["verbose"]
        if sys.stdout.isatty() and not quiet and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb":
            from common.pipeline.live import LiveDisplay as Shown  # noqa: PLC0415 - only who runs needs them
        else:
            from common.pipeline.display import Display as Shown  # type: ignore[assignment]  # noqa: PLC0415
        if not quiet:
            self.write(f"Delegation retrospective: {', '.join(map(str, self.project.settings.projects))} → {self.data}")
        docs = {task.name: task.doc or "" for task in self.task_list if task.has_subtask}
        return Shown(choice, self.data, docs, self.dep_manager.get_values, quiet=quiet, verbose=verbose)

    def _unfinished(self, choice: Choice) -> list[str]:
        count = [self.dep_manager.backend.get(task.name, MARK) for task in choice.tasks].count(UNFINISHED)
        return [f"the last run was cut short: {count} script{'s' * (count > 1)} did not finish"] if count else []


class Plan(Run):
    """`doit plan`."""

    name = "plan"
    doc_purpose = "say what would run, in order, and why; run nothing, write nothing"

    def execute(self, params: Any, args: list[str]) -> int:
        """Do as `run --dry-run`."""
        params["dry-run"] = True
        return super().execute(params, args)


class Csv(Run):
    """`doit csv`."""

    name = "csv"
    doc_purpose = "write the tables for spreadsheets too, as with the setting csv=yes, and what they need"
    doc_usage = "[SETTING=VALUE ...]"

    def parse_execute(self, in_args: list[str]) -> int:
        """Do as `run csv=yes export_csv`."""
        set_var("csv", "yes")
        return super().parse_execute([*in_args, "export_csv"])
