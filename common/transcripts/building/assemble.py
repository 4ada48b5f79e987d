"""Assemble the sessions, delegations and runs of a group of files."""

from collections import defaultdict
from functools import partial
from typing import NamedTuple

from common.records.sessions import AgentList, EnrichedSession, UnlinkedRun
from common.records.tokens import Tokens
from common.records.workflows import Workflow
from common.times import DayOf
from common.transcripts.building.agent_lists import agent_lists_by_session
from common.transcripts.building.records import delegations_of
from common.transcripts.building.run_records import unlinked_run
from common.transcripts.building.titles import titles_by_session
from common.transcripts.building.workflows import workflow_record
from common.transcripts.linking.copies import Place
from common.transcripts.linking.outcomes import decided_outcome
from common.transcripts.linking.tables import Tables
from common.transcripts.linking.tokens import edits_made, spent_tokens, tools_used
from common.transcripts.reading.facts import Thread
from common.transcripts.reading.transcript_file import TranscriptFile, threads_of

PlacedThread = tuple[TranscriptFile, int, Thread]


class _Parts(NamedTuple):
    """What belongs to one session: threads, keys of delegations, workflows, lists of agent types and its title."""

    threads: list[PlacedThread]
    keys: list[str]
    workflows: list[Workflow]
    agent_lists: list[AgentList]
    title: str | None


class AssembledSession(NamedTuple):
    """A session, the tokens of its runs that are in progress lines alone, and the unknown statuses of its notices.

    `workflows` are those that the session called, in order.
    """

    session: EnrichedSession
    tokens_progress_only: Tokens
    unknown_statuses: list[str]
    workflows: list[Workflow]


class AssembledRun(NamedTuple):
    """A run of no delegation, and its tokens that are in progress lines alone."""

    run: UnlinkedRun
    tokens_progress_only: Tokens


class Assembled(NamedTuple):
    """The sessions and unlinked runs of a group of files, sorted."""

    sessions: list[AssembledSession]
    unlinked: list[AssembledRun]


def assemble(files: list[TranscriptFile], day_of: DayOf) -> Assembled:
    """Return the sessions and unlinked runs of files that share nothing with other files."""
    tables = Tables(files, day_of)
    threads, keys = _by_session(tables)
    ids = [key for key, placed in threads.items() if any(_makes_session(thread) for _, _, thread in placed)]
    flows: dict[str, list[Workflow]] = defaultdict(list)
    for workflow in map(partial(workflow_record, tables), tables.workflows):
        flows[workflow.session_id].append(workflow)
    lists = agent_lists_by_session(tables.files)
    titles = titles_by_session(tables.files)
    parts = {key: _Parts(threads[key], keys[key], flows[key], lists.get(key, []), titles.get(key)) for key in ids}
    sessions = [_session(tables, key, of_session) for key, of_session in parts.items()]
    loose = [run for run in tables.runs if run.delegation is None]
    caller = {id(run): facts.first.call.id for facts in tables.workflows for run in facts.runs}
    unlinked = [AssembledRun(unlinked_run(tables, r, caller.get(id(r))), tables.progress_only([r])) for r in loose]
    return Assembled(
        sorted(sessions, key=lambda s: (s.session.first_timestamp or "", s.session.session_id)),
        sorted(unlinked, key=lambda r: (r.run.first_timestamp or "", r.run.file, r.run.line, r.run.agent_id or "")),
    )


def _makes_session(thread: Thread) -> bool:
    """Say whether a thread makes a session: its lines have a session id, or messages that must be counted."""
    return thread.session_id is not None or bool(thread.messages)


def _by_session(tables: Tables) -> tuple[dict[str, list[PlacedThread]], dict[str, list[str]]]:
    """Return the threads of each session and the keys of its delegations."""
    threads: dict[str, list[PlacedThread]] = defaultdict(list)
    for file, index, thread in threads_of(tables.files):
        if thread.kind != "progress":
            threads[file.session_of(thread)].append((file, index, thread))
    keys: dict[str, list[str]] = defaultdict(list)
    for key, delegation in tables.delegations.items():
        keys[delegation.first.session_id].append(key)
    return threads, keys


def _session(tables: Tables, session_id: str, parts: _Parts) -> AssembledSession:
    """Return the record of a session with its delegations."""
    threads, keys = parts.threads, parts.keys
    main = [(file, index, thread) for file, index, thread in threads if thread.kind == "main"]
    messages = tables.messages_at([Place(file.rank, index) for file, index, _ in main])
    counted = [m for m in messages if m.counted]
    runs = [run for key in keys if (run := tables.run_by_delegation.get(key))]
    first, cwd, versions = _first_seen(threads)
    decided = {key: decided_outcome(tables.delegations[key], tables.run_by_delegation.get(key)) for key in keys}
    record = EnrichedSession(
        session_id=session_id,
        project=first.project,
        cwd=cwd,
        title=parts.title,
        first_timestamp=min((t.first for _, _, t in threads if t.first), default=None),
        last_timestamp=max((t.last for _, _, t in threads if t.last), default=None),
        message_count=_message_count([thread for _, _, thread in main]),
        versions=versions,
        **spent_tokens(counted, tables.day_of)._asdict(),
        tools=tools_used(messages),
        edits=edits_made(messages),
        delegation_count=len(keys),
        agent_lists=parts.agent_lists,
        delegations=delegations_of(tables, decided),
    )
    unknown = [outcome.unknown_status for outcome in decided.values() if outcome.unknown_status is not None]
    return AssembledSession(record, tables.progress_only(runs), unknown, parts.workflows)


def _message_count(main: list[Thread]) -> int:
    """Count the distinct user lines and API messages of a session's main thread."""
    uuids = {uuid for thread in main for uuid in thread.uuids}
    ids = {m.id for t in main for m in t.messages if m.id is not None}
    nameless = sum(m.id is None for t in main for m in t.messages)
    return len(uuids) + sum(t.without_uuid for t in main) + len(ids) + nameless


def _first_seen(threads: list[PlacedThread]) -> tuple[TranscriptFile, str | None, list[str]]:
    """Return a session's first file, first working directory, and versions in the order first seen."""
    first = min(threads, key=lambda t: (t[2].first, t[0].stem != t[2].session_id, t[0].rank, t[2].line))
    folders = [(t.cwd.timestamp, file.rank, t.cwd.line, t.cwd.value) for file, _, t in threads if t.cwd]
    seen = sorted((s.timestamp, file.rank, s.line, s.value) for file, _, t in threads for s in t.versions)
    return first[0], min(folders)[3] if folders else None, list(dict.fromkeys(version for *_, version in seen))
