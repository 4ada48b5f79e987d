"""Make `common/measures/prices.toml` from three packages that know model prices, and stop where two disagree.

Development only; no package is a dependency. In an environment of its own::

    python3 -m venv /tmp/prices && /tmp/prices/bin/pip install genai-prices model-prices litellm
    /tmp/prices/bin/python -m tests.make_prices 2026-11-28 > prices.toml && mv prices.toml common/measures/

The argument is the day of reading. genai-prices and model-prices are asked for every model on every day from its first
day on, at the end of the day (UTC); days with the same prices become one row. litellm knows the prices of today alone:
it speaks for the last row, and in place of a package that does not know the model. A model that one package alone
knows, and what two say differently, end the program, unless it is settled in `SETTLED`, with its reason. The price of a
web search is known to genai-prices, the factors to litellm; those that it lacks are in `FACTORS`, with their reason.
"""

from __future__ import annotations

import functools
import importlib.util
import json
import sys
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from common.defaults import CONTEXT_TIERS
from common.model_names import normalize_model
from common.setting_values import RATE_KEYS

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
    "claude-haiku-5-5",
    "claude-fable-5",
    "claude-fable-5-1",
    "claude-fable-5-2",
    "claude-mythos-5",
    "claude-mythos-5-1",
)

PACKAGES = ("genai-prices", "model-prices", "litellm")
FIELDS = ("input_mtok", "output_mtok", "cache_read_mtok", "cache_write_mtok", "cache_write_1h_mtok")
COSTS = (
    "input_cost_per_token",
    "output_cost_per_token",
    "cache_read_input_token_cost",
    "cache_creation_input_token_cost",
    "cache_creation_input_token_cost_above_1hr",
)
FIRST = date(2024, 10, 1)
REGIONS = ("us", "eu", "apac", "jp", "au")

SETTLED = {
    # neither model-prices nor litellm keeps a tier for it; the vendor has priced its long contexts apart from its start
    "claude-sonnet-4-5": "genai-prices",
    # the price of cache reads fell on 2026-10-07, documented in model-prices; genai-prices knows the new price alone
    "claude-sonnet-5-5": "model-prices",
    # released on 2026-11-09, later than the other packages; the documentation says the same
    "claude-fable-5-2": "genai-prices",
}
"""Model → the package to follow where two differ, or where it alone knows the model."""

FACTORS = {
    # the vendor's documentation of fast mode: 30 and 150 dollars, until fast mode was taken from these models
    "claude-opus-4-6": {"fast": Decimal(6)},
    "claude-opus-4-7": {"fast": Decimal(6)},
    # younger than litellm's table; the documentation: 16 and 80 dollars in fast mode, 1.1 for the US from Opus 4.6 on
    "claude-fable-5-2": {"fast": Decimal(2), "us": Decimal("1.1")},
}
"""Model → factors that litellm does not know, or no longer."""

Row = tuple[Decimal, ...]


class Seen(NamedTuple):
    """What a package says on a day: the five prices below and above a size of the context."""

    base: Row
    long: Row | None = None
    long_over: int = max(CONTEXT_TIERS)


def main(read: str) -> int:
    """Print the table; return 1 and say why where the packages disagree."""
    disagreements: list[str] = []
    rows: list[str] = []
    for model in MODELS:
        rows += _rows(model, date.fromisoformat(read), disagreements)
    if disagreements:
        sys.stderr.write("\n".join([*dict.fromkeys(disagreements), ""]))
        return 1
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    sys.stdout.write(
        "# US dollars for a million tokens, list prices; made by tests/make_prices.py from the packages\n"
        f"# {packages}; read on the day below.\n"
        "# Second source of Fable 5.2, and source of fast mode of Opus 4.6, 4.7 and Fable 5.2: the vendor's pages.\n"
        "# web_search: dollars for one search. from, until: days, both included; without: no change is known.\n"
        "# long: prices of a message with more than long_over (else 200,000) tokens of context.\n"
        "# factors: multiples of every token's price: speed fast, inference_geo us, regional inference profiles.\n"
        f'read = "{read}"\n\n' + "\n".join(rows)
    )
    return 0


def _rows(model: str, read: date, disagreements: list[str]) -> list[str]:
    spans: list[tuple[date, Seen]] = []
    for day in (FIRST + timedelta(days=n) for n in range((read - FIRST).days + 1)):
        seen = _on(model, day, disagreements, today=day == read)
        if seen and (not spans or spans[-1][1] != seen):
            spans.append((day, seen))
    found = []
    for number, (day, seen) in enumerate(spans):
        last = spans[number + 1][0] - timedelta(days=1) if number + 1 < len(spans) else None
        found.append(_row(model, day if number else None, last, seen))
    if not found:
        disagreements.append(f"{model}: known to no package")
    return found


def _on(model: str, day: date, disagreements: list[str], *, today: bool) -> Seen | None:
    """Return what the packages agree on, None on a day before one of them knows the model."""
    moment = datetime.combine(day, time.max, UTC)
    said = {"genai-prices": of_genai_prices(model, moment), "model-prices": of_model_prices(model, moment)}
    silent = [name for name, seen in said.items() if seen is None]
    if today or (silent and not has_dated_price(model)):
        said["litellm"] = of_litellm(_own_name(model))
    known = {name: seen for name, seen in said.items() if seen is not None}
    if (settled := SETTLED.get(model)) is not None:
        return known.get(settled)
    if len(known) < 2:
        if today:
            disagreements.append(f"{model}: known to {', '.join(known) or 'no package'} alone")
        return None
    if len(set(known.values())) > 1:
        disagreements.append(f"{model}, {day}: {known}")
    return next(iter(known.values()))


