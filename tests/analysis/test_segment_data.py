from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from analysis import segment_data
from analysis.segmentation.confounders import projects
from common import schema
from common.agents import periods
from common.agents.periods import PeriodSettings
from common.measures import prices
from common.records.segmentation import SegmentationReport
from common.records.shared import OUTSIDE
from common.times import Calendar
from tests.builders.records import delegation, full, numbered, run, session, spent

if TYPE_CHECKING:
    from pathlib import Path

    from common.records.sessions import EnrichedSession

UTC = Calendar("UTC")
TWO = (
    '[{"name": "old", "first": "2026-03-01", "last": "2026-03-10"},'
    ' {"name": "new", "first": "2026-03-11", "last": "2026-03-20", "changes": ["+reviewer"]}]'
)


def report(*sessions: EnrichedSession, given: str | None = TWO, marathon_over: int = 20) -> SegmentationReport:
    data = full(*sessions)
    found, _ = periods.find_periods(data.sessions, PeriodSettings(UTC, 1, given, ()))
    return segment_data.segment(data, found, UTC, marathon_over, prices.load_prices())


def on(day: int, *outcomes: str, agent_type: str = "developer", model: str = "claude-opus-4-5") -> EnrichedSession:
    made = [
        delegation(f"t{day}-{n}", agent_type, outcome, timestamp=f"2026-03-{day:02}T10:{n:02}:00.000Z", model=model)  # type: ignore[arg-type]  # the names of outcomes
        for n, outcome in enumerate(outcomes)
    ]
    return session(f"s{day}", *made, first=f"2026-03-{day:02}T09:00:00.000Z", versions=[f"2.1.{day}"])


def test_every_session_is_in_one_period_and_none_is_dropped() -> None:
    found = report(on(2, "completed", "failed"), on(5), on(12, "completed", "unanswered"), on(25, "killed"))
    assert [one.name for one in found.periods] == ["old", "new", OUTSIDE]
    assert [one.sessions for one in found.periods] == [2, 1, 1]
    assert [one.sessions_with_delegations for one in found.periods] == [1, 1, 1]
    assert [one.delegations for one in found.periods] == [2, 2, 1]
    assert [(one.success.hits, one.success.total, one.success.unknown) for one in found.periods] == [
        (1, 2, 0),
        (1, 1, 1),
        (0, 0, 1),
    ]
    assert [one.messages for one in found.periods] == [20, 10, 10]


def test_a_period_says_what_returned_who_ended_the_rest_and_what_was_hollow() -> None:
    calls = (
        delegation("t1"),
        delegation("t2", kind="invented"),
        delegation("t3", outcome="failed", cause="agent"),
        delegation("t4", outcome="interrupted", cause="user"),
        delegation("t5", outcome="unanswered"),
    )
    period = report(session("s", *calls, first="2026-03-02T09:00:00.000Z")).periods[0]
    assert period.returned is not None
    assert (period.returned.hits, period.returned.total, period.returned.unknown) == (2, 4, 1)
    assert {cause: count for cause, count in period.causes.items() if count} == {"user": 1, "agent": 1}
    assert period.hollow == {"empty": 0, "unable": 0, "invented": 1}


def test_neighbours_are_compared_and_the_group_outside_is_not() -> None:
    found = report(on(2, "completed"), on(12, "completed"), on(25, "killed"))
    assert [(one.earlier, one.later, one.changes) for one in found.comparisons] == [("old", "new", ["+reviewer"])]
    assert not found.comparisons[0].exploratory
    assert found.tests == 0


THREE = (
    '[{"name": "a", "first": "2026-03-01", "last": "2026-03-10", "changes": ["+zero"]},'
    ' {"name": "b", "first": "2026-03-11", "last": "2026-03-20", "changes": ["+one", "+two"]},'
    ' {"name": "c", "first": "2026-03-21", "last": "2026-03-30", "changes": ["+two", "+three"]}]'
)


