from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from analysis.strategies.field import Field, field_of
from analysis.strategies.verdicts import judge
from common.routing.router import Match, Router
from tests.builders.material import material
from tests.builders.records import delegation, run, session, spent

if TYPE_CHECKING:
    from common.records.metrics import Verdict
    from common.records.sessions import EnrichedDelegation


NO_ROUTER = Router({}, "too few agents")


def many(agent: str, outcome: str, count: int, **more: object) -> list[EnrichedDelegation]:
    """Make delegations; the outcome "hollow" is a completed one whose result is invented."""
    if outcome == "hollow":
        more |= {"kind": "invented", "result": "<bash>make</bash>"}
    return [
        delegation(
            f"{agent}-{outcome}-{n}",
            agent,
            "completed" if outcome == "hollow" else outcome,  # type: ignore[arg-type]  # names of outcomes
            **more,  # type: ignore[arg-type]
        )
        for n in range(count)
    ]


def field(*groups: list[EnrichedDelegation], router: Router | None = None, sessions: int = 7) -> Field:
    delegations = [delegation for group in groups for delegation in group]
    made = material(*[session(f"s{n}", *delegations[n::sessions]) for n in range(sessions)])
    names = sorted({delegation.agent_type for delegation in delegations})
    by_agent = {name: [case for case in made.cases if case.delegation.agent_type == name] for name in names}
    return field_of(by_agent, router or NO_ROUTER)


def verdict(
    agent: str, *groups: list[EnrichedDelegation], router: Router | None = None, sessions: int = 7
) -> Verdict | None:
    return judge(agent, field(*groups, router=router, sessions=sessions))


def word(agent: str, *groups: list[EnrichedDelegation], router: Router | None = None, sessions: int = 7) -> str | None:
    found = verdict(agent, *groups, router=router, sessions=sessions)
    return found.verdict if found else None


OTHERS = many("b", "completed", 90), many("b", "failed", 10)


def test_five_judged_with_three_hollow_wholly_below_the_others_are_to_fix() -> None:
    # 0 of 5: at most 0.43; the others 90 of 100: at least 0.83
    found = verdict("a", many("a", "hollow", 5), *OTHERS, sessions=1)
    assert found is not None
    assert (found.verdict, found.grounds) == ("fix", ["hollow results"])
    assert [(case.tool_use_id, case.why) for case in found.cases] == [(f"a-hollow-{n}", "invented") for n in range(5)]
    assert (found.others.hits, found.others.total) == (90, 100)


@pytest.mark.parametrize(
    ("hollow", "failed", "completed"),
    [
        (4, 0, 0),  # four judged
        (2, 3, 0),  # two hollow
        (3, 0, 4),  # 4 of 7: up to 0.842, the others at least 0.826
    ],
)
def test_few_hollow_results_are_no_reason_to_fix(hollow: int, failed: int, completed: int) -> None:
    groups = many("a", "hollow", hollow), many("a", "failed", failed), many("a", "completed", completed)
    assert word("a", *groups, *OTHERS) == "too few to say"


def test_three_hollow_of_six_are_enough_where_the_others_are_better() -> None:
    # 3 of 6: up to 0.812
    assert word("a", many("a", "hollow", 3), many("a", "completed", 3), *OTHERS) == "fix"


def test_success_wholly_below_the_others_is_to_fix() -> None:
    # 10 of 20: at most 0.70; the others 0.9
    found = verdict("a", many("a", "completed", 10), many("a", "failed", 10), *OTHERS)
    assert found is not None
    assert (found.verdict, found.grounds) == ("fix", ["success below the others"])
    assert [case.why for case in found.cases] == ["failed"] * 5


def test_both_grounds_are_named_and_hollow_results_are_the_first_proof() -> None:
    found = verdict("a", many("a", "failed", 8), many("a", "hollow", 3), *OTHERS)
    assert found is not None
    assert (found.verdict, found.grounds) == ("fix", ["hollow results", "success below the others"])
    assert [case.why for case in found.cases] == ["invented", "invented", "invented", "failed", "failed"]


def test_an_interval_that_holds_the_others_rate_has_nothing_against_it() -> None:
    # 8 of 10: from 0.49 to 0.943
    found = verdict("a", many("a", "completed", 8), many("a", "failed", 2), *OTHERS)
    assert found is not None
    assert (found.verdict, found.grounds) == ("nothing against it", ["no ground against it"])


