"""What would run, and why; and outputs that are there taken as done."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from doit.control import TaskControl

from common.errors import InputError
from common.pipeline.choice import SELECTING, needed, step_of
from common.pipeline.database import MARK
from common.pipeline.freshness import add_outputs, transcript_sizes

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from doit.task import Task

    from common.pipeline.choice import Choice
    from common.settings import Settings

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
    rows: list[Row] = []
    running: set[str] = set()
    by_name = {task.name: task for task in choice.tasks}
    for task in ordered(choice):
        why = ["forced"] if task.name in choice.forced else []
        why += reasons(task, dep_manager, made={path for name in running for path in by_name[name].targets})
        read = [name for name in task.task_dep if name in running and task.file_dep.intersection(by_name[name].targets)]
        if makers := _nearest(read, by_name):
            why.append(f"{makers} will run; {'their' if ', ' in makers else 'its'} outputs may change")
        if why:
            running.add(task.name)
        kept = ADOPTED if dep_manager.get_values(task.name).get("adopted") else "up to date"
        rows.append(Row(task.name, "run" if why else "skip", why or [kept]))
    return [*(Row(task.name, "skip", ["left out"]) for task in choice.left_out), *rows]


def _nearest(names: list[str], by_name: dict[str, Task]) -> str:
    """Return the scripts of those named that none of the others waits for: they stand for the rest."""
    behind = {deep for name in names for deep in needed({name}, by_name) - {name}}
    return ", ".join(name.partition(":")[2] for name in names if name not in behind)


def ordered(choice: Choice) -> Iterator[Task]:
    """Yield the chosen scripts in the order in which doit runs them."""
    dispatcher = control(choice).task_dispatcher().generator
    node = None
    with contextlib.suppress(StopIteration):
        while True:
            node = dispatcher.send(node)
            node.run_status = "successful"
            yield node.task


def control(choice: Choice) -> TaskControl:
    """Return doit's control over the chosen scripts alone, which keep their order though one between is left out."""
    chosen = [task.name for task in choice.tasks]
    by_name = {task.name: task for task in (*choice.tasks, *choice.left_out)}
    behind = {name: needed({name}, by_name) - {name} for name in chosen}
    for task in choice.tasks:
        task.task_dep = [name for name in chosen if name in behind[task.name]]
    result = TaskControl(choice.tasks)
    result.process(chosen)
    return result


def reasons(task: Task, dep_manager: Any, made: Collection[str] = ()) -> Iterator[str]:
    """Yield why a script would run; files in `made` will be made anew before it."""
    values = dep_manager.get_values(task.name)
    if not values:
        yield dep_manager.backend.get(MARK + task.name, "reason") or "never run"
        return
    inputs = step_of(task).inputs
    for change in inputs.changes(values, step_of(task).writes):
        if change == "transcripts changed":
            yield f"{change}: {_compared(transcript_sizes(inputs.transcripts), values_of_files(task, dep_manager))}"
        else:
            yield change
    for path in sorted(task.file_dep.difference(made)):
        state = dep_manager.backend.get(task.name, path)
        if not Path(path).is_file():
            yield f"input missing: {path}"
        elif state is None or dep_manager.checker.check_modified(path, Path(path).stat(), state):
            yield f"input changed: {path}"


def values_of_files(task: Task, dep_manager: Any) -> dict[str, int]:
    """Return the transcripts that a step saw, with their sizes."""
    return dict(dep_manager.backend.get(f"transcripts of {task.name}", "sizes") or {})


def _compared(now: dict[str, int], before: dict[str, int]) -> str:
    both = now.keys() & before.keys()
    counts = {
        "new": len(now.keys() - before.keys()),
        "grown": sum(now[path] > before[path] for path in both),
        "shorter": sum(now[path] < before[path] for path in both),
        "gone": len(before.keys() - now.keys()),
    }
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count) or "rewritten at the same size"


def adopt(choice: Choice, settings: Settings, dep_manager: Any) -> list[str]:
    """Record outputs that are there as done, and return the scripts; an InputError lists what is wrong with any."""
    tasks = list(ordered(choice))
    problems = [problem for task in tasks for problem in _refusals(task, settings)]
    if problems:
        raise InputError("\n".join(["nothing was adopted:", *problems]))
    for task in tasks:
        step = step_of(task)
        task.values = {**add_outputs(step.inputs.take(), step.writes), "adopted": True}
        dep_manager.save_success(task)
        dep_manager.backend.set(MARK + task.name, "reason", None)
    dep_manager.close()
    return [task.name for task in tasks]


def _refusals(task: Task, settings: Settings) -> Iterator[str]:
    for target in map(Path, step_of(task).writes):
        if not target.is_file():
            yield f"{target} is missing: {task.name} would have made it"
        elif target.suffix == ".json" and target.parent.name != "cache":
            yield from _wrong_content(target, settings)


def _wrong_content(path: Path, settings: Settings) -> Iterator[str]:
    from common.pipeline.adoption import filters_of  # noqa: PLC0415 - msgspec is for those who adopt

    try:
        filters = filters_of(path)
    except InputError as error:
        yield str(error)
        return
    for key in sorted(SELECTING & filters.keys()):
        if (wanted := getattr(settings, key)) != filters[key]:
            yield f"{path} was made with {key} {filters[key] or 'none'}, the settings say {wanted or 'none'}"
