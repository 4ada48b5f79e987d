"""The records of delegations."""

from collections import Counter
from datetime import datetime
from typing import Literal, NamedTuple

from common.records.sessions import NOT_RECORDED, Delegation, EnrichedDelegation, Outcome, ResultKind, Run, Used
from common.transcripts.building.hollow import result_kind
from common.transcripts.building.run_records import linked_run
from common.transcripts.building.tool_calls import tool_calls_of
from common.transcripts.linking.delegations import DelegationFacts
from common.transcripts.linking.outcomes import DecidedOutcome, answer_of
from common.transcripts.linking.presses import presses_of
from common.transcripts.linking.tables import Tables
from common.transcripts.linking.tokens import NO_MODEL, context_size
from common.transcripts.reading.stretches import seconds_in

DEFAULT_AGENT = "general-purpose"
DEFAULT_AGENT_SINCE = (2, 1, 63)
PREVIEW = 500
LONGEST_MILLISECONDS = 1e12
"""Thirty years; longer durations are errors."""

AgentTypeSource = Literal["call", "result", "meta", "default", "none"]


class _Calling(NamedTuple):
    """The thread that called: its run, its context at the call, and its messages after the result."""

    caller: str | None
    caller_context: int | None
    caller_calls_after: int | None


class _Ending(NamedTuple):
    """The end of a delegation: the result, the assistant's text after it, its time, and how long the work took."""

    result: str | None
    assistant_synthesis_after: str | None
    answered_timestamp: str | None
    duration_seconds: float | None


def delegations_of(tables: Tables, decided: dict[str, DecidedOutcome]) -> list[EnrichedDelegation]:
    """Return the delegations of a session, by key with what became of each; neighbours are those of the same thread."""
    by_caller: dict[str | None, list[str]] = {}
    for key in decided:
        by_caller.setdefault(_caller(tables, key), []).append(key)
    neighbours = {}
    for siblings in by_caller.values():
        types = [None, *(_agent_type(tables, key)[0] for key in siblings), None]
        neighbours.update({key: (types[i], types[i + 2]) for i, key in enumerate(siblings)})
    presses = presses_of((tables.delegations[key], outcome) for key, outcome in decided.items())
    return [
        _delegation(tables, key, number, outcome, presses, neighbours[key])
        for number, (key, outcome) in enumerate(decided.items(), 1)
    ]


def _delegation(  # noqa: PLR0913, PLR0917 - what was found out about all delegations of a session together
    tables: Tables,
    key: str,
    number: int,
    decided: DecidedOutcome,
    presses: dict[str, str],
    neighbours: tuple[str | None, str | None],
) -> EnrichedDelegation:
    facts, run = tables.delegations[key], tables.run_by_delegation.get(key)
    copy, answer, word = facts.first, facts.answer, facts.last_word
    agent_type, source = _agent_type(tables, key)
    ending, record = _ending(facts), linked_run(tables, run, facts) if run else None
    tool_calls = tool_calls_of(facts, record)
    followed_by, followed_line = facts.followed or (None, None)
    return EnrichedDelegation(
        tool_use_id=facts.tool_use_id,
        timestamp=copy.call.timestamp or None,
        message_id=copy.call.message_id,
        **_calling(tables, key)._asdict(),
        agent_type=agent_type,
        agent_type_source=source,
        description=copy.call.description,
        prompt_length=len(copy.call.prompt),
        answer=answer_of(facts),
        outcome=decided.outcome,
        outcome_detail=decided.detail,
        cause=decided.cause,
        press=presses.get(facts.tool_use_id),
        delivered=word.notice.channel if word else "none",
        tool_calls=tool_calls,
        used=_used(facts),
        followed_by=followed_by,
        followed_line=followed_line,
        result_kind=_kind(decided.outcome, ending.result, tool_calls),
        result_preview=ending.result[:PREVIEW] if ending.result is not None else None,
        **ending._asdict(),
        active_seconds=seconds_in(at.thread.stretches for at in (*run.threads, *run.echoes)) if run else None,
        model=_model(record) or (answer.result.model if answer else None) or copy.call.model,
        requested_model=copy.call.model,
        link=run.link if run else None,
        run=record,
        prompt=copy.call.prompt,
        user_context_before=copy.file.facts.prompts.contexts[copy.call.context] if copy.call.context >= 0 else None,
        sequence_number=number,
        previous_agent=neighbours[0],
        next_agent=neighbours[1],
        file=copy.file.name,
        line=copy.call.line,
    )


def plain_delegation(delegation: EnrichedDelegation) -> Delegation:
    """Return the delegation without its texts."""
    return Delegation(**{name: getattr(delegation, name) for name in Delegation.__struct_fields__})


def _caller(tables: Tables, key: str) -> str | None:
    """Return the id of the run that made the call: its call, agent or file; None for the main thread."""
    run = tables.caller_of(tables.delegations[key])
    if run is None:
        return None
    delegation = tables.delegations.get(run.delegation or "")
    return delegation.tool_use_id if delegation else run.agent_id or run.first.file.name


