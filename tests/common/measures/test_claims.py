from __future__ import annotations

import pytest

from common.measures.claims import Claim, may_be_said, spread_claim
from common.measures.rates import rate


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (Claim(10, 1), True),
        (Claim(9, 1), False),
        (Claim(5, 3, least=5), True),
        (Claim(4, 3, least=5), False),
        (Claim(10, 0), False),
        (Claim(10, 0.0), False),
        (Claim(10, 0.01), True),
        (Claim(10, 1, groups=1), False),
        (Claim(10, 1, groups=2), True),
        (Claim(1000, 1000, beyond_chance=False), False),
    ],
)
def test_a_claim_needs_cases_something_to_count_two_groups_and_more_than_chance(
    claim: Claim, *, expected: bool
) -> None:
    assert may_be_said(claim) == expected


def test_the_ends_of_a_spread_must_differ_beyond_the_chance_of_having_chosen_them() -> None:
    # Fisher: 2 of 10 against 9 of 10 has p = 0.0055; of five rates there are ten pairs: 0.055
    apart = [rate(2, 10), rate(9, 10)]
    assert may_be_said(spread_claim(apart))
    assert not may_be_said(spread_claim([rate(2, 10), *[rate(5, 10)] * 3, rate(9, 10)]))


def test_a_spread_of_equal_few_or_no_rates_is_no_claim() -> None:
    assert not may_be_said(spread_claim([rate(10, 10), rate(10, 10)]))
    assert not may_be_said(spread_claim([rate(0, 9), rate(50, 50)]))
    assert not may_be_said(spread_claim([rate(5, 10)]))
    assert not may_be_said(spread_claim([]))
    assert not may_be_said(spread_claim([rate(0, 0), rate(10, 10)]))
