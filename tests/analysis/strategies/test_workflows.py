"""What workflows cost: list prices on the tokens of their agents."""

from __future__ import annotations

import pytest

from analysis.strategies.metrics import answer_metrics
from analysis.strategies.workflows import price_workflows
from common.measures.prices import load_prices
from tests.builders.material import material
from tests.builders.records import spent
from tests.builders.workflows import phase, workflow


def test_a_workflow_and_each_of_its_phases_has_its_cost() -> None:
    made = workflow(
        "c1",
        phase("Plan", spent(input=1_000_000)),
        phase("Build", spent(output=1_000_000), spent("2026-03-03", output=1_000_000), completed=1, failed=1),
        phase("Check", completed=0),
        planned=5,
    )
    (priced,) = price_workflows([made], load_prices())
    assert (priced.tool_use_id, priced.run_id, priced.name, priced.planned_agents) == ("c1", "wf_1", "checks", 5)
    assert [(part.name, part.agents, part.failed_agents) for part in priced.phases] == [
        ("Plan", 1, 0),
        ("Build", 2, 1),
        ("Check", 0, 0),
    ]
    assert [part.cost.estimated for part in priced.phases] == pytest.approx([3, 30, 0])  # $3 and $15 a million
    assert priced.cost.estimated == pytest.approx(33)


def test_messages_without_a_price_are_counted_and_cost_nothing() -> None:
    made = workflow("c1", phase(None, spent(model="gpt-5-mini", input=5)))
    (priced,) = price_workflows([made], load_prices())
    assert (priced.cost.estimated, priced.cost.messages_unpriced) == (0, 1)


def test_the_result_of_the_strategy_has_no_workflow_where_there_is_none() -> None:
    assert answer_metrics(material()).workflows == []
