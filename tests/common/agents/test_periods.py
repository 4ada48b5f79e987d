from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from common.agents import periods
from common.agents.history import Commit
from common.agents.periods import PeriodSettings, Start
from common.errors import CommandError
from common.records.shared import OUTSIDE
from common.times import Calendar
from tests.builders.records import delegation, plain, session
from tests.common.agents.test_agents import Repository, agent

if TYPE_CHECKING:
    from pathlib import Path

    from common.records.sessions import EnrichedSession
    from common.records.shared import Period

UTC = Calendar("UTC")


def rules(given: str | None = None, *folders: Path, gap: int = 1) -> PeriodSettings:
    return PeriodSettings(UTC, gap, given, folders)


def on(day: str, agent_type: str = "developer") -> EnrichedSession:
    return session(f"s-{day}", delegation(f"t-{day}", agent_type, timestamp=f"{day}T10:00:00.000Z"))


def spans(found: tuple[Period, ...]) -> list[tuple[str | None, str | None, list[str]]]:
    return [(one.first, one.last, one.changes) for one in found]


def test_a_session_is_in_the_period_of_its_first_delegation_not_of_its_first_line() -> None:
    one = session("s", delegation("t", timestamp="2026-03-02T00:10:00.000Z"), first="2026-03-01T23:00:00.000Z")
    assert periods.day_of(one, UTC) == "2026-03-02"
    assert periods.day_of(session("s", first="2026-03-01T23:00:00.000Z"), UTC) == "2026-03-01"
    assert periods.day_of(session("s", first=None), UTC) is None


def test_days_are_those_of_the_time_zone() -> None:
    one = session("s", delegation("t", timestamp="2026-03-01T23:30:00.000Z"))
    assert periods.day_of(one, Calendar("Europe/Berlin")) == "2026-03-02"


def test_the_settings_win_and_what_lies_outside_is_a_group_of_its_own() -> None:
    given = '[{"name": "new", "first": "2026-03-10", "last": "2026-03-20"},'
    given += ' {"name": "old", "first": "2026-03-01", "last": "2026-03-08", "changes": ["+x"]}]'
    found, _ = periods.find_periods([on("2026-03-02")], rules(given))
    assert (found.source, [one.name for one in found.periods]) == ("settings", ["old", "new"])
    days = ["2026-02-28", "2026-03-01", "2026-03-08", "2026-03-09", "2026-03-20", "2026-03-21"]
    assert [found.name_of(day) for day in days] == [OUTSIDE, "old", "old", OUTSIDE, "new", OUTSIDE]
    assert found.name_of(None) == OUTSIDE


def test_bad_periods_are_refused_with_what_is_needed() -> None:
    with pytest.raises(CommandError, match=r"--periods: expected a JSON list .*name"):
        periods.parse_given('[{"name": 1}]')


def test_commits_of_one_day_are_one_start_and_a_gap_merges_more() -> None:
    noon = 1_772_712_000  # 2026-03-05 12:00 UTC
    commits = [Commit(noon, ("+a",)), Commit(noon + 3600, ("+b", "+a")), Commit(noon + 2 * 86400, ("-a",))]
    found = periods.starts_of_commits(commits, UTC, 1)
    assert found == [Start("2026-03-05", ("+a", "+b")), Start("2026-03-07", ("-a",))]
    assert periods.starts_of_commits(commits, UTC, 3) == [Start("2026-03-05", ("+a", "+b", "-a"))]


def test_starts_divide_the_span_of_the_data_without_a_gap() -> None:
    found = periods.divide(["2026-03-01", "2026-03-09", "2026-03-20"], [Start("2026-03-05", ("+a",))])
    assert spans(found) == [("2026-03-01", "2026-03-04", []), ("2026-03-05", "2026-03-20", ["+a"])]
    assert [one.name for one in found] == ["P1", "P2"]


def test_starts_outside_the_span_are_left_out() -> None:
    found = periods.divide(["2026-03-01", "2026-03-09"], [Start("2026-02-01", ("+a",)), Start("2026-03-10", ("+b",))])
    assert spans(found) == [("2026-03-01", "2026-03-09", [])]


def test_a_start_on_the_first_day_tells_what_the_first_period_brought() -> None:
    found = periods.divide(["2026-03-01", "2026-03-09"], [Start("2026-03-01", ("+a",)), Start("2026-03-05", ("+b",))])
    assert spans(found) == [("2026-03-01", "2026-03-04", ["+a"]), ("2026-03-05", "2026-03-09", ["+b"])]


