from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.strategies import rework
from analysis.strategies.verdicts import Field, judge
from common.routing.router import Match, Router
from tests.builders.material import material
from tests.builders.records import delegation, run, session, spent

if TYPE_CHECKING:
    from common.records.metrics import Verdict
    from common.records.sessions import EnrichedDelegation


def many(agent: str, outcome: str, count: int, **more: object) -> list[EnrichedDelegation]:
    return [
        delegation(f"{agent}-{outcome}-{n}", agent, outcome, **more)  # type: ignore[arg-type]  # names of outcomes
        for n in range(count)
    ]


def field(*groups: list[EnrichedDelegation], router: Router | None = None, sessions: int = 7) -> Field:
    ones = [one for group in groups for one in group]
    made = material(*[session(f"s{n}", *ones[n::sessions]) for n in range(sessions)])
    by_agent = {name: [case for case in made.cases if case.delegation.agent_type == name] for name in "abc"}
    found = rework.find_rework(made.sessions, made.cases)
    return Field({k: v for k, v in by_agent.items() if v}, found, router or Router({}, "too few agents"))


def verdict(
    agent: str, *groups: list[EnrichedDelegation], router: Router | None = None, sessions: int = 7
) -> Verdict | None:
    return judge(agent, field(*groups, router=router, sessions=sessions))


def word(agent: str, *groups: list[EnrichedDelegation], router: Router | None = None, sessions: int = 7) -> str | None:
    found = verdict(agent, *groups, router=router, sessions=sessions)
    return found.verdict if found else None


OTHERS = many("b", "completed", 90), many("b", "failed", 10)


def test_success_wholly_below_the_others_is_to_fix() -> None:
    # 10 of 20: at most 0.70; the others 0.9
    found = verdict("a", many("a", "completed", 10), many("a", "failed", 10), *OTHERS)
    assert found is not None
    assert (found.verdict, found.grounds) == ("fix", ["success below the others"])
    assert (found.success.hits, found.success.total, found.others.hits, found.others.total) == (10, 20, 90, 100)
    assert [one.why for one in found.delegations] == ["failed"] * 3


def test_an_interval_that_holds_the_others_rate_is_kept() -> None:
    # 8 of 10: up to 0.943
    assert word("a", many("a", "completed", 8), many("a", "failed", 2), *OTHERS) == "keep"


def test_nine_known_outcomes_are_too_few_however_bad() -> None:
    assert word("a", many("a", "failed", 9), *OTHERS) == "too few to say"
    assert word("a", many("a", "failed", 10), *OTHERS) == "fix"


def test_a_low_rate_that_rests_on_few_sessions_is_too_little_to_say() -> None:
    bad = many("a", "completed", 10), many("a", "failed", 10)
    found = verdict("a", *bad, *OTHERS, sessions=4)
    assert found is not None
    assert (found.verdict, found.grounds) == ("too few to say", ["fewer sessions than the rule asks for"])


def test_a_low_rate_that_one_bad_session_makes_may_be_chance() -> None:
    # 16 of 30, below 0.9; but all 14 failures lie in one of ten sessions
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
    field = Field(by_agent, rework.find_rework(made.sessions, made.cases), Router({}, "too few agents"))
    found = judge("a", field)
    assert found is not None
    assert (found.success.hits, found.success.total) == (16, 30)
    assert (found.verdict, found.grounds) == ("too few to say", ["success below the others, perhaps by chance"])


def test_of_two_agents_that_differ_only_the_worse_is_confirmed() -> None:
    assert field(many("a", "completed", 10), many("a", "failed", 10), *OTHERS).confirmed == {"a"}


def test_only_runs_that_began_and_ended_count() -> None:
    noise = [many("a", outcome, 30) for outcome in ("rejected", "not_started", "unreported", "unanswered")]
    found = verdict("a", many("a", "completed", 12), *noise, *OTHERS)
    assert found is not None
    assert (found.verdict, found.success.hits, found.success.total, found.success.unknown) == ("keep", 12, 12, 60)


def test_a_type_that_never_ran_gets_no_verdict() -> None:
    assert verdict("a", many("a", "not_started", 20), many("a", "rejected", 3), *OTHERS) is None


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


def test_cost_time_and_rework_are_named_but_decide_nothing() -> None:
    dear = run(spent(input=2_000_000))
    cheap = run(spent(input=1_000_000))
    slow = many("a", "completed", 12, run=dear, duration=20.0, corrected=True)
    found = verdict("a", slow, many("b", "completed", 90, run=cheap, duration=10.0))
    assert found is not None
    assert found.verdict == "keep"
    assert found.grounds == ["rework above the others", "cost above the others", "time above the others"]
    assert (found.cost_ratio, found.time_ratio) == (2.0, 2.0)


