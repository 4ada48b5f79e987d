"""What somebody may have meant."""

from __future__ import annotations

from common.text.suggestions import did_you_mean


def test_the_nearest_word_is_asked_for_if_one_is_near() -> None:
    assert did_you_mean("enrichmant", ["extraction", "enrichment"], "no idea") == "did you mean enrichment?"
    assert did_you_mean("zzz", ["extraction", "enrichment"], "no idea") == "no idea"
