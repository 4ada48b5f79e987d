from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from common.measures import success
from common.records.base import Rate
from tests.builders.records import delegation

if TYPE_CHECKING:
    from common.records.sessions import Cause, EnrichedDelegation, Outcome, ResultKind, Standing

ENDS: list[tuple[Outcome, Cause | None, ResultKind | None, Standing]] = [
    ("completed", None, "report", "succeeded"),
    ("completed", None, None, "succeeded"),
    ("completed", None, "empty", "hollow"),
    ("completed", None, "unable", "hollow"),
    ("completed", None, "invented", "hollow"),
    ("failed", "agent", None, "failed"),
    ("killed", "agent", None, "failed"),
    ("failed", "limit", None, "stopped"),
    ("failed", "api_error", None, "stopped"),
    ("rejected", "user", None, "stopped"),
    ("rejected", "policy", None, "stopped"),
    ("interrupted", "user", None, "stopped"),
    ("interrupted", "parent", None, "stopped"),
    ("not_started", "name", None, "stopped"),
    ("killed", "user", None, "stopped"),
    ("killed", "parent", None, "stopped"),
    ("unreported", None, None, "no_end"),
    ("unanswered", None, None, "no_end"),
]


def made() -> list[EnrichedDelegation]:
    return [
        delegation(f"t{n}", outcome=outcome, cause=cause, kind=kind) for n, (outcome, cause, kind, _) in enumerate(ENDS)
    ]


@pytest.mark.parametrize(("outcome", "cause", "kind", "expected"), ENDS)
def test_only_what_the_agent_did_is_held_against_it(
    outcome: Outcome, cause: Cause | None, kind: ResultKind | None, expected: Standing
) -> None:
    assert success.standing(delegation("t", outcome=outcome, cause=cause, kind=kind)) == expected


def test_success_is_of_the_judged_and_returned_of_all_with_a_recorded_end() -> None:
    found = success.success_rate(made())
    assert (found.hits, found.total, found.unknown) == (2, 7, 11)
    returned = success.returned_rate(made())
    assert (returned.hits, returned.total, returned.unknown) == (5, 16, 2)


def test_every_standing_cause_and_kind_is_named_even_at_zero() -> None:
    assert success.standings(made()) == {"succeeded": 2, "hollow": 3, "failed": 2, "stopped": 9, "no_end": 2}
    assert list(success.standings([]).values()) == [0] * 5
    assert success.causes(made()) == {
        "user": 3,
        "policy": 1,
        "limit": 1,
        "api_error": 1,
        "name": 1,
        "parent": 2,
        "agent": 2,
    }
    assert success.hollow_kinds(made()) == {"empty": 1, "unable": 1, "invented": 1}
    assert success.hollow_kinds([]) == {"empty": 0, "unable": 0, "invented": 0}


def test_a_kind_of_result_counts_only_where_the_work_completed() -> None:
    assert success.hollow_kinds([delegation("t", outcome="failed", kind="empty")])["empty"] == 0


def test_no_cases_are_no_data() -> None:
    assert success.success_rate([]) == Rate(hits=0, total=0, unknown=0, low=None, high=None)
