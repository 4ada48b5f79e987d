"""Selection of scripts: their order, those that a command names, the checks before a run, and its plan."""

from __future__ import annotations

import graphlib
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from common.errors import CommandError, InputError
from common.pipeline.script_step import ScriptStep
from common.settings import Settings, missing_transcripts

ADOPTED = "adopted, inputs not compared"
MAY_CHANGE = "outputs may change"  # the end of a reason that is an upper bound

Steps = Mapping[str, ScriptStep]  # by name `stage:script`
Recorded = Callable[[str], Mapping[str, Any]]  # what is recorded of the script of a name


class Choice(NamedTuple):
    """The chosen steps in the order in which they run, and the steps left out."""

    steps: list[ScriptStep]
    left_out: list[ScriptStep]  # whose outputs a chosen step needs


class PlanRow(NamedTuple):
    """A row of a plan: a step, run or skip, and the reasons."""

    task: str
    action: str
    reasons: list[str]


def in_order(steps: Steps) -> Steps:
    """Return the steps, each after the steps that write what it reads, else in the order given; set their `after`."""
    maker: dict[str, str] = {}
    for path, name in ((path, name) for name, step in steps.items() for path in step.writes):
        if maker.setdefault(path, name) != name:
            raise InputError(f"{path}: both {maker[path]} and {name} write it. Let one script write each file.")
    for step in steps.values():
        step.after = list(dict.fromkeys(maker[path] for path in step.reads if path in maker))
    try:
        orders = [_sorted_with_makers(name, steps) for name in steps]
    except graphlib.CycleError as error:
        writer, reader, *_ = error.args[1]
        message = f"{reader} reads what {writer} writes, which depends on {reader} itself. Break the circle."
        raise InputError(message) from error
    return {name: steps[name] for name in dict.fromkeys(name for order in orders for name in order)}


def choose_steps(  # noqa: PLR0913 - each is an option of the command line
    steps: Steps,
    names: Iterable[str] = (),
    first: str | None = None,
    last: str | None = None,
    *,
    only: bool = False,
    force: bool = False,
) -> Choice:
    """Return the steps that a command means; set their `after` and `forced`.

    `steps` are in order. Raise a CommandError if a name is unknown or no step is left.
    """
    order = list(steps)
    named = {step for name in names for step in named_by(name, steps)}
    if only and not named:
        raise CommandError("--only: expected names of stages or scripts, got none. Example: doit run --only analysis")
    wanted = named if only else needed(named or order, steps)
    start = min(map(order.index, named_by(first, steps))) if first else 0
    end = max(map(order.index, named_by(last, steps))) if last else len(order) - 1
    chosen = [name for name in order[start : end + 1] if name in wanted]
    if not chosen:
        stages = ", ".join(dict.fromkeys(step.stage for step in steps.values()))
        span = f"from {first or order[0]} until {last or order[-1]}"
        raise CommandError(f"nothing to run {span}; the order of the stages is {stages}")
    behind = needed(chosen, steps)
    left_out = [step for name, step in steps.items() if name in behind and name not in chosen]
    makers = {name: needed([name], steps) - {name} for name in chosen}
    for name in chosen:  # they keep their order, even if a step between them is left out
        steps[name].after = [maker for maker in chosen if maker in makers[name]]
        steps[name].forced = force and name in (named or chosen)
    return Choice([steps[name] for name in chosen], left_out)


def named_by(name: str, steps: Steps) -> list[str]:
    """Return the steps that a name stands for: of a stage, of a script, or of an output file."""
    names = {full: (full, step.stage, step.script, *step.writes) for full, step in steps.items()}
    if matches := [full for full, known in names.items() if {name, str(Path(name))} & {*known}]:
        return matches
    from common.text.suggestions import did_you_mean  # noqa: PLC0415 - needed for an unknown name alone

    known = (word for words in names.values() for word in words[:3])
    hint = did_you_mean(name, known, "`doit list --all` shows all names")
    raise CommandError(f"{name}: no such stage, script or output; {hint}")


