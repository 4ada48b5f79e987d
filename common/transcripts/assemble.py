"""Files that hang together to sessions, delegations and runs."""

import re
from collections import Counter
from datetime import datetime
from typing import Literal, NamedTuple

from common.records import Delegation, EnrichedDelegation, EnrichedSession, Run, Tokens, UnlinkedRun
from common.transcripts.delegations import DelegationFacts, collect_delegations
from common.transcripts.estimate import estimate_outputs
from common.transcripts.evidence import DistinctMessage, Place, TranscriptFile, distinct_messages, threads_of
from common.transcripts.facts import Thread
from common.transcripts.outcomes import answer_of, judge, last_notice
from common.transcripts.runs import RunFacts, collect_runs, link_runs
from common.transcripts.tokens import (
    DayOf,
    context_of,
    edits_made,
    sum_tokens,
    tokens_by_day,
    tokens_by_model,
    tools_used,
)

DEFAULT_AGENT = "general-purpose"
DEFAULT_AGENT_SINCE = (2, 1, 63)
NO_AGENT = "(none)"
PREVIEW = 500

AgentTypeSource = Literal["call", "result", "meta", "default", "none"]


class AssembledSession(NamedTuple):
    """A session, the tokens of its runs that stand in progress lines alone, and the statuses not known here."""

    session: EnrichedSession
    tokens_progress_only: Tokens
    unknown_statuses: list[str]


class AssembledRun(NamedTuple):
    """A run of no delegation, and its tokens that stand in progress lines alone."""

    run: UnlinkedRun
    tokens_progress_only: Tokens


class Assembled(NamedTuple):
    """What a group of files gives, sorted."""

    sessions: list[AssembledSession]
    unlinked: list[AssembledRun]


def assemble(files: list[TranscriptFile], day_of: DayOf) -> Assembled:
    """Return the sessions and unlinked runs of files of which no other file knows anything."""
    group = _Group(files, day_of)
    ids = {file.session_of(t) for file, _, t in threads_of(files) if _makes_session(t)}
    sessions = [group.session(session_id) for session_id in ids]
    unlinked = [group.unlinked(run) for run in group.runs if run.delegation is None]
    return Assembled(
        sorted(sessions, key=lambda s: (s.session.first_timestamp or "", s.session.session_id)),
        sorted(unlinked, key=lambda r: (r.run.first_timestamp or "", r.run.file, r.run.line, r.run.agent_id or "")),
    )


def _makes_session(thread: Thread) -> bool:
    """Say whether the thread's lines make a session: they bear its id, or hold messages that must be somewhere."""
    return thread.kind != "progress" and (thread.session_id is not None or bool(thread.messages))


