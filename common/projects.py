"""The project of a session: worktrees folded into their project, directories that share a folder told apart.

Claude Code names the folder of a project below the root after the directory in which its sessions begin (the slug).
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import NamedTuple

_IN_SLUG, _IN_PATH = "--claude-worktrees-", "/.claude/worktrees/"
_WORKTREE = re.compile(r"[/\\]\.claude[/\\]worktrees[/\\](?P<name>[^/\\]+)")
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")  # two characters for Claude Code, which counts in UTF-16
_OTHER = re.compile("[^A-Za-z0-9]")
LONGEST_SLUG = 200  # a longer one is cut there, and a hash appended


class ProjectName(NamedTuple):
    """A project as tables name it, and the worktree of it in which a session began."""

    # folder below the root             first cwd                         name        worktree
    #   -w-shop                         /w/shop                           -w-shop
    #   -w-shop--claude-worktrees-gate  /w/shop/.claude/worktrees/gate    -w-shop     gate
    #   C--shop--claude-worktrees-gate  C:\shop\.claude\worktrees\gate    C--shop     gate
    #   -w-a-b                          /w/a-b                            /w/a-b      if -w-a-b is shared with /w/a/b

    name: str
    worktree: str | None

    @property
    def key(self) -> str:
        """The name and the worktree as one text, which `split_worktree` splits again."""
        between = _IN_PATH if _is_path(self.name) else _IN_SLUG
        return self.name if self.worktree is None else f"{self.name}{between}{self.worktree}"


def slug(path: str) -> str:
    """Return the name of the folder in which Claude Code keeps the sessions of a directory."""
    return _OTHER.sub("-", _ASTRAL.sub("--", path))


def split_worktree(folder: str) -> ProjectName:
    """Split the path or the slug of a worktree into its project and its name."""
    if _is_path(folder):
        found = _WORKTREE.search(folder)
        project, worktree = (folder[: found.start()], found["name"]) if found else (folder, "")
    else:
        project, _, worktree = folder.partition(_IN_SLUG)
    return ProjectName(project, worktree) if project and worktree else ProjectName(folder, None)


def shared_folders(sessions: Iterable[tuple[str, str | None]]) -> list[str]:
    """Return the folders that several directories have, sorted, of sessions with their folder and their first cwd."""
    directories: dict[str, set[str]] = defaultdict(set)
    for folder, cwd in sessions:
        name = split_worktree(folder).name
        if (began := _began(name, cwd)) is not None:
            directories[name].add(began.name)
    return sorted(name for name, paths in directories.items() if len(paths) > 1)


def project_name(folder: str, cwd: str | None, shared: Collection[str]) -> ProjectName:
    """Return the project of a session in a folder below the root; a shared folder is named after the directory."""
    name, worktree = split_worktree(folder)
    began = _began(name, cwd)
    if began is None:
        return ProjectName(name, worktree)
    return ProjectName(began.name if name in shared else name, began.worktree or worktree)


def _began(name: str, cwd: str | None) -> ProjectName | None:
    """Return where a session began, by its first cwd; None if that is in the folder of another project."""
    began = split_worktree(cwd or "")
    found = slug(began.name)
    is_cut = len(found) > LONGEST_SLUG and name.startswith(found[:LONGEST_SLUG])
    return began if cwd and (found == name or is_cut) else None


def _is_path(folder: str) -> bool:
    return "/" in folder or "\\" in folder