def needed(names: Iterable[str], steps: Steps) -> set[str]:
    """Return the names and those of all steps whose outputs they read, directly or not."""
    reached: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += steps[name].after
    return reached


def check(choice: Choice, settings: Settings, given: Mapping[str, str], recorded: Recorded) -> list[str]:
    """Raise an InputError that names everything that keeps the chosen steps from working; return warnings.

    `given` are the settings on the command line; the command that is suggested repeats them.
    """
    problems, warnings = list(_unreadable_inputs(choice, settings)), []
    for step in choice.left_out:
        if problem := step.unusable(recorded(step.name)):
            command = shlex.join([step.stage, *(f"{key}={value}" for key, value in given.items())])
            problems.append(f"{step.name} {problem}. Run `doit {command}`")
        elif why := next(step.reasons(recorded(step.name)), None):
            warnings.append(f"{step.name} is out of date ({why}); its outputs are used as they are")
    if problems:
        raise InputError("\n".join(problems))
    return warnings


def plan(choice: Choice, recorded: Recorded) -> list[PlanRow]:
    """Return what a run would do, in its order; change nothing.

    A step whose inputs will be made again counts as running, although equal bytes would skip it: an upper bound.
    """
    rows = [PlanRow(step.name, "skip", ["left out"]) for step in choice.left_out]
    running: dict[str, ScriptStep] = {}
    for step in choice.steps:
        record = recorded(step.name)
        why = list(step.reasons(record, {path for maker in running.values() for path in maker.writes}))
        if makers := [maker for maker in running.values() if {*step.reads} & {*maker.writes}]:
            behind = {name for maker in makers for name in maker.after}
            shown = [maker.script for maker in makers if maker.name not in behind]
            why.append(f"{', '.join(shown)} will run; {'their' if len(shown) > 1 else 'its'} {MAY_CHANGE}")
        if why:
            running[step.name] = step
        fresh = ADOPTED if "adopted" in record else "up to date"
        rows.append(PlanRow(step.name, "run" if why else "skip", why or [fresh]))
    return rows


def plan_text(rows: Sequence[PlanRow], seconds_by_script: Mapping[str, float]) -> Iterator[str]:
    """Yield the lines of a plan; the last one counts the scripts that would run."""
    names = [row.task.partition(":") for row in rows]
    stage_width, script_width = (max(len(name[place]) for name in names) for place in (0, 2))
    for row, (stage, _, script) in zip(rows, names, strict=True):
        start = f"  {stage:<{stage_width}}  {script:<{script_width}}  {row.action:<4}  "
        for reason in row.reasons:
            yield f"{start}{reason}"
            start = " " * len(start)
    running = [script for row, (_, _, script) in zip(rows, names, strict=True) if row.action == "run"]
    known = [seconds_by_script[script] for script in running if script in seconds_by_script]
    about = f" (about {max(1, round(sum(known)))} s, judging by the last runs)" if known else ""
    count = f"{len(running)} script{'s' * (len(running) != 1)} would run" if running else "Nothing would run"
    is_bound = any(row.reasons[-1].endswith(MAY_CHANGE) for row in rows)
    bound = "; a script whose inputs keep the same bytes will be skipped" if is_bound else ""
    yield f"{count}{about}{bound}. Nothing was changed."


def _sorted_with_makers(name: str, steps: Steps) -> Iterable[str]:
    """Return the step and the steps that it needs, each after those that it needs."""
    reached = needed([name], steps)
    graph = {step: steps[step].after for step in steps if step in reached}
    return list(graphlib.TopologicalSorter(graph).static_order())


def _unreadable_inputs(choice: Choice, settings: Settings) -> Iterator[str]:
    needs_transcripts = any(step.dependencies.transcripts for step in choice.steps)
    if needs_transcripts and (missing := missing_transcripts(settings)):
        yield missing
    made = {path for step in (*choice.steps, *choice.left_out) for path in step.writes}
    for step in choice.steps:
        for problem in step.unreadable(made):
            yield f"{problem}: {step.name} reads it, and no script makes it"
