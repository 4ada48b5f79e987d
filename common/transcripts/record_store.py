"""The cache of records: sessions and unlinked runs as JSON, with what each adds to the sums."""

import sqlite3
from typing import NamedTuple

from common.transcripts.cache_file import DamagedCacheError, checksum, unpack
from common.transcripts.counts import PartCounts


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


class RecordStore:
    """The tables of records, read."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Work on a database that is open."""
        self._db = connection

    def sessions(self) -> list[SessionRow]:
        """Return all sessions in the order of first timestamp and id."""
        found = self._db.execute("SELECT rowid, id, first, cwd, counts FROM session")
        rows = [SessionRow(rowid, id_, first, cwd, unpack(c, PartCounts)) for rowid, id_, first, cwd, c in found]
        return sorted(rows, key=lambda row: (row.first or "", row.id))

    def runs(self) -> list[RunRow]:
        """Return all unlinked runs in order."""
        found = self._db.execute("SELECT rowid, session, place, counts FROM run")
        rows = [RunRow(rowid, session, place, unpack(counts, PartCounts)) for rowid, session, place, counts in found]
        return sorted(rows, key=lambda row: row.place)

    def session_json(self, row: SessionRow, *, enriched: bool) -> bytes | None:
        """Return a session as JSON; enriched, None if it has no delegation."""
        plain, words, expected = self._db.execute(
            "SELECT plain, enriched, checksum FROM session WHERE rowid = ?", (row.rowid,)
        ).fetchone()
        if checksum(plain, words) != expected:
            raise DamagedCacheError(row.id)
        chosen: bytes | None = words if enriched else plain
        return chosen

    def run_json(self, row: RunRow) -> bytes:
        """Return an unlinked run as JSON."""
        plain, expected = self._db.execute("SELECT plain, checksum FROM run WHERE rowid = ?", (row.rowid,)).fetchone()
        if checksum(plain) != expected:
            raise DamagedCacheError(row.place)
        return bytes(plain)
