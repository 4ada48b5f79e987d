"""Find the transcripts below the roots; list the files passed over, with reasons."""

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from common.errors import InputError, PermissionDeniedError
from common.files import transcripts_directory

SNAPSHOT_LIMIT = 16 * 1024 * 1024
"""Bytes of the largest snapshot of a workflow that is read."""
SNAPSHOT_SUFFIX = b".json"


class Stamp(NamedTuple):
    """The size, times and inode by which a changed file is noticed without reading it."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


class FoundFile(NamedTuple):
    """A transcript or snapshot: `root` is the folder it was found under, `path` the bytes of its path below that.

    `name` is the path as text, with the root's number in front if there are several roots. `meta` is the stamp of the
    `.meta.json` next to it, None if there is none. `target` is the file that a link leads to, None if it is no link.
    """

    root: str
    path: bytes
    name: str
    stamp: Stamp
    meta: Stamp | None
    target: bytes | None = None

    @property
    def location(self) -> bytes:
        """The path of the file itself, not of a link to it."""
        return self.target or _join(os.fsencode(self.root), self.path)

    @property
    def is_snapshot(self) -> bool:
        """Whether the file is the snapshot of a workflow's run, and no transcript."""
        return self.path.endswith(SNAPSHOT_SUFFIX)

    @property
    def meta_location(self) -> bytes:
        """The path of the file's `.meta.json`, which may not exist."""
        return _join(os.fsencode(self.root), self.path.removesuffix(b".jsonl") + b".meta.json")


class PassedOver(NamedTuple):
    """A file or folder that was not read."""

    name: str
    reason: str


class Findings(NamedTuple):
    """The folders that were walked, the transcripts in them by path, and the files passed over."""

    roots: list[str]
    files: list[FoundFile]
    passed_over: list[PassedOver]


def projects_folders(roots: Sequence[str]) -> list[Path]:
    """Return the projects folder of each root; raise an error for one that cannot be read."""
    folders = []
    for root in roots:
        folder = transcripts_directory(Path(root).expanduser())
        if not folder.is_dir():
            kind = "a file" if folder.exists() else "nothing"
            raise InputError(f"{root}: expected a folder with transcripts, got {kind}. Set `projects`")
        if not _is_text(str(folder.resolve())):
            raise InputError(f"{shown(os.fsencode(root))}: expected a folder name in UTF-8. Rename the folder")
        if not os.access(folder, os.R_OK | os.X_OK):
            raise PermissionDeniedError(f"{root}: no permission to read this folder. Allow it, or set `projects`")
        folders.append(folder.resolve())
    return folders


def find_transcripts(roots: Sequence[str]) -> Findings:
    """Return every `*.jsonl` and every snapshot of a workflow below the roots.

    A file that can be reached twice is listed once, under the first root.
    """
    folders = projects_folders(roots)
    findings = Findings([str(folder) for folder in folders], [], [])
    seen: set[bytes] = set()
    for number, folder in enumerate(folders):
        prefix = f"{number}/" if len(folders) > 1 else ""
        walk = _Walk(os.fsencode(folder), prefix, findings.passed_over)
        for path, stamp, meta in sorted(walk.files()):
            file = FoundFile(str(folder), path, prefix + shown(path), stamp, meta, walk.links.get(path))
            if file.location not in seen:
                seen.add(file.location)
                findings.files.append(file)
    if len(folders) > 10:  # noqa: PLR2004 - up to ten numbers sort as text already
        findings.files.sort(key=lambda file: (os.fsencode(file.name.partition("/")[0]), file.path))
    findings.passed_over.sort()
    return findings


def _is_text(path: str) -> bool:
    return shown(os.fsencode(path)) == path


def shown(path: bytes) -> str:
    """Return a path as text, with escapes for bytes that are not UTF-8."""
    return path.decode("utf-8", "backslashreplace")


