"""How calls of `Task` and `Agent` are written: the call, its run, its answer."""

from dataclasses import dataclass

from tests.transcripts_made.answers import Answered, answer
from tests.transcripts_made.calls import Call, How
from tests.transcripts_made.files import Json
from tests.transcripts_made.hollow import kind_told
from tests.transcripts_made.notices import Background, notify
from tests.transcripts_made.runs import disown, play_run
from tests.transcripts_made.thread import Thread
from tests.transcripts_made.truth import Cause, DelegationTruth, Link, Outcome

CAUSE_BY_OUTCOME: dict[Outcome, Cause] = {
    "failed": "agent",
    "rejected": "user",
    "interrupted": "user",
    "not_started": "name",
    "killed": "user",
}
CAUSES: dict[tuple[Outcome, How], Cause] = {
    ("failed", "limit"): "limit",
    ("failed", "turn_limit"): "limit",
    ("failed", "api_error"): "api_error",
    ("failed", "cut"): "api_error",
    ("rejected", "rule"): "policy",
    ("rejected", "denied"): "policy",
    ("rejected", "hook"): "policy",
    ("rejected", "auto_mode"): "policy",
    ("interrupted", "sibling_failed"): "parent",
    ("killed", "task_stop"): "parent",
}


@dataclass(slots=True)
class Started:
    """A call that was made, with its run where there is one."""

    call: Call
    tool_use_id: str
    truth: DelegationTruth
    run: Thread | None = None


def delegate(thread: Thread, *calls: Call, thought: str | None = None) -> list[str]:
    """Append delegations made in one message and all that becomes of them; return their ids."""
    ids = [thread.book.names.call() for _ in calls]
    blocks: list[Json] = [{"type": "text", "text": thought}] if thought else []
    blocks += [_block(thread, call, tool_use_id) for call, tool_use_id in zip(calls, ids, strict=True)]
    thread.assistant(*blocks)
    thread.tool_calls += len(calls)
    times = _times(thread, len(calls))
    started = [
        Started(call, use, _begin(thread, call, use, time)) for call, use, time in zip(calls, ids, times, strict=True)
    ]
    before = thread.book.files.length(thread.setting.path)
    for position, each in enumerate(started):
        each.run = play_run(thread, each.call, each.truth, position, delegate)
        if each.run is not None:
            thread.book.runs[each.tool_use_id] = each.run
    if thread.setting.era.layout == "inline":
        thread.book.files.interleave(thread.setting.path, before)
    answered = [(each, _answer(thread, each)) for each in started]
    for each, answer_ in answered:
        _settle(thread, each, answer_)
    return ids


def _times(thread: Thread, calls: int) -> list[str]:
    """Return the times of the lines in which the calls just made stand: one for each, or one for all."""
    lines = thread.written[-calls:] if thread.setting.era.several_lines_a_message else thread.written[-1:] * calls
    return [str(line["timestamp"]) for line in lines]


def _block(thread: Thread, call: Call, tool_use_id: str) -> Json:
    era = thread.setting.era
    given: Json = {"description": call.description, "prompt": call.prompt}
    if call.agent is not None and era.names_type:
        given["subagent_type"] = call.agent
    if call.requested_model is not None:
        given["model"] = call.requested_model
    if call.background and not era.background_by_default:
        given["run_in_background"] = True
    return {"type": "tool_use", "id": tool_use_id, "name": era.tool, "input": given}


def _begin(thread: Thread, call: Call, tool_use_id: str, time: str) -> DelegationTruth:
    """Declare the delegation that was called at this time."""
    caller = thread.owner[1] if thread.owner[0] == "run" else None
    truth = thread.book.truth
    depth = truth.delegations[caller].depth + 1 if caller in truth.delegations else 1
    made = DelegationTruth(
        tool_use_id=tool_use_id,
        session_id=thread.setting.session_id,
        agent_type=_agent_type(thread, call),
        description=call.description,
        prompt=call.prompt,
        answer="missing",
        outcome=call.outcome,
        timestamp=time,
        caller=caller,
        depth=depth,
        context_before=thread.last_prompt,
        cause=CAUSES.get((call.outcome, call.how)) or CAUSE_BY_OUTCOME.get(call.outcome),
    )
    truth.delegations[tool_use_id] = made
    return made


def _agent_type(thread: Thread, call: Call) -> str:
    era = thread.setting.era
    if call.agent is not None and era.names_type:
        return call.agent
    if call.known_as is not None and (era.answers_with_type or era.meta != "none"):
        return call.known_as
    return "general-purpose" if era.number >= (2, 1, 63) else "(none)"


def _answer(thread: Thread, started: Started) -> Answered:
    answered = answer(thread, started.call, started.tool_use_id, started.run)
    started.truth.answer = answered.answer
    if answered.tells_duration:
        started.truth.duration_seconds = float(started.call.seconds)
    if answered.answer in {"completed", "error"}:
        thread.note_answer(started.truth, started.call.how)
    elif answered.answer == "missing":
        thread.waiting = True
    return answered


def _settle(thread: Thread, started: Started, answered: Answered) -> None:
    """Tell how a background agent ended, and declare the run and its link."""
    run = started.run
    if answered.answer == "async":
        notify(thread, started.call, Background(answered.agent_id or "", started.truth, run))
    if run is not None:
        _declare_run(thread, started, answered, run)
    linked = started.truth.link is not None
    told = bool(started.call.result) and not thread.setting.era.notifies_of_agents
    recorded = answered.answer != "async" or told
    started.truth.result_kind = kind_told(started.call, answered, run, linked=linked, recorded=recorded)
    started.truth.times = run.times if run is not None and linked else []


def _declare_run(thread: Thread, started: Started, answered: Answered, run: Thread) -> None:
    started.truth.link = _link(thread, started, answered)
    if started.truth.link is None:
        disown(run, "unlinked")
        thread.book.truth.orphan_callees(started.tool_use_id, run.setting.agent_id or "")
    elif run.setting.era.layout != "inline":
        started.truth.agent_id = run.setting.agent_id


def _link(thread: Thread, started: Started, answered: Answered) -> Link | None:
    """Return the best of the ways that the lines offer."""
    era, call = thread.setting.era, started.call
    if call.how == "spawned":
        return "prompt"
    if era.meta == "full" and call.place != "progress":
        return "meta"
    if answered.names_agent_id:
        return "agent_id"
    if era.reports_progress and not thread.setting.sidechain:
        return "agent_progress"
    if answered.has_tail:
        return "text"
    return "prompt" if call.prompt_line else None