def test_an_agent_is_kept_if_the_lower_end_is_three_quarters() -> None:
    # 12 of 12: from 0.757; 11 of 11: from 0.741
    assert word("a", many("a", "completed", 12), *OTHERS) == "keep"
    assert word("a", many("a", "completed", 11), *OTHERS) == "nothing against it"


def test_a_high_rate_that_may_be_below_the_others_by_chance_is_kept() -> None:
    # 52 of 53: from 0.90 to 0.997; all 100 of the others
    found = verdict("a", many("a", "completed", 52), many("a", "failed", 1), many("b", "completed", 100))
    assert found is not None
    assert (found.verdict, found.grounds) == ("keep", ["success is high"])


def test_nine_judged_are_too_few_however_bad() -> None:
    assert word("a", many("a", "failed", 9), *OTHERS) == "too few to say"
    assert word("a", many("a", "failed", 10), *OTHERS) == "fix"


def test_a_low_rate_from_few_sessions_is_too_little_to_say() -> None:
    bad = many("a", "completed", 10), many("a", "failed", 10)
    found = verdict("a", *bad, *OTHERS, sessions=4)
    assert found is not None
    assert (found.verdict, found.grounds) == ("too few to say", ["fewer sessions than the rule asks for"])
    assert word("a", *bad, *OTHERS, sessions=5) == "fix"


def test_a_low_rate_that_one_bad_session_makes_may_be_chance() -> None:
    # 16 of 30, below 0.9; but all 14 failures are in one of nine sessions
    sessions = [
        session(
            f"s{n}",
            *[delegation(f"a{n}-{k}", "a", "failed" if n == 0 else "completed") for k in range(14 if n == 0 else 2)],
            *[delegation(f"b{n}-{k}", "b", "failed" if k == 0 else "completed") for k in range(10)],
        )
        for n in range(9)
    ]
    made = material(*sessions)
    by_agent = {name: [case for case in made.cases if case.delegation.agent_type == name] for name in "ab"}
    found = judge("a", field_of(by_agent, NO_ROUTER))
    assert found is not None
    assert (found.verdict, found.grounds) == ("too few to say", ["success below the others, perhaps by chance"])


def test_of_two_agents_that_differ_only_the_worse_is_confirmed() -> None:
    assert field(many("a", "completed", 10), many("a", "failed", 10), *OTHERS).confirmed == {"a"}


def test_what_something_else_stopped_is_never_held_against_an_agent() -> None:
    others = ("rejected", "interrupted", "not_started", "killed", "unreported", "unanswered")
    noise = [many("a", outcome, 30) for outcome in others]
    limits = many("a", "failed", 30, cause="limit")
    assert word("a", many("a", "completed", 12), *noise, limits, *OTHERS) == "keep"


def test_a_type_that_never_ran_gets_no_verdict() -> None:
    assert verdict("a", many("a", "not_started", 20), many("a", "rejected", 3), *OTHERS) is None


def test_calls_that_name_no_agent_type_get_no_verdict_and_are_no_others() -> None:
    groups = many("(none)", "failed", 30), many("a", "completed", 12), *OTHERS
    assert verdict("(none)", *groups) is None
    found = verdict("a", *groups)
    assert found is not None
    assert found.others.total == 100
    assert verdict("c", many("c", "hollow", 9), many("(none)", "completed", 90)) is not None
    assert word("c", many("c", "hollow", 9), many("(none)", "completed", 90)) == "too few to say"


def nearest(agent: str, other: str, count: int) -> Router:
    names = [f"{agent}-failed-{n}" for n in range(count)]
    return Router({name: Match(other, 0.5, 0.4, ()) for name in names}, None)


def test_the_same_work_done_better_by_another_agent_means_retire() -> None:
    bad = many("a", "completed", 5), many("a", "failed", 15)
    assert word("a", *bad, *OTHERS, router=nearest("a", "b", 15)) == "retire"
    assert word("a", *bad, *OTHERS, router=nearest("a", "a", 15)) == "fix"


