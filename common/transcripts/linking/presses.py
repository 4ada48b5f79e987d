"""Presses of Esc: one press may interrupt several delegations of a session."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from operator import itemgetter

from common.transcripts.linking.delegations import DelegationFacts
from common.transcripts.linking.outcomes import DecidedOutcome

SAME_PRESS = timedelta(seconds=1)


def presses_of(decided: Iterable[tuple[DelegationFacts, DecidedOutcome]]) -> dict[str, str]:
    """Return the press that interrupted each call of a session, by the call's id.

    The press has the id of the first call that it interrupted. The results of one press are at most a second apart.
    """
    interrupted: list[tuple[str, str]] = []
    for facts, outcome in decided:
        if outcome.outcome == "interrupted" and outcome.cause == "user" and facts.answer is not None:
            interrupted.append((facts.answer.result.timestamp, facts.tool_use_id))
    presses: dict[str, str] = {}
    press, last = "", None
    for timestamp, call in sorted(interrupted, key=itemgetter(0)):
        now = datetime.fromisoformat(timestamp) if timestamp else None
        if now is None or last is None or now - last > SAME_PRESS:
            press = call
        presses[call], last = press, now
    return presses
