"""Lenient JSON, as Claude Code's own runtime reads it, and text that can be written as UTF-8."""

import json

import msgspec

from common.transcripts.reading.depth import room_for_depth


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