def test_of_more_than_two_periods_the_first_and_the_last_are_compared_as_well() -> None:
    found = report(on(2, "completed"), on(12, "completed"), on(22, "completed"), on(31, "killed"), given=THREE)
    assert [(one.earlier, one.later, one.adjacent, one.changes) for one in found.comparisons] == [
        ("a", "b", True, ["+one", "+two"]),
        ("b", "c", True, ["+two", "+three"]),
        ("a", "c", False, ["+one", "+two", "+three"]),
    ]
    kinds = [[one.kind for one in comparison.confounders] for comparison in found.comparisons]
    assert [("retention" in kind) for kind in kinds] == [True, False, True]


def test_holm_covers_the_comparison_of_the_first_and_the_last() -> None:
    made = [on(day, *["completed", "failed"][: 1 + day % 2]) for day in range(1, 31)]
    found = report(*made, given=THREE)
    tested = [measure for comparison in found.comparisons for measure in comparison.measures if measure.p is not None]
    assert found.tests == len(tested)
    assert sum(measure.p is not None for measure in found.comparisons[-1].measures) == found.tests // 3 > 0


def test_a_new_version_is_named_with_the_built_in_type_first_used_with_it() -> None:
    made = [on(day, "completed") for day in range(1, 21)]
    explored = on(12, "completed", agent_type="Explore")
    made[11] = explored
    found = report(*made)
    assert [(use.agent_type, use.day, use.version) for use in found.periods[1].built_in] == [
        ("Explore", "2026-03-12", "2.1.12")
    ]
    assert found.periods[0].built_in == []
    assert ("version", "2.1.12", ["Explore"]) in [
        (one.kind, one.name, one.first_used) for one in found.comparisons[0].confounders
    ]


def test_a_type_that_is_not_recorded_is_no_part_of_the_mix() -> None:
    unrecorded = [on(day, "completed", agent_type="(none)") for day in range(1, 11)]
    bare = [
        msgspec.structs.replace(
            made, delegations=[msgspec.structs.replace(one, agent_type_source="none") for one in made.delegations]
        )
        for made in unrecorded
    ]
    named = [on(day, "completed", agent_type=["a", "b"][day % 2]) for day in range(11, 21)]
    [comparison] = report(*bare, *named).comparisons
    mix = next(one for one in comparison.measures if one.measure == "agent_mix")
    assert (mix.difference, mix.lacks, mix.earlier_sample, mix.later_sample) == (None, "no data", 0, 10)
    assert comparison.agent_shares == []


def test_the_sign_holds_if_it_holds_with_every_delegation_without_an_outcome_as_a_failure() -> None:
    def success(*after: str) -> tuple[float | None, bool | None, bool]:
        """Success of 0.25 before, against that of ten sessions with one completed delegation and these."""
        made = [on(day, *["failed"] * 3, "completed") for day in range(1, 11)]
        made += [on(day, "completed", *after) for day in range(11, 21)]
        found = report(*made).comparisons[0].measures[0]
        return found.later, found.sign_holds, found.claimed

    assert success(*["unanswered"] * 2) == (1.0, True, True)  # 10 of 30 with those without an outcome as failures
    assert success(*["unanswered"] * 4) == (1.0, False, False)  # 10 of 50
    assert success(*["interrupted"] * 4) == (1.0, True, True)  # what the user stopped is known to be no failure


def test_a_heavy_session_has_more_delegations_than_the_threshold() -> None:
    made = [session(f"s{n}", *numbered(*["a"] * n, prefix=f"s{n}-")) for n in (2, 3)]
    assert report(*made, marathon_over=2).periods[0].heavy_sessions == 1


def test_cost_is_that_of_priced_runs_and_the_others_enter_no_mean() -> None:
    one = session(
        "s",
        delegation("t1", run=run(spent(input=1_000_000))),
        delegation("t2", run=run(spent(model="gpt-5-mini"))),
        delegation("t3"),
    )
    period = report(one).periods[0]
    assert period.cost.estimated == 3.0
    assert period.cost.messages_unpriced == 1
    assert (period.delegations_priced, period.cost_per_delegation) == (1, 3.0)


