"""A row of dodo.py as a doit task: `Project.step`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from doit import doit_cmd

from common.errors import InputError, ProjectError
from common.pipeline.action import ScriptAction
from common.pipeline.freshness import Checker, Inputs
from common.settings import SPEED_ONLY, Settings, load_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from common.pipeline.own_stages import OwnScript, OwnStage

WARNINGS = "warnings"
Task = dict[str, Any]  # a task as doit takes it


class Step(NamedTuple):
    """A script as a task: what it runs, what it rests on. In the `meta` of the doit task under "step"."""

    script: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    inputs: Inputs
    timeout: float

    def warn(self, warnings: Sequence[str]) -> None:
        """Hand the run's warnings to the script, if it takes them; without them it will be stale again."""
        if WARNINGS in self.inputs.settings:
            self.inputs.settings[WARNINGS] = list(warnings)

    def is_fresh(self, values: Mapping[str, Any]) -> bool:
        """Tell doit whether the outputs still rest on what is there, files of other steps aside."""
        return bool(values) and next(self.inputs.changes(dict(values), self.writes), None) is None


class Project:
    """The project of a dodo.py: its settings, its state file, its steps."""

    def __init__(self, dodo_file: str) -> None:
        self._writes: dict[str, list[Path]] = {}  # of each script so far
        self.root = Path(dodo_file).resolve().parent
        os.chdir(self.root)  # paths are relative to it, wherever doit was told to go
        try:
            home = Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home() raises where there is none
            given = doit_cmd._CMDLINE_VARS or {}  # noqa: SLF001 - doit has no other list of what was given
            self.settings: Settings = load_settings(self.root, given, os.environ, home, _processors())
            self._own = self._own_stages()
        except ProjectError as error:
            self._refuse(error)

    def config(self, stages: Sequence[str]) -> dict[str, object]:
        """Return doit's configuration; the stages in their order."""
        return {
            "backend": "pipeline",
            "check_file_uptodate": Checker,
            "codec_cls": "json",
            "default_tasks": [*stages, *(own.name for own in self._own if own.name not in stages)],
            "dep_file": str(self.settings.data / ".doit.db"),
            "sort": "definition",
        }

    def step(  # noqa: PLR0913 - each is a column of the table in dodo.py
        self,
        script: str,
        *,
        reads: Mapping[str, Path] | None = None,
        writes: Mapping[str, Path],
        also_writes: Iterable[Path] = (),
        settings: Iterable[str] = (),
        arguments: Sequence[str | Path] = (),
        code: Iterable[str] = (),
    ) -> Task:
        """Return the task that runs `analysis/<script>.py`.

        `reads` and `writes` are options and files, `also_writes` files without an option, `settings` are settings that
        are options of the same name ("warnings": what the run warns of), `arguments` stand as they are, `code` are
        files and folders besides the modules that the script imports.
        """
        values = {name: () if name == WARNINGS else getattr(self.settings, name) for name in settings}
        module = Path("analysis", f"{script}.py")
        command = [sys.executable, "-m", f"analysis.{script}", *map(str, arguments)]
        for option, path in {**(reads or {}), **writes}.items():
            command += [f"--{option.replace('_', '-')}", str(path)]
        for name, value in values.items():
            command += options(name, value)
        own_modules = [
            Path(*name.partition(":")[0].split(".")).with_suffix(".py") for name in values.get("strategies", ())
        ]
        inputs = Inputs(
            modules=[module, *map(Path, code), *own_modules],
            settings={name: _plain(value) for name, value in values.items() if name not in SPEED_ONLY},
            transcripts=values.get("projects", ()),
            agents=values.get("agents", ()),
        )
        files = [*(reads or {}).values(), *(value for value in values.values() if isinstance(value, Path))]
        return self.task(script, _first_line(module), command, files, [*writes.values(), *also_writes], inputs)

    def task(  # noqa: PLR0913, PLR0917 - what a task is made of
        self, script: str, doc: str, command: list[str], reads: Iterable[Path], writes: Iterable[Path], inputs: Inputs
    ) -> Task:
        """Return a doit task that runs a command."""
        own = {one.name: one.timeout for stage in self._own for one in stage.scripts if one.timeout}
        timeout = self.settings.timeouts.get(script, own.get(script, self.settings.timeout))
        self._writes[script] = list(writes)
        step = Step(script, tuple(map(str, reads)), tuple(map(str, self._writes[script])), inputs, timeout)
        return {
            "name": script,
            "doc": doc,
            "actions": [ScriptAction(step, command, self.settings.data / "logs" / f"{script}.log")],
            "file_dep": list(step.reads),
            "targets": list(step.writes),
            "uptodate": [_FreshnessOf(step)],
            "clean": True,
            "meta": {"step": step},
        }

    def own(self, stage: str) -> Iterator[Task]:
        """Yield the scripts that the user adds to a stage."""
        for script in (script for own in self._own if own.name == stage for script in own.scripts):
            if script.run and script.name not in self._writes:
                yield self._own_task(script)
            elif script.run or script.name not in self._writes:
                reason = "is a script already: name it otherwise" if script.run else "is no script yet: it needs `run`"
                self._refuse(InputError(f"{self._own_file()}: {script.name} {reason}"))

    def has_stages_besides(self, known: Sequence[str]) -> bool:
        """Tell whether the user adds a stage."""
        return any(own.name not in known for own in self._own)

    def own_stages(self, known: Sequence[str]) -> Iterator[Task]:
        """Yield the scripts of the stages that the user adds."""
        for own in self._own:
            if own.name not in known:
                yield {"basename": own.name, "name": None, "doc": own.description}
                yield from ({**task, "basename": own.name} for task in self.own(own.name))

    def _own_task(self, script: OwnScript) -> Task:
        needed = [name.rpartition(":")[2] for name in script.needs]
        if unknown := [name for name in needed if name not in self._writes]:
            self._refuse(
                InputError(f"{self._own_file()}: {script.name} needs {unknown[0]}, which is no script before it")
            )
        reads = [*map(Path, script.reads), *(path for name in needed for path in self._writes[name])]
        code = [
            path for path in map(Path, script.run) if path.is_file() and path not in {*reads, *map(Path, script.writes)}
        ]
        inputs = Inputs([path for path in code if not path.is_absolute()], {"run": list(script.run)}, (), ())
        command = [sys.executable, "-m", "common.script", *script.run]
        return self.task(script.name, script.description, command, reads, map(Path, script.writes), inputs)

    def _own_file(self) -> Path:
        return self.settings.stages or self.settings.data / "stages.yaml"

    def _own_stages(self) -> Sequence[OwnStage]:
        path = self.root / self._own_file()
        if not path.is_file():
            if self.settings.stages:
                raise InputError(f"{self.settings.stages} does not exist (setting stages)")
            return ()
        from common.pipeline import own_stages  # noqa: PLC0415 - YAML is for those who have such a file

        return own_stages.load(path, self.settings.data)

    def _refuse(self, error: ProjectError) -> NoReturn:
        sys.stderr.write(f"error: {error}\n")
        raise SystemExit(error.exit_code)


class _FreshnessOf:
    """Doit's question whether a step is up to date; doit looks at the parameters' names."""

    def __init__(self, step: Step) -> None:
        self._step = step

    def __call__(self, task: object, values: dict[str, Any]) -> bool:
        del task
        return self._step.is_fresh(values)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def options(name: str, value: object) -> Iterator[str]:
    """Yield a setting as an option of a script."""
    flag = f"--{name.replace('_', '-')}"
    if isinstance(value, bool):
        yield flag if value else f"--no-{flag[2:]}"
    elif isinstance(value, tuple):
        for one in value:
            yield from (flag, str(one))
    elif value is not None:
        yield from (flag, str(value))


def _plain(value: object) -> object:
    """Return a setting's value as JSON keeps it."""
    if isinstance(value, tuple):
        return [str(one) for one in value]
    return str(value) if isinstance(value, Path) else value


def _first_line(module: Path) -> str:
    """Return the first line of a module's docstring without importing it, which would cost each start."""
    try:
        with module.open(encoding="utf-8") as stream:
            return stream.readline().strip().strip('"').strip()
    except (OSError, UnicodeDecodeError):
        return ""
