from __future__ import annotations

from analysis.strategies import stopping
from analysis.strategies.following import find_sequels
from tests.builders.material import material
from tests.builders.records import delegation, session


def test_what_stopped_the_work_is_told_by_cause_with_events_and_retries() -> None:
    made = material(
        session(
            "s",
            delegation("t1", "a", "interrupted", press="t1", message_id="m"),
            delegation("t2", "b", "interrupted", press="t1", message_id="m"),
            delegation("t3", "b", "rejected"),
            delegation("t4", "c", "failed", cause="limit", description="Draw the map"),
            delegation("t5", "c", description="Draw the map", timestamp="2026-03-02T11:00:00.000Z"),
            delegation("t6", "c", "failed", cause="agent"),
            delegation("t7", "c", "unreported"),
        )
    )
    retried = find_sequels(made.sessions).retried
    user, limit = stopping.stopped_work(made.cases, retried)
    assert (user.cause, user.delegations, user.events, user.agents) == ("user", 3, 2, {"b": 2, "a": 1})
    assert (user.tool_use_ids, user.retries.retried) == (["t1", "t2", "t3"], 0)
    assert (limit.cause, limit.delegations, limit.events) == ("limit", 1, 1)
    assert (limit.retries.retried, limit.retries.succeeded, limit.retries.tool_use_ids) == (1, 1, ["t4"])


def test_a_retry_without_success_is_told_as_such() -> None:
    made = material(
        session(
            "s",
            delegation("t1", "a", "not_started", description="Draw the map"),
            delegation("t2", "a", description="Draw the map", kind="empty", result=""),
        )
    )
    [row] = stopping.stopped_work(made.cases, find_sequels(made.sessions).retried)
    assert (row.cause, row.retries.retried, row.retries.succeeded) == ("name", 1, 0)


def test_nothing_stopped_is_no_row() -> None:
    made = material(session("s", delegation("t1"), delegation("t2", outcome="failed")))
    assert stopping.stopped_work(made.cases, {}) == []


def test_a_hollow_result_has_its_kind_and_no_text_that_was_cut() -> None:
    made = material(
        session(
            "s",
            delegation("t1", result="All done", kind="report"),
            delegation("t2", result="I must stop here. " + "x" * 400, kind="unable"),
            delegation("t3", kind="empty"),
        )
    )
    found = stopping.hollow_results(made.cases)
    assert [(hollow.tool_use_id, hollow.why) for hollow in found] == [("t2", "unable"), ("t3", "empty")]
    assert "I must stop" not in repr(found)
