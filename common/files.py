"""Atomic writes, the lock of a data directory, and the projects directory of a root.

A reader finds the old bytes or the new ones. Only the owner can read what is written (files 0600, folders 0700).
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
from typing import TYPE_CHECKING

from common.errors import HeldError, InputError, PermissionDeniedError, ProjectError, WriteError

with contextlib.suppress(ImportError):  # POSIX only: elsewhere the program says so before it is needed
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from typing import IO

TEMPORARY_NAME = re.compile(r"\..*\.\d+\.tmp")
LOCK_NAME = ".lock"
CHUNK = 1 << 20
WRITE_ERRNOS = frozenset({errno.ENOSPC, errno.EROFS, errno.EIO, errno.EDQUOT, errno.EFBIG, errno.ENXIO})
PERMISSION_ERRNOS = frozenset({errno.EACCES, errno.EPERM})


def transcripts_directory(root: Path) -> Path:
    """Return the projects directory of a root, which is a configuration directory or a projects directory itself."""
    return root / "projects" if (root / "projects").is_dir() else root


def write_atomically(path: Path, data: bytes | Iterable[bytes]) -> bool:
    """Write `data` to `path`, completely or not at all, and return whether the file changed.

    The bytes go to a temporary file in the same folder, which then replaces the old one. A file that already has these
    bytes keeps its times, so that nothing that depends on it becomes stale.
    """
    temporary = path.with_name(f".{path.name[:200]}.{os.getpid()}.tmp")
    try:
        make_directory(path.parent)
        with os.fdopen(_open_new(temporary), "wb") as stream:
            _write(stream, [data] if isinstance(data, bytes) else data)
            return _put_in_place(temporary, path)
    except OSError as error:
        raise as_project_error(error, path) from error
    finally:
        with contextlib.suppress(OSError):  # not there, or not removable: the first error is the one to report
            temporary.unlink()


def make_directory(path: Path) -> None:
    """Create a folder and its parents, readable by the owner alone; existing folders keep their permissions."""
    if not path.is_dir():
        make_directory(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)


def sweep_temporary_files(directory: Path) -> int:
    """Remove the files that killed writers left below `directory`, and return their number."""
    temporary = (path for path in directory.rglob(".*.tmp") if TEMPORARY_NAME.fullmatch(path.name))
    leftovers = [path for path in temporary if not _is_being_written(path)]
    for path in leftovers:
        path.unlink(missing_ok=True)
    return len(leftovers)


def open_own(path: Path, flags: int) -> int:
    """Open one of the program's own files, creating it if needed; it replaces a link, a pipe or an empty folder."""
    with contextlib.suppress(FileNotFoundError):
        kind = path.lstat().st_mode
        if stat.S_ISDIR(kind):
            path.rmdir()  # a full one is an error
        elif not stat.S_ISREG(kind):
            path.unlink()
    return os.open(path, flags | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)


@contextlib.contextmanager
def lock_data_directory(directory: Path, holder: str, *, wait: bool = False) -> Iterator[None]:
    """Hold the lock of the data directory; `holder` is how the message of another run names this one.

    The first holder closes the folder to other users, since a folder from a clone has the permissions of its umask. The
    system releases the lock when the process ends in any way, so there is no stale lock.
    """
    path = directory / LOCK_NAME
    try:
        make_directory(directory)
        if not path.exists():
            directory.chmod(directory.stat().st_mode & 0o700)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise as_project_error(error, path) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            said = os.read(descriptor, 500).decode("utf-8", "replace").strip() or "another run"
            message = f"{directory} is held by {said}. Wait for it to end, or add --wait"
            raise HeldError(message) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{holder}\n".encode("utf-8", "replace"), 0)
        yield
    finally:
        os.close(descriptor)


def as_project_error(error: OSError, path: Path | None = None) -> ProjectError:
    """Return the error for a user; its place is `path`, or the one that the error names."""
    place = path or (error.filename if isinstance(error.filename, str) else "writing")
    reason = f"{place}: {error.strerror or error}"
    if error.errno in PERMISSION_ERRNOS:
        return PermissionDeniedError(f"{reason}. Give yourself permission, or choose another data=DIR")
    if error.errno in WRITE_ERRNOS:
        return WriteError(f"{reason}. Free some space or choose another data=DIR, then run it again")
    return InputError(f"{reason}. Correct this, then run it again")


def _open_new(path: Path) -> int:
    """Open a new temporary file, locked while it is open; the system releases the lock when the process ends."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor


def _is_being_written(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _write(stream: IO[bytes], chunks: Iterable[bytes]) -> None:
    for chunk in chunks:
        stream.write(chunk)
    stream.flush()
    os.fsync(stream.fileno())


def _put_in_place(temporary: Path, path: Path) -> bool:
    if path.is_file() and not path.is_symlink() and _hold_the_same(temporary, path):
        return False
    if path.is_dir() and not path.is_symlink():
        path.rmdir()  # an empty folder can go; a full one is an error
    temporary.replace(path)
    _sync_directory(path.parent)
    return True


def _hold_the_same(path: Path, known: Path) -> bool:
    if path.stat().st_size != known.stat().st_size:
        return False
    with path.open("rb") as first, known.open("rb") as second:
        return all(chunk == second.read(CHUNK) for chunk in iter(lambda: first.read(CHUNK), b""))


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
