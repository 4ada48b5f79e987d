from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.reporting.blocks import Code, Sentence
from analysis.reporting.cards import cards_of, stretches
from common.records.sessions import CAUSES, HOLLOW
from tests.analysis.reporting.test_findings import context
from tests.builders.records import delegation, run, session, spent
from tests.builders.reports import from_sessions

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [([], ()), ([3], ((3, 3),)), ([1, 2, 3, 7, 9, 10], ((1, 3), (7, 7), (9, 10)))],
)
def test_numbers_are_told_in_stretches(numbers: list[int], expected: tuple[tuple[int, int], ...]) -> None:
    assert stretches(numbers) == expected


@given(st.sets(st.integers(1, 300)))
def test_stretches_hold_every_number_once(numbers: set[int]) -> None:
    held = [number for first, last in stretches(sorted(numbers)) for number in range(first, last + 1)]
    assert held == sorted(numbers)


def test_every_delegation_is_in_the_groups_that_count_it(tmp_path: Path) -> None:
    first = session("a", delegation("t1", "developer"), delegation("t2", "reviewer", "failed", number=2))
    second = session("b", delegation("t3", "developer", "unanswered", timestamp="2026-03-03T10:00:00Z"))
    groups = context(tmp_path, first, second).groups
    numbers = {key: group.numbers for key, group in groups.group_by_key.items()}
    assert numbers["agent", "developer"] == (1, 3)
    assert numbers["agent", "reviewer", "failed"] == (2,)
    assert numbers["outcome", "unanswered"] == (3,)
    assert numbers["standing", "no_end"] == (3,)
    assert numbers["transition", "developer", "reviewer"] == (2,)
    assert numbers["day", "2026-03-03"] == (3,)
    assert numbers["place", "1"] == (1, 3)
    assert groups.card("t2") == "d2"
    assert groups.session("b") == "s2"
    assert (groups.card("absent"), groups.session("absent"), groups.target("agent", "absent")) == (None, None, None)


def test_what_followed_is_in_groups_and_on_the_card_with_its_line(tmp_path: Path) -> None:
    made = run(spent(output=10))
    words = "write the parser for the settings file and its tests"
    again = session(
        "a",
        delegation("t1", run=made, prompt=words, answered="2026-03-02T10:01:00Z"),
        delegation("t2", run=made, prompt=words, timestamp="2026-03-02T11:00:00Z", number=2),
        delegation("t3", timestamp="2026-03-02T12:00:00Z", number=3, followed_by="tool_stopped", followed_line=7),
    )
    made_context = context(tmp_path, again)
    groups = made_context.groups.group_by_key
    assert groups["next", "repeated"].numbers == groups["next", "repeated", "developer"].numbers == (1,)
    assert groups["next", "tool_stopped"].numbers == (3,)
    (cards,) = cards_of(made_context)
    assert dict(cards.cards[2].facts)["followed"] == Sentence("followed_tool_stopped", {"place": Code("p/s.jsonl:7")})
    assert "followed" not in dict(cards.cards[0].facts)


def test_stopped_work_and_what_was_tried_again_are_in_groups_by_cause(tmp_path: Path) -> None:
    words = "write the parser for the settings file"
    stopped = session(
        "a",
        delegation("t1", "devloper", "not_started", prompt=words),
        delegation("t2", prompt=words, timestamp="2026-03-02T11:00:00Z", number=2),
        delegation("t3", outcome="interrupted", timestamp="2026-03-02T12:00:00Z", number=3),
        delegation("t4", outcome="failed", timestamp="2026-03-02T13:00:00Z", number=4),
    )
    groups = context(tmp_path, stopped).groups.group_by_key
    found = {key: group.numbers for key, group in groups.items() if key[0] in {"stopped", "retried"}}
    assert found == {("stopped", "name"): (1,), ("retried", "name"): (1,), ("stopped", "user"): (3,)}


def test_times_on_cards_are_those_of_the_time_zone(tmp_path: Path) -> None:
    cards = cards_of(context(tmp_path, session("a", delegation("t1", timestamp="2026-03-02T23:30:00.000Z"))))
    assert cards[0].cards[0].moment == "2026-03-02 23:30"
    assert cards[0].day == "2026-03-02"


def test_a_card_says_who_ended_the_work_whether_it_is_hollow_and_how_long_the_run_worked(tmp_path: Path) -> None:
    made = [delegation(f"t{number}", number=number) for number in (1, 2, 3)]
    hollow = msgspec.structs.replace(made[0], result_kind="empty", active_seconds=61.5)
    report = msgspec.structs.replace(made[1], result_kind="report")
    stopped = msgspec.structs.replace(made[2], outcome="interrupted", cause="user")
    cards = cards_of(context(tmp_path, session("a", hollow, report, stopped)))[0].cards
    told = [{name: value for name, value in card.facts if name in {"cause", "result_kind", "active"}} for card in cards]
    seconds = Sentence("seconds", {"seconds": 61.5})
    empty, by_the_user = Sentence("result_kind", {"kind": "empty"}), Sentence("cause", {"cause": "user"})
    assert told == [{"result_kind": empty, "active": seconds}, {}, {"cause": by_the_user}]


def test_causes_and_hollow_results_are_in_words_on_cards(tmp_path: Path) -> None:
    made = [delegation(f"t{number}", number=number) for number in range(1, len(CAUSES) + len(HOLLOW) + 1)]
    told = [{"outcome": "failed", "cause": cause} for cause in CAUSES] + [{"result_kind": kind} for kind in HOLLOW]
    known = [msgspec.structs.replace(call, **facts) for call, facts in zip(made, told, strict=True)]
    report = from_sessions(tmp_path, session("a", *known)).html()
    assert re.findall("<dt>ended by</dt><dd>(.*?)</dd>", report) == [
        "the user",
        "a rule, a hook or auto mode",
        "a limit",
        "an error of the API",
        "an agent type or tool that is not there",
        "the calling thread, or a call next to it",
        "the agent itself",
    ]
    assert re.findall("<dt>no work done</dt><dd>(.*?)</dd>", report) == [
        "empty",
        "refuses the task",
        "invents calls of tools",
    ]


def test_a_call_without_a_readable_time_has_a_card_too(tmp_path: Path) -> None:
    broken = session("a", delegation("t1", timestamp=None), delegation("t2", timestamp="yesterday", number=2))
    cards = cards_of(context(tmp_path, broken))
    assert [card.moment for card in cards[0].cards] == [None, None]
