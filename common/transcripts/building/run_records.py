"""The records of runs, linked to a delegation or not."""

from common.records.sessions import Run, UnlinkedRun
from common.transcripts.linking.copies import DistinctMessage
from common.transcripts.linking.delegations import DelegationFacts
from common.transcripts.linking.runs import RunFacts
from common.transcripts.linking.tables import Tables
from common.transcripts.linking.tokens import context_of, edits_made, spent, tools_used


def linked_run(tables: Tables, run: RunFacts, delegation: DelegationFacts) -> Run:
    """Return the record of the run that carried out a delegation."""
    messages = tables.messages_of(run)
    counted = [m for m in messages if m.counted]
    _use_last_output(counted, delegation)
    tools = tools_used(messages)
    first, last = _span(run)
    return Run(
        agent_id=run.agent_id,
        messages=_distinct_ids(run),
        tool_calls=sum(tools.values()),
        depth=tables.depths[delegation.first.call.id],
        **spent(counted, tables.day_of)._asdict(),
        tools=tools,
        edits=edits_made(messages),
        first_timestamp=first,
        last_timestamp=last,
        last_context=context_of(counted[-1]) if counted else None,
        progress_only=run.progress_only,
        file=run.first.file.name,
        line=run.first.thread.line,
    )


def unlinked_run(tables: Tables, run: RunFacts) -> UnlinkedRun:
    """Return the record of a run that belongs to no delegation."""
    messages = tables.messages_of(run)
    counted = [m for m in messages if m.counted]
    first, last = _span(run)
    return UnlinkedRun(
        agent_id=run.agent_id,
        kind=run.kind(),
        session_id=run.session_id,
        messages=_distinct_ids(run),
        tool_calls=sum(tools_used(messages).values()),
        **spent(counted, tables.day_of)._asdict(),
        first_timestamp=first,
        last_timestamp=last,
        file=run.first.file.name,
        line=run.first.thread.line,
    )


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
