"""What a script's outputs rest on, as evidence taken when it ran, and why they no longer stand.

Evidence is taken before the script runs, "as seen then": what changes while it runs makes its outputs stale. Doit knows
the files alone, for the order of the scripts; whether they changed is told here, as are the code, the settings, the
transcripts, the history and definitions of the agents, and the outputs being as the script left them.
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

from doit.dependency import FileChangedChecker

from common.settings import transcripts_directory

Evidence = dict[str, Any]  # JSON as doit keeps it; its keys are those of `take`, and "targets"
WARNINGS, WARNED = "warnings", "what the run warns of changed"
LONGEST_VALUE = 60


class Checker(FileChangedChecker):
    """Doit's comparison of files, which leaves them to the evidence."""

    def check_modified(self, *_: object) -> bool:
        """Tell doit that a file is as it was."""
        return False

    def get_state(self, *_: object) -> int:
        """Return what doit keeps of a file."""
        return 0


@dataclass(slots=True)
class Step:
    """A script as a task: what it runs, reads and writes, and what else its outputs rest on."""

    script: str
    command: list[str]
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    code: tuple[Path, ...]  # modules, with what they import; other files; folders
    settings: dict[str, Any]
    transcripts: tuple[Path, ...] = ()  # roots
    agents: tuple[Path, ...] = ()  # folders of definitions
    timeout: float = 0.0  # seconds
    forced: bool = False  # to run though its outputs stand

    def warn(self, warnings: Sequence[str]) -> None:
        """Hand the run's warnings to the script, if it takes them; without them it will be stale again."""
        if WARNINGS in self.settings:
            self.settings[WARNINGS] = list(warnings)
            self.command.extend(part for text in warnings for part in (f"--{WARNINGS}", text))

    def take(self) -> Evidence:
        """Return the evidence as it is now, without that of the outputs."""
        return {
            "settings": self.settings,
            "code": states(map(str, closure(self.code))),
            "reads": states(self.reads),
            "agents": agents_state(self.agents),
            "transcripts": transcripts_state(self.transcripts),
        }

    def is_fresh(self, task: object, values: Mapping[str, Any]) -> bool:
        """Tell doit, which looks at the parameters' names, whether the outputs still rest on what is there."""
        del task
        return bool(values) and not self.forced and next(self.changes(values), None) is None

    def changes(self, evidence: Mapping[str, Any], made: Collection[str] = ()) -> Iterator[str]:
        """Yield why outputs that rest on `evidence` do not stand, cheapest check first; `made` will be made anew."""
        if missing := {"settings", "code", "reads", "targets", "agents", "transcripts"} - evidence.keys():
            yield f"recorded by another version of this program, without {', '.join(sorted(missing))}"
            return
        before = evidence["settings"]
        for key in sorted(self.settings.keys() | before.keys()):
            if (old := before.get(key)) != (new := self.settings.get(key)):
                yield WARNED if key == WARNINGS else f"settings changed: {key} {said(old)} → {said(new)}"
        yield from (
            f"code changed: {path}" for path, state in evidence["code"].items() if not is_as_it_was(path, state)
        )
        yield from _changed_files("output", self.writes, evidence["targets"], "edited")
        yield from _changed_files("input", sorted({*self.reads} - {*made}), evidence["reads"], "changed")
        if agents_state(self.agents) != evidence["agents"]:
            yield "agent definitions or their history changed"
        if (seen := transcripts_state(self.transcripts)) != evidence["transcripts"]:
            yield f"transcripts changed: {_compared(seen, evidence['transcripts'])}"


def _changed_files(kind: str, paths: Iterable[str], before: Mapping[str, Any], how: str) -> Iterator[str]:
    for path in paths:
        if not Path(path).is_file():
            yield f"{kind} missing: {path}"
        elif path not in before:
            yield f"{kind} not known: {path}"
        elif not is_as_it_was(path, before[path]):
            yield f"{kind} {how}: {path}"


def _compared(now: Mapping[str, list[int]], before: Mapping[str, list[int]]) -> str:
    sizes = [(now[path][0], before[path][0]) for path in now.keys() & before.keys()]
    counts = {
        "new": len(now.keys() - before.keys()),
        "grown": sum(new > old for new, old in sizes),
        "shorter": sum(new < old for new, old in sizes),
        "gone": len(before.keys() - now.keys()),
    }
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count) or "rewritten at the same size"


def said(value: object) -> str:
    """Return a setting's value as it is shown, a long one by its beginning."""
    text = ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    return f"{text[: LONGEST_VALUE - 1]}…" if len(text) > LONGEST_VALUE else text or "none"


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


def _stamp(path: str) -> list[int]:
    seen = os.stat(path)  # noqa: PTH116 - called for each file of each step at each start
    return [seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns]


@functools.cache
def _hash(path: str, *stamp: int) -> str:
    del stamp  # part of the key: a file that several scripts read is hashed once
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def closure(paths: Iterable[Path]) -> list[Path]:
    """Return the files, those in the folders, every module of ours that a module imports, and its data, sorted."""
    found: set[Path] = set()
    waiting = list(paths)
    while waiting:
        path = waiting.pop()
        if path.is_dir():
            waiting += [inside for inside in path.rglob("*") if inside.is_file() and "__pycache__" not in inside.parts]
        elif path not in found:
            found.add(path)
            waiting += imported(path, path.stat().st_mtime_ns) if path.suffix == ".py" and path.is_file() else ()
    return sorted(found)


@functools.cache
def imported(path: Path, mtime_ns: int) -> tuple[Path, ...]:
    """Return the files of ours that a module imports, wherever in it the import stands, and the .toml beside it."""
    del mtime_ns  # part of the key: an edited module is read anew
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError):
        return ()  # Python itself will say what is wrong with it, when it runs
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = ".".join(path.parent.parts[: len(path.parent.parts) + 1 - node.level]) if node.level else ""
            base = ".".join(part for part in (above, node.module) if part)
            names.update([base, *(f"{base}.{alias.name}" for alias in node.names)])
    places = {Path(*name.split(".")[:length]) for name in names for length in range(1, name.count(".") + 2)}
    files = [file for place in places for file in (place / "__init__.py", place.with_suffix(".py"))]
    return tuple(file for file in (*files, path.with_suffix(".toml")) if file.is_file())


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
