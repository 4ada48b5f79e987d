from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from common.routing.availability import AvailableAgents
from common.routing.neighbours import Neighbours
from common.routing.router import Match, train
from common.routing.vectors import words
from tests.builders.records import delegation, session

if TYPE_CHECKING:
    from common.records.sessions import EnrichedSession

TESTS = ["write unit checks for module alpha", "write unit checks for module beta", "more unit checks for gamma"]
DOCS = ["update handbook chapter on alpha", "update handbook chapter on beta", "rewrite handbook chapter gamma"]


def made(*odd: tuple[str, str]) -> list[EnrichedSession]:
    sessions = []
    for number in range(3):
        day = [delegation(f"a{number}-{n}", "tester", prompt=text) for n, text in enumerate(TESTS)]
        day += [delegation(f"b{number}-{n}", "writer", prompt=text) for n, text in enumerate(DOCS)]
        sessions.append(session(f"s{number}", *day))
    extra = [delegation(f"x{n}", agent, prompt=text) for n, (agent, text) in enumerate(odd)]
    return [*sessions, session("odd", *extra)]


def test_words_lose_case_digits_and_a_plural_s() -> None:
    assert words("Write tests, TESTS and a test for v2 of x_ray!") == {
        "write": 1,
        "test": 3,
        "and": 1,
        "for": 1,
        "ray": 1,
    }


def test_a_prompt_is_nearest_to_the_agent_that_did_such_work() -> None:
    router = train(made(("writer", "unit checks for module delta")), {})
    match = router.matches["x0"]
    assert match.nearest == "tester"
    assert match.is_clear
    assert "unit" in match.words
    assert router.matches["a0-0"].nearest == "tester"


def test_the_prompts_of_the_own_session_do_not_vouch_for_it() -> None:
    router = train(made(*[("writer", "unit checks for module delta")] * 9), {})
    assert {router.matches[f"x{n}"].nearest for n in range(9)} == {"tester"}


def test_a_description_teaches_an_agent_that_never_worked() -> None:
    router = train(made(("writer", "paint icons and logos for the shop")), {"painter": "Paints icons, logos, banners."})
    assert router.matches["x0"].nearest == "painter"


def test_a_prompt_without_known_words_is_not_judged() -> None:
    router = train(made(("writer", "zzz qqq")), {})
    assert router.matches["x0"] == Match(None, 0.0, None, ())


def test_one_agent_is_no_choice() -> None:
    assert (
        train([session("s", *[delegation(f"t{n}", prompt=TESTS[0]) for n in range(9)])], {}).lacks == "too few agents"
    )
    assert train([], {}).lacks == "too few agents"


def test_an_agent_is_learned_from_five_successful_prompts_on() -> None:
    def learned(prompts: int) -> bool:
        texts = [f"paint icons and logos for the {word} shop" for word in ("toy", "tea", "hat", "gem", "fur")]
        more = [session(f"p{n}", delegation(f"p{n}", "painter", prompt=text)) for n, text in enumerate(texts[:prompts])]
        return train([*made(), *more], {}).matches["p0"].nearest == "painter"

    assert [learned(prompts) for prompts in (4, 5)] == [False, True]


def test_agents_without_words_match_nothing() -> None:
    made = session("s", *[delegation(f"t{n}", "ab"[n % 2], prompt="?") for n in range(20)])
    assert train([made], {}).lacks == "too few prompts"


def test_clearly_nearer_means_a_fifth_nearer_near_at_all_and_supported_by_similar_prompts() -> None:
    assert Match("a", 0.25, 0.20, (), 0.45).is_clear
    assert not Match("a", 0.23, 0.20, (), 0.45).is_clear
    assert not Match("a", 0.14, 0.01, (), 0.45).is_clear
    assert not Match("a", 0.90, None, (), 0.45).is_clear
    assert not Match("a", 0.90, 0.20, (), 0.44).is_clear
    assert not Match("a", 0.90, 0.20, ()).is_clear


def test_the_agreement_is_measured_without_the_own_session_and_shown_with_the_majority() -> None:
    router = train(made(("writer", "unit checks for module delta")), {})
    assert router.lacks is None
    assert router.agreement is not None
    assert router.majority is not None
    assert (router.agreement.hits, router.agreement.total) == (18, 19)
    assert (router.majority.hits, router.majority.total, router.most_used) == (10, 19, "writer")


