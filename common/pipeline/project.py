"""A row of dodo.py as a doit task: `Project.step`."""

from __future__ import annotations

import dataclasses
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from doit import doit_cmd

from common.errors import ProjectError
from common.pipeline.action import ScriptAction
from common.pipeline.freshness import Checker, Inputs
from common.settings import SPEED_ONLY, Settings, load_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

Task = dict[str, Any]  # a task as doit takes it


@dataclasses.dataclass(frozen=True)
class Step:
    """A script as a task: what it runs, what it rests on. In the `meta` of the doit task under "step"."""

    script: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    inputs: Inputs
    timeout: float

    def is_fresh(self, values: Mapping[str, Any]) -> bool:
        """Tell doit whether the outputs still rest on what is there, files of other steps aside."""
        return bool(values) and next(self.inputs.changes(dict(values), self.writes), None) is None


class Project:
    """The project of a dodo.py: its settings, its state file, its steps."""

    def __init__(self, dodo_file: str) -> None:
        self.root = Path(dodo_file).resolve().parent
        try:
            home = Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home() raises where there is none
            given = doit_cmd._CMDLINE_VARS or {}  # noqa: SLF001 - doit has no other list of what was given
            self.settings: Settings = load_settings(self.root, given, os.environ, home, _processors())
        except ProjectError as error:
            sys.stderr.write(f"error: {error}\n")
            raise SystemExit(error.exit_code) from None

    def config(self, stages: Sequence[str]) -> dict[str, object]:
        """Return doit's configuration; the stages in their order."""
        return {
            "backend": "pipeline",
            "check_file_uptodate": Checker,
            "codec_cls": "json",
            "default_tasks": list(stages),
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
        are options of the same name, `arguments` stand as they are, `code` are files and folders besides the modules
        that the script imports.
        """
        names = tuple(settings)
        module = Path("analysis", f"{script}.py")
        command = [sys.executable, "-m", f"analysis.{script}", *map(str, arguments)]
        for option, path in {**(reads or {}), **writes}.items():
            command += [f"--{option.replace('_', '-')}", str(path)]
        for name in names:
            command += _options(name, getattr(self.settings, name))
        inputs = Inputs(
            modules=[module, *map(Path, code)],
            settings={name: _plain(getattr(self.settings, name)) for name in names if name not in SPEED_ONLY},
            transcripts=self.settings.projects if "projects" in names else (),
            agents=self.settings.agents if "agents" in names else (),
        )
        files = (reads or {}).values()
        return self.task(script, _first_line(module), command, files, [*writes.values(), *also_writes], inputs)

    def task(  # noqa: PLR0913, PLR0917 - what a task is made of
        self, script: str, doc: str, command: list[str], reads: Iterable[Path], writes: Iterable[Path], inputs: Inputs
    ) -> Task:
        """Return a doit task that runs a command."""
        timeout = self.settings.timeouts.get(script, self.settings.timeout)
        step = Step(script, tuple(map(str, reads)), tuple(map(str, writes)), inputs, timeout)
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


class _FreshnessOf:
    """Doit's question whether a step is up to date; doit looks at the parameters' names."""

    def __init__(self, step: Step) -> None:
        self._step = step

    def __call__(self, task: object, values: dict[str, Any]) -> bool:
        del task
        return self._step.is_fresh(values)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _options(name: str, value: object) -> Iterator[str]:
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
