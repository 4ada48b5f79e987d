from __future__ import annotations

from analysis.strategies import marathons, metrics, routing_quality
from common.measures import sequences
from tests.builders.material import material
from tests.builders.records import delegation, numbered, run, session, spent


def test_a_group_has_the_ids_of_its_delegations() -> None:
    first = session("a", delegation("t1"), delegation("t2", "reviewer", "failed", number=2))
    second = session("b", delegation("t3", "developer", "unanswered", timestamp="2026-03-04T23:00:00Z"), project="-p2")
    result = metrics.answer_metrics(material(first, second))
    assert [(agent.agent_type, agent.tool_use_ids) for agent in result.agents] == [
        ("developer", ["t1", "t3"]),
        ("reviewer", ["t2"]),
    ]
    assert [(group.name, group.tool_use_ids) for group in result.weekdays] == [
        ("Monday", ["t1", "t2"]),
        ("Wednesday", ["t3"]),
    ]
    assert [group.tool_use_ids for group in result.hours] == [["t1", "t2"], ["t3"]]
    assert [group.tool_use_ids for group in result.projects] == [["t1", "t2"], ["t3"]]
    assert result.totals.tool_use_ids_by_outcome == {"completed": ["t1"], "failed": ["t2"], "unanswered": ["t3"]}
    assert result.totals.tool_use_ids_by_link == {"none": ["t1", "t2", "t3"]}


def test_a_delegation_without_a_time_is_in_the_unknown_group() -> None:
    result = metrics.answer_metrics(material(session("a", delegation("t1", timestamp=None))))
    assert [(group.name, group.tool_use_ids) for group in result.hours] == [("(unknown)", ["t1"])]


def test_a_row_of_costs_has_each_run_once_and_no_main_thread() -> None:
    made = run(spent("2026-03-02", output=1), spent("2026-03-02", output=2), spent("2026-03-03", output=3))
    days = [spent("2026-03-02", output=9), spent("2026-03-09", output=9)]
    result = metrics.answer_metrics(
        material(session("a", delegation("t1", run=made), delegation("t2", number=2), days=days))
    )
    assert [(row.name, row.tool_use_ids) for row in result.spending_by_day] == [
        ("2026-03-02", ["t1"]),
        ("2026-03-03", ["t1"]),
        ("2026-03-09", []),
    ]
    assert [(row.name, row.tool_use_ids) for row in result.spending_by_place] == [("main", []), ("runs", ["t1"])]


def test_stopped_and_hollow_work_have_their_ids() -> None:
    words = "write the parser for the settings file and its tests"
    again = session(
        "a",
        delegation("t1", outcome="interrupted", prompt=words, answered="2026-03-02T10:01:00Z"),
        delegation("t2", prompt=words, timestamp="2026-03-02T11:00:00Z", number=2, kind="empty"),
        delegation("t3", "reviewer", "interrupted", timestamp="2026-03-02T12:00:00Z", number=3),
    )
    result = metrics.answer_metrics(material(again))
    [stopped] = result.stopped
    assert (stopped.tool_use_ids, stopped.retries.tool_use_ids) == (["t1", "t3"], ["t1"])
    assert result.totals.tool_use_ids_by_standing == {"stopped": ["t1", "t3"], "hollow": ["t2"]}
    assert [agent.retries.tool_use_ids for agent in result.agents] == [["t1"], []]
    assert [[hollow.tool_use_id for hollow in agent.hollow_results] for agent in result.agents] == [["t2"], []]


def test_a_transition_has_the_second_delegation_and_a_loop_the_last() -> None:
    made = [sequences.steps(numbered("a", "b", "a")), sequences.steps(numbered("a", "b", prefix="u"))]
    found = sequences.count_transitions(made)
    assert [(transition.source, transition.target, transition.tool_use_ids) for transition in found] == [
        ("a", "b", ["t2", "u2"]),
        ("b", "a", ["t3"]),
    ]
    assert [(loop.agent_type, loop.via, loop.tool_use_ids) for loop in sequences.count_loops(made)] == [
        ("a", "b", ["t3"])
    ]


def test_marathons_places_and_review_loops_have_their_ids() -> None:
    result = marathons.answer_marathons(
        material(session("long", *numbered("x", "y", "x", "y", "x", "z")), marathon_over=5)
    )
    ids = ["t1", "t2", "t3", "t4", "t5", "t6"]
    assert [marathon.tool_use_ids for marathon in result.marathons] == [ids]
    assert [place.tool_use_ids for place in result.by_position] == [ids[:1], ids[1:5], ids[5:]]
    assert [loop.tool_use_ids for loop in result.marathons[0].review_loops] == [ids[:5]]
    assert [(loop.loops, loop.tool_use_ids) for loop in result.review_loops] == [(1, ["t5"])]


def test_a_rule_has_the_ids_of_its_tasks_and_of_those_it_suspects() -> None:
    words = "Please review the change"
    made = [
        delegation("t1", "code-reviewer", description=words),
        delegation("t2", "general-purpose", description=words, number=2),
    ]
    result = routing_quality.answer_routing_quality(material(session("a", *made)))
    for rule in result.rules:
        assert (rule.tasks, rule.suspected) == (len(rule.tool_use_ids), len(rule.suspected_tool_use_ids))
    suspecting = [rule for rule in result.rules if rule.suspected]
    assert [(rule.tool_use_ids, rule.suspected_tool_use_ids) for rule in suspecting] == [(["t1", "t2"], ["t2"])]


def test_a_period_has_the_ids_of_each_agent() -> None:
    data = material(session("a", delegation("t1"), delegation("t2", "reviewer", number=2), delegation("t3", number=3)))
    assert [period.tool_use_ids_by_agent for period in data.patterns.periods] == [
        {"developer": ["t1", "t3"], "reviewer": ["t2"]}
    ]
