"""What is true of a delegation, whether a scenario says it or extraction found it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from common.records.sessions import Answer, Cause, Delegation, Delivered, Link, Outcome, ResultKind


@dataclass(frozen=True, kw_only=True)
class Truth:
    """One delegation; the defaults are those of an agent of the main thread that reports in the foreground."""

    result: str | None  #: how its result begins, None without a result; "" if it does not matter
    agent_type: str = "general-purpose"
    answer: Answer = "completed"
    outcome: Outcome = "completed"
    cause: Cause | None = None
    result_kind: ResultKind | None = "report"
    delivered: Delivered = "none"
    press: str | None = None  #: the first delegation that the same press of Esc interrupted
    caller: str | None = None  #: the delegation that called
    link: Link | None = "meta"  #: None without a run, as the next three
    depth: int | None = 1
    messages: int | None = 1  #: API messages of the run
    models: tuple[str, ...] | None = None  #: models that the run's tokens are counted under; None if it does not matter


NEVER_BEGUN = Truth(
    result=None,
    answer="error",
    outcome="rejected",
    cause="policy",
    result_kind=None,
    link=None,
    depth=None,
    messages=None,
)
BACKGROUND = Truth(result=None, answer="async", delivered="delivered")
FAILED = Truth(
    result="Agent terminated early due to an API error",
    answer="error",
    outcome="failed",
    cause="api_error",
    result_kind=None,
    messages=2,  # the second is the client's own, on the error
)
FAILED_BEHIND = replace(BACKGROUND, outcome="failed", cause="api_error", result_kind=None, messages=2)
INTERRUPTED = replace(FAILED, result="The user doesn't want", outcome="interrupted", cause="user", messages=1)


def found(delegation: Delegation, names: Mapping[str, str]) -> Truth:
    """Return what extraction says of a delegation; `names` has the name of each call by its id."""
    run = delegation.run
    return Truth(
        result=delegation.result_preview,
        agent_type=delegation.agent_type,
        answer=delegation.answer,
        outcome=delegation.outcome,
        cause=delegation.cause,
        result_kind=delegation.result_kind,
        delivered=delegation.delivered,
        press=names.get(delegation.press or ""),
        caller=names.get(delegation.caller or ""),
        link=delegation.link,
        depth=run.depth if run else None,
        messages=run.messages if run else None,
        models=tuple(sorted(run.tokens_by_model)) if run else None,
    )


def differences(expected: Mapping[str, Truth], delegations: Sequence[Delegation]) -> Iterator[str]:
    """Yield a sentence for each figure that differs, in order of name and figure."""
    names = {delegation.tool_use_id: str(delegation.description) for delegation in delegations}
    counts = Counter(str(delegation.description) for delegation in delegations)
    for name in sorted(expected.keys() | counts.keys()):
        if counts[name] != (name in expected):
            yield f"{name}: expected {int(name in expected)} delegations of this name, got {counts[name]}"
    for delegation in sorted(delegations, key=lambda delegation: str(delegation.description)):
        name = str(delegation.description)
        if name in expected:
            yield from (f"{name}: {words}" for words in _different(expected[name], found(delegation, names)))


def _different(expected: Truth, got: Truth) -> Iterator[str]:
    there = asdict(got)
    for figure, value in asdict(expected).items():
        begins = figure == "result" and value is not None and str(there[figure]).startswith(value)
        says_nothing = figure == "models" and value is None
        if there[figure] != value and not begins and not says_nothing:
            yield f"{figure}: expected {value!r}, got {there[figure]!r}"
