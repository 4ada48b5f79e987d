"""The cost of tokens at list price, in US dollars, on the day they were spent.

`prices.toml` holds the table; `python -m tests.make_prices` writes it. Prices of the user's own add to it, or replace
it model by model. Sums are whole picodollars (10^-12), so that they do not depend on the order of addition;
`Amount.cost` converts them to dollars at the end.
"""

import json
import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from common.defaults import CONTEXT_TIERS
from common.model_names import normalize_model
from common.records.shared import Cost
from common.records.tokens import DayTokens

PICODOLLARS = 10**12

Gap = Literal["no price", "no price for this tier", "no price for web searches", "no day"]


class Rates(NamedTuple):
    """Picodollars for one token, by kind."""

    input: int
    output: int
    cache_read: int
    cache_write_5m: int
    cache_write_1h: int


class Price(NamedTuple):
    """The price of a model from one day to another, both included; None: without end.

    `long` applies to a message with more than `long_over` tokens of context, None where the model has no such tier.
    `factors` are multiples of every token's price, by what is unusual about a message: its speed, its place.
    `web_search` is picodollars for one search.
    """

    first: str | None
    last: str | None
    rates: Rates
    long: Rates | None
    long_over: int
    factors: Mapping[str, Decimal]
    web_search: int | None


class _Charge(NamedTuple):
    """What tokens of one tier cost; `gaps` is what of the tier has no price."""

    rates: Rates
    web_search: int | None
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class Amount:
    """Picodollars of some messages; see `Cost`."""

    recorded: int = 0
    estimated: int = 0
    messages: int = 0
    unpriced: int = 0
    not_fully_priced: int = 0

    def cost(self) -> Cost:
        """Return the amount in dollars."""
        return Cost(
            recorded=self.recorded / PICODOLLARS,
            estimated=self.estimated / PICODOLLARS,
            messages=self.messages,
            messages_unpriced=self.unpriced,
            messages_not_fully_priced=self.not_fully_priced,
        )

    @property
    def whole(self) -> bool:
        """True if every message has a price."""
        return not self.unpriced


class PriceTable:
    """Prices by model."""

    def __init__(self, prices_by_model: dict[str, list[Price]], read: str) -> None:
        self._prices_by_model = prices_by_model
        self._models: dict[str, tuple[list[Price], frozenset[str]]] = {}
        self._charges: dict[tuple[str | None, str | None, bool, bool, str | None], _Charge | None] = {}
        self.models = frozenset(prices_by_model)
        self.read = read

    def price(self, model: str | None, day: str | None) -> Price | None:
        """Return the price of the model on the day, None if unknown; without a day, that of a model with one price."""
        prices, _ = self._find(model)
        if day is None:
            return prices[0] if len(prices) == 1 else None
        return next(
            (price for price in prices if (price.first or "") <= day and (price.last is None or day <= price.last)),
            None,
        )

    def knows(self, model: str | None) -> bool:
        """Return whether the model has a price on any day."""
        return bool(self._find(model)[0])

    def _find(self, model: str | None) -> tuple[list[Price], frozenset[str]]:
        """Return the prices of the name as it is written, or else of the model that it means, with its factors."""
        if model is None:
            return [], frozenset()
        if model not in self._models:
            name, factors = normalize_model(model)
            exact = self._prices_by_model.get(model)
            self._models[model] = (exact, frozenset()) if exact else (self._prices_by_model.get(name, []), factors)
        return self._models[model]

    def _charge(self, model: str | None, tokens: DayTokens) -> _Charge | None:
        key = (model, tokens.day, tokens.over_100k, tokens.long_context, tokens.tier)
        if key not in self._charges:
            price = self.price(model, tokens.day)
            self._charges[key] = _charge(price, self._find(model)[1], tokens) if price is not None else None
        return self._charges[key]

    def amount(self, days: Iterable[DayTokens], *, at_model: str | None = None) -> Amount:
        """Return the cost of the tokens; with `at_model`, the cost if that model had used them."""
        recorded = estimated = messages = unpriced = partly = 0
        for tokens in days:
            messages += tokens.messages
            charge = self._charge(at_model or tokens.model, tokens)
            if charge is None:
                unpriced += tokens.messages
                partly += tokens.messages_in_part
                continue
            partly += tokens.messages + tokens.messages_in_part if _gaps(charge, tokens) else 0
            sent = _sent(tokens, charge.rates) + tokens.web_searches * (charge.web_search or 0)
            recorded += sent + tokens.output * charge.rates.output
            estimated += sent + tokens.output_estimated * charge.rates.output
        return Amount(recorded, estimated, messages, unpriced, partly)

    def gaps(self, tokens: DayTokens) -> list[Gap]:
        """Return why these tokens are not priced, or not fully."""
        charge = self._charge(tokens.model, tokens)
        if charge is None:
            return ["no day" if tokens.day is None and self.knows(tokens.model) else "no price"]
        return _gaps(charge, tokens)


