"""The whole project in a folder of its own, run by the real doit on the sample or on transcripts made for a test."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.common.transcripts.written import answer, call, encoded, said, user
from tests.docs.walking import copy_of_the_project
from tests.tools.waiting import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

ENTRIES_OF_EVERY_RUN = ("cache/transcripts.sqlite3", "pipeline_execution_log.json", ".doit.db", ".lock", "logs/")
GIVEN = ("README.md", "settings.example.toml", "settings.toml", "sample")


@dataclass(frozen=True)
class Project:
    """A copy of the project; its data directory is `data/` unless a command says otherwise."""

    root: Path

    @property
    def data(self) -> Path:
        return self.root / "data"

    def command(self, *arguments: str, python: str = sys.executable) -> list[str]:
        return [python, "-m", "doit", *arguments]

    def environment(self, changed: Mapping[str, str | None] | None = None) -> dict[str, str]:
        """Return an environment with little in it; what is changed to None is left out."""
        kept = {"PATH": os.environ["PATH"], "HOME": str(self.root / "home"), "PYTHONPATH": str(self.root)}
        kept |= {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
        every = {**kept, "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1", **(changed or {})}
        return {name: value for name, value in every.items() if value is not None}

    def doit(
        self,
        *arguments: str,
        before: Sequence[str] = (),
        environment: Mapping[str, str | None] | None = None,
        python: str = sys.executable,
        cwd: Path | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run doit, `before` being a program that runs it, and hold it to never showing a traceback."""
        done = subprocess.run(
            [*before, *self.command(*arguments, python=python)],
            cwd=cwd or self.root,
            env=self.environment(environment),
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            check=False,
            timeout=PATIENCE,
        )
        assert "Traceback" not in done.stdout + done.stderr, done.stdout + done.stderr
        return done

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start doit in a session of its own."""
        return subprocess.Popen(
            self.command(*arguments),
            cwd=self.root,
            env=self.environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )

    def targets(self, data: str = "data") -> dict[str, Path]:
        """Return every output of every script by its name below the data directory."""
        folder = self.root / data
        return {
            name: path
            for path in sorted(folder.rglob("*"))
            if not path.is_symlink()
            and path.is_file()
            and not (name := str(path.relative_to(folder))).startswith((*ENTRIES_OF_EVERY_RUN, *GIVEN))
        }

    def hashes(self, data: str = "data") -> dict[str, str]:
        """Return what the outputs hold."""
        return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in self.targets(data).items()}


def new_project(folder: Path) -> Project:
    """Return a project in which nothing was run."""
    return Project(copy_of_the_project(folder))


def copy_of(project: Project, folder: Path) -> Project:
    """Return a copy of a project with everything that was run in it."""
    return Project(shutil.copytree(project.root, folder, symlinks=True))


def delegating(**fields: object) -> bytes:
    """Return the lines of a session that hands one piece of work to a subagent; `fields` are put into each line."""
    lines = [
        user("Please.", 1),
        said(2, "Now.", call("toolu_1", "Do the work.")),
        answer("toolu_1", 9, "Done."),
    ]
    return encoded([line | fields for line in lines])


def entries(folder: Path, *, without: Path) -> dict[str, tuple[int, int]]:
    """Return what lies in a folder but not in another, links not followed: size and time of each entry."""
    found = {path: path.lstat() for path in folder.rglob("*") if path != without and without not in path.parents}
    return {str(path): (seen.st_size, seen.st_mtime_ns) for path, seen in found.items()}
