"""The numbers of one session that a comparison sums; resampling deals and draws them as a whole."""

from collections import Counter
from collections.abc import Iterable, Sequence

from analysis.segmentation.resampling import Row
from common.measures.prices import PriceTable
from common.measures.success import success_rate
from common.records.sessions import UNRECORDED, Delegation, Session

SESSIONS, WITH_DELEGATIONS, MARATHONS, DELEGATIONS, HITS, JUDGED, NO_OUTCOME, COST, PRICED, TYPED = range(10)
AGENTS = TYPED + 1


def row(session: Session, agents: Sequence[str], marathon_over: int, prices: PriceTable) -> Row:
    """Return the numbers of one session: the columns named above, then delegations by agent type.

    `NO_OUTCOME` counts the delegations without a recorded outcome; a type that is not recorded is no agent.
    """
    success = success_rate(session.delegations)
    amounts = [prices.amount(delegation.run.tokens_by_day) for delegation in session.delegations if delegation.run]
    priced = [amount.estimated for amount in amounts if amount.whole]
    types = typed(session.delegations)
    count = len(session.delegations)
    return (
        1,
        int(count > 0),
        int(count > marathon_over),
        count,
        success.hits,
        success.total,
        sum(delegation.outcome in UNRECORDED for delegation in session.delegations),
        sum(priced),
        len(priced),
        types.total(),
        *(types[agent] for agent in agents),
    )


def typed(delegations: Iterable[Delegation]) -> Counter[str]:
    """Return the number of delegations by agent type, without those whose type the transcript does not record."""
    return Counter(delegation.agent_type for delegation in delegations if delegation.agent_type_source != "none")
