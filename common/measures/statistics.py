"""Intervals and tests for counts: pure functions, each with its source; checked against scipy in the tests.

Here and elsewhere fractions are added by `fsum`: `sum` rounds them otherwise from Python 3.12 on.
"""

from collections.abc import Sequence
from math import ceil, erfc, exp, floor, fsum, lgamma, sqrt

Z95 = 1.959963984540054
Z80 = 0.8416212335729143
"""Quantiles of the normal distribution: 97.5 % and 80 %."""
ALPHA = 0.05
"""A difference is claimed if its p, adjusted for all tests, is smaller."""
MIN_SESSIONS = 5
"""A group needs this many sessions, as the independent cases, to be tested."""


def wilson(hits: int, total: int) -> tuple[float, float] | None:
    """Return the 95 % Wilson score interval of hits / total (Wilson 1927); None without cases."""
    if total == 0:
        return None
    share, z2 = hits / total, Z95 * Z95
    centre = (share + z2 / (2 * total)) / (1 + z2 / total)
    half = Z95 * sqrt(share * (1 - share) / total + z2 / (4 * total * total)) / (1 + z2 / total)
    return (0.0 if hits == 0 else max(0.0, centre - half), 1.0 if hits == total else min(1.0, centre + half))


def newcombe(earlier: tuple[int, int], later: tuple[int, int]) -> tuple[float, float] | None:
    """Return the 95 % interval of later - earlier, each (hits, total) (Newcombe 1998, no. 10); None without cases."""
    first, second = wilson(*earlier), wilson(*later)
    if first is None or second is None:
        return None
    p1, p2 = earlier[0] / earlier[1], later[0] / later[1]
    low = sqrt((p2 - second[0]) ** 2 + (first[1] - p1) ** 2)
    high = sqrt((second[1] - p2) ** 2 + (p1 - first[0]) ** 2)
    return p2 - p1 - low, p2 - p1 + high


def fisher(earlier: tuple[int, int], later: tuple[int, int]) -> float:
    """Return the two-sided p of Fisher's exact test of two (hits, total): all tables no likelier than the one seen."""
    hits, total = earlier[0] + later[0], earlier[1] + later[1]
    first = earlier[1]
    possible = range(max(0, hits - later[1]), min(hits, first) + 1)

    def log_weight(x: int) -> float:
        return _log_choose(first, x) + _log_choose(total - first, hits - x) - _log_choose(total, hits)

    seen = log_weight(earlier[0])
    return min(1.0, fsum(exp(w) for w in map(log_weight, possible) if w <= seen + 1e-7))


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def clustered_difference(clusters: Sequence[tuple[int, int, int, int]]) -> float | None:
    """Return the two-sided p of a difference of two rates whose cases come in clusters; None for one cluster.

    A cluster is (hits, total) of the one and (hits, total) of the other. The variance is that of the clusters' parts in
    the difference (delta method, with the factor n / (n - 1)); the difference over its root is treated as normal.
    """
    hits, total, other_hits, other_total = (sum(column) for column in zip(*clusters, strict=True))
    rate, other_rate = hits / total, other_hits / other_total
    parts = [(h - rate * n) / total - (k - other_rate * m) / other_total for h, n, k, m in clusters]
    if len(parts) < 2:  # noqa: PLR2004 (one cluster does not vary)
        return None
    variance = fsum(of_cluster * of_cluster for of_cluster in parts) * len(parts) / (len(parts) - 1)
    if variance == 0:
        return 1.0 if rate == other_rate else 0.0
    return erfc(abs(rate - other_rate) / sqrt(2 * variance))


def holm(ps: Sequence[float]) -> list[float]:
    """Return each p adjusted for all of them (Holm 1979), in the order given."""
    adjusted = [0.0] * len(ps)
    largest = 0.0
    for rank, index in enumerate(sorted(range(len(ps)), key=ps.__getitem__)):
        largest = max(largest, min(1.0, (len(ps) - rank) * ps[index]))
        adjusted[index] = largest
    return adjusted


def quantile(values: Sequence[float], share: float) -> float | None:
    """Return the value below which `share` of the values lie: linear interpolation, ends included; None without any."""
    if not values:
        return None
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below, above = ordered[floor(place)], ordered[ceil(place)]
    return below + (above - below) * (place - floor(place))


def deviation(values: Sequence[float]) -> float:
    """Return the standard deviation of a sample of at least two."""
    mean = fsum(values) / len(values)
    return sqrt(fsum((value - mean) ** 2 for value in values) / (len(values) - 1))
