"""Delegations with their session, period, cost, and the model and tokens of the calling thread."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from common.measures.prices import Amount, PriceTable
from common.records.sessions import EnrichedDelegation, EnrichedSession
from common.records.shared import Evidence
from common.records.tokens import DayTokens

Name = TypeVar("Name", bound=str)


@dataclass(frozen=True, slots=True)
class Case:
    """A delegation with its session, its period, what its run cost, and the thread that called it.

    `amount` is None without a run; `parent_model` where the calling thread's model is not known. `caller_tokens` are
    all tokens of the calling thread, empty where it is not known.
    """

    delegation: EnrichedDelegation
    session: EnrichedSession
    period: str
    amount: Amount | None
    parent_model: str | None
    caller_tokens: Sequence[DayTokens]

    @property
    def priced(self) -> Amount | None:
        """The cost of the run, None unless every message of it has a price."""
        return self.amount if self.amount and self.amount.whole else None


def cases_of(session: EnrichedSession, period: str, prices: PriceTable) -> list[Case]:
    """Return the delegations of a session as cases, in order."""
    callers = _callers(session)
    return [
        Case(
            delegation=delegation,
            session=session,
            period=period,
            amount=prices.amount(delegation.run.tokens_by_day) if delegation.run else None,
            parent_model=model,
            caller_tokens=tokens,
        )
        for delegation in session.delegations
        for model, tokens in [callers.get(delegation.caller, (None, ()))]
    ]


def _callers(session: EnrichedSession) -> dict[str | None, tuple[str | None, Sequence[DayTokens]]]:
    """Return the model and the tokens of each thread that may have called; None is the main thread."""
    models = session.tokens_by_model
    main = max(models.items(), key=lambda item: (item[1].messages, item[0]), default=(None, None))[0]
    runs: dict[str | None, tuple[str | None, Sequence[DayTokens]]] = {
        delegation.tool_use_id: (delegation.model, delegation.run.tokens_by_day if delegation.run else ())
        for delegation in session.delegations
    }
    return runs | {None: (main, session.tokens_by_day)}


def tool_use_ids(cases: Iterable[Case]) -> list[str]:
    """Return the ids of the delegations, in order."""
    return [case.delegation.tool_use_id for case in cases]


def ids_by(cases: Iterable[Case], name: Callable[[Case], Name]) -> dict[Name, list[str]]:
    """Return the ids of the delegations by name, in order of first appearance."""
    groups: dict[Name, list[Case]] = defaultdict(list)
    for case in cases:
        groups[name(case)].append(case)
    return {key: tool_use_ids(inside) for key, inside in groups.items()}


def evidence(case: Case, why: str) -> Evidence:
    """Return the delegation as proof of something."""
    return Evidence(
        session_id=case.session.session_id,
        tool_use_id=case.delegation.tool_use_id,
        timestamp=case.delegation.timestamp,
        agent_type=case.delegation.agent_type,
        outcome=case.delegation.outcome,
        description=case.delegation.description,
        file=case.delegation.file,
        line=case.delegation.line,
        cost=case.priced.cost().estimated if case.priced else None,
        why=why,
    )
