"""Whatever the data, no sentence of the answer and no title of a chart is about nothing."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.reporting.blocks import Chart
from analysis.reporting.charts.all import with_charts
from analysis.reporting.findings import answer_sentences
from analysis.reporting.html import drawn_words
from analysis.reporting.render import Terminal, sentences
from analysis.reporting.report import report_of
from common.records.sessions import NOT_RECORDED, OUTCOMES
from tests.analysis.reporting.test_findings import context
from tests.builders.records import delegation, run, session, spent

if TYPE_CHECKING:
    from analysis.reporting.context import Context
    from common.records.sessions import EnrichedDelegation, EnrichedSession

ABOUT_NOTHING = re.compile(
    r"\$0\.00|\b100 % of|(?<![\d.,])0 of them|(?<![\d.,])0 (delegations?|results?|sessions?|others?) |"
    + re.escape(NOT_RECORDED)
)


def titles(context: Context) -> list[str]:
    """The titles of the charts, as they are said."""
    blocks = [
        block for part in with_charts(report_of(context), context, drawn_words()).sections for block in part.blocks
    ]
    return sentences(Terminal(), [block.finding for block in blocks if isinstance(block, Chart)])


@st.composite
def delegations(draw: st.DrawFn, number: int, agents: int) -> EnrichedDelegation:
    agent = draw(st.sampled_from([NOT_RECORDED, "developer", "reviewer", "tester", "writer"][: agents + 1]))
    outcome = draw(st.sampled_from([*["completed"] * 8, *OUTCOMES]))
    output = draw(st.sampled_from([0, 10, 100_000]))
    return delegation(
        f"t{number}",
        agent,
        outcome,  # type: ignore[arg-type] # a name of an outcome
        kind=draw(st.sampled_from(["report", "report", "report", "invented"])) if outcome == "completed" else None,
        run=run(spent(output=output)) if output else None,
        prompt=f"task {number}",
        duration=draw(st.sampled_from([None, 30.0])),
        number=number,
    )


@st.composite
def histories(draw: st.DrawFn) -> list[EnrichedSession]:
    agents = draw(st.integers(0, 4))
    sizes = draw(st.lists(st.integers(1, 12), min_size=1, max_size=9))
    return [
        session(f"s{place}", *(draw(delegations(place * 100 + n, agents)) for n in range(size)))
        for place, size in enumerate(sizes)
    ]


@settings(max_examples=15, deadline=None)
@given(made=histories())
def test_no_sentence_is_about_nothing(made: list[EnrichedSession]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = context(Path(folder), *made, marathon_over=8)
        said = sentences(Terminal(), answer_sentences(found)[1:])
        assert [sentence for sentence in said if ABOUT_NOTHING.search(sentence)] == []


@pytest.mark.parametrize("agents", [("developer",), ("developer", "reviewer"), (NOT_RECORDED, "developer")])
def test_no_title_of_a_chart_is_about_nothing(tmp_path: Path, agents: tuple[str, ...]) -> None:
    made = [
        session(
            f"s{place}",
            *[
                delegation(f"t{place}-{n}", agents[n % len(agents)], run=run(spent(output=1000)), duration=30.0)
                for n in range(12)
            ],
        )
        for place in range(4)
    ]
    found = titles(context(tmp_path, *made, marathon_over=8))
    assert len(found) >= 5
    assert [title for title in found if ABOUT_NOTHING.search(title) or "ranges" in title] == []


@pytest.mark.parametrize(
    "sentence",
    [
        "the repeats cost $0.00",
        "100 % of the cost for 100 % of the delegations",
        "0 of them ran away",
        "0 delegations are suspected",
        "(none) costs most",
    ],
)
def test_sentences_about_nothing_are_noticed(sentence: str) -> None:
    assert ABOUT_NOTHING.search(sentence)


@pytest.mark.parametrize("sentence", ["10 of them ran away", "cost $10.00", "30 delegations are suspected"])
def test_sentences_about_something_are_not(sentence: str) -> None:
    assert not ABOUT_NOTHING.search(sentence)
