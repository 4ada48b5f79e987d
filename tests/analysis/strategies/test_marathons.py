from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.strategies import marathons
from tests.builders.material import material
from tests.builders.records import delegation, numbered, run, session, spent

if TYPE_CHECKING:
    from common.records.marathons import MarathonsResult
    from common.records.sessions import EnrichedSession


def answered(*sessions: EnrichedSession, **more: Any) -> MarathonsResult:
    return marathons.answer_marathons(material(*sessions, **more))


def test_marathons_are_told_longest_first() -> None:
    result = answered(
        session("four", *numbered(*"aaaa", prefix="f")), session("five", *numbered(*"aaaaa")), marathon_over=3
    )
    assert [(one.session_id, one.delegations) for one in result.marathons] == [("five", 5), ("four", 4)]
    assert (result.marathon_over, result.sessions, result.summary.POSITIVE) == (3, 2, 2)


def test_a_marathon_is_told_from_its_task_to_its_state() -> None:
    made = numbered(*"abcdefghijkl")
    made[0] = delegation("t1", "a", before="Ship it.", description="Begin", run=run(spent(input=1_000_000)))
    made[-1] = delegation("t12", "l", after="Shipped.", number=12)
    [story] = answered(session("s", *made, days=[spent(input=2_000_000)]), marathon_over=3).marathons
    assert (story.initial_task, story.final_state) == ("Ship it.", "Shipped.")
    assert story.agent_sequence == list("abcdefghijkl")
    assert [one.sequence_number for one in story.first_steps] == [1, 2, 3, 4, 5]
    assert [one.sequence_number for one in story.last_steps] == [8, 9, 10, 11, 12]
    assert story.first_steps[0].task == "Begin"
    assert story.cost.estimated == 9.0


def test_first_and_last_steps_never_overlap() -> None:
    [story] = answered(session("s", *numbered(*"abcdefg")), marathon_over=3).marathons
    assert [one.sequence_number for one in story.last_steps] == [6, 7]
    [story] = answered(session("s", *numbered(*"abcd")), marathon_over=3).marathons
    assert story.last_steps == []


def test_success_is_shown_before_the_pivot_and_from_it_on() -> None:
    bad = ("a", "failed")
    [story] = answered(session("s", *numbered("a", bad, bad, "a", bad, bad)), marathon_over=3).marathons
    assert story.pivot is not None
    assert story.pivot.sequence_number == 5
    assert story.before_pivot is not None
    assert story.from_pivot is not None
    assert (story.before_pivot.hits, story.before_pivot.total) == (2, 4)
    assert (story.from_pivot.hits, story.from_pivot.total) == (0, 2)


def test_rounds_between_two_agents_end_somehow() -> None:
    made = numbered("dev", "review", "dev", "review", ("dev", "failed"))
    result = answered(session("s", *made), marathon_over=3)
    [loop] = result.marathons[0].review_loops
    assert (loop.agent_type, loop.via, loop.rounds) == ("dev", "review", 2)
    assert (loop.first_sequence_number, loop.last_sequence_number, loop.last_outcome) == (1, 5, "failed")
    [total] = result.review_loops
    assert (total.loops, total.rounds_p50, total.rounds_longest) == (1, 2.0, 2)
    assert (total.ended_succeeded.hits, total.ended_succeeded.total) == (0, 1)
    assert [(one.agent_type, one.via, one.count) for one in result.loops] == [
        ("dev", "review", 2),
        ("review", "dev", 1),
    ]


def test_success_by_place_covers_every_delegation_once() -> None:
    made = numbered(("a", "failed"), *["a"] * 44)
    result = answered(session("s", *made))
    assert [(one.first, one.last, one.success.hits, one.success.total) for one in result.by_position] == [
        (1, 1, 0, 1),
        (2, 5, 4, 4),
        (6, 10, 5, 5),
        (11, 20, 10, 10),
        (21, 40, 20, 20),
        (41, None, 5, 5),
    ]


def test_periods_hold_marathons_and_the_rest_apart() -> None:
    result = answered(
        session("long", *numbered(*"aaaa")), session("short", *numbered(("a", "failed"), prefix="x")), marathon_over=3
    )
    [period] = result.periods
    assert (period.share.hits, period.share.total) == (1, 2)
    assert (period.success_in_marathons.hits, period.success_elsewhere.hits) == (4, 0)


def test_no_data_is_a_result_without_marathons() -> None:
    result = answered()
    assert (result.marathons, result.by_position, result.transitions, result.review_loops) == ([], [], [], [])
    assert result.cascade_rate.total == 0
