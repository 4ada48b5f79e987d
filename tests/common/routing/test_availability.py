from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from common.agents.history import Commit
from common.records.sessions import AgentList
from common.routing.availability import AvailableAgents
from tests.builders.records import delegation, run, session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from common.records.routing_quality import Availability
    from common.records.sessions import EnrichedDelegation, EnrichedSession

NOON = "2026-03-02T12:00:00.000Z"
SECONDS = 1_772_452_800  # NOON
DAY = 86_400


def call(timestamp: str | None = NOON) -> EnrichedDelegation:
    return delegation("call", "general-purpose", timestamp=timestamp)


def with_lists(made: EnrichedSession, *lists: AgentList) -> EnrichedSession:
    return msgspec.structs.replace(made, agent_lists=list(lists))


def how(
    name: str,
    *others: EnrichedSession,
    at: str | None = NOON,
    versions: Sequence[str] = ("2.1.63",),
    cwd: str = "/home/user/shop",
    defined: Sequence[str] = (),
    commits: Sequence[Commit] = (),
    **more: Any,
) -> Availability | None:
    """Return how it is known that the call could have gone to the agent, with these other sessions in the data."""
    own = session("own", call(at), versions=versions, cwd=cwd, **more)
    return AvailableAgents([*others, own], (), defined, commits).how(name, own, own.delegations[0])


def other(*delegations: EnrichedDelegation, **more: Any) -> EnrichedSession:
    return session("other", *delegations, **more)


def test_a_built_in_agent_is_available_from_the_version_that_brings_it() -> None:
    assert how("Explore", versions=["2.0.17"]) == "built in"
    assert how("Explore", versions=["2.0.16"]) is None


def test_a_session_of_several_versions_has_what_all_of_them_bring() -> None:
    assert how("Explore", versions=["2.0.16", "2.0.17"]) is None


@pytest.mark.parametrize(
    ("versions", "expected"), [(["1.0.60"], "defined"), (["1.0.59"], None), (["1.0.59", "1.0.60"], None)]
)
def test_nothing_is_available_before_there_were_agent_types(versions: list[str], expected: str | None) -> None:
    assert how("tester", versions=versions, defined=["tester"]) == expected


@pytest.mark.parametrize(
    ("began", "expected"),
    [
        ("2025-01-01T00:00:00.000Z", "started"),
        ("2026-03-03T12:00:00.000Z", "started"),
        ("2026-03-03T12:00:00.001Z", None),
        (None, None),
    ],
)
def test_an_agent_that_began_before_or_within_a_day_after_is_available(began: str | None, expected: str | None) -> None:
    assert how("tester", other(delegation("t", "tester", timestamp=began))) == expected


def test_the_earliest_beginning_counts() -> None:
    times = ["2026-04-02T12:00:00.000Z", "2026-01-02T12:00:00.000Z", "2026-05-02T12:00:00.000Z"]
    started = [delegation(f"t{n}", "tester", timestamp=time) for n, time in enumerate(times)]
    assert how("tester", other(*started)) == "started"


def test_what_began_in_another_project_is_not_available() -> None:
    elsewhere = other(delegation("t", "tester"), project="-home-user-bank", cwd="/home/user/bank")
    assert how("tester", elsewhere) is None


def test_a_worktree_belongs_to_its_project() -> None:
    worktree = "-home-user-shop--claude-worktrees-gate"
    began = other(delegation("t", "tester"), project=worktree, cwd="/home/user/shop/.claude/worktrees/gate")
    assert how("tester", began) == "started"


@pytest.mark.parametrize("outcome", ["not_started", "rejected", "unanswered"])
def test_a_call_that_did_not_begin_makes_nothing_available(outcome: Any) -> None:
    assert how("tester", other(delegation("t", "tester", outcome))) is None


def test_a_background_agent_without_a_word_began() -> None:
    launched = msgspec.structs.replace(delegation("t", "tester", "unreported"), answer="async")
    assert how("tester", other(launched)) == "started"


