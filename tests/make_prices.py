"""Make `common/measures/prices.toml` from two packages that know model prices, and stop where they disagree.

Development only; neither package is a dependency. In an environment of its own::

    python3 -m venv /tmp/prices && /tmp/prices/bin/pip install genai-prices model-prices
    /tmp/prices/bin/python -m tests.make_prices 2026-11-22 > prices.toml && mv prices.toml common/

The argument is the day of reading. Both packages are asked for every model on every day from its first day on, at the
end of the day (UTC); days with the same prices become one row. What the two say differently ends the program, unless
it is settled in `SETTLED`, with its reason. The price of a web search is known to genai-prices alone.
"""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from importlib.metadata import version
from typing import Any, NamedTuple

MODELS = (
    "claude-3-5-haiku-20241022",
    "claude-3-5-sonnet-20241022",
    "claude-3-7-sonnet-20250219",
    "claude-opus-4-20250514",
    "claude-opus-4-1",
    "claude-opus-4-5",
    "claude-opus-4-6",
    "claude-opus-4-7",
    "claude-opus-4-8",
    "claude-opus-5",
    "claude-opus-5-5",
    "claude-sonnet-4-20250514",
    "claude-sonnet-4-5",
    "claude-sonnet-4-6",
    "claude-sonnet-5",
    "claude-sonnet-5-5",
    "claude-haiku-4-5",
    "claude-fable-5",
    "claude-fable-5-1",
)

KINDS = ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h")
FIELDS = ("input_mtok", "output_mtok", "cache_read_mtok", "cache_write_mtok", "cache_write_1h_mtok")
LONG = 200_000
FIRST = date(2024, 10, 1)

SETTLED = {
    # model-prices keeps no tier for it; the vendor has priced its long contexts apart from the day it came out
    "claude-sonnet-4-5 long": "genai-prices",
    # the price of cache reads fell on 2026-10-07, documented in model-prices; genai-prices knows the new price alone
    "claude-sonnet-5-5 base": "model-prices",
}
"""Model and "base" or "long" → the package to follow where the two differ."""

Row = tuple[Decimal, ...]


class Seen(NamedTuple):
    """What a package says on a day: the five prices below and above 200,000 tokens of context."""

    base: Row
    long: Row | None


def main(read: str) -> int:
    """Print the table; return 1 and say why where the packages disagree."""
    disagreements: list[str] = []
    rows: list[str] = []
    for model in MODELS:
        rows += _rows(model, date.fromisoformat(read), disagreements)
    if disagreements:
        sys.stderr.write("\n".join([*disagreements, ""]))
        return 1
    packages = " and ".join(f"{name} {version(name)}" for name in ("genai-prices", "model-prices"))
    sys.stdout.write(
        f"# US dollars for a million tokens, list prices; made by tests/make_prices.py from {packages}.\n"
        "# web_search: dollars for one search. from, until: days, both included; without: no change is known.\n"
        f'read = "{read}"\n\n' + "\n".join(rows)
    )
    return 0


def _rows(model: str, read: date, disagreements: list[str]) -> list[str]:
    spans: list[tuple[date, Seen]] = []
    for day in (FIRST + timedelta(days=n) for n in range((read - FIRST).days + 1)):
        seen = _on(model, day, disagreements)
        if seen and (not spans or spans[-1][1] != seen):
            spans.append((day, seen))
    found = []
    for number, (day, seen) in enumerate(spans):
        last = spans[number + 1][0] - timedelta(days=1) if number + 1 < len(spans) else None
        found.append(_row(model, day if number else None, last, seen))
    if not found:
        disagreements.append(f"{model}: not known to both packages")
    return found


def _on(model: str, day: date, disagreements: list[str]) -> Seen | None:
    moment = datetime.combine(day, time.max, UTC)
    one, other = of_model_prices(model, moment), of_genai_prices(model, moment)
    if one is None or other is None:
        return None
    return Seen(
        _agreed(f"{model} base", day, (one.base, other.base), disagreements) or one.base,
        _agreed(f"{model} long", day, (one.long, other.long), disagreements),
    )


def _agreed(what: str, day: date, prices: tuple[Row | None, Row | None], disagreements: list[str]) -> Row | None:
    one, other = prices
    if one == other or SETTLED.get(what) == "model-prices":
        return one
    if what not in SETTLED and not any(said.startswith(what) for said in disagreements):
        disagreements.append(f"{what}, {day}: model-prices {one}, genai-prices {other}")
    return other


def of_genai_prices(model: str, moment: datetime) -> Seen | None:
    from genai_prices.data import providers  # type: ignore[import-not-found]  # noqa: PLC0415 (not a dependency)

    found = next(one for one in providers if one.id == "anthropic").find_model(model)
    if found is None:
        return None
    values = [getattr(found.get_prices(moment), field) for field in FIELDS]
    tiers = [value.tiers for value in values if hasattr(value, "tiers")]
    if any([tier.start for tier in of_one] != [LONG] for of_one in tiers):
        raise SystemExit(f"{model}: genai-prices has tiers that the table has no place for")
    return Seen(
        tuple(Decimal(value.base if hasattr(value, "tiers") else value) for value in values),
        tuple(Decimal(value.tiers[0].price) for value in values) if tiers else None,
    )


def of_model_prices(model: str, moment: datetime) -> Seen | None:
    import model_prices  # type: ignore[import-not-found]  # noqa: PLC0415 (not a dependency)

    found = model_prices.rates(model, at=moment, provider="anthropic")
    if found is None or found.valid_from > moment.isoformat() or found.cache_read is None:
        return None
    if any(tier.above != LONG for tier in found.tiers):
        raise SystemExit(f"{model}: model-prices has tiers that the table has no place for")
    multiple = found.cache_write_1h_multiple
    return Seen(_values(found, multiple), _values(found.tiers[0], multiple) if found.tiers else None)


def _values(rates: Any, multiple: float) -> Row:
    values = (rates.input, rates.output, rates.cache_read, rates.cache_write, rates.input * multiple)
    return tuple(Decimal(str(round(value, 6))) for value in values)


def _row(model: str, first: date | None, last: date | None, seen: Seen) -> str:
    name = model.removesuffix(f"-{model[-8:]}") if model[-8:].isdecimal() else model
    lines = ["[[prices]]", f'model = "{name}"']
    lines += [f'from = "{first}"'] if first else []
    lines += [f'until = "{last}"'] if last else []
    lines += [f"{kind} = {float(value)}" for kind, value in zip(KINDS, seen.base, strict=True)]
    if seen.long:
        pairs = ", ".join(f"{kind} = {float(value)}" for kind, value in zip(KINDS, seen.long, strict=True))
        lines.append(f"long = {{ {pairs} }}")
    search = _web_search(model)
    lines += [f"web_search = {float(search)}"] if search is not None else []
    settled = SETTLED.get(f"{model} base") or SETTLED.get(f"{model} long")
    return "\n".join([*lines, f'source = "{settled or "genai-prices, model-prices"}"', ""])


def _web_search(model: str) -> Decimal | None:
    from genai_prices.data import providers  # noqa: PLC0415 (not a dependency)

    found = next(one for one in providers if one.id == "anthropic").find_model(model)
    price = found.get_prices(datetime.now(UTC)).web_searches_kcount
    return None if price is None else Decimal(price) / 1000


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
