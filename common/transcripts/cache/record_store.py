"""The cache of records: sessions and unlinked runs as JSON, with what each adds to the sums."""

import sqlite3
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

import msgspec
from msgspec import Struct

from common.records.sessions import HOLLOW, Session, SessionFields
from common.records.tokens import sum_tokens
from common.transcripts.building.assemble import AssembledRun, AssembledSession
from common.transcripts.building.counts import RecordCounts, sum_by_model
from common.transcripts.building.records import plain_delegation
from common.transcripts.cache.cache_file import DamagedCacheError, checksum, pack, unpack

_json = msgspec.json.Encoder().encode


class SessionHead(Struct, array_like=True, frozen=True):
    """The fields of a session by which it is chosen and summed up."""

    id: str
    first: str | None
    cwd: str | None
    counts: RecordCounts


class RunHead(Struct, array_like=True, frozen=True):
    """The fields of an unlinked run by which it is chosen and summed up; `place` is its place in the order of runs."""

    session: str | None
    place: str
    counts: RecordCounts


class SessionRow(NamedTuple):
    """A session without its JSON."""

    rowid: int
    head: SessionHead


class RunRow(NamedTuple):
    """An unlinked run without its JSON."""

    rowid: int
    head: RunHead


class RecordStore:
    """The tables of records, for reading."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Work on a database that is open."""
        self._db = connection

    def sessions(self) -> list[SessionRow]:
        """Return all sessions in the order of first timestamp and id."""
        stored = self._db.execute("SELECT rowid, part, head FROM session").fetchall()
        self._check_groups(group for _, group, _ in stored)
        rows = [SessionRow(rowid, unpack(head, SessionHead)) for rowid, _, head in stored]
        if len({row.head.id for row in rows}) < len(rows):
            raise DamagedCacheError("a session is there twice")
        return sorted(rows, key=lambda row: (row.head.first or "", row.head.id))

    def _check_groups(self, groups: Iterable[int]) -> None:
        """Raise DamagedCacheError if a record belongs to no known group of files."""
        known = {group for (group,) in self._db.execute("SELECT DISTINCT part FROM file WHERE part IS NOT NULL")}
        if not known.issuperset(groups):
            raise DamagedCacheError("a record without a file")

    def runs(self) -> list[RunRow]:
        """Return all unlinked runs in order."""
        stored = self._db.execute("SELECT rowid, part, head FROM run").fetchall()
        self._check_groups(group for _, group, _ in stored)
        rows = [RunRow(rowid, unpack(head, RunHead)) for rowid, _, head in stored]
        return sorted(rows, key=lambda row: row.head.place)

    def session_json(self, row: SessionRow, *, enriched: bool) -> bytes | None:
        """Return a session as JSON; enriched with texts, None if it has no delegation."""
        plain, words, _ = self._session(row)
        return words if enriched else plain

    def workflows_json(self, row: SessionRow) -> list[bytes]:
        """Return the workflows of a session, each as JSON."""
        if not row.head.counts.workflows:
            return []
        _, _, workflows = self._session(row)
        return [bytes(workflow) for workflow in msgspec.json.decode(workflows or b"[]", type=list[msgspec.Raw])]

    def _session(self, row: SessionRow) -> tuple[bytes, bytes | None, bytes | None]:
        """Return a session as JSON without and with texts, and its workflows."""
        plain, words, workflows, expected = self._db.execute(
            "SELECT plain, enriched, workflows, checksum FROM session WHERE rowid = ?", (row.rowid,)
        ).fetchone()
        if checksum(plain, words, workflows) != expected:
            raise DamagedCacheError
        return plain, words, workflows

    def run_json(self, row: RunRow) -> bytes:
        """Return an unlinked run as JSON."""
        plain, expected = self._db.execute("SELECT plain, checksum FROM run WHERE rowid = ?", (row.rowid,)).fetchone()
        if checksum(plain) != expected:
            raise DamagedCacheError
        return bytes(plain)


def session_row(assembled: AssembledSession) -> tuple[object, ...]:
    """Return a session's row: its head, its JSON without and with texts, its workflows, its checksum."""
    session = assembled.session
    fields = {name: getattr(session, name) for name in SessionFields.__struct_fields__}
    plain = _json(Session(**fields, delegations=[plain_delegation(d) for d in session.delegations]))
    words = _json(session) if session.delegations else None
    workflows = _json(assembled.workflows) if assembled.workflows else None
    head = SessionHead(session.session_id, session.first_timestamp, session.cwd, session_counts(assembled))
    return (pack(head), plain, words, workflows, checksum(plain, words, workflows))


def run_row(assembled: AssembledRun) -> tuple[object, ...]:
    """Return an unlinked run's row: its head, its JSON, its checksum."""
    run, plain = assembled.run, _json(assembled.run)
    place = "\0".join((run.first_timestamp or "", run.file, f"{run.line:012}", run.agent_id or ""))
    return (pack(RunHead(run.session_id, place, run_counts(assembled))), plain, checksum(plain))


def session_counts(assembled: AssembledSession) -> RecordCounts:
    """Return the counts of a session with its runs."""
    session = assembled.session
    runs = [d.run for d in session.delegations if d.run]
    return RecordCounts(
        tokens=sum_tokens([session.tokens, *(run.tokens for run in runs)]),
        tokens_progress_only=assembled.tokens_progress_only,
        tokens_by_model=sum_by_model([session.tokens_by_model, *(run.tokens_by_model for run in runs)]),
        answers=Counter(d.answer for d in session.delegations),
        outcomes=Counter(d.outcome for d in session.delegations),
        causes=Counter(d.cause for d in session.delegations if d.cause is not None),
        hollow=Counter(d.result_kind for d in session.delegations if d.result_kind in HOLLOW),
        agent_types=Counter(d.agent_type for d in session.delegations),
        links=Counter(d.link or "none" for d in session.delegations),
        unknown_statuses=Counter(assembled.unknown_statuses),
        delegations=session.delegation_count,
        workflows=len(assembled.workflows),
        project=session.project,
        tokens_by_day=[] if session.delegations else session.tokens_by_day,
    )


def run_counts(assembled: AssembledRun) -> RecordCounts:
    """Return the counts of an unlinked run."""
    run = assembled.run
    return RecordCounts(run.tokens, assembled.tokens_progress_only, run.tokens_by_model)
