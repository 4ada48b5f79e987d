"""A row of dodo.py as a doit task: `Project.step`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from doit import doit_cmd

from common.errors import InputError, ProjectError
from common.pipeline.action import ScriptAction
from common.pipeline.freshness import WARNINGS, Checker, Step
from common.pipeline.shown import printable
from common.settings import SPEED_ONLY, load_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from common.pipeline.own_stages import OwnScript, OwnStage

Task = dict[str, Any]  # a task as doit takes it


class Project:
    """The project of a dodo.py: its settings, its state file, its steps."""

    def __init__(self, dodo_file: str) -> None:
        self._writes: dict[str, tuple[str, ...]] = {}  # of each script so far
        root = Path(dodo_file).resolve().parent
        os.chdir(root)  # paths are relative to it, wherever doit was told to go
        try:
            home = Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home() raises where there is none
            self.given = doit_cmd._CMDLINE_VARS or {}  # noqa: SLF001 - doit has no other list of what was given
            self.settings = load_settings(root, self.given, os.environ, home, _processors())
            self._own = self._own_stages()
        except ProjectError as error:
            self._refuse(error)
        own_limits = {one.name: one.timeout for stage in self._own for one in stage.scripts if one.timeout}
        self._timeouts = {**own_limits, **self.settings.timeouts}

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
        files = {**(reads or {}), **writes}
        module = Path("analysis", f"{script}.py")
        own_modules = [Path(name.partition(":")[0].replace(".", "/") + ".py") for name in values.get("strategies", ())]
        step = Step(
            script,
            [
                *(sys.executable, "-m", f"analysis.{script}", *map(str, arguments)),
                *(part for name, value in {**files, **values}.items() for part in options(name, value)),
            ],
            reads=_texts([*(reads or {}).values(), *(one for one in values.values() if isinstance(one, Path))]),
            writes=_texts([*writes.values(), *also_writes]),
            code=(module, *map(Path, code), *own_modules),
            settings={name: _plain(value) for name, value in values.items() if name not in SPEED_ONLY},
            transcripts=values.get("projects", ()),
            agents=values.get("agents", ()),
        )
        return self._task(step, _first_line(module))

    def own(self, stage: str) -> Iterator[Task]:
        """Yield the scripts that the user adds to a stage."""
        for script in (script for own in self._own if own.name == stage for script in own.scripts):
            if bool(script.run) == (script.name in self._writes):
                reason = "is a script already: name it otherwise" if script.run else "is no script yet: it needs `run`"
                self._refuse(InputError(f"{self._own_file()}: {script.name} {reason}"))
            if script.run:
                yield self._task(self._own_step(script), printable(script.description))

    def own_stages(self, known: Sequence[str]) -> Iterator[Task]:
        """Yield the scripts of the stages that the user adds."""
        for own in self._own:
            if own.name not in known:
                yield {"basename": own.name, "name": None, "doc": printable(own.description)}
                yield from ({**task, "basename": own.name} for task in self.own(own.name))

    def _task(self, step: Step, doc: str) -> Task:
        self._writes[step.script] = step.writes
        step.timeout = self._timeouts.get(step.script, self.settings.timeout)
        return {
            "name": step.script,
            "doc": doc,
            "actions": [ScriptAction(step, self.settings.data / "logs" / f"{step.script}.log")],
            "file_dep": list(step.reads),
            "targets": list(step.writes),
            "uptodate": [step.is_fresh],
            "meta": {"step": step},
        }

    def _own_step(self, script: OwnScript) -> Step:
        needed = [name.rpartition(":")[2] for name in script.needs]
        if unknown := [name for name in needed if name not in self._writes]:
            reason = f"{script.name} needs {unknown[0]}, which is no script before it"
            self._refuse(InputError(f"{self._own_file()}: {reason}"))
        run, own_reads, writes = map(self._filled, (script.run, script.reads, script.writes))
        reads = (*_texts(map(Path, own_reads)), *(path for name in needed for path in self._writes[name]))
        writes = _texts(map(Path, writes))
        named = {str(Path(part)) for part in run} - {*reads, *writes}
        return Step(
            script.name,
            [sys.executable, "-m", "common.script", *run],
            reads,
            writes,
            code=tuple(Path(part) for part in named if Path(part).is_file() and not Path(part).is_absolute()),
            settings={"run": list(run)},
        )

    def _filled(self, texts: Iterable[str]) -> tuple[str, ...]:
        data = str(self.settings.data)
        return tuple(text.replace("{data}", data).replace("{python}", sys.executable) for text in texts)

    def _own_file(self) -> Path:
        return self.settings.stages or self.settings.data / "stages.yaml"

    def _own_stages(self) -> Sequence[OwnStage]:
        path = self._own_file()
        if not path.is_file():
            if self.settings.stages:
                raise InputError(f"{path} does not exist (setting stages)")
            return ()
        from common.pipeline import own_stages  # noqa: PLC0415 - YAML is for those who have such a file

        return own_stages.load(path)

    def _refuse(self, error: ProjectError) -> NoReturn:
        sys.stderr.write(f"error: {printable(str(error))}\n")
        raise SystemExit(error.exit_code)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def options(name: str, value: object) -> Iterator[str]:
    """Yield a file or setting as an option of a script."""
    flag = name.replace("_", "-")
    if isinstance(value, bool):
        yield f"--{flag}" if value else f"--no-{flag}"
        return
    for one in value if isinstance(value, tuple) else () if value is None else (value,):
        yield from (f"--{flag}", str(one))


def _texts(paths: Iterable[Path]) -> tuple[str, ...]:
    return tuple(map(str, paths))


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
