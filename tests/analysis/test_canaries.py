"""Two hundred secrets of more than fifty kinds, planted in every field: none is in any report."""

from __future__ import annotations

import base64
from itertools import cycle
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.analysis.attacks import everywhere
from tests.analysis.test_generate_routing_report import sessions
from tests.builders.records import delegation, enriched, full, session
from tests.builders.reports import from_records, from_sessions
from tests.common.text.test_redaction import BESIDE_BY_KIND, RANDOM, SECRET_BY_KIND

if TYPE_CHECKING:
    from pathlib import Path

CANARIES = 200


def planted() -> tuple[list[str], list[str]]:
    """Return secrets, and the texts that hold them."""
    RANDOM.seed(CANARIES)
    secrets, texts = [], []
    beside = cycle(BESIDE_BY_KIND.values())
    for index, make in zip(range(CANARIES), cycle(SECRET_BY_KIND.values()), strict=False):
        secret, text = make(), "{}"
        if index % 4 == 3:
            make_beside, text = next(beside)
            secret = make_beside()
        secrets.append(secret)
        texts.append(text.format(secret))
    return secrets, texts


@pytest.mark.parametrize("share", [False, True])
def test_no_planted_secret_is_in_any_report(tmp_path: Path, *, share: bool) -> None:
    secrets, texts = planted()
    assert len(set(secrets)) == CANARIES
    turn = cycle(texts)
    used: set[str] = set()

    def plant(text: str, _: int) -> str:
        canary = next(turn)
        used.add(canary)
        return f"{text[:20]} {canary} "

    made = sessions(4, each=24)
    chosen, every = everywhere(enriched(*made), full(*made), plant)
    assert used == set(texts)
    report = from_records(tmp_path, chosen, every)
    written = report.markdown(share=share) + report.html(share=share)
    assert [secret for secret in secrets if secret in written] == []
    encoded = [base64.b64encode(secret.encode()).decode().rstrip("=") for secret in secrets]
    assert [one for one in encoded if one in written] == []


def test_a_secret_is_masked_before_its_text_is_cut(tmp_path: Path) -> None:
    secret = "ghp_" + "a1B2" * 9
    made = sessions(1, each=3)
    chosen, every = everywhere(enriched(*made), full(*made), lambda *_: "x" * 30 + " " + secret)
    report = from_records(tmp_path, chosen, every)
    written = report.markdown() + report.html()
    assert secret[:12] not in written


@pytest.mark.parametrize("before", range(150, 201, 5))
def test_a_secret_that_extraction_or_analysis_cuts_in_two_is_masked_too(tmp_path: Path, before: int) -> None:
    text = "refactor the tests " + "x" * (before - 27) + " SECRET=" + "k7" * 30
    made = [
        delegation(f"t{n}", "helper", "failed", prompt=text, result=text, number=n + 1, before=text, after=text)
        for n in range(25)
    ]
    cut = [msgspec.structs.replace(one, outcome_detail=text[:200]) for one in made]
    report = from_sessions(tmp_path, session("s", *cut))
    assert "k7k7" not in report.markdown() + report.html()
