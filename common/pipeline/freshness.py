"""What a step's outputs rest on, as evidence taken when it ran, and why they no longer stand.

Evidence is taken before the script runs, "as seen then": what changes while it runs makes the step stale. Doit itself
compares the files that other steps make; the rest is here: the code, the settings, the transcripts, the history and
definitions of the agents, and the step's own outputs being as it left them.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from doit.dependency import MD5Checker, get_file_md5

from common.settings import transcripts_directory

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

Evidence = dict[str, Any]  # JSON as doit keeps it; its keys are those of `take`


class Checker(MD5Checker):
    """Doit's comparison of a file with what it was, not deceived by a restored time: size and ctime count too."""

    def check_modified(self, file_path: str, file_stat: os.stat_result, state: Sequence[Any]) -> bool:
        """Tell whether the file's content changed."""
        size, stamp, md5 = state[1], state[3], state[2]
        if file_stat.st_size == size and stamp == [file_stat.st_mtime_ns, file_stat.st_ctime_ns]:
            return False
        return bool(file_stat.st_size != size or get_file_md5(file_path) != md5)

    def get_state(self, dep: str, current_state: Sequence[Any] | None) -> Sequence[Any] | None:
        """Return what to keep of a file; None to leave what is kept."""
        seen = Path(dep).stat()
        stamp = [seen.st_mtime_ns, seen.st_ctime_ns]
        if current_state and current_state[1] == seen.st_size and current_state[3] == stamp:
            return None
        return [seen.st_mtime, seen.st_size, get_file_md5(dep), stamp]


class Inputs:
    """What a step rests on besides the files that other steps make."""

    def __init__(
        self, modules: Iterable[Path], settings: Mapping[str, Any], transcripts: Sequence[Path], agents: Sequence[Path]
    ) -> None:
        self.modules = tuple(modules)
        self.settings = dict(settings)
        self.transcripts = tuple(transcripts)
        self.agents = tuple(agents)

    def take(self) -> Evidence:
        """Return the evidence as it is now; the outputs are added by `add_outputs` when they are made."""
        return {
            "code": {str(path): _stamp_and_hash(path) for path in closure(self.modules)},
            "settings": self.settings,
            "transcripts": fingerprint(transcript_files(self.transcripts)) if self.transcripts else None,
            "agents": agents_state(self.agents),
        }

    def changes(self, evidence: Evidence, targets: Iterable[str]) -> Iterator[str]:
        """Yield why outputs that rest on `evidence` do not stand, cheapest check first."""
        if missing := {"settings", "code", "targets", "agents", "transcripts"} - evidence.keys():
            yield f"recorded by another version of this program, without {', '.join(sorted(missing))}"
            return
        yield from self._changed_settings(evidence["settings"])
        for path, state in evidence["code"].items():
            if not _is_unchanged(path, state):
                yield f"code changed: {path}"
        for target in targets:
            if not Path(target).is_file():
                yield f"output missing: {target}"
            elif target not in evidence["targets"]:
                yield f"output not known: {target}"
            elif not _is_unchanged(target, evidence["targets"][target]):
                yield f"output edited: {target}"
        if self.agents and agents_state(self.agents) != evidence["agents"]:
            yield "agent definitions or their history changed"
        if self.transcripts and fingerprint(transcript_files(self.transcripts)) != evidence["transcripts"]:
            yield "transcripts changed"

    def _changed_settings(self, before: Mapping[str, Any]) -> Iterator[str]:
        for key in sorted(self.settings.keys() | before.keys()):
            if (old := before.get(key)) != (new := self.settings.get(key)):
                yield f"settings changed: {key} {said(old)} → {said(new)}"


def said(value: object) -> str:
    """Return a setting's value as it is shown."""
    return "none" if value is None else ", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value)


def add_outputs(evidence: Evidence, targets: Iterable[str]) -> Evidence:
    """Return the evidence with the outputs as the step left them."""
    return {**evidence, "targets": {target: _stamp_and_hash(Path(target)) for target in targets}}


def closure(modules: Iterable[Path]) -> list[Path]:
    """Return the modules, every module of ours that they import, and the .toml data beside those, sorted."""
    found: set[Path] = set()
    waiting = list(modules)
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        if path.suffix == ".py" and path.is_file():
            waiting += imported(path, path.stat().st_mtime_ns)
            waiting += [data for data in (path.with_suffix(".toml"),) if data.is_file()]
        elif path.is_dir():
            found.remove(path)
            waiting += [inside for inside in path.rglob("*") if inside.is_file() and "__pycache__" not in inside.parts]
    return sorted(found)


@functools.cache
def imported(path: Path, mtime_ns: int) -> tuple[Path, ...]:
    """Return the files of ours that a module imports, wherever in it the import stands."""
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
    return tuple(sorted({file for name in names for file in _files_of(name)}))


def _files_of(name: str) -> Iterator[Path]:
    """Yield the files that importing a module by its dotted name runs, seen from the project's folder."""
    parts = name.split(".")
    for length in range(1, len(parts) + 1):
        place = Path(*parts[:length])
        for file in (place / "__init__.py", place.with_suffix(".py")):
            if file.is_file():
                yield file


def transcript_files(roots: Iterable[Path]) -> Iterator[tuple[str, os.stat_result]]:
    """Yield every transcript and its describing file below the roots; links are not followed."""
    waiting = [str(transcripts_directory(root)) for root in roots]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    elif entry.name.endswith((".jsonl", ".json")):
                        yield entry.path, entry.stat(follow_symlinks=False)
        except OSError:
            continue  # gone or unreadable: reading it is the extraction's business, which tells the user


def transcript_sizes(roots: Iterable[Path]) -> dict[str, int]:
    """Return the transcripts with their sizes."""
    return {name: stat.st_size for name, stat in transcript_files(roots)}


def fingerprint(files: Iterable[tuple[str, os.stat_result]]) -> str:
    """Return one digest of names, sizes, times and inodes."""
    lines = sorted(f"{name}\0{s.st_size}\0{s.st_mtime_ns}\0{s.st_ctime_ns}\0{s.st_ino}" for name, s in files)
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


@functools.cache
def agents_state(folders: tuple[Path, ...]) -> list[str]:
    """Return a digest of the agent definitions and the last commit that changed them, per folder."""
    return [f"{_definitions(folder)} {_head(folder)}" for folder in folders]


def _definitions(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.md")):
        digest.update(os.fsencode(path) + b"\0" + "".join(hash_of(str(path))).encode() + b"\0")
    return digest.hexdigest()[:16]


def _head(folder: Path) -> str:
    if not any((parent / ".git").exists() for parent in (folder.absolute(), *folder.absolute().parents)):
        return ""
    command = ["git", "-c", "core.fsmonitor=false", "-C", str(folder), "rev-list", "-1", "HEAD", "--", "."]
    environment = {**os.environ, "GIT_NO_LAZY_FETCH": "1"}
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=10, env=environment)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.strip()


def hash_of(path: str) -> list[Any]:
    """Return a file's hash as evidence has it, in a list; empty if it cannot be read."""
    return _stamp_and_hash(Path(path))[3:]


def _stamp_and_hash(path: Path) -> list[Any]:
    try:
        with path.open("rb") as stream:
            stat = os.fstat(stream.fileno())
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return []
    return [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, digest]


def _is_unchanged(path: str, state: Sequence[Any]) -> bool:
    try:
        stat = os.stat(path)  # noqa: PTH116 - called for each file of each step at each start
    except OSError:
        return not state
    if [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns] == state[:3]:
        return True
    return bool(state) and stat.st_size == state[0] and hash_of(path) == state[3:]