def test_another_agent_does_the_same_work_from_half_of_the_judged_prompts_on() -> None:
    bad = many("a", "failed", 20)
    judged = {f"a-failed-{n}": Match("b" if n < 10 else "a", 0.5, 0.4, ()) for n in range(20)}
    half = verdict("a", bad, *OTHERS, router=Router(judged, None))
    assert half is not None
    assert (half.verdict, half.overlaps_with, half.overlap) == ("retire", "b", 0.5)
    assert half.grounds == ["success below the others", "another agent does the same work"]
    less = verdict("a", bad, *OTHERS, router=Router({**judged, "a-failed-9": Match("a", 0.5, 0.4, ())}, None))
    assert less is not None
    assert (less.verdict, less.overlaps_with, less.overlap) == ("fix", "b", 0.45)
    assert less.grounds == ["success below the others"]


def test_nine_judged_prompts_tell_no_overlap_and_ten_that_are_its_own_tell_none() -> None:
    few = verdict("a", many("a", "failed", 20), *OTHERS, router=nearest("a", "b", 9))
    own = verdict("a", many("a", "failed", 20), *OTHERS, router=nearest("a", "a", 10))
    assert few is not None
    assert own is not None
    assert (few.overlaps_with, few.overlap) == (None, None)
    assert (own.overlaps_with, own.overlap) == (None, 0.0)


def test_a_twin_that_is_worse_than_the_others_is_no_reason_to_retire() -> None:
    groups = [many("a", "failed", 20), many("b", "failed", 20), many("c", "completed", 200)]
    assert word("a", *groups, router=nearest("a", "b", 20)) == "fix"


def test_a_twin_with_few_judged_is_no_reason_to_retire() -> None:
    groups = [many("a", "failed", 20), many("b", "completed", 9), many("c", "completed", 200)]
    assert word("a", *groups, router=nearest("a", "b", 20)) == "fix"


def test_cost_and_time_are_named_but_decide_nothing() -> None:
    dear, cheap = run(spent(input=2_000_000)), run(spent(input=1_000_000))
    slow = many("a", "completed", 12, run=dear, duration=90.0, active=20.0)
    found = verdict("a", slow, many("b", "completed", 90, run=cheap, duration=10.0))
    assert found is not None
    assert (found.verdict, found.grounds) == ("keep", ["success is high"])
    assert (found.cost_ratio, found.time_ratio, found.dearer) == (2.0, 2.0, True)


def test_cost_and_time_are_compared_from_ten_on() -> None:
    dear, cheap = run(spent(input=1_500_000)), run(spent(input=1_000_000))
    cheaper = many("b", "completed", 10, run=cheap, duration=10.0)
    ten = verdict("a", many("a", "completed", 10, run=dear, duration=15.0), cheaper)
    assert ten is not None
    assert (ten.cost_ratio, ten.time_ratio, ten.dearer) == (1.5, 1.5, True)
    nine = verdict("a", many("a", "completed", 9, run=dear, duration=15.0), cheaper)
    assert nine is not None
    assert (nine.cost_ratio, nine.time_ratio, nine.dearer) == (None, None, False)


def test_a_cost_that_one_session_makes_may_be_chance() -> None:
    dear, cheap = run(spent(input=9_000_000)), run(spent(input=1_000_000))
    sessions = [
        session(
            f"s{n}",
            *[delegation(f"a{n}-{k}", "a", run=dear if n == 0 else cheap) for k in range(2)],
            *[delegation(f"b{n}-{k}", "b", run=cheap) for k in range(2)],
        )
        for n in range(9)
    ]
    made = material(*sessions)
    by_agent = {name: [case for case in made.cases if case.delegation.agent_type == name] for name in "ab"}
    assert field_of(by_agent, NO_ROUTER).dearer == frozenset()


def test_others_with_fewer_than_ten_judged_prove_nothing() -> None:
    assert word("b", *OTHERS, many("a", "completed", 9)) == "keep"
    assert word("b", many("b", "failed", 50), many("a", "completed", 9)) == "too few to say"
    assert word("b", many("b", "failed", 50), many("a", "completed", 10)) == "fix"


def test_an_only_agent_has_no_others_to_lie_below() -> None:
    found = verdict("a", many("a", "failed", 30))
    assert found is not None
    assert (found.verdict, found.others.total) == ("too few to say", 0)
    assert found.grounds == ["too few judged of all others to compare with"]


def test_a_router_that_agrees_too_little_tells_of_no_other_agent_for_the_work() -> None:
    bad = many("a", "completed", 5), many("a", "failed", 15)
    silent = Router(nearest("a", "b", 15).matches, "too few agents")
    found = verdict("a", *bad, *OTHERS, router=silent)
    assert found is not None
    assert (found.verdict, found.overlaps_with, found.overlap) == ("fix", None, None)
