"""What our commands share: options anywhere, dodo.py sought in the folders above, errors as one line, the lock."""

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
from common.pipeline.project import Project
from common.running import execution_log
from common.running.choice import Choice, Scripts, choose, in_order
from common.running.processes import kill
from common.running.screen import give_back
from common.settings import FILE_NAME
from common.text.printable import Shown


def whole_number(text: str) -> int:
    """Return the number that an option's text says."""
    if not text.isascii() or not text.isdigit():
        raise CommandError(f"{text}: a whole number is needed")
    return int(text)


def option(name: str, text: str, default: object = False, kind: Callable[[str], object] = bool, short: str = "") -> Any:  # noqa: FBT002 - what doit calls a default
    """Return an option as doit describes it."""
    return {"name": name, "long": name, "short": short, "type": kind, "default": default, "help": text}


class Loader(DodoTaskLoader):
    """Doit's loader of dodo.py, made before doit looks at the arguments, among which it takes no empty one."""

    def __init__(self) -> None:
        super().__init__()
        if "" in sys.argv[1:]:
            sys.exit(tell(CommandError("a name is empty; `doit list --all` shows what there is")))


class Ours(DoitCmdBase):
    """A command of ours."""

    doc_usage = "[STAGE|STAGE:SCRIPT|FILE ...] [SETTING=VALUE ...]"
    base_options = ()  # of the state file: it is the project's

    @property
    def project(self) -> Project:
        """The project of dodo.py."""
        found: Project = self.loader.namespace["PROJECT"]
        return found

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.project.settings.data

    def execute(self, params: Any, args: list[str]) -> int:
        """Keep what was typed, and let doit load the project."""
        self.params, self.names = params, args
        return int(super().execute(params, args) or 0)

    @property
    def tasks(self) -> dict[str, Task]:
        """The tasks that run a script, by name; groups are left out."""
        return {task.name: task for task in self.task_list if task.meta}

    def scripts(self) -> Scripts:
        """Return the scripts of the project, in their order."""
        found = {name: task.meta["step"] for name, task in self.tasks.items()}
        for name, step in found.items():
            step.name = name
        if unknown := set(self.project.settings.timeouts) - {step.script for step in found.values()}:
            raise InputError(f"{self.data / FILE_NAME}: timeouts: {min(unknown)} is no script")
        return in_order(found)

    def named(self) -> Choice:
        """Return the scripts that were named, or all."""
        return choose(self.scripts(), self.names, only=bool(self.names))

    def write(self, *lines: str) -> None:
        """Write lines."""
        self.outstream.write("".join(f"{line}\n" for line in lines))

    @contextlib.contextmanager
    def locked(self, *, wait: bool = False) -> Iterator[None]:
        """Hold the data directory, with the state as it is once it is held."""
        holder = f"`doit {self.name}`, process {os.getpid()}, since {execution_log.now()}"
        with lock_data_directory(self.data, holder, wait=wait):
            self.dep_manager.backend.load()
            yield

    def get_options(self) -> list[Any]:
        """Return the options; dodo.py is sought in the folders above too."""
        options = list(super().get_options())
        next(one for one in options if one.name == "seek_file").set_default(val=True)
        return options

    def parse_execute(self, in_args: list[str]) -> int:
        """Run the command; an error of the user's is a message and an exit code."""
        begin(_end_at_once)
        self.outstream = Shown(sys.stdout)
        return exit_code_of(lambda: self._parse_execute(in_args), tells_faults=not sys.flags.dev_mode)

    def _parse_execute(self, arguments: list[str]) -> int:
        try:
            short, long = self.cmdparser.get_short(), self.cmdparser.get_long()
            options, names = getopt.gnu_getopt(arguments, short, long)  # doit takes options before names alone
            first = [part for pair in options for part in pair if part]
            return int(super().parse_execute([*first, *names]) or 0)
        except getopt.GetoptError as error:
            raise CommandError(f"{error}; `doit help {self.name}` lists the options") from error
        except (CmdParseError, InvalidCommand, InvalidTask, InvalidDodoFile) as error:
            raise CommandError(str(error)) from error


def _end_at_once() -> None:
    kill()
    give_back()
