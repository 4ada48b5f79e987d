"""Which scripts a command is about, what must hold before they run, which of them would run, and why."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from common.errors import CommandError, InputError
from common.running.plan_text import MAY_CHANGE, Row
from common.running.scripts import Script
from common.settings import Settings, missing_transcripts

ADOPTED = "adopted, inputs not compared"

Scripts = Mapping[str, Script]  # by name `stage:script`
Kept = Callable[[str], Mapping[str, Any]]  # what is kept of the script of a name


class Choice(NamedTuple):
    """The chosen scripts in the order they run in, and the ones left out."""

    scripts: list[Script]
    left_out: list[Script]  # that a chosen one needs


def in_order(scripts: Scripts) -> Scripts:
    """Return the scripts each after the makers of what it reads, and tied to them."""
    maker: dict[str, str] = {}
    for path, name in ((path, name) for name, script in scripts.items() for path in script.writes):
        if maker.setdefault(path, name) != name:
            raise InputError(f"{path} is written by {maker[path]} and by {name}: one file has one maker")
    for script in scripts.values():
        script.after = list(dict.fromkeys(maker[path] for path in script.reads if path in maker))
    order = needed(scripts, scripts)
    for name in order:
        if late := [other for other in scripts[name].after if order.index(other) >= order.index(name)]:
            raise InputError(f"{name} reads what {late[0]} writes, which rests on {name} itself")
    return {name: scripts[name] for name in order}


def choose(  # noqa: PLR0913 - each is an option of the command line
    scripts: Scripts,
    names: Iterable[str] = (),
    first: str | None = None,
    last: str | None = None,
    *,
    only: bool = False,
    force: bool = False,
) -> Choice:
    """Return the scripts that are meant, tied to one another; a CommandError if none are, or a name is unknown."""
    order = list(scripts)
    named = {script for name in names for script in named_by(name, scripts)}
    if only and not named:
        raise CommandError("--only needs the names of stages or scripts: doit run --only analysis")
    wanted = named if only else needed(named or order, scripts)
    start = min(map(order.index, named_by(first, scripts))) if first else 0
    end = max(map(order.index, named_by(last, scripts))) if last else len(order) - 1
    chosen = [name for name in order[start : end + 1] if name in wanted]
    if not chosen:
        stages = ", ".join(dict.fromkeys(script.stage for script in scripts.values()))
        raise CommandError(f"nothing is left from {first or order[0]} until {last or order[-1]}; the order is {stages}")
    left_out = [scripts[name] for name in needed(chosen, scripts) if name not in chosen]
    behind = {name: needed([name], scripts) for name in chosen}
    for name in chosen:  # they keep their order though one between them is left out
        scripts[name].after = [other for other in chosen if other in behind[name] and other != name]
        scripts[name].forced = force and name in (named or chosen)
    return Choice([scripts[name] for name in chosen], left_out)


def named_by(name: str, scripts: Scripts) -> list[str]:
    """Return the scripts that a stage's name, a script's or an output's file stands for."""
    called = {full: (full, one.stage, one.script, *one.writes) for full, one in scripts.items()}
    if found := [full for full, names in called.items() if {name, str(Path(name))} & {*names}]:
        return found
    from common.text.suggestions import did_you_mean  # noqa: PLC0415 - only a typing error needs it

    known = (other for names in called.values() for other in names[:3])
    hint = did_you_mean(name, known, "`doit list --all` shows them")
    raise CommandError(f"{name} is no stage, script or output; {hint}")


def needed(names: Iterable[str], scripts: Scripts) -> list[str]:
    """Return the names and those of all scripts whose outputs they read, directly or not, each after those it reads."""
    seen: set[str] = set()

    def with_needed(name: str) -> list[str]:
        if name in seen:
            return []
        seen.add(name)
        return [*(other for before in scripts[name].after for other in with_needed(before)), name]

    return [other for name in names for other in with_needed(name)]


def check(choice: Choice, settings: Settings, given: Mapping[str, str], kept: Kept) -> list[str]:
    """Raise an InputError with everything that keeps the chosen scripts from working; return warnings.

    `given` are the settings on the command line, to be typed again.
    """
    problems, warnings = list(_unreadable_inputs(choice, settings)), []
    for script in choice.left_out:
        if problem := script.unusable(kept(script.name)):
            command = shlex.join([script.stage, *(f"{key}={value}" for key, value in given.items())])
            problems.append(f"{script.name} {problem}; type `doit {command}`")
        elif why := next(script.reasons(kept(script.name)), None):
            warnings.append(f"{script.name} is out of date ({why}); its outputs are used as they are")
    if problems:
        raise InputError("\n".join(problems))
    return warnings


def plan(choice: Choice, kept: Kept) -> list[Row]:
    """Return what a run would do, in its order; nothing is written.

    A script whose inputs are made anew counts as running, though equal bytes would let it be: an upper bound.
    """
    rows = [Row(script.name, "skip", ["left out"]) for script in choice.left_out]
    running: dict[str, Script] = {}
    for script in choice.scripts:
        values = kept(script.name)
        why = list(script.reasons(values, {path for maker in running.values() for path in maker.writes}))
        if makers := [maker for maker in running.values() if {*script.reads} & {*maker.writes}]:
            behind = {name for maker in makers for name in maker.after}
            shown = [maker.script for maker in makers if maker.name not in behind]
            why.append(f"{', '.join(shown)} will run; {'their' if len(shown) > 1 else 'its'} {MAY_CHANGE}")
        if why:
            running[script.name] = script
        stands = ADOPTED if "adopted" in values else "up to date"
        rows.append(Row(script.name, "run" if why else "skip", why or [stands]))
    return rows


def _unreadable_inputs(choice: Choice, settings: Settings) -> Iterator[str]:
    if any(script.transcripts for script in choice.scripts) and (missing := missing_transcripts(settings)):
        yield missing
    made = {path for script in (*choice.scripts, *choice.left_out) for path in script.writes}
    for script in choice.scripts:
        for problem in script.unreadable(made):
            yield f"{problem}: {script.name} reads it, and no script makes it"
