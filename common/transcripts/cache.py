"""The cache: what each transcript gave, and what was made of the groups that hang together.

A sqlite database in the data directory's `cache/`. It holds nothing that cannot be made again: one that is damaged,
or of another version of the readers, is set aside and built anew. Rows know their file, and each bears a checksum.
"""

import contextlib
import os
import sqlite3
import sys
import zlib
from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec

from common.records import Session, SessionFields
from common.transcripts.assemble import AssembledRun, AssembledSession, plain_delegation
from common.transcripts.counts import FileCounts, PartCounts, file_counts, run_counts, session_counts
from common.transcripts.evidence import TranscriptFile
from common.transcripts.find import FoundFile, Stamp
from common.transcripts.groups import keys_of
from common.transcripts.reading import Reading, decode_facts
from common.transcripts.shapes import Meta

VERSION = "1"
"""Raised whenever the readers take something else out of a transcript, or the tables change."""

NAME = "transcripts.sqlite3"
_TABLES = """
CREATE TABLE known (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE file (
    id INTEGER PRIMARY KEY, root TEXT NOT NULL, path BLOB NOT NULL, name TEXT NOT NULL, stamp BLOB NOT NULL,
    meta BLOB NOT NULL, counts BLOB NOT NULL, part INTEGER, UNIQUE (root, path));
CREATE TABLE content (
    file INTEGER PRIMARY KEY REFERENCES file ON DELETE CASCADE, consumed INTEGER NOT NULL, digest BLOB NOT NULL,
    state BLOB NOT NULL, facts BLOB, keys BLOB NOT NULL, checksum INTEGER NOT NULL);
CREATE TABLE session (
    part INTEGER NOT NULL, id TEXT NOT NULL, first TEXT, cwd TEXT, counts BLOB NOT NULL, plain BLOB NOT NULL,
    enriched BLOB, checksum INTEGER NOT NULL);
CREATE INDEX session_part ON session (part);
CREATE TABLE run (
    part INTEGER NOT NULL, session TEXT, place TEXT NOT NULL, counts BLOB NOT NULL, plain BLOB NOT NULL,
    checksum INTEGER NOT NULL);
CREATE INDEX run_part ON run (part);
"""

T = TypeVar("T")
_pack = msgspec.msgpack.Encoder().encode
_json = msgspec.json.Encoder().encode


class DamagedCacheError(Exception):
    """A row is not what was written."""


class Row(NamedTuple):
    """A file as the cache knows it; `part` is the group of files whose records are there, None if they are not."""

    id: int
    root: str
    path: bytes
    name: str
    stamp: Stamp
    meta_stamp: Stamp | None
    part: int | None


class SessionRow(NamedTuple):
    """A session without its bulk."""

    rowid: int
    id: str
    first: str | None
    cwd: str | None
    counts: PartCounts


class RunRow(NamedTuple):
    """An unlinked run without its bulk."""

    rowid: int
    session: str | None
    place: str
    counts: PartCounts


class _FileMeta(msgspec.Struct, array_like=True):
    stamp: Stamp | None
    meta: Meta | None


