"""Tables for spreadsheets: delegations, agents, sessions. Figures are plain numbers, no text is ever a formula.

A table is its columns, each a head and the function that gives its value, and what the rows are made of.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

from common.measures.rates import success_rate
from common.records.sessions import OUTCOMES, Outcome
from common.text.escaping import csv_cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from analysis.reporting.context import Context
    from analysis.reporting.material import Numbered
    from analysis.reporting.show import Show
    from analysis.reporting.values import Code, Quote
    from common.records.base import Rate
    from common.records.metrics import AgentMetrics
    from common.records.sessions import EnrichedSession, Run, Tokens

T = TypeVar("T")
Field: TypeAlias = str | float | None
Column: TypeAlias = tuple[str, Callable[[T], Field]]


@dataclass(frozen=True, slots=True)
class Spreadsheet(Generic[T]):
    """A table by its name."""

    name: str
    columns: tuple[Column[T], ...]
    cases: Sequence[T]

    def written(self) -> bytes:
        """Return the table as RFC 4180 has it, in UTF-8, its heads first."""
        file = io.StringIO(newline="")
        writer = csv.writer(file)
        writer.writerow([head for head, _ in self.columns])
        writer.writerows([csv_cell(value(case)) for _, value in self.columns] for case in self.cases)
        return file.getvalue().encode()


Spreadsheets: TypeAlias = "tuple[Spreadsheet[Numbered], Spreadsheet[AgentMetrics], Spreadsheet[EnrichedSession]]"


def spreadsheets(context: Context) -> Spreadsheets:
    """Return the three tables."""
    material = context.material
    return (
        Spreadsheet("delegations", tuple(_of_delegations(context.show)), material.delegations),
        Spreadsheet("agents", tuple(_of_agents(context.show)), material.results.metrics.agents),
        Spreadsheet("sessions", tuple(_of_sessions(context)), material.enriched.sessions),
    )


def _shown(value: Code | Quote | None) -> str | None:
    """Return a name or words, None where they are not shown."""
    return None if value is None else value.text


def _of_delegations(show: Show) -> Iterator[Column[Numbered]]:
    """Yield the columns of delegations; what only its run tells is empty without one."""
    yield "number", lambda one: one.number
    yield "session", lambda one: _shown(show.session(one.session.session_id))
    yield "project", lambda one: _shown(show.project(one.session.project))
    yield "timestamp", lambda one: one.delegation.timestamp
    yield "local_time", lambda one: one.moment.strftime("%Y-%m-%d %H:%M:%S") if one.moment else None
    yield "agent_type", lambda one: _shown(show.name(one.delegation.agent_type))
    yield "description", lambda one: _shown(show.words(one.delegation.description))
    yield "answer", lambda one: one.delegation.answer
    yield "outcome", lambda one: one.delegation.outcome
    yield "outcome_detail", lambda one: _shown(show.reason(one.delegation))
    yield "corrected", lambda one: "yes" if one.delegation.corrected else "no"
    yield "duration_seconds", lambda one: one.delegation.duration_seconds
    yield "model", lambda one: _shown(show.name(one.delegation.model)) if one.delegation.model else None
    yield "link", lambda one: one.delegation.link
    yield "depth", _of_run(lambda run: run.depth)
    yield "messages", _of_run(lambda run: run.messages)
    yield "tool_calls", _of_run(lambda run: run.tool_calls)
    yield from _tokens(_run_tokens)
    yield "estimated_dollars", lambda one: one.cost
    yield "prompt_characters", lambda one: one.delegation.prompt_length
    yield "place", lambda one: _shown(show.place(one.delegation.file, one.delegation.line))


def _of_run(value: Callable[[Run], Field]) -> Callable[[Numbered], Field]:
    """Return the value of a delegation's run, None without one."""
    return lambda one: value(one.delegation.run) if one.delegation.run else None


