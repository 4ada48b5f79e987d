"""How a call was answered, and what became of the work."""

from typing import NamedTuple

from common.records.sessions import Answer, Outcome
from common.transcripts.linking.delegations import DelegationFacts, Noticed
from common.transcripts.reading.facts import Notice, Result
from common.transcripts.reading.phrases import (
    CANCELLED,
    DENIED,
    HEAD,
    INTERRUPTED,
    LIMIT_OR_ERROR,
    REFUSED,
    UNKNOWN_AGENT,
)

UNDER_WAY = frozenset({"running", "not_ready", "pending"})
OUTCOME_BY_STATUS: dict[str, Outcome] = {
    "completed": "completed",
    "failed": "failed",
    "killed": "killed",
    "stopped": "killed",
}
DETAIL = 200


class Judgement(NamedTuple):
    """An outcome, and the status or the first words that decided it."""

    outcome: Outcome
    detail: str | None
    unknown_status: str | None = None


def answer_of(delegation: DelegationFacts) -> Answer:
    """Return how the call itself was answered."""
    if (answer := delegation.answer) is None:
        return "missing"
    if answer.result.is_error:
        return "error"
    return "async" if answer.result.launched else "completed"


def last_notice(delegation: DelegationFacts) -> Noticed | None:
    """Return the last word on a background task by time, leaving out that it was still under way."""
    told = [noticed for noticed in delegation.notices if noticed.notice.status not in UNDER_WAY]
    return told[-1] if told else None


def judge(delegation: DelegationFacts) -> Judgement:
    """Return what became of the work."""
    answer = delegation.answer
    if answer is None:
        return Judgement("unanswered", None)
    if answer.result.is_error:
        return _judge_error(answer.result)
    if answer.result.launched:
        return _judge_notice(last_notice(delegation))
    return _judge_result(answer.result)


def _judge_error(result: Result) -> Judgement:
    head = result.text[:HEAD]
    if INTERRUPTED in head or CANCELLED in head or result.interrupted:
        return Judgement("interrupted", head[:DETAIL])
    if any(sentence in head for sentence in REFUSED) or DENIED.search(head):
        return Judgement("rejected", head[:DETAIL])
    if UNKNOWN_AGENT.search(head):
        return Judgement("not_started", head[:DETAIL])
    return Judgement("failed", head[:DETAIL] or None)


def _judge_result(result: Result) -> Judgement:
    text = result.text.lstrip()
    if result.interrupted or text.startswith(INTERRUPTED):
        return Judgement("interrupted", text[:DETAIL] or None)
    if result.tokens == 0 and LIMIT_OR_ERROR.match(text):
        return Judgement("failed", text[:DETAIL])
    return Judgement("completed", None)


def _judge_notice(noticed: Noticed | None) -> Judgement:
    if noticed is None:
        return Judgement("unreported", None)
    notice = noticed.notice
    outcome = OUTCOME_BY_STATUS.get(notice.status)
    if outcome is None:
        return Judgement("unreported", notice.status[:DETAIL], notice.status[:64])
    if outcome == "completed" and _ran_into_a_limit(notice):
        return Judgement("failed", (notice.result or "").strip()[:DETAIL])
    return Judgement(outcome, notice.status)


def _ran_into_a_limit(notice: Notice) -> bool:
    return notice.tokens == 0 and bool(LIMIT_OR_ERROR.match((notice.result or "").lstrip()))
