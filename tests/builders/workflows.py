"""Workflows made by hand for the tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from common.records.workflows import Workflow, WorkflowPhase
from tests.builders.records import enriched, tokens_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from common.records.extraction import EnrichedSessions
    from common.records.sessions import EnrichedSession
    from common.records.tokens import DayTokens


def phase(
    name: str | None, *days: DayTokens, completed: int = 1, failed: int = 0, unfinished: int = 0
) -> WorkflowPhase:
    return WorkflowPhase(
        name=name,
        agents=completed + failed + unfinished,
        completed_agents=completed,
        failed_agents=failed,
        unfinished_agents=unfinished,
        tokens=tokens_of(days),
        tokens_by_day=list(days),
    )


def workflow(
    key: str,
    *phases: WorkflowPhase,
    session_id: str = "s",
    name: str | None = "checks",
    status: str = "completed",
    planned: int | None = None,
    run_id: str | None = "wf_1",
) -> Workflow:
    """A workflow whose agents and tokens are those of its phases."""
    days = [day for part in phases for day in part.tokens_by_day]
    return Workflow(
        tool_use_id=key,
        session_id=session_id,
        timestamp="2026-03-02T10:00:00.000Z",
        run_id=run_id,
        name=name,
        status=status,
        planned_agents=planned,
        agents=sum(part.agents for part in phases),
        completed_agents=sum(part.completed_agents for part in phases),
        failed_agents=sum(part.failed_agents for part in phases),
        unfinished_agents=sum(part.unfinished_agents for part in phases),
        phases=list(phases),
        tokens=tokens_of(days),
        tokens_by_model={},
        tokens_by_day=days,
        file="f.jsonl",
        line=1,
    )


def with_workflows(*workflows: Workflow, sessions: Sequence[EnrichedSession] = ()) -> EnrichedSessions:
    return msgspec.structs.replace(enriched(*sessions), workflows=list(workflows))
