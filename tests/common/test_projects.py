"""Tests of the projects of sessions: worktrees, shared folders, paths of Windows."""

import pytest

from common.projects import project_name, shared_folders, slug, split_worktree


@pytest.mark.parametrize(
    ("folder", "cwd", "name"),
    [
        ("-w-shop", "/w/shop", ("-w-shop", None)),
        ("-w-shop", None, ("-w-shop", None)),
        ("-w-shop", "/w/shop/sub", ("-w-shop", None)),
        ("-w-shop--claude-worktrees-gate", "/w/shop/.claude/worktrees/gate", ("-w-shop", "gate")),
        ("-w-shop--claude-worktrees-gate", None, ("-w-shop", "gate")),
        ("-w-shop--claude-worktrees-gate", "/w/shop", ("-w-shop", "gate")),
        ("-w-shop", "/w/shop/.claude/worktrees/gate/sub", ("-w-shop", "gate")),
        ("-w-shop--claude-worktrees-a-b", "/w/shop/.claude/worktrees/a_b", ("-w-shop", "a_b")),
        ("-w-shop--claude-worktrees-a-sub", "/w/shop/.claude/worktrees/a/sub", ("-w-shop", "a")),
        ("-w-shop", "/w/other/.claude/worktrees/gate", ("-w-shop", None)),
        ("C--w-shop--claude-worktrees-gate", "C:\\w\\shop\\.claude\\worktrees\\gate", ("C--w-shop", "gate")),
        ("C--w-shop--claude-worktrees-gate", "C:/w/shop/.claude/worktrees/gate", ("C--w-shop", "gate")),
        ("--claude-worktrees-gate", None, ("--claude-worktrees-gate", None)),
        ("-w-shop--claude-worktrees-", None, ("-w-shop--claude-worktrees-", None)),
        ("", "/w/shop", ("", None)),
    ],
)
def test_a_worktree_belongs_to_its_project(folder: str, cwd: str | None, name: tuple[str, str | None]) -> None:
    assert project_name(folder, cwd, ()) == name


SHARED = [("-w-a-b", "/w/a-b"), ("-w-a-b", "/w/a/b"), ("-w-a-b", None), ("-w-shop", "/w/shop"), ("-w-shop", "/w")]


def test_a_folder_is_shared_if_sessions_began_in_several_directories_of_its_name() -> None:
    assert shared_folders(SHARED) == ["-w-a-b"]
    in_worktree = ("-w-shop--claude-worktrees-x", "/w/shop/.claude/worktrees/x")
    assert shared_folders([("-w-shop", "/w/shop"), in_worktree]) == []
    assert shared_folders([("-w-shop", "/w_shop"), in_worktree]) == ["-w-shop"]


def test_directories_that_share_a_folder_are_told_apart_by_the_first_cwd() -> None:
    names = [project_name(folder, cwd, ["-w-a-b"]).name for folder, cwd in SHARED]
    assert names == ["/w/a-b", "/w/a/b", "-w-a-b", "-w-shop", "-w-shop"]
    inside = project_name("-w-a-b--claude-worktrees-x", "/w/a-b/.claude/worktrees/x", ["-w-a-b"])
    assert inside == ("/w/a-b", "x")


@pytest.mark.parametrize(
    ("path", "folder"),
    [
        ("/Users/a/.claude", "-Users-a--claude"),
        ("C:\\Users\\x\\.claude", "C--Users-x--claude"),
        ("/w/é_1", "-w---1"),
        ("/w/😀", "-w---"),
    ],
)
def test_a_slug_is_what_claude_code_makes_of_a_directory(path: str, folder: str) -> None:
    assert slug(path) == folder


def test_a_long_slug_is_cut() -> None:
    cwd = "/w/" + "x" * 300
    folder = slug(cwd)[:200] + "-1a2b3c"
    assert project_name(folder, cwd, [folder]).name == cwd


@pytest.mark.parametrize("folder", ["-w-shop", "/w/shop", "C:\\shop", "app"])
@pytest.mark.parametrize("worktree", [None, "gate", "a-b"])
def test_a_key_keeps_the_name_and_the_worktree(folder: str, worktree: str | None) -> None:
    name = split_worktree(folder)._replace(worktree=worktree)
    assert split_worktree(name.key) == name
