"""The cache of records: sessions and unlinked runs as JSON, with what each adds to the sums."""

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from msgspec import Struct

from common.transcripts.building.counts import PartCounts
from common.transcripts.cache.cache_file import DamagedCacheError, checksum, unpack


class SessionHead(Struct, array_like=True, frozen=True):
    """What is needed of a session to choose it and to sum it up."""

    id: str
    first: str | None
    cwd: str | None
    counts: PartCounts


class RunHead(Struct, array_like=True, frozen=True):
    """The same of an unlinked run: its session, and its place in the order of runs."""

    session: str | None
    place: str
    counts: PartCounts


class SessionRow(NamedTuple):
    """A session without its bulk."""

    rowid: int
    head: SessionHead


class RunRow(NamedTuple):
    """An unlinked run without its bulk."""

    rowid: int
    head: RunHead


class RecordStore:
    """The tables of records, read."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Work on a database that is open."""
        self._db = connection

    def sessions(self) -> list[SessionRow]:
        """Return all sessions in the order of first timestamp and id."""
        found = self._db.execute("SELECT rowid, part, head FROM session").fetchall()
        self._check_parts(part for _, part, _ in found)
        rows = [SessionRow(rowid, unpack(head, SessionHead)) for rowid, _, head in found]
        if len({row.head.id for row in rows}) < len(rows):
            raise DamagedCacheError("a session stands there twice")
        return sorted(rows, key=lambda row: (row.head.first or "", row.head.id))

    def _check_parts(self, parts: Iterable[int]) -> None:
        """Raise DamagedCacheError where a record belongs to no group of files that is known."""
        known = {part for (part,) in self._db.execute("SELECT DISTINCT part FROM file WHERE part IS NOT NULL")}
        if not known.issuperset(parts):
            raise DamagedCacheError("a record of no file")

    def runs(self) -> list[RunRow]:
        """Return all unlinked runs in order."""
        found = self._db.execute("SELECT rowid, part, head FROM run").fetchall()
        self._check_parts(part for _, part, _ in found)
        rows = [RunRow(rowid, unpack(head, RunHead)) for rowid, _, head in found]
        return sorted(rows, key=lambda row: row.head.place)

    def session_json(self, row: SessionRow, *, enriched: bool) -> bytes | None:
        """Return a session as JSON; enriched, None if it has no delegation."""
        plain, words, expected = self._db.execute(
            "SELECT plain, enriched, checksum FROM session WHERE rowid = ?", (row.rowid,)
        ).fetchone()
        if checksum(plain, words) != expected:
            raise DamagedCacheError
        chosen: bytes | None = words if enriched else plain
        return chosen

    def run_json(self, row: RunRow) -> bytes:
        """Return an unlinked run as JSON."""
        plain, expected = self._db.execute("SELECT plain, checksum FROM run WHERE rowid = ?", (row.rowid,)).fetchone()
        if checksum(plain) != expected:
            raise DamagedCacheError
        return bytes(plain)
