from __future__ import annotations

import pytest

from common.measures import rates
from common.records.tokens import Tokens
from tests.builders.records import delegation, numbered


def test_no_cases_are_no_data() -> None:
    assert rates.share(rates.rate(0, 0)) is None
    assert rates.share(rates.rate(1, 4)) == 0.25


def test_every_outcome_is_named_even_at_zero() -> None:
    counts = rates.outcomes(numbered(("a", "killed")))
    assert counts["killed"] == 1
    assert list(counts.values()).count(0) == 7


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


def test_times_are_active_leave_out_what_was_cut_off_and_tell_how_much_was_waiting() -> None:
    found = rates.durations(
        [
            delegation("t1", duration=100.0, active=10.0),
            delegation("t2", duration=30.0, active=30.0),
            delegation("t3", duration=5.0, active=8.0),
            delegation("t4", "a", "interrupted", duration=900.0, active=700.0),
            delegation("t5", "a", "killed", duration=900.0, active=700.0),
        ]
    )
    assert (found.known, found.p50, found.active_seconds, found.waiting_seconds) == (3, 10.0, 48.0, 90.0)


def test_agents_stand_most_used_first_and_ties_by_name() -> None:
    assert list(rates.agent_counts(numbered("b", "a", "c", "c")).items()) == [("c", 2), ("a", 1), ("b", 1)]
