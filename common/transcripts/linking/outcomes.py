"""The answer to a call, the last word on its work, and the outcome of the work with its cause."""

from itertools import takewhile
from typing import NamedTuple

from common.records.sessions import Answer, Cause, Outcome
from common.transcripts.linking.delegations import DelegationFacts
from common.transcripts.linking.runs import RunFacts
from common.transcripts.linking.words import Noticed
from common.transcripts.reading.facts import Notice, Result
from common.transcripts.reading.texts.known_sentences import Meaning
from common.transcripts.reading.texts.sentences import (
    CUTS,
    NAMES,
    POLICIES,
    meaning_of,
    meaning_of_cut,
    meanings_of_summary,
)

OUTCOME_BY_STATUS: dict[str, Outcome] = {
    "completed": "completed",
    "failed": "failed",
    "killed": "killed",
    "stopped": "killed",
}
CAUSE_BY_CUT: dict[Meaning, Cause] = {"turn_limit": "limit", "limit": "limit", "api_error": "api_error"}
DETAIL = 200
ESC_AS_REFUSAL_SINCE = (2, 1, 205)
LONGEST_SENTENCE = 600
"""Characters up to which a result that begins with the sentence of an error is nothing but that sentence."""


class DecidedOutcome(NamedTuple):
    """An outcome, its cause, and the status or the first words that decided it."""

    outcome: Outcome
    cause: Cause | None = None
    detail: str | None = None
    unknown_status: str | None = None


def answer_of(delegation: DelegationFacts) -> Answer:
    """Return the kind of answer that the call itself got."""
    if (answer := delegation.answer) is None:
        return "missing"
    if answer.result.is_error:
        return "error"
    return "async" if answer.result.launched else "completed"


def decided_outcome(delegation: DelegationFacts, run: RunFacts | None) -> DecidedOutcome:
    """Decide the outcome of a delegation with its run: the first of the rules that fits."""
    # The shape of the answer says whether work was done at once or in the background; the input does not. Up to 2.1.146
    # a call without `run_in_background` was answered with its result, by 2.1.179 with a launch:
    #   {"toolUseResult":{"status":"completed","agentId":"a1","content":[...]}}          decided by the result
    #   {"toolUseResult":{"isAsync":true,"status":"async_launched","agentId":"a1"}}      decided by later notices
    #   {"toolUseResult":"Error: ...", "message":{"content":[{"is_error":true,...}]}}    decided by the error's text
    result = delegation.answer.result if delegation.answer else None
    begun = (
        run is not None and run.has_own_file and (delegation.version or ESC_AS_REFUSAL_SINCE) >= ESC_AS_REFUSAL_SINCE
    )
    if result is not None and (refused := _refused_or_interrupted(result, begun=begun)):
        return refused
    word = delegation.last_word
    if word is not None and OUTCOME_BY_STATUS.get(word.notice.status) == "killed":
        return DecidedOutcome("killed", _cause_of_stop(delegation, word.notice), word.notice.status)
    if result is None or meaning_of(result.text, ("no_result",)):
        return _outcome_of_word(word, run) if word else DecidedOutcome("unanswered")
    if result.launched:
        return _outcome_of_word(word, run)
    return _outcome_of_result(result, run)


def _refused_or_interrupted(result: Result, *, begun: bool) -> DecidedOutcome | None:
    """Return the outcome of a call that was refused, never started, or interrupted; None for any other."""
    detail = result.text.lstrip()[:DETAIL] or None
    if not result.is_error:
        interrupted = result.interrupted or meaning_of(result.text, ("interrupted",))
        return DecidedOutcome("interrupted", "user", detail) if interrupted and not result.launched else None
    meaning = meaning_of(result.text)
    if meaning in NAMES:
        return DecidedOutcome("not_started", "name", detail)
    if meaning in POLICIES:
        return DecidedOutcome("rejected", "policy", detail)
    if meaning in {"refused", "plan_refused"}:
        # From 2.1.205 on, Esc is told in the words of a refusal. An agent with a file of its own had begun.
        return DecidedOutcome("interrupted" if begun and meaning == "refused" else "rejected", "user", detail)
    if meaning in {"interrupted", "cancelled"} or result.interrupted:
        return DecidedOutcome("interrupted", "user", detail)
    return DecidedOutcome("interrupted", "parent", detail) if meaning == "sibling_failed" else None