def test_cost_and_time_are_compared_from_ten_on() -> None:
    dear, cheap = run(spent(input=1_500_000)), run(spent(input=1_000_000))
    ten = verdict(
        "a",
        many("a", "completed", 10, run=dear, duration=15.0),
        many("b", "completed", 10, run=cheap, duration=10.0),
    )
    assert ten is not None
    assert (ten.cost_ratio, ten.time_ratio, ten.grounds) == (1.5, 1.5, ["no ground against it"])
    nine = verdict(
        "a",
        many("a", "completed", 9, run=dear, duration=15.0),
        many("b", "completed", 10, run=cheap, duration=10.0),
    )
    assert nine is not None
    assert (nine.cost_ratio, nine.time_ratio) == (None, None)


def test_rework_is_compared_from_ten_on() -> None:
    others = many("b", "completed", 10, run=run(spent()))
    ten = verdict("a", many("a", "completed", 10, run=run(spent()), corrected=True), others)
    nine = verdict("a", many("a", "completed", 9, run=run(spent()), corrected=True), others)
    assert ten is not None
    assert nine is not None
    assert (ten.grounds, nine.grounds) == (["rework above the others"], ["fewer known outcomes than the rule asks for"])


def proofs(*ones: EnrichedDelegation) -> list[tuple[str, str]]:
    made = material(session("s", *ones))
    found = judge(
        "a", Field({"a": made.cases}, rework.find_rework(made.sessions, made.cases), Router({}, "too few agents"))
    )
    assert found is not None
    return [(one.tool_use_id, one.why) for one in found.delegations]


def test_the_proofs_of_a_kept_agent_are_its_dearest_work_with_what_became_of_it() -> None:
    assert proofs(
        delegation("t1", "a", "failed"),
        delegation("t2", "a", run=run(spent(input=1)), corrected=True),
        delegation("t3", "a", run=run(spent(input=3)), prompt="paint the shed", answered="2026-03-02T10:00:00.000Z"),
        delegation("t4", "a", run=run(spent(input=2)), prompt="paint the shed"),
        delegation("t5", "a", "rejected"),
        *many("a", "completed", 6),
    ) == [("t3", "repeated"), ("t4", "completed"), ("t2", "corrected")]


def test_the_proofs_against_an_agent_are_its_failures_then_what_was_done_again() -> None:
    good = [delegation(f"t{n}", "a", run=run(spent(input=100 * n)), number=n) for n in range(1, 4)]
    again = delegation("again", "a", run=run(spent(input=1)), corrected=True)
    assert proofs(*good, again, delegation("killed", "a", "killed"), delegation("open", "a", "unreported")) == [
        ("killed", "killed"),
        ("again", "corrected"),
        ("t3", "completed"),
    ]


def test_without_anything_against_it_that_is_said() -> None:
    found = verdict("b", *OTHERS, many("a", "completed", 3))
    assert found is not None
    assert found.grounds == ["no ground against it"]


def test_others_with_fewer_than_ten_known_outcomes_prove_nothing() -> None:
    assert word("b", *OTHERS, many("a", "completed", 9)) == "keep"
    assert word("b", many("b", "failed", 50), many("a", "completed", 10)) == "fix"


def test_an_only_agent_has_no_others_to_lie_below() -> None:
    found = verdict("a", many("a", "failed", 30))
    assert found is not None
    assert (found.verdict, found.others.total, found.shrunken) == ("keep", 0, 0.0)


def test_small_samples_are_pulled_toward_all() -> None:
    groups = [many("b", "completed", 60), many("b", "failed", 40), many("c", "completed", 95), many("c", "failed", 5)]
    found = verdict("a", many("a", "completed", 2), *groups)
    assert found is not None
    assert found.shrunken is not None
    assert 157 / 202 < found.shrunken < 1.0


def test_where_agents_are_all_good_or_all_bad_one_without_known_outcomes_has_no_shrunken_success() -> None:
    found = verdict(
        "a", many("a", "unreported", 3, run=run(spent())), many("b", "completed", 4), many("c", "failed", 4)
    )
    assert found is not None
    assert (found.success.total, found.shrunken) == (0, None)


def test_where_no_outcome_is_known_there_is_no_shrunken_success() -> None:
    found = verdict("a", many("a", "unreported", 3, run=run(spent())))
    assert found is not None
    assert (found.success.total, found.success.unknown, found.shrunken) == (0, 3, None)


def test_where_agents_differ_no_more_than_chance_all_have_the_rate_of_all() -> None:
    halves = [many(agent, outcome, 5) for agent in "ab" for outcome in ("completed", "failed")]
    found = verdict("a", *halves)
    assert found is not None
    assert found.shrunken == 0.5
