"""Which scripts a command is about, what must hold before they run, which of them would run, and why."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from doit.task import Task

from common.errors import CommandError, InputError
from common.pipeline.project import Project
from common.pipeline.step import step_of
from common.running.plan_text import Row
from common.settings import Settings, missing_transcripts

ADOPTED = "adopted, inputs not compared"


class Choice(NamedTuple):
    """The chosen scripts in the order they run in, and the ones left out."""

    tasks: list[Task]
    left_out: list[Task]  # that a chosen one needs


def scripts(tasks: Iterable[Task]) -> list[Task]:
    """Return the tasks that run a script, groups left out, each after the makers of what it reads and tied to them."""
    kept = {task.name: task for task in tasks if "step" in (task.meta or {})}
    maker = {target: task.name for task in kept.values() for target in task.targets}
    for task in kept.values():
        task.task_dep = list(dict.fromkeys(maker[path] for path in step_of(task).reads if path in maker))
    return [kept[name] for name in needed(kept, kept)]


def choose(  # noqa: PLR0913 - each is an option of the command line
    tasks: list[Task],
    names: Iterable[str] = (),
    first: str | None = None,
    last: str | None = None,
    *,
    only: bool = False,
    force: bool = False,
) -> Choice:
    """Return the scripts that are meant; a CommandError if a name is unknown, or nothing is left."""
    by_name = {task.name: task for task in tasks}
    order = list(by_name)
    named = {task for name in names for task in named_by(name, tasks)}
    if only and not named:
        raise CommandError("--only needs the names of stages or scripts: doit run --only analysis")
    wanted = named if only else needed(named or order, by_name)
    start = min(map(order.index, named_by(first, tasks))) if first else 0
    end = max(map(order.index, named_by(last, tasks))) if last else len(order) - 1
    chosen = [name for name in order[start : end + 1] if name in wanted]
    if not chosen:
        span = f"from {first or order[0]} until {last or order[-1]}"
        raise CommandError(f"nothing is left {span}; the order is {', '.join(dict.fromkeys(map(stage_of, order)))}")
    left_out = [by_name[name] for name in needed(chosen, by_name) if name not in chosen]
    behind = {name: needed([name], by_name) for name in chosen}
    for name in chosen:  # they keep their order though one between them is left out
        by_name[name].task_dep = [other for other in chosen if other in behind[name] and other != name]
        step_of(by_name[name]).forced = force and name in (named or chosen)
    return Choice([by_name[name] for name in chosen], left_out)


def named_by(name: str, tasks: Iterable[Task]) -> list[str]:
    """Return the scripts that a stage's name, a script's or an output's file stands for."""
    called = {task.name: (task.name, *task.name.split(":"), *task.targets) for task in tasks}
    if found := [task for task, names in called.items() if {name, str(Path(name))} & {*names}]:
        return found
    from common.nearest import did_you_mean  # noqa: PLC0415 - only a typing error needs it

    names = (other for names in called.values() for other in names[:3])
    hint = did_you_mean(name, names, "`doit list --all` shows them")
    raise CommandError(f"{name} is no stage, script or output; {hint}")


def needed(names: Iterable[str], by_name: Mapping[str, Task]) -> list[str]:
    """Return the names and those of all scripts whose outputs they read, directly or not, each after those it reads."""
    seen: set[str] = set()

    def with_needed(name: str) -> list[str]:
        if name in seen:
            return []
        seen.add(name)
        return [*(other for before in by_name[name].task_dep for other in with_needed(before)), name]

    return [other for name in names for other in with_needed(name)]


def check(choice: Choice, project: Project, dep_manager: Any) -> list[str]:
    """Raise an InputError with everything that keeps the chosen scripts from working; return warnings."""
    problems, warnings = list(_unreadable_inputs(choice, project.settings)), []
    given = [f"{key}={value}" for key, value in project.given.items()]
    for task in choice.left_out:
        values = dep_manager.get_values(task.name)
        why = list(step_of(task).reasons(values))
        if problem := step_of(task).unusable(values):
            problems.append(f"{task.name} {problem}; type `doit {shlex.join([stage_of(task.name), *given])}`")
        elif why:
            warnings.append(f"{task.name} is out of date ({why[0]}); its outputs are used as they are")
    if problems:
        raise InputError("\n".join(problems))
    return warnings


def plan(choice: Choice, dep_manager: Any) -> list[Row]:
    """Return what a run would do, in its order; nothing is written.

    A script whose inputs are made anew counts as running, though equal bytes would let it be: an upper bound.
    """
    rows = [Row(task.name, "skip", ["left out"]) for task in choice.left_out]
    running: dict[str, Task] = {}
    for task in choice.tasks:
        values = dep_manager.get_values(task.name)
        why = list(step_of(task).reasons(values, {path for maker in running.values() for path in maker.targets}))
        if makers := [name for name, maker in running.items() if task.file_dep.intersection(maker.targets)]:
            behind = {name for maker in makers for name in running[maker].task_dep}
            shown = [name.partition(":")[2] for name in makers if name not in behind]
            why.append(f"{', '.join(shown)} will run; {'their' if len(shown) > 1 else 'its'} outputs may change")
        if why:
            running[task.name] = task
        rows.append(Row(task.name, "run" if why else "skip", why or [ADOPTED if "adopted" in values else "up to date"]))
    return rows


def _unreadable_inputs(choice: Choice, settings: Settings) -> Iterator[str]:
    if any(step_of(task).transcripts for task in choice.tasks) and (missing := missing_transcripts(settings)):
        yield missing
    made = {target for task in (*choice.tasks, *choice.left_out) for target in task.targets}
    for task in choice.tasks:
        for problem in step_of(task).unreadable(made):
            yield f"{problem}: {task.name} reads it, and no script makes it"


def stage_of(name: str) -> str:
    """Return the stage in a task's name."""
    return name.partition(":")[0]
