from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.builders.records import delegation, enriched, full, session
from tests.builders.reports import from_records

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from common.records.sessions import EnrichedSession

THREE = (
    '[{"name": "old", "first": "2026-03-01", "last": "2026-03-10"},'
    ' {"name": "mid", "first": "2026-03-11", "last": "2026-03-20"},'
    ' {"name": "new", "first": "2026-03-21", "last": "2026-03-30"}]'
)


def on(day: int, *outcomes: str, agent_type: str = "dev", versions: tuple[str, ...] = ("2.0.14",)) -> EnrichedSession:
    made = [
        delegation(f"t{day}-{n}", agent_type, outcome, timestamp=f"2026-03-{day:02}T10:{n:02}:00.000Z")  # type: ignore[arg-type]  # the names of outcomes
        for n, outcome in enumerate(outcomes)
    ]
    return session(f"s{day}", *made, first=f"2026-03-{day:02}T09:00:00.000Z", versions=versions)


def periods_section(folder: Path, *made: EnrichedSession) -> str:
    report = from_records(folder, enriched(*made), full(*made), periods=THREE).markdown()
    found = re.search(r"## Periods compared\n(.*?)\n## ", report, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_first_and_the_last_have_a_heading_and_a_sentence_of_their_own(tmp_path: Path) -> None:
    better = [on(day, *["completed" if day > 20 else "failed"] * 3) for day in range(1, 31)]
    shown = periods_section(tmp_path, *better)
    assert "### `old` and `new`: the first and the last" in shown
    assert (
        "Between `old` and `new`, 1 measure differs by more than chance explains. Success moves the same way" in shown
    )
    assert "### `old` and `mid`" not in shown  # folded: nothing is claimed


def test_a_version_and_the_types_that_it_brings_are_told(tmp_path: Path) -> None:
    made = [on(day, "completed", versions=("2.0.14" if day < 11 else "2.0.20",)) for day in range(1, 31)]
    made[11] = on(12, "completed", agent_type="Explore", versions=("2.0.20",))
    shown = periods_section(tmp_path, *made)
    assert (
        "- `Explore` comes with Claude Code. It is first used on 2026-03-12, in a session of version `2.0.20`, which "
        "is first seen on 2026-03-11. No version before that day has the type."
    ) in shown
    assert (
        "- At the same time Claude Code `2.0.20` went from 0 % to 100 % of the sessions. No version of the earlier "
        "period has its agent type `Explore`. `Explore` is first used with it."
    ) in shown


def test_several_newer_versions_are_told_in_one_sentence(tmp_path: Path) -> None:
    made = [on(day, "completed", versions=("2.0.14" if day < 11 else f"2.0.{day + 10}",)) for day in range(1, 31)]
    assert (
        "- Versions of Claude Code newer than all of the earlier period, up to `2.0.40`, wrote 100 % of the later "
        "sessions. They bring `Explore` and `Plan`."
    ) in periods_section(tmp_path, *made)


def conclusion(shown: str) -> str:
    """Return what the last comparison says of success."""
    [*_, row] = [line for line in shown.splitlines() if line.startswith("| success |")]
    return row.split("|")[-2].strip()


ALL = range(1, 31)


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        (lambda day: ["completed" if day > 20 else "failed"] * 3, "a real difference"),
        (
            lambda day: ["completed", *["unanswered"] * 9] if day > 20 else ["failed"] * 4 + ["completed"] * 2,
            "unsure: outcomes are missing",
        ),
        (  # 10 of 15 and 10 of 13, which chance explains, whatever the 10 without an outcome are
            lambda day: (
                ["completed", *["failed"] * (day in {22, 25, 28}), "unanswered"]
                if day > 20
                else ["completed", "failed"][: 1 + day % 2]
            ),
            "no difference shown",
        ),
    ],
)
def test_the_conclusion_says_in_plain_words_why_nothing_is_claimed(
    tmp_path: Path, outcomes: Callable[[int], list[str]], expected: str
) -> None:
    assert conclusion(periods_section(tmp_path, *[on(day, *outcomes(day)) for day in ALL])) == expected
