from __future__ import annotations

import msgspec

from common.records.sessions import AgentList
from common.routing.project_lists import ProjectLists


def line(minute: int, *added: str, removed: tuple[str, ...] = (), whole: bool = False) -> AgentList:
    timestamp = f"2026-03-02T10:{minute:02}:00.000Z"
    return AgentList(timestamp=timestamp, is_whole=whole, added=list(added), removed=list(removed))


def named(lists: ProjectLists, minute: int) -> list[str]:
    return [name for name in "abcd" if lists.names(name, f"2026-03-02T10:{minute:02}:00.000Z")]


def test_changes_of_a_session_add_up() -> None:
    lists = ProjectLists([[line(1, "a", "b"), line(3, "c", removed=("a",)), line(5, "a")]])
    assert [named(lists, minute) for minute in (0, 1, 2, 3, 5)] == [
        [],
        ["a", "b"],
        ["a", "b"],
        ["b", "c"],
        ["a", "b", "c"],
    ]


def test_a_whole_list_replaces_what_came_before_it() -> None:
    lists = ProjectLists([[line(1, "a", "b"), line(2, "b", "c", whole=True), line(3, "d")]])
    assert [named(lists, minute) for minute in (1, 2, 3)] == [["a", "b"], ["b", "c"], ["b", "c", "d"]]


def test_the_session_with_the_latest_line_counts_and_sessions_do_not_mix() -> None:
    lists = ProjectLists([[line(1, "a"), line(5, "b")], [line(3, "c")]])
    assert [named(lists, minute) for minute in (1, 3, 5)] == [["a"], ["c"], ["a", "b"]]


def test_the_list_of_an_agent_does_not_mix_with_that_of_the_main_thread() -> None:
    own = msgspec.structs.replace(line(2, "c", whole=True), agent_id="a1")
    lists = ProjectLists([[line(1, "a", "b"), own, line(3, removed=("a",))]])
    assert [named(lists, minute) for minute in (1, 2, 3)] == [["a", "b"], ["c"], ["b"]]


def test_a_name_that_one_line_removes_and_adds_is_there() -> None:
    assert named(ProjectLists([[line(1, "a"), line(2, "a", removed=("a",))]]), 2) == ["a"]


def test_a_list_without_a_time_comes_first_and_no_list_names_nobody() -> None:
    undated = AgentList(timestamp=None, is_whole=True, added=["a"], removed=[])
    assert named(ProjectLists([[undated, line(2, "b")]]), 1) == ["a"]
    assert named(ProjectLists([[]]), 1) == []
    assert named(ProjectLists([]), 1) == []


def test_many_changes_of_one_session_are_read() -> None:
    lists = ProjectLists([[line(n // 400, f"agent-{n}") for n in range(20_000)]])
    assert [lists.names(f"agent-{n}", "2026-03-03T00:00:00.000Z") for n in (0, 19_999, 20_000)] == [True, True, False]
