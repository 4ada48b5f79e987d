"""The file of the cache: create it, check it, set it aside if it is damaged."""

import contextlib
import os
import sqlite3
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from common.errors import HeldError, PermissionDeniedError, ProjectError, WriteError
from common.text.escaping import terminal
from common.transcripts.cache.code_version import code_version

NAME = "transcripts.sqlite3"
# `part` is the number of a group of files: the smallest of their ids, sealed.
_TABLES = """
BEGIN;
CREATE TABLE known (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE file (
    id INTEGER PRIMARY KEY, root TEXT NOT NULL, path BLOB NOT NULL, name TEXT NOT NULL, stamp BLOB NOT NULL,
    meta BLOB NOT NULL, counts BLOB NOT NULL, part INTEGER, UNIQUE (root, path));
CREATE TABLE content (
    file INTEGER PRIMARY KEY REFERENCES file ON DELETE CASCADE, consumed INTEGER NOT NULL, digest BLOB NOT NULL,
    state BLOB NOT NULL, facts BLOB, keys BLOB NOT NULL, checksum INTEGER NOT NULL);
CREATE TABLE session (
    part INTEGER NOT NULL, head BLOB NOT NULL, plain BLOB NOT NULL, enriched BLOB, workflows BLOB,
    checksum INTEGER NOT NULL);
CREATE INDEX session_part ON session (part);
CREATE TABLE run (part INTEGER NOT NULL, head BLOB NOT NULL, plain BLOB NOT NULL, checksum INTEGER NOT NULL);
CREATE INDEX run_part ON run (part);
"""


T = TypeVar("T")

_encode = msgspec.msgpack.Encoder().encode


class DamagedCacheError(Exception):
    """A row of the cache, or the whole cache, is not what was written."""

    def __init__(self, reason: str = "a row is not what was written") -> None:
        super().__init__(reason)


@contextlib.contextmanager
def open_database(folder: Path) -> Iterator[sqlite3.Connection]:
    """Open the database in a folder, after creating it if there is none and setting it aside if it is damaged.

    Changes that are not committed when the context ends are lost.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / NAME
    try:
        connection = _connect(path)
    except (sqlite3.DatabaseError, DamagedCacheError, UnicodeDecodeError) as error:
        explained = _explained(error, path) if isinstance(error, sqlite3.DatabaseError) else error
        if isinstance(explained, ProjectError):
            raise explained from error
        set_aside(folder, str(error))
        connection = _connect(path)
    try:
        yield connection
    except sqlite3.DatabaseError as error:
        raise _explained(error, path) from error
    finally:
        connection.close()


def on_database(folder: Path, work: Callable[[sqlite3.Connection], None]) -> None:
    """Do work on the database in a folder; if that finds damage, set the database aside and do the work again."""
    try:
        with open_database(folder) as database:
            work(database)
    except DamagedCacheError as error:
        set_aside(folder, str(error))
        with open_database(folder) as database:
            work(database)


def _explained(error: sqlite3.DatabaseError, path: Path) -> Exception:
    """Return the error of this project for one of SQLite: no space, no permission, in use, else damage."""
    whole = getattr(error, "sqlite_errorcode", 0)
    code = whole & 0xFF
    if whole == sqlite3.SQLITE_READONLY_DIRECTORY or code == sqlite3.SQLITE_PERM:
        return PermissionDeniedError(f"{path}: no permission to write ({error}). Allow it, then run `doit` again")
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
        return WriteError(f"{path}: cannot write ({error}). Free disk space, then run `doit` again")
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return HeldError(f"{path}: another run is using it. Wait for that run to end, then run `doit` again")
    return DamagedCacheError(str(error))


def set_aside(folder: Path, reason: str) -> None:
    """Move the cache aside, over any that was set aside before, and print a warning."""
    path = folder / NAME
    for ending in ("-journal", "-wal", "-shm"):
        Path(f"{path}{ending}").unlink(missing_ok=True)
    aside = folder / f"{NAME}.set-aside"
    if aside.is_dir() and not aside.is_symlink():
        from shutil import rmtree  # noqa: PLC0415 - a folder in the cache's place is rare

        rmtree(aside)
    elif path.is_dir():
        aside.unlink(missing_ok=True)
    path.replace(aside)
    if not aside.is_symlink():
        aside.chmod(0o700 if aside.is_dir() else 0o600)
    said = f"warning: cache unusable ({reason}): set aside as {aside.name}, reading all transcripts again"
    sys.stderr.write(terminal(said) + "\n")


def _connect(path: Path) -> sqlite3.Connection:
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise DamagedCacheError("no regular file")
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600))
    connection = sqlite3.connect(path, timeout=1)
    try:
        _prepare(connection)
    except (
        sqlite3.DatabaseError,
        DamagedCacheError,
        UnicodeDecodeError,
    ):  # UnicodeDecodeError: SQLite quotes a damaged schema
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    """Create the tables in one transaction if there are none; refuse those of another version."""
    connection.executescript("PRAGMA secure_delete = ON; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16000;")
    if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        connection.executescript(_TABLES)
        connection.execute("INSERT INTO known VALUES ('version', ?)", (code_version(),))
        connection.commit()
    version = connection.execute("SELECT value FROM known WHERE name = 'version'").fetchone()
    if version is None or version[0] != code_version():
        raise DamagedCacheError("made by another version of the readers")


def checksum(*values: object) -> int:
    """Return the checksum of the values of a row."""
    total = 0
    for value in values:
        total = zlib.crc32(value if isinstance(value, bytes) else repr(value).encode(), total)
    return total


def seal(raw: bytes) -> bytes:
    """Return bytes with their checksum appended."""
    return raw + zlib.crc32(raw).to_bytes(4)


def unseal(raw: bytes) -> bytes:
    """Return bytes without their checksum; DamagedCacheError if it does not match."""
    if not isinstance(raw, bytes) or seal(raw[:-4]) != raw:
        raise DamagedCacheError
    return raw[:-4]


def seal_number(number: int) -> int:
    """Return a number with its checksum in the lowest 16 bits."""
    return number << 16 | zlib.crc32(str(number).encode()) & 0xFFFF


def check_number(sealed: int) -> int:
    """Return a sealed number unchanged; DamagedCacheError if its checksum does not match."""
    if not isinstance(sealed, int) or seal_number(sealed >> 16) != sealed:
        raise DamagedCacheError
    return sealed


def pack(value: object) -> bytes:
    """Return a value as sealed bytes."""
    return seal(_encode(value))


def unpack(raw: bytes, shape: type[T]) -> T:
    """Return a packed value; DamagedCacheError if it does not have that shape."""
    content = unseal(raw)
    try:
        return msgspec.msgpack.decode(content, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DamagedCacheError(str(error)) from error
