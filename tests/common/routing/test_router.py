from __future__ import annotations

from typing import TYPE_CHECKING

from common.routing.router import Match, train, words
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


def test_agents_without_words_match_nothing() -> None:
    made = session("s", *[delegation(f"t{n}", "ab"[n % 2], prompt="?") for n in range(20)])
    assert train([made], {}).lacks == "too few prompts"


def test_clearly_nearer_means_half_as_near_again_and_near_at_all() -> None:
    assert Match("a", 0.31, 0.20, ()).is_clear
    assert not Match("a", 0.29, 0.20, ()).is_clear
    assert not Match("a", 0.14, 0.01, ()).is_clear
    assert not Match("a", 0.90, None, ()).is_clear