def test_a_part_without_sessions_joins_the_next() -> None:
    starts = [Start("2026-03-05", ("+a",)), Start("2026-03-07", ("+b",))]
    found = periods.divide(["2026-03-01", "2026-03-09"], starts)
    assert spans(found) == [("2026-03-01", "2026-03-06", []), ("2026-03-07", "2026-03-09", ["+a", "+b"])]


def test_commits_of_the_agents_folder_start_periods_before_sightings_do(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    repository.commit("2026-02-01", developer=agent("developer"))
    repository.commit("2026-03-05", reviewer=agent("reviewer"), developer=agent("developer", model="opus"))
    repository.commit("2026-05-01", reviewer=None)
    found, troubles = periods.find_periods([on("2026-03-01"), on("2026-03-09", "new")], rules(None, repository.agents))
    assert (found.source, troubles) == ("git", ())
    assert spans(found.periods) == [
        ("2026-03-01", "2026-03-04", []),
        ("2026-03-05", "2026-03-09", ["+reviewer", "~developer: model"]),
    ]


def test_a_history_that_divides_nothing_is_as_no_history(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    repository.commit("2026-03-02", developer=agent("developer"))
    sessions = [on(f"2026-03-{day:02}", "a" if day < 20 else "b") for day in range(10, 31)]
    found, _ = periods.find_periods(sessions, rules(None, repository.agents))
    assert found.source == "sightings"
    assert periods.find_periods(sessions[:5], rules(None, repository.agents))[0].source == "none"


def test_a_history_that_cannot_be_read_is_told_and_ends_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repository = Repository(tmp_path)
    (tmp_path / ".git" / "config").write_text("[core\n")
    assert periods.read_periods([on("2026-03-01")], rules(None, repository.agents)).source == "none"
    assert capsys.readouterr().err.startswith(f"warning: {repository.agents}: cannot read the git history (fatal:")


def test_a_commit_counts_on_its_day_in_the_time_zone(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    repository.commit("2026-03-05", a=agent("a"))  # at 12:00 UTC
    there = PeriodSettings(Calendar("Pacific/Auckland"), 1, None, (repository.agents,))
    found, _ = periods.find_periods([on("2026-03-01"), on("2026-03-09")], there)
    assert [one.first for one in found.periods] == ["2026-03-01", "2026-03-06"]


def seen(*runs: tuple[str, int, str | None]) -> list[tuple[str, str | None]]:
    return [(day, agent_type) for day, count, agent_type in sorted(runs, key=str) for _ in range(count)]


def test_a_type_that_chance_would_have_shown_before_starts_a_period() -> None:
    # 20 of 40 from then on: a share of 0.5; none among 10 before has a chance of 0.5^10 = 0.00098
    found = periods.starts_of_sightings(seen(("2026-03-01", 10, "a"), ("2026-03-11", 20, "a"), ("2026-03-11", 20, "b")))
    assert found == [Start("2026-03-11", ("+b",))]


def test_a_type_that_chance_may_have_hidden_starts_none() -> None:
    # 0.5^9 = 0.00195
    found = periods.starts_of_sightings(seen(("2026-03-01", 9, "a"), ("2026-03-11", 20, "a"), ("2026-03-11", 20, "b")))
    assert found == []


def test_a_type_needs_5_delegations_and_5_percent() -> None:
    few = seen(("2026-03-01", 100, "a"), ("2026-03-11", 4, "b"))
    assert periods.starts_of_sightings(few) == []
    rare = seen(("2026-03-01", 500, "a"), ("2026-03-11", 96, "a"), ("2026-03-11", 5, "b"))
    assert periods.starts_of_sightings(rare) == []
    enough = seen(("2026-03-01", 500, "a"), ("2026-03-11", 95, "a"), ("2026-03-11", 5, "b"))
    assert periods.starts_of_sightings(enough) == [Start("2026-03-11", ("+b",))]


def test_what_is_no_type_of_the_users_own_starts_none_and_still_counts_as_work() -> None:
    alone = seen(("2026-03-01", 10, "a"), ("2026-03-11", 20, "a"), ("2026-03-11", 20, None))
    assert periods.starts_of_sightings(alone) == []
    # 5 of 100 from then on are 5 %; 5 of 101 are not
    before, others = ("2026-03-01", 200, "a"), ("2026-03-11", 5, "b")
    assert periods.starts_of_sightings(seen(before, others, ("2026-03-11", 95, None))) == [Start("2026-03-11", ("+b",))]
    assert periods.starts_of_sightings(seen(before, others, ("2026-03-11", 96, None))) == []


def divided(*made: EnrichedSession) -> list[list[str]]:
    found, _ = periods.find_periods(made, rules())
    return [period.changes for period in found.periods]


def from_day_20(agent_type: str, version: str = "2.1.63", **fields: Any) -> list[EnrichedSession]:
    """30 days of one delegation each; from the 20th on, every delegation is of another type."""
    old = [on(f"2026-03-{day:02}", "a") for day in range(1, 20)]
    new = [on(f"2026-03-{day:02}", agent_type) for day in range(20, 31)]
    return old + [
        msgspec.structs.replace(
            made,
            versions=[version],
            delegations=[msgspec.structs.replace(made.delegations[0], **fields)],
        )
        for made in new
    ]


def test_a_type_that_claude_code_brings_starts_no_period() -> None:
    assert divided(*from_day_20("reviewer")) == [[], ["+reviewer"]]
    assert divided(*from_day_20("Explore")) == [[]]
    assert divided(*from_day_20("general-purpose")) == [[]]


def test_a_type_of_the_users_own_with_a_name_that_a_later_version_brings_starts_one() -> None:
    assert divided(*from_day_20("Explore", "1.0.80")) == [[], ["+Explore"]]


def test_a_delegation_without_a_recorded_type_starts_no_period() -> None:
    assert divided(*from_day_20("(none)", agent_type_source="none")) == [[]]


def test_a_name_that_never_started_starts_no_period() -> None:
    assert divided(*from_day_20("reviewr", outcome="not_started")) == [[]]


def test_starts_within_7_days_are_merged() -> None:
    runs = seen(("2026-03-01", 100, "a"), ("2026-03-11", 50, "b"), ("2026-03-18", 50, "c"), ("2026-03-26", 50, "d"))
    found = periods.starts_of_sightings(runs)
    assert found == [Start("2026-03-11", ("+b", "+c")), Start("2026-03-26", ("+d",))]


def test_of_more_than_8_periods_those_of_the_most_used_types_are_kept() -> None:
    day = date(2026, 1, 1)
    later = [((day + timedelta(days=10 * n)).isoformat(), 100 + n, f"t{n}") for n in range(1, 10)]
    runs = [(day.isoformat(), 200, "a"), *later]
    found = periods.starts_of_sightings(seen(*runs))
    assert [start.changes for start in found] == [(f"+t{number}",) for number in range(3, 10)]


def test_the_full_and_the_enriched_sessions_give_the_same_periods() -> None:
    sessions = [on(f"2026-03-{day:02}", "a" if day < 20 else "b") for day in range(1, 31)]
    idle = session("idle", first="2026-01-01T00:00:00.000Z")
    enriched, _ = periods.find_periods(sessions, rules())
    full, _ = periods.find_periods([plain(one) for one in (idle, *sessions)], rules())
    assert enriched == full
    assert enriched.source == "sightings"
    assert spans(enriched.periods) == [("2026-03-01", "2026-03-19", []), ("2026-03-20", "2026-03-30", ["+b"])]


def test_without_any_change_there_is_one_period_and_without_data_none() -> None:
    found, _ = periods.find_periods([on("2026-03-01"), on("2026-03-09")], rules())
    assert (found.source, spans(found.periods)) == ("none", [("2026-03-01", "2026-03-09", [])])
    assert periods.find_periods([], rules())[0] == periods.Periods("none", ())
    assert periods.find_periods([session("s")], rules())[0].periods == ()


def test_absurd_timestamps_break_nothing() -> None:
    odd = [on("0001-01-01"), on("9999-12-31"), session("s", delegation("t", timestamp="yesterday"), first="?")]
    found, _ = periods.find_periods(odd, rules())
    assert spans(found.periods) == [("0001-01-01", "9999-12-31", [])]
    assert periods.day_of(odd[2], Calendar("America/New_York")) is None
    assert Calendar("Asia/Tokyo").day("9999-12-31T23:00:00Z") is None
