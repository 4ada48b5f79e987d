"""Whether delegating pays: the break-even share by hand.

Prices of Opus 4.5 in dollars a million tokens: input 5, output 25, cache read 0.50, written for five minutes 6.25, for
one hour 10. Haiku 4.5: input 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

from analysis.strategies import metrics, paying
from tests.builders.material import material
from tests.builders.records import delegation, run, session, spent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from common.records.metrics import MetricsResult
    from common.records.sessions import EnrichedDelegation
    from common.records.tokens import DayTokens

OPUS, HAIKU = "claude-opus-4-5", "claude-haiku-4-5"
MAIN = spent(model=OPUS, messages=3)


def call(
    name: str = "t1",
    agent: str = "a",
    *,
    dollars: float = 1.0,
    calls: int = 10,
    growth: int = 0,
    context: int | None = 100_000,
    later: int | None = 0,
    **more: Any,
) -> EnrichedDelegation:
    """Return a delegation whose run cost so many dollars, all of them for input of Haiku."""
    day = spent(model=HAIKU, messages=calls, input=round(dollars * 1_000_000), output=more.pop("output", 0))
    made = structs.replace(run(day), first_context=5_000, last_context=5_000 + growth)
    return structs.replace(
        delegation(name, agent, run=structs.replace(made, **more.pop("of_run", {})), model=HAIKU, **more),
        caller_context=context,
        caller_calls_after=later,
    )


def answered(*delegations: EnrichedDelegation, days: Sequence[DayTokens] = (MAIN,)) -> MetricsResult:
    return metrics.answer_metrics(material(session("s", *delegations, days=days)))


def share(made: EnrichedDelegation, *others: EnrichedDelegation, days: Sequence[DayTokens] = (MAIN,)) -> float | None:
    return answered(made, *others, days=days).break_even.get(made.tool_use_id)


def test_without_growth_each_inline_call_reads_the_callers_context() -> None:
    # the run $0.45 and the calling message $0.05, against 10 calls of $0.05
    assert share(call(dollars=0.45)) == pytest.approx(1.0)
    assert share(call(dollars=0.20)) == pytest.approx(0.5)
    # against 20 calls of $0.05
    assert share(call(dollars=0.20, calls=20)) == pytest.approx(0.25)


def test_a_message_without_usage_such_as_an_error_of_the_api_is_no_call() -> None:
    assert share(call(dollars=0.45, of_run={"messages": 11})) == pytest.approx(1.0)
    made = call(dollars=0.0, calls=1, of_run={"messages": 2})
    assert answered(made).agents[0].paying.certain == 1


def test_growth_is_written_once_and_read_by_each_call_after_it() -> None:
    # all calls: contexts 10 x 100,000 = $0.50, half the growth on average 10 x 50,000 = $0.25, written $0.625
    assert share(call(dollars=1.325, growth=100_000)) == pytest.approx(1.0)
    # half of them: contexts $0.25, growth read $0.0625, written $0.3125
    assert share(call(dollars=0.575, growth=100_000)) == pytest.approx(0.5)


def test_growth_stays_in_the_callers_context_for_its_later_calls() -> None:
    # as before, and 5 later calls that read 100,000: $0.25
    assert share(call(dollars=1.575, growth=100_000, later=5)) == pytest.approx(1.0)


def test_writing_costs_what_the_lifetime_of_the_callers_cache_costs() -> None:
    one_hour = spent(model=OPUS, messages=3, cache_creation_1h=7)
    # the growth is written for $1.00 in place of $0.625
    assert share(call(dollars=1.70, growth=100_000), days=[one_hour]) == pytest.approx(1.0)


def test_the_tier_of_most_of_the_callers_messages_is_that_of_inline_work() -> None:
    fast = [spent(model="claude-opus-4-6", messages=2, tier="fast"), spent(model="claude-opus-4-6", messages=1)]
    usual = [spent(model="claude-opus-4-6", messages=1, tier="fast"), spent(model="claude-opus-4-6", messages=2)]
    # fast, each token costs six times as much: ($0.45 + $0.30) / (10 x $0.30)
    assert share(call(dollars=0.45), days=fast) == pytest.approx(0.25)
    assert share(call(dollars=0.45), days=usual) == pytest.approx(1.0)


def test_output_costs_the_callers_price_whoever_writes_it() -> None:
    # 10,000 tokens: $0.05 of Haiku, $0.25 of Opus. Inline 10 x $0.05 + $0.25
    assert share(call(dollars=0.65, output=10_000)) == pytest.approx(1.0)


def test_the_prompt_is_output_and_stays_in_the_context_with_the_result() -> None:
    # 1,000 bytes each are 290 tokens: the prompt is output for $0.00725; both are written for $0.003625 and read by
    # 4 calls for $0.00116; the calling message reads $0.05
    extra = 0.00725 + 0.003625 + 0.00116 + 0.05
    made = call(dollars=0.5 - extra, later=5, prompt="p" * 1_000, result="r" * 1_000)
    assert share(made) == pytest.approx(1.0, abs=1e-5)


def test_calls_of_one_message_share_its_reading() -> None:
    first, second = call("t1", dollars=0.45, message_id="m"), call("t2", dollars=0.475, message_id="m")
    assert share(first, second) == pytest.approx(0.95)
    assert share(second, first) == pytest.approx(1.0)


def test_a_run_that_called_is_priced_at_its_own_model() -> None:
    outer = call("t1", dollars=1.0)
    inner = call("t2", dollars=0.09, caller="t1")
    # Haiku reads 100,000 for $0.01: ($0.09 + $0.01) / 10 calls
    assert share(inner, outer) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("changes", "days"),
    [
        ({"context": None}, [MAIN]),
        ({"context": 0}, [MAIN]),
        ({"later": None}, [MAIN]),
        ({"growth": -1}, [MAIN]),
        ({"of_run": {"first_context": None}}, [MAIN]),
        ({"of_run": {"last_context": None}}, [MAIN]),
        ({"calls": 0}, [MAIN]),
        ({"of_run": {"tokens_by_day": [spent(model="gpt-5-mini")]}}, [MAIN]),
        ({"caller": "gone"}, [MAIN]),
        ({}, [spent(model="gpt-5-mini")]),
        ({}, []),
    ],
)
def test_it_is_unknown_where_anything_is_unknown(changes: dict[str, Any], days: list[DayTokens]) -> None:
    result = answered(call(**changes), days=days)
    assert result.break_even == {}
    assert result.agents[0].paying.unknown == 1


def test_a_delegation_without_a_run_is_unknown() -> None:
    made = structs.replace(delegation("t1", "a"), caller_context=1, caller_calls_after=1)
    assert answered(made).agents[0].paying.unknown == 1


def test_an_agent_has_the_counts_of_the_classes_and_the_median() -> None:
    result = answered(
        call("t1", dollars=0.0),  # $0.05 / $0.50 = one call of ten: certain
        call("t2", dollars=0.001),  # a little more than one call
        call("t3", dollars=0.45),  # all ten calls
        call("t4", dollars=0.4501),
        call("t5", dollars=5.0, calls=1),
        call("t6", context=None),
        call("t7", "b", dollars=0.0, calls=1),
    )
    first, second = result.agents
    assert first.paying.tool_use_ids == {"certain": ["t1"], "open": ["t2", "t3"], "certainly_not": ["t4", "t5"]}
    assert (first.paying.certain, first.paying.open, first.paying.certainly_not, first.paying.unknown) == (1, 2, 2, 1)
    assert first.paying.break_even == pytest.approx(1.0)
    assert (second.paying.certain, second.paying.open, second.paying.certainly_not) == (1, 0, 0)
    assert result.totals.paying.certain == 2


def test_the_cold_start_is_what_the_first_calls_sent_of_all_that_was_sent() -> None:
    def started(name: str, first: int | None, sent: int) -> EnrichedDelegation:
        made = structs.replace(run(spent(cache_read=sent)), first_context=first)
        return delegation(name, "a", run=made)

    found = answered(started("t1", 10, 20), started("t2", 20, 100), started("t3", None, 999), delegation("t4", "a"))
    assert (found.agents[0].paying.first_context, found.agents[0].paying.cold_start) == (15.0, 0.25)
    nothing = answered(started("t1", 0, 0)).agents[0].paying
    assert (nothing.first_context, nothing.cold_start) == (None, None)


def test_files_that_the_caller_also_read_are_a_share_of_the_runs_files() -> None:
    first = call("t1", of_run={"files_read": 4, "files_read_by_caller": 1})
    second = call("t2", of_run={"files_read": 2, "files_read_by_caller": 2})
    found = answered(first, second, delegation("t3", "a")).agents[0].paying.files_read_twice
    assert (found.hits, found.total, found.unknown) == (3, 6, 0)


@pytest.mark.parametrize("huge", [10**12, 10**18, 10**30])
def test_huge_counts_have_a_finite_share(huge: int) -> None:
    found = share(call(dollars=float(huge), context=huge, growth=huge, later=huge, calls=3))
    assert found is not None
    assert 0 < found < 10**9
    assert share(call(dollars=float(huge), context=1, calls=1)) is not None


def test_the_class_is_decided_by_the_share_and_the_number_of_calls() -> None:
    assert [paying.pay_class(value, 4) for value in (0.0, 0.25, 0.2501, 1.0, 1.0001)] == [
        "certain",
        "certain",
        "open",
        "open",
        "certainly_not",
    ]
