from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from analysis.strategies import routing_quality
from analysis.strategies.learned import may_replace
from analysis.strategies.misroutes import does_worse
from common.measures.rates import rate
from common.records.sessions import Edit
from common.routing.rules import merge, parse_rules
from tests.builders.material import material
from tests.builders.records import delegation, run, session

if TYPE_CHECKING:
    from common.records.routing_quality import RoutingQualityResult
    from common.records.sessions import EnrichedDelegation, EnrichedSession

TESTS = """
[[rules]]
name = "tests"
family = "testing"
asks = ["write ... test"]
names = ["tester"]
"""
WORDS = """
generalists = ["general-purpose"]
hardly_used_share = 0.2
role_calls = ["you are"]
role_verbs = ["act as"]
role_nouns = ["agent", "expert"]
"""
RULES = merge([parse_rules(WORDS + TESTS, "x")])


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
    assert [one.suggested for one in answered(task, defined={"qa:tester": ""}).misroutes] == ["qa:tester"]


def test_without_a_name_of_the_kind_the_only_agent_described_so_is_suggested() -> None:
    described = merge([parse_rules(WORDS + TESTS + 'describes = ["unit test"]', "x")])
    task = made(("general-purpose", "Write tests for a.py."))

    def suggested(**defined: str) -> list[str]:
        result = routing_quality.answer_routing_quality(material(task, rules=described, defined=defined))
        return [misroute.suggested for misroute in result.misroutes]

    assert suggested(checker="Writes unit tests.") == ["checker"]
    assert suggested(checker="Checks. Never writes a unit test.") == []
    assert suggested(checker="Writes unit tests.", prover="Writes unit tests.") == []


def test_an_agent_that_only_reads_is_not_suggested_for_work_in_which_files_were_edited() -> None:
    edit = Edit(timestamp=None, tool="Edit", path="a.py")
    edited = delegation("t1", "general-purpose", prompt="Write tests.", run=run(edits=[edit]))
    reads = session("u", *[delegation(f"u{n}", "tester", run=run()) for n in range(5)])
    assert answered(session("s", edited), reads).misroutes == []
    fewer = session("u", *[delegation(f"u{n}", "tester", run=run()) for n in range(4)])
    assert [misroute.tool_use_id for misroute in answered(session("s", edited), fewer).misroutes] == ["t1"]


def test_the_agent_whose_name_says_most_about_the_task_is_suggested() -> None:
    task = made(("general-purpose", "Write tests for the orders API."))
    defined = {"tester": "", "orders-api-tester": "", "security-tester": ""}
    assert [misroute.suggested for misroute in answered(task, defined=defined).misroutes] == ["orders-api-tester"]


def test_a_common_word_in_a_name_says_nothing_about_the_task() -> None:
    rules = merge([parse_rules(WORDS + 'common_words = ["code"]' + TESTS, "x")])
    task = made(("general-purpose", "Write tests for the orders API."))
    given = material(task, rules=rules, defined={"code-tester": "", "orders-tester": ""})
    found = routing_quality.answer_routing_quality(given).misroutes
    assert [misroute.suggested for misroute in found] == ["orders-tester"]


def test_many_agents_of_a_kind_take_no_quadratic_time() -> None:
    agents = [delegation(f"a{n}", f"tester-{n}") for n in range(200)]
    tasks = [delegation(f"t{n}", "general-purpose", prompt="Write tests.") for n in range(20)]
    result = answered(session("s", *agents, delegation("again", "tester-199"), *tasks))
    assert len(result.rules[0].suggests) == 50
    assert "tester-199" in result.rules[0].suggests


def test_a_specialist_that_did_such_work_before_is_not_suspected() -> None:
    usual = [("checker", f"Write contract tests for the billing gateway module {name}.") for name in "abcdefgh"]
    other = [("tester", f"Write screenshot tests for wide pages named {name}.") for name in "abcdefgh"]
    sessions = [
        session(f"s{n}", delegation(f"t{n}", agent, prompt=task), delegation(f"u{n}", "builder", prompt="Build it."))
        for n, (agent, task) in enumerate([*usual, *other])
    ]
    assert [one for one in answered(*sessions).misroutes if one.agent_type == "checker"] == []


def test_one_delegation_is_suspected_once() -> None:
    played = made(("general-purpose", "Act as the tester agent. Write tests."), ("tester", "Write tests for b.py."))
    result = answered(
        msgspec.structs.replace(
            played,
            delegations=[
                msgspec.structs.replace(played.delegations[0], description="Write tests"),
                played.delegations[1],
            ],
        )
    )
    assert [(one.rule, one.suggested) for one in result.misroutes] == [("role play", "tester")]
    assert result.rules[0].suspected == 1
    assert (result.suspected.hits, result.suspected.total) == (1, 2)


def test_a_suggestion_says_how_it_is_known_that_the_agent_was_there() -> None:
    task = made(("general-purpose", "Write unit tests for a.py."))
    started = session("u", delegation("u1", "tester"))
    assert [one.available for one in answered(task, started).misroutes] == ["started"]
    assert [one.available for one in answered(task, defined={"tester": ""}).misroutes] == ["defined"]


def test_an_agent_of_another_project_is_not_suggested() -> None:
    elsewhere = session("u", delegation("u1", "tester"), project="-home-user-bank", cwd="/home/user/bank")
    assert answered(made(("general-purpose", "Write unit tests for a.py.")), elsewhere).misroutes == []


def test_nothing_is_suggested_before_there_were_agent_types() -> None:
    old = session("s", delegation("t1", "(none)", prompt="Write unit tests for a.py."), versions=["1.0.44"])
    assert answered(old, defined={"tester": ""}).misroutes == []


