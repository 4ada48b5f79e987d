"""The display of a terminal: colours, and a bar for each script that runs. Rich is imported when the first one does."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING, Any, TextIO

from common.pipeline.display import Display, sign_of
from common.pipeline.shown import printable

if TYPE_CHECKING:
    from doit.task import Task
    from rich.progress import Progress, TaskID

COLOURS = {"done": "32", "skipped": "2", "running": "34", "failed": "31", "warning": "33"}
NARROW, MEDIUM = 60, 100  # columns


class LiveDisplay(Display):
    """Lines as they come, and below them the scripts that run."""

    script_environment = {"PIPELINE_PROGRESS": "1"}  # noqa: RUF012 - read only

    _bars: Progress | None = None
    _running: dict[str, tuple[TaskID, float]]  # the bar of a script, and when it began

    def write(self, state: str, text: str, stream: TextIO) -> None:
        """Write a coloured line above the bars."""
        coloured = f"\x1b[{COLOURS[state]}m{sign_of(state)}\x1b[0m {printable(text)}"
        if self._bars is None:
            stream.write(coloured + "\n")
        else:
            from rich.text import Text  # noqa: PLC0415 - loaded with the bars

            self._bars.console.print(Text.from_ansi(coloured), soft_wrap=True)

    def show_start(self, name: str, script: str) -> None:
        """Show a bar that does not move yet."""
        if self._bars is None:
            self._bars, self._running = _new_bars(), {}
            self._bars.start()
        self._running[name] = self._bars.add_task(script, total=None, amount=""), time.monotonic()

    def hear(self, name: str, message: dict[str, Any] | str) -> None:
        """Move a script's bar."""
        super().hear(name, message)
        if isinstance(message, dict) and self._bars is not None and name in self._running:
            done, total, unit = (message.get(key) for key in ("done", "total", "unit"))
            if isinstance(done, (int, float)) and isinstance(total, (int, float)) and 0 <= done <= total:
                bar, began = self._running[name]
                amount = _amount(done, total, printable(str(unit))[:20], time.monotonic() - began)
                self._bars.update(bar, completed=done, total=total or 1, amount=amount)

    def complete_run(self) -> None:
        """Take the bars away, the cursor back, and sum up."""
        with self._lock:
            if self._bars is not None:
                self._bars.stop()
        super().complete_run()

    def settle(self, task: Task, how: str, outcome: dict[str, Any] | None = None, said: str | None = None) -> None:
        """Take a script's bar away."""
        with self._lock:
            if self._bars is not None and task.name in self._running:
                self._bars.remove_task(self._running.pop(task.name)[0])
            super().settle(task, how, outcome, said)


def _amount(done: float, total: float, unit: str, seconds: float) -> str:
    """Return how much is done of how much, and how fast."""
    speed = done / seconds if seconds else 0
    if unit == "bytes":
        return f"{done / 1e6:.1f}/{total / 1e6:.1f} MB, {speed / 1e6:.1f} MB/s"
    return f"{done:,.0f}/{total:,.0f} {unit}, {speed:,.0f}/s"


def _new_bars() -> Progress:
    from rich.console import Console  # noqa: PLC0415 - 0.1 s that only a terminal pays
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    width = shutil.get_terminal_size().columns
    columns: list[Any] = [TextColumn("    {task.description}", markup=False)]
    if width >= NARROW:  # never to the last column: what is typed is echoed there, and would wrap
        columns.append(BarColumn(bar_width=min(width - 80, 30) if width >= MEDIUM else width - 45))
    columns.append(TaskProgressColumn("{task.percentage:>3.0f} %"))
    if width >= MEDIUM:
        columns += [TextColumn("{task.fields[amount]}", markup=False), TimeRemainingColumn()]
    return Progress(*columns, console=Console(highlight=False), transient=True)
