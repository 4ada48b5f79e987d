"""Suspected misroutes are worth showing only if most of them are right and half of all are found."""

from __future__ import annotations

import pytest

from tests.benchmarks.misroutes import Figures, measure

SEEDS = range(200, 210)


@pytest.fixture(scope="module")
def totals() -> dict[str, Figures]:
    found = [measure("fresh", seed) for seed in SEEDS]
    return {
        kind: Figures(
            sum(one[kind].suspected for one in found),
            sum(one[kind].hits for one in found),
            sum(one[kind].misroutes for one in found),
        )
        for kind in ("rules", "learned", "both")
    }


@pytest.mark.parametrize("kind", ["rules", "learned", "both"])
def test_on_words_that_nothing_was_tuned_on_most_suspicions_are_right(totals: dict[str, Figures], kind: str) -> None:
    assert totals[kind].misroutes > 500
    assert totals[kind].precision >= 0.8
    assert totals[kind].recall >= 0.5
