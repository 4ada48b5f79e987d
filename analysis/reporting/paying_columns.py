"""Columns of spreadsheets on whether delegations pay and on what their runs read; empty where it is not known."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

from analysis.reporting.columns import of_run
from common.records.paying import PAY_CLASSES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from analysis.reporting.columns import Column
    from analysis.reporting.inputs import Numbered
    from common.records.metrics import AgentMetrics


def paying_of_delegations(break_even: Mapping[str, float]) -> Iterator[Column[Numbered]]:
    """Yield the columns of delegations; `break_even` is the break-even share by id."""
    yield "break_even_share", lambda numbered: break_even.get(numbered.delegation.tool_use_id)
    yield "first_context", of_run(lambda run: run.first_context)
    yield "files_read", of_run(lambda run: run.files_read)
    yield "files_read_by_caller", of_run(lambda run: run.files_read_by_caller)


def paying_of_agents() -> Iterator[Column[AgentMetrics]]:
    """Yield the columns of agents: delegations by class, the median share, the share of first calls."""
    for kind in PAY_CLASSES:
        yield f"pays_{kind}", attrgetter(f"paying.{kind}")
    yield "pays_unknown", lambda agent: agent.paying.unknown
    yield "median_break_even_share", lambda agent: agent.paying.break_even
    yield "cold_start_share", lambda agent: agent.paying.cold_start
