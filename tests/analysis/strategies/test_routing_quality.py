from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.strategies import misroutes, routing_quality
from common.routing.rules import merge, parse_rules
from tests.builders.material import material
from tests.builders.records import delegation, session

if TYPE_CHECKING:
    from common.records.routing_quality import RoutingQualityResult
    from common.records.sessions import EnrichedSession

RULES = merge(
    [
        parse_rules(
            """
generalists = ["general-purpose"]
hardly_used_share = 0.2
[[rules]]
name = "tests"
family = "testing"
asks = ["write ... test"]
names = ["tester"]
""",
            "x",
        )
    ]
)


def answered(*sessions: EnrichedSession, **more: Any) -> RoutingQualityResult:
    return routing_quality.answer_routing_quality(material(*sessions, rules=RULES, **more))


def made(*tasks: tuple[str, str]) -> EnrichedSession:
    return session("s", *[delegation(f"t{n}", agent, prompt=task) for n, (agent, task) in enumerate(tasks, start=1)])


def test_a_task_in_other_hands_than_its_rule_says_is_suspected_with_its_words() -> None:
    result = answered(made(("general-purpose", "Write unit tests for a.py."), ("tester", "Write tests for b.py.")))
    [one] = result.misroutes
    assert (one.rule, one.tool_use_id, one.agent_type, one.suggested) == ("tests", "t1", "general-purpose", "tester")
    assert (one.words, one.period, one.file, one.line) == (["write unit tests"], "P1", "p/s.jsonl", 1)
    [use] = result.rules
    assert (use.silent, use.suggests, use.tasks, use.suspected) == (False, ["tester"], 2, 1)
    assert (result.suspected.hits, result.suspected.total) == (1, 2)


def test_a_rule_is_silent_unless_an_agent_of_its_kind_is_known() -> None:
    task = made(("general-purpose", "Write unit tests for a.py."))
    silent = answered(task)
    assert (silent.misroutes, silent.rules[0].silent) == ([], True)
    assert [one.suggested for one in answered(task, defined={"qa-tester": ""}).misroutes] == ["qa-tester"]


def test_a_specialist_that_did_such_work_before_is_not_suspected() -> None:
    usual = [("checker", f"Write contract tests for the billing gateway module {name}.") for name in "abcdefgh"]
    other = [("tester", f"Write screenshot tests for wide pages named {name}.") for name in "abcdefgh"]
    sessions = [
        session(f"s{n}", delegation(f"t{n}", agent, prompt=task), delegation(f"u{n}", "builder", prompt="Build it."))
        for n, (agent, task) in enumerate([*usual, *other])
    ]
    assert [one for one in answered(*sessions).misroutes if one.agent_type == "checker"] == []


def test_a_learned_suspicion_needs_an_agent_that_does_better() -> None:
    did = {("other", "other"): (9, 10), ("other", "agent"): (1, 2), ("few", "few"): (4, 4), ("few", "agent"): (0, 9)}
    assert misroutes.does_better(did, "other", "agent")
    assert not misroutes.does_better(did | {("other", "agent"): (9, 10)}, "other", "agent")
    assert not misroutes.does_better(did, "few", "agent")
    assert not misroutes.does_better(did, "unknown", "agent")


def test_a_learned_suspicion_names_both_nearnesses_and_the_words() -> None:
    sessions = [
        session(
            f"s{n}",
            delegation(f"a{n}", "painter", prompt=f"Draw shiny icons and banners number {n}"),
            delegation(f"b{n}", "clerk", prompt=f"File invoices and letters number {n}"),
        )
        for n in range(8)
    ]
    odd = session("odd", delegation("x", "clerk", "failed", prompt="Draw shiny banners and icons"))
    result = answered(*sessions, odd)
    [one] = result.misroutes
    assert (one.rule, one.tool_use_id, one.suggested) == ("learned", "x", "painter")
    assert one.nearness is not None
    assert one.own_nearness is not None
    assert one.nearness > 1.5 * one.own_nearness
    assert "icon" in one.words
    assert {row.agent_type: row.nearest for row in result.learned.confusion} == {
        "clerk": {"clerk": 8, "painter": 1},
        "painter": {"painter": 8},
    }


def test_generalists_are_shown_with_what_they_are_used_for() -> None:
    result = answered(
        made(("general-purpose", "Write tests."), ("general-purpose", "Cook."), ("tester", "Write tests."))
    )
    [one] = result.generalists
    assert (one.agent_type, one.delegations, one.families) == ("general-purpose", 2, {"other": 1, "testing": 1})
    assert (result.generalist_share.hits, result.generalist_share.total) == (2, 3)
    assert [one.tool_use_id for one in result.generalist_examples] == ["t1", "t2"]


def test_agents_that_are_defined_but_hardly_used_are_named() -> None:
    tasks = made(*[("tester", "x")] * 9, ("rare", "x"))
    result = answered(tasks, defined={"tester": "", "rare": "", "idle": ""})
    assert [(one.agent_type, one.delegations, one.last_day) for one in result.hardly_used] == [
        ("idle", 0, None),
        ("rare", 1, "2026-03-02"),
    ]


def test_every_period_has_its_own_figures() -> None:
    given = (
        '[{"name": "A", "first": "2026-03-01", "last": "2026-03-31"},'
        ' {"name": "B", "first": "2026-04-01", "last": "2026-04-30"}]'
    )
    later = session("t", delegation("u", "tester", timestamp="2026-04-02T00:00:00Z"))
    result = answered(made(("general-purpose", "Write tests.")), later, given=given)
    assert [(one.name, one.delegations, one.suspected.hits, one.suspected_by_rule) for one in result.periods] == [
        ("A", 1, 1, {"tests": 1}),
        ("B", 1, 0, {}),
    ]
    assert [one.generalist_share.hits for one in result.periods] == [1, 0]


def test_no_data_is_a_result_without_suspicions() -> None:
    result = answered(defined={"tester": ""})
    assert (result.misroutes, result.hardly_used, result.periods) == ([], [], [])
    assert result.learned.lacks == "too few agents"
