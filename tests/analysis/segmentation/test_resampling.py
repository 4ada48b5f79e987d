from __future__ import annotations

from analysis.segmentation.resampling import bootstrapped, permuted, sums

EARLIER = [(1, 10), (2, 20), (3, 30)]
LATER = [(4, 40), (5, 50)]


def test_sums_add_each_column() -> None:
    assert sums(EARLIER) == (6, 60)
    assert sums([]) == ()


def test_shuffling_keeps_every_session_and_both_sizes() -> None:
    draws = permuted(EARLIER, LATER, draws=200)
    for first, second in zip(draws.earlier, draws.later, strict=True):
        assert first[0] + second[0] == 15
        assert first[1] == 10 * first[0]
        assert 3 <= second[0] <= 9  # two sessions: 1 + 2 to 4 + 5
    assert len({second[0] for second in draws.later}) > 3


def test_the_larger_group_may_come_first_or_last() -> None:
    assert all(3 <= first[0] <= 9 for first in permuted(LATER, EARLIER, draws=50).earlier)


def test_drawing_stays_within_each_group() -> None:
    draws = bootstrapped(EARLIER, LATER, draws=200)
    assert all(3 <= row[0] <= 9 and row[1] == 10 * row[0] for row in draws.earlier)
    assert {row[0] for row in draws.later} == {8, 9, 10}


def test_large_numbers_do_not_run_into_one_another() -> None:
    huge = 2**50
    draws = bootstrapped([(huge, 1, huge)] * 300, [(0, 1, 0)], draws=2)
    assert draws.earlier == [(300 * huge, 300, 300 * huge)] * 2


def test_the_same_sessions_give_the_same_draws() -> None:
    assert permuted(EARLIER, LATER) == permuted(EARLIER, LATER)
    assert bootstrapped(EARLIER, LATER) == bootstrapped(EARLIER, LATER)
