"""Reading and writing of data files: the schema a record declares, and migrations from older versions.

Every JSON file begins with `schema_type`, `schema_version` (MAJOR.MINOR.PATCH) and `generator`. A reader accepts the
same MAJOR and a MINOR that is not newer than its own. It migrates an older MAJOR step by step where the record declares
each step, and refuses everything else.

Adding a field with a default raises MINOR. Anything else raises MAJOR; where old files are worth keeping, the record
then declares a migration.
"""

import importlib
import pkgutil
from pathlib import Path
from typing import TypedDict, TypeVar

import msgspec

from common import records
from common.errors import InputError
from common.records.base import Envelope, Migration, Plain, Schema

GENERATOR = "delegation-retrospective 0.1.0"

R = TypeVar("R", bound=Envelope)


class EnvelopeFields(TypedDict):
    """The first three fields of every file."""

    schema_type: str
    schema_version: str
    generator: str


class _Header(msgspec.Struct):
    schema_type: str
    schema_version: str


def envelope(record: type[Envelope]) -> EnvelopeFields:
    """Return the first three fields of a file of this record."""
    return EnvelopeFields(schema_type=record.schema.type, schema_version=record.schema.version, generator=GENERATOR)


def encode(record: Envelope) -> bytes:
    """Return the record as one line of JSON with its newline; equal records give equal bytes."""
    return msgspec.json.encode(record) + b"\n"


def file_records() -> dict[str, type[Envelope]]:
    """Return every record of `common.records` that is a file, by its schema type.

    The modules are found when asked for: a script depends only on the records that it imports.
    """
    found = {}
    for module in pkgutil.iter_modules(records.__path__, f"{records.__name__}."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, type) and issubclass(value, Envelope) and value is not Envelope:
                found[value.schema.type] = value
    return found


def load(path: Path, record: type[R]) -> R:
    """Return the file as a record; an `InputError` says what to do if it is missing, foreign or of another version."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file. Run `doit` to create it") from error
    return decode(raw, record, str(path))


def decode(raw: bytes, record: type[R], where: str) -> R:
    """Return the JSON text as a record, migrated if its MAJOR is older; `where` names it in messages."""
    try:
        header = msgspec.json.decode(raw, type=_Header)
        steps = _steps(header, record.schema, where)
        if not steps:
            return msgspec.json.decode(raw, type=record)
        plain = msgspec.json.decode(raw, type=Plain)
        for step in steps:
            plain = step(plain)
        plain["schema_version"] = record.schema.version
        return msgspec.convert(plain, type=record)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{where} is not a valid data file ({error}). {_REMAKE}") from error


_REMAKE = "Delete it and run `doit`"


def _steps(header: _Header, schema: Schema, where: str) -> list[Migration]:
    """Return the migrations from the file's version to that of the record, none if it can be read as it is."""
    if header.schema_type != schema.type:
        raise InputError(f"{where}: expected schema {schema.type!r}, got {header.schema_type!r}. {_REMAKE}")
    found_major, found_minor = _version(header.schema_version, where)
    major, minor = _version(schema.version, where)
    if (found_major, found_minor) > (major, minor):
        raise InputError(
            f"{where}: {schema.type} version {header.schema_version} is newer than {schema.version}, the version this"
            f" project reads. Update the project (git pull). Or delete the file and run `doit`"
        )
    steps = [schema.migrations.get(step) for step in range(found_major, major)]
    found = [step for step in steps if step is not None]
    if len(found) < len(steps):
        raise InputError(
            f"{where}: {schema.type} version {header.schema_version} is older than {schema.version}, the version this"
            f" project reads, and there is no migration. {_REMAKE}"
        )
    return found


def _version(text: str, where: str) -> tuple[int, int]:
    """Return MAJOR and MINOR."""
    numbers = text.split(".")
    if len(numbers) != 3 or not all(number.isdecimal() and number.isascii() for number in numbers):  # noqa: PLR2004 (MAJOR.MINOR.PATCH)
        raise InputError(f"{where}: expected schema_version MAJOR.MINOR.PATCH, got {text!r}. {_REMAKE}")
    return int(numbers[0]), int(numbers[1])
