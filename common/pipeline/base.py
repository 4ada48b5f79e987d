"""What our commands share: options anywhere, dodo.py sought in the folders above, errors and signals as one line."""

from __future__ import annotations

import contextlib
import getopt
import io
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any, TextIO

from doit.cmd_base import DodoTaskLoader, DoitCmdBase
from doit.exceptions import InvalidCommand, InvalidDodoFile, InvalidTask
from doit.task import Task

from common.errors import CommandError, InputError, ProjectError, ScriptError, fault
from common.files import as_project_error, lock_data_directory
from common.pipeline import log
from common.pipeline.action import kill
from common.pipeline.choice import Choice, choose, scripts, step_of
from common.pipeline.project import Project
from common.pipeline.shown import printable
from common.settings import FILE_NAME


def whole_number(text: str) -> int:
    """Return the number that an option's text says."""
    if not text.isascii() or not text.isdigit():
        raise CommandError(f"{text}: a whole number is needed")
    return int(text)


def option(name: str, text: str, default: object = False, kind: Callable[[str], object] = bool, short: str = "") -> Any:  # noqa: FBT002 - what doit calls a default
    """Return an option as doit describes it."""
    long = name.replace("_", "-")
    return {"name": name, "long": long, "short": short, "type": kind, "default": default, "help": text}


class Loader(DodoTaskLoader):
    """Doit's loader of dodo.py, made before doit looks at the arguments, among which it takes no empty one."""

    def __init__(self) -> None:
        super().__init__()
        if "" in sys.argv[1:]:
            error = CommandError("a name is empty; `doit list --all` shows what there is")
            sys.stderr.write(f"error: {error}\n")
            raise SystemExit(error.exit_code)


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

    def tasks(self) -> list[Task]:
        """Return the scripts of the project."""
        tasks = scripts(self.task_list)
        if unknown := set(self.project.settings.timeouts) - {step_of(task).script for task in tasks}:
            raise InputError(f"{self.data / FILE_NAME}: timeouts: {min(unknown)} is no script")
        return tasks

    def named(self) -> Choice:
        """Return the scripts that were named, or all."""
        return choose(self.tasks(), self.names, only=bool(self.names))

    def write(self, text: str) -> None:
        """Write a line."""
        self.outstream.write(f"{printable(text)}\n")

    @contextlib.contextmanager
    def locked(self, *, wait: bool = False) -> Iterator[None]:
        """Hold the data directory, with the state as it is once it is held."""
        holder = f"`doit {self.name}`, process {os.getpid()}, since {log.now()}"
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
        if os.name == "nt":
            sys.exit("Windows is not supported: run it in the Windows Subsystem for Linux")
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _stop)
        sys.stdout, sys.stderr = map(_writable, (sys.stdout, sys.stderr))
        self.outstream = sys.stdout
        try:
            code = int(super().parse_execute(self._options_first(in_args)) or 0)
            sys.stdout.flush()
        except StoppedError as stopped:
            sys.stderr.write(f"stopped by {stopped}; what was finished is kept, `doit` goes on from there\n")
            return 128 + stopped.number
        except BrokenPipeError:
            os._exit(0)  # whoever read our output has seen enough; the interpreter would complain when it flushes
        except Exception as error:
            if sys.flags.dev_mode:
                raise
            failure = _failure(error)
            sys.stderr.write(f"error: {printable(str(failure))}\n")
            return failure.exit_code
        return code

    def _options_first(self, arguments: list[str]) -> list[str]:
        try:
            options, names = getopt.gnu_getopt(arguments, self.cmdparser.get_short(), self.cmdparser.get_long())
        except getopt.GetoptError as error:
            raise CommandError(f"{error}; `doit help {self.name}` lists the options") from error
        return [*(part for pair in options for part in pair if part), *names]


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
    kill()
    os._exit(128 + number)


def _failure(error: Exception) -> ProjectError:
    if isinstance(error, OSError):
        return as_project_error(error)
    if isinstance(error, (InvalidCommand, InvalidTask, InvalidDodoFile)):
        return CommandError(str(error))
    return error if isinstance(error, ProjectError) else ScriptError(fault(error))


def _writable(stream: TextIO | None) -> TextIO:
    """Return a stream that takes every text: one that was closed leads nowhere, a sign it lacks becomes `?`."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="replace")
    return stream or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123 - open as long as the process
