"""A small project of its own in a temporary folder, run by the real doit as a user runs it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from doit.dependency import JSONCodec

from common.pipeline.state import StateDatabase
from tests.tools.waiting import PATIENCE

if TYPE_CHECKING:
    from pathlib import Path

DODO = '''
"""A toy: count the transcripts, double and square the number, add them up."""
from common.pipeline.project import Project

PROJECT = Project(__file__)
DATA = PROJECT.settings.data
step = PROJECT.step
COUNT, DOUBLE, SQUARE, TOTAL = (DATA / f"{name}.txt" for name in ("count", "double", "square", "total"))
CHOSEN = ("agents", "rules", "strategies")
STAGES = ("reading", "doubling", "squaring", "adding")
DOIT_CONFIG = PROJECT.config(STAGES)


def task_reading():
    """Count the transcripts."""
    yield step("count", writes={"report": COUNT}, settings=("projects", "project", "workers"))
    yield from PROJECT.own("reading")


def task_doubling():
    """Double the count."""
    yield step("double", reads={"number": COUNT}, writes={"report": DOUBLE}, settings=("marathon_over",))
    yield from PROJECT.own("doubling")


def task_squaring():
    """Square the count."""
    yield step("square", reads={"number": COUNT}, writes={"report": SQUARE}, settings=CHOSEN)
    yield from PROJECT.own("squaring")


def task_adding():
    """Add both."""
    both = {"double": DOUBLE, "square": SQUARE}
    yield step("total", reads=both, writes={"report": TOTAL}, settings=("timezone", "warnings"))
    yield from PROJECT.own("adding")


def task__own_stages():
    """The stages of the user's own."""
    yield from PROJECT.own_stages(STAGES)
'''

SCRIPT = '''"""{doc}"""
from pathlib import Path
import os, sys, time
from analysis import helper
from common.files import write_atomically
from common.script import Input, Output, progress, run


def main(*, {parameters}) -> None:
    """{doc}"""
    Path("runs.txt").open("a").write("{name}\\n")
    trouble = Path("trouble_{name}.py")
    if trouble.exists():
        exec(trouble.read_text())
    write_atomically(report, f"{{{expression}}}\\n".encode())


if __name__ == "__main__":
    run(main)
'''

SCRIPTS = {
    "count": (
        "Count the transcripts.",
        "report: Output, projects: tuple[Path, ...], project: str = '', workers: int = 1",
        "sum(len(list(p.rglob('*.jsonl'))) for p in projects) + helper.MORE",
    ),
    "double": (
        "Double the count.",
        "number: Input, report: Output, marathon_over: int",
        "2 * int(number.read_text())",
    ),
    "square": (
        "Square the count.",
        "number: Input, report: Output, rules: Input = None, strategies: tuple[str] = (), agents: tuple[Path] = ()",
        "int(number.read_text()) ** 2",
    ),
    "total": (
        "Add both.",
        "double: Input, square: Input, report: Output, timezone: str, warnings: tuple[str, ...] = ()",
        "' '.join([str(int(double.read_text()) + int(square.read_text())), *warnings])",
    ),
}


@dataclass(frozen=True)
class Result:
    """What a command ended with, and which scripts ran."""

    code: int
    out: str
    err: str
    ran: list[str]


@dataclass(frozen=True)
class Toy:
    """A project in a folder of its own; its transcripts are in `sessions/`."""

    root: Path

    def doit(self, *arguments: str, cwd: Path | None = None, **environment: str) -> Result:
        """Run doit and return what came of it."""
        runs = self.root / "runs.txt"
        runs.unlink(missing_ok=True)
        done = subprocess.run(
            self.command(*arguments),
            cwd=cwd or self.root,
            env=self.environment(**environment),
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        ran = runs.read_text().split() if runs.exists() else []
        assert "Traceback" not in done.stderr + done.stdout, done.stderr + done.stdout
        return Result(done.returncode, done.stdout, done.stderr, ran)

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Start doit in a session of its own."""
        return subprocess.Popen(
            self.command(*arguments),
            cwd=self.root,
            env=self.environment(**environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "doit", *arguments]

    def environment(self, **more: str) -> dict[str, str]:
        kept = {"PATH": os.environ["PATH"], "HOME": str(self.root / "home"), "LC_ALL": "C.UTF-8"}
        kept |= {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
        return {**kept, "CLAUDE_CONFIG_DIR": str(self.root / "sessions"), **more}

    def trouble(self, script: str, code: str) -> None:
        """Make a script run `code` before it writes; no code, no trouble."""
        path = self.root / f"trouble_{script}.py"
        path.write_text(textwrap.dedent(code))
        if not code:
            path.unlink()

    def output(self, name: str) -> str:
        return (self.root / "data" / f"{name}.txt").read_text().strip()

    def add_transcript(self, name: str) -> Path:
        path = self.root / "sessions" / "projects" / "p" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('{"type": "user"}\n')
        return path

    def plan(self, *arguments: str) -> dict[str, list[str]]:
        """Return the scripts that would run, with the reasons, as `doit plan --json` has them."""
        rows = json.loads(self.doit("plan", "--json", *arguments).out)
        return {row["task"]: row["reasons"] for row in rows if row["action"] == "run"}


def new_toy(folder: Path) -> Toy:
    """Return a toy project with two transcripts."""
    (folder / "dodo.py").write_text(DODO)
    (folder / "analysis").mkdir()
    (folder / "analysis" / "__init__.py").touch()
    (folder / "analysis" / "helper.py").write_text("MORE = 0\n")
    for name, (doc, parameters, expression) in SCRIPTS.items():
        text = SCRIPT.format(name=name, doc=doc, parameters=parameters, expression=expression)
        (folder / "analysis" / f"{name}.py").write_text(text)
    project = Toy(folder)
    project.add_transcript("a.jsonl")
    project.add_transcript("b.jsonl")
    return project


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    return new_toy(tmp_path)


@pytest.fixture(scope="session")
def run_before(tmp_path_factory: pytest.TempPathFactory) -> Toy:
    """Return a toy in which everything was run, for all tests of a worker."""
    project = new_toy(tmp_path_factory.mktemp("run_before"))
    assert project.doit().ran == ["count", "double", "square", "total"]
    return project


@pytest.fixture
def after_a_run(toy: Toy, run_before: Toy) -> None:
    """Put into the toy what a run leaves, its records telling of the toy's own transcripts."""
    shutil.copytree(run_before.root / "data", toy.root / "data")
    database = StateDatabase(str(toy.root / "data" / ".doit.db"), JSONCodec())
    values = database.get("reading:count", "_values_:")
    seen = {name: (toy.root / name).lstat() for name in values["transcripts"]}
    states = {name: [one.st_size, one.st_mtime_ns, one.st_ctime_ns, one.st_ino] for name, one in seen.items()}
    database.set("reading:count", "_values_:", {**values, "transcripts": states})
    database.dump()
