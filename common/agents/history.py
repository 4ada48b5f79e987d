"""Boundary: the git history of the agents folders.

Only reads. Nothing that a repository's configuration names is ever run: git is given a list of arguments, with
signatures, external diffs, text conversion, hooks, file system monitors, replacements and fetching switched off.
"""

import os
import re
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from common.agents.definitions import AgentFile, parse_definition

_GIT = (
    "git",
    "--no-pager",
    "--no-replace-objects",
    "--no-optional-locks",
    "--literal-pathspecs",
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "log.showSignature=false"),
    *("-c", "diff.external="),
    *("-c", "protocol.allow=never"),
)


_ENVIRONMENT = {"GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_ALLOW_PROTOCOL": "", "LC_ALL": "C"}


_SECONDS = 60


_NO_HISTORY = (b"not a git repository", b"does not have any commits yet")


_COMMIT = re.compile(rb"([0-9a-f]{40,64}) (-?\d+)")


@dataclass(frozen=True, slots=True)
class Commit:
    """The changes of one commit: "+reviewer", "-helper", "~developer: model, tools"; `seconds` since 1970."""

    seconds: int
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AgentHistory:
    """The commits that changed a definition, oldest first; `troubles` are folders whose history cannot be read."""

    commits: tuple[Commit, ...]
    troubles: tuple[str, ...]


def read_history(folders: Sequence[Path]) -> AgentHistory:
    """Return the commits that added, removed or changed an agent, of all folders together."""
    commits: list[Commit] = []
    troubles: list[str] = []
    for folder in filter(Path.is_dir, folders):
        log = _git(folder, "log", "-z", "--raw", "--no-abbrev", "--no-renames", "--no-ext-diff", "--no-textconv",
                   "--no-show-signature", "--format=%H %ct", "--", ".")  # fmt: skip
        if log.returncode == 0:
            commits += _commits(folder, _entries(log.stdout))
        elif not any(reason in log.stderr for reason in _NO_HISTORY):
            troubles.append(f"{folder}: cannot read the git history ({_reason(log)})")
    return AgentHistory(tuple(sorted(commits, key=lambda commit: (commit.seconds, commit.changes))), tuple(troubles))


@dataclass(frozen=True, slots=True)
class _Entry:
    """One file of one commit: the object names of its content before and after."""

    seconds: int
    commit: bytes
    before: bytes
    after: bytes
    path: bytes


def _entries(log: bytes) -> list[_Entry]:
    found: list[_Entry] = []
    commit, seconds = b"", 0
    tokens = iter(log.split(b"\0"))
    for token in tokens:
        text = token.strip(b"\n")
        if text.startswith(b":"):
            _, _, before, after, _ = text[1:].split(b" ")
            found.append(_Entry(seconds, commit, before, after, next(tokens)))
        elif match := _COMMIT.fullmatch(text):
            commit, seconds = match[1], int(match[2])
    return [entry for entry in found if entry.path.endswith(b".md")]


def _commits(folder: Path, entries: Sequence[_Entry]) -> list[Commit]:
    contents = _contents(folder, {name for entry in entries for name in (entry.before, entry.after)})
    by_commit: dict[bytes, list[_Entry]] = {}
    for entry in entries:
        by_commit.setdefault(entry.commit, []).append(entry)
    found = []
    for of_one in by_commit.values():
        before = _by_name((contents.get(entry.before), entry.path) for entry in of_one)
        after = _by_name((contents.get(entry.after), entry.path) for entry in of_one)
        if changes := _changes(before, after):
            found.append(Commit(of_one[0].seconds, tuple(changes)))
    return found


def _by_name(files: Iterable[tuple[bytes | None, bytes]]) -> dict[str, AgentFile]:
    agents = (parse_definition(raw, path.decode("utf-8", "replace")) for raw, path in files if raw is not None)
    return {agent.name: agent for agent in agents if agent}


def _changes(before: dict[str, AgentFile], after: dict[str, AgentFile]) -> list[str]:
    changes = [f"+{name}" for name in sorted(after.keys() - before.keys())]
    changes += [f"-{name}" for name in sorted(before.keys() - after.keys())]
    for name in sorted(before.keys() & after.keys()):
        if changed := _changed_fields(before[name], after[name]):
            changes.append(f"~{name}: {', '.join(changed)}")
    return changes


_CHANGE_WORDS = {"description": "description", "model": "model", "tools": "tools", "body": "instructions"}


def _changed_fields(before: AgentFile, after: AgentFile) -> list[str]:
    changed = [field.name for field in fields(AgentFile) if getattr(before, field.name) != getattr(after, field.name)]
    return [_CHANGE_WORDS[name] for name in changed if name in _CHANGE_WORDS]


def _contents(folder: Path, names: set[bytes]) -> dict[bytes, bytes]:
    wanted = sorted(name for name in names if name.strip(b"0"))
    answer = _git(folder, "cat-file", "--batch", given=b"".join(name + b"\n" for name in wanted)).stdout
    found: dict[bytes, bytes] = {}
    place = 0
    while place < len(answer):
        end = answer.index(b"\n", place)
        name, *rest = answer[place:end].split(b" ")
        if rest[0] == b"missing":
            place = end + 1
            continue
        size = int(rest[1])
        found[name] = answer[end + 1 : end + 1 + size]
        place = end + 1 + size + 1
    return found


def _git(folder: Path, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        return subprocess.run(
            [*_GIT, "-C", str(folder), *arguments],
            input=given,
            capture_output=True,
            env=inherited | _ENVIRONMENT,
            timeout=_SECONDS,
            check=False,
        )
    except (FileNotFoundError, PermissionError, subprocess.TimeoutExpired) as error:
        return subprocess.CompletedProcess([], 1, b"", str(error).encode())


def _reason(log: subprocess.CompletedProcess[bytes]) -> str:
    return (log.stderr.decode("utf-8", "replace").strip().splitlines() or ["git gave no reason"])[0]