class _Group:
    """The tables that the records of one group of files are made from."""

    def __init__(self, files: list[TranscriptFile], day_of: DayOf) -> None:
        self.files, self.day_of = files, day_of
        self.messages = distinct_messages(files)
        estimate_outputs((*self.messages.written, *self.messages.echoed))
        self.runs = collect_runs(files, self.messages)
        self.delegations = collect_delegations(files)
        link_runs(self.runs, self.delegations)
        self.run_by_place = {at.place: run for run in self.runs for at in (*run.threads, *run.echoes)}
        self.run_by_delegation = {run.delegation: run for run in self.runs if run.delegation is not None}
        self.by_place: dict[Place, list[DistinctMessage]] = {}
        for message in (*self.messages.written, *self.messages.echoed):
            self.by_place.setdefault(message.place, []).append(message)
        self.echoed = {id(message) for message in self.messages.echoed}
        self.depths = self._depths()

    # -- runs

    def messages_of(self, run: RunFacts) -> list[DistinctMessage]:
        """Return the messages that are counted in a run, in order."""
        found = [m for at in (*run.threads, *run.echoes) for m in self.by_place.get(at.place, ())]
        return sorted(found, key=lambda m: m.order)

    def _caller(self, delegation: DelegationFacts) -> RunFacts | None:
        """Return the run whose thread made the call; None for the main thread."""
        return self.run_by_place.get(delegation.first.place)

    def _depths(self) -> dict[str, int]:
        """Return how deep each delegation is nested: 1 for those of the main thread."""
        depths: dict[str, int] = {}
        for start in self.delegations:
            chain: list[str] = []
            key: str | None = start
            while key is not None and key not in depths and key not in chain:
                chain.append(key)
                caller = self._caller(self.delegations[key])
                key = caller.delegation if caller else None
                if caller and caller.delegation is None:
                    depths.setdefault(chain[-1], 2)
            base = depths.get(key, 0) if key is not None else 0
            for number, link in enumerate(reversed(chain), 1):
                depths.setdefault(link, base + number)
        return depths

    def _progress_only(self, messages: list[DistinctMessage]) -> Tokens:
        return sum_tokens(m for m in messages if id(m) in self.echoed)

    def _run(self, run: RunFacts, delegation: DelegationFacts) -> Run:
        messages = self.messages_of(run)
        counted = [m for m in messages if m.counted]
        _use_last_output(counted, delegation)
        tools = tools_used(messages)
        first, last = _span(run)
        return Run(
            agent_id=run.agent_id,
            messages=_distinct_ids(run),
            tool_calls=sum(tools.values()),
            depth=self.depths[delegation.first.call.id],
            tokens=sum_tokens(counted),
            tokens_by_model=tokens_by_model(counted),
            tokens_by_day=tokens_by_day(counted, self.day_of),
            tools=tools,
            edits=edits_made(messages),
            first_timestamp=first,
            last_timestamp=last,
            last_context=context_of(counted[-1]) if counted else None,
            progress_only=run.progress_only,
            file=run.first.file.name,
            line=run.first.thread.line,
        )

    def unlinked(self, run: RunFacts) -> AssembledRun:
        """Return the record of a run that belongs to no delegation."""
        messages = self.messages_of(run)
        counted = [m for m in messages if m.counted]
        first, last = _span(run)
        record = UnlinkedRun(
            agent_id=run.agent_id,
            kind=run.kind(),
            session_id=run.session_id,
            messages=_distinct_ids(run),
            tool_calls=sum(tools_used(messages).values()),
            tokens=sum_tokens(counted),
            tokens_by_model=tokens_by_model(counted),
            tokens_by_day=tokens_by_day(counted, self.day_of),
            first_timestamp=first,
            last_timestamp=last,
            file=run.first.file.name,
            line=run.first.thread.line,
        )
        return AssembledRun(record, self._progress_only(messages))

    # -- sessions

    def session(self, session_id: str) -> AssembledSession:
        """Return the record of a session with its delegations."""
        threads = [
            (file, index, thread)
            for file, index, thread in threads_of(self.files)
            if thread.kind != "progress" and file.session_of(thread) == session_id
        ]
        main = [(file, index, thread) for file, index, thread in threads if thread.kind == "main"]
        messages = [m for file, index, _ in main for m in self.by_place.get(Place(file.rank, index), ())]
        messages.sort(key=lambda m: m.order)
        counted = [m for m in messages if m.counted]
        keys = [key for key, d in self.delegations.items() if d.first.session_id == session_id]
        runs = [run for key in keys if (run := self.run_by_delegation.get(key))]
        first, cwd, versions = _first_seen(threads)
        record = EnrichedSession(
            session_id=session_id,
            project=first.project,
            cwd=cwd,
            first_timestamp=min((t.first for _, _, t in threads if t.first), default=None),
            last_timestamp=max((t.last for _, _, t in threads if t.last), default=None),
            message_count=_message_count([thread for _, _, thread in main]),
            versions=versions,
            tokens=sum_tokens(counted),
            tokens_by_model=tokens_by_model(counted),
            tokens_by_day=tokens_by_day(counted, self.day_of),
            tools=tools_used(messages),
            edits=edits_made(messages),
            delegation_count=len(keys),
            delegations=self._with_neighbours(keys),
        )
        words = [judge(self.delegations[key]).unknown_status for key in keys]
        only = self._progress_only([m for run in runs for m in self.messages_of(run)])
        return AssembledSession(record, only, [word for word in words if word is not None])

    def _with_neighbours(self, keys: list[str]) -> list[EnrichedDelegation]:
        """Return the delegations of a session; neighbours are those of the same thread."""
        plain = [self._delegation(key, number) for number, key in enumerate(keys, 1)]
        by_caller: dict[str | None, list[EnrichedDelegation]] = {}
        for delegation in plain:
            by_caller.setdefault(delegation.caller, []).append(delegation)
        types = {}
        for many in by_caller.values():
            names = [None, *(d.agent_type for d in many), None]
            types.update({d.tool_use_id: (names[i], names[i + 2]) for i, d in enumerate(many)})
        return [_replace(d, *types[d.tool_use_id]) for d in plain]

    def _delegation(self, key: str, number: int) -> EnrichedDelegation:
        facts = self.delegations[key]
        copy, answer, judgement = facts.first, facts.answer, judge(facts)
        run, caller = self.run_by_delegation.get(key), self._caller(facts)
        agent_type, source = _agent_type(facts, run)
        result, synthesis, answered, duration = _ending(facts)
        record = self._run(run, facts) if run else None
        return EnrichedDelegation(
            tool_use_id=key,
            timestamp=copy.call.timestamp or None,
            message_id=copy.call.message_id,
            caller=(caller.delegation or caller.agent_id or caller.first.file.name) if caller else None,
            agent_type=agent_type,
            agent_type_source=source,
            description=copy.call.description,
            prompt_length=len(copy.call.prompt),
            answer=answer_of(facts),
            outcome=judgement.outcome,
            outcome_detail=judgement.detail,
            corrected=facts.corrected,
            result_preview=result[:PREVIEW] if result is not None else None,
            answered_timestamp=answered,
            duration_seconds=duration,
            model=_model(record) or (answer.result.model if answer else None) or copy.call.model,
            requested_model=copy.call.model,
            link=run.link if run else None,
            run=record,
            prompt=copy.call.prompt,
            result=result,
            user_context_before=copy.file.facts.contexts[copy.call.context] if copy.call.context >= 0 else None,
            assistant_synthesis_after=synthesis,
            sequence_number=number,
            previous_agent=None,
            next_agent=None,
            file=copy.file.name,
            line=copy.call.line,
        )


