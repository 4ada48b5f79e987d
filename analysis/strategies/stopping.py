"""Causes other than the agent that stopped the work, with retries; and results without work."""

from collections.abc import Sequence

from analysis.strategies.following import Retried, retries
from common.measures import rates
from common.measures.cases import Case, events, evidence, tool_use_ids
from common.measures.success import standing
from common.records.metrics import StoppedWork
from common.records.sessions import CAUSES
from common.records.shared import Evidence


def stopped_work(cases: Sequence[Case], retried: Retried) -> list[StoppedWork]:
    """Return the delegations that something other than their agent ended, most frequent cause first."""
    by_cause = {
        cause: [case for case in cases if case.delegation.cause == cause] for cause in CAUSES if cause != "agent"
    }
    rows = [
        StoppedWork(
            cause=cause,
            delegations=len(inside),
            events=events(inside),
            agents=rates.agent_counts(case.delegation for case in inside),
            retries=retries(inside, retried),
            tool_use_ids=tool_use_ids(inside),
        )
        for cause, inside in by_cause.items()
        if inside
    ]
    return sorted(rows, key=lambda row: (-row.events, -row.delegations, CAUSES.index(row.cause)))


def hollow_results(cases: Sequence[Case]) -> list[Evidence]:
    """Return the hollow results, in the order of the cases, with their kinds.

    Their texts are in the enriched data alone: a text that is cut here could no longer be redacted.
    """
    return [
        evidence(case, case.delegation.result_kind or "") for case in cases if standing(case.delegation) == "hollow"
    ]
