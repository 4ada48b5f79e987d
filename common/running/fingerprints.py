"""The states of files, of transcripts and of agent definitions, by which a change is noticed."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from common.settings import transcripts_directory


def states(paths: Iterable[str]) -> dict[str, list[Any]]:
    """Return each file with its state."""
    return {path: state_of(path) for path in paths}


def state_of(path: str) -> list[Any]:
    """Return a file's size, times and hash, and that it is a link if it is; nothing of one that cannot be read."""
    try:
        stamp = _stamp(path)
        return [*stamp, _hash(path, *stamp), *(["link"] if Path(path).is_symlink() else [])]
    except OSError:
        return []


def is_as_it_was(path: str, state: Sequence[Any]) -> bool:
    """Tell whether a file is what its state tells of; its bytes are read only if its times differ."""
    try:
        stamp = _stamp(path)
    except OSError:
        return not state
    return stamp == state[:3] or (stamp[:1] == state[:1] and state_of(path)[3:] == state[3:])


def fate(path: str, state: Sequence[Any]) -> str:
    """Return, once its bytes are read, what became of a file of this state: ok, not as made, missing."""
    if state_of(path)[3:] == state[3:]:
        return "ok"
    return "not as made" if Path(path).is_file() else "missing"


def _stamp(path: str) -> list[int]:
    seen = os.stat(path)  # noqa: PTH116 - called for each file of each step at each start
    return [seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns]


@functools.cache
def _hash(path: str, *stamp: int) -> str:
    del stamp  # part of the key: a file that several scripts read is hashed once
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def transcripts_state(roots: Iterable[Path]) -> dict[str, list[int]]:
    """Return size, times and inode of every transcript and its describing file below the roots; links are not followed.

    Nothing is read: ten thousand of them are looked at in a tenth of a second.
    """
    found = {}
    for folder, _, names in (inside for root in roots for inside in os.walk(transcripts_directory(root))):
        for path in (f"{folder}/{name}" for name in names if name.endswith((".jsonl", ".json"))):
            with contextlib.suppress(OSError):  # gone since; what cannot be read the extraction tells of
                seen = os.lstat(path)
                found[path] = [seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_ino]
    return found


@functools.cache
def agents_state(folders: tuple[Path, ...]) -> list[str]:
    """Return the agent definitions with their hashes, and the last commit that changed them, of all folders."""
    definitions = [str(path) for folder in folders for path in sorted(folder.rglob("*.md"))]
    hashes = [f"{path} {''.join(state_of(path)[3:])}" for path in definitions]
    return [*hashes, *(f"{folder} {_last_commit(folder)}" for folder in folders)]


def _last_commit(folder: Path) -> str:
    if not any((parent / ".git").exists() for parent in (folder.absolute(), *folder.absolute().parents)):
        return ""
    command = ["git", "-c", "core.fsmonitor=false", "-C", str(folder), "rev-list", "-1", "HEAD", "--", "."]
    environment = {**os.environ, "GIT_NO_LAZY_FETCH": "1"}
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=10, env=environment)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.strip()
