"""What would run, and why."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from doit.task import Task

from common.pipeline.choice import Choice, step_of
from common.pipeline.database import MARK

ADOPTED = "adopted, inputs not compared"


class Row(NamedTuple):
    """A script, whether it would run, and the reasons."""

    task: str
    action: str
    reasons: list[str]


def plan(choice: Choice, dep_manager: Any) -> list[Row]:
    """Return what a run would do, in its order; nothing is written.

    A script whose inputs are made anew counts as running, though equal bytes would let it be: an upper bound.
    """
    rows = [Row(task.name, "skip", ["left out"]) for task in choice.left_out]
    running: dict[str, Task] = {}
    for task in choice.tasks:
        makers = [name for name, maker in running.items() if task.file_dep.intersection(maker.targets)]
        why = reasons(task, dep_manager, made={path for maker in running.values() for path in maker.targets})
        if makers:
            behind = {name for maker in makers for name in running[maker].task_dep}
            shown = [name.partition(":")[2] for name in makers if name not in behind]
            why.append(f"{', '.join(shown)} will run; {'their' if len(shown) > 1 else 'its'} outputs may change")
        if why:
            running[task.name] = task
        kept = ADOPTED if dep_manager.get_values(task.name).get("adopted") else "up to date"
        rows.append(Row(task.name, "run" if why else "skip", why or [kept]))
    return rows


def reasons(task: Task, dep_manager: Any, made: Collection[str] = ()) -> list[str]:
    """Return why a script would run; files in `made` will be made anew before it."""
    why = ["forced"] if step_of(task).forced else []
    if values := dep_manager.get_values(task.name):
        return [*why, *step_of(task).changes(values, made)]
    return [*why, dep_manager.backend.get(task.name, MARK) or "never run"]