class _Walk:
    """The walk of one root, folder by folder. It follows no link to a folder: inside the root the folder is walked.

    `links` maps transcripts that are links to the files that they lead to.
    """

    def __init__(self, root: bytes, prefix: str, passed_over: list[PassedOver]) -> None:
        self.root, self.prefix, self.passed_over = root, prefix, passed_over
        self.links: dict[bytes, bytes] = {}

    def files(self) -> Iterator[tuple[bytes, Stamp, Stamp | None]]:
        """Yield path, stamp and stamp of the meta file of each transcript, and those of each snapshot."""
        pending = [b""]
        while pending:
            folder = pending.pop()
            try:
                entries = list(os.scandir(_join(self.root, folder)))
            except OSError as error:
                self._pass_over(folder, f"folder cannot be read: {error.strerror}")
                continue
            names = {entry.name: entry for entry in entries}
            for entry in entries:
                path = _join(folder, entry.name)
                if entry.is_dir(follow_symlinks=False):
                    pending.append(path)
                elif entry.name.endswith(b".jsonl"):
                    if stamp := self._stamp(entry, path):
                        yield path, stamp, self._meta(names.get(entry.name.removesuffix(b".jsonl") + b".meta.json"))
                elif _holds_snapshots(folder) and entry.name.endswith(SNAPSHOT_SUFFIX):
                    if stamp := self._snapshot(entry, path):
                        yield path, stamp, None
                elif entry.is_symlink() and os.path.isdir(entry.path) and not self._inside(entry):  # noqa: PTH112 - bytes
                    self._pass_over(path, "link to a folder outside of the root")

    def _stamp(self, entry: os.DirEntry[bytes], path: bytes) -> Stamp | None:
        """Return the stamp of a transcript; None, with the reason noted, for a file that is not read."""
        try:
            status = entry.stat()
        except OSError as error:
            self._pass_over(path, f"cannot be looked at: {error.strerror}")
            return None
        if not stat.S_ISREG(status.st_mode):
            self._pass_over(path, "link to a folder" if stat.S_ISDIR(status.st_mode) else "no regular file")
            return None
        if entry.is_symlink():
            target = os.path.realpath(_join(self.root, path))
            if not self._inside(entry):
                self._pass_over(path, "link to a file outside of the root")
                return None
            if target.endswith(b".jsonl"):
                return None  # found at its own place
            self.links[path] = target
        return stamp_of(status)

    def _snapshot(self, entry: os.DirEntry[bytes], path: bytes) -> Stamp | None:
        """Return the stamp of a workflow's snapshot; None for a link or a device, and for one that is too large."""
        stamp = self._meta(entry)
        if stamp and stamp.size > SNAPSHOT_LIMIT:
            self._pass_over(path, f"snapshot of a workflow larger than {SNAPSHOT_LIMIT >> 20} MB")
            return None
        return stamp

    def _inside(self, entry: os.DirEntry[bytes]) -> bool:
        return (os.path.realpath(entry.path) + b"/").startswith(self.root + b"/")

    @staticmethod
    def _meta(entry: os.DirEntry[bytes] | None) -> Stamp | None:
        if entry is None or not entry.is_file(follow_symlinks=False):
            return None
        try:
            return stamp_of(entry.stat(follow_symlinks=False))
        except OSError:
            return None  # gone since the folder was listed

    def _pass_over(self, path: bytes, reason: str) -> None:
        self.passed_over.append(PassedOver(self.prefix + shown(path), reason))


def _holds_snapshots(folder: bytes) -> bool:
    """Say whether a folder is `<session>/workflows`; `<session>/subagents/workflows` holds the runs themselves."""
    return folder.endswith(b"/workflows") and not folder.endswith(b"/subagents/workflows")


def stamp_of(status: os.stat_result) -> Stamp:
    """Return the stamp in a file's status."""
    return Stamp(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def _join(folder: bytes, name: bytes) -> bytes:
    """Join a folder and a name, as bytes: names need not be UTF-8, and path objects are slower."""
    return folder + b"/" + name if folder and name else folder or name
