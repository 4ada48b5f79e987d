"""Staleness of outputs: fingerprints of everything they depend on, and what changed since they were made.

Fingerprints are taken before a script runs: what changes while it runs makes its outputs stale.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import hashlib
import os
import subprocess
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common.files import transcripts_directory

WARNINGS = "warnings"  # the setting that holds the warnings of a run
LONGEST_VALUE = 60  # characters


@dataclass(kw_only=True)
class Dependencies:
    """What the outputs of a script depend on."""

    reads: tuple[str, ...] = ()
    code: tuple[Path, ...] = ()  # modules, with what they import; other files; folders
    settings: dict[str, Any]
    transcripts: tuple[Path, ...] = ()  # roots
    agents: tuple[Path, ...] = ()  # folders of definitions

    def fingerprints(self) -> dict[str, Any]:
        """Return the fingerprints of all dependencies as they are now, ready for JSON."""
        return {
            "settings": self.settings,
            "code": file_fingerprints(map(str, code_files(self.code))),
            "reads": file_fingerprints(self.reads),
            "agents": agents_fingerprint(self.agents),
            "transcripts": transcripts_fingerprint(self.transcripts),
        }

    def changes(self, recorded: Mapping[str, Any], outputs: Iterable[str], made: Collection[str] = ()) -> Iterator[str]:
        """Yield each change since `recorded`, the cheapest check first; inputs in `made` are not compared.

        `recorded` are `fingerprints()` of an earlier run and, as "targets", those of the outputs that it wrote.
        """
        if missing := {"settings", "code", "reads", "targets", "agents", "transcripts"} - recorded.keys():
            yield f"recorded by another version of this program, without {', '.join(sorted(missing))}"
            return
        yield from changed_settings(self.settings, recorded["settings"])
        code = recorded["code"].items()
        yield from (f"code changed: {path}" for path, state in code if not is_unchanged(path, state))
        yield from _changed_files("output", outputs, recorded["targets"], "edited")
        yield from _changed_files("input", sorted({*self.reads} - {*made}), recorded["reads"], "changed")
        if agents_fingerprint(self.agents) != recorded["agents"]:
            yield "agent definitions or their history changed"
        if (now := transcripts_fingerprint(self.transcripts)) != recorded["transcripts"]:
            yield f"transcripts changed: {_difference(now, recorded['transcripts'])}"


def changed_settings(now: Mapping[str, Any], before: Mapping[str, Any]) -> Iterator[str]:
    """Yield each setting that changed, with its old and its new value."""
    for key in sorted(now.keys() | before.keys()):
        if (old := before.get(key)) != (new := now.get(key)):
            changed = f"settings changed: {key} {_shown(old)} → {_shown(new)}"
            yield "the warnings of the run changed" if key == WARNINGS else changed


def file_fingerprints(paths: Iterable[str]) -> dict[str, list[Any]]:
    """Return the fingerprint of each file, by path."""
    return {path: file_fingerprint(path) for path in paths}


def file_fingerprint(path: str) -> list[Any]:
    """Return a file's size, two times and hash, then "link" if it is one; an empty list if it cannot be read."""
    try:
        stamp = _stamp(path)
        return [*stamp, _hash(path, *stamp), *(["link"] if Path(path).is_symlink() else [])]
    except OSError:
        return []


def is_unchanged(path: str, recorded: Sequence[Any]) -> bool:
    """Tell whether a file still has the recorded fingerprint; its bytes are read only if its times differ."""
    try:
        stamp = _stamp(path)
    except OSError:
        return not recorded
    return stamp == recorded[:3] or (stamp[:1] == recorded[:1] and file_fingerprint(path)[3:] == recorded[3:])


def verify_file(path: str, recorded: Sequence[Any]) -> str:
    """Read a file and return what became of it: "ok", "not as made" or "missing"."""
    if file_fingerprint(path)[3:] == recorded[3:]:
        return "ok"
    return "not as made" if Path(path).is_file() else "missing"


