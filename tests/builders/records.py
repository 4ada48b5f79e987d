"""Records made by hand for the tests: each call names only what its test is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import msgspec

from common import schema
from common.records.extraction import EnrichedSessions, Filters, FullSessions, Source, Summary
from common.records.sessions import (
    ANSWERS,
    OUTCOMES,
    Cause,
    Edit,
    EnrichedDelegation,
    EnrichedSession,
    FollowedBy,
    Outcome,
    ResultKind,
    Run,
    Session,
    UnlinkedRun,
)
from common.records.tokens import DayTokens, Tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

MODEL = "claude-sonnet-4-5-20250929"
USUAL_CAUSES: dict[str, Cause] = {
    "failed": "agent",
    "rejected": "user",
    "interrupted": "user",
    "not_started": "name",
    "killed": "parent",
}
FILTERS = Filters(project=None, since=None, until=None, timezone="UTC", sessions_left_out=0)


def tokens_of(days: Sequence[DayTokens]) -> Tokens:
    return Tokens(
        messages=sum(day.messages for day in days),
        input=sum(day.input for day in days),
        output=sum(day.output for day in days),
        output_estimated=sum(day.output_estimated for day in days),
        cache_creation=sum(day.cache_creation_5m + day.cache_creation_1h for day in days),
        cache_read=sum(day.cache_read for day in days),
    )


def spent(
    day: str | None = "2026-03-02",
    model: str | None = MODEL,
    *,
    messages: int = 1,
    input: int = 0,  # noqa: A002 (the field's name)
    output: int = 0,
    output_estimated: int | None = None,
    cache_creation_5m: int = 0,
    cache_creation_1h: int = 0,
    cache_read: int = 0,
    long_context: bool = False,
    over_100k: bool = False,
    tier: str | None = None,
    messages_in_part: int = 0,
    web_searches: int = 0,
) -> DayTokens:
    return DayTokens(
        day=day,
        model=model,
        long_context=long_context,
        over_100k=over_100k,
        tier=tier,
        messages=messages,
        messages_in_part=messages_in_part,
        input=input,
        output=output,
        output_estimated=output if output_estimated is None else output_estimated,
        cache_creation_5m=cache_creation_5m,
        cache_creation_1h=cache_creation_1h,
        cache_read=cache_read,
        web_searches=web_searches,
    )


def run(*days: DayTokens, edits: Sequence[Edit] = (), tool_calls: int = 1, depth: int = 1) -> Run:
    return Run(
        agent_id="a1b2c3d",
        messages=sum(day.messages for day in days),
        tool_calls=tool_calls,
        depth=depth,
        tokens=tokens_of(days),
        tokens_by_model={day.model: tokens_of([day]) for day in days if day.model is not None},
        tokens_by_day=list(days),
        tools={"Read": tool_calls},
        edits=list(edits),
        first_timestamp=edits[0].timestamp if edits else None,
        last_timestamp=edits[-1].timestamp if edits else None,
        last_context=None,
        progress_only=False,
        file="p/s/subagents/agent-a1b2c3d.jsonl",
        line=1,
    )


def delegation(
    id: str,  # noqa: A002 (short for the many calls in tests)
    agent_type: str = "developer",
    outcome: Outcome = "completed",
    *,
    timestamp: str | None = "2026-03-02T10:00:00.000Z",
    prompt: str = "",
    description: str | None = None,
    result: str | None = None,
    caller: str | None = None,
    message_id: str | None = None,
    followed_by: FollowedBy | None = None,
    followed_line: int | None = None,
    cause: Cause | None = None,
    press: str | None = None,
    kind: ResultKind | None = None,
    active: float | None = None,
    answered: str | None = None,
    duration: float | None = None,
    model: str | None = MODEL,
    run: Run | None = None,
    before: str | None = None,
    after: str | None = None,
    number: int = 1,
) -> EnrichedDelegation:
    return EnrichedDelegation(
        tool_use_id=id,
        timestamp=timestamp,
        message_id=message_id or f"msg-{id}",
        caller=caller,
        agent_type=agent_type,
        agent_type_source="call",
        description=description,
        prompt_length=len(prompt),
        answer="missing" if outcome == "unanswered" else "completed",
        outcome=outcome,
        outcome_detail=None,
        cause=cause or USUAL_CAUSES.get(outcome),
        press=press,
        result_kind=kind or ("report" if outcome == "completed" and result is not None else None),
        followed_by=followed_by,
        followed_line=followed_line,
        result_preview=(result or "")[:500] or None,
        answered_timestamp=answered,
        duration_seconds=duration,
        active_seconds=duration if active is None else active,
        model=model,
        requested_model=None,
        link="agent_id" if run else None,
        run=run,
        prompt=prompt,
        result=result,
        user_context_before=before,
        assistant_synthesis_after=after,
        sequence_number=number,
        previous_agent=None,
        next_agent=None,
        file="p/s.jsonl",
        line=number,
    )


def session(
    id: str,  # noqa: A002 (short for the many calls in tests)
    *delegations: EnrichedDelegation,
    project: str = "-home-user-shop",
    cwd: str | None = "/home/user/shop",
    first: str | None = "2026-03-02T09:00:00.000Z",
    days: Sequence[DayTokens] = (),
    versions: Sequence[str] = ("2.1.63",),
    messages: int = 10,
    edits: Sequence[Edit] = (),
) -> EnrichedSession:
    return EnrichedSession(
        session_id=id,
        project=project,
        cwd=cwd,
        first_timestamp=first,
        last_timestamp=first,
        message_count=messages,
        versions=list(versions),
        tokens=tokens_of(days),
        tokens_by_model={day.model: tokens_of([day]) for day in days if day.model is not None},
        tokens_by_day=list(days),
        tools={},
        edits=list(edits),
        delegation_count=len(delegations),
        delegations=list(delegations),
    )


def unlinked(*days: DayTokens, session_id: str | None = "s") -> UnlinkedRun:
    return UnlinkedRun(
        agent_id="w",
        kind="warmup",
        session_id=session_id,
        messages=1,
        tool_calls=0,
        tokens=tokens_of(days),
        tokens_by_model={},
        tokens_by_day=list(days),
        first_timestamp=None,
        last_timestamp=None,
        file="p/agent-w.jsonl",
        line=1,
    )


def numbered(*steps: tuple[str, str] | str, prefix: str = "t") -> list[EnrichedDelegation]:
    """Delegations a minute apart, from "developer" or ("developer", "failed")."""
    made = []
    for index, step in enumerate(steps):
        agent_type, outcome = (step, "completed") if isinstance(step, str) else step
        made.append(
            delegation(
                f"{prefix}{index + 1}",
                agent_type,
                cast("Outcome", outcome),
                timestamp=f"2026-03-02T{10 + index // 60:02}:{index % 60:02}:00.000Z",
                number=index + 1,
            )
        )
    return made


def _all_tokens(sessions: Sequence[EnrichedSession], unlinked: Sequence[UnlinkedRun]) -> list[DayTokens]:
    runs = [d.run for s in sessions for d in s.delegations if d.run]
    return [
        day
        for place in (
            [s.tokens_by_day for s in sessions],
            [r.tokens_by_day for r in runs],
            [u.tokens_by_day for u in unlinked],
        )
        for days in place
        for day in days
    ]


def summary(
    sessions: Sequence[EnrichedSession], unlinked: Sequence[UnlinkedRun] = (), *, marathon_over: int = 20
) -> Summary:
    delegations = [d for s in sessions for d in s.delegations]
    days = _all_tokens(sessions, unlinked)
    return Summary(
        sessions=len(sessions),
        sessions_with_delegations=sum(bool(s.delegations) for s in sessions),
        delegations=len(delegations),
        answers={answer: sum(d.answer == answer for d in delegations) for answer in ANSWERS},
        outcomes={outcome: sum(d.outcome == outcome for d in delegations) for outcome in OUTCOMES},
        agent_types={
            name: sum(d.agent_type == name for d in delegations) for name in sorted({d.agent_type for d in delegations})
        },
        links={},
        sessions_over_threshold=sum(len(s.delegations) > marathon_over for s in sessions),
        marathon_over=marathon_over,
        tokens=tokens_of(days),
        tokens_progress_only=Tokens(),
        tokens_by_model={
            model: tokens_of([day for day in days if day.model == model])
            for model in sorted({d.model or "?" for d in days})
        },
        unknown_statuses={},
    )


SOURCE = Source(
    roots=["p"],
    files=1,
    passed_over=0,
    bytes=1,
    lines=1,
    parsed=1,
    salvaged=0,
    skipped=0,
    blank=0,
    pending=0,
    unknown_types={},
)


def enriched(
    *sessions: EnrichedSession,
    unlinked: Sequence[UnlinkedRun] = (),
    elsewhere: dict[str, list[DayTokens]] | None = None,
    shared_folders: Sequence[str] = (),
) -> EnrichedSessions:
    return EnrichedSessions(
        **schema.envelope(EnrichedSessions),
        source=SOURCE,
        filters=FILTERS,
        summary=summary(sessions, unlinked),
        sessions=[s for s in sessions if s.delegations],
        unlinked_runs=list(unlinked),
        tokens_by_day_elsewhere=elsewhere or {},
        shared_folders=list(shared_folders),
    )


def full(*sessions: EnrichedSession, unlinked: Sequence[UnlinkedRun] = ()) -> FullSessions:
    return FullSessions(
        **schema.envelope(FullSessions),
        source=SOURCE,
        filters=FILTERS,
        summary=summary(sessions, unlinked),
        sessions=[plain(made) for made in sessions],
        unlinked_runs=list(unlinked),
    )


def plain(made: EnrichedSession) -> Session:
    """The session as it stands in the full file: without the words of its delegations."""

    words = {
        "prompt",
        "result",
        "user_context_before",
        "assistant_synthesis_after",
        "sequence_number",
        "previous_agent",
        "next_agent",
        "file",
        "line",
    }
    raw = msgspec.to_builtins(made)
    del raw["agent_lists"]
    raw["delegations"] = [{k: v for k, v in d.items() if k not in words} for d in raw["delegations"]]
    return msgspec.convert(raw, type=Session)
