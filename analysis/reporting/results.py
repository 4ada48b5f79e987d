"""Results of the strategies, loaded as records from the aggregate file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import msgspec

from common import schema
from common.errors import InputError
from common.records.aggregate import AggregateResults, OwnResult
from common.records.base import Envelope
from common.records.marathons import MarathonsResult
from common.records.metrics import MetricsResult
from common.records.routing_quality import RoutingQualityResult

if TYPE_CHECKING:
    from pathlib import Path

R = TypeVar("R", bound=Envelope)

_BUILT_IN = ("marathons", "metrics", "routing_quality")


class _Header(msgspec.Struct):
    schema_type: str


@dataclass(frozen=True, slots=True)
class Results:
    """Results of the strategies; `own` are those of all further strategies, in the order of the file."""

    metrics: MetricsResult
    marathons: MarathonsResult
    routing_quality: RoutingQualityResult
    own: list[OwnResult]


def load_results(aggregate: Path) -> Results:
    """Return all results; `InputError` if a built-in one is missing."""
    loaded = schema.load(aggregate, AggregateResults)
    missing = [name for name in _BUILT_IN if name not in loaded.strategies]
    if missing:
        raise InputError(f"{aggregate}: no result of {', '.join(missing)}. Run `doit analysis`")

    def result_of(name: str, record: type[R]) -> R:
        return schema.decode(bytes(loaded.strategies[name].result), record, f"{aggregate}, {name}")

    return Results(
        metrics=result_of("metrics", MetricsResult),
        marathons=result_of("marathons", MarathonsResult),
        routing_quality=result_of("routing_quality", RoutingQualityResult),
        own=[_own(name, aggregate, loaded) for name in loaded.strategies if name not in _BUILT_IN],
    )


def _own(name: str, aggregate: Path, loaded: AggregateResults) -> OwnResult:
    """Return the result of a further strategy; a record that only the strategy knows is an answer as it is."""
    run = loaded.strategies[name]
    raw = bytes(run.result)
    if msgspec.json.decode(raw, type=_Header).schema_type == OwnResult.schema.type:
        return schema.decode(raw, OwnResult, f"{aggregate}, {name}")
    return OwnResult(
        **schema.envelope(OwnResult), filters=loaded.filters, strategy=name, question=run.question, answer=run.result
    )
