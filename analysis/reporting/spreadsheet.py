"""Tables for spreadsheets: delegations, agents, sessions, workflows. Figures are plain numbers; no cell is a formula.

A table consists of columns, each with a head and the function that returns its value, and of the records of its rows.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeAlias

from analysis.reporting import columns
from analysis.reporting.columns import Column, Field, T, of_run, rate_columns, token_columns
from analysis.reporting.paying_columns import paying_of_agents, paying_of_delegations
from analysis.reporting.routing_columns import routing_columns
from common.measures.success import standing
from common.records.following import LATER, NEXT_STEPS
from common.records.metrics import count_shown
from common.records.sessions import CAUSES, HOLLOW, OUTCOMES
from common.records.showing import SHOWN
from common.text.escaping import csv_cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from analysis.reporting.blocks import Code, Quote
    from analysis.reporting.context import Context
    from analysis.reporting.inputs import Numbered
    from analysis.reporting.masking import Masking
    from common.records.base import Rate
    from common.records.metrics import AgentMetrics, WorkflowMetrics
    from common.records.sessions import EnrichedSession
    from common.records.showing import Shown
    from common.records.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Spreadsheet(Generic[T]):
    """A table by its name."""

    name: str
    columns: tuple[Column[T], ...]
    cases: Sequence[T]

    def written(self) -> bytes:
        """Return the table as CSV (RFC 4180) in UTF-8, heads first."""
        file = io.StringIO(newline="")
        writer = csv.writer(file)
        writer.writerow([head for head, _ in self.columns])
        writer.writerows([csv_cell(value(case)) for _, value in self.columns] for case in self.cases)
        return file.getvalue().encode()


Spreadsheets: TypeAlias = (
    "tuple[Spreadsheet[Numbered], Spreadsheet[AgentMetrics], Spreadsheet[EnrichedSession],"
    " Spreadsheet[WorkflowMetrics]]"
)


def spreadsheets(context: Context) -> Spreadsheets:
    """Return the four tables."""
    inputs = context.inputs
    return (
        Spreadsheet("delegations", tuple(_of_delegations(context)), inputs.delegations),
        Spreadsheet("agents", tuple(_of_agents(context.masking)), inputs.results.metrics.agents),
        Spreadsheet("sessions", tuple(_of_sessions(context)), inputs.enriched.sessions),
        Spreadsheet("workflows", tuple(_of_workflows(context.masking)), inputs.results.metrics.workflows),
    )


def _shown(value: Code | Quote | None) -> str | None:
    """Return a name or words, None where they are not shown."""
    return None if value is None else value.text


def _of_delegations(context: Context) -> Iterator[Column[Numbered]]:
    """Yield the columns of delegations; values of the run are empty without one."""
    masking = context.masking
    yield "number", lambda numbered: numbered.number
    yield "session", lambda numbered: _shown(masking.session(numbered.session.session_id))
    yield "project", lambda numbered: _project(context, numbered.session)
    yield "worktree", lambda numbered: _worktree(context, numbered.session)
    yield "timestamp", lambda numbered: numbered.delegation.timestamp
    yield "local_time", lambda numbered: numbered.moment.strftime("%Y-%m-%d %H:%M:%S") if numbered.moment else None
    yield "agent_type", lambda numbered: _shown(masking.name(numbered.delegation.agent_type))
    yield "description", lambda numbered: _shown(masking.words(numbered.delegation.description))
    yield "answer", lambda numbered: numbered.delegation.answer
    yield "outcome", lambda numbered: numbered.delegation.outcome
    yield "outcome_detail", lambda numbered: _shown(masking.reason(numbered.delegation))
    yield "standing", lambda numbered: standing(numbered.delegation)
    yield "cause", lambda numbered: numbered.delegation.cause
    yield "press", lambda numbered: context.groups.number_by_id.get(numbered.delegation.press or "")
    yield "result_kind", lambda numbered: numbered.delegation.result_kind
    yield from routing_columns(context)
    yield "followed_by", lambda numbered: numbered.delegation.followed_by
    yield "duration_seconds", lambda numbered: numbered.delegation.duration_seconds
    yield "active_seconds", lambda numbered: numbered.delegation.active_seconds
    yield (
        "model",
        lambda numbered: _shown(masking.name(numbered.delegation.model)) if numbered.delegation.model else None,
    )
    yield (
        "requested_model",
        lambda numbered: _shown(masking.name(name)) if (name := numbered.delegation.requested_model) else None,
    )
    yield "link", lambda numbered: numbered.delegation.link
    yield "depth", of_run(lambda run: run.depth)
    yield "messages", of_run(lambda run: run.messages)
    yield "tool_calls", of_run(lambda run: run.tool_calls)
    yield from columns.evidence_columns(masking)
    yield from token_columns(_run_tokens)
    yield "estimated_dollars", lambda numbered: numbered.cost
    yield from paying_of_delegations(context.inputs.results.metrics.break_even)
    yield "prompt_characters", lambda numbered: numbered.delegation.prompt_length
    yield "place", lambda numbered: _shown(masking.place(numbered.delegation.file, numbered.delegation.line))


def _counted(field: str, name: str) -> Callable[[AgentMetrics], Field]:
    """Return the count of a name in a table of counts of an agent."""
    return lambda agent: getattr(agent, field).get(name, 0)


def _followed(name: str) -> Callable[[AgentMetrics], Field]:
    """Return the number of an agent's delegations that something followed."""
    return lambda agent: len(getattr(agent.following, name))


def _shown_by(name: Shown) -> Callable[[AgentMetrics], Field]:
    """Return the number of an agent's delegations that the transcripts show so, None where none could show it."""
    return lambda agent: count_shown(agent, name)


