"""Lenient JSON, as Claude Code's own runtime reads it, and text that can be written as UTF-8."""

import json
import types
import typing
from collections.abc import Callable
from functools import cache

import msgspec
from msgspec import Raw, Struct

from common.transcripts.reading.depth import room_for_depth
from common.transcripts.reading.usage import LARGEST_COUNT

T = typing.TypeVar("T", bound=Struct)


def lenient_json(raw: bytes) -> object:
    """Return the JSON value in `raw`, bad UTF-8 replaced, NaN and huge numbers accepted; None if it is none."""
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    with room_for_depth():
        try:
            return json.loads(raw.decode("utf-8", "replace"), parse_int=huge_int)
        except (ValueError, RecursionError):
            return None


def may_have_type(raw: bytes | msgspec.Raw, kind: bytes) -> bool:
    """Say whether JSON may be an object of a type (given in quotes), by its first bytes if they name one."""
    # By 2.1.332 attachments are half of the bytes of a short session; all name their type first:
    #   {"type":"prompt_snapshot","system":[...],"tools":[...]}    24 kB, and no word of the conversation
    wanted = b'{"type":' + kind
    beginning = bytes(memoryview(raw)[: len(wanted)])
    return beginning == wanted if beginning.startswith(b'{"type":"') else kind in bytes(raw)


def huge_int(digits: str) -> int | float:
    """Return the integer; infinity if it is larger than a float can hold."""
    return int(digits) if len(digits) < 300 else float(digits)  # noqa: PLR2004 - floats end at 1.8e308


def clean(text: str) -> str:
    """Return `text` with lone surrogates replaced, so that it can be written as UTF-8."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def soften(value: dict[object, object], shape: type[T]) -> T:
    """Return a `shape` with the fields of `value` that have the expected type; others keep their defaults."""
    kept = {}
    for (name, read_field), key in zip(_field_readers(shape).items(), shape.__struct_encode_fields__, strict=True):
        if key in value and (fit := read_field(value[key])) is not None:
            kept[name] = fit
    return shape(**kept)


@cache
def _field_readers(shape: type[Struct]) -> dict[str, Callable[[object], object]]:
    hints = typing.get_type_hints(shape)
    return {name: _reader(hints[name]) for name in shape.__struct_fields__}


def _reader(hint: object) -> Callable[[object], object]:
    """Return a function that gives the value if it fits the type hint, else None."""
    if typing.get_origin(hint) in {types.UnionType, typing.Union}:
        readers = [_reader(member) for member in typing.get_args(hint) if member is not types.NoneType]
        return lambda value: next((r for read in readers if (r := read(value)) is not None), None)
    if hint is Raw:
        return lambda value: Raw(json.dumps(value).encode())
    if typing.get_origin(hint) is list:
        read_item = _reader(typing.get_args(hint)[0])
        return lambda value: [r for v in value if (r := read_item(v)) is not None] if isinstance(value, list) else None
    if isinstance(hint, type) and issubclass(hint, Struct):
        return lambda value: soften(value, hint) if isinstance(value, dict) else None
    return _scalar_readers[hint]


def _is_count(value: object) -> typing.TypeGuard[int]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 <= value <= LARGEST_COUNT and value == int(value)


_scalar_readers: dict[object, Callable[[object], object]] = {
    str: lambda value: clean(value) if isinstance(value, str) else None,
    bool: lambda value: value if isinstance(value, bool) else None,
    int: lambda value: int(value) if _is_count(value) else None,
    float: lambda value: float(value) if _is_count(value) or isinstance(value, float) else None,
}