def has_dated_price(model: str) -> bool:
    """Say whether both packages with days know the model at all."""
    late = datetime.now(UTC)
    return of_genai_prices(model, late) is not None and of_model_prices(model, late) is not None


def of_genai_prices(model: str, moment: datetime) -> Seen | None:
    found = _genai_model(model)
    if found is None:
        return None
    values = [getattr(found.get_prices(moment), field) for field in FIELDS]
    starts = {tuple(tier.start for tier in value.tiers) for value in values if hasattr(value, "tiers")}
    base = tuple(Decimal(value.base if hasattr(value, "tiers") else value) for value in values)
    if not starts:
        return Seen(base)
    if len(starts) > 1 or [*next(iter(starts))] not in [[start] for start in CONTEXT_TIERS]:
        raise SystemExit(f"{model}: genai-prices has tiers that the table has no place for")
    return Seen(base, tuple(Decimal(value.tiers[0].price) for value in values), next(iter(starts))[0])


def _genai_model(model: str) -> Any:
    from genai_prices.data import providers  # type: ignore[import-not-found]  # noqa: PLC0415 (not a dependency)

    return next(provider for provider in providers if provider.id == "anthropic").find_model(model)


def of_model_prices(model: str, moment: datetime) -> Seen | None:
    import model_prices  # type: ignore[import-not-found]  # noqa: PLC0415 (not a dependency)

    found = model_prices.rates(model, at=moment, provider="anthropic")
    if found is None or found.valid_from > moment.isoformat() or found.cache_read is None:
        return None
    if any(tier.above not in CONTEXT_TIERS for tier in found.tiers) or len(found.tiers) > 1:
        raise SystemExit(f"{model}: model-prices has tiers that the table has no place for")
    multiple = found.cache_write_1h_multiple
    base = _values(found, multiple)
    return Seen(base, _values(found.tiers[0], multiple), found.tiers[0].above) if found.tiers else Seen(base)


def _values(rates: Any, multiple: float) -> Row:
    values = (rates.input, rates.output, rates.cache_read, rates.cache_write, rates.input * multiple)
    return tuple(Decimal(str(round(value, 6))) for value in values)


def of_litellm(model: str) -> Seen | None:
    found = _litellm().get(model)
    if found is None or found.get("litellm_provider") != "anthropic":
        return None
    for over in CONTEXT_TIERS:
        if f"input_cost_per_token_above_{over // 1000}k_tokens" in found:
            return Seen(_costs(found), _costs(found, f"_above_{over // 1000}k_tokens"), over)
    return Seen(_costs(found))


def _costs(row: dict[str, Any], suffix: str = "") -> Row:
    return tuple(_dollars(row[cost + suffix]) for cost in COSTS)


def _dollars(cost: float) -> Decimal:
    """Return the price of a million tokens."""
    return Decimal(str(round(cost * 10**6, 6)))


@functools.cache
def _litellm() -> dict[str, dict[str, Any]]:
    package = importlib.util.find_spec("litellm")  # its import takes seconds; the table is a file in it
    if package is None or package.origin is None:
        raise SystemExit("litellm is not installed")
    file = Path(package.origin).with_name("model_prices_and_context_window_backup.json")
    return dict(json.loads(file.read_bytes()))


def _factors(model: str, seen: Seen) -> dict[str, Decimal]:
    """Return the factors of a model by name; regional profiles must agree."""
    name = _own_name(model)
    known = _litellm().get(name, {}).get("provider_specific_entry", {})
    factors = {key: Decimal(str(known[key])) for key in ("fast", "us") if key in known} | FACTORS.get(name, {})
    profiles = (row for key, row in _litellm().items() if key.split(".")[0] in REGIONS and _own_name(key) == name)
    regional = {_dollars(row[COSTS[0]]) / seen.base[0] for row in profiles}
    if len(regional) > 1:
        raise SystemExit(f"{name}: regional profiles differ: {regional}")
    return factors | ({"regional": regional.pop()} if regional else {})


def _own_name(model: str) -> str:
    return normalize_model(model).model


def _row(model: str, first: date | None, last: date | None, seen: Seen) -> str:
    lines = ["[[prices]]", f'model = "{_own_name(model)}"']
    lines += [f'from = "{first}"'] if first else []
    lines += [f'until = "{last}"'] if last else []
    lines += [f"{kind} = {float(value)}" for kind, value in zip(RATE_KEYS, seen.base, strict=True)]
    if seen.long:
        lines.append(f"long = {_table(zip(RATE_KEYS, seen.long, strict=True))}")
    lines += [f"long_over = {seen.long_over}"] if seen.long and seen.long_over != max(CONTEXT_TIERS) else []
    factors = sorted(_factors(model, seen).items())
    lines += [f"factors = {_table(factors)}"] if factors else []
    search = _web_search(model)
    lines += [f"web_search = {float(search)}"] if search is not None else []
    return "\n".join([*lines, f'source = "{SETTLED.get(model) or _sources(model)}"', ""])


def _table(pairs: Any) -> str:
    return f"{{ {', '.join(f'{name} = {float(value)}' for name, value in pairs)} }}"


def _sources(model: str) -> str:
    now = datetime.now(UTC)
    answers = (of_genai_prices(model, now), of_model_prices(model, now), of_litellm(_own_name(model)))
    return ", ".join(name for name, seen in zip(PACKAGES, answers, strict=True) if seen is not None)


def _web_search(model: str) -> Decimal | None:
    found = _genai_model(model)
    price = found.get_prices(datetime.now(UTC)).web_searches_kcount if found is not None else None
    return None if price is None else Decimal(price) / 1000


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
