from __future__ import annotations

from typing import TYPE_CHECKING

from analysis import extract_routing_patterns
from common import schema
from common.records.patterns import RoutingPatterns
from tests.builders.records import delegation, enriched, numbered, session

if TYPE_CHECKING:
    from pathlib import Path

    from common.records.sessions import EnrichedSession


def patterns(tmp_path: Path, *sessions: EnrichedSession, periods: str | None = None) -> RoutingPatterns:
    source, target = tmp_path / "enriched.json", tmp_path / "patterns.json"
    source.write_bytes(schema.encode(enriched(*sessions)))
    extract_routing_patterns.main(sessions=source, patterns=target, periods=periods, agents=(tmp_path / "agents",))
    return schema.load(target, RoutingPatterns)


def test_one_period_counts_agents_and_transitions(tmp_path: Path) -> None:
    [period] = patterns(
        tmp_path, session("s1", *numbered("a", "b", "b")), session("s2", *numbered("b", prefix="u"))
    ).periods
    assert (period.sessions, period.delegations) == (2, 4)
    assert list(period.agent_distribution.items()) == [("b", 3), ("a", 1)]
    assert [(one.agent_type, one.share.hits, one.share.total) for one in period.top_agents] == [
        ("b", 3, 4),
        ("a", 1, 4),
    ]
    assert [(one.source, one.target, one.count) for one in period.transitions] == [("a", "b", 1), ("b", "b", 1)]
    assert (period.transitions_total, period.parallel) == (2, 0)


def test_samples_are_spread_from_the_first_task_to_the_last(tmp_path: Path) -> None:
    made = session("s", *numbered(*["a"] * 9, "b"))
    [period] = patterns(tmp_path, made).periods
    assert [one.tool_use_id for one in period.samples["a"]] == ["t1", "t3", "t5", "t7", "t9"]
    assert [one.tool_use_id for one in period.samples["b"]] == ["t10"]


def test_a_task_is_the_description_else_the_beginning_of_the_prompt(tmp_path: Path) -> None:
    made = session("s", delegation("t1", description="Fix it"), delegation("t2", prompt="x" * 500))
    [period] = patterns(tmp_path, made).periods
    assert [one.task for one in period.samples["developer"]] == ["Fix it", "x" * 200]


def test_periods_stand_with_what_changed_and_the_agents_defined_now(tmp_path: Path) -> None:
    (tmp_path / "agents").mkdir()
    (tmp_path / "agents" / "a.md").write_text("---\nname: a\ndescription: Does a.\ntools: Read\n---\n")
    given = '[{"name": "march", "first": "2026-03-01", "last": "2026-03-31", "changes": ["+a"]}]'
    found = patterns(tmp_path, session("s", *numbered("a")), session("t", first=None), periods=given)
    assert [(one.name, one.changes, one.sessions) for one in found.periods] == [("march", ["+a"], 1)]
    assert [(one.name, one.description, one.model, one.tools) for one in found.definitions] == [
        ("a", "Does a.", None, ["Read"])
    ]


def test_no_sessions_give_no_periods(tmp_path: Path) -> None:
    found = patterns(tmp_path)
    assert (found.periods, found.period_source, found.definitions) == ([], "none", [])
