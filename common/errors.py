"""Every error that a user can meet, and the exit code that it ends with.

::

    ProjectError
    ├── ScriptError            1   a script could not do its work
    ├── InputError             2   an input or a dependency is missing or wrong
    ├── CommandError           3   the command itself is wrong
    ├── WriteError            74   writing failed: disk full, read-only
    ├── HeldError             75   another run holds the data directory
    └── PermissionDeniedError 77   no permission

The message says where, what is wrong, and what to do. A user sees nothing else.
"""

from typing import ClassVar


class ProjectError(Exception):
    """An error with a message for the user: where, what, what to do."""

    exit_code: ClassVar[int] = 1


class ScriptError(ProjectError):
    """A script could not do its work."""


class InputError(ProjectError):
    """An input or a dependency is missing or wrong."""

    exit_code = 2


class CommandError(ProjectError):
    """The command itself is wrong."""

    exit_code = 3


class WriteError(ProjectError):
    """Writing failed."""

    exit_code = 74


class HeldError(ProjectError):
    """Another run holds the data directory."""

    exit_code = 75


class PermissionDeniedError(ProjectError):
    """A permission is missing."""

    exit_code = 77


def fault(error: BaseException) -> str:
    """Return an unexpected error as one line, with its place in the program."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f" ({trace.tb_frame.f_code.co_filename}:{trace.tb_lineno})" if trace else ""
    return f"a fault in this program: {type(error).__name__}: {error}{place}"
