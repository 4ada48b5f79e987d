"""Whether files that lie there may be taken as outputs made with these settings: what they say of themselves."""

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
    """Yield what is wrong with outputs: missing, of another project or version, made with another value of a setting.

    The settings looked at are those `selecting` which sessions the numbers are about.
    """
    for path in map(Path, paths):
        if not path.is_file():
            yield f"{path} is missing: {maker} would have made it"
        elif path.suffix == ".json" and path.parent.name != "cache":
            try:
                filters = _filters(path)
            except InputError as error:
                yield str(error)
                continue
            for key in sorted({*selecting} & filters.keys()):
                if (wanted := getattr(settings, key)) != filters[key]:
                    yield f"{path} was made with {key} {filters[key] or 'none'}, the settings say {wanted or 'none'}"


def _filters(path: Path) -> dict[str, object]:
    """Return the filters in a file whose schema this program reads; an InputError says why it does not."""
    raw = path.read_bytes()
    try:
        header = msgspec.json.decode(raw, type=_Header)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not a data file of this project ({error})") from error
    record = schema.file_records().get(header.schema_type)
    if record is None:
        raise InputError(f"{path}: unknown schema {header.schema_type}")
    schema.decode(raw, record, str(path))
    return header.filters
