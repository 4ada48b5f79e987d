"""Sums of tokens over distinct messages, and the estimate of outputs of which only a placeholder was written.

An assistant line without a stop reason has the output count of the message's start (1 to 10). `RATES` are
least-squares lines from the bytes of text, thinking and tool input (as JSON) to output tokens, measured on finished
messages of models with a hundred of them or more (`tests/benchmarks/calibrate_output.py`). Messages with hidden
thinking have rates of their own: part of their output is not written anywhere. Other models take the rate over all.
"""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from common.records.sessions import DayTokens, Edit, Tokens
from common.times import DayOf
from common.transcripts.linking.copies import DistinctMessage

LONG_CONTEXT = 200_000
NO_MODEL = "(none)"


class OutputRate(NamedTuple):
    """Output tokens expected for each byte of text, and for each message besides."""

    per_byte: float
    per_message: float


ALL_WRITTEN = OutputRate(0.326, 120)
HIDDEN = OutputRate(0.568, 806)
RATES: dict[tuple[str, bool], OutputRate] = {
    ("claude-haiku-4-5-20251001", False): OutputRate(0.291, 89),
    ("claude-opus-4-6", False): OutputRate(0.298, 116),
    ("claude-opus-4-6", True): OutputRate(0.392, 749),
    ("claude-opus-4-7", False): OutputRate(0.401, 90),
    ("claude-opus-4-7", True): OutputRate(0.664, 842),
    ("claude-opus-4-8", False): OutputRate(0.414, 68),
    ("claude-opus-4-8", True): OutputRate(0.704, 656),
}
"""(model, whether thinking was hidden) → rate."""


def estimate_outputs(messages: Iterable[DistinctMessage]) -> None:
    """Set `estimated` of each message: the recorded output, or what its text lets expect where that is more."""
    for message in messages:
        message.estimated = _expected(message) if message.best.unfinished else message.best.output


def _expected(message: DistinctMessage) -> int:
    best = message.best
    if not message.sizes and not best.hidden_thinking:
        return best.output
    rate = RATES.get((best.model or "", best.hidden_thinking), HIDDEN if best.hidden_thinking else ALL_WRITTEN)
    return max(best.output, round(rate.per_byte * sum(message.sizes) + rate.per_message))


class _Sums(NamedTuple):
    """Sums over messages; `hour` are the cache writes that live for an hour."""

    messages: int = 0
    input: int = 0
    output: int = 0
    estimated: int = 0
    cache_creation: int = 0
    cache_read: int = 0
    unfinished: int = 0
    hour: int = 0
    web_searches: int = 0


def _sums(messages: Iterable[DistinctMessage]) -> _Sums:
    rows = [
        (
            1, best.input, best.output, message.estimated, best.cache_creation, best.cache_read, best.unfinished,
            min(best.cache_creation_1h, best.cache_creation), best.web_searches,
        )
        for message in messages
        for best in (message.best,)
    ]  # fmt: skip
    return _add(rows)


def _add(rows: Iterable[tuple[int, ...]]) -> _Sums:
    return _Sums(*map(sum, zip(*rows, strict=True)))


def sum_tokens(messages: Iterable[DistinctMessage]) -> Tokens:
    """Return the tokens of messages."""
    return _tokens(_sums(messages))


def _tokens(sums: _Sums) -> Tokens:
    return Tokens(
        messages=sums.messages,
        input=sums.input,
        output=sums.output,
        output_estimated=sums.estimated,
        cache_creation=sums.cache_creation,
        cache_read=sums.cache_read,
        messages_without_stop_reason=sums.unfinished,
    )


def context_size(message: DistinctMessage) -> int:
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
        key = (day, best.model or "", context_size(message) > LONG_CONTEXT, best.tier or "")
        grouped.setdefault(key, []).append(message)
    sums = {key: _sums(grouped[key]) for key in sorted(grouped)}
    by_model: dict[str, list[_Sums]] = {}
    for (_, model, _, _), row in sums.items():
        by_model.setdefault(model or NO_MODEL, []).append(row)
    return Spent(
        _tokens(_add(sums.values())),
        {model: _tokens(_add(by_model[model])) for model in sorted(by_model)},
        [_day_tokens(key, row) for key, row in sums.items()],
    )


def _day_tokens(key: tuple[str, str, bool, str], sums: _Sums) -> DayTokens:
    day, model, long_context, tier = key
    return DayTokens(
        day=day or None,
        model=model or None,
        long_context=long_context,
        tier=tier or None,
        messages=sums.messages,
        input=sums.input,
        output=sums.output,
        output_estimated=sums.estimated,
        cache_creation_5m=sums.cache_creation - sums.hour,
        cache_creation_1h=sums.hour,
        cache_read=sums.cache_read,
        web_searches=sums.web_searches,
        messages_without_stop_reason=sums.unfinished,
    )


def tools_used(messages: Iterable[DistinctMessage]) -> dict[str, int]:
    """Return the number of distinct calls by tool, sorted by its name."""
    names = {key: name for message in messages for key, name, _ in message.tools}
    return dict(sorted(Counter(names.values()).items()))


def edits_made(messages: Iterable[DistinctMessage]) -> list[Edit]:
    """Return the files edited and written, in the order of the messages; a call that stands there twice, once."""
    edits: dict[str, Edit] = {}
    for message in messages:
        for key, name, path in message.tools:
            if path is not None and key not in edits:
                edits[key] = Edit(timestamp=message.order.timestamp or None, tool=name, path=path)
    return list(edits.values())
