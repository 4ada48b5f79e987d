from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.strategies import rework
from common.records.sessions import Edit
from tests.builders.material import material
from tests.builders.records import delegation, run, session, spent

if TYPE_CHECKING:
    from common.records.sessions import EnrichedDelegation, EnrichedSession
    from common.records.shared import Rework

TEN = "please fix rounding of local taxes in the final invoice"  # ten words


def done(
    id: str,  # noqa: A002 (short for the many calls in tests)
    prompt: str,
    minute: int,
    **more: object,
) -> EnrichedDelegation:
    return delegation(
        id,
        prompt=prompt,
        timestamp=f"2026-03-02T10:{minute:02}:00.000Z",
        answered=f"2026-03-02T10:{minute:02}:30.000Z",
        run=run(spent(input=1_000_000)),
        **more,  # type: ignore[arg-type]  # keywords of delegation
    )


def summed(*sessions: EnrichedSession) -> Rework:
    made = material(*sessions)
    return rework.summarize_rework(made.cases, rework.find_rework(made.sessions, made.cases))


def near(one: str, other: str) -> bool:
    return rework.near_same(rework.prompt_words(one), rework.prompt_words(other))


def test_near_same_is_twice_the_common_words_over_all_words() -> None:
    # ten words each: 8 in common give 16 / 20 = 0.8, 7 give 14 / 20 = 0.7
    assert near(TEN, "please fix rounding of local taxes in the other thing")
    assert not near(TEN, "please fix rounding of local taxes in some other thing")
    assert near(TEN, TEN.upper() + ".")


def test_prompts_without_words_are_never_near() -> None:
    assert not near("", "")
    assert not near("?", "!")


def test_the_same_template_for_another_file_is_another_task() -> None:
    assert not near(f"{TEN} src/a.py", f"{TEN} src/b.py")
    assert not near(f"{TEN} 17", f"{TEN} 18")
    assert near(TEN, f"{TEN} src/b.py")


def test_a_completed_delegation_is_repeated_by_a_later_near_same_one() -> None:
    found = summed(session("s", done("t1", TEN, 0), done("t2", f"{TEN} again", 5)))
    assert (found.repeated, found.corrected, found.rate.hits, found.rate.total) == (1, 0, 1, 2)
    assert [(one.tool_use_id, one.why) for one in found.examples] == [("t1", "repeated")]


def test_another_session_or_a_parallel_call_repeats_nothing() -> None:
    assert summed(session("s1", done("t1", TEN, 0)), session("s2", done("t2", TEN, 5))).repeated == 0
    assert summed(session("s", done("t1", TEN, 0, message_id="m"), done("t2", TEN, 0, message_id="m"))).repeated == 0


def test_a_call_made_before_the_first_was_answered_repeats_nothing() -> None:
    first = delegation("t1", prompt=TEN, answered="2026-03-02T10:30:00.000Z", run=run(spent()))
    second = delegation("t2", prompt=TEN, timestamp="2026-03-02T10:20:00.000Z", run=run(spent()))
    assert summed(session("s", first, second)).repeated == 0


def test_only_completed_delegations_with_a_run_can_be_reworked() -> None:
    failed = done("t1", TEN, 0, outcome="failed", corrected=True)
    without = delegation("t2", prompt=TEN, timestamp="2026-03-02T10:10:00.000Z")
    found = summed(session("s", failed, without, done("t3", TEN, 20)))
    assert (found.rate.hits, found.rate.total) == (0, 1)


def test_the_cost_of_a_repeat_is_charged_once_to_the_nearest_earlier_match() -> None:
    made = material(session("s", done("t1", TEN, 0), done("t2", TEN, 5), done("t3", TEN, 10)))
    found = rework.find_rework(made.sessions, made.cases)
    assert found.repeated == {"t1", "t2"}
    assert found.charged == {"t1": 3 * 10**12, "t2": 3 * 10**12}
    assert rework.summarize_rework(made.cases, found).repeat_cost == 6.0


def test_a_correction_counts_as_rework_and_one_that_was_both_counts_once() -> None:
    found = summed(session("s", done("t1", TEN, 0, corrected=True), done("t2", TEN, 5), done("t3", "else", 9)))
    assert (found.rate.hits, found.rate.total, found.repeated, found.corrected) == (1, 3, 1, 1)


def edits(*at: tuple[str, str]) -> list[Edit]:
    return [Edit(timestamp=f"2026-03-02T{time}:00.000Z", tool="Edit", path=path) for time, path in at]


def test_a_later_edit_of_the_same_file_by_somebody_else_stands_apart() -> None:
    made = session(
        "s",
        delegation("t1", run=run(spent(), edits=edits(("10:00", "a.py")))),
        delegation("t2", run=run(spent(), edits=edits(("11:00", "a.py"), ("12:00", "b.py")))),
        delegation("t3", run=run(spent(), edits=edits(("09:00", "c.py")))),
        delegation("t4", run=run(spent())),
        edits=edits(("08:00", "b.py"), ("13:00", "c.py")),
    )
    found = summed(made)
    assert rework.edited_again(made) == {"t1", "t3"}
    assert (found.edited_again.hits, found.edited_again.total) == (2, 3)
    assert found.rate.hits == 0