def _charge(price: Price, named: frozenset[str], tokens: DayTokens) -> _Charge:
    """Return what tokens cost: the rates of their context, times each factor of their tier that the price knows."""
    asked = named.union(tokens.tier.split(", ") if tokens.tier is not None else ())
    is_long = tokens.long_context or (tokens.over_100k and price.long_over == min(CONTEXT_TIERS))
    rates = price.long if is_long and price.long is not None else price.rates
    factor = math.prod(price.factors[name] for name in asked & price.factors.keys())
    unknown = asked - price.factors.keys()
    return _Charge(
        rates=Rates(*(int(rate * factor) for rate in rates)),
        web_search=price.web_search,
        gaps=("no price for this tier",) if unknown else (),
    )


def _gaps(charge: _Charge, tokens: DayTokens) -> list[Gap]:
    gaps = list(charge.gaps)
    if tokens.web_searches and charge.web_search is None:
        gaps.append("no price for web searches")
    return gaps


def _sent(tokens: DayTokens, rates: Rates) -> int:
    return (
        tokens.input * rates.input
        + tokens.cache_read * rates.cache_read
        + tokens.cache_creation_5m * rates.cache_write_5m
        + tokens.cache_creation_1h * rates.cache_write_1h
    )


def add(amounts: Iterable[Amount]) -> Amount:
    """Return the sum."""
    parts = list(amounts)
    return Amount(
        recorded=sum(amount.recorded for amount in parts),
        estimated=sum(amount.estimated for amount in parts),
        messages=sum(amount.messages for amount in parts),
        unpriced=sum(amount.unpriced for amount in parts),
        not_fully_priced=sum(amount.not_fully_priced for amount in parts),
    )


@cache
def load_prices(own: str | None = None) -> PriceTable:
    """Return the table of the project; the setting `prices` (JSON) adds models to it or replaces them."""
    return parse_prices(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"), own)


def parse_prices(text: str, own: str | None = None) -> PriceTable:
    """Return the price table of a TOML text; the rows of a model in `own` replace all of its rows."""
    raw = tomllib.loads(text, parse_float=Decimal)
    prices_by_model = _by_model(raw["prices"])
    if own is not None:
        prices_by_model |= _by_model(json.loads(own, parse_float=Decimal))
    return PriceTable(prices_by_model, raw["read"])


def _by_model(rows: Iterable[dict[str, Any]]) -> dict[str, list[Price]]:
    prices_by_model: dict[str, list[Price]] = {}
    for row in rows:
        long, search = row.get("long"), row.get("web_search")
        price = Price(
            first=row.get("from"),
            last=row.get("until"),
            rates=_rates(row),
            long=_rates(long) if long else None,
            long_over=row.get("long_over", max(CONTEXT_TIERS)),
            factors=row.get("factors", {}),
            web_search=None if search is None else int(search * PICODOLLARS),
        )
        prices_by_model.setdefault(row["model"], []).append(price)
    return prices_by_model


def _rates(row: dict[str, Any]) -> Rates:
    return Rates(**{kind: int(row[kind] * (PICODOLLARS // 10**6)) for kind in Rates._fields})