def _replace(delegation: EnrichedDelegation, before: str | None, after: str | None) -> EnrichedDelegation:
    fields = {name: getattr(delegation, name) for name in delegation.__struct_fields__}
    return EnrichedDelegation(**fields | {"previous_agent": before, "next_agent": after})


def plain_delegation(delegation: EnrichedDelegation) -> Delegation:
    """Return the delegation without its words."""
    return Delegation(**{name: getattr(delegation, name) for name in Delegation.__struct_fields__})


def _use_last_output(counted: list[DistinctMessage], delegation: DelegationFacts) -> None:
    """Take the real output of a run's last message from the result, where only a placeholder was written."""
    answer = delegation.answer
    if counted and answer and answer.result.last_output and counted[-1].best.unfinished:
        counted[-1].estimated = max(counted[-1].best.output, answer.result.last_output)


def _distinct_ids(run: RunFacts) -> int:
    messages = [m for at in (*run.threads, *run.echoes) for m in at.thread.messages]
    return len({m.id for m in messages if m.id is not None}) + sum(m.id is None for m in messages)


def _span(run: RunFacts) -> tuple[str | None, str | None]:
    threads = [at.thread for at in (*run.threads, *run.echoes)]
    return min((t.first for t in threads if t.first), default=None), max((t.last for t in threads), default="") or None


def _message_count(main: list[Thread]) -> int:
    """Count the distinct user lines and API messages of a session's main thread."""
    uuids = {uuid for thread in main for uuid in thread.uuids}
    ids = {m.id for t in main for m in t.messages if m.id is not None}
    nameless = sum(m.id is None for t in main for m in t.messages)
    return len(uuids) + sum(t.without_uuid for t in main) + len(ids) + nameless


def _first_seen(
    threads: list[tuple[TranscriptFile, int, Thread]],
) -> tuple[TranscriptFile, str | None, list[str]]:
    """Return a session's first file, first working directory, and versions in order of first sight."""
    first = min(threads, key=lambda t: (t[2].first, t[0].stem != t[2].session_id, t[0].rank, t[2].line))
    folders = [(t.cwd.timestamp, file.rank, t.cwd.line, t.cwd.value) for file, _, t in threads if t.cwd]
    seen = sorted((s.timestamp, file.rank, s.line, s.value) for file, _, t in threads for s in t.versions)
    return first[0], min(folders)[3] if folders else None, list(dict.fromkeys(version for *_, version in seen))


def _agent_type(facts: DelegationFacts, run: RunFacts | None) -> tuple[str, AgentTypeSource]:
    """Return the type of agent, and where it is known from."""
    if facts.first.call.agent_type:
        return facts.first.call.agent_type, "call"
    if told := next((r.result.agent_type for r in facts.results if r.result.agent_type), None):
        return told, "result"
    metas = [at.file.meta for at in run.threads] if run else []
    if told := next((meta.agent_type for meta in metas if meta and meta.agent_type), None):
        return told, "meta"
    if _version(facts.first.call.version) >= DEFAULT_AGENT_SINCE:
        return DEFAULT_AGENT, "default"
    return NO_AGENT, "none"


def _version(version: str | None) -> tuple[int, ...]:
    found = re.match(r"(\d{1,6})\.(\d{1,6})\.(\d{1,6})", version or "")
    return tuple(int(part) for part in found.groups()) if found else ()


def _model(run: Run | None) -> str | None:
    """Return the model that most of the run's messages bear; the first by name on a tie."""
    counts = Counter({name: tokens.messages for name, tokens in run.tokens_by_model.items()}) if run else None
    return max(sorted(counts), key=lambda name: counts[name]) if counts else None


def _ending(facts: DelegationFacts) -> tuple[str | None, str | None, str | None, float | None]:
    """Return the result's text, what the assistant made of it, when it came, and after how many seconds."""
    answer = facts.answer
    if answer is None:
        return None, None, None, None
    start = facts.first.call.timestamp
    if not answer.result.launched:
        end = answer.result.timestamp
        synthesis = answer.result.synthesis or next((r.result.synthesis for r in facts.results), None)
        return answer.result.text, synthesis, end or None, _seconds(answer.result.duration_ms, start, end)
    noticed = last_notice(facts)
    if noticed is None:
        return None, None, None, _seconds(answer.result.duration_ms, "", "")
    notice = noticed.notice
    duration = answer.result.duration_ms or notice.duration_ms
    return notice.result, notice.synthesis, notice.timestamp or None, _seconds(duration, start, notice.timestamp)


def _seconds(milliseconds: float | None, start: str, end: str) -> float | None:
    """Return a duration in seconds: as told, else from start to end; None where neither gives one."""
    if milliseconds is not None:
        return milliseconds / 1000 if 0 <= milliseconds < 1e12 else None  # noqa: PLR2004 - thirty years
    if not start or not end or end < start:
        return None
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()
