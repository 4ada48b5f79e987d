"""The project of a dodo.py: its settings, its own stages, and its rows as tasks of doit."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from doit import doit_cmd

from common.errors import InputError, ProjectError
from common.exits import tell
from common.pipeline.doit_runner import FileChecker
from common.pipeline.script_step import ScriptStep
from common.pipeline.staleness import WARNINGS, Dependencies
from common.settings import SPEED_ONLY, load_settings
from common.text.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from common.pipeline.own_stages import OwnScript, OwnStage

Task = dict[str, Any]  # in the form that doit expects


def options(values: Mapping[str, object]) -> Iterator[str]:
    """Yield files and settings as options of a script: each value of a tuple as one option, None as no option."""
    for name, value in values.items():
        flag = name.replace("_", "-")
        if isinstance(value, bool):
            yield f"--{flag}" if value else f"--no-{flag}"
        else:
            for item in value if isinstance(value, tuple) else () if value is None else (value,):
                yield from (f"--{flag}", str(item))


def as_json(value: object) -> object:
    """Return a setting's value in the form in which JSON keeps it."""
    if isinstance(value, tuple):
        return [str(item) for item in value]
    return str(value) if isinstance(value, Path) else value


def first_line(module: Path) -> str:
    """Return the first line of a module's docstring; do not import the module, which would slow each start."""
    try:
        with module.open(encoding="utf-8") as stream:
            return stream.readline().strip().strip('"').strip()
    except (OSError, UnicodeDecodeError):
        return ""


class Project:
    """The project of a dodo.py."""

    def __init__(self, dodo_file: str) -> None:
        self._writes: dict[str, tuple[str, ...]] = {}  # of each script of the table so far
        root = Path(dodo_file).resolve().parent
        os.chdir(root)  # paths are relative to it, whatever folder doit was told to use
        processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        try:
            home = Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home() raises if there is none
            self.given = doit_cmd._CMDLINE_VARS or {}  # noqa: SLF001 - doit has no other list of the settings given
            self.settings = load_settings(root, self.given, os.environ, home, processors)
            self._own_file = self.settings.stages or self.settings.data / "stages.yaml"
            self._own = self._own_stages()
        except (ProjectError, OSError) as error:
            sys.exit(tell(error))
        own_limits = {own.name: own.timeout for stage in self._own for own in stage.scripts if own.timeout}
        self._timeouts = {**own_limits, **self.settings.timeouts}

    def config(self, stages: Sequence[str]) -> dict[str, object]:
        """Return doit's configuration; `stages` are in their order."""
        return {
            "backend": "pipeline",
            "check_file_uptodate": FileChecker,
            "codec_cls": "json",
            "default_tasks": [*stages, *dict.fromkeys(own.name for own in self._own if own.name not in stages)],
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

        `reads` and `writes` are files by the name of their option, `also_writes` files without an option. `settings`
        are settings that are options of the same name ("warnings": the warnings of the run). `arguments` are passed as
        they are. `code` are files and folders in addition to the modules that the script imports.
        """
        values = {name: () if name == WARNINGS else getattr(self.settings, name) for name in settings}
        module = Path("analysis", f"{script}.py")
        own_modules = [Path(name.partition(":")[0].replace(".", "/") + ".py") for name in values.get("strategies", ())]
        return self._task(
            script,
            first_line(module),
            ["-m", f"analysis.{script}", *map(str, arguments), *options({**(reads or {}), **writes, **values})],
            reads=[*(reads or {}).values(), *(value for value in values.values() if isinstance(value, Path))],
            writes=[*writes.values(), *also_writes],
            code=(module, *map(Path, code), *own_modules),
            settings={name: as_json(value) for name, value in values.items() if name not in SPEED_ONLY},
            transcripts=values.get("projects", ()),
            agents=values.get("agents", ()),
        )

    def own(self, stage: str) -> Iterator[Task]:
        """Yield the scripts that the user adds to a stage."""
        for script in (script for own in self._own if own.name == stage for script in own.scripts):
            if bool(script.run) == (script.name in self._writes):
                taken, unknown = "is a script already. Choose another name", "is not a script yet. Add `run`"
                self._refuse(script, taken if script.run else unknown)
            if not script.run and (script.description or script.reads or script.writes or script.needs):
                self._refuse(script, "is a script of dodo.py: only its `timeout` can change")
            if script.run:
                yield self._own_task(script)

    def own_stages(self, known: Sequence[str]) -> Iterator[Task]:
        """Yield the scripts of the stages that the user adds."""
        for name, doc in {own.name: own.description for own in self._own if own.name not in known}.items():
            yield {"basename": name, "name": None, "doc": printable(doc)}
            yield from ({**task, "basename": name} for task in self.own(name))

    def _task(
        self,
        script: str,
        doc: str,
        arguments: Sequence[str],
        *,
        reads: Iterable[Path],
        writes: Iterable[Path],
        **dependencies: Any,
    ) -> Task:
        """Return a task; `arguments` are those of Python, `dependencies` what its outputs depend on besides `reads`."""
        step = ScriptStep(
            script=script,
            command=[sys.executable, *arguments],
            log=self.settings.data / "logs" / f"{script}.log",
            timeout=self._timeouts.get(script, self.settings.timeout),
            writes=tuple(map(str, writes)),
            dependencies=Dependencies(reads=tuple(map(str, reads)), **dependencies),
        )
        self._writes[script] = step.writes
        return {
            "name": script,
            "doc": doc,
            "actions": [step],
            "file_dep": list(step.reads),
            "targets": list(step.writes),
            "uptodate": [step.is_fresh],
            "meta": {"step": step},
        }

    def _own_task(self, script: OwnScript) -> Task:
        needed = [name.rpartition(":")[2] for name in script.needs]
        if unknown := [name for name in needed if name not in self._writes]:
            self._refuse(script, f"needs {unknown[0]}, which is not a script before it")
        run = self._filled(script.run)
        reads, writes = (list(map(Path, self._filled(texts))) for texts in (script.reads, script.writes))
        reads += [Path(path) for name in needed for path in self._writes[name]]
        named = {*map(Path, run)} - {*reads, *writes}
        return self._task(
            script.name,
            printable(script.description),
            ["-m", "common.script", *run],
            reads=reads,
            writes=writes,
            code=tuple(path for path in named if os.path.isfile(path) and not path.is_absolute()),  # noqa: PTH113 - an argument may be too long for a file name
            settings={"run": run},
        )

    def _filled(self, texts: Iterable[str]) -> list[str]:
        data = str(self.settings.data)
        return [text.replace("{data}", data).replace("{python}", sys.executable) for text in texts]

    def _own_stages(self) -> Sequence[OwnStage]:
        if not self._own_file.is_file():
            if self.settings.stages:
                raise InputError(f"{self._own_file}: does not exist (setting stages)")
            return ()
        from common.pipeline.own_stages import read_stages  # noqa: PLC0415 - YAML is needed for such a file alone

        return read_stages(self._own_file)

    def _refuse(self, script: OwnScript, reason: str) -> NoReturn:
        sys.exit(tell(InputError(f"{self._own_file}: {script.name} {reason}")))
