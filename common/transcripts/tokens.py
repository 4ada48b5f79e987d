"""Sums of tokens over distinct messages: in all, by model, by day and price tier."""

from collections.abc import Iterable
from typing import NamedTuple

from common.records import DayTokens, Edit, Tokens
from common.transcripts.counts import add_tokens
from common.transcripts.days import DayOf
from common.transcripts.evidence import DistinctMessage

LONG_CONTEXT = 200_000
NO_MODEL = "(none)"


def sum_tokens(messages: Iterable[DistinctMessage]) -> Tokens:
    """Return the tokens of messages."""
    total = [0] * 7
    for message in messages:
        best = message.best
        total[0] += 1
        total[1] += best.input
        total[2] += best.output
        total[3] += message.estimated
        total[4] += best.cache_creation
        total[5] += best.cache_read
        total[6] += best.unfinished
    return Tokens(
        messages=total[0],
        input=total[1],
        output=total[2],
        output_estimated=total[3],
        cache_creation=total[4],
        cache_read=total[5],
        messages_without_stop_reason=total[6],
    )


def context_of(message: DistinctMessage) -> int:
    """Return the tokens that went in with the message: fresh, written to the cache, read from it."""
    return message.best.input + message.best.cache_creation + message.best.cache_read


class Spent(NamedTuple):
    """The tokens of messages: in all, by model (`NO_MODEL` for none), by day and price tier; each sorted."""

    tokens: Tokens
    tokens_by_model: dict[str, Tokens]
    tokens_by_day: list[DayTokens]


def spent(messages: Iterable[DistinctMessage], day_of: DayOf) -> Spent:
    """Return what messages spent; a message's day is that of its earliest copy."""
    grouped: dict[tuple[str, str, bool, str], list[DistinctMessage]] = {}
    for message in messages:
        best = message.best
        day = day_of(message.order.timestamp) or ""
        key = (day, best.model or "", context_of(message) > LONG_CONTEXT, best.tier or "")
        grouped.setdefault(key, []).append(message)
    totals = {key: sum_tokens(grouped[key]) for key in sorted(grouped)}
    by_model: dict[str, list[Tokens]] = {}
    for (_, model, _, _), tokens in totals.items():
        by_model.setdefault(model or NO_MODEL, []).append(tokens)
    return Spent(
        add_tokens(totals.values()),
        {model: add_tokens(by_model[model]) for model in sorted(by_model)},
        [_day_tokens(key, tokens, grouped[key]) for key, tokens in totals.items()],
    )


def _day_tokens(key: tuple[str, str, bool, str], total: Tokens, messages: list[DistinctMessage]) -> DayTokens:
    day, model, long_context, tier = key
    hour = sum(min(m.best.cache_creation_1h, m.best.cache_creation) for m in messages)
    return DayTokens(
        day=day or None,
        model=model or None,
        long_context=long_context,
        tier=tier or None,
        messages=total.messages,
        input=total.input,
        output=total.output,
        output_estimated=total.output_estimated,
        cache_creation_5m=total.cache_creation - hour,
        cache_creation_1h=hour,
        cache_read=total.cache_read,
        web_searches=sum(m.best.web_searches for m in messages),
        messages_without_stop_reason=total.messages_without_stop_reason,
    )


def tools_used(messages: Iterable[DistinctMessage]) -> dict[str, int]:
    """Return the number of distinct calls by tool, sorted by its name."""
    names = {key: name for message in messages for key, name, _ in message.tools}
    counted: dict[str, int] = {}
    for name in sorted(names.values()):
        counted[name] = counted.get(name, 0) + 1
    return counted


def edits_made(messages: Iterable[DistinctMessage]) -> list[Edit]:
    """Return the files edited and written, in order of their messages."""
    seen: set[str] = set()
    edits: list[Edit] = []
    for message in sorted(messages, key=lambda m: m.order):
        for key, name, path in message.tools:
            if path is not None and key not in seen:
                seen.add(key)
                edits.append(Edit(timestamp=message.order.timestamp or None, tool=name, path=path))
    return edits
