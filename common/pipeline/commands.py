"""Doit's commands as this project has them. Registered as entry points in pyproject.toml."""

from __future__ import annotations

import getopt
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

from doit.cmd_base import DoitCmdBase
from doit.cmd_forget import Forget as DoitForget
from doit.cmd_list import List as DoitList
from doit.cmd_run import Run as DoitRun
from doit.control import TaskControl
from doit.exceptions import InvalidCommand

from common.errors import CommandError, ProjectError
from common.files import lock_data_directory, sweep_temporary_files
from common.pipeline import log
from common.pipeline.choice import Wish, check, choose, scripts
from common.pipeline.database import MARK

if TYPE_CHECKING:
    from types import FrameType

    from common.pipeline.choice import Choice
    from common.pipeline.project import Project

STAGES = "[STAGE|STAGE:SCRIPT|FILE ...] [SETTING=VALUE ...]"


def option(name: str, kind: type, default: object, text: str, short: str = "") -> dict[str, object]:
    """Return an option as doit describes it."""
    return {
        "name": name,
        "long": name.replace("_", "-"),
        "short": short,
        "type": kind,
        "default": default,
        "help": text,
    }


class Ours(DoitCmdBase):
    """What all our commands share: options anywhere, dodo.py sought in the folders above, errors as one line."""

    @property
    def project(self) -> Project:
        """The project of dodo.py."""
        found: Project = self.loader.namespace["PROJECT"]
        return found

    def get_options(self) -> list[Any]:
        """Return the options; dodo.py is sought in the folders above too."""
        options = super().get_options()
        for one in options:
            if one.name == "seek_file":
                one.set_default(val=True)
        return list(options)

    def parse_execute(self, in_args: list[str]) -> int:
        """Run the command; an error of the user's is a message and an exit code."""
        try:
            return super().parse_execute(self._options_first(in_args)) or 0
        except ProjectError as error:
            sys.stderr.write(f"error: {error}\n")
            return error.exit_code
        except InvalidCommand as error:
            sys.stderr.write(f"error: {error.not_found or error} is no stage, script or output\n")
            return 3

    def _options_first(self, arguments: list[str]) -> list[str]:
        parser = self.cmdparser
        try:
            options, names = getopt.gnu_getopt(arguments, parser.get_short(), parser.get_long())
        except getopt.GetoptError as error:
            raise CommandError(f"{error}; `doit help {self.name}` lists the options") from error
        flat = [part for name, value in options for part in (name, value) if part]
        return [*flat, *names]


class List(Ours, DoitList):
    """`doit list`."""

    name = "list"


class Forget(Ours, DoitForget):
    """`doit forget`: the scripts run again next time."""

    name = "forget"

    def _execute(self, forget_sub: bool, forget_disable_default: bool, forget_all: bool) -> int:  # noqa: FBT001
        del forget_disable_default
        tasks = scripts(self.task_list)
        names = [] if forget_all else self.sel_tasks or []
        chosen = choose(tasks, Wish(names=names, only=bool(names) and not forget_sub)).tasks
        with lock_data_directory(self.project.settings.data, _holder("forget")):
            for task in chosen:
                self.dep_manager.remove(task.name)
                self.dep_manager._set(MARK + task.name, "reason", "forgotten")  # noqa: SLF001
                self.outstream.write(f"forgotten: {task.name}\n")
            self.dep_manager.close()
        return 0


class Run(Ours, DoitRun):
    """`doit` and `doit run`."""

    name = "run"
    doc_purpose = "run what is out of date"
    doc_usage = STAGES
    cmd_options = (
        option("from", str, None, "begin with this stage, on the outputs that the earlier ones left"),
        option("until", str, None, "end with this stage"),
        option("only", bool, default=False, text="exactly what is named, without what it needs"),
        option("force", bool, default=False, text="run what is named even if it is up to date", short="a"),
        option("continue", bool, default=False, text="go on with what does not depend on a failure", short="c"),
        option("processes", int, 1, "how many scripts run at a time", short="n"),
        option("quiet", bool, default=False, text="errors only", short="q"),
        option("verbose", bool, default=False, text="with what the scripts print", short="v"),
        option("wait", bool, default=False, text="wait for another run on the same data to end"),
    )

    def execute(self, params: Any, args: list[str]) -> int:
        """Keep the options, which are many, and let doit load the project."""
        self.params, self.names = params, args
        return int(super().execute(params, args))

    def _execute(self) -> int:
        choice = self._choose()
        warnings = check(choice, self.project.settings, self.dep_manager)
        with lock_data_directory(self.project.settings.data, _holder("run"), wait=self.params["wait"]):
            sweep_temporary_files(self.project.settings.data)
            return self._run(choice, warnings)

    def _choose(self) -> Choice:
        wish = Wish(self.names, self.params["from"], self.params["until"], self.params["only"], self.params["force"])
        return choose(scripts(self.task_list), wish)

    def _run(self, choice: Choice, warnings: list[str]) -> int:
        from common.pipeline.action import stop_all  # noqa: PLC0415 - only who runs needs what follows
        from common.pipeline.display import Display  # noqa: PLC0415
        from common.pipeline.runner import ScriptRunner  # noqa: PLC0415

        display = Display(
            choice, self.project.settings.data, quiet=self.params["quiet"], verbose=self.params["verbose"]
        )
        for warning in warnings:
            display.say("warning", warning, error=True)
        chosen = {task.name for task in choice.tasks}
        for task in choice.tasks:
            task.task_dep = [name for name in task.task_dep if name in chosen]
            if task.name in choice.forced:
                task.update_deps({"uptodate": [False]})
        control = TaskControl(choice.tasks)
        control.process([task.name for task in choice.tasks])
        runner = ScriptRunner(
            self.dep_manager, display, continue_=self.params["continue"], processes=self.params["processes"]
        )
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _stop)
        try:
            return int(runner.run_all(control.task_dispatcher()))
        except StoppedError as stopped:
            stop_all()
            display.say("failed", f"stopped ({stopped}); what was finished is kept, `doit` goes on", error=True)
            return 128 + stopped.number


class StoppedError(BaseException):
    """A signal asks the run to end."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


def _stop(number: int, frame: FrameType | None) -> None:
    """End the run; a second signal ends it at once."""
    del frame
    signal.signal(number, _stop_at_once)
    raise StoppedError(number)


def _stop_at_once(number: int, frame: FrameType | None) -> None:
    del frame
    from common.pipeline.action import kill_all  # noqa: PLC0415 - as above

    kill_all()
    os._exit(128 + number)


def _holder(command: str) -> str:
    return f"`doit {command}`, process {os.getpid()}, since {log.now()}"
