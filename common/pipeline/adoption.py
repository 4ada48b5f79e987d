"""What a data file says of itself: its schema, checked, and the filters it was made with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from common import schema
from common.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path


class _Header(msgspec.Struct):
    schema_type: str
    filters: dict[str, object] = {}


def filters_of(path: Path) -> dict[str, object]:
    """Return the filters in a file whose schema this program reads; an InputError says why it does not."""
    raw = path.read_bytes()
    try:
        header = msgspec.json.decode(raw, type=_Header)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not a data file of this project ({error})") from error
    if header.schema_type not in schema.RECORDS:
        raise InputError(f"{path}: unknown schema {header.schema_type}")
    schema.decode(raw, schema.RECORDS[header.schema_type], str(path))
    return header.filters
