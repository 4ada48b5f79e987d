"""The screen of a run: lines that begin with the sign of a state; on a terminal, colours and a bar for each script."""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TextIO

from common.text.printable import printable

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

SIGNS = {"done": "✓", "skipped": "–", "running": "▶", "failed": "✗", "warning": "!"}
ASCII_SIGNS = {"done": "ok", "skipped": "--", "running": ">>", "failed": "XX", "warning": "!!"}
COLOURS = {"done": "32", "skipped": "2", "running": "34", "failed": "31", "warning": "33"}
NARROW, MEDIUM = 60, 100  # columns
LARGEST_TOTAL = 1e18  # of a progress message; a larger one is an error


class Lines:
    """Plain lines; if quiet, errors alone."""

    shows_progress = False

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet, self._silent, self._lock = quiet, False, threading.Lock()

    def say(self, state: str, text: str, *, error: bool = False) -> None:
        """Write lines that begin with the sign of a state; escape foreign text in them."""
        with self._lock:
            if not self._silent and (error or not self._quiet):
                self._write(state, text, sys.stderr if error else sys.stdout)

    def begin(self, name: str) -> None:
        """Show that a script starts."""
        self.say("running", f"  {name}")

    def move(self, name: str, progress: Mapping[str, Any]) -> None:
        """Show the progress of a script: `done` of `total`, in a `unit`."""

    def end(self, name: str) -> None:
        """Stop showing a script."""

    def close(self) -> None:
        """Restore the terminal."""

    def silence(self) -> None:
        """Stop writing: a thread that writes while the interpreter ends would crash it."""
        with self._lock:
            self._silent = True
        self.close()

    def _write(self, state: str, text: str, stream: TextIO) -> None:
        stream.write(f"{_sign_of(state)} {printable(text)}\n")
        stream.flush()


class Bars(Lines):
    """Coloured lines, and below them a bar for each running script. The first script that runs imports rich."""

    shows_progress = True

    _bars: Progress | None = None

    def begin(self, name: str) -> None:
        """Add a bar without progress."""
        if self._bars is None:
            self._bars = _new_bars()
            self._running: dict[str, tuple[TaskID, float]] = {}  # its bar, and its start
            self._bars.start()
        self._running[name] = self._bars.add_task(name, total=None, amount=""), time.monotonic()

    def move(self, name: str, progress: Mapping[str, Any]) -> None:
        """Move a bar; ignore progress that makes no sense."""
        done, total, unit = (progress.get(key) for key in ("done", "total", "unit"))
        if self._bars is None or name not in self._running:
            return
        if isinstance(done, (int, float)) and isinstance(total, (int, float)) and 0 <= done <= total < LARGEST_TOTAL:
            bar, began = self._running[name]
            amount = _amount(done, total, printable(str(unit))[:20], time.monotonic() - began)
            self._bars.update(bar, completed=done, total=total or 1, amount=amount)

    def end(self, name: str) -> None:
        """Remove a bar."""
        if self._bars is not None and name in self._running:
            self._bars.remove_task(self._running.pop(name)[0])

    def close(self) -> None:
        """Remove the bars, and show the cursor again."""
        if self._bars is not None:
            self._bars.stop()

    def _write(self, state: str, text: str, stream: TextIO) -> None:
        coloured = f"\x1b[{COLOURS[state]}m{_sign_of(state)}\x1b[0m {printable(text)}"
        if self._bars is None:
            stream.write(coloured + "\n")
        else:
            from rich.text import Text  # noqa: PLC0415 - loaded with the bars

            self._bars.console.print(Text.from_ansi(coloured), soft_wrap=True)


def screen(*, quiet: bool) -> Lines:
    """Return bars if standard output is a terminal, without NO_COLOR or TERM=dumb; plain lines otherwise."""
    is_plain = quiet or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or not sys.stdout.isatty()
    return Lines(quiet=quiet) if is_plain else Bars()


def show_cursor() -> None:
    """Show the cursor again, even while another thread writes."""
    if sys.__stdout__ and sys.__stdout__.isatty():
        os.write(sys.__stdout__.fileno(), b"\x1b[?25h")


def _sign_of(state: str) -> str:
    encoding = sys.__stdout__.encoding if sys.__stdout__ else ""  # rich replaces sys.stdout
    return (SIGNS if "utf" in encoding.lower() else ASCII_SIGNS)[state]


def _amount(done: float, total: float, unit: str, seconds: float) -> str:
    """Return what is done, the total and the speed as text."""
    speed = done / seconds if seconds else 0
    if unit == "bytes":
        return f"{done / 1e6:.1f}/{total / 1e6:.1f} MB, {speed / 1e6:.1f} MB/s"
    return f"{done:,.0f}/{total:,.0f} {unit}, {speed:,.0f}/s"


def _new_bars() -> Progress:
    from rich.console import Console  # noqa: PLC0415 - takes 0.1 s, needed on a terminal alone
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    width = shutil.get_terminal_size().columns
    columns: list[Any] = [TextColumn("    {task.description}", markup=False)]
    if width >= NARROW:  # leave the last columns free: an echoed key would wrap the line
        columns.append(BarColumn(bar_width=min(width - 80, 30) if width >= MEDIUM else width - 45))
    columns.append(TaskProgressColumn("{task.percentage:>3.0f} %"))
    if width >= MEDIUM:
        columns += [TextColumn("{task.fields[amount]}", markup=False), TimeRemainingColumn()]
    return Progress(*columns, console=Console(highlight=False), transient=True)
