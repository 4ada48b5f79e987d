"""The answer to a call and the outcome of its work."""

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


class DecidedOutcome(NamedTuple):
    """An outcome, and the status or the first words that decided it."""

    outcome: Outcome
    detail: str | None
    unknown_status: str | None = None


def answer_of(delegation: DelegationFacts) -> Answer:
    """Return the kind of answer that the call itself got."""
    if (answer := delegation.answer) is None:
        return "missing"
    if answer.result.is_error:
        return "error"
    return "async" if answer.result.launched else "completed"


def last_notice(delegation: DelegationFacts) -> Noticed | None:
    """Return the last notice on a background task by time, without those that say it is still running."""
    ended = [noticed for noticed in delegation.notices if noticed.notice.status not in UNDER_WAY]
    return ended[-1] if ended else None


def decided_outcome(delegation: DelegationFacts) -> DecidedOutcome:
    """Decide the outcome of a delegation."""
    # The shape of the answer says whether work was done at once or in the background; the input does not. Up to 2.1.146
    # a call without `run_in_background` was answered with its result, by 2.1.179 with a launch:
    #   {"toolUseResult":{"status":"completed","agentId":"a1","content":[...]}}          decided by the result
    #   {"toolUseResult":{"isAsync":true,"status":"async_launched","agentId":"a1"}}      decided by later notices
    #   {"toolUseResult":"Error: ...", "message":{"content":[{"is_error":true,...}]}}    decided by the error's text
    answer = delegation.answer
    if answer is None:
        return DecidedOutcome("unanswered", None)
    if answer.result.is_error:
        return _outcome_of_error(answer.result)
    if answer.result.launched:
        return _outcome_of_notice(last_notice(delegation))
    return _outcome_of_result(answer.result)


def _outcome_of_error(result: Result) -> DecidedOutcome:
    head = result.text[:HEAD]
    if INTERRUPTED in head or CANCELLED in head or result.interrupted:
        return DecidedOutcome("interrupted", head[:DETAIL])
    if any(sentence in head for sentence in REFUSED) or DENIED.search(head):
        return DecidedOutcome("rejected", head[:DETAIL])
    if UNKNOWN_AGENT.search(head):
        return DecidedOutcome("not_started", head[:DETAIL])
    return DecidedOutcome("failed", head[:DETAIL] or None)


def _outcome_of_result(result: Result) -> DecidedOutcome:
    """Decide by a result that is no error; a limit or an API error may come as a success that used no tokens."""
    text = result.text.lstrip()
    if result.interrupted or text.startswith(INTERRUPTED):
        return DecidedOutcome("interrupted", text[:DETAIL] or None)
    if result.tokens == 0 and LIMIT_OR_ERROR.match(text):
        return DecidedOutcome("failed", text[:DETAIL])
    return DecidedOutcome("completed", None)


def _outcome_of_notice(noticed: Noticed | None) -> DecidedOutcome:
    if noticed is None:
        return DecidedOutcome("unreported", None)
    notice = noticed.notice
    outcome = OUTCOME_BY_STATUS.get(notice.status)
    if outcome is None:
        return DecidedOutcome("unreported", notice.status[:DETAIL], notice.status[:64])
    if outcome == "completed" and _ran_into_a_limit(notice):
        return DecidedOutcome("failed", (notice.result or "").strip()[:DETAIL])
    return DecidedOutcome(outcome, notice.status)


def _ran_into_a_limit(notice: Notice) -> bool:
    return notice.tokens == 0 and bool(LIMIT_OR_ERROR.match((notice.result or "").lstrip()))
