"""The cache of files: what each transcript gave, and which of them make a group whose records are there."""

import sqlite3
from array import array
from collections.abc import Iterable
from typing import NamedTuple

from common.transcripts.building.assemble import Assembled
from common.transcripts.cache.cache_file import (
    DamagedCacheError,
    check_number,
    checksum,
    pack,
    seal,
    seal_number,
    unpack,
    unseal,
)
from common.transcripts.cache.record_store import run_row, session_row
from common.transcripts.find import FoundFile, Stamp, shown
from common.transcripts.reading.facts import FileCounts
from common.transcripts.reading.file_reader import FileMeta, FileReading, decode_facts
from common.transcripts.reading.transcript_file import TranscriptFile


class FileRow(NamedTuple):
    """A file as the cache knows it; `part` is the group of files whose records are there, None if they are not."""

    id: int
    root: str
    path: bytes
    name: str
    stamp: Stamp
    meta_stamp: Stamp | None
    part: int | None


class FileStore:
    """The tables of files; every method that changes them leaves the commit to the caller."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Work on a database that is open."""
        self._db = connection

    def commit(self) -> None:
        """Make what was done last."""
        self._db.commit()

    def rows(self) -> list[FileRow]:
        """Return all files, also those of roots that are not read this time."""
        found = self._db.execute("SELECT id, root, path, name, stamp, meta, part FROM file")
        rows = [
            FileRow(id_, root, path, name, unpack(stamp, Stamp), unpack(meta, FileMeta).stamp, part)
            for id_, root, path, name, stamp, meta, part in found
        ]
        for part in {row.part for row in rows if row.part is not None}:
            check_number(part)
        return rows

    def reading(self, row: FileRow) -> FileReading | None:
        """Return the earlier reading of a file; None if its row is damaged, so that it is read anew."""
        found = self._db.execute(
            "SELECT consumed, digest, state, facts, keys, checksum FROM content WHERE file = ?", (row.id,)
        ).fetchone()
        if found is None or checksum(*found[:-1]) != found[-1]:
            return None
        consumed, digest, state, facts, keys, _ = found
        return FileReading(row.stamp, consumed, digest, state, state if facts is None else facts, keys=unseal(keys))

    def save(self, file: FoundFile, reading: FileReading) -> None:
        """Keep what a file gave that is not there, or no longer; its group is to be made anew."""
        meta = pack(FileMeta(file.meta, reading.meta))
        values = (file.root, file.path, file.name, pack(reading.stamp), meta, seal(reading.counts))
        cursor = self._db.execute(
            "INSERT INTO file (root, path, name, stamp, meta, counts) VALUES (?, ?, ?, ?, ?, ?)", values
        )
        facts = None if reading.facts == reading.state else reading.facts
        content = (reading.consumed, reading.digest, reading.state, facts, seal(reading.keys))
        self._db.execute(
            "INSERT INTO content VALUES (?, ?, ?, ?, ?, ?, ?)", (cursor.lastrowid, *content, checksum(*content))
        )

    def forget(self, row: FileRow) -> None:
        """Remove a file's rows and the records of its group."""
        self.dissolve([row.part])
        self._db.execute("DELETE FROM content WHERE file = ?", (row.id,))
        self._db.execute("DELETE FROM file WHERE id = ?", (row.id,))

    def rename(self, row: FileRow, name: str) -> None:
        """Note that a file is shown under another name now: its group is to be made anew."""
        self.dissolve([row.part])
        self._db.execute("UPDATE file SET name = ? WHERE id = ?", (name, row.id))

    def file_counts(self, ids: Iterable[int]) -> dict[int, FileCounts]:
        """Return what files add to the source."""
        wanted = set(ids)
        found = self._db.execute("SELECT id, counts FROM file")
        return {id_: unpack(counts, FileCounts) for id_, counts in found if id_ in wanted}

    def dissolve(self, parts: Iterable[int | None]) -> None:
        """Forget the records of groups, so that they are made anew."""
        for part in {part for part in parts if part is not None}:
            for table in ("session", "run"):
                self._db.execute(f"DELETE FROM {table} WHERE part = ?", (part,))  # noqa: S608 - two fixed names
            self._db.execute("UPDATE file SET part = NULL WHERE part = ?", (part,))

    def keys(self) -> dict[int, "array[int]"]:
        """Return the keys of every file."""
        found = self._db.execute("SELECT file, keys FROM content")
        return {id_: array("I", unseal(keys)) for id_, keys in found}

    def transcript(self, rank: int, row: FileRow) -> TranscriptFile:
        """Return a file with its facts."""
        reading = self.reading(row)
        meta = self._db.execute("SELECT meta FROM file WHERE id = ?", (row.id,)).fetchone()
        if reading is None:
            raise DamagedCacheError
        facts, beside = decode_facts(reading.facts), unpack(meta[0], FileMeta).meta
        return TranscriptFile(rank, row.name, facts, beside, numbered=row.name != shown(row.path))

    def save_part(self, ids: list[int], assembled: Assembled) -> None:
        """Keep the records of a group of files."""
        part = seal_number(min(ids))
        self._db.executemany("UPDATE file SET part = ? WHERE id = ?", [(part, id_) for id_ in ids])
        sessions = [(part, *session_row(session)) for session in assembled.sessions]
        self._db.executemany("INSERT INTO session VALUES (?, ?, ?, ?, ?)", sessions)
        runs = [(part, *run_row(run)) for run in assembled.unlinked]
        self._db.executemany("INSERT INTO run VALUES (?, ?, ?, ?)", runs)

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
