"""A kill or an error at any call by which a script touches the data: each output is the old one or the new one."""

from __future__ import annotations

import itertools
import json
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.common.transcripts.written import answer, call, encoded, said, tool, user
from tests.faults.project import Project, new_project
from tests.tools.processes import processes_in
from tests.tools.waiting import PATIENCE, wait_until

SETTINGS = 'projects = ["sessions"]\ncsv = true\nmarathon_over = 1\n'
SCRIPTS = (
    "extract_all_sessions", "extract_enriched_data", "extract_routing_patterns", "classify_marathons", "segment_data",
    "analysis_runner", "generate_routing_report", "generate_html_report", "export_csv",
)  # fmt: skip
COMMANDS = """
import json, dodo
rows = [row for name, task in vars(dodo).items() if name.startswith("task_") for row in task()]
print(json.dumps({row["name"]: [row["meta"]["step"].command, row["targets"]] for row in rows}))
"""
KINDS = "openat,write,pwrite64,fsync,fdatasync,ftruncate,?rename,renameat,renameat2,?unlink,unlinkat,?mkdir,mkdirat"
KILL = "signal=KILL"
FAULTS = (KILL, "error=ENOSPC", "error=EIO")
CACHE = "data/cache/transcripts.sqlite3"
OF_A_RUN = ("", ".doit.db", ".lock", "logs", "logs/classify_marathons.log", "pipeline_execution_log.json")
CALL = re.compile(r"(\w+)\((.*)")
STRUCK = re.compile(r"\(INJECTED\)$|<unfinished \.\.\.>$|= \?$")
ON_DATA = re.compile(r'"(?:data|[^"]*/project/data)["/]|<[^>]*/project/data[>/]')

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")


class Point(NamedTuple):
    """The n-th call of a kind that a script makes, and what happens to it."""

    kind: str
    number: int
    fault: str