def _calling(tables: Tables, key: str) -> _Calling:
    """Return the facts of the thread that called."""
    facts = tables.delegations[key]
    message, reached = tables.calling_message(facts.first), facts.reached
    return _Calling(
        caller=_caller(tables, key),
        caller_context=context_size(message) if message and message.counted else None,
        caller_calls_after=tables.calling_thread(facts).calls_after(reached) if reached else None,
    )


def _agent_type(tables: Tables, key: str) -> tuple[str, AgentTypeSource]:
    """Return the type of agent, and the place that names it."""
    # The call may leave it out up to 1.0.x and again from 2.1.63 on; then the agent is general-purpose.
    #   1.0.17  {"name":"Task","input":{"description":"Fix it","prompt":"..."}}                           none
    #   2.1.9x  "toolUseResult":{"status":"completed","agentType":"dev"}   or   meta {"agentType":"dev"}  result, meta
    #   2.1.63  {"name":"Agent","input":{"description":"Fix it","prompt":"..."}}                          default
    facts, run = tables.delegations[key], tables.run_by_delegation.get(key)
    if facts.first.call.agent_type:
        return facts.first.call.agent_type, "call"
    if agent_type := next((r.result.agent_type for r in facts.results if r.result.agent_type), None):
        return agent_type, "result"
    if run is not None and run.agent_type:
        return run.agent_type, "meta"
    if facts.version >= DEFAULT_AGENT_SINCE:
        return DEFAULT_AGENT, "default"
    return NOT_RECORDED, "none"


def _model(run: Run | None) -> str | None:
    """Return the model of most of the run's messages; the first by name on a tie."""
    messages = {name: tokens.messages for name, tokens in run.tokens_by_model.items()} if run else {}
    counts = Counter({name: count for name, count in messages.items() if name != NO_MODEL})
    return max(sorted(counts), key=lambda name: counts[name]) if counts else None


def _ending(facts: DelegationFacts) -> _Ending:
    """Return how a delegation ended, as far as it is recorded."""
    answer, word = facts.answer, facts.last_word
    seconds = _elapsed(facts)
    if answer is not None and not answer.result.launched:
        synthesis = answer.result.synthesis or next((r.result.synthesis for r in facts.results), None)
        return _Ending(answer.result.text, synthesis, answer.result.timestamp or None, seconds)
    if word is None:
        return _Ending(None, None, None, seconds)
    return _Ending(word.notice.result, word.notice.synthesis, word.notice.timestamp or None, seconds)


def _used(facts: DelegationFacts) -> Used | None:
    """Return the proof that the thread that called used the result; None if there is none."""
    answer, word, file = facts.answer, facts.last_word, facts.first.file
    if answer is not None and not answer.result.launched:
        found = next((r.result.used for r in facts.results if r.result.used and r.file.rank == file.rank), None)
    else:
        found = word.notice.used if word and word.order.rank == file.rank else None
    return Used(token=found[0], line=found[1]) if found else None


def _elapsed(facts: DelegationFacts) -> float | None:
    """Return the seconds from call to end, over all stretches of an agent that was resumed; None if none is known."""
    # A stretch ends with the last word before the agent is resumed, which may tell its duration:
    #   0 s call   5 s <status>completed ... <duration_ms>4000   60 s SendMessage   63 s <status>completed   7 seconds
    result = facts.answer.result if facts.answer else None
    in_line = result is not None and not result.launched
    start, end = facts.first.call.timestamp, result.timestamp if result is not None and in_line else ""
    recorded: tuple[float | None, ...] = (result.duration_ms,) if result is not None else ()
    stretches: list[float | None] = []
    for word in facts.words:
        notice = word.notice
        if notice.source == "resume":
            stretches.append(_seconds(start, end, *recorded))
            start, end, recorded = notice.timestamp, "", ()
        elif stretches or not in_line:
            told = result.duration_ms if result is not None and not stretches else None
            end, recorded = notice.timestamp, (told, notice.duration_ms)
    stretches.append(_seconds(start, end, *recorded))
    known = [seconds for seconds in stretches if seconds is not None]
    return sum(known) if known else None


def _kind(outcome: Outcome, result: str | None, tool_calls: int | None) -> ResultKind | None:
    """Return the kind of a completed delegation's result; None for others and where the result is not recorded."""
    return result_kind(result, tool_calls) if outcome == "completed" and result is not None else None


def _seconds(start: str, end: str, *milliseconds: float | None) -> float | None:
    """Return a duration in seconds: the first recorded one, else from start to end; None if neither is known."""
    recorded = next((ms for ms in milliseconds if ms is not None and 0 <= ms < LONGEST_MILLISECONDS), None)
    if recorded is not None:
        return recorded / 1000
    if not start or not end or end < start:
        return None
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()
