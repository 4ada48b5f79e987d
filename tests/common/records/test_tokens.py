from __future__ import annotations

from common.records.tokens import DayTokens, Tokens, sum_days, sum_tokens


def test_tokens_add_up_field_by_field() -> None:
    total = sum_tokens([Tokens(messages=1, input=2, output=3), Tokens(messages=4, cache_read=5)])
    assert total == Tokens(messages=5, input=2, output=3, cache_read=5)


def test_no_tokens_add_up_to_zero() -> None:
    assert sum_tokens([]) == Tokens()
    assert sum_days([]) == Tokens()


def test_days_add_up_to_tokens_with_both_lifetimes_of_cache_writes_in_one() -> None:
    day = DayTokens(
        day="2026-03-01",
        model="m",
        long_context=False,
        messages=1,
        input=2,
        output=3,
        output_estimated=4,
        cache_creation_5m=5,
        cache_creation_1h=6,
        cache_read=7,
        web_searches=9,
        messages_without_stop_reason=8,
    )
    once = Tokens(
        messages=1,
        input=2,
        output=3,
        output_estimated=4,
        cache_creation=11,
        cache_read=7,
        messages_without_stop_reason=8,
    )
    assert sum_days([day]) == once
    assert sum_days(iter([day, day])).cache_creation == 22
