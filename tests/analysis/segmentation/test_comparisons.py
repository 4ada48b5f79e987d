from __future__ import annotations

import pytest

from analysis.segmentation import comparisons
from analysis.segmentation.resampling import Row
from analysis.segmentation.rows import HITS, NO_OUTCOME, row
from common.measures.prices import load_prices
from common.records.segmentation import ComparedMeasure
from tests.builders.records import delegation, numbered, plain, run, session, spent

AGENTS = ["a", "b"]


def rows(*sessions: tuple[int, int], agents: tuple[int, int] | None = None) -> list[Row]:
    """Sessions of (successes, failures) that cost 1 dollar a delegation."""
    return [(1, 1, 0, h + f, h, h + f, 0, (h + f) * 10**12, h + f, h + f, *(agents or (h + f, 0))) for h, f in sessions]


def measured(found: comparisons.Compared, measure: str) -> ComparedMeasure:
    return next(one for one in found.measures if one.measure == measure)


def test_a_session_becomes_a_row_of_counts() -> None:
    priced = run(spent(input=1_000_000))  # $3 at claude-sonnet-4-5
    foreign = run(spent(model="gpt-5-mini"))
    one = session(
        "s",
        delegation("t1", "a", run=priced),
        delegation("t2", "b", "failed", run=foreign),
        delegation("t3", "a", "unanswered"),
    )
    found = row(plain(one), AGENTS, 2, load_prices())
    assert found == (1, 1, 1, 3, 1, 2, 1, 3 * 10**12, 1, 3, 2, 1)
    assert row(plain(session("idle")), AGENTS, 2, load_prices()) == (1, *[0] * 11)


def test_the_difference_is_that_of_pooled_ratios() -> None:
    found = comparisons.compare(rows(*[(1, 1)] * 6), rows(*[(3, 1)] * 6), AGENTS, mix_is_given=False)
    success = measured(found, "success")
    assert (success.earlier, success.later, success.difference) == (0.5, 0.75, 0.25)
    assert (success.earlier_sample, success.later_sample) == (12, 24)
    sessions = measured(found, "delegations_per_session")
    assert (sessions.earlier, sessions.later, sessions.difference) == (2.0, 4.0, 2.0)
    assert measured(found, "cost_per_delegation").difference == 0.0


def test_a_difference_between_all_sessions_is_beyond_chance() -> None:
    found = comparisons.adjust(
        [comparisons.compare(rows(*[(0, 4)] * 10), rows(*[(4, 0)] * 10), AGENTS, mix_is_given=False)]
    )
    success = measured(found[0], "success")
    assert success.p == pytest.approx(1 / 2001)
    assert (success.low, success.high) == (1.0, 1.0)
    assert success.claimed


def test_sessions_that_differ_wildly_within_a_period_prove_nothing() -> None:
    # as if independent 40 of 100 against 60 of 100: p = 0.007; yet each period is ten sessions, all good or all bad
    earlier, later = rows(*[(10, 0)] * 4, *[(0, 10)] * 6), rows(*[(10, 0)] * 6, *[(0, 10)] * 4)
    [found] = comparisons.adjust([comparisons.compare(earlier, later, AGENTS, mix_is_given=False)])
    success = measured(found, "success")
    assert success.as_if_independent is not None
    assert success.as_if_independent.p < 0.01
    assert success.p is not None
    assert success.p > 0.5
    assert success.low is not None
    assert success.low < 0
    assert not success.claimed


def test_holm_counts_the_tests_of_all_comparisons() -> None:
    one = comparisons.compare(rows(*[(0, 4)] * 10), rows(*[(4, 0)] * 10), AGENTS, mix_is_given=True)
    tests = sum(measure.p is not None for measure in one.measures)
    adjusted = comparisons.adjust([one] * 5)
    assert tests == 1
    assert measured(adjusted[0], "success").p_holm == pytest.approx(5 / 2001)


def test_a_sign_that_unknowns_could_turn_is_not_claimed() -> None:
    # known: 0.5 against 0.9; all unknowns failures: 0.5 against 9 of 19
    earlier = rows(*[(5, 5)] * 10)
    later = [(1, 1, 0, 19, 9, 10, 9, 0, 0, 19, 19, 0)] * 10
    [found] = comparisons.adjust([comparisons.compare(earlier, later, AGENTS, mix_is_given=False)])
    success = measured(found, "success")
    assert success.p_holm is not None
    assert success.p_holm < 0.05
    assert success.sign_holds is False
    assert not success.claimed


def test_no_difference_has_no_sign() -> None:
    made = rows(*[(1, 1)] * 6)
    assert measured(comparisons.compare(made, made, AGENTS, mix_is_given=False), "success").sign_holds is None


def test_too_few_sessions_give_the_difference_but_no_test() -> None:
    found = comparisons.compare(rows(*[(1, 0)] * 4), rows(*[(0, 1)] * 50), AGENTS, mix_is_given=False)
    success = measured(found, "success")
    assert (success.difference, success.p, success.lacks) == (-1.0, None, "too few sessions")


def test_no_data_is_said_so() -> None:
    found = comparisons.compare([], rows((1, 1)), AGENTS, mix_is_given=False)
    assert {one.lacks for one in found.measures} == {"no data"}
    assert found.agent_shares == []
    idle = [(1, *[0] * 11)] * 9
    found = comparisons.compare(idle, idle, AGENTS, mix_is_given=False)
    assert measured(found, "success").lacks == "no data"
    assert measured(found, "agent_mix").lacks == "no data"
    assert measured(found, "delegations_per_session").lacks == "nothing varies"


def test_the_mix_is_a_distance_between_shares() -> None:
    earlier, later = rows(*[(4, 0)] * 9, agents=(3, 1)), rows(*[(4, 0)] * 9, agents=(1, 3))
    found = comparisons.compare(earlier, later, AGENTS, mix_is_given=False)
    mix = measured(found, "agent_mix")
    assert mix.difference == 0.5
    assert mix.p == pytest.approx(1 / 2001, abs=1e-3)
    share = found.agent_shares[0]
    assert (share.agent_type, share.earlier.hits, share.later.hits, share.difference) == ("a", 27, 9, -0.5)
    assert (share.low, share.high) == (-0.5, -0.5)


def test_a_mix_that_made_the_periods_is_not_tested() -> None:
    found = comparisons.compare(rows(*[(1, 1)] * 9), rows(*[(1, 1)] * 9), AGENTS, mix_is_given=True)
    assert measured(found, "agent_mix").lacks == "periods are drawn from the mix itself"
    assert measured(found, "agent_mix").p is None


def test_what_a_sample_could_have_shown_shrinks_with_its_size() -> None:
    def detectable(copies: int) -> float:
        made = rows(*[(1, 0), (0, 1)] * copies)
        found = measured(comparisons.compare(made, made, AGENTS, mix_is_given=False), "success").detectable
        assert found is not None
        return found

    # 20 and 20 coins: sd of the difference sqrt(0.25 (1/20 + 1/20)) = 0.158, corrected for shuffling 40; x 2.80
    assert detectable(10) == pytest.approx(0.158 * 2.80, rel=0.06)
    assert detectable(40) == pytest.approx(detectable(10) / 2, rel=0.06)


def test_rates_in_rows_agree_with_the_measures() -> None:
    made = plain(session("s", *numbered("a", ("a", "failed"), ("a", "killed"), ("b", "unreported"))))
    found = row(made, AGENTS, 20, load_prices())
    assert found[HITS : NO_OUTCOME + 1] == (1, 2, 1)
