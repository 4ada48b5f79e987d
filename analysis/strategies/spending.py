"""All tokens of the chosen sessions, with place, project, day and model."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from msgspec import structs

from common.measures import prices, rates
from common.measures.prices import PriceTable
from common.projects import project_name, split_worktree
from common.records.extraction import EnrichedSessions
from common.records.metrics import Reconciliation, Spending, UnpricedModel
from common.records.tokens import DayTokens, Tokens, sum_days

PLACES = ("main", "runs", "unlinked")
"""Main threads, linked runs, runs of no delegation: every message is in one of them."""


@dataclass(frozen=True, slots=True)
class Expense:
    """Tokens of one day, model and tier in one place of one project and worktree; None where these are not known.

    `tool_use_id` is the delegation's, None for what no delegation's run spent.
    """

    place: str
    project: str | None
    tokens: DayTokens
    tool_use_id: str | None = None
    worktree: str | None = None


def expenses(data: EnrichedSessions) -> list[Expense]:
    """Return everything that was spent, in the order of the file."""
    project_of = {
        session.session_id: project_name(session.project, session.cwd, data.shared_folders) for session in data.sessions
    }
    found = []
    for session in data.sessions:
        name, worktree = project_of[session.session_id]
        found += [Expense("main", name, day, worktree=worktree) for day in session.tokens_by_day]
        runs = ((delegation.run, delegation.tool_use_id) for delegation in session.delegations if delegation.run)
        found += [Expense("runs", name, day, call, worktree) for run, call in runs for day in run.tokens_by_day]
    for key, days in data.tokens_by_day_elsewhere.items():
        name, worktree = split_worktree(key)
        found += [Expense("main", name, day, worktree=worktree) for day in days]
    for unlinked in data.unlinked_runs:
        origin, its_worktree = project_of.get(unlinked.session_id or "", (None, None))
        found += [Expense("unlinked", origin, day, worktree=its_worktree) for day in unlinked.tokens_by_day]
    return found


def by(parts: Iterable[Expense], name: Callable[[Expense], str | None], table: PriceTable) -> list[Spending]:
    """Return the spending by name, largest cost first."""
    groups: dict[str, list[Expense]] = defaultdict(list)
    for expense in parts:
        groups[name(expense) or rates.UNKNOWN_NAME].append(expense)
    found = [_spending(key, inside, table) for key, inside in groups.items()]
    return sorted(found, key=lambda row: (-row.cost.estimated, row.name))


def _spending(name: str, parts: Sequence[Expense], table: PriceTable) -> Spending:
    days = [expense.tokens for expense in parts]
    ids = dict.fromkeys(expense.tool_use_id for expense in parts if expense.tool_use_id is not None)
    return Spending(name=name, tokens=sum_days(days), cost=table.amount(days).cost(), tool_use_ids=list(ids))


def by_project(parts: Sequence[Expense], table: PriceTable) -> list[Spending]:
    """Return the spending by project, largest cost first, each with the number of worktrees in it."""
    worktrees: dict[str, set[str]] = defaultdict(set)
    for expense in parts:
        if expense.worktree is not None:
            worktrees[expense.project or rates.UNKNOWN_NAME].add(expense.worktree)
    rows = by(parts, lambda expense: expense.project, table)
    return [structs.replace(row, worktrees=len(worktrees[row.name])) for row in rows]


def unpriced(parts: Iterable[Expense], table: PriceTable) -> list[UnpricedModel]:
    """Return the models without a price, or without one for all that they were used for, most messages first."""
    counts: dict[tuple[str, prices.Gap], int] = defaultdict(int)
    for tokens in (expense.tokens for expense in parts):
        for gap in table.gaps(tokens):
            counts[tokens.model or rates.UNKNOWN_NAME, gap] += tokens.messages + tokens.messages_in_part
    found = [UnpricedModel(model=model, reason=gap, messages=count) for (model, gap), count in counts.items()]
    return sorted(found, key=lambda row: (-row.messages, row.model, row.reason))


def reconcile(data: EnrichedSessions, parts: Sequence[Expense]) -> list[Reconciliation]:
    """Return the totals computed here next to those of the extraction stage."""
    here, summary = sum_days(expense.tokens for expense in parts), data.summary
    delegations = [delegation for session in data.sessions for delegation in session.delegations]
    pairs = [
        ("delegations", len(delegations), summary.delegations),
        ("sessions with delegations", len(data.sessions), summary.sessions_with_delegations),
        *((f"outcome {name}", count, summary.outcomes.get(name, 0)) for name, count in _outcomes(data)),
        *(
            (f"tokens {field}", getattr(here, field), getattr(summary.tokens, field))
            for field in Tokens.__struct_fields__
        ),
        *(
            (f"{model}: {field}", getattr(tokens, field), getattr(summary.tokens_by_model.get(model, Tokens()), field))
            for model, tokens in _by_model(parts).items()
            for field in ("messages", "input", "output", "cache_creation", "cache_read")
        ),
    ]
    return [
        Reconciliation(figure=figure, here=here, extraction=extraction, equal=here == extraction)
        for figure, here, extraction in pairs
    ]


def _outcomes(data: EnrichedSessions) -> list[tuple[str, int]]:
    return list(rates.outcomes(delegation for session in data.sessions for delegation in session.delegations).items())


def _by_model(parts: Sequence[Expense]) -> dict[str, Tokens]:
    groups: dict[str, list[DayTokens]] = defaultdict(list)
    for expense in parts:
        groups[expense.tokens.model or "(none)"].append(expense.tokens)
    return {model: sum_days(groups[model]) for model in sorted(groups)}