def _outcome_of_result(result: Result, run: RunFacts | None) -> DecidedOutcome:
    """Decide by a result; one that is no error may be the sentence of a limit or of the API's error all the same."""
    if result.is_error:
        return _failure(meaning_of_cut(result.text) or _cut_of(run), result.text)
    return _completed_or_cut(result.text, result.tokens, None, run) or DecidedOutcome("completed")


def _outcome_of_word(word: Noticed | None, run: RunFacts | None) -> DecidedOutcome:
    if word is None:
        return DecidedOutcome("unreported")
    notice = word.notice
    outcome = OUTCOME_BY_STATUS.get(notice.status)
    if outcome is None:
        return DecidedOutcome("unreported", None, notice.status[:DETAIL], notice.status[:64])
    if outcome == "failed":
        summary = meanings_of_summary(notice.summary or "")
        told = [meaning for meaning in (*summary, meaning_of_cut(notice.result or "")) if meaning in CUTS]
        return _failure(next(iter(told), None) or _cut_of(run), notice.status)
    cut_short = _completed_or_cut(notice.result or "", notice.tokens, notice.summary, run)
    return cut_short or DecidedOutcome(outcome, None, notice.status)


def _completed_or_cut(
    text: str, tokens: int | None, summary: str | None, run: RunFacts | None
) -> DecidedOutcome | None:
    """Return the failure of work that was reported as completed but cut short; None if it was not."""
    begun = text.strip()
    cut = meaning_of_cut(begun)
    sentence_alone = tokens == 0 or (len(begun) <= LONGEST_SENTENCE and "\n\n" not in begun)
    if cut and (cut == "turn_limit" or sentence_alone):
        return _failure(cut, begun)
    told = next((meaning for meaning in meanings_of_summary(summary or "") if meaning in CUTS), None)
    if told and (told == "turn_limit" or not begun):
        return _failure(told, summary)
    if (error := _error_at_end(run)) is not None:
        return _failure(_meaning_of_error(*error), error[1])
    return None


def _failure(cut: Meaning | None, detail: str | None) -> DecidedOutcome:
    """Return a failure: by a limit or the API if one of them cut the work short, else by the agent itself."""
    return DecidedOutcome("failed", CAUSE_BY_CUT[cut] if cut else "agent", detail[:DETAIL] if detail else None)


def _error_at_end(run: RunFacts | None) -> tuple[str, str] | None:
    """Return the kind and the text of the API's error that a run's last stretch ends with; None without one."""
    return max(run.threads, key=lambda at: (at.thread.last, at.start)).thread.cut_by if run else None


def _cut_of(run: RunFacts | None) -> Meaning | None:
    """Return what the API's error at the end of a run means; None if the run ends with none."""
    error = _error_at_end(run)
    return None if error is None else _meaning_of_error(*error)


def _meaning_of_error(kind: str, text: str) -> Meaning:
    return "limit" if kind == "rate_limit" else meaning_of_cut(text) or "api_error"


def _cause_of_stop(delegation: DelegationFacts, notice: Notice) -> Cause:
    """Return who stopped an agent: the thread that called it, or the user in the program's window."""
    meanings = meanings_of_summary(notice.summary or "")
    if "stopped_by_user" in meanings:
        return "user"
    stretch = takewhile(lambda word: word.notice.source != "resume", reversed(delegation.words))
    stopped = "stopped_by_model" in meanings or any(word.notice.source == "stop" for word in stretch)
    return "parent" if stopped else "user"
