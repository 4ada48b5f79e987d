from __future__ import annotations

from typing import TYPE_CHECKING

from analysis import classify_marathons
from common import schema
from common.records.marathons import MarathonClassification
from tests.builders.records import enriched, numbered, session

if TYPE_CHECKING:
    from pathlib import Path

    from common.records.sessions import EnrichedSession


def classified(tmp_path: Path, *sessions: EnrichedSession, over: int = 3) -> MarathonClassification:
    source, target = tmp_path / "enriched.json", tmp_path / "marathons.json"
    source.write_bytes(schema.encode(enriched(*sessions)))
    classify_marathons.main(sessions=source, marathons=target, marathon_over=over)
    return schema.load(target, MarathonClassification)


def test_a_marathon_has_more_delegations_than_the_threshold(tmp_path: Path) -> None:
    found = classified(tmp_path, session("three", *numbered(*"aaa")), session("four", *numbered(*"abab")))
    [one] = found.marathons
    assert (one.session_id, one.date, one.delegations, one.classification) == ("four", "2026-03-02", 4, "POSITIVE")
    assert (one.cascade_rate.hits, one.cascade_rate.total, one.loops, one.pivot) == (0, 3, 2, None)
    assert found.marathon_over == 3


def test_each_class_is_counted(tmp_path: Path) -> None:
    good, bad, open_ = ("a", "completed"), ("a", "failed"), ("a", "unanswered")
    found = classified(
        tmp_path,
        session("s1", *numbered(good, good, good, good)),
        session("s2", *numbered(bad, bad, bad, good)),
        session("s3", *numbered(good, good, good, good, bad)),
        session("s4", *numbered(good, open_, open_, open_)),
    )
    assert [one.classification for one in found.marathons] == ["POSITIVE", "NEGATIVE", "AMBIGUOUS", "UNKNOWN"]
    summary = found.summary
    assert (summary.POSITIVE, summary.NEGATIVE, summary.AMBIGUOUS, summary.UNKNOWN) == (1, 1, 1, 1)
    pivot = found.marathons[1].pivot
    assert pivot is not None
    assert pivot.sequence_number == 3


def test_no_marathons_are_a_result_too(tmp_path: Path) -> None:
    found = classified(tmp_path)
    assert found.marathons == []
    assert found.summary.POSITIVE == 0
