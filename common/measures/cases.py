"""Delegations with their session, period, cost and calling thread."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from common.measures.prices import Amount, PriceTable
from common.model_names import normalize_model
from common.records.sessions import EnrichedDelegation, EnrichedSession
from common.records.shared import Evidence
from common.records.tokens import DayTokens

Name = TypeVar("Name", bound=str)


@dataclass(frozen=True, slots=True)
class CallingThread:
    """The thread that called, as prices see it.

    `model` is that of most of its messages, None if unknown; `models` are all of them, normalised. `tier` is the price
    tier of most messages of `model`. Of the tokens `written` to the cache by `model`, `written_for_an_hour` live for an
    hour, the others for five minutes.
    """

    model: str | None = None
    models: frozenset[str] = frozenset()
    tier: str | None = None
    written: int = 0
    written_for_an_hour: int = 0


UNKNOWN_THREAD = CallingThread()


@dataclass(frozen=True, slots=True)
class Case:
    """A delegation with its session, its period, what its run cost, and the thread that called it.

    `amount` is None without a run.
    """

    delegation: EnrichedDelegation
    session: EnrichedSession
    period: str
    amount: Amount | None
    caller: CallingThread

    @property
    def parent_model(self) -> str | None:
        """The model of the calling thread, None if unknown."""
        return self.caller.model

    @property
    def priced(self) -> Amount | None:
        """The cost of the run, None unless every message of it has a price."""
        return self.amount if self.amount and self.amount.whole else None


def cases_of(session: EnrichedSession, period: str, prices: PriceTable) -> list[Case]:
    """Return the delegations of a session as cases, in order."""
    threads = _threads(session)
    return [
        Case(
            delegation=delegation,
            session=session,
            period=period,
            amount=prices.amount(delegation.run.tokens_by_day) if delegation.run else None,
            caller=threads.get(delegation.caller, UNKNOWN_THREAD),
        )
        for delegation in session.delegations
    ]


def _threads(session: EnrichedSession) -> dict[str | None, CallingThread]:
    """Return each thread that may have called, by the `caller` of its calls; None is the main thread."""
    models = session.tokens_by_model
    main = max(models.items(), key=lambda item: (item[1].messages, item[0]), default=(None, None))[0]
    threads: dict[str | None, CallingThread] = {
        delegation.tool_use_id: _thread(delegation.model, delegation.run.tokens_by_day if delegation.run else ())
        for delegation in session.delegations
    }
    return threads | {None: _thread(main, session.tokens_by_day)}


def _thread(model: str | None, spent: Iterable[DayTokens]) -> CallingThread:
    tiers: Counter[str | None] = Counter()
    models: set[str] = set()
    written = for_an_hour = 0
    for tokens in spent:
        if tokens.model is not None:
            models.add(tokens.model)
        if tokens.model == model:
            tiers[tokens.tier] += tokens.messages
            written += tokens.cache_creation_5m + tokens.cache_creation_1h
            for_an_hour += tokens.cache_creation_1h
    return CallingThread(
        model=model,
        models=frozenset(normalize_model(name).model for name in models),
        tier=max(tiers, key=lambda tier: (tiers[tier], tier or ""), default=None),
        written=written,
        written_for_an_hour=for_an_hour,
    )


def tool_use_ids(cases: Iterable[Case]) -> list[str]:
    """Return the ids of the delegations, in order."""
    return [case.delegation.tool_use_id for case in cases]


def events(cases: Iterable[Case]) -> int:
    """Return the number of events behind the delegations: all that one press of Esc interrupted are one."""
    return len({case.delegation.press or case.delegation.tool_use_id for case in cases})


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
