"""Lines as they come out of crashes, full disks and other tools: each with what a right reader makes of it."""

from collections.abc import Callable
from typing import Literal

from tests.transcripts_made.files import Files, Reading, TranscriptFile, encoded

Dirt = Literal[
    "splice",
    "glued",
    "nul_before",
    "nul_run",
    "byte_order_mark",
    "carriage_return",
    "lone_surrogate",
    "line_separator",
    "bad_utf8",
    "utf_16",
    "not_a_number",
    "duplicate_key",
    "huge_integer",
    "no_object",
    "too_deep",
    "wrong_types",
    "unknown_type",
    "blank",
    "cut",
    "long",
]
CUT = b'{"parentUuid":null,"isSidechain":false,"type":"user","message":{"role":"user","content":"half a sen'
DEEP = 250


def soil(files: Files, path: str, dirt: Dirt) -> None:
    """Spoil the last line of a file, or append a bad one after it."""
    if dirt in _SPOILED:
        reading, count, spoil = _SPOILED[dirt]
        files.replace_last(path, count, spoil(files.last(path, count)), reading)
    else:
        reading, raw = _APPENDED[dirt]
        files.append_raw(path, raw, reading)


def cut_last_line(files: Files, path: str) -> None:
    """End a file in the middle of a line that is still being written."""
    files.append_raw(path, CUT, "pending")
    files.transcripts[path].closed = False


def leave_open(file: TranscriptFile) -> None:
    """Take away the newline behind the last line, which is whole."""
    file.closed = False


_SPOILED: dict[str, tuple[Reading, int, Callable[[list[bytes]], bytes]]] = {
    "splice": ("salvaged", 1, lambda lines: CUT + lines[0]),
    "glued": ("salvaged", 2, lambda lines: lines[0] + lines[1]),
    "nul_before": ("salvaged", 1, lambda lines: b"\0" * 300 + lines[0]),
    "byte_order_mark": ("salvaged", 1, lambda lines: b"\xef\xbb\xbf" + lines[0]),
    "carriage_return": ("parsed", 1, lambda lines: lines[0] + b"\r"),
}
"""What becomes of the line, how many lines it takes, how they are spoiled."""

_APPENDED: dict[str, tuple[Reading, bytes]] = {
    "nul_run": ("skipped", b"\0" * 700),
    "lone_surrogate": ("parsed", b'{"type":"note","text":"\\ud83d"}'),
    "line_separator": ("parsed", encoded({"type": "note", "text": "a\u2028b\u0085c\u000bd"})),
    "bad_utf8": ("parsed", b'{"type":"note","text":"\xff\xfe\xc3"}'),
    "utf_16": ("skipped", '{"type":"user","sessionId":"s","message":{"content":"Hé."}}\r'.encode("utf-16-be")),
    "not_a_number": ("parsed", b'{"type":"note","value":NaN}'),
    "duplicate_key": ("parsed", b'{"type":"note","value":1,"value":2}'),
    "huge_integer": ("parsed", b'{"type":"note","value":' + b"9" * 5000 + b"}"),
    "no_object": ("skipped", b'["a list", 1, null]'),
    "too_deep": ("skipped", b'{"type":"note","value":' + b"[" * DEEP + b"]" * DEEP + b"}"),
    "wrong_types": ("parsed", b'{"type":"assistant","message":"no object","sessionId":["x"],"timestamp":12}'),
    "unknown_type": ("parsed", b'{"type":"weather-report","sky":"clear"}'),
    "blank": ("blank", b" \t"),
    "cut": ("skipped", CUT),
    "long": ("parsed", b'{"type":"note","text":"' + b"x" * 2_000_000 + b'"}'),
}
