"""What a scenario says and what extraction found are compared figure by figure."""

from __future__ import annotations

import msgspec

from common.records.sessions import EnrichedDelegation
from tests.builders.records import delegation, run, spent
from tests.claude_code.truth import Truth, differences

TRUTH = Truth(result="Done", agent_type="developer", link="agent_id", messages=2, models=("m",))


def extracted(name: str, **more: object) -> EnrichedDelegation:
    made = delegation(
        f"id of {name}", description=name, result="Done, all of it.", run=run(spent(model="m", messages=2))
    )
    return msgspec.structs.replace(made, **{"result_kind": "report", **more})


def test_what_agrees_is_not_mentioned() -> None:
    assert list(differences({"work": TRUTH}, [extracted("work")])) == []


def test_each_figure_that_differs_is_named() -> None:
    wrong = extracted("work", outcome="failed", result_preview=None, press="id of work")
    assert list(differences({"work": TRUTH}, [wrong])) == [
        "work: result: expected 'Done', got None",
        "work: outcome: expected 'completed', got 'failed'",
        "work: press: expected None, got 'work'",
    ]


def test_a_missing_run_is_named_by_its_figures() -> None:
    assert list(differences({"work": TRUTH}, [extracted("work", run=None, link=None)])) == [
        "work: link: expected 'agent_id', got None",
        "work: depth: expected 1, got None",
        "work: messages: expected 2, got None",
        "work: models: expected ('m',), got None",
    ]


def test_delegations_that_are_missing_unknown_or_doubled_are_named() -> None:
    found = [extracted("double"), extracted("double"), extracted("unknown")]
    assert list(differences({"double": TRUTH, "missing": TRUTH}, found)) == [
        "double: expected 1 delegations of this name, got 2",
        "missing: expected 1 delegations of this name, got 0",
        "unknown: expected 0 delegations of this name, got 1",
    ]
