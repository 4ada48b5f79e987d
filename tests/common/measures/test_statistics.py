from __future__ import annotations

import random
from statistics import quantiles

import pytest
from scipy.stats import binomtest, fisher_exact, norm

from common.measures.statistics import (
    Z80,
    Z95,
    clustered_difference,
    deviation,
    fisher,
    holm,
    newcombe,
    quantile,
    wilson,
)


def test_wilson_of_8_in_10_as_worked_out_by_hand() -> None:
    # centre (0.8 + 1.9207/10) / (1 + 3.8415/10) = 0.71675, half 0.22654
    low, high = wilson(8, 10) or (0, 0)
    assert low == pytest.approx(0.49016, abs=1e-5)
    assert high == pytest.approx(0.94332, abs=1e-5)


def test_wilson_without_cases_is_no_interval() -> None:
    assert wilson(0, 0) is None


def test_wilson_ends_at_0_and_1_exactly() -> None:
    assert (wilson(0, 7) or (1, 0))[0] == 0.0
    assert (wilson(7, 7) or (1, 0))[1] == 1.0


@pytest.mark.parametrize(("hits", "total"), [(0, 1), (1, 1), (3, 7), (50, 100), (999, 1000), (6000, 6000)])
def test_wilson_agrees_with_scipy(hits: int, total: int) -> None:
    expected = binomtest(hits, total).proportion_ci(method="wilson")
    assert wilson(hits, total) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_newcombe_as_in_his_paper() -> None:
    # Newcombe 1998, table II, example (a): 56/70 - 48/80, method 10: 0.0524 to 0.3339
    assert newcombe((48, 80), (56, 70)) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_newcombe_at_the_edge_as_in_his_paper() -> None:
    # example (h): 10/10 - 0/10 has upper limit 1
    interval = newcombe((0, 10), (10, 10))
    assert interval == pytest.approx((0.6075, 1.0), abs=5e-5)


def test_newcombe_without_cases_is_no_interval() -> None:
    assert newcombe((0, 0), (1, 2)) is None


def test_fisher_of_the_tea_tasting_lady() -> None:
    # 3 of 4 against 1 of 4: (16 + 16 + 1 + 1) / 70
    assert fisher((3, 4), (1, 4)) == pytest.approx(34 / 70)


def test_fisher_agrees_with_scipy() -> None:
    draw = random.Random(1)
    for _ in range(200):
        n1, n2 = draw.randint(0, 60), draw.randint(0, 60)
        h1, h2 = draw.randint(0, n1), draw.randint(0, n2)
        expected = fisher_exact([[h1, n1 - h1], [h2, n2 - h2]]).pvalue
        assert fisher((h1, n1), (h2, n2)) == pytest.approx(expected, abs=1e-9), (h1, n1, h2, n2)


def test_fisher_bears_thousands() -> None:
    assert fisher((2500, 3000), (2400, 3000)) == pytest.approx(
        fisher_exact([[2500, 500], [2400, 600]]).pvalue, rel=1e-6
    )


def test_holm_by_hand() -> None:
    # sorted .01 .02 .03 .04 times 4 3 2 1 = .04 .06 .06 .04, never falling: .04 .06 .06 .06
    assert holm([0.04, 0.01, 0.03, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])


def test_holm_stops_at_1_and_bears_nothing() -> None:
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def test_quantiles_interpolate_between_the_ends() -> None:
    assert quantile([4, 1, 3, 2], 0.5) == 2.5
    assert quantile([10, 20], 0.9) == pytest.approx(19)
    assert quantile([7], 0.9) == 7
    assert quantile([], 0.5) is None


def test_quantiles_agree_with_the_standard_library() -> None:
    values = [float(x * x % 37) for x in range(23)]
    cuts = quantiles(values, n=100, method="inclusive")
    assert quantile(values, 0.9) == pytest.approx(cuts[89])
    assert quantile(values, 0.05) == pytest.approx(cuts[4])


def test_constants_are_quantiles_of_the_normal_distribution() -> None:
    assert pytest.approx(norm.ppf(0.975), abs=1e-12) == Z95
    assert pytest.approx(norm.ppf(0.8), abs=1e-12) == Z80


def test_deviation_divides_by_one_less_than_the_sample() -> None:
    assert deviation([2, 4, 4, 4, 5, 5, 7, 9]) == pytest.approx((32 / 7) ** 0.5)


def test_a_difference_of_clusters_by_hand() -> None:
    # rates 3/4 and 1/4; parts: cluster 1 (2 - 0.75 x 2) / 4 - (0 - 0.25 x 2) / 4 = 0.25, cluster 2 -0.25
    # variance (0.0625 + 0.0625) x 2 / 1 = 0.25; z = 0.5 / 0.5 = 1; two-sided p = 0.3173
    assert clustered_difference([(2, 2, 0, 2), (1, 2, 1, 2)]) == pytest.approx(2 * norm.sf(1), abs=1e-9)


def test_one_cluster_tells_nothing_and_clusters_that_agree_tell_all() -> None:
    assert clustered_difference([(1, 2, 2, 2)]) is None
    assert clustered_difference([(1, 2, 2, 2), (1, 2, 2, 2)]) == 0.0
    assert clustered_difference([(1, 2, 1, 2), (1, 2, 1, 2)]) == 1.0
