"""`aggregate_results.json`: every strategy's result, each whole."""

from typing import Literal

from msgspec import Raw

from common.records.base import Envelope, Record
from common.records.extraction import Filters


class OwnResult(Envelope, frozen=True, kw_only=True):
    """`<name>_result.json` of a strategy of the user's own; `answer` is whatever it gave, as JSON."""

    filters: Filters
    strategy: str
    question: str
    answer: Raw


class StrategyRun(Record, frozen=True, kw_only=True):
    """One strategy's result, whole, as it stands in its own file."""

    status: Literal["done"]
    question: str
    result: Raw


class AggregateResults(Envelope, frozen=True, kw_only=True):
    """All results by strategy, in the order of the strategies."""

    filters: Filters
    strategies: dict[str, StrategyRun]
