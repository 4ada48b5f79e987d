"""A run killed at any moment: the next plain one makes the same bytes, does nothing finished again, leaves nothing."""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import resource
import shutil
import signal
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pytest

from common.pipeline.script_step import MARK, UNFINISHED
from tests.faults.project import Project, new_project
from tests.tools.processes import outlasts, processes_in
from tests.tools.waiting import wait_until

SAMPLE = Path(__file__).parents[2] / "data" / "sample" / "projects"
SMALL = ("-home-dev-side-quill", "-home-dev-work-pinewood")
needs_proc = pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="looks for processes in /proc")

Rows = dict[str, dict[str, object]]  # what the state file keeps of each script


class Kill(NamedTuple):
    """How a run is killed: doit alone or with all that it started, over nothing or over older outputs."""

    alone: bool
    processes: str
    older: bool  # else over nothing

    def __str__(self) -> str:
        started, outputs = "alone" if self.alone else "group", "older" if self.older else "nothing"
        return f"{started}-n{self.processes}-over-{outputs}"


KILLS = [Kill(alone, processes, older) for alone in (True, False) for processes in "12" for older in (True, False)]
FOUR = [kill for kill in KILLS if kill.older == (kill.alone == (kill.processes == "1"))]


@dataclass(frozen=True)
class Scene:
    """A project, what a run that nobody kills makes in it, and the CPU time of one by number of processes."""

    project: Project
    until: tuple[str, ...]
    clean: dict[str, str]
    entries: list[str]
    cpu: dict[str, float]  # seconds

    def begin(self, *, older: bool) -> None:
        shutil.rmtree(self.project.data)
        shutil.copytree(self.project.root / ("older" if older else "bare"), self.project.data, symlinks=True)

    def killed(self, kill: Kill, moment: float) -> bool:
        """Run, kill after `moment` seconds of CPU time; tell whether there was something to kill."""
        run = self.project.start("-n", kill.processes, *self.until)
        if not outlasts(run, moment):
            return False
        os.killpg(run.pid, signal.SIGKILL)
        for pid in () if kill.alone else processes_in(self.project.root):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        run.wait()
        return True


def entries(project: Project) -> list[str]:
    return sorted(str(path.relative_to(project.data)) for path in project.data.rglob("*"))


def measured(project: Project, *arguments: str) -> float:
    """Run doit; return the CPU time that it took with its scripts, in seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = project.doit(*arguments)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stderr
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def prepared(folder: Path, names: tuple[str, ...], *until: str) -> Scene:
    """Return a scene with these folders of the sample; the older outputs know nothing of the last."""
    project = new_project(folder / "project")
    for name in names:
        shutil.copytree(SAMPLE / name, project.root / "sessions" / name)
    (project.data / "settings.toml").write_text('projects = ["sessions"]\n', encoding="utf-8")
    shutil.copytree(project.data, project.root / "bare", symlinks=True)
    (project.root / "sessions" / names[-1]).rename(project.root / "later")
    both = measured(project, "-n", "2", *until)
    shutil.copytree(project.data, project.root / "older", symlinks=True)
    (project.root / "later").rename(project.root / "sessions" / names[-1])
    shutil.rmtree(project.data)
    shutil.copytree(project.root / "bare", project.data, symlinks=True)
    one = measured(project, *until)
    return Scene(project, until, project.hashes(), entries(project), {"1": one, "2": both})


def rows(project: Project) -> Rows:
    """Return what is recorded of each script."""
    if not (project.data / ".doit.db").exists():
        return {}
    with contextlib.closing(sqlite3.connect(project.data / ".doit.db")) as connection:
        found = connection.execute("select task_id, task_data from doit").fetchall()
    return {task: json.loads(text).get("_values_:") or {} for task, text in found}


def finished(after: Rows, before: Rows) -> set[str]:
    """Return the scripts that the killed run recorded as done."""
    done = {task: values for task, values in after.items() if "targets" in values and MARK not in values}
    return {task.partition(":")[2] for task, values in done.items() if values != before.get(task)}


def held_to_leave_no_trace(scene: Scene, kill: Kill, share: float) -> None:
    """Kill a run at a share of its CPU time; hold the next plain one to what nobody killed would have made."""
    project, moment = scene.project, share * scene.cpu[kill.processes]
    scene.begin(older=kill.older)
    before = rows(project)
    while not scene.killed(kill, moment):
        scene.begin(older=kill.older)
        moment *= 0.8
    wait_until(lambda: not processes_in(project.root), "no process of the run is left")
    after = rows(project)
    done = project.doit(*scene.until)
    assert done.returncode == 0, done.stderr
    ran = re.findall(r"^▶   (\w+)$", done.stdout, re.MULTILINE)
    assert sorted({*ran} & finished(after, before)) == []
    if not kill.older:
        assert {*ran} | finished(after, before) == {task.partition(":")[2] for task in rows(project)}
    unfinished = [values.get(MARK) for values in after.values()].count(UNFINISHED)
    assert (f"the last run was cut short: {unfinished} script" in done.stderr) == (unfinished > 0)
    assert (project.hashes(), entries(project)) == (scene.clean, scene.entries)
    assert "nothing to do" in project.doit(*scene.until).stdout


@needs_proc
def test_four_runs_killed_at_four_moments_leave_no_trace(tmp_path: Path) -> None:
    scene = prepared(tmp_path, SMALL, "--until", "segmentation")
    chance = random.Random(3)
    for number, kill in enumerate(FOUR):
        held_to_leave_no_trace(scene, kill, (number + chance.random()) / 4)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return prepared(tmp_path_factory.mktemp("killed"), (*SMALL, "-home-dev-work-ledgerline", "-home-dev-work-atlas"))


@needs_proc
@pytest.mark.faults
@pytest.mark.parametrize("number", range(25))
@pytest.mark.parametrize("kill", KILLS, ids=str)
def test_two_hundred_runs_killed_at_random_moments_leave_no_trace(
    request: pytest.FixtureRequest, kill: Kill, number: int
) -> None:
    chance = random.Random(f"{kill} {number}")
    held_to_leave_no_trace(request.getfixturevalue("scene"), kill, (number + chance.random()) / 25)
