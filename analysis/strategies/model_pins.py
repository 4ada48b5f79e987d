"""Models that were asked for, models that ran, and what the same tokens would have cost on another one.

A call may ask for a model, and so may the agent's definition; the call's word counts first. Definitions are those of
today: what a file said on the day of the call is not looked up. A name of a model is compared after normalising it. An
alias such as `opus` names a family: it is compared with the words of the name that ran, and has no price.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from common.agents.definitions import AgentFile
from common.measures import prices
from common.measures.cases import Case, tool_use_ids
from common.measures.prices import PICODOLLARS, PriceTable
from common.model_names import normalize_model
from common.records.paying import AsAsked, AskedBy, ModelPin, OtherPrice

INHERIT = "inherit"
"""What a definition says that wants the model of the calling thread."""
DEFAULT = "default"
"""What says nothing about the model."""
VENDOR = "claude"


_Key = tuple[str, str, str | None, AskedBy | None, AsAsked | None]


def count_pins(cases: Iterable[Case], definitions: Iterable[AgentFile], table: PriceTable) -> list[ModelPin]:
    """Return the delegations by agent type, model and model asked for; agents that ran most come first."""
    defined = {agent.name: agent.model for agent in definitions}
    known = families(table)
    groups: dict[_Key, list[Case]] = {}
    for case in cases:
        delegation = case.delegation
        if delegation.model is not None and _is_model_known(case):
            asked, asked_by = asked_model(delegation.requested_model, defined.get(delegation.agent_type))
            kept = None if asked is None else as_asked(asked, delegation.model, case.caller.models, known)
            groups.setdefault((delegation.agent_type, delegation.model, asked, asked_by, kept), []).append(case)
    runs = Counter(key[0] for key, inside in groups.items() for _ in inside)
    ordered = sorted(groups, key=lambda key: (-runs[key[0]], key[0], -len(groups[key]), *map(str, key)))
    return [_pin(key, groups[key], table) for key in ordered]


def _is_model_known(case: Case) -> bool:
    """Return whether the run, or the result in its place, names the model; otherwise only the request may."""
    delegation = case.delegation
    if delegation.run is None:
        return delegation.model != delegation.requested_model
    return bool(delegation.run.tokens_by_model)


def _pin(key: _Key, cases: Sequence[Case], table: PriceTable) -> ModelPin:
    agent_type, model, asked, asked_by, kept = key
    return ModelPin(
        agent_type=agent_type,
        model=model,
        asked=asked,
        asked_by=asked_by,
        as_asked=kept,
        delegations=len(cases),
        cost=prices.add(case.amount for case in cases if case.amount).cost(),
        asked_price=on_other_model(cases, table, lambda case: case.parent_model if asked == INHERIT else asked),
        parent_price=on_callers_model(cases, table),
        tool_use_ids=tool_use_ids(cases),
    )


def asked_model(of_call: str | None, of_definition: str | None) -> tuple[str | None, AskedBy | None]:
    """Return the model that was asked for, and by what."""
    if of_call and of_call != DEFAULT:
        return of_call, "call"
    if of_definition and of_definition != DEFAULT:
        return of_definition, "definition"
    return None, None


def as_asked(asked: str, ran: str, callers: frozenset[str], known: frozenset[str]) -> AsAsked:
    """Return whether a run had the model that was asked for.

    `callers` are the models of the calling thread, normalised; `known` are the families of models. It cannot be known
    for an alias of no known family, for one that a gateway gave a model of another vendor, and for `inherit` without a
    known thread.
    """
    name, ran = normalize_model(asked).model, normalize_model(ran).model
    if asked == INHERIT:
        return "cannot be known" if not callers else "yes" if ran in callers else "no"
    if name == ran:
        return "yes"
    if not name.isalpha():
        return "no"
    words = ran.split("-")
    if words[0] != VENDOR or name not in known:
        return "cannot be known"
    return "yes" if name in words else "no"


def families(table: PriceTable) -> frozenset[str]:
    """Return the families of models: the words in the names of the price table, such as `opus`."""
    names = (name.split("-") for name in table.models)
    return frozenset(word for first, *words in names if first == VENDOR for word in words if word.isalpha())


def on_other_model(cases: Iterable[Case], table: PriceTable, model_of: Callable[[Case], str | None]) -> OtherPrice:
    """Return what the runs cost, and what the same tokens would have cost on another model that has a price."""
    actual = other = count = 0
    for case in cases:
        model = model_of(case)
        if not (case.priced and case.delegation.run and table.knows(model)):
            continue
        repriced = table.amount(case.delegation.run.tokens_by_day, at_model=model)
        if repriced.whole:
            count += 1
            actual += case.priced.estimated
            other += repriced.estimated
    return OtherPrice(delegations=count, actual=actual / PICODOLLARS, other=other / PICODOLLARS)


def on_callers_model(cases: Iterable[Case], table: PriceTable) -> OtherPrice:
    """Return what the runs cost, and what the same tokens would have cost on the models of the calling threads."""
    return on_other_model(cases, table, lambda case: case.parent_model)
