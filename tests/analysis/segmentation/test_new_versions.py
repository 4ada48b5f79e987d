from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from analysis.segmentation.confounders import confounders
from analysis.segmentation.new_versions import built_in_uses, first_days, near, newer_versions, shifted
from common.records.segmentation import BuiltInUse
from common.records.shared import Period
from common.times import Calendar
from tests.builders.records import delegation, plain, session

if TYPE_CHECKING:
    from common.records.sessions import Outcome, Session

UTC = Calendar("UTC")


def used(
    day: str,
    version: str,
    agent_type: str = "dev",
    *more: str,
    until: str | None = None,
    outcome: Outcome = "completed",
) -> Session:
    made = session(
        f"s-{day}-{version}",
        delegation(f"t-{day}-{version}", agent_type, outcome, timestamp=f"{day}T10:00:00Z"),
        first=f"{day}T09:00:00Z",
        versions=[version, *more],
    )
    return plain(replace(made, last_timestamp=f"{until or day}T11:00:00Z"))


def told(*sessions: Session) -> list[tuple[str, str, str, str]]:
    return [(use.agent_type, use.day, use.version, use.version_day) for use in built_in_uses(sessions, UTC)]


OLD = used("2026-03-01", "2.0.14")


def test_a_built_in_type_first_used_with_a_new_version_is_told_with_both_days() -> None:
    assert told(OLD, used("2026-03-10", "2.0.17"), used("2026-03-12", "2.0.17", "Explore")) == [
        ("Explore", "2026-03-12", "2.0.17", "2026-03-10")
    ]


def test_a_type_is_new_if_no_version_before_has_it() -> None:
    explored = used("2026-03-10", "2.0.20", "Explore")
    assert [use.is_new for use in built_in_uses([OLD, explored], UTC)] == [True]
    assert [use.is_new for use in built_in_uses([OLD, used("2026-03-05", "2.0.17"), explored], UTC)] == [False]
    assert [use.is_new for use in built_in_uses([OLD, explored, used("2026-03-11", "2.0.17")], UTC)] == [True]


def test_more_than_7_days_after_the_version_is_no_coincidence() -> None:
    assert len(told(OLD, used("2026-03-10", "2.0.17"), used("2026-03-17", "2.0.17", "Explore"))) == 1
    assert told(OLD, used("2026-03-10", "2.0.17"), used("2026-03-18", "2.0.17", "Explore")) == []


def test_on_the_first_day_of_the_data_nothing_is_new() -> None:
    assert told(used("2026-03-01", "2.0.17", "Explore"), used("2026-03-09", "2.0.17")) == []


def test_a_type_of_the_users_own_comes_with_no_version() -> None:
    assert told(OLD, used("2026-03-10", "2.0.17", "reviewer")) == []
    assert told(OLD, used("2026-03-10", "2.0.15", "Explore")) == []  # before 2.0.17 the name is the user's


def test_a_call_that_never_started_is_no_use() -> None:
    assert told(OLD, used("2026-03-10", "2.0.17", "Explore", outcome="not_started")) == []


def test_the_newest_version_of_a_session_that_has_the_type_is_named() -> None:
    both = used("2026-03-10", "2.0.15", "Explore", "2.0.17")
    assert told(OLD, both) == [("Explore", "2026-03-10", "2.0.17", "2026-03-10")]


def test_a_later_version_of_a_resumed_session_came_on_its_last_day() -> None:
    resumed = used("2026-03-02", "2.0.14", "dev", "2.0.17", until="2026-03-20")
    assert first_days([resumed], UTC) == {"2.0.14": "2026-03-02", "2.0.17": "2026-03-20"}


def use(day: str) -> BuiltInUse:
    return BuiltInUse(agent_type="Explore", day=day, tool_use_id="t", version="2.0.17", version_day=day, is_new=True)


