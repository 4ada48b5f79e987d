"""Assembled sessions and runs as rows of the cache."""

from collections import Counter

import msgspec

from common.records.sessions import Session, SessionFields
from common.transcripts.building.assemble import AssembledRun, AssembledSession
from common.transcripts.building.counts import PartCounts, add_by_model, add_tokens
from common.transcripts.building.delegation_records import plain_delegation
from common.transcripts.cache.cache_file import checksum, pack
from common.transcripts.cache.record_store import RunHead, SessionHead

_json = msgspec.json.Encoder().encode


def session_row(assembled: AssembledSession) -> tuple[object, ...]:
    """Return a session's row: its head, JSON without and with its words, checksum."""
    session = assembled.session
    fields = {name: getattr(session, name) for name in SessionFields.__struct_fields__}
    plain = _json(Session(**fields, delegations=[plain_delegation(d) for d in session.delegations]))
    words = _json(session) if session.delegations else None
    head = SessionHead(session.session_id, session.first_timestamp, session.cwd, session_counts(assembled))
    return (pack(head), plain, words, checksum(plain, words))


def run_row(assembled: AssembledRun) -> tuple[object, ...]:
    """Return an unlinked run's row: its head, JSON, checksum."""
    run, plain = assembled.run, _json(assembled.run)
    place = "\0".join((run.first_timestamp or "", run.file, f"{run.line:012}", run.agent_id or ""))
    return (pack(RunHead(run.session_id, place, run_counts(assembled))), plain, checksum(plain))


def session_counts(assembled: AssembledSession) -> PartCounts:
    """Return what a session with its runs adds."""
    session = assembled.session
    runs = [d.run for d in session.delegations if d.run]
    return PartCounts(
        tokens=add_tokens([session.tokens, *(run.tokens for run in runs)]),
        tokens_progress_only=assembled.tokens_progress_only,
        tokens_by_model=add_by_model([session.tokens_by_model, *(run.tokens_by_model for run in runs)]),
        answers=Counter(d.answer for d in session.delegations),
        outcomes=Counter(d.outcome for d in session.delegations),
        agent_types=Counter(d.agent_type for d in session.delegations),
        links=Counter(d.link or "none" for d in session.delegations),
        unknown_statuses=Counter(assembled.unknown_statuses),
        delegations=session.delegation_count,
        project=session.project,
        tokens_by_day=[] if session.delegations else session.tokens_by_day,
    )


def run_counts(assembled: AssembledRun) -> PartCounts:
    """Return what an unlinked run adds."""
    run = assembled.run
    return PartCounts(run.tokens, assembled.tokens_progress_only, run.tokens_by_model)