def test_work_of_no_recorded_agent_is_not_suspected() -> None:
    assert answered(made(("(none)", "Write unit tests for a.py.")), defined={"tester": ""}).misroutes == []


def test_a_copy_of_the_caller_is_neither_suspected_nor_suggested() -> None:
    rules = merge([parse_rules("copies = ['fork', 'tester']\nhardly_used_share = 0.2", "x"), parse_rules(TESTS, "y")])
    given = made(("fork", "Write tests."), ("general-purpose", "Write tests."), ("tester", "Write tests."))
    assert routing_quality.answer_routing_quality(material(given, rules=rules)).misroutes == []


def test_an_agent_that_does_worse_is_not_suggested() -> None:
    given = made(("general-purpose", "Write unit tests for a.py."))
    failed = session("u", *[failure(f"u{n}", "tester") for n in range(3)])
    assert answered(given, failed).misroutes == []


def failure(id_: str, agent: str, prompt: str = "") -> EnrichedDelegation:
    return msgspec.structs.replace(delegation(id_, agent, "failed", prompt=prompt), cause="agent")


@pytest.mark.parametrize(
    ("other", "own", "worse"),
    [
        ((9, 10), (1, 1), False),  # one success proves nothing
        ((45, 50), (50, 50), False),  # p 0.056
        ((44, 50), (50, 50), True),  # p 0.027
        ((4, 10), (0, 0), True),  # less than half
        ((5, 10), (0, 0), False),
        ((0, 0), (5, 5), False),  # nothing is known
        ((10, 10), (0, 10), False),
    ],
)
def test_worse_is_below_half_or_lower_beyond_chance(
    other: tuple[int, int], own: tuple[int, int], *, worse: bool
) -> None:
    assert does_worse(rate(*other), rate(*own)) is worse


def test_a_learned_suggestion_needs_five_judged_prompts_of_its_kind() -> None:
    did = {("other", "other"): rate(9, 10), ("few", "few"): rate(4, 4)}
    assert may_replace(did, "other", "agent")
    assert not may_replace(did, "few", "agent")
    assert may_replace({("just", "just"): rate(5, 5)}, "just", "agent")
    assert not may_replace(did, "unknown", "agent")
    assert may_replace(did | {("other", "agent"): rate(1, 1)}, "other", "agent")
    assert not may_replace(did | {("other", "other"): rate(4, 10)}, "other", "agent")


def painters() -> list[EnrichedSession]:
    return [
        session(
            f"s{n}",
            delegation(f"a{n}", "painter", prompt=f"Draw shiny icons and banners number {n}"),
            delegation(f"b{n}", "clerk", prompt=f"File invoices and letters number {n}"),
        )
        for n in range(8)
    ]


def test_a_silent_router_suspects_nothing_and_says_why() -> None:
    mixed = [
        delegation(
            f"x{n}",
            ("clerk", "painter")[n % 2],
            prompt=("Draw shiny icons and banners", "File invoices and letters")[n % 2],
        )
        for n in range(8)
    ]
    result = answered(*painters(), session("x", *mixed))
    assert (result.learned.used, result.learned.lacks) == (False, "too little agreement")
    assert result.learned.agreement is not None
    assert result.learned.majority is not None
    assert (result.learned.agreement.hits, result.learned.agreement.total, result.learned.majority.hits) == (16, 24, 12)
    assert (result.learned.suspected.hits, result.misroutes) == (0, [])


def test_roles_are_counted_by_name_and_matched_with_agents_that_could_be_called() -> None:
    result = answered(
        made(
            ("general-purpose", "Act as the tester agent."),
            ("general-purpose", "You are the Tester agent. Go."),
            ("general-purpose", "You are a poet expert."),
            ("tester", "Act as the poet agent."),
        )
    )
    assert [(one.role, one.delegations, one.callable, one.suggested) for one in result.role_play] == [
        ("tester agent", 2, 2, "tester"),
        ("poet expert", 1, 0, None),
    ]
    assert [one.tool_use_ids for one in result.role_play] == [["t1", "t2"], ["t3"]]
    assert result.role_play[0].words == "Act as the tester agent"
    assert [(one.rule, one.tool_use_id, one.suggested, one.words) for one in result.misroutes] == [
        ("role play", "t1", "tester", ["Act as the tester agent"]),
        ("role play", "t2", "tester", ["You are the Tester agent"]),
    ]


def test_a_learned_suspicion_names_both_nearnesses_and_the_words() -> None:
    odd = session("odd", failure("x", "clerk", "Draw shiny banners and icons"))
    result = answered(*painters(), odd)
    [one] = result.misroutes
    assert (one.rule, one.tool_use_id, one.suggested) == ("learned", "x", "painter")
    assert one.nearness is not None
    assert one.own_nearness is not None
    assert one.nearness > 1.2 * one.own_nearness
    assert one.available == "started"
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
    result = answered(made(("general-purpose", "Write tests.")), later, given=given, defined={"tester": ""})
    assert [(one.name, one.delegations, one.suspected.hits, one.suspected_by_rule) for one in result.periods] == [
        ("A", 1, 1, {"tests": 1}),
        ("B", 1, 0, {}),
    ]
    assert [one.generalist_share.hits for one in result.periods] == [1, 0]


def test_no_data_is_a_result_without_suspicions() -> None:
    result = answered(defined={"tester": ""})
    assert (result.misroutes, result.hardly_used, result.periods) == ([], [], [])
    assert result.learned.lacks == "too few agents"
