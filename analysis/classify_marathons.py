"""Class the sessions with very many delegations by their success."""

from collections import Counter
from collections.abc import Sequence

from common import schema
from common.agents import periods
from common.data_repository import DataRepository
from common.defaults import MARATHON_OVER, TIMEZONE
from common.files import write_atomically
from common.measures import rates, sequences
from common.records.marathons import Marathon, MarathonClassification, MarathonSummary
from common.records.sessions import EnrichedSession
from common.script import Input, Output, conclude, run
from common.text.formatting import plural
from common.times import Calendar


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
    success = rates.success_rate(session.delegations)
    return Marathon(
        session_id=session.session_id,
        project=session.project,
        date=periods.day_of(session, calendar),
        classification=rates.classification(success),
        delegations=len(session.delegations),
        success=success,
        cascade_rate=sequences.cascade_rate([steps]),
        loops=len(steps.loops),
        pivot=rates.pivot(session.delegations),
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


if __name__ == "__main__":
    run(main)