def test_a_router_that_agrees_too_little_is_silent() -> None:
    odd = [("writer", "unit checks for module delta"), ("tester", "rewrite handbook chapter delta")] * 4
    failed = [delegation(f"x{n}", agent, "failed", prompt=text) for n, (agent, text) in enumerate(odd)]
    router = train([*made()[:3], session("odd", *failed)], {})
    assert router.agreement is not None
    assert (router.agreement.hits, router.agreement.total) == (18, 26)
    assert router.lacks == "too little agreement"
    assert router.matches["x0"].support is None


def test_a_router_that_is_no_better_than_the_majority_is_silent() -> None:
    tests = [session(f"s{n}", delegation(f"a{n}", "writer", prompt=TESTS[n % 3])) for n in range(12)]
    others = [session(f"r{n}", delegation(f"b{n}", "baker", prompt=TESTS[n % 3])) for n in range(6)]
    docs = session("d", delegation("c", "writer", prompt=DOCS[0]), delegation("e", "writer", prompt=DOCS[1]))
    router = train([*tests, *others, docs], {})
    assert router.agreement is not None
    assert router.majority is not None
    assert router.agreement.hits <= router.majority.hits
    assert (router.majority.hits, router.majority.total, router.most_used) == (14, 20, "writer")
    assert router.lacks == "no better than the majority"


def test_the_nearest_agent_is_the_nearest_of_those_available() -> None:
    elsewhere = session(
        "far",
        *[delegation(f"f{n}", "far-tester", prompt=f"unit checks for module delta {n}") for n in range(6)],
        project="-home-user-bank",
        cwd="/home/user/bank",
    )
    sessions = [*made(("writer", "unit checks for module delta")), elsewhere]
    assert train(sessions, {}).matches["x0"].nearest == "far-tester"
    assert train(sessions, {}, AvailableAgents(sessions)).matches["x0"].nearest == "tester"


def test_not_recorded_and_what_is_left_out_are_no_classes() -> None:
    sessions = [
        *made(),
        session("more", *[delegation(f"n{n}", "(none)", prompt=text) for n, text in enumerate(TESTS * 3)]),
    ]
    assert {match.nearest for match in train(sessions, {}).matches.values()} == {"tester", "writer"}
    assert train(sessions, {}, leave_out=["writer"]).lacks == "too few agents"


def test_hollow_results_teach_nothing() -> None:
    hollow = [
        msgspec.structs.replace(delegation(f"h{n}", "liar", prompt=text), result_kind="invented")
        for n, text in enumerate(TESTS * 3)
    ]
    assert "liar" not in {match.nearest for match in train([*made(), session("h", *hollow)], {}).matches.values()}


def test_support_is_the_share_of_the_most_similar_prompts_of_other_sessions() -> None:
    past = Neighbours([("a", "s1", {"x": 1.0}), ("b", "s2", {"x": 0.5, "y": 0.5}), ("b", "s3", {"x": 1.0})])
    assert past.support("a", {"x": 1.0}, "s3") == 1.0 / 1.5
    assert past.support("b", {"x": 1.0}, "s3") == 0.5 / 1.5
    assert past.support("a", {"z": 1.0}, "s3") == 0.0


def test_only_the_five_most_similar_prompts_count() -> None:
    past = Neighbours([("a", f"s{n}", {"x": 1.0}) for n in range(5)] + [("b", f"t{n}", {"x": 0.9}) for n in range(5)])
    assert past.support("a", {"x": 1.0}, "other") == 1.0


def test_agents_that_did_nothing_but_empty_prompts_resemble_nothing() -> None:
    empty = [delegation(f"{agent}{n}", agent) for agent in ("tester", "writer") for n in range(5)]
    failed = [delegation(f"x{n}", "painter", "failed", prompt="paint icons and logos") for n in range(2)]
    router = train([session("s", *empty, *failed)], {})
    assert {match.nearest for match in router.matches.values()} == {None}
    assert router.lacks == "too few prompts"
