"""The cost of tokens at list price, in US dollars, on the day they were spent.

`prices.toml` holds the table; `python -m tests.make_prices` writes it. Sums are whole picodollars (10^-12), so that
they do not depend on the order of addition; `Amount.cost` converts them to dollars at the end.
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from common.records.sessions import DayTokens
from common.records.shared import Cost

PICODOLLARS = 10**12

Gap = Literal["no price", "no price for this tier", "no price for web searches", "no day"]

_SUFFIX = re.compile(r"(-\d{8})?(\[[^\]]*\])?$")
"""Date of a snapshot and Claude Code's mark of a long context: "-20250929", "[1m]"."""


class Rates(NamedTuple):
    """Picodollars for one token, by kind."""

    input: int
    output: int
    cache_read: int
    cache_write_5m: int
    cache_write_1h: int


class Price(NamedTuple):
    """The price of a model from one day to another, both included; None: without end.

    `long` applies to a message with more than 200,000 tokens of context, None where the model has no such tier.
    `web_search` is picodollars for one search.
    """

    first: str | None
    last: str | None
    rates: Rates
    long: Rates | None
    web_search: int | None


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
        self._found: dict[tuple[str | None, str | None], Price | None] = {}
        self.read = read

    def price(self, model: str | None, day: str | None) -> Price | None:
        """Return the price of the model on the day, None if unknown; without a day, that of a model with one price."""
        if (model, day) not in self._found:
            self._found[model, day] = self._look_up(model, day)
        return self._found[model, day]

    def knows(self, model: str | None) -> bool:
        """Return whether the model has a price on any day."""
        return model is not None and base_name(model) in self._prices_by_model

    def _look_up(self, model: str | None, day: str | None) -> Price | None:
        prices = self._prices_by_model.get(base_name(model), []) if model is not None else []
        if day is None:
            return prices[0] if len(prices) == 1 else None
        return next(
            (price for price in prices if (price.first or "") <= day and (price.last is None or day <= price.last)),
            None,
        )

    def amount(self, days: Iterable[DayTokens], *, at_model: str | None = None) -> Amount:
        """Return the cost of the tokens; with `at_model`, the cost if that model had used them."""
        recorded = estimated = messages = unpriced = partly = 0
        for tokens in days:
            messages += tokens.messages
            price = self.price(at_model or tokens.model, tokens.day)
            if price is None:
                unpriced += tokens.messages
                continue
            partly += tokens.messages if _unknown_extras(tokens, price) else 0
            rates = price.long if tokens.long_context and price.long else price.rates
            sent = _sent(tokens, rates) + tokens.web_searches * (price.web_search or 0)
            recorded += sent + tokens.output * rates.output
            estimated += sent + tokens.output_estimated * rates.output
        return Amount(recorded, estimated, messages, unpriced, partly)

    def gaps(self, tokens: DayTokens) -> list[Gap]:
        """Return why these tokens are not priced, or not fully."""
        price = self.price(tokens.model, tokens.day)
        if price is None:
            return ["no day" if tokens.day is None and self.knows(tokens.model) else "no price"]
        return _unknown_extras(tokens, price)


def _sent(tokens: DayTokens, rates: Rates) -> int:
    return (
        tokens.input * rates.input
        + tokens.cache_read * rates.cache_read
        + tokens.cache_creation_5m * rates.cache_write_5m
        + tokens.cache_creation_1h * rates.cache_write_1h
    )


def _unknown_extras(tokens: DayTokens, price: Price) -> list[Gap]:
    gaps: list[Gap] = []
    if tokens.tier is not None:
        gaps.append("no price for this tier")
    if tokens.web_searches and price.web_search is None:
        gaps.append("no price for web searches")
    return gaps


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


def base_name(model: str) -> str:
    """Return the model's name without the date of its snapshot and without a mark such as "[1m]"."""
    return _SUFFIX.sub("", model, count=1)


@cache
def load_prices() -> PriceTable:
    """Return the table that comes with the project."""
    return parse_prices(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def parse_prices(text: str) -> PriceTable:
    """Return the price table of a TOML text."""
    raw = tomllib.loads(text, parse_float=Decimal)
    prices_by_model: dict[str, list[Price]] = {}
    for row in raw["prices"]:
        long, search = row.get("long"), row.get("web_search")
        price = Price(
            first=row.get("from"),
            last=row.get("until"),
            rates=_rates(row),
            long=_rates(long) if long else None,
            web_search=None if search is None else int(search * PICODOLLARS),
        )
        prices_by_model.setdefault(row["model"], []).append(price)
    return PriceTable(prices_by_model, raw["read"])


def _rates(row: dict[str, Decimal]) -> Rates:
    return Rates(**{kind: int(row[kind] * PICODOLLARS / 10**6) for kind in Rates._fields})