def test_what_else_changed_is_named() -> None:
    found = report(on(2, "completed"), on(12, "completed", model="claude-opus-4-6"))
    named = [(one.kind, one.name, one.earlier, one.later) for one in found.comparisons[0].confounders]
    assert named == [
        ("retention", None, None, None),
        ("model", "claude-opus-4-5", 1.0, 0.0),
        ("model", "claude-opus-4-6", 0.0, 1.0),
        ("version", "2.1.12", 0.0, 1.0),
        ("version", "2.1.2", 1.0, 0.0),
    ]


def test_periods_from_sightings_are_exploratory_and_their_mix_is_not_tested() -> None:
    found = report(
        *[on(day, *["completed"] * 3, agent_type="a" if day < 15 else "b") for day in range(1, 29)], given=None
    )
    assert found.period_source == "sightings"
    [comparison] = found.comparisons
    assert comparison.exploratory
    mix = next(one for one in comparison.measures if one.measure == "agent_mix")
    assert mix.lacks == "periods are drawn from the mix itself"


def test_agents_models_and_versions_are_seen_from_their_first_day_to_their_last() -> None:
    made = session(
        "s",
        delegation("t1", "a", timestamp="2026-03-02T10:00:00Z", run=run(spent("2026-03-02", "m", messages=2))),
        delegation("t2", "a", timestamp="2026-03-04T10:00:00Z", run=run(spent("2026-03-05", "m", messages=3))),
        first="2026-03-01T00:00:00Z",
    )
    found = [(one.kind, one.name, one.first, one.last, one.count) for one in report(made).sightings]
    assert found == [
        ("agent", "a", "2026-03-02", "2026-03-04", 2),
        ("model", "m", "2026-03-02", "2026-03-05", 5),
        ("version", "2.1.63", "2026-03-01", "2026-03-01", 1),
    ]


def test_a_later_version_of_a_resumed_session_is_seen_on_its_last_day() -> None:
    resumed = msgspec.structs.replace(
        session("s", first="2026-03-01T00:00:00Z", versions=["2.1.1", "2.1.2", "2.1.3"]),
        last_timestamp="2026-03-09T00:00:00Z",
    )
    found = [(one.name, one.first, one.last, one.count) for one in report(resumed).sightings]
    assert sorted(found) == [
        ("2.1.1", "2026-03-01", "2026-03-01", 1),
        ("2.1.2", "2026-03-09", "2026-03-09", 1),
        ("2.1.3", "2026-03-09", "2026-03-09", 1),
    ]


def test_no_session_at_all_gives_an_empty_report() -> None:
    found = report(given=None)
    assert (found.periods, found.comparisons, found.sightings, found.period_source) == ([], [], [], "none")


def test_the_script_reads_and_writes_and_repeats_its_bytes(tmp_path: Path) -> None:
    source, target = tmp_path / "full.json", tmp_path / "report.json"
    source.write_bytes(schema.encode(full(*[on(day, "completed", "failed") for day in range(1, 21)])))
    segment_data.main(sessions=source, report=target, periods=TWO)
    first = target.read_bytes()
    assert schema.load(target, SegmentationReport).comparisons[0].measures[0].lacks == "nothing varies"
    target.unlink()
    segment_data.main(sessions=source, report=target, periods=TWO)
    assert target.read_bytes() == first


def test_sessions_in_worktrees_are_those_of_their_project() -> None:
    data = full(
        session("s1", project="-w-shop", cwd="/w/shop"),
        session("s2", project="-w-shop--claude-worktrees-gate", cwd="/w/shop/.claude/worktrees/gate"),
        session("s3", project="-w-a-b", cwd="/w/a-b"),
        session("s4", project="-w-a-b", cwd="/w/a/b"),
    )
    alike, apart = (projects(data.sessions, shared) for shared in ([], ["-w-a-b"]))
    assert alike == {"-w-a-b": 2, "-w-shop": 2}
    assert apart == {"-w-shop": 2, "/w/a-b": 1, "/w/a/b": 1}
