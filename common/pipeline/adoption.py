"""Checks of existing outputs before `doit adopt` accepts them: present, of a known schema, made with these settings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from common import schema
from common.errors import InputError
from common.settings import Settings


class _Header(msgspec.Struct):
    schema_type: str
    filters: dict[str, object] = {}


def refusals(maker: str, paths: Iterable[str], settings: Settings, selecting: Iterable[str]) -> Iterator[str]:
    """Yield what is wrong with outputs: missing, of another schema, made with another value of a setting.

    The settings compared are `selecting`: those that select sessions.
    """
    for path in map(Path, paths):
        if not path.is_file():
            yield f"{path}: missing, an output of {maker}"
        elif path.suffix == ".json" and path.parent.name != "cache":
            try:
                filters = _filters(path)
            except InputError as error:
                yield str(error)
                continue
            for key in sorted({*selecting} & filters.keys()):
                if (wanted := getattr(settings, key)) != filters[key]:
                    yield f"{path}: made with {key} {filters[key] or 'none'}, but the settings have {wanted or 'none'}"


def _filters(path: Path) -> dict[str, object]:
    """Return the filters in a data file; raise an InputError if this program cannot read it."""
    raw = path.read_bytes()
    try:
        header = msgspec.json.decode(raw, type=_Header)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not a valid data file ({error})") from error
    record = schema.file_records().get(header.schema_type)
    if record is None:
        raise InputError(f"{path}: unknown schema {header.schema_type}")
    schema.decode(raw, record, str(path))
    return header.filters
