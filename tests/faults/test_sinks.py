"""Texts that upset programs, in every field of transcripts and through every place where text comes out."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
from typing import TYPE_CHECKING, TypeAlias

import pytest
from playwright.sync_api import sync_playwright

from common.text.escaping import clean_text, visible
from tests.analysis.test_reports_in_a_browser import CHROMIUM, QUIET, Watched
from tests.faults.naughty import CLASSES, NAUGHTY
from tests.faults.planted import BUSY, HANDED_ON, pieces_of, plant, stages_of
from tests.faults.project import Project, entries
from tests.tools.sinks import (
    hold_csv,
    hold_dot,
    hold_html,
    hold_markdown,
    hold_mermaid,
    hold_svg,
    obeyed,
    read_strictly,
)
from tests.tools.terminals import OF_THE_DISPLAY, on_a_terminal
from tests.tools.waiting import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Way: TypeAlias = tuple[tuple[str, ...], dict[str, str]]
"""Settings and options of a run, and what is different around it."""

SOME = tuple(dict.fromkeys((*CLASSES["paths"], *(text for texts in CLASSES.values() for text in texts[::10]))))
SHORT = [text for text in NAUGHTY if len(text) < 400]
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "TERM": "dumb"}
WAYS: tuple[Way, ...] = (((), {}), (("redact=no", "-n", "2"), {}), (("timezone=Asia/Kathmandu",), ASCII))
CHANGING = (
    "openat,open,creat,mkdir,mkdirat,rename,renameat,renameat2,unlink,unlinkat,rmdir,symlink,symlinkat,link,linkat,"
    "chmod,fchmodat,mknod,mknodat,truncate,utimensat"
)
SETTINGS = 'projects = ["mine"]\nmarathon_over = 2\ncsv = true\n'
TABLES = {"csv/delegations.csv", "csv/agents.csv", "csv/sessions.csv", "csv/workflows.csv"}


def delegations_of(texts: Sequence[str]) -> int:
    return HANDED_ON * len(texts) + pieces_of(texts) * len(BUSY)


def hold_data(data: Path, texts: Sequence[str]) -> None:
    """Check that every data file is JSON for every reader, and that each text came through as it is."""
    for path in data.rglob("*.json*"):
        for raw in path.read_bytes().splitlines() if path.suffix == ".jsonl" else [path.read_bytes()]:
            if path.name != "pipeline_execution_log.json":
                read_strictly(raw)
    sessions = json.loads((data / "enriched_sessions_data.json").read_bytes())["sessions"]
    delegations = {one["tool_use_id"]: one for session in sessions for one in session["delegations"]}
    assert len(delegations) == delegations_of(texts)
    for number, text in enumerate(texts):
        found = delegations[clean_text(f"{number} {text} 0")]
        assert [found[name] for name in ("prompt", "description", "result")] == [clean_text(text)] * 3


def hold_reports(data: Path, texts: Sequence[str], like: Path) -> None:
    """Check both reports and the tables, and that each text stands in the page as text."""
    hold_markdown((data / "routing_report.md").read_bytes().decode())
    page = hold_html((data / "routing_report.html").read_bytes().decode(), like.read_text(encoding="utf-8"))
    assert [text for text in texts if visible(text).strip()[:5000] not in page] == []
    rows = {name: hold_csv((data / name).read_bytes()) for name in TABLES}
    assert len(rows["csv/delegations.csv"]) == delegations_of(texts)


def hold_logs(data: Path) -> None:
    """Check that no log holds what a terminal obeys."""
    logs = [*(data / "logs").iterdir(), data / "pipeline_execution_log.json"]
    assert len(logs) == 10
    assert {path.name: obeyed(path.read_bytes().decode()) for path in logs} == {path.name: set() for path in logs}


def hold_looks(project: Project, texts: Sequence[str]) -> None:
    """Check what is shown of a project whose stages and files are named after texts."""
    (project.data / "stages.yaml").write_text(stages_of(texts), encoding="utf-8")
    for command in (("plan",), ("list", "--all"), ("history",)):
        looked = project.doit(*command)
        assert (looked.returncode, obeyed(looked.stdout + looked.stderr)) == (0, set()), command
    hold_dot(project.doit("graph").stdout)
    hold_mermaid(project.doit("graph", "--format", "mermaid").stdout)


def run_on_a_terminal(project: Project, way: Way) -> str:
    """Run everything on a terminal, hold it to telling the terminal no more than a display does; return its words."""
    settings, around = way
    code, written = on_a_terminal(project.command("-v", *settings), project.root, project.environment(around))
    words = OF_THE_DISPLAY.sub("", written)
    assert (code, obeyed(words)) == (0, set()), written
    return words


def hold_everything(project: Project, finished: Project, texts: Sequence[str], way: Way = WAYS[0]) -> None:
    """Run everything on transcripts with these texts, and check every place where they come out."""
    around = project.root.parent
    plant(project.root / "mine", texts)
    before = entries(around, without=project.data)
    (project.data / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    assert "busy" in run_on_a_terminal(project, way).partition("done after")[2]
    assert entries(around, without=project.data) == before
    assert project.hashes().keys() == finished.hashes().keys() | TABLES
    hold_data(project.data, texts)
    hold_reports(project.data, texts, finished.data / "routing_report.html")
    hold_logs(project.data)


def test_naughty_texts_in_every_field_are_text_wherever_they_come_out_and_lead_to_no_file(
    finished: Project, empty: Project
) -> None:
    hold_everything(empty, finished, SOME)
    hold_looks(empty, SOME)


@pytest.mark.faults
def test_every_naughty_text_in_every_field_is_text_in_chromium_too(finished: Project, empty: Project) -> None:
    hold_everything(empty, finished, NAUGHTY)
    hold_looks(empty, NAUGHTY)
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET, timeout=1000 * PATIENCE)
        watched = Watched(browser, empty.data / "routing_report.html")
        watched.page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
        watched.settle()
        assert watched.page.evaluate("window.hit") is None
        assert (watched.requests, watched.messages) == ([watched.url], [])
        browser.close()


@pytest.mark.faults
@pytest.mark.parametrize("seed", range(6))
def test_naughty_texts_put_together_are_text_as_well(finished: Project, empty: Project, seed: int) -> None:
    rng = random.Random(seed)
    texts = ["".join(rng.choices(SHORT, k=rng.randrange(2, 6))) for _ in range(120)]
    hold_everything(empty, finished, texts, WAYS[seed % len(WAYS)])


def places_changed(calls: Path, folder: Path) -> set[str]:
    """Return the files and folders that a traced run opened to write, made, renamed, removed or changed otherwise."""
    places = set()
    for line in calls.read_text(encoding="utf-8", errors="replace").splitlines():
        name, _, rest = line.partition(" ")[2].strip().partition("(")
        if " = -1 " in rest or (name == "openat" and not re.search(r"O_(WRONLY|RDWR|CREAT|TRUNC)", rest)):
            continue
        places |= {os.path.normpath(folder / place) for place in re.findall(r'"((?:[^"\\]|\\.)*)"', rest)}
    return places


@pytest.mark.faults
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_no_name_leads_a_run_to_change_anything_outside_of_the_data_directory(empty: Project, tmp_path: Path) -> None:
    plant(empty.root / "mine", SOME)
    (empty.data / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    calls = tmp_path / "calls"
    traced = ("strace", "-f", "-qq", "-s", "4096", "-e", f"trace={CHANGING}", "-e", "signal=none", "-o", str(calls))
    done = empty.doit("csv=yes", before=traced)
    assert done.returncode == 0, done.stderr
    changed = places_changed(calls, empty.root)
    assert str(empty.data / "routing_report.html") in changed
    assert sorted(place for place in changed if not place.startswith((str(empty.data), "/dev/"))) == []


@pytest.mark.faults
def test_a_drawn_graph_holds_names_of_files_as_text_alone(empty: Project) -> None:
    (empty.data / "settings.toml").write_text('projects = ["data/sample"]\n', encoding="utf-8")
    (empty.data / "stages.yaml").write_text(stages_of(SOME), encoding="utf-8")
    drawn = empty.doit("graph", "--format", "svg", "-o", "graph.svg")
    if "drawing needs" in drawn.stderr:
        pytest.skip("nothing that draws is installed: pip install -e '.[graph]'")
    assert drawn.returncode == 0, drawn.stderr
    hold_svg((empty.root / "graph.svg").read_text(encoding="utf-8"))
