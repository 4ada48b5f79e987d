from __future__ import annotations

import json
from pathlib import Path

import pytest

from common import schema
from common.errors import InputError
from common.records.extraction import EnrichedSessions, FullSessions
from common.records.marathons import MarathonClassification, MarathonSummary
from common.records.segmentation import SegmentationReport
from tests.builders.records import FILTERS


def classification() -> MarathonClassification:
    return MarathonClassification(
        **schema.envelope(MarathonClassification),
        filters=FILTERS,
        marathon_over=20,
        summary=MarathonSummary(POSITIVE=0, NEGATIVE=0, AMBIGUOUS=0, UNKNOWN=0),
        marathons=[],
    )


def changed(old: str, new: str) -> bytes:
    raw = schema.encode(classification()).decode()
    assert old in raw
    return raw.replace(old, new).encode()


def version() -> str:
    return MarathonClassification.schema.version


def test_what_is_written_is_read_back_equal_and_begins_with_the_envelope(tmp_path: Path) -> None:
    file = tmp_path / "marathons.json"
    file.write_bytes(schema.encode(classification()))
    assert schema.load(file, MarathonClassification) == classification()
    assert file.read_bytes().startswith(b'{"schema_type":"marathon_classification","schema_version":')
    assert file.read_bytes().endswith(b"}\n")


def test_every_record_of_a_file_declares_a_schema_of_its_own() -> None:
    found = schema.file_records()
    assert found["full_sessions"] is FullSessions
    assert found["temporal_segmentation"] is SegmentationReport
    assert sorted(found) == [
        "aggregate_results",
        "enriched_sessions",
        "extraction_manifest",
        "full_sessions",
        "marathon_classification",
        "marathons_result",
        "metrics_result",
        "own_result",
        "routing_patterns",
        "routing_quality_result",
        "temporal_segmentation",
    ]


def test_a_missing_file_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"absent\.json: no such file"):
        schema.load(tmp_path / "absent.json", FullSessions)


def test_a_file_of_another_type_is_refused_with_both_types() -> None:
    with pytest.raises(InputError, match="expected schema 'full_sessions', got 'marathon_classification'"):
        schema.decode(schema.encode(classification()), FullSessions, "x.json")


@pytest.mark.parametrize("newer", ["99.0.0", "{major}.99.0"])
def test_a_newer_file_is_refused_with_both_versions(newer: str) -> None:
    newer = newer.format(major=version().split(".")[0])
    with pytest.raises(InputError, match=rf"x\.json: .* {newer} is newer than {version()}.*git pull"):
        schema.decode(changed(version(), newer), MarathonClassification, "x.json")


def test_a_newer_patch_is_read() -> None:
    patch = ".".join([*version().split(".")[:2], "99"])
    assert schema.decode(changed(version(), patch), MarathonClassification, "x.json").schema_version == patch


def test_an_older_major_without_a_migration_is_refused() -> None:
    with pytest.raises(InputError, match=rf"x\.json: .* 0\.9\.0 is older than {version()}.*`doit`"):
        schema.decode(changed(version(), "0.9.0"), MarathonClassification, "x.json")


def test_a_kept_file_of_the_first_version_is_migrated_and_read() -> None:
    kept = Path(__file__).with_name("kept") / "temporal_segmentation-1.0.0.json"
    old = json.loads(kept.read_bytes())
    assert old["schema_version"] == "1.0.0"
    assert old["comparisons"][0]["confounders"][0] == {"kind": "retention", "name": "", "earlier": None, "later": None}
    found = schema.load(kept, SegmentationReport)
    assert found.schema_version == SegmentationReport.schema.version
    named = [confounder.name for confounder in found.comparisons[0].confounders]
    assert named == [None, "claude-opus-4-5", "claude-opus-4-6", "2.1.12", "2.1.2"]
    assert [period.sessions for period in found.periods] == [2, 1, 1]


@pytest.mark.parametrize(("kind", "record"), [("full_sessions", FullSessions), ("enriched_sessions", EnrichedSessions)])
def test_what_was_called_corrected_is_dropped_from_kept_sessions(
    kind: str, record: type[FullSessions | EnrichedSessions]
) -> None:
    kept = Path(__file__).with_name("kept") / f"{kind}-1.2.0.json"
    old = json.loads(kept.read_bytes())
    assert [made["corrected"] for made in old["sessions"][0]["delegations"]] == [False, True]
    found = schema.load(kept, record)
    assert found.schema_version == record.schema.version
    assert [made.followed_by for made in found.sessions[0].delegations] == [None, None]


def test_a_damaged_file_of_an_older_version_is_refused_not_repaired() -> None:
    kept = Path(__file__).with_name("kept") / "temporal_segmentation-1.0.0.json"
    old = json.loads(kept.read_bytes())
    old["comparisons"] = "none"
    with pytest.raises(InputError, match=r"x\.json.*`doit`"):
        schema.decode(json.dumps(old).encode(), SegmentationReport, "x.json")


def test_every_migration_leads_toward_the_version_written_now() -> None:
    for record in schema.file_records().values():
        assert all(major < int(record.schema.version.split(".")[0]) for major in record.schema.migrations)


@pytest.mark.parametrize("bad", ["1", "1.0", "a.b.c", "1.0.-1", "²..1"])
def test_a_version_that_is_none_is_refused(bad: str) -> None:
    with pytest.raises(InputError, match=r"expected schema_version MAJOR\.MINOR\.PATCH"):
        schema.decode(changed(version(), bad), MarathonClassification, "x.json")


@pytest.mark.parametrize(
    "raw",
    [b"", b"[]", b"{", b"\xff\xfe", b'{"schema_type":"marathon_classification","schema_version":"1.0.0"}'],
    ids=["empty", "list", "cut", "no UTF-8", "fields missing"],
)
def test_a_damaged_file_is_refused_in_one_sentence(raw: bytes) -> None:
    with pytest.raises(InputError, match=r"x\.json.*`doit`"):
        schema.decode(raw, MarathonClassification, "x.json")


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(InputError, match="unknown field `extra`"):
        schema.decode(changed('"marathon_over":20', '"marathon_over":20,"extra":1'), MarathonClassification, "x.json")
