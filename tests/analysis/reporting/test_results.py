from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from analysis.reporting.results import load_results
from common import schema
from common.errors import InputError
from common.records.aggregate import AggregateResults
from tests.builders.records import FILTERS

if TYPE_CHECKING:
    from pathlib import Path


def test_an_aggregate_without_a_built_in_result_is_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "aggregate.json"
    empty = AggregateResults(**schema.envelope(AggregateResults), filters=FILTERS, strategies={})
    file.write_bytes(schema.encode(empty))
    with pytest.raises(InputError, match=r"aggregate\.json: no result of marathons, metrics, routing_quality"):
        load_results(file)