def test_near_is_7_days_around_the_boundary_and_everything_between_the_first_and_the_last() -> None:
    first = Period(name="P1", first="2026-03-01", last="2026-03-10", changes=[])
    second = Period(name="P2", first="2026-03-11", last="2026-03-31", changes=[])
    last = Period(name="P3", first="2026-04-01", last="2026-04-30", changes=[])
    days = ["2026-03-03", "2026-03-04", "2026-03-18", "2026-03-19", "2026-04-08", "2026-04-09"]
    uses = [use(day) for day in days]
    assert [found.day for found in near(uses, first, second)] == ["2026-03-04", "2026-03-18"]
    assert [found.day for found in near(uses, first, last)] == days[1:5]
    assert near(uses, first, Period(name="x", first=None, last=None, changes=[])) == []


def test_days_stop_at_the_ends_of_the_calendar() -> None:
    assert (shifted("0001-01-03", -7), shifted("9999-12-30", 7)) == ("0001-01-01", "9999-12-31")


def newer(earlier: list[str], later: list[str]) -> list[tuple[str | None, float | None, list[str]]]:
    before, after = ([used("2026-03-01", version) for version in versions] for versions in (earlier, later))
    return [(found.name, found.later, found.brought) for found in newer_versions(before, after, 0.2)]


def test_several_new_versions_are_told_together_with_the_types_that_they_bring() -> None:
    assert newer(["2.0.14"], ["2.0.14", "2.0.17", "2.0.28", "2.0.28"]) == [("2.0.28", 0.75, ["Explore", "Plan"])]
    assert newer(["2.0.14", "2.0.20"], ["2.0.3", "2.0.27", "2.0.50"]) == [
        ("2.0.50", 2 / 3, ["Plan", "claude-code-guide"])
    ]


def test_one_new_version_few_new_sessions_or_an_older_version_are_not_told_together() -> None:
    assert newer(["2.0.14"], ["2.0.17", "2.0.17"]) == []
    assert newer(["2.0.14"], [*["2.0.14"] * 9, "2.0.17", "2.0.18"]) == []
    assert newer(["2.0.28"], ["2.0.17", "2.0.18"]) == []
    assert newer([], ["2.0.17", "2.0.18"]) == []
    assert newer(["odd"], ["2.0.17", "2.0.18"]) == []


def versions(earlier: list[Session], later: list[Session], *uses: BuiltInUse) -> list[tuple[object, ...]]:
    found = confounders(earlier, later, shared=(), is_first=False, uses=uses)
    return [
        (one.kind, one.name, one.earlier, one.later, one.brought, one.first_used)
        for one in found
        if one.kind in {"version", "newer_versions"}
    ]


def test_a_version_that_came_is_told_with_the_types_that_none_before_had() -> None:
    assert versions([OLD], [used("2026-03-10", "2.0.17")]) == [
        ("version", "2.0.14", 1.0, 0.0, [], []),
        ("version", "2.0.17", 0.0, 1.0, ["Explore"], []),
    ]


def test_a_version_whose_type_was_first_used_near_the_boundary_is_told_however_rare() -> None:
    later = [*[OLD] * 9, used("2026-03-10", "2.0.17", "Explore")]
    assert versions([OLD], later, use("2026-03-10")) == [("version", "2.0.17", 0.0, 0.1, ["Explore"], ["Explore"])]
    assert versions([OLD], later[-1:], use("2026-03-10")) == [
        ("version", "2.0.14", 1.0, 0.0, [], []),
        ("version", "2.0.17", 0.0, 1.0, ["Explore"], ["Explore"]),
    ]


def test_types_that_several_versions_bring_are_told_once() -> None:
    found = versions([OLD], [used("2026-03-10", "2.0.17"), used("2026-03-11", "2.0.18")])
    assert [(kind, name, brought) for kind, name, _, _, brought, _ in found] == [
        ("newer_versions", "2.0.18", ["Explore"]),
        ("version", "2.0.14", []),
        ("version", "2.0.17", []),
    ]
