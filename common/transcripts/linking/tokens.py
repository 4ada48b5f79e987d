"""Sums of tokens over distinct messages, by model, day and price tier; the tools and edits of messages."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from common.defaults import CONTEXT_TIERS
from common.records.sessions import Edit
from common.records.tokens import DayTokens, Tokens, sum_days, sum_tokens
from common.times import DayOf
from common.transcripts.linking.copies import DistinctMessage
from common.transcripts.reading.facts import InnerCall
from common.transcripts.reading.messages import EDITING_TOOLS, READING_TOOL, SHELL

MIDDLE_CONTEXT, LONG_CONTEXT = CONTEXT_TIERS
NO_MODEL = "(none)"

_Tier = tuple[str, str, bool, bool, str]
"""Day, model, whether the context is above 100,000 and 200,000 tokens, price tier; "" where there is none."""


def context_size(message: DistinctMessage) -> int:
    """Return the tokens that were sent with the message: fresh input, cache writes and cache reads."""
    return message.best.input + message.best.cache_creation + message.best.cache_read


class SpentTokens(NamedTuple):
    """The tokens of messages: in all, by model (`NO_MODEL` for none), by day and price tier; both sorted."""

    tokens: Tokens
    tokens_by_model: dict[str, Tokens]
    tokens_by_day: list[DayTokens]


_Row = tuple[int, ...]
"""What one message, or a call inside it, adds to the sums of its tier; the fields are those of `_Counts`."""


class _Counts(NamedTuple):
    """The sums of one tier."""

    messages: int
    messages_in_part: int
    input: int
    output: int
    output_estimated: int
    cache_creation: int
    cache_creation_1h: int
    cache_read: int
    web_searches: int
    messages_without_stop_reason: int
    placeholders: int


def spent_tokens(messages: Iterable[DistinctMessage], day_of: DayOf) -> SpentTokens:
    """Add up what messages spent; a message's day is that of its earliest copy."""
    groups: dict[_Tier, list[_Row]] = {}
    for message in messages:
        best = message.best
        day = day_of(message.order.timestamp) or ""
        tier = _tier(day, best.model, context_size(message), best.tier)
        groups.setdefault(tier, []).append(_row(message))
        if best.inner_calls is not None:
            _add_inner_calls(groups, best.inner_calls, day, tier)
    days = [_day_tokens(tier, groups[tier]) for tier in sorted(groups)]
    days_by_model: dict[str, list[DayTokens]] = {}
    for day_tokens in days:
        days_by_model.setdefault(day_tokens.model or NO_MODEL, []).append(day_tokens)
    by_model = {model: sum_days(days_by_model[model]) for model in sorted(days_by_model)}
    return SpentTokens(sum_tokens(by_model.values()), by_model, days)


def _tier(day: str, model: str | None, context: int, tier: str | None) -> _Tier:
    return (day, model or "", context > MIDDLE_CONTEXT, context > LONG_CONTEXT, tier or "")


def _row(message: DistinctMessage) -> _Row:
    best = message.best
    return (
        1, 0, best.input, best.output, message.estimated, best.cache_creation,
        min(best.cache_creation_1h, best.cache_creation), best.cache_read, best.web_searches, best.unfinished,
        message.placeholder,
    )  # fmt: skip


def _add_inner_calls(groups: dict[_Tier, list[_Row]], calls: list[InnerCall], day: str, own: _Tier) -> None:
    """Add the calls inside a message of the tier `own`, each to the tier of its own model and context.

    In each row but its own, the message counts once as `messages_in_part`.
    """
    seen = {own}
    for call in calls:
        context = call.input + call.cache_creation + call.cache_read
        tier = _tier(day, call.model, context, own[-1])
        row = (
            0, tier not in seen, call.input, call.output, call.output, call.cache_creation,
            min(call.cache_creation_1h, call.cache_creation), call.cache_read, 0, 0, 0,
        )  # fmt: skip
        seen.add(tier)
        groups.setdefault(tier, []).append(row)


def _day_tokens(tier: _Tier, rows: list[_Row]) -> DayTokens:
    """Add up what belongs to one day, model and price tier; there is at least one."""
    day, model, over_100k, long_context, price_tier = tier
    total = _Counts(*map(sum, zip(*rows, strict=True)))
    return DayTokens(
        day=day or None,
        model=model or None,
        over_100k=over_100k,
        long_context=long_context,
        tier=price_tier or None,
        messages=total.messages,
        messages_in_part=total.messages_in_part,
        input=total.input,
        output=total.output,
        output_estimated=total.output_estimated,
        cache_creation_5m=total.cache_creation - total.cache_creation_1h,
        cache_creation_1h=total.cache_creation_1h,
        cache_read=total.cache_read,
        web_searches=total.web_searches,
        messages_without_stop_reason=total.messages_without_stop_reason,
        placeholders=total.placeholders,
    )


def tools_used(messages: Iterable[DistinctMessage]) -> dict[str, int]:
    """Count the distinct calls by tool, sorted by name."""
    names = {_tool_key(message, key): name for message in messages for key, name, _ in message.tools}
    return dict(sorted(Counter(names.values()).items()))


def _tool_key(message: DistinctMessage, name: str) -> tuple[str, str]:
    """Return the identity of a call of any tool: its id and its message, since some models number calls from 0."""
    return (message.best.id or "", name)


def edits_made(messages: Iterable[DistinctMessage]) -> list[Edit]:
    """Return the edited and written files in the order of messages, repeated calls once."""
    edits: dict[tuple[str, str], Edit] = {}
    for message in messages:
        for name, tool, path in message.tools:
            key = _tool_key(message, name)
            if path is not None and tool in EDITING_TOOLS and key not in edits:
                edits[key] = Edit(timestamp=message.order.timestamp or None, tool=tool, path=path)
    return list(edits.values())


def files_read(messages: Iterable[DistinctMessage]) -> frozenset[str]:
    """Return the distinct paths that the tool `Read` was given."""
    return frozenset(path for m in messages for _, tool, path in m.tools if tool == READING_TOOL and path is not None)


def checks_run(messages: Iterable[DistinctMessage]) -> int:
    """Count the distinct shell commands of agents that run tests or a build."""
    found = (
        (message, name) for message in messages for name, tool, subject in message.tools if tool == SHELL and subject
    )
    return len({_tool_key(message, name) for message, name in found})
