"""The cache's file: made, checked, set aside when it cannot be used."""

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

VERSION = "4"
"""Raised whenever the readers take something else out of a transcript, or the tables change."""

NAME = "transcripts.sqlite3"
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
    part INTEGER NOT NULL, head BLOB NOT NULL, plain BLOB NOT NULL, enriched BLOB, checksum INTEGER NOT NULL);
CREATE INDEX session_part ON session (part);
CREATE TABLE run (part INTEGER NOT NULL, head BLOB NOT NULL, plain BLOB NOT NULL, checksum INTEGER NOT NULL);
CREATE INDEX run_part ON run (part);
"""


T = TypeVar("T")

_encode = msgspec.msgpack.Encoder().encode


class DamagedCacheError(Exception):
    """A row is not what was written, or the whole cache cannot be used."""

    def __init__(self, reason: str = "a row is not what was written") -> None:
        super().__init__(reason)


@contextlib.contextmanager
def open_database(folder: Path) -> Iterator[sqlite3.Connection]:
    """Open the database in a folder, made if it is not there; one that cannot be used is set aside first.

    What is not committed when the context ends is forgotten.
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
    """Do work on the database in a folder; if it finds damage there, set the database aside and do it again."""
    try:
        with open_database(folder) as database:
            work(database)
    except DamagedCacheError as error:
        set_aside(folder, str(error))
        with open_database(folder) as database:
            work(database)


def _explained(error: sqlite3.DatabaseError, path: Path) -> Exception:
    """Return what an error of the database means: no room or no right to write, held by another, else damage."""
    whole = getattr(error, "sqlite_errorcode", 0)
    code = whole & 0xFF
    if whole == sqlite3.SQLITE_READONLY_DIRECTORY or code == sqlite3.SQLITE_PERM:
        return PermissionDeniedError(f"{path}: no right to write ({error})")
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
        return WriteError(f"{path}: cannot be written ({error}); make room on the disk, then run doit again")
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return HeldError(f"{path}: another run holds it; wait for it to end, then run it again")
    return DamagedCacheError(str(error))


def set_aside(folder: Path, reason: str) -> None:
    """Move the cache out of the way, in the place of any that was moved before, and say so."""
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
    said = f"warning: cache unusable ({reason}): set aside as {aside.name}, reading all transcripts anew"
    sys.stderr.write(terminal(said) + "\n")


def _connect(path: Path) -> sqlite3.Connection:
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise DamagedCacheError("no regular file")
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600))
    connection = sqlite3.connect(path, timeout=1)
    try:
        _prepare(connection)
    except (sqlite3.DatabaseError, DamagedCacheError, UnicodeDecodeError):  # the last: SQLite quotes a damaged schema
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    """Make the tables, all in one transaction, if there are none, and refuse those of another version."""
    connection.executescript("PRAGMA secure_delete = ON; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16000;")
    if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        connection.executescript(_TABLES)
        connection.execute("INSERT INTO known VALUES ('version', ?)", (VERSION,))
        connection.commit()
    found = connection.execute("SELECT value FROM known WHERE name = 'version'").fetchone()
    if found is None or found[0] != VERSION:
        raise DamagedCacheError("made by another version of the readers")


def checksum(*values: object) -> int:
    """Return what tells that the values of a row are those that were written."""
    total = 0
    for value in values:
        total = zlib.crc32(value if isinstance(value, bytes) else repr(value).encode(), total)
    return total


def seal(raw: bytes) -> bytes:
    """Return bytes with their checksum behind them."""
    return raw + zlib.crc32(raw).to_bytes(4)


def unseal(raw: bytes) -> bytes:
    """Return bytes without their checksum; DamagedCacheError if it is not theirs."""
    if not isinstance(raw, bytes) or seal(raw[:-4]) != raw:
        raise DamagedCacheError
    return raw[:-4]


def seal_number(number: int) -> int:
    """Return a number that holds its own checksum."""
    return number << 16 | zlib.crc32(str(number).encode()) & 0xFFFF


def check_number(sealed: int) -> int:
    """Return a sealed number as it is; DamagedCacheError if it is none."""
    if not isinstance(sealed, int) or seal_number(sealed >> 16) != sealed:
        raise DamagedCacheError
    return sealed


def pack(value: object) -> bytes:
    """Return a value as sealed bytes."""
    return seal(_encode(value))


def unpack(raw: bytes, shape: type[T]) -> T:
    """Return a packed value; DamagedCacheError if it is none of that shape."""
    content = unseal(raw)
    try:
        return msgspec.msgpack.decode(content, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DamagedCacheError(str(error)) from error
