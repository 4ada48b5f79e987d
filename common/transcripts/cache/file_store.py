"""The cache of files: the facts of each transcript, and the groups of files whose records are cached."""

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
    """A file in the cache; `group` is the number of its group of files, None if the group's records are not cached."""

    id: int
    root: str
    path: bytes
    name: str
    stamp: Stamp
    meta_stamp: Stamp | None
    group: int | None


class FileStore:
    """The tables of files; methods that change them leave the commit to the caller."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Work on a database that is open."""
        self._db = connection

    def commit(self) -> None:
        """Commit the transaction."""
        self._db.commit()

    def rows(self) -> list[FileRow]:
        """Return all files, including those of roots that this run does not read."""
        stored = self._db.execute("SELECT id, root, path, name, stamp, meta, part FROM file")
        rows = [
            FileRow(id_, root, path, name, unpack(stamp, Stamp), unpack(meta, FileMeta).stamp, group)
            for id_, root, path, name, stamp, meta, group in stored
        ]
        for group in {row.group for row in rows if row.group is not None}:
            check_number(group)
        return rows

    def reading(self, row: FileRow) -> FileReading | None:
        """Return the earlier reading of a file; None if its row is damaged and it must be read again."""
        content = self._db.execute(
            "SELECT consumed, digest, state, facts, keys, checksum FROM content WHERE file = ?", (row.id,)
        ).fetchone()
        if content is None or checksum(*content[:-1]) != content[-1]:
            return None
        consumed, digest, state, facts, keys, _ = content
        return FileReading(row.stamp, consumed, digest, state, state if facts is None else facts, keys=unseal(keys))

    def save(self, file: FoundFile, reading: FileReading) -> None:
        """Save the reading of a file that has no row; it belongs to no group yet."""
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
        """Delete a file's rows and the records of its group."""
        self.dissolve([row.group])
        self._db.execute("DELETE FROM content WHERE file = ?", (row.id,))
        self._db.execute("DELETE FROM file WHERE id = ?", (row.id,))

    def rename(self, row: FileRow, name: str) -> None:
        """Change the name of a file and forget the records of its group, which contain it."""
        self.dissolve([row.group])
        self._db.execute("UPDATE file SET name = ? WHERE id = ?", (name, row.id))

    def file_counts(self, ids: Iterable[int]) -> dict[int, FileCounts]:
        """Return the counts of files by id."""
        wanted = set(ids)
        stored = self._db.execute("SELECT id, counts FROM file")
        return {id_: unpack(counts, FileCounts) for id_, counts in stored if id_ in wanted}

    def dissolve(self, groups: Iterable[int | None]) -> None:
        """Forget the records of groups, so that they are assembled again; None is no group."""
        for group in {group for group in groups if group is not None}:
            for table in ("session", "run"):
                self._db.execute(f"DELETE FROM {table} WHERE part = ?", (group,))  # noqa: S608 - two fixed names
            self._db.execute("UPDATE file SET part = NULL WHERE part = ?", (group,))

    def keys(self) -> dict[int, "array[int]"]:
        """Return the keys of every file."""
        stored = self._db.execute("SELECT file, keys FROM content")
        return {id_: array("I", unseal(keys)) for id_, keys in stored}

    def transcript(self, rank: int, row: FileRow) -> TranscriptFile:
        """Return a file with its facts."""
        reading = self.reading(row)
        meta = self._db.execute("SELECT meta FROM file WHERE id = ?", (row.id,)).fetchone()
        if reading is None:
            raise DamagedCacheError
        facts, file_meta = decode_facts(reading.facts), unpack(meta[0], FileMeta)
        return TranscriptFile(rank, row.name, facts, file_meta.meta, numbered=row.name != shown(row.path))

    def save_group(self, ids: list[int], assembled: Assembled) -> None:
        """Save the records of a group of files."""
        group = seal_number(min(ids))
        self._db.executemany("UPDATE file SET part = ? WHERE id = ?", [(group, id_) for id_ in ids])
        sessions = [(group, *session_row(session)) for session in assembled.sessions]
        self._db.executemany("INSERT INTO session VALUES (?, ?, ?, ?, ?, ?)", sessions)
        runs = [(group, *run_row(run)) for run in assembled.unlinked]
        self._db.executemany("INSERT INTO run VALUES (?, ?, ?, ?)", runs)

    def timezone(self) -> str | None:
        """Return the time zone of the days in the records; None before the first run."""
        stored = self._db.execute("SELECT value FROM known WHERE name = 'timezone'").fetchone()
        return stored[0] if stored else None

    def set_timezone(self, timezone: str) -> None:
        """Forget all records if their days are in another time zone."""
        if self.timezone() != timezone:
            self._db.execute("DELETE FROM session")
            self._db.execute("DELETE FROM run")
            self._db.execute("UPDATE file SET part = NULL")
            self._db.execute("INSERT OR REPLACE INTO known VALUES ('timezone', ?)", (timezone,))