@dataclass(frozen=True)
class Writer:
    """A script where its outputs, and nothing else, are as they were before: of older transcripts, or none."""

    project: Project
    names: tuple[str, ...]  # of what is run
    command: list[str]
    writes: list[str]
    before: str
    kept: tuple[str, ...] = ()  # what it changes besides its outputs

    def begin(self) -> None:
        shutil.rmtree(self.project.data)
        shutil.copytree(self.project.root / "newer", self.project.data, symlinks=True)
        for path in (*self.writes, *self.kept):
            (self.project.root / path).unlink()
            if (old := self.at(self.before, path)).exists():
                shutil.copy2(old, self.project.root / path)

    def at(self, state: str, path: str) -> Path:
        return self.project.root / state / Path(path).relative_to("data")

    def outputs(self, state: str) -> dict[str, bytes]:
        found = {path: self.at(state, path) for path in self.writes}
        return {path: place.read_bytes() for path, place in found.items() if place.exists()}

    def traced(self, *options: str) -> tuple[subprocess.CompletedProcess[str], list[str]]:
        """Run the script; return how it ended, and its calls."""
        log = self.project.root / "calls"
        done = subprocess.run(
            ["strace", "-y", "-s", "0", "-o", str(log), *options, *self.command],
            cwd=self.project.root,
            env=self.project.environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        return done, log.read_text(encoding="utf-8", errors="replace").splitlines()

    def points(self) -> list[Point]:
        """Return every call that touches the data, with every fault."""
        self.begin()
        done, calls = self.traced("-e", f"trace={KINDS}")
        assert done.returncode == 0, done.stderr
        assert self.outputs("data") == self.outputs("newer")
        found, counts = [], Counter[str]()
        for match in filter(None, map(CALL.match, calls)):
            counts[match[1]] += 1
            found += [(match[1], counts[match[1]])] if ON_DATA.search(match[2]) else []
        return [Point(*one, fault) for one in found for fault in FAULTS]

    def held_at(self, point: Point) -> None:
        """Hold the script with a fault at a point to outputs that are whole, and the next run to the new ones."""
        self.begin()
        inject = f"inject={point.kind}:{point.fault}:when={point.number}"
        done, calls = self.traced("-e", f"trace={point.kind}", "-e", inject)
        assert ON_DATA.search(next(filter(STRUCK.search, calls))), point
        old, new, found = map(self.outputs, (self.before, "newer", "data"))
        assert [path for path in self.writes if found.get(path) not in (old.get(path), new[path])] == [], point
        assert "Traceback" not in done.stderr, point
        if point.fault == KILL:
            assert done.returncode == -signal.SIGKILL, point
        elif done.returncode:
            assert (done.returncode, done.stderr[:7], done.stderr.count("\n")) == (74, "error: ", 1), (point, done)
        else:
            assert found == new, point
        again = self.project.doit(*self.names)
        assert again.returncode == 0, again.stderr
        assert self.outputs("data") == new, point
        assert entries(self.project.data) == entries(self.project.root / "newer"), point


def entries(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def session(name: str, *results: str) -> bytes:
    lines = [user("Please.", 1, sessionId=name, uuid=name)]
    for number, result in enumerate(results):
        key, second = f"{name}{number}", 10 * number + 2
        lines.append(said(second, call(key, f"Do {key}."), key=f"m{key}", sessionId=name, uuid=f"a{key}"))
        lines.append(answer(key, second + 5, result, error=result == "no", sessionId=name, uuid=f"r{key}"))
    return encoded(lines)


def workflow(name: str) -> bytes:
    """Make a call that starts a workflow, so that it is in the tables for spreadsheets."""
    begun = said(90, tool("w", "Workflow", script="phase('Plan')"), key="mw", sessionId=name, uuid="aw")
    beside = {"status": "async_launched", "taskType": "local_workflow", "taskId": "w1", "runId": "wf_1"}
    return encoded([begun, answer("w", 91, "Workflow launched.", beside, sessionId=name, uuid="rw")])


def prepared(folder: Path, *names: str) -> Project:
    """Return a project with data of nothing in `bare`, of older transcripts in `older`, and of all in `newer`."""
    project = new_project(folder / "project")
    (project.data / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    shutil.copytree(project.data, project.root / "bare", symlinks=True)
    older, newer = session("a", "yes", "yes"), session("b", "yes", "no", "yes") + workflow("b") + b'{"cut\n'
    (project.root / "sessions" / "-w").mkdir(parents=True)
    for state, name, content in (("older", "a", older), ("newer", "b", newer)):
        (project.root / "sessions" / "-w" / f"{name}.jsonl").write_bytes(content)
        done = project.doit(*names)
        assert done.returncode == 0, done.stderr
        shutil.copytree(project.data, project.root / state, symlinks=True)
    return project


def writer(project: Project, script: str, before: str, *names: str) -> Writer:
    """Return a script with the command and the outputs that it has in dodo.py."""
    told = subprocess.run(
        [sys.executable, "-c", COMMANDS],
        cwd=project.root,
        env=project.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    command, writes = json.loads(told.stdout)[script]
    made = Writer(project, names, command, writes, before, (CACHE,) if script == "extract_all_sessions" else ())
    old, new = made.outputs(before), made.outputs("newer")
    assert [path for path in writes if old.get(path) == new[path]] == []
    return made


def test_a_kill_and_errors_at_three_calls_leave_outputs_old_or_new(tmp_path: Path) -> None:
    name = "classify_marathons"
    one = writer(prepared(tmp_path, name), name, "older", name)
    last = {(point.kind[:6], point.fault): point for point in one.points()}  # renameat is a rename
    for kind_and_fault in zip(("write", "write", "rename"), FAULTS, strict=True):
        one.held_at(last[kind_and_fault])


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return prepared(tmp_path_factory.mktemp("struck"))


@pytest.mark.faults
@pytest.mark.timeout(0)
@pytest.mark.parametrize(("script", "before"), [*((script, "older") for script in SCRIPTS), (SCRIPTS[0], "bare")])
def test_a_kill_and_errors_at_every_call_leave_outputs_old_or_new(
    request: pytest.FixtureRequest, script: str, before: str
) -> None:
    one = writer(request.getfixturevalue("project"), script, before)
    points = one.points()
    assert len(points) >= 20
    for point in points:
        one.held_at(point)


def struck(project: Project, name: str, point: Point) -> bool:
    """Run doit over older outputs with a fault; hold it and the next run; tell whether there was such a call."""
    shutil.rmtree(project.data)
    shutil.copytree(project.root / "older", project.data, symlinks=True)
    log = project.root / "calls"
    paths = [place for path in OF_A_RUN for place in (str(Path("data", path)), str(project.data / path))]
    filters = [part for place in paths for part in ("-P", place)]
    inject = f"inject={point.kind}:{point.fault}:when={point.number}"
    strace = ("strace", "-f", "-s", "0", "-o", str(log), *filters, "-e", f"trace={point.kind}", "-e", inject)
    done = project.doit(name, before=strace)
    assert done.returncode in ((0, 1, -signal.SIGKILL) if point.fault == KILL else (0, 74)), done.stderr
    old, new, found = map(project.hashes, ("older", "newer", "data"))
    assert [path for path in new if found.get(path) not in (old[path], new[path])] == []
    assert done.returncode or [path for path in new if found.get(path) != new[path]] == []
    wait_until(lambda: not processes_in(project.root), "no process of the run is left")
    again = project.doit(name)
    assert again.returncode == 0, again.stderr
    assert project.hashes() == new
    assert set(entries(project.data)) <= set(entries(project.root / "newer"))
    return done.returncode != 0 or "(INJECTED)" in log.read_text(encoding="utf-8", errors="replace")


@pytest.mark.faults
@pytest.mark.timeout(0)
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("kind", ["openat", "write", "pwrite64", "fsync", "ftruncate"])
def test_a_kill_and_errors_at_every_call_of_the_pipeline_itself_leave_outputs_old_or_new(
    tmp_path: Path, kind: str, fault: str
) -> None:
    name = "classify_marathons"
    project = prepared(tmp_path, name)
    hits = itertools.takewhile(lambda number: struck(project, name, Point(kind, number, fault)), itertools.count(1))
    assert len(list(hits)) >= 1
