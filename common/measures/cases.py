"""Delegations with what a measure of them needs: session, period, cost, model of the caller."""

from dataclasses import dataclass

from common.measures.prices import Amount, PriceTable
from common.records.sessions import EnrichedDelegation, EnrichedSession


@dataclass(frozen=True, slots=True)
class Case:
    """A delegation with its session, its period, what its run cost, and the model of the thread that called it.

    `amount` is None without a run; `parent_model` where the calling thread's model is not known.
    """

    one: EnrichedDelegation
    session: EnrichedSession
    period: str
    amount: Amount | None
    parent_model: str | None

    @property
    def priced(self) -> Amount | None:
        """What the run cost, if every message of it has a price."""
        return self.amount if self.amount and self.amount.whole else None


def cases_of(session: EnrichedSession, period: str, prices: PriceTable) -> list[Case]:
    """Return the delegations of a session as cases, in order."""
    models = {one.tool_use_id: one.model for one in session.delegations}
    main = max(session.tokens_by_model.items(), key=lambda item: (item[1].messages, item[0]), default=(None, None))[0]
    return [
        Case(
            one=one,
            session=session,
            period=period,
            amount=prices.amount(one.run.tokens_by_day) if one.run else None,
            parent_model=main if one.caller is None else models.get(one.caller),
        )
        for one in session.delegations
    ]
