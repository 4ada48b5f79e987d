"""Success, cost and time of each agent, model, day, hour, weekday, project and period."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple, TypedDict

from msgspec import structs

from analysis.strategies import model_pins, paying, spending, stopping, verdicts
from analysis.strategies.evidence import work_shown
from analysis.strategies.field import Field, field_of
from analysis.strategies.following import Sequels, count_following, find_sequels, following, retries
from analysis.strategies.paying import Balance
from analysis.strategies.spending import Expense
from analysis.strategies.workflows import price_workflows
from common import schema
from common.measures import prices, rates, success
from common.measures.cases import Case, ids_by, tool_use_ids
from common.projects import project_name
from common.records.base import Rate
from common.records.metrics import AgentMetrics, Defined, GroupMetrics, MetricsResult, Totals
from common.records.sessions import NOT_RECORDED, Cause, Outcome, ResultKind, Standing
from common.records.shared import OUTSIDE, Cost, Durations
from common.records.tokens import Tokens, sum_days, sum_tokens
from common.strategy import Material, Strategy
from common.times import WEEKDAYS


class _Findings(NamedTuple):
    """What was found out over all delegations; `balance_by_case` is by the id of the object."""

    field: Field
    sequels: Sequels
    balance_by_case: Mapping[int, Balance]


class _Group(TypedDict):
    delegations: int
    sessions: int
    outcomes: dict[Outcome, int]
    standings: dict[Standing, int]
    success: Rate
    returned: Rate
    causes: dict[Cause, int]
    hollow: dict[ResultKind, int]
    with_run: int
    tokens: Tokens
    cost: Cost
    delegations_priced: int
    cost_per_delegation: float | None
    durations: Durations
    cache_share: float | None
    output_per_input: float | None
    tool_use_ids: list[str]


def answer_metrics(material: Material) -> MetricsResult:
    """Return the figures of every group: names by number of delegations, periods of time in order of time."""
    cases = material.cases
    parts = spending.expenses(material.enriched)
    sequels = find_sequels(material.sessions)
    balances = paying.balances(cases, material.prices, material.calendar.day)
    by = partial(spending.by, parts, table=material.prices)
    return MetricsResult(
        **schema.envelope(MetricsResult),
        filters=material.enriched.filters,
        period_source=material.periods.source,
        prices_read=material.prices.read,
        verdict_rule=verdicts.RULE,
        totals=_totals(material, parts, balances, sequels),
        agents=_agents(material, sequels, balances),
        stopped=stopping.stopped_work(cases, sequels.retried),
        models=_by_size(cases, lambda case: case.delegation.model or rates.UNKNOWN_NAME),
        days=_by_name(cases, lambda case: material.calendar.day(case.delegation.timestamp)),
        hours=_by_name(cases, lambda case: _hour(material.calendar.hour(case.delegation.timestamp))),
        weekdays=_in_order(cases, lambda case: material.calendar.weekday(case.delegation.timestamp), WEEKDAYS),
        projects=_by_project(material),
        periods=_in_order(cases, lambda case: case.period, [*(p.name for p in material.periods.periods), OUTSIDE]),
        spending_by_place=sorted(by(lambda expense: expense.place), key=lambda row: spending.PLACES.index(row.name)),
        spending_by_model=by(lambda expense: expense.tokens.model),
        spending_by_day=sorted(by(lambda expense: expense.tokens.day), key=lambda row: row.name),
        spending_by_project=spending.by_project(parts, material.prices),
        spending_by_period=by(lambda expense: material.periods.name_of(expense.tokens.day)),
        model_pins=model_pins.count_pins(cases, material.definitions, material.prices),
        break_even=paying.shares(balances),
        workflows=price_workflows(material.enriched.workflows, material.prices),
        unpriced=spending.unpriced(parts, material.prices),
        reconciliation=spending.reconcile(material.enriched, parts),
    )


def _hour(hour: int | None) -> str | None:
    return None if hour is None else f"{hour:02}"


def _figures(cases: Sequence[Case]) -> _Group:
    delegations = [case.delegation for case in cases]
    tokens = sum_tokens(case.delegation.run.tokens for case in cases if case.delegation.run)
    priced = [case.priced for case in cases if case.priced]
    return _Group(
        delegations=len(cases),
        sessions=len({case.session.session_id for case in cases}),
        outcomes=rates.outcomes(delegations),
        standings=success.standings(delegations),
        success=success.success_rate(delegations),
        returned=success.returned_rate(delegations),
        causes=success.causes(delegations),
        hollow=success.hollow_kinds(delegations),
        with_run=sum(case.amount is not None for case in cases),
        tokens=tokens,
        cost=prices.add(case.amount for case in cases if case.amount).cost(),
        delegations_priced=len(priced),
        cost_per_delegation=prices.add(priced).cost().estimated / len(priced) if priced else None,
        durations=rates.durations(delegations),
        cache_share=rates.cache_share(tokens),
        output_per_input=rates.output_per_input(tokens),
        tool_use_ids=tool_use_ids(cases),
    )


Naming = Callable[[Case], str | None]


def _groups(cases: Sequence[Case], name: Naming) -> dict[str, list[Case]]:
    groups: dict[str, list[Case]] = {}
    for case in cases:
        groups.setdefault(name(case) or rates.UNKNOWN_NAME, []).append(case)
    return groups


def _by_size(cases: Sequence[Case], name: Naming) -> list[GroupMetrics]:
    groups = sorted(_groups(cases, name).items(), key=lambda item: (-len(item[1]), item[0]))
    return [GroupMetrics(name=key, **_figures(inside)) for key, inside in groups]


def _by_project(material: Material) -> list[GroupMetrics]:
    """Return the figures by project, with the number of worktrees of each."""
    origins = {
        case.session.session_id: project_name(case.session.project, case.session.cwd, material.enriched.shared_folders)
        for case in material.cases
    }
    worktrees = Counter(name for name, worktree in set(origins.values()) if worktree is not None)
    rows = _by_size(material.cases, lambda case: origins[case.session.session_id].name)
    return [structs.replace(row, worktrees=worktrees[row.name]) for row in rows]


def _by_name(cases: Sequence[Case], name: Naming) -> list[GroupMetrics]:
    return [GroupMetrics(name=key, **_figures(inside)) for key, inside in sorted(_groups(cases, name).items())]


def _in_order(cases: Sequence[Case], name: Naming, order: Sequence[str]) -> list[GroupMetrics]:
    groups = _groups(cases, name)
    return [GroupMetrics(name=key, **_figures(groups[key])) for key in [*order, rates.UNKNOWN_NAME] if key in groups]


def _agents(material: Material, sequels: Sequels, balances: Sequence[Balance]) -> list[AgentMetrics]:
    """Return the figures by agent type, most used first; calls that name none last."""
    groups = _groups(material.cases, lambda case: case.delegation.agent_type)
    field = field_of(groups, material.router)
    found = _Findings(field, sequels, {id(balance.case): balance for balance in balances})
    ordered = sorted(groups.items(), key=lambda item: (item[0] == NOT_RECORDED, -len(item[1]), item[0]))
    return [_agent(agent, inside, found, material) for agent, inside in ordered]


def _agent(agent: str, cases: Sequence[Case], found: _Findings, material: Material) -> AgentMetrics:
    days = sorted(day for case in cases if (day := material.calendar.day(case.delegation.timestamp)))
    return AgentMetrics(
        agent_type=agent,
        defined=defined(agent, cases, material),
        first_day=days[0] if days else None,
        last_day=days[-1] if days else None,
        models=rates.ordered(Counter(case.delegation.model or rates.UNKNOWN_NAME for case in cases)),
        shown=work_shown(cases),
        following=following(cases, found.sequels),
        retries=retries(cases, found.sequels.retried),
        hollow_results=stopping.hollow_results(cases),
        verdict=verdicts.judge(agent, found.field),
        parent_price=model_pins.on_callers_model(cases, material.prices),
        paying=paying.summarize_paying(found.balance_by_case[id(case)] for case in cases),
        **_figures(cases),
    )


def defined(agent: str, cases: Sequence[Case], material: Material) -> Defined:
    """Return whether a file of the agents folders defines the agent type.

    "no" only where a commit removed it or no call ever found it. Built-in, plugin and project agents are defined in
    places that are not read, so the answer on them is "cannot be known".
    """
    if any(file.name == agent for file in material.definitions):
        return "yes"
    changes = [change for period in material.periods.periods for change in period.changes]
    last = [change[0] for change in changes if change[1:].split(": ")[0] == agent]
    is_gone = last[-1:] == ["-"] or all(case.delegation.outcome == "not_started" for case in cases)
    return "no" if is_gone else "cannot be known"


def _totals(material: Material, parts: Sequence[Expense], balances: Sequence[Balance], sequels: Sequels) -> Totals:
    cases, summary = material.cases, material.enriched.summary
    delegations, after = [case.delegation for case in cases], following(cases, sequels)
    places: Mapping[str, Tokens] = {
        place: sum_days(expense.tokens for expense in parts if expense.place == place) for place in spending.PLACES
    }
    return Totals(
        delegations=len(cases),
        sessions=summary.sessions,
        sessions_with_delegations=len(material.sessions),
        outcomes=rates.outcomes(delegations),
        standings=success.standings(delegations),
        success=success.success_rate(delegations),
        returned=success.returned_rate(delegations),
        durations=rates.durations(delegations),
        following=count_following(after),
        stopped_events=after.events,
        retries=retries(cases, sequels.retried),
        tokens=sum_tokens(places.values()),
        tokens_main=places["main"],
        tokens_runs=places["runs"],
        tokens_unlinked=places["unlinked"],
        tokens_progress_only=summary.tokens_progress_only,
        cost=material.prices.amount(expense.tokens for expense in parts).cost(),
        links=rates.ordered(Counter(case.delegation.link or "none" for case in cases)),
        parent_price=model_pins.on_callers_model(cases, material.prices),
        paying=paying.summarize_paying(balances),
        tool_use_ids_by_outcome=ids_by(cases, lambda case: case.delegation.outcome),
        tool_use_ids_by_standing=ids_by(cases, lambda case: success.standing(case.delegation)),
        tool_use_ids_by_link=ids_by(cases, lambda case: case.delegation.link or "none"),
    )


STRATEGY = Strategy("metrics", "How does each agent fare, and what does it cost?", answer_metrics)