def _tokens(of: Callable[[T], Tokens | None]) -> Iterator[Column[T]]:
    """Yield the columns of tokens by kind, empty where they are not known."""

    def known(value: Callable[[Tokens], Field]) -> Callable[[T], Field]:
        return lambda one: value(tokens) if (tokens := of(one)) is not None else None

    yield "input_tokens", known(lambda tokens: tokens.input)
    yield "cache_creation_tokens", known(lambda tokens: tokens.cache_creation)
    yield "cache_read_tokens", known(lambda tokens: tokens.cache_read)
    yield "output_tokens_recorded", known(lambda tokens: tokens.output)
    yield "output_tokens_estimated", known(lambda tokens: tokens.output_estimated)


def _rate(name: str, of: Callable[[T], Rate]) -> Iterator[Column[T]]:
    """Yield the columns of a rate with its sample and its interval."""
    yield f"{name}_hits", lambda one: of(one).hits
    yield f"{name}_total", lambda one: of(one).total
    yield f"{name}_unknown", lambda one: of(one).unknown
    yield f"{name}_low", lambda one: of(one).low
    yield f"{name}_high", lambda one: of(one).high


def _outcome(outcome: Outcome) -> Column[AgentMetrics]:
    """Return the column of an outcome."""
    return outcome, lambda one: one.outcomes.get(outcome, 0)


def _run_tokens(one: Numbered) -> Tokens | None:
    return one.delegation.run.tokens if one.delegation.run else None


def _agent_tokens(one: AgentMetrics) -> Tokens | None:
    return one.tokens if one.with_run else None


def _agent_success(one: AgentMetrics) -> Rate:
    return one.success


def _agent_rework(one: AgentMetrics) -> Rate:
    return one.rework.rate


def _session_tokens(one: EnrichedSession) -> Tokens:
    return one.tokens


def _session_success(one: EnrichedSession) -> Rate:
    return success_rate(one.delegations)


def _of_agents(show: Show) -> Iterator[Column[AgentMetrics]]:
    """Yield the columns of agents; tokens and dollars are empty where no run is known."""
    yield "agent_type", lambda one: _shown(show.name(one.agent_type))
    yield "delegations", lambda one: one.delegations
    yield "sessions", lambda one: one.sessions
    yield from (_outcome(outcome) for outcome in OUTCOMES)
    yield from _rate("success", _agent_success)
    yield from _rate("rework", _agent_rework)
    yield "verdict", lambda one: one.verdict.verdict if one.verdict else None
    yield "with_run", lambda one: one.with_run
    yield from _tokens(_agent_tokens)
    yield "recorded_dollars", lambda one: one.cost.recorded if one.with_run else None
    yield "estimated_dollars", lambda one: one.cost.estimated if one.with_run else None
    yield "delegations_priced", lambda one: one.delegations_priced
    yield "estimated_dollars_each", lambda one: one.cost_per_delegation
    yield "median_seconds", lambda one: one.durations.p50
    yield "ninetieth_percentile_seconds", lambda one: one.durations.p90
    yield "cache_share", lambda one: one.cache_share
    yield "first_day", lambda one: one.first_day
    yield "last_day", lambda one: one.last_day


def _of_sessions(context: Context) -> Iterator[Column[EnrichedSession]]:
    """Yield the columns of sessions with delegations; tokens are those of the main thread."""
    classes = {one.session_id: one.classification for one in context.material.results.marathons.marathons}
    dollars = _dollars(context)
    yield "session", lambda one: _shown(context.show.session(one.session_id))
    yield "project", lambda one: _shown(context.show.project(one.project))
    yield "first_timestamp", lambda one: one.first_timestamp
    yield "last_timestamp", lambda one: one.last_timestamp
    yield "messages", lambda one: one.message_count
    yield "delegations", lambda one: one.delegation_count
    yield from _rate("success", _session_success)
    yield "marathon", lambda one: classes.get(one.session_id)
    yield from _tokens(_session_tokens)
    yield "estimated_dollars_of_runs", lambda one: dollars.get(one.session_id)


def _dollars(context: Context) -> Mapping[str, float]:
    """Return what the runs of each session cost, as far as they have a price."""
    dollars: dict[str, float] = {}
    for one in context.material.delegations:
        if one.cost is not None:
            dollars[one.session.session_id] = dollars.get(one.session.session_id, 0.0) + one.cost
    return dollars
