"""Versions and migrations of our own data files.

Every JSON file begins with `schema_type`, `schema_version` (MAJOR.MINOR.PATCH) and `generator`. A reader accepts the
same MAJOR and a MINOR not newer than it knows; an older MAJOR is migrated step by step where each step is registered;
everything else is refused with the file, both versions and what to do.

A field that is added with a default raises MINOR; anything else raises MAJOR and, where old files are worth keeping,
registers a migration in `common/migrations.py`: a function from the plain object of one MAJOR to that of the next.
"""

from pathlib import Path
from typing import TypedDict, TypeVar

import msgspec

from common.errors import InputError
from common.migrations import MIGRATIONS, Migration, Plain
from common.records.aggregate import AggregateResults, OwnResult
from common.records.base import Envelope
from common.records.extraction import EnrichedSessions, ExtractionManifest, FullSessions
from common.records.marathons import MarathonClassification, MarathonsResult
from common.records.metrics import MetricsResult
from common.records.patterns import RoutingPatterns
from common.records.routing_quality import RoutingQualityResult
from common.records.segmentation import SegmentationReport

GENERATOR = "delegation-retrospective 0.1.0"

RECORDS: dict[str, type[Envelope]] = {
    "extraction_manifest": ExtractionManifest,
    "full_sessions": FullSessions,
    "enriched_sessions": EnrichedSessions,
    "routing_patterns": RoutingPatterns,
    "marathon_classification": MarathonClassification,
    "temporal_segmentation": SegmentationReport,
    "metrics_result": MetricsResult,
    "marathons_result": MarathonsResult,
    "routing_quality_result": RoutingQualityResult,
    "own_result": OwnResult,
    "aggregate_results": AggregateResults,
}

SCHEMAS: dict[str, str] = {
    "extraction_manifest": "1.0.0",
    "full_sessions": "1.0.0",
    "enriched_sessions": "1.0.0",
    "routing_patterns": "1.0.0",
    "marathon_classification": "1.0.0",
    "temporal_segmentation": "2.0.0",
    "metrics_result": "1.0.0",
    "marathons_result": "1.0.0",
    "routing_quality_result": "1.0.0",
    "own_result": "1.0.0",
    "aggregate_results": "1.0.0",
}

R = TypeVar("R", bound=Envelope)


class EnvelopeFields(TypedDict):
    """The three fields that begin every file."""

    schema_type: str
    schema_version: str
    generator: str


class _Header(msgspec.Struct):
    schema_type: str
    schema_version: str


def envelope(schema_type: str) -> EnvelopeFields:
    """Return the three first fields of a file of this type, at the version written now."""
    return EnvelopeFields(schema_type=schema_type, schema_version=SCHEMAS[schema_type], generator=GENERATOR)


def encode(record: Envelope) -> bytes:
    """Return the record as one line of JSON with its newline; equal records give equal bytes."""
    return msgspec.json.encode(record) + b"\n"


def load(path: Path, record: type[R]) -> R:
    """Return the file as a record; `InputError` says what to do if it is missing, foreign, or of another version."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file; run doit, which makes it") from error
    return decode(raw, record, str(path))


def decode(raw: bytes, record: type[R], where: str) -> R:
    """Return the JSON text as a record, migrated if its MAJOR is older; `where` names it in messages."""
    try:
        header = msgspec.json.decode(raw, type=_Header)
        steps = _steps(header, _type_of(record), where)
        if not steps:
            return msgspec.json.decode(raw, type=record)
        plain = msgspec.json.decode(raw, type=Plain)
        for step in steps:
            plain = step(plain)
        plain["schema_version"] = SCHEMAS[header.schema_type]
        return msgspec.convert(plain, type=record)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{where}: not a file of this project as it should be ({error}); {_REMAKE}") from error


_REMAKE = "remove it and run doit, which makes it anew"


def _type_of(record: type[Envelope]) -> str:
    return next(name for name, known in RECORDS.items() if known is record)


def _steps(header: _Header, expected: str, where: str) -> list[Migration]:
    if header.schema_type != expected:
        raise InputError(f"{where}: holds {header.schema_type!r} where {expected!r} is expected; {_REMAKE}")
    known = SCHEMAS[expected]
    found_major, found_minor = _version(header.schema_version, where)
    major, minor = _version(known, where)
    if (found_major, found_minor) > (major, minor):
        raise InputError(
            f"{where}: {expected} version {header.schema_version} is newer than {known}, which this project reads;"
            f" update the project (git pull), or {_REMAKE}"
        )
    steps = [MIGRATIONS.get((expected, step)) for step in range(found_major, major)]
    found = [step for step in steps if step is not None]
    if len(found) < len(steps):
        raise InputError(
            f"{where}: {expected} version {header.schema_version} is older than {known}, which this project reads,"
            f" and cannot be brought up to it; {_REMAKE}"
        )
    return found


def _version(text: str, where: str) -> tuple[int, int]:
    parts = text.split(".")
    if len(parts) != 3 or not all(part.isdecimal() and part.isascii() for part in parts):  # noqa: PLR2004 (MAJOR.MINOR.PATCH)
        raise InputError(f"{where}: schema_version {text!r} is no MAJOR.MINOR.PATCH; {_REMAKE}")
    return int(parts[0]), int(parts[1])
