"""Tests of the projects in the reports: worktrees are counted in their project, shared folders are told apart."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.builders.records import delegation, enriched, full, run, session, spent
from tests.builders.reports import from_records

if TYPE_CHECKING:
    from pathlib import Path

    from tests.builders.reports import Made


def made_of(folder: Path) -> Made:
    cwds = {"s1": "/w/shop", "s2": "/w/shop/.claude/worktrees/gate", "s3": "/w/shop/.claude/worktrees/door"}
    folders = {"s1": "-w-shop", "s2": "-w-shop--claude-worktrees-gate", "s3": "-w-shop--claude-worktrees-door"}
    cwds |= {"s4": "/w/a-b", "s5": "/w/a/b"}
    folders |= {"s4": "-w-a-b", "s5": "-w-a-b"}
    sessions = [
        session(name, delegation(f"t-{name}", run=run(spent(input=1000))), project=folders[name], cwd=cwd)
        for name, cwd in cwds.items()
    ]
    return from_records(folder, enriched(*sessions, shared_folders=["-w-a-b"]), full(*sessions))


@pytest.mark.parametrize(
    ("share", "names"),
    [
        (False, ["-w-shop +2 worktrees", "/w/a-b", "/w/a/b"]),
        (True, ["project 1 +2 worktrees", "project 2", "project 3"]),
    ],
)
def test_a_project_is_one_row_with_the_number_of_its_worktrees(
    tmp_path: Path, *, share: bool, names: list[str]
) -> None:
    report = made_of(tmp_path).html(share=share)
    projects, spending = re.findall(r"<summary>By project.*?<table.*?</table>", report, re.DOTALL)
    for table in (projects, spending):
        assert re.findall(r'<tr[^>]*><td><a href="#g\d+"><code>(.*?)</code>', table) == names
    assert "claude-worktrees" not in report


def test_the_sessions_of_a_worktree_have_the_name_of_its_project(tmp_path: Path) -> None:
    report = made_of(tmp_path).markdown()
    rows = [line.split(" | ")[0:3] for line in report.splitlines() if line.startswith("| `s")]
    assert sorted(rows) == [
        ["| `s1`", "2026-03-02", "`-w-shop`"],
        ["| `s2`", "2026-03-02", "`-w-shop`"],
        ["| `s3`", "2026-03-02", "`-w-shop`"],
        ["| `s4`", "2026-03-02", "`/w/a-b`"],
        ["| `s5`", "2026-03-02", "`/w/a/b`"],
    ]
