"""The end of a program: an error or a signal becomes one line and an exit code, never a traceback."""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import TextIO

from common.errors import ProjectError, ScriptError, fault
from common.files import as_project_error
from common.text.printable import printable


class StoppedError(BaseException):
    """A signal asks the program to end."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.exit_code = 128 + number


def begin(at_once: Callable[[], None]) -> None:
    """Make standard streams take any text, and a signal raise a StoppedError; a second one does `at_once` and ends."""
    if os.name == "nt":
        sys.exit("Windows is not supported. Use the Windows Subsystem for Linux")
    sys.stdout, sys.stderr = map(writable, (sys.stdout, sys.stderr))

    def end(number: int, frame: FrameType | None) -> None:
        del frame
        at_once()
        os._exit(128 + number)

    def stop(number: int, frame: FrameType | None) -> None:
        del frame
        signal.signal(number, end)
        raise StoppedError(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


def exit_code_of(work: Callable[[], int | None], *, tells_faults: bool) -> int:
    """Do the work and return the exit code; an error becomes one line, or is raised if it is a fault of the program."""
    try:
        code = work() or 0
        sys.stdout.flush()
    except BrokenPipeError:
        os._exit(0)  # whoever read our output has seen enough; the interpreter would complain when it flushes
    except StoppedError as stopped:
        sys.stderr.write(f"stopped by {stopped}. Finished work is kept; run `doit` to continue\n")
        return stopped.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("error: interrupted\n")
        return 128 + signal.SIGINT
    except Exception as error:
        if not tells_faults and not isinstance(error, (ProjectError, OSError, MemoryError)):
            raise
        return tell(error)
    return code


def tell(error: Exception) -> int:
    """Write an error as one line, and return its exit code."""
    if isinstance(error, OSError):
        error = as_project_error(error)
    elif isinstance(error, MemoryError):
        error = ScriptError("out of memory")
    failure = error if isinstance(error, ProjectError) else ScriptError(fault(error))
    sys.stderr.write(f"error: {printable(str(failure))}\n")
    return failure.exit_code


def writable(stream: TextIO | None) -> TextIO:
    """Return a stream that accepts every text; for one that was closed, a stream that drops it."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="replace")
    return stream or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123 - open as long as the process
