"""The base of the commands: options anywhere, dodo.py found from folders below, errors as one line, the lock."""

from __future__ import annotations

import contextlib
import getopt
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from doit.cmd_base import DodoTaskLoader, DoitCmdBase
from doit.cmdparse import CmdParseError
from doit.exceptions import InvalidCommand, InvalidDodoFile, InvalidTask
from doit.task import Task

from common.errors import CommandError, InputError
from common.exits import begin, exit_code_of, tell
from common.files import lock_data_directory
from common.pipeline import execution_log
from common.pipeline.processes import kill
from common.pipeline.project import Project
from common.pipeline.screen import show_cursor
from common.pipeline.selection import Choice, Steps, choose_steps, in_order
from common.settings import FILE_NAME
from common.text.printable import Shown


def whole_number(text: str) -> int:
    """Return the number in the text of an option."""
    if not text.isascii() or not text.isdigit():
        raise CommandError(f"{text}: expected a whole number")
    return int(text)


def option(name: str, text: str, default: object = False, kind: Callable[[str], object] = bool, short: str = "") -> Any:  # noqa: FBT002 - doit's own word
    """Return an option in the form that doit expects."""
    return {"name": name, "long": name, "short": short, "type": kind, "default": default, "help": text}


class DodoLoader(DodoTaskLoader):
    """doit's loader of dodo.py; doit makes it before it looks at the arguments, and fails at an empty one."""

    def __init__(self) -> None:
        super().__init__()
        if "" in sys.argv[1:]:
            sys.exit(tell(CommandError("expected a name, got an empty one. `doit list --all` shows all names")))


class PipelineCommand(DoitCmdBase):
    """A command of this project."""

    doc_usage = "[STAGE|STAGE:SCRIPT|FILE ...] [SETTING=VALUE ...]"
    base_options = ()  # doit's own choose a state file; here the project does

    @property
    def project(self) -> Project:
        """The project of dodo.py."""
        project: Project = self.loader.namespace["PROJECT"]
        return project

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.project.settings.data

    def execute(self, params: Any, args: list[str]) -> int:
        """Keep the arguments, and let doit load the project."""
        self.params, self.names = params, args
        return int(super().execute(params, args) or 0)

    @property
    def tasks(self) -> dict[str, Task]:
        """The tasks that run a script, by name; groups are left out."""
        return {task.name: task for task in self.task_list if task.meta}

    def steps(self) -> Steps:
        """Return the steps of the project, in their order."""
        steps = {name: task.meta["step"] for name, task in self.tasks.items()}
        for name, step in steps.items():
            step.name = name
        scripts = [step.script for step in steps.values()]
        if unknown := set(self.project.settings.timeouts) - {*scripts}:
            from common.text.suggestions import did_you_mean  # noqa: PLC0415 - needed for an unknown name alone

            hint = did_you_mean(min(unknown), scripts, "`doit list --all` shows all scripts")
            raise InputError(f"{self.data / FILE_NAME}: timeouts: {min(unknown)} is not a script; {hint}")
        return in_order(steps)

    def named(self) -> Choice:
        """Return the steps that the command names, or all."""
        return choose_steps(self.steps(), self.names, only=bool(self.names))

    def write(self, *lines: str) -> None:
        """Write lines to standard output."""
        self.outstream.write("".join(f"{line}\n" for line in lines))

    @contextlib.contextmanager
    def locked(self, *, wait: bool = False) -> Iterator[None]:
        """Hold the lock of the data directory, and read the state again once it is held."""
        holder = f"`doit {self.name}`, process {os.getpid()}, since {execution_log.now()}"
        with lock_data_directory(self.data, holder, wait=wait):
            self.dep_manager.backend.load()
            yield

    def get_options(self) -> list[Any]:
        """Return the options; by default, look for dodo.py in the folders above too."""
        options = list(super().get_options())
        next(option for option in options if option.name == "seek_file").set_default(val=True)
        return options

    def parse_execute(self, in_args: list[str]) -> int:
        """Run the command; an error of the user's becomes a message and an exit code."""
        begin(_end_at_once)
        self.outstream = Shown(sys.stdout)
        return exit_code_of(lambda: self._parse_execute(in_args), tells_faults=not sys.flags.dev_mode)

    def _parse_execute(self, arguments: list[str]) -> int:
        try:
            short, long = self.cmdparser.get_short(), self.cmdparser.get_long()
            options, names = getopt.gnu_getopt(arguments, short, long)  # doit accepts options before names alone
            first = [word for pair in options for word in pair if word]
            return int(super().parse_execute([*first, *names]) or 0)
        except getopt.GetoptError as error:
            raise CommandError(f"{error}; `doit help {self.name}` lists the options") from error
        except (CmdParseError, InvalidCommand, InvalidTask, InvalidDodoFile) as error:
            raise CommandError(str(error)) from error


def _end_at_once() -> None:
    kill()
    show_cursor()
