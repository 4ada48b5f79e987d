"""The records of runs, linked to a delegation or not."""

from common.records.sessions import Run, UnlinkedRun
from common.transcripts.linking.copies import DistinctMessage
from common.transcripts.linking.delegations import DelegationFacts
from common.transcripts.linking.runs import RunFacts
from common.transcripts.linking.tables import Tables
from common.transcripts.linking.tokens import (
    checks_run,
    context_size,
    edits_made,
    files_read,
    spent_tokens,
    tools_used,
)


def linked_run(tables: Tables, run: RunFacts, delegation: DelegationFacts) -> Run:
    """Return the record of the run that carried out a delegation."""
    messages = tables.messages_of(run)
    counted = [m for m in messages if m.counted]
    _use_last_output(counted, delegation)
    tools, read = tools_used(messages), files_read(messages)
    first, last = _span(run)
    return Run(
        agent_id=run.agent_id,
        messages=len(messages),
        tool_calls=sum(tools.values()),
        depth=tables.depths[delegation.first.call.key],
        parent=caller.agent_id if (caller := tables.caller_of(delegation)) else None,
        is_fork=run.is_fork,
        **spent_tokens(counted, tables.day_of)._asdict(),
        tools=tools,
        edits=edits_made(messages),
        first_timestamp=first,
        last_timestamp=last,
        first_context=context_size(counted[0]) if counted else None,
        last_context=context_size(counted[-1]) if counted else None,
        checks=checks_run(messages),
        files_read=len(read),
        files_read_by_caller=len(read & tables.calling_thread(delegation).files_read),
        progress_only=run.progress_only,
        file=run.first.file.name,
        line=run.first.thread.line,
    )


def unlinked_run(tables: Tables, run: RunFacts, workflow: str | None = None) -> UnlinkedRun:
    """Return the record of a run that belongs to no delegation; `workflow` is the call that it belongs to."""
    messages = tables.messages_of(run)
    counted = [m for m in messages if m.counted]
    first, last = _span(run)
    return UnlinkedRun(
        agent_id=run.agent_id,
        kind=run.kind(),
        session_id=run.session_id,
        agent_type=run.agent_type,
        skill=tables.skill_by_agent.get(run.agent_id or "", run.skill),
        workflow=workflow,
        messages=len(messages),
        tool_calls=sum(tools_used(messages).values()),
        **spent_tokens(counted, tables.day_of)._asdict(),
        first_timestamp=first,
        last_timestamp=last,
        file=run.first.file.name,
        line=run.first.thread.line,
    )


def _use_last_output(counted: list[DistinctMessage], delegation: DelegationFacts) -> None:
    """Take the output of a run's last message from the result, if the run's file has only a placeholder."""
    answer = delegation.answer
    if counted and answer and answer.result.last_output and counted[-1].placeholder:
        counted[-1].estimated = max(counted[-1].best.output, answer.result.last_output)


def _span(run: RunFacts) -> tuple[str | None, str | None]:
    threads = [at.thread for at in (*run.threads, *run.echoes)]
    return min((t.first for t in threads if t.first), default=None), max((t.last for t in threads), default="") or None
