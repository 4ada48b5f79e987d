"""Class the sessions with very many delegations by their success."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Literal

from common import schema
from common.agents import periods
from common.data_repository import DataRepository
from common.defaults import MARATHON_OVER, TIMEZONE
from common.files import write_atomically
from common.measures import sequences
from common.measures.success import causes, hollow_kinds, returned_rate, standing, success_rate
from common.records.marathons import Classification, Marathon, MarathonClassification, MarathonSummary, Pivot
from common.records.sessions import UNRECORDED, Delegation, EnrichedSession
from common.script import Input, Output, conclude, run
from common.text.formatting import plural
from common.times import Calendar

PIVOT_FAILURES = 3
PIVOT_CHANGES = 10
POSITIVE_PERCENT = 85
NEGATIVE_PERCENT = 80

PivotReason = Literal["failures", "changes"]


def main(*, sessions: Input, marathons: Output, marathon_over: int = MARATHON_OVER, timezone: str = TIMEZONE) -> None:
    """Class the sessions with more delegations than --marathon-over by their success."""
    data = DataRepository(enriched=sessions).load_enriched()
    found = classify(data.sessions, marathon_over, Calendar(timezone))
    result = MarathonClassification(
        **schema.envelope(MarathonClassification),
        filters=data.filters,
        marathon_over=marathon_over,
        summary=count_classes(found),
        marathons=found,
    )
    write_atomically(marathons, schema.encode(result))
    conclude(plural(len(found), "marathon"))


def classify(sessions: Sequence[EnrichedSession], marathon_over: int, calendar: Calendar) -> list[Marathon]:
    """Return the sessions with more delegations than `marathon_over`, in their order."""
    return [describe_marathon(session, calendar) for session in sessions if len(session.delegations) > marathon_over]


def describe_marathon(session: EnrichedSession, calendar: Calendar) -> Marathon:
    """Return the session as a marathon."""
    steps = sequences.steps(session.delegations)
    return Marathon(
        session_id=session.session_id,
        project=session.project,
        date=periods.day_of(session, calendar),
        classification=classification(session.delegations),
        delegations=len(session.delegations),
        success=success_rate(session.delegations),
        returned=returned_rate(session.delegations),
        causes=causes(session.delegations),
        hollow=hollow_kinds(session.delegations),
        cascade_rate=sequences.cascade_rate([steps]),
        loops=len(steps.loops),
        pivot=pivot(session.delegations),
    )


def count_classes(marathons: Sequence[Marathon]) -> MarathonSummary:
    """Return the number of marathons of each class."""
    counts = Counter(marathon.classification for marathon in marathons)
    return MarathonSummary(
        POSITIVE=counts["POSITIVE"],
        NEGATIVE=counts["NEGATIVE"],
        AMBIGUOUS=counts["AMBIGUOUS"],
        UNKNOWN=counts["UNKNOWN"],
    )


def classification(delegations: Sequence[Delegation]) -> Classification:
    """Return the class of a marathon by Success; unrounded rates are compared."""
    success = success_rate(delegations)
    if success.total == 0 or success.total < sum(delegation.outcome in UNRECORDED for delegation in delegations):
        return "UNKNOWN"
    if success.hits * 100 >= POSITIVE_PERCENT * success.total:
        return "POSITIVE"
    return "NEGATIVE" if success.hits * 100 < NEGATIVE_PERCENT * success.total else "AMBIGUOUS"


def pivot(delegations: Sequence[Delegation]) -> Pivot | None:
    """Return the third failure or the tenth change of agent, whichever comes first; None without either.

    Calls of one message are one event: at most one failure and one change. So are the calls that one press of Esc
    interrupted, and names that do not exist, tried one after the other.
    """
    failures = changes = number = 0
    previous: Delegation | None = None
    counted: set[str] = set()
    for batch in _batches(delegations):
        changes += previous is not None and any(call.agent_type != previous.agent_type for call in batch)
        if changes == PIVOT_CHANGES:
            return _at(batch, 0, number, "changes")
        events = [_failure(call, previous) for call in batch]
        new = [place for place, event in enumerate(events) if event is not None and event not in counted]
        failures += bool(new)
        if failures == PIVOT_FAILURES:
            return _at(batch, new[0], number, "failures")
        counted.update(event for event in events if event is not None)
        previous, number = batch[-1], number + len(batch)
    return None


def _batches(delegations: Iterable[Delegation]) -> Iterable[list[Delegation]]:
    """Yield the calls of one message together."""
    numbered = enumerate(delegations)
    for _, batch in groupby(numbered, key=lambda pair: pair[1].message_id or pair[0]):
        yield [delegation for _, delegation in batch]


def _failure(delegation: Delegation, previous: Delegation | None) -> str | None:
    """Return the event of a failure, None if the delegation is none, or goes on with the one before."""
    if delegation.outcome == "not_started":
        return None if previous is not None and previous.outcome == "not_started" else delegation.tool_use_id
    if delegation.outcome == "interrupted":
        return delegation.press or delegation.tool_use_id
    is_failure = delegation.outcome in {"failed", "killed"} or standing(delegation) == "hollow"
    return delegation.tool_use_id if is_failure else None


def _at(batch: Sequence[Delegation], place: int, before: int, reason: PivotReason) -> Pivot:
    """Return the delegation at a place of the batch, with so many delegations before the batch."""
    return Pivot(
        sequence_number=before + place + 1,
        tool_use_id=batch[place].tool_use_id,
        timestamp=batch[place].timestamp,
        reason=reason,
    )


if __name__ == "__main__":
    run(main)
