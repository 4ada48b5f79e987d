"""Token counts, and the unit of them that has one price."""

from collections.abc import Iterable
from operator import attrgetter

from common.records.base import Record


class Tokens(Record, frozen=True, kw_only=True):
    """Token counts over a set of distinct messages."""

    messages: int = 0  #: distinct API messages
    input: int = 0  #: fresh input tokens, without tokens written to or read from the cache
    output: int = 0  #: output tokens as recorded; a lower bound, because some messages have only a placeholder
    output_estimated: int = 0  #: output tokens, with an estimate in place of each placeholder
    cache_creation: int = 0  #: tokens written to the cache
    cache_read: int = 0  #: tokens read from the cache
    messages_without_stop_reason: int = 0  #: messages without a stop reason; the output of some is final all the same
    placeholders: int = 0  #: messages whose recorded output is that of the message's start


class DayTokens(Record, frozen=True, kw_only=True):
    """Token counts of one day, model, context tier and price tier: the unit that has one price."""

    day: str | None  #: day of the message's earliest copy, in the `timezone`; None without a timestamp
    model: str | None  #: model of the messages
    long_context: bool  #: whether the input of each message (fresh + cache writes + cache reads) exceeds 200,000 tokens
    over_100k: bool = False  #: whether the same exceeds 100,000 tokens
    #: speed, service tier and place of inference, joined by a comma, without the usual ones; None if all are usual
    tier: str | None = None
    messages: int = 0  #: distinct API messages
    #: messages of another row to which this one adds the tokens of an advisor's or a compaction's call inside them
    messages_in_part: int = 0
    input: int = 0  #: fresh input tokens, without tokens written to or read from the cache
    output: int = 0  #: output tokens as recorded; a lower bound
    output_estimated: int = 0  #: output tokens, with an estimate in place of each placeholder
    cache_creation_5m: int = 0  #: tokens written to the cache for five minutes
    cache_creation_1h: int = 0  #: tokens written to the cache for one hour
    cache_read: int = 0  #: tokens read from the cache
    web_searches: int = 0  #: web searches that the API ran
    messages_without_stop_reason: int = 0  #: messages without a stop reason; the output of some is final all the same
    placeholders: int = 0  #: messages whose recorded output is that of the message's start


_counts_of = attrgetter(*Tokens.__struct_fields__)


def sum_tokens(parts: Iterable[Tokens]) -> Tokens:
    """Add up tokens field by field; no parts give zeros."""
    columns = zip(*map(_counts_of, parts), strict=True)
    return Tokens(**dict(zip(Tokens.__struct_fields__, map(sum, columns), strict=False)))


def sum_days(days: Iterable[DayTokens]) -> Tokens:
    """Add up the tokens of days, models and price tiers; the two lifetimes of cache writes become one number."""
    return sum_tokens(
        Tokens(
            messages=day.messages,
            input=day.input,
            output=day.output,
            output_estimated=day.output_estimated,
            cache_creation=day.cache_creation_5m + day.cache_creation_1h,
            cache_read=day.cache_read,
            messages_without_stop_reason=day.messages_without_stop_reason,
            placeholders=day.placeholders,
        )
        for day in days
    )
