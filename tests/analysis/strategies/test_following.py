from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from analysis.strategies import metrics
from analysis.strategies.following import edited_again, find_sequels, following, next_step, retries
from common.records.following import Retries
from common.records.sessions import Cause, Edit, Outcome
from tests.builders.material import material
from tests.builders.records import delegation, run, session, spent

if TYPE_CHECKING:
    from common.records.following import Following, NextStep
    from common.records.sessions import EnrichedDelegation, EnrichedSession

TEN = "please fix rounding of local taxes in the final invoice"  # ten words


def done(id: str, prompt: str, minute: int, **more: object) -> EnrichedDelegation:  # noqa: A002 (short in many calls)
    return delegation(
        id,
        prompt=prompt,
        timestamp=f"2026-03-02T10:{minute:02}:00.000Z",
        answered=f"2026-03-02T10:{minute:02}:30.000Z",
        run=run(spent()),
        **more,  # type: ignore[arg-type]  # keywords of delegation
    )


def summed(*sessions: EnrichedSession) -> Following:
    made = material(*sessions)
    return following(made.cases, find_sequels(made.sessions))


@pytest.mark.parametrize(
    ("outcome", "cause", "step"),
    [
        ("completed", None, "tool_stopped"),
        ("failed", "agent", "tool_stopped"),
        ("killed", "parent", "tool_stopped"),
        ("rejected", "policy", "tool_stopped"),
        ("failed", "user", "tool_stopped"),
        ("interrupted", "user", "stopped"),
        ("rejected", "user", "stopped"),
        ("killed", "user", "stopped"),
        ("unreported", None, "no_end"),
        ("unanswered", None, "no_end"),
    ],
)
def test_a_delegation_that_the_user_stopped_counts_as_that_alone(
    outcome: Outcome, cause: Cause | None, step: NextStep
) -> None:
    assert next_step(delegation("t", outcome=outcome, cause=cause, followed_by="tool_stopped")) == step


def test_each_delegation_is_in_one_list_of_what_the_user_did_next() -> None:
    found = summed(
        session(
            "s",
            delegation("t1", followed_by="plan_sent_back"),
            delegation("t2", followed_by="tool_stopped"),
            delegation("t3", outcome="interrupted", press="t3"),
            delegation("t4", outcome="interrupted", press="t3"),
            delegation("t5", outcome="rejected"),
            delegation("t6"),
            delegation("t7", outcome="unreported"),
        )
    )
    assert (found.plan_sent_back, found.tool_stopped, found.stopped) == (["t1"], ["t2"], ["t3", "t4", "t5"])
    assert (found.went_on, found.no_end, found.events) == (["t6"], ["t7"], 2)


def test_retries_are_those_of_delegations_that_did_not_complete() -> None:
    first = delegation("t1", outcome="failed", description="Draw the map", answered="2026-03-02T10:00:30.000Z")
    made = material(session("s", first, done("t2", "Else.", 5, description="Draw the map")))
    found = retries(made.cases, find_sequels(made.sessions).retried)
    assert found == Retries(retried=1, succeeded=1, tool_use_ids=["t1"])


def test_a_completed_delegation_is_repeated_by_a_later_near_same_one() -> None:
    # ten words each: 8 in common give 16 / 20 = 0.8, 7 give 14 / 20 = 0.7
    assert summed(session("s", done("t1", TEN, 0), done("t2", f"{TEN} again", 5))).repeated == ["t1"]
    other = "please fix rounding of local taxes in the other thing"
    assert summed(session("s", done("t1", TEN, 0), done("t2", other, 5))).repeated == ["t1"]
    other = "please fix rounding of local taxes in some other thing"
    assert summed(session("s", done("t1", TEN, 0), done("t2", other, 5))).repeated == []
    assert summed(session("s", done("t1", "", 0), done("t2", "", 5))).repeated == []


def test_the_same_template_for_another_file_is_another_task() -> None:
    two = [done("t1", f"{TEN} src/a.py", 0), done("t2", f"{TEN} src/b.py", 5)]
    assert summed(session("s", *two)).repeated == []


def test_the_nearest_earlier_match_alone_is_repeated() -> None:
    three = [done("t1", TEN, 0), done("t2", f"{TEN} again", 5), done("t3", f"{TEN} again", 10)]
    assert summed(session("s", *three)).repeated == ["t1", "t2"]


def test_another_session_a_parallel_call_and_one_under_way_are_not_repeated() -> None:
    assert summed(session("s1", done("t1", TEN, 0)), session("s2", done("t2", TEN, 5))).repeated == []
    assert summed(session("s", done("t1", TEN, 0, message_id="m"), done("t2", TEN, 5, message_id="m"))).repeated == []
    first = delegation("t1", prompt=TEN, answered="2026-03-02T10:30:00.000Z", run=run(spent()))
    assert summed(session("s", first, done("t2", TEN, 20))).repeated == []


def test_only_completed_delegations_with_a_run_are_repeated() -> None:
    failed = done("t1", TEN, 0, outcome="failed")
    without = delegation("t2", prompt=TEN, timestamp="2026-03-02T10:10:00.000Z")
    assert summed(session("s", failed, without, done("t3", TEN, 20))).repeated == []


def edits(*at: tuple[str, str]) -> list[Edit]:
    return [Edit(timestamp=f"2026-03-02T{time}:00.000Z", tool="Edit", path=path) for time, path in at]


def test_a_file_is_edited_again_by_a_later_edit_of_somebody_else() -> None:
    made = session(
        "s",
        delegation("t1", run=run(spent(), edits=edits(("10:00", "a.py")))),
        delegation("t2", run=run(spent(), edits=edits(("11:00", "a.py"), ("12:00", "b.py")))),
        delegation("t3", run=run(spent(), edits=edits(("09:00", "c.py"), ("14:00", "d.py")))),
        delegation("t4", outcome="failed", run=run(spent(), edits=edits(("09:00", "c.py")))),
        edits=edits(("08:00", "b.py"), ("13:00", "c.py")),
    )
    assert edited_again(made) == {"t1", "t3", "t4"}
    assert summed(made).edited_again == ["t1", "t3"]


def test_the_figures_have_what_happened_next_in_all_and_by_agent() -> None:
    result = metrics.answer_metrics(
        material(session("s", delegation("t1", "a", followed_by="tool_stopped"), delegation("t2", "b", number=2)))
    )
    assert result.totals.following == {
        "stopped": 0,
        "plan_sent_back": 0,
        "tool_stopped": 1,
        "went_on": 1,
        "no_end": 0,
        "repeated": 0,
        "edited_again": 0,
    }
    assert [(agent.agent_type, agent.following.went_on) for agent in result.agents] == [("a", []), ("b", ["t2"])]


def test_only_the_nearest_fifty_delegations_can_be_repeated() -> None:
    between = [delegation(f"b{number}", prompt=f"task {number}", number=number + 2) for number in range(49)]
    first = delegation("t1", prompt=TEN, timestamp="2026-03-02T09:00:00.000Z", run=run(spent()))
    assert summed(session("s", first, *between, done("t2", TEN, 5))).repeated == ["t1"]
    far = delegation("b49", prompt="task 49", number=51)
    assert summed(session("s", first, *between, far, done("t2", TEN, 5))).repeated == []