class Cache:
    """The tables; every method that changes them leaves the commit to the caller."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def commit(self) -> None:
        """Make what was done last."""
        self._db.commit()

    # -- files

    def rows(self) -> list[Row]:
        """Return all files, also those of roots that are not read this time."""
        found = self._db.execute("SELECT id, root, path, name, stamp, meta, part FROM file")
        return [
            Row(id_, root, path, name, _stamp(stamp), _unpack(meta, _FileMeta).stamp, part)
            for id_, root, path, name, stamp, meta, part in found
        ]

    def reading(self, row: Row) -> Reading | None:
        """Return the earlier reading of a file; None if its row is damaged, so that it is read anew."""
        found = self._db.execute(
            "SELECT consumed, digest, state, facts, keys, checksum FROM content WHERE file = ?", (row.id,)
        ).fetchone()
        if found is None or _checksum(*found[:-1]) != found[-1]:
            return None
        consumed, digest, state, facts, *_ = found
        return Reading(row.stamp, consumed, digest, state, state if facts is None else facts)

    def save_file(self, file: FoundFile, reading: Reading, meta: Meta | None) -> None:
        """Keep what a file gave, in the place of what it gave before; its group is to be made anew."""
        self.forget_file(file.root, file.path)
        facts = decode_facts(reading.facts)
        keys = keys_of(TranscriptFile(0, file.name, facts, meta)).tobytes()
        counts = _pack(file_counts(facts, reading.stamp.size))
        values = (file.root, file.path, file.name, _pack(reading.stamp), _pack(_FileMeta(file.meta, meta)), counts)
        cursor = self._db.execute(
            "INSERT INTO file (root, path, name, stamp, meta, counts) VALUES (?, ?, ?, ?, ?, ?)", values
        )
        same = reading.facts == reading.state
        content = (reading.consumed, reading.digest, reading.state, None if same else reading.facts, keys)
        self._db.execute(
            "INSERT INTO content VALUES (?, ?, ?, ?, ?, ?, ?)", (cursor.lastrowid, *content, _checksum(*content))
        )

    def forget_file(self, root: str, path: bytes) -> None:
        """Remove a file's rows and the records of its group."""
        found = self._db.execute("SELECT id, part FROM file WHERE root = ? AND path = ?", (root, path)).fetchone()
        if found:
            self.dissolve([found[1]])
            self._db.execute("DELETE FROM content WHERE file = ?", (found[0],))
            self._db.execute("DELETE FROM file WHERE id = ?", (found[0],))

    def rename(self, row: Row, name: str) -> None:
        """Note that a file is shown under another name now: its group is to be made anew."""
        self.dissolve([row.part])
        self._db.execute("UPDATE file SET name = ? WHERE id = ?", (name, row.id))

    def file_counts(self, ids: Iterable[int]) -> dict[int, FileCounts]:
        """Return what files add to the source."""
        wanted = set(ids)
        found = self._db.execute("SELECT id, counts FROM file")
        return {id_: _unpack(counts, FileCounts) for id_, counts in found if id_ in wanted}

    # -- groups

    def dissolve(self, parts: Iterable[int | None]) -> None:
        """Forget the records of groups, so that they are made anew."""
        for part in {part for part in parts if part is not None}:
            for table in ("session", "run"):
                self._db.execute(f"DELETE FROM {table} WHERE part = ?", (part,))  # noqa: S608 - two fixed names
            self._db.execute("UPDATE file SET part = NULL WHERE part = ?", (part,))

    def keys(self) -> dict[int, "array[int]"]:
        """Return the keys of every file."""
        found = self._db.execute("SELECT file, keys FROM content")
        return {id_: _array(keys) for id_, keys in found}

    def transcript(self, rank: int, row: Row) -> TranscriptFile:
        """Return a file with its facts."""
        reading = self.reading(row)
        meta = self._db.execute("SELECT meta FROM file WHERE id = ?", (row.id,)).fetchone()
        if reading is None:
            raise DamagedCacheError(row.name)
        return TranscriptFile(rank, row.name, decode_facts(reading.facts), _unpack(meta[0], _FileMeta).meta)

    def save_part(self, ids: list[int], sessions: list[AssembledSession], runs: list[AssembledRun]) -> None:
        """Keep the records of a group of files."""
        part = min(ids)
        self._db.executemany("UPDATE file SET part = ? WHERE id = ?", [(part, id_) for id_ in ids])
        self._db.executemany(
            "INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, ?, ?)", [(part, *_session_row(s)) for s in sessions]
        )
        self._db.executemany("INSERT INTO run VALUES (?, ?, ?, ?, ?, ?)", [(part, *_run_row(r)) for r in runs])

    # -- results

    def sessions(self) -> list[SessionRow]:
        """Return all sessions in the order of first timestamp and id."""
        found = self._db.execute("SELECT rowid, id, first, cwd, counts FROM session")
        rows = [SessionRow(rowid, id_, first, cwd, _unpack(c, PartCounts)) for rowid, id_, first, cwd, c in found]
        return sorted(rows, key=lambda row: (row.first or "", row.id))

    def runs(self) -> list[RunRow]:
        """Return all unlinked runs in order."""
        found = self._db.execute("SELECT rowid, session, place, counts FROM run")
        rows = [RunRow(rowid, session, place, _unpack(counts, PartCounts)) for rowid, session, place, counts in found]
        return sorted(rows, key=lambda row: row.place)

    def session_json(self, row: SessionRow, *, enriched: bool) -> bytes | None:
        """Return a session as JSON; enriched, None if it has no delegation."""
        plain, words, checksum = self._db.execute(
            "SELECT plain, enriched, checksum FROM session WHERE rowid = ?", (row.rowid,)
        ).fetchone()
        if _checksum(plain, words) != checksum:
            raise DamagedCacheError(row.id)
        chosen: bytes | None = words if enriched else plain
        return chosen

    def run_json(self, row: RunRow) -> bytes:
        """Return an unlinked run as JSON."""
        plain, checksum = self._db.execute("SELECT plain, checksum FROM run WHERE rowid = ?", (row.rowid,)).fetchone()
        if _checksum(plain) != checksum:
            raise DamagedCacheError(row.place)
        return bytes(plain)

    # -- settings that the records rest on

    def timezone(self) -> str | None:
        """Return the time zone that the records are made in."""
        found = self._db.execute("SELECT value FROM known WHERE name = 'timezone'").fetchone()
        return found[0] if found else None

    def set_timezone(self, timezone: str) -> None:
        """Forget all records if they are made in another time zone."""
        if self.timezone() != timezone:
            self._db.execute("DELETE FROM session")
            self._db.execute("DELETE FROM run")
            self._db.execute("UPDATE file SET part = NULL")
            self._db.execute("INSERT OR REPLACE INTO known VALUES ('timezone', ?)", (timezone,))


