from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from analysis import classify_marathons
from analysis.classify_marathons import classification, pivot
from common import schema
from common.records.marathons import MarathonClassification, Pivot
from tests.builders.records import delegation, enriched, numbered, session

if TYPE_CHECKING:
    from pathlib import Path

    from common.records.sessions import EnrichedDelegation, EnrichedSession


def classified(tmp_path: Path, *sessions: EnrichedSession, over: int = 3) -> MarathonClassification:
    source, target = tmp_path / "enriched.json", tmp_path / "marathons.json"
    source.write_bytes(schema.encode(enriched(*sessions)))
    classify_marathons.main(sessions=source, marathons=target, marathon_over=over)
    return schema.load(target, MarathonClassification)


def test_a_marathon_has_more_delegations_than_the_threshold(tmp_path: Path) -> None:
    found = classified(tmp_path, session("three", *numbered(*"aaa")), session("four", *numbered(*"abab")))
    [one] = found.marathons
    assert (one.session_id, one.date, one.delegations, one.classification) == ("four", "2026-03-02", 4, "POSITIVE")
    assert (one.cascade_rate.hits, one.cascade_rate.total, one.loops, one.pivot) == (0, 3, 2, None)
    assert found.marathon_over == 3


def test_each_class_is_counted(tmp_path: Path) -> None:
    good, bad, open_ = ("a", "completed"), ("a", "failed"), ("a", "unanswered")
    found = classified(
        tmp_path,
        session("s1", *numbered(good, good, good, good)),
        session("s2", *numbered(bad, bad, bad, good)),
        session("s3", *numbered(good, good, good, good, bad)),
        session("s4", *numbered(good, open_, open_, open_)),
    )
    assert [one.classification for one in found.marathons] == ["POSITIVE", "NEGATIVE", "AMBIGUOUS", "UNKNOWN"]
    summary = found.summary
    assert (summary.POSITIVE, summary.NEGATIVE, summary.AMBIGUOUS, summary.UNKNOWN) == (1, 1, 1, 1)
    pivot = found.marathons[1].pivot
    assert pivot is not None
    assert pivot.sequence_number == 3


def test_a_marathon_says_what_returned_who_ended_the_rest_and_what_was_hollow(tmp_path: Path) -> None:
    calls = (
        delegation("t1"),
        delegation("t2", kind="empty"),
        delegation("t3", outcome="failed", cause="limit"),
        delegation("t4", outcome="unanswered"),
    )
    [marathon] = classified(tmp_path, session("s", *calls)).marathons
    assert (marathon.returned.hits, marathon.returned.total, marathon.returned.unknown) == (2, 3, 1)
    assert {cause: count for cause, count in marathon.causes.items() if count} == {"limit": 1}
    assert marathon.hollow == {"empty": 1, "unable": 0, "invented": 0}


def test_no_marathons_are_a_result_too(tmp_path: Path) -> None:
    found = classified(tmp_path)
    assert found.marathons == []
    assert found.summary.POSITIVE == 0


@pytest.mark.parametrize(
    ("succeeded", "failed", "unknown", "stopped", "expected"),
    [
        (17, 3, 0, 0, "POSITIVE"),
        (84, 16, 0, 0, "AMBIGUOUS"),
        (16, 4, 0, 0, "AMBIGUOUS"),
        (79, 21, 0, 0, "NEGATIVE"),
        (849, 151, 0, 0, "AMBIGUOUS"),
        (10, 0, 10, 0, "POSITIVE"),
        (10, 0, 11, 0, "UNKNOWN"),
        (10, 0, 0, 30, "POSITIVE"),
        (0, 0, 0, 5, "UNKNOWN"),
        (0, 0, 0, 0, "UNKNOWN"),
    ],
)
def test_a_marathon_is_classed_by_its_unrounded_success(
    succeeded: int, failed: int, unknown: int, stopped: int, expected: str
) -> None:
    counts = {"completed": succeeded, "failed": failed, "unanswered": unknown, "interrupted": stopped}
    made = numbered(*[("a", outcome) for outcome, count in counts.items() for _ in range(count)])
    assert classification(made) == expected


def alone(*outcomes: str, **more: object) -> list[EnrichedDelegation]:
    """Make delegations of one message each."""
    return [
        delegation(f"t{n}", "a", outcome, **more)  # type: ignore[arg-type]  # names of outcomes
        for n, outcome in enumerate(outcomes, 1)
    ]


def place(delegations: list[EnrichedDelegation]) -> tuple[int, str] | None:
    found = pivot(delegations)
    return (found.sequence_number, found.reason) if found else None


def test_the_pivot_is_the_third_failure_even_if_not_in_a_row() -> None:
    made = numbered(("a", "failed"), "a", ("a", "killed"), "a", ("a", "rejected"), ("a", "failed"))
    assert pivot(made) == Pivot(
        sequence_number=6, tool_use_id="t6", timestamp="2026-03-02T10:05:00.000Z", reason="failures"
    )


def test_the_pivot_is_the_tenth_change_of_agent_if_that_comes_first() -> None:
    assert place(numbered(*["a", "b"] * 6)) == (11, "changes")


def test_unknown_and_refused_calls_make_no_pivot() -> None:
    assert pivot(alone(*["unanswered"] * 30)) is None
    assert pivot(alone(*["rejected"] * 30)) is None


def test_a_result_without_work_is_a_failure() -> None:
    assert place(alone(*["completed"] * 5, kind="empty")) == (3, "failures")


def test_one_press_of_esc_is_one_failure() -> None:
    pressed = [delegation(f"t{n}", "a", "interrupted", press="t1") for n in range(1, 4)]
    assert place(pressed) is None
    apart = [delegation(f"t{n}", "a", "interrupted", press=f"t{n}") for n in range(1, 4)]
    assert place(apart) == (3, "failures")


def test_names_that_do_not_exist_tried_one_after_the_other_are_one_failure() -> None:
    assert place(alone("not_started", "not_started", "not_started")) is None
    assert place(alone("not_started", "completed", "not_started", "completed", "not_started")) == (5, "failures")


def test_calls_of_one_message_are_one_failure_and_one_change() -> None:
    batch = [delegation(f"t{n}", "abc"[n], "failed", message_id="m1") for n in range(3)]
    assert place(batch) is None
    later = [delegation(f"u{n}", "a", "failed") for n in range(2)]
    assert place([*batch, *later]) == (5, "failures")
    changing = [delegation(f"t{n}-{k}", "ab"[k], message_id=f"m{n}") for n in range(12) for k in range(2)]
    assert place(changing) == (21, "changes")
