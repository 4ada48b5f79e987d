from __future__ import annotations

import pytest

from common.measures import rates
from common.records.base import Rate
from common.records.marathons import Pivot
from common.records.tokens import Tokens
from tests.builders.records import delegation, numbered


def test_unknown_outcomes_are_neither_success_nor_failure() -> None:
    made = numbered(
        ("a", "completed"),
        ("a", "failed"),
        ("a", "rejected"),
        ("a", "interrupted"),
        ("a", "not_started"),
        ("a", "killed"),
        ("a", "unreported"),
        ("a", "unanswered"),
    )
    found = rates.success_rate(made)
    assert (found.hits, found.total, found.unknown) == (1, 6, 2)


def test_no_cases_are_no_data() -> None:
    assert rates.success_rate([]) == Rate(hits=0, total=0, unknown=0, low=None, high=None)
    assert rates.share(rates.rate(0, 0)) is None
    assert rates.share(rates.rate(1, 4)) == 0.25


def test_every_outcome_is_named_even_at_zero() -> None:
    counts = rates.outcomes(numbered(("a", "killed")))
    assert counts["killed"] == 1
    assert list(counts.values()).count(0) == 7


@pytest.mark.parametrize(
    ("hits", "total", "unknown", "expected"),
    [
        (17, 20, 0, "POSITIVE"),
        (84, 100, 0, "AMBIGUOUS"),
        (16, 20, 0, "AMBIGUOUS"),
        (79, 100, 0, "NEGATIVE"),
        (799_999, 1_000_000, 0, "NEGATIVE"),
        (849_999, 1_000_000, 0, "AMBIGUOUS"),
        (10, 10, 10, "POSITIVE"),
        (10, 10, 11, "UNKNOWN"),
        (0, 0, 0, "UNKNOWN"),
    ],
)
def test_a_marathon_is_classed_by_its_unrounded_success(hits: int, total: int, unknown: int, expected: str) -> None:
    assert rates.classification(rates.rate(hits, total, unknown)) == expected


def test_the_pivot_is_the_third_failure_even_if_not_in_a_row() -> None:
    made = numbered(("a", "failed"), "a", ("a", "killed"), "a", ("a", "rejected"), ("a", "failed"))
    found = rates.pivot(made)
    assert found is not None
    assert found == Pivot(sequence_number=5, tool_use_id="t5", timestamp="2026-03-02T10:04:00.000Z", reason="failures")


def test_the_pivot_is_the_tenth_change_of_agent_if_that_comes_first() -> None:
    found = rates.pivot(numbered(*["a", "b"] * 6))
    assert found is not None
    assert (found.sequence_number, found.reason) == (11, "changes")


def test_unknown_outcomes_make_no_pivot() -> None:
    assert rates.pivot([delegation(f"t{i}", "a", "unanswered") for i in range(30)]) is None


def test_cache_share_and_output_per_input_divide_by_all_that_was_sent() -> None:
    tokens = Tokens(input=10, cache_creation=30, cache_read=60, output=5, output_estimated=20)
    assert rates.cache_share(tokens) == 0.6
    assert rates.output_per_input(tokens) == 0.2
    assert rates.cache_share(Tokens()) is None
    assert rates.output_per_input(Tokens()) is None


def test_durations_leave_out_what_is_not_known() -> None:
    found = rates.durations([delegation("t1", duration=10.0), delegation("t2"), delegation("t3", duration=20.0)])
    assert (found.known, found.p50) == (2, 15.0)
    assert found.p90 == pytest.approx(19.0)
    assert rates.durations([delegation("t1")]).p50 is None


def test_agents_stand_most_used_first_and_ties_by_name() -> None:
    assert list(rates.agent_counts(numbered("b", "a", "c", "c")).items()) == [("c", 2), ("a", 1), ("b", 1)]