def _run_tokens(numbered: Numbered) -> Tokens | None:
    return numbered.delegation.run.tokens if numbered.delegation.run else None


def _agent_tokens(agent: AgentMetrics) -> Tokens | None:
    return agent.tokens if agent.with_run else None


def _agent_success(agent: AgentMetrics) -> Rate:
    return agent.success


def _agent_returned(agent: AgentMetrics) -> Rate:
    return agent.returned


def _session_tokens(session: EnrichedSession) -> Tokens:
    return session.tokens


def _of_agents(masking: Masking) -> Iterator[Column[AgentMetrics]]:
    """Yield the columns of agents; tokens, dollars and what a run shows are empty where no run is known."""
    yield "agent_type", lambda agent: _shown(masking.name(agent.agent_type))
    yield "delegations", lambda agent: agent.delegations
    yield "sessions", lambda agent: agent.sessions
    yield from ((outcome, _counted("outcomes", outcome)) for outcome in OUTCOMES)
    yield from rate_columns("success", _agent_success)
    yield from rate_columns("returned", _agent_returned)
    yield from ((f"hollow_{kind}", _counted("hollow", kind)) for kind in HOLLOW)
    yield from ((f"ended_by_{cause}", _counted("causes", cause)) for cause in CAUSES)
    yield "tool_calls_known", lambda agent: agent.shown.calls_known
    yield from ((name, _shown_by(name)) for name in SHOWN if name != "used")
    yield "with_result", lambda agent: agent.shown.with_result
    yield "used", _shown_by("used")
    yield "retried", lambda agent: agent.retries.retried
    yield "retries_succeeded", lambda agent: agent.retries.succeeded
    yield from ((f"next_{step}", _followed(step)) for step in NEXT_STEPS)
    yield from ((name, _followed(name)) for name in LATER)
    yield "verdict", lambda agent: agent.verdict.verdict if agent.verdict else None
    yield "with_run", lambda agent: agent.with_run
    yield from token_columns(_agent_tokens)
    yield "recorded_dollars", lambda agent: agent.cost.recorded if agent.with_run else None
    yield "estimated_dollars", lambda agent: agent.cost.estimated if agent.with_run else None
    yield "delegations_priced", lambda agent: agent.delegations_priced
    yield "estimated_dollars_each", lambda agent: agent.cost_per_delegation
    yield "median_active_seconds", lambda agent: agent.durations.p50
    yield "ninetieth_percentile_active_seconds", lambda agent: agent.durations.p90
    yield "active_seconds", lambda agent: agent.durations.active_seconds
    yield "waiting_seconds", lambda agent: agent.durations.waiting_seconds
    yield "cache_share", lambda agent: agent.cache_share
    yield from paying_of_agents()
    yield "first_day", lambda agent: agent.first_day
    yield "last_day", lambda agent: agent.last_day


def _of_sessions(context: Context) -> Iterator[Column[EnrichedSession]]:
    """Yield the columns of sessions with delegations; tokens are those of the main thread."""
    classes = {marathon.session_id: marathon.classification for marathon in context.inputs.results.marathons.marathons}
    dollars = _dollars(context)
    yield "session", lambda session: _shown(context.masking.session(session.session_id))
    yield "project", lambda session: _project(context, session)
    yield "worktree", lambda session: _worktree(context, session)
    yield "first_timestamp", lambda session: session.first_timestamp
    yield "last_timestamp", lambda session: session.last_timestamp
    yield "messages", lambda session: session.message_count
    yield "delegations", lambda session: session.delegation_count
    yield from columns.session_end_columns()
    yield "marathon", lambda session: classes.get(session.session_id)
    yield from token_columns(_session_tokens)
    yield "estimated_dollars_of_runs", lambda session: dollars.get(session.session_id)


def _project(context: Context, session: EnrichedSession) -> str:
    """Return the project of a session."""
    return context.masking.project(context.inputs.project_of(session).name).text


def _worktree(context: Context, session: EnrichedSession) -> str | None:
    """Return the worktree of a session, None if it began in none or names are not shown."""
    worktree = context.inputs.project_of(session).worktree
    return None if worktree is None or context.masking.share else context.masking.name(worktree).text


def _of_workflows(masking: Masking) -> Iterator[Column[WorkflowMetrics]]:
    """Yield the columns of workflows; dollars are empty where no run is known."""
    yield "workflow", lambda workflow: _shown(masking.name(workflow.name)) if workflow.name else None
    yield (
        "run",
        lambda workflow: _shown(masking.name(workflow.run_id)) if workflow.run_id and not masking.share else None,
    )
    yield "session", lambda workflow: _shown(masking.session(workflow.session_id))
    yield "timestamp", lambda workflow: workflow.timestamp
    yield "status", lambda workflow: _shown(masking.name(workflow.status))
    yield "phases", lambda workflow: len(workflow.phases)
    yield "planned_agents", lambda workflow: workflow.planned_agents
    yield "agents", lambda workflow: workflow.agents
    yield "completed_agents", lambda workflow: workflow.completed_agents
    yield "failed_agents", lambda workflow: workflow.failed_agents
    yield "unfinished_agents", lambda workflow: workflow.unfinished_agents
    yield from token_columns(_workflow_tokens)
    yield "estimated_dollars", lambda workflow: workflow.cost.estimated if workflow.cost.messages else None


def _workflow_tokens(workflow: WorkflowMetrics) -> Tokens:
    return workflow.tokens


def _dollars(context: Context) -> Mapping[str, float]:
    """Return the cost of each session's runs that have a price."""
    dollars: dict[str, float] = {}
    for numbered in context.inputs.delegations:
        if numbered.cost is not None:
            dollars[numbered.session.session_id] = dollars.get(numbered.session.session_id, 0.0) + numbered.cost
    return dollars
