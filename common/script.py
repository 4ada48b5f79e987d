"""Run a script: options from the signature of `main`, checked inputs, errors as one line, exit codes.

A script is a module with ``def main(*, sessions: Input, report: Output, timezone: str = "UTC") -> None`` and
``if __name__ == "__main__": run(main)``. Each keyword is an option: ``sessions`` becomes ``--sessions``,
``tuple[T, ...]`` an option that may be repeated, ``T | None = None`` an optional one, ``bool`` ``--x`` and ``--no-x``.
Run by the pipeline, a script ends when its parent is gone, and reports progress.
"""

from __future__ import annotations

import argparse
import inspect
import json
import os
import signal
import sys
import threading
import time
import types
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, Union, get_args, get_origin, get_type_hints

from common.errors import InputError
from common.exits import exit_code_of, tell

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

INPUT = "input: must exist"
OUTPUT = "output: its folder is created"
Input = Annotated[Path, INPUT]
Output = Annotated[Path, OUTPUT]

PARENT_VARIABLE = "PIPELINE_PARENT"  # pid of the pipeline that started this script
PROGRESS_VARIABLE = "PIPELINE_PROGRESS"  # "1": somebody reads the progress lines
PROGRESS_MARK = "\x1e"  # begins a progress line on standard output
PARENT_CHECK_SECONDS = 0.3
PROGRESS_SECONDS = 0.1
INTERRUPTED, TERMINATED = 130, 143

_last_progress = [float("-inf")]


def run(main: Callable[..., None], arguments: Sequence[str] | None = None) -> None:
    """Run `main` with the options of the command line, then exit; never returns."""
    watch_parent()
    os.umask(0o077)
    signal.signal(signal.SIGTERM, _terminate)
    tells_faults = PARENT_VARIABLE not in os.environ  # the pipeline keeps the whole of it in a log
    sys.exit(exit_code_of(lambda: _work(main, arguments), tells_faults=tells_faults))


def run_program(command: Sequence[str]) -> None:
    """Run a program that ends when the pipeline ends; exit with its code."""
    import subprocess  # noqa: PLC0415 - our own scripts do without

    watch_parent()
    try:
        code = subprocess.run(command, check=False).returncode
    except OSError as error:
        sys.exit(tell(InputError(f"{command[0]}: {error.strerror}")))
    sys.exit(code if code >= 0 else 128 - code)


def parser_of(main: Callable[..., None]) -> argparse.ArgumentParser:
    """Return the parser whose options are the keyword-only parameters of `main`."""
    module = inspect.getmodule(main)
    parser = _Parser(
        prog=_program_name(module), description=inspect.getdoc(main) or inspect.getdoc(module), allow_abbrev=False
    )
    hints = get_type_hints(main, include_extras=True)
    for parameter in inspect.signature(main).parameters.values():
        _add_option(parser, parameter, hints[parameter.name])
    return parser


def progress(done: int, total: int, unit: str) -> None:
    """Report `done` of `total` units to the pipeline, at most ten times a second."""
    if os.environ.get(PROGRESS_VARIABLE) != "1":
        return
    now = time.monotonic()
    if done < total and now - _last_progress[0] < PROGRESS_SECONDS:
        return
    _last_progress[0] = now
    sys.stdout.write(PROGRESS_MARK + json.dumps({"done": done, "total": total, "unit": unit}) + "\n")
    sys.stdout.flush()


def conclude(text: str) -> None:
    """Write a few words about the result; the pipeline shows them next to the stage's name."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "replace").decode(encoding) + "\n")  # with LC_ALL=C it may be ASCII


def watch_parent() -> None:
    """End this process, with its group if it leads one, once the pipeline that started it is gone."""
    parent = os.environ.get(PARENT_VARIABLE, "")
    if parent.isdigit():
        threading.Thread(target=_end_with, args=(int(parent),), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(PARENT_CHECK_SECONDS)
    if os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(TERMINATED)


def _terminate(*_: object) -> None:
    sys.exit(TERMINATED)


def _work(main: Callable[..., None], arguments: Sequence[str] | None) -> None:
    options = vars(parser_of(main).parse_args(arguments))
    _check_inputs(main, options)
    main(**options)


def _program_name(module: types.ModuleType | None) -> str | None:
    spec = getattr(module, "__spec__", None)
    return f"python -m {spec.name}" if spec else None


def _check_inputs(main: Callable[..., None], options: dict[str, Any]) -> None:
    hints = get_type_hints(main, include_extras=True)
    missing = [
        f"{path} does not exist (--{_dashed(name)})"
        for name, hint in hints.items()
        if _is_input(hint)
        for path in _as_tuple(options.get(name))
        if not path.exists()
    ]
    if missing:
        raise InputError("; ".join(missing) + ". Run `doit` to make it, or `doit plan` to see how")


def _is_input(hint: Any) -> bool:
    return INPUT in getattr(hint, "__metadata__", ()) or any(_is_input(argument) for argument in get_args(hint))


def _as_tuple(value: Any) -> tuple[Any, ...]:
    if value is None:
        return ()
    return tuple(value) if isinstance(value, (tuple, list)) else (value,)


def _add_option(parser: argparse.ArgumentParser, parameter: inspect.Parameter, hint: Any) -> None:
    flag = f"--{_dashed(parameter.name)}"
    required = parameter.default is inspect.Parameter.empty
    default = None if required else parameter.default
    kind = _without_none(hint)
    item = get_args(kind)[0] if get_origin(kind) is tuple else kind
    notes = [*getattr(item, "__metadata__", ()), "" if required or default is None else f"default: {default}"]
    text = "; ".join(filter(None, notes)).replace("%", "%%")
    if _bare(item) is bool:
        action: Any = argparse.BooleanOptionalAction
        parser.add_argument(flag, action=action, required=required, default=default, help=text)
    else:
        action = _Collect if item is not kind else "store"
        shown = "PATH" if _bare(item) is Path else _bare(item).__name__.upper()
        parser.add_argument(
            flag, action=action, type=_bare(item), required=required, default=default, metavar=shown, help=text
        )


class _Parser(argparse.ArgumentParser):
    """A parser whose errors look like all other errors."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        sys.exit(tell(InputError(message)))


class _Collect(argparse.Action):
    """A repeatable option whose value is a tuple; the first use replaces the default."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,  # noqa: ARG002 - argparse names the parameters
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,  # noqa: ARG002 - argparse names the parameters
    ) -> None:
        earlier = getattr(namespace, self.dest)
        setattr(namespace, self.dest, (values,) if earlier is self.default else (*earlier, values))


def _without_none(hint: Any) -> Any:
    """Return T of ``T | None``."""
    if get_origin(hint) in (Union, types.UnionType):
        return next(member for member in get_args(hint) if member is not types.NoneType)
    return hint


def _bare(hint: Any) -> Any:
    return hint.__origin__ if hasattr(hint, "__metadata__") else hint


def _dashed(name: str) -> str:
    return name.replace("_", "-")


if __name__ == "__main__":
    run_program(sys.argv[1:])