def transcripts_fingerprint(roots: Iterable[Path]) -> dict[str, list[int]]:
    """Return size, times and inode of each transcript and its .json file below the roots; follow no links.

    No file is read: a look at ten thousand takes a tenth of a second.
    """
    found = {}
    for folder, _, names in (inside for root in roots for inside in os.walk(transcripts_directory(root))):
        for path in (f"{folder}/{name}" for name in names if name.endswith((".jsonl", ".json"))):
            with contextlib.suppress(OSError):  # deleted meanwhile; extraction reports what it cannot read
                seen = os.lstat(path)
                found[path] = [seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_ino]
    return found


@functools.cache
def agents_fingerprint(folders: tuple[Path, ...]) -> list[str]:
    """Return the hash of each agent definition, and for each folder the last commit that changed it."""
    definitions = [str(path) for folder in folders for path in sorted(folder.rglob("*.md"))]
    hashes = [f"{path} {''.join(file_fingerprint(path)[3:])}" for path in definitions]
    return [*hashes, *(f"{folder} {_last_commit(folder)}" for folder in folders)]


def code_files(paths: Iterable[Path]) -> list[Path]:
    """Return the files, those inside the folders, all modules of ours that they import and their data, sorted."""
    found: set[Path] = set()
    waiting = list(paths)
    while waiting:
        path = waiting.pop()
        if path.is_dir():
            waiting += [inside for inside in path.rglob("*") if inside.is_file() and "__pycache__" not in inside.parts]
        elif path not in found:
            found.add(path)
            waiting += _imported(path, path.stat().st_mtime_ns) if path.suffix == ".py" and path.is_file() else ()
    return sorted(found)


@functools.cache
def _imported(path: Path, mtime_ns: int) -> tuple[Path, ...]:
    """Return the files of ours that a module imports anywhere in its code, and the .toml file next to it."""
    del mtime_ns  # part of the key: an edited module is read again
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError):
        return ()  # Python reports the error when the script runs
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = ".".join(path.parent.parts[: len(path.parent.parts) + 1 - node.level]) if node.level else ""
            base = ".".join(filter(None, (above, node.module)))
            names.update([base, *(f"{base}.{alias.name}" for alias in node.names)])
    places = {Path(*name.split(".")[:length]) for name in names for length in range(1, name.count(".") + 2)}
    files = [file for place in places for file in (place / "__init__.py", place.with_suffix(".py"))]
    return tuple(file for file in (*files, path.with_suffix(".toml")) if file.is_file())


def _shown(value: object) -> str:
    """Return a setting's value as text; a long one is cut."""
    text = ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    return f"{text[: LONGEST_VALUE - 1]}…" if len(text) > LONGEST_VALUE else text or "none"


def _changed_files(kind: str, paths: Iterable[str], recorded: Mapping[str, Any], how: str) -> Iterator[str]:
    for path in paths:
        if not Path(path).is_file():
            yield f"{kind} missing: {path}"
        elif path not in recorded:
            yield f"{kind} not recorded: {path}"
        elif not is_unchanged(path, recorded[path]):
            yield f"{kind} {how}: {path}"


def _difference(now: Mapping[str, list[int]], before: Mapping[str, list[int]]) -> str:
    sizes = [(now[path][0], before[path][0]) for path in now.keys() & before.keys()]
    counts = {
        "new": len(now.keys() - before.keys()),
        "grown": sum(new > old for new, old in sizes),
        "shorter": sum(new < old for new, old in sizes),
        "gone": len(before.keys() - now.keys()),
    }
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count) or "rewritten at the same size"


def _stamp(path: str) -> list[int]:
    seen = os.stat(path)  # noqa: PTH116 - called for each file of each step at each start
    return [seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns]


@functools.cache
def _hash(path: str, *stamp: int) -> str:
    del stamp  # part of the key: a file that several scripts read is hashed once
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


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
