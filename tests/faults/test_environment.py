"""Whatever the surroundings of a run are, the same transcripts give the same bytes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field

import pytest

from tests.faults.project import Project

CLOSED_STDOUT = ("bash", "-c", 'exec "$@" >&-', "closed")
HAS_THE_PROJECT = """
import importlib.metadata, sys
import doit, jinja2, lets_plot, msgspec, re2, rich, ruamel.yaml, tzdata
importlib.metadata.version("delegation-retrospective")
sys.exit(not sys.version.startswith(sys.argv[1] + "."))
"""


@dataclass(frozen=True)
class Surroundings:
    """What a run finds around it."""

    variables: dict[str, str | None] = field(default_factory=dict)
    before: tuple[str, ...] = ()
    folder: str = "."
    arguments: tuple[str, ...] = ()
    python: str = sys.executable


EVERYTHING_ELSE = Surroundings(
    variables={
        "TZ": "America/New_York",
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONOPTIMIZE": "2",
        "PYTHONHASHSEED": "4",
        "HOME": None,
        "COLUMNS": "1",
        "TERM": "dumb",
    },
    before=CLOSED_STDOUT,
    folder="docs",
    arguments=("-n", "2"),
)
MATRIX = {
    "New York, whose clocks go back on the sample's last days": Surroundings({"TZ": "America/New_York"}),
    "Kathmandu": Surroundings({"TZ": "Asia/Kathmandu"}),
    "a time zone that is none": Surroundings({"TZ": "Nowhere/None"}),
    "ASCII": Surroundings({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}),
    "a language that is not there": Surroundings({"LC_ALL": "tr_TR.UTF-8"}),
    "optimized": Surroundings({"PYTHONOPTIMIZE": "1"}),
    "optimized twice": Surroundings({"PYTHONOPTIMIZE": "2"}),
    "warnings as errors": Surroundings({"PYTHONWARNINGS": "error"}),
    "seed 0": Surroundings({"PYTHONHASHSEED": "0"}),
    "seed 1": Surroundings({"PYTHONHASHSEED": "1"}),
    "seed 2": Surroundings({"PYTHONHASHSEED": "2"}),
    "another folder": Surroundings(folder="analysis"),
    "no home": Surroundings({"HOME": None}),
    "one column": Surroundings({"COLUMNS": "1"}),
    "no output": Surroundings(before=CLOSED_STDOUT),
    "two at a time": Surroundings(arguments=("-n", "2")),
    "one process": Surroundings(arguments=("workers=1",)),
}


def held_to_the_same_bytes(finished: Project, project: Project, around: Surroundings) -> None:
    done = project.doit(
        *around.arguments,
        "--force",
        "data=anew",
        "projects=data/sample",
        before=around.before,
        environment=around.variables,
        python=around.python,
        cwd=project.root / around.folder,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert project.hashes("anew") == finished.hashes()


def test_surroundings_that_differ_in_everything_change_no_byte(finished: Project, empty: Project) -> None:
    assert len(finished.hashes()) == 13
    held_to_the_same_bytes(finished, empty, EVERYTHING_ELSE)


@pytest.mark.faults
@pytest.mark.parametrize("name", MATRIX)
def test_no_surrounding_changes_a_byte(finished: Project, empty: Project, name: str) -> None:
    held_to_the_same_bytes(finished, empty, MATRIX[name])


@pytest.mark.faults
@pytest.mark.parametrize("version", ["3.12", "3.13", "3.14"])
def test_a_newer_python_changes_no_byte(finished: Project, empty: Project, version: str) -> None:
    """Interpreters are those of the variable PYTHONS, separated by colons, and those that are found by their names."""
    for candidate in (*os.environ.get("PYTHONS", "").split(":"), f"python{version}"):
        if (python := shutil.which(candidate)) and runs_here(python, version):
            held_to_the_same_bytes(finished, empty, Surroundings(python=python))
            return
    pytest.skip(f"no Python {version} in which the project is installed; name one in PYTHONS")


def runs_here(python: str, version: str) -> bool:
    return subprocess.run([python, "-c", HAS_THE_PROJECT, version], capture_output=True, check=False).returncode == 0
