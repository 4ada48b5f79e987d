from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from common import schema
from common.data_repository import DataRepository
from common.errors import InputError
from tests.builders.records import delegation, enriched, full, session

if TYPE_CHECKING:
    from pathlib import Path


def test_sessions_and_delegations_come_typed_in_the_order_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "enriched.json"
    made = enriched(session("s1", delegation("t1"), delegation("t2")), session("s2", delegation("t3")))
    file.write_bytes(schema.encode(made))
    repository = DataRepository(enriched=file)
    assert repository.load_enriched() == made
    assert [s.session_id for s in repository.load_sessions()] == ["s1", "s2"]
    assert [d.tool_use_id for d in repository.load_delegations()] == ["t1", "t2", "t3"]


def test_a_file_is_read_once(tmp_path: Path) -> None:
    file = tmp_path / "full.json"
    file.write_bytes(schema.encode(full(session("s1", delegation("t1")))))
    repository = DataRepository(full=file)
    first = repository.load_full()
    file.unlink()
    assert repository.load_full() is first


def test_a_file_that_was_not_named_cannot_be_loaded() -> None:
    with pytest.raises(InputError, match="RoutingPatterns was given"):
        DataRepository().load_routing_patterns()
