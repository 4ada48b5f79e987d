from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.strategies.retries import find_retries
from tests.builders.records import delegation, session

if TYPE_CHECKING:
    from common.records.sessions import EnrichedDelegation


def call(number: int, outcome: str = "completed", description: str = "", **more: object) -> EnrichedDelegation:
    return delegation(
        f"t{number}",
        outcome=outcome,  # type: ignore[arg-type]  # names of outcomes
        description=description,
        timestamp=f"2026-03-02T10:{number:02}:00.000Z",
        answered=f"2026-03-02T10:{number:02}:30.000Z",
        **more,  # type: ignore[arg-type]
    )


def retried(*calls: EnrichedDelegation) -> dict[str, str]:
    return {before: later.tool_use_id for before, later in find_retries(session("s", *calls)).items()}


def test_what_did_not_complete_is_retried_by_the_next_call_that_asks_the_same() -> None:
    assert retried(call(1, "failed", "Fix the login page"), call(2, "completed", "Fix the login page again")) == {
        "t1": "t2"
    }
    # 3 common words of 3 and 3: 1.0; 2 of 3 and 3: 0.67; 1 of 3 and 3: 0.33
    assert retried(call(1, "failed", "Fix login page"), call(2, description="Fix login form")) == {"t1": "t2"}
    assert retried(call(1, "failed", "Fix login page"), call(2, description="Paint login form")) == {}


def test_an_equal_prompt_is_enough() -> None:
    assert retried(
        call(1, "killed", "One", prompt="Count the lines"), call(2, description="Two", prompt="count the lines.")
    ) == {"t1": "t2"}


def test_what_completed_is_not_retried() -> None:
    assert retried(call(1, "completed", "Fix the page"), call(2, description="Fix the page")) == {}


def test_a_retry_is_within_ten_calls_of_the_same_thread() -> None:
    others = [call(n, description=f"Other work {n}") for n in range(2, 11)]
    assert retried(call(1, "failed", "Fix the page"), *others, call(11, description="Fix the page")) == {"t1": "t11"}
    more = [call(n, description=f"Other work {n}") for n in range(2, 12)]
    assert retried(call(1, "failed", "Fix the page"), *more, call(12, description="Fix the page")) == {}
    assert retried(call(1, "failed", "Fix the page"), call(2, description="Fix the page", caller="t9")) == {}


def test_calls_of_one_message_and_calls_before_the_end_are_no_retries() -> None:
    first = call(1, "failed", "Fix the page", message_id="m")
    assert retried(first, call(2, description="Fix the page", message_id="m")) == {}
    early = delegation("t2", description="Fix the page", timestamp="2026-03-02T10:01:10.000Z")
    assert retried(call(1, "failed", "Fix the page"), early) == {}


def test_the_next_part_of_a_series_is_no_retry() -> None:
    assert retried(call(1, "failed", "Write chapter 3 now"), call(2, description="Write chapter 4 now")) == {}
    assert retried(call(1, "failed", "Write chapter 3 now"), call(2, description="Write chapter 3 now")) == {"t1": "t2"}


def test_each_call_retries_one() -> None:
    first, second = call(1, "failed", "Fix the page"), call(2, "failed", "Fix the page")
    assert retried(first, second, call(3, description="Fix the page")) == {"t1": "t2", "t2": "t3"}
    names = [call(n, "not_started", "Fix the page", message_id="m") for n in (1, 2)]
    assert retried(*names, call(3, description="Fix the page"), call(4, description="Fix the page")) == {
        "t1": "t3",
        "t2": "t4",
    }


def test_calls_without_words_are_not_alike() -> None:
    assert retried(call(1, "failed", ""), call(2, description="")) == {}