def _session_row(assembled: AssembledSession) -> tuple[object, ...]:
    session = assembled.session
    fields = {name: getattr(session, name) for name in SessionFields.__struct_fields__}
    plain = _json(Session(**fields, delegations=[plain_delegation(d) for d in session.delegations]))
    words = _json(session) if session.delegations else None
    counts = _pack(session_counts(assembled))
    return (session.session_id, session.first_timestamp, session.cwd, counts, plain, words, _checksum(plain, words))


def _run_row(assembled: AssembledRun) -> tuple[object, ...]:
    run, plain = assembled.run, _json(assembled.run)
    place = "\0".join((run.first_timestamp or "", run.file, f"{run.line:012}", run.agent_id or ""))
    return (run.session_id, place, _pack(run_counts(assembled)), plain, _checksum(plain))


def _checksum(*values: object) -> int:
    total = 0
    for value in values:
        total = zlib.crc32(value if isinstance(value, bytes) else repr(value).encode(), total)
    return total


def _unpack(raw: bytes, shape: type[T]) -> T:
    try:
        return msgspec.msgpack.decode(raw, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DamagedCacheError(str(error)) from error


def _stamp(raw: bytes) -> Stamp:
    return _unpack(raw, Stamp)


def _array(raw: bytes) -> "array[int]":
    numbers = array("I")
    numbers.frombytes(raw)
    return numbers


@contextlib.contextmanager
def open_cache(folder: Path) -> Iterator[Cache]:
    """Open the cache in a folder, made if it is not there; one that cannot be used is set aside first.

    What is not committed when the context ends is forgotten.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / NAME
    try:
        connection = _connect(path)
    except (sqlite3.DatabaseError, DamagedCacheError) as error:
        set_aside(folder, str(error))
        connection = _connect(path)
    try:
        yield Cache(connection)
    finally:
        connection.close()


def set_aside(folder: Path, reason: str) -> None:
    """Move the cache out of the way, in the place of any that was moved before, and say so."""
    path = folder / NAME
    for ending in ("-journal", "-wal", "-shm"):
        Path(f"{path}{ending}").unlink(missing_ok=True)
    path.replace(folder / f"{NAME}.set-aside")
    sys.stderr.write(f"cache unusable ({reason}): set aside as {NAME}.set-aside, reading all transcripts anew\n")


def _connect(path: Path) -> sqlite3.Connection:
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise DamagedCacheError("no regular file")
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600))
    connection = sqlite3.connect(path)
    try:
        _prepare(connection)
    except (sqlite3.DatabaseError, DamagedCacheError):
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    """Make the tables if there are none, and refuse those of another version."""
    connection.executescript("PRAGMA secure_delete = ON; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16000;")
    if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        connection.executescript(_TABLES)
        connection.execute("INSERT INTO known VALUES ('version', ?)", (VERSION,))
        connection.commit()
    found = connection.execute("SELECT value FROM known WHERE name = 'version'").fetchone()
    if found is None or found[0] != VERSION:
        raise DamagedCacheError("made by another version of the readers")