def test_a_refused_call_with_a_run_began() -> None:
    assert how("tester", other(delegation("t", "tester", "rejected", run=run()))) == "started"


def test_a_failure_by_its_name_did_not_begin() -> None:
    failed = msgspec.structs.replace(delegation("t", "tester", "failed"), cause="name")
    assert how("tester", other(failed)) is None


def test_a_name_that_never_began_is_not_available_even_if_a_file_defines_it() -> None:
    misspelt = other(delegation("t", "tester", "not_started"))
    assert how("tester", misspelt, defined=["tester"]) is None
    assert how("tester", misspelt, session("more", delegation("u", "tester")), defined=["tester"]) == "started"


def test_the_latest_list_of_the_project_counts() -> None:
    early = AgentList(timestamp="2026-03-01T12:00:00.000Z", is_whole=True, added=["a", "b"], removed=[])
    late = AgentList(timestamp="2026-03-02T11:00:00.000Z", is_whole=True, added=["b"], removed=[])
    after = AgentList(timestamp="2026-03-02T13:00:00.000Z", is_whole=True, added=["c"], removed=[])
    listed = with_lists(other(delegation("t", "general-purpose")), early, late, after)
    assert [how(name, listed) for name in "abc"] == [None, "listed", None]
    assert [how(name, listed, at="2026-03-01T13:00:00.000Z") for name in "abc"] == ["listed", "listed", None]


def test_a_list_of_another_project_says_nothing() -> None:
    line = AgentList(timestamp="2026-03-01T12:00:00.000Z", is_whole=True, added=["a"], removed=[])
    elsewhere = other(delegation("t", "general-purpose"), project="-home-user-bank", cwd="/home/user/bank")
    assert how("a", with_lists(elsewhere, line)) is None


def test_without_git_history_a_definition_of_today_counts_at_all_times() -> None:
    assert how("tester", defined=["tester"], at="2025-10-01T00:00:00.000Z") == "defined"
    assert how("tester", defined=["tester"], at=None) == "defined"
    assert how("tester") is None


def test_a_definition_counts_from_its_commit_to_the_one_that_removes_it() -> None:
    commits = [
        Commit(SECONDS - 3 * DAY, ("+tester",)),
        Commit(SECONDS - 2 * DAY, ("-tester", "+writer")),
        Commit(SECONDS + DAY, ("~writer: model",)),
        Commit(SECONDS + 2 * DAY, ("+tester",)),
    ]
    defined = ["tester", "writer"]
    days = ["2026-02-26", "2026-02-27", "2026-02-28", "2026-03-02", "2026-03-04"]
    found = {
        name: [how(name, at=f"{day}T12:00:00.000Z", defined=defined, commits=commits) is not None for day in days]
        for name in defined
    }
    assert found == {"tester": [False, True, False, False, True], "writer": [False, False, True, True, True]}


def test_a_file_that_no_commit_brought_counts_beside_those_of_commits() -> None:
    commits = [Commit(SECONDS + DAY, ("+tester",))]
    assert how("tester", defined=["tester", "new"], commits=commits) is None
    assert how("new", defined=["tester", "new"], commits=commits) == "defined"


def test_not_recorded_is_no_agent() -> None:
    assert how("(none)", other(delegation("t", "(none)")), defined=["(none)"]) is None


def test_every_name_that_may_be_available_somewhere_is_known() -> None:
    listed = AgentList(timestamp=NOON, is_whole=False, added=["c"], removed=[])
    made = with_lists(
        session("s", delegation("t", "a"), delegation("u", "b", "not_started"), delegation("v", "(none)")), listed
    )
    known = AvailableAgents([made], (), ["d"], [Commit(SECONDS, ("+e", "-f", "~g: tools"))]).everywhere()
    assert known >= {"a", "c", "d", "e", "f", "Explore"}
    assert not known & {"b", "(none)", "g"}
