"""`aggregate_results.json`: the result of every strategy, unabridged."""

from typing import Literal

from msgspec import Raw

from common.records.base import Envelope, Record, Schema
from common.records.extraction import Filters


class OwnResult(Envelope, frozen=True, kw_only=True):
    """`<name>_result.json` of a strategy whose answer is no record with a schema of its own."""

    schema = Schema("own_result", "1.0.0")

    filters: Filters  #: filters that chose the sessions
    strategy: str  #: name of the strategy
    question: str  #: question of the strategy
    answer: Raw  #: answer of the strategy, as JSON


class StrategyRun(Record, frozen=True, kw_only=True):
    """The result of one strategy."""

    status: Literal["done"]  #: always `done`: if a strategy fails, no file is written
    question: str  #: question of the strategy
    result: Raw  #: the whole content of the strategy's own file


class AggregateResults(Envelope, frozen=True, kw_only=True):
    """`aggregate_results.json`: all results by strategy, in the order of the strategies."""

    schema = Schema("aggregate_results", "1.0.0")

    filters: Filters  #: filters that chose the sessions
    strategies: dict[str, StrategyRun]  #: results by the name of the strategy
