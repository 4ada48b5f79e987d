"""Writing files so that a reader finds the old bytes or the new ones, never a part; and one lock a data directory.

Everything is readable by its owner alone (files 0600, folders 0700).
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


def write_atomically(path: Path, data: bytes | Iterable[bytes]) -> bool:
    """Make `path` hold `data`, whole or not at all, and return whether it changed.

    The bytes go to a temporary file in the same folder, which then takes the place of the old one. A file that has
    these bytes already is left alone, its times too, so that nothing which depends on it wakes up.
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
        with contextlib.suppress(OSError):  # it is not there, or nothing can be: what went wrong before is said
            temporary.unlink()


def make_directory(path: Path) -> None:
    """Make a folder and those above it, readable by the owner alone; one that exists is left as it is."""
    if not path.is_dir():
        make_directory(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)


def sweep_temporary_files(directory: Path) -> int:
    """Remove what writers that were killed left behind below `directory`, and return how many files that were."""
    temporary = (path for path in directory.rglob(".*.tmp") if TEMPORARY_NAME.fullmatch(path.name))
    leftovers = [path for path in temporary if not _is_being_written(path)]
    for path in leftovers:
        path.unlink(missing_ok=True)
    return len(leftovers)


def open_own(path: Path, flags: int) -> int:
    """Open a file that is ours, made if it is not there; a link, a pipe or an empty folder in its place gives way."""
    with contextlib.suppress(FileNotFoundError):
        kind = path.lstat().st_mode
        if stat.S_ISDIR(kind):
            path.rmdir()  # a full one is an error
        elif not stat.S_ISREG(kind):
            path.unlink()
    return os.open(path, flags | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)


@contextlib.contextmanager
def lock_data_directory(directory: Path, holder: str, *, wait: bool = False) -> Iterator[None]:
    """Hold the lock of the data directory; `holder` is what another run is told about this one.

    The first holder closes the folder to others, since one that a clone brought has the rights of its umask. The system
    takes the lock back when the process ends, however it ends: there is no stale lock.
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
    """Return what to tell the user about an error of the operating system at `path`, else where the error says."""
    place = path or (error.filename if isinstance(error.filename, str) else "writing")
    reason = f"{place}: {error.strerror or error}"
    if error.errno in PERMISSION_ERRNOS:
        return PermissionDeniedError(f"{reason}. Give yourself permission, or choose another data=DIR")
    if error.errno in WRITE_ERRNOS:
        return WriteError(f"{reason}. Free some space or choose another data=DIR, then run it again")
    return InputError(f"{reason}. Correct this, then run it again")


def _open_new(path: Path) -> int:
    """Open a file of our own, locked as long as it is open; the system takes the lock back however the process ends."""
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
        path.rmdir()  # an empty folder in the place of a file is in nobody's way; a full one is an error
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
