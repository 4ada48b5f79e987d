"""Bytes to lines to records: parse a line, salvage a damaged one, or skip it with a reason.

A line is what is between two newlines. It is `parsed`, `salvaged`, `skipped` or `blank`; a last line without its
newline may be `pending`.
"""

import json
import re
from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO, Literal, NamedTuple, Self

import msgspec
from blake3 import blake3
from msgspec import Struct

from common.transcripts.reading.depth import LIMIT_GOVERNS, MAX_DEPTH, room_for_depth
from common.transcripts.reading.lenient import huge_int, soften
from common.transcripts.reading.shapes import Line

MAX_TRIES = 256
MAX_LENGTH = 128 * 1024 * 1024
BLOCK = 256 * 1024
BEGINNING = 64
WHITE = b" \t\r\n\x0b\x0c"

LineKind = Literal["parsed", "salvaged", "skipped", "blank", "pending"]

NOT_JSON = "not JSON"
NO_OBJECT = "a value, but no object"
UTF_16 = "expected UTF-8, got UTF-16. Convert the file to UTF-8"
CUT = "cut: no newline yet"
TOO_DEEP = f"nested deeper than {MAX_DEPTH}"

_decode = msgspec.json.Decoder(Line).decode
_python = json.JSONDecoder(parse_int=huge_int)
_OPENERS_DELETED = bytes(byte for byte in range(256) if byte not in b"[{")
_TOKENS = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[\[\]{}]', re.DOTALL)
_RECORD_START = re.compile(
    r'\{\s*"(?:parentUuid|logicalParentUuid|isSidechain|type|sessionId|uuid|timestamp|summary|messageId|agentId'
    r'|userType|cwd|version|message|operation|promptId|leafUuid|permissionMode|isSnapshotUpdate|parentToolUseID)"\s*:'
)
_WITHOUT_SESSION = ("summary", "file-history-snapshot")
_AFTER_RECORD = re.compile(r"(?=[\0 \t\r\n{]|\Z)(?![ \t\r\n]*[,\]}])")
"""The text after a whole record; a comma or a bracket there would mean that the record was nested in another."""


class LineOutcome(NamedTuple):
    """The outcome of reading one line: its kind, the records in it, and why it was not parsed as it is."""

    kind: LineKind
    records: tuple[Line, ...] = ()
    reason: str | None = None


class TooLong(bytes):
    """A line longer than `MAX_LENGTH`: it has its length, but no bytes."""

    length: int

    def __new__(cls, length: int) -> Self:
        """Return a line of this length."""
        line = super().__new__(cls)
        line.length = length
        return line

    def __len__(self) -> int:
        """Return the length of the line in its file."""
        return self.length


class BadLine(Struct, array_like=True, frozen=True, gc=False):
    """A line that was not parsed as it is; `offset` in bytes."""

    line: int
    offset: int
    outcome: str
    reason: str


class CountedLines(Struct, array_like=True, gc=False):
    """The lines of a file that have one fault in common: the first of them and their number."""

    line: int
    outcome: str
    count: int


class LineReader:
    """The lines of the next `size` bytes of a stream, a block at a time.

    After the last block, `consumed` counts the bytes up to the end of the last newline, `hash` has taken exactly these
    (after those it had taken before), and `tail` is the rest.
    """

    def __init__(self, stream: BinaryIO, size: int, before: blake3) -> None:
        self.stream, self.size = stream, size
        self.consumed = 0
        self.tail = b""
        self.hash = before

    def __iter__(self) -> Iterator[list[bytes]]:
        """Yield the lines that end in one block, each with its newline; `consumed` and `hash` are at their end."""
        running = self.hash.copy()
        begun: list[bytes] = []
        length = read = 0
        while read < self.size and (block := self.stream.read(min(BLOCK, self.size - read))):
            read += len(block)
            lines = BytesIO(block).readlines()
            rest = b"" if block.endswith(b"\n") else lines.pop()
            if lines:
                running.update(memoryview(block)[: len(block) - len(rest)])
                self.hash, self.consumed = running.copy(), read - len(rest)
                lines[0] = _join([*begun, lines[0]], length + len(lines[0]), MAX_LENGTH + len(b"\n"))
                yield lines
                begun, length = [], 0
            running.update(rest)
            length += len(rest)
            if length <= MAX_LENGTH:
                begun.append(rest)
        self.tail = _join(begun, length, MAX_LENGTH)


def _join(parts: list[bytes], length: int, longest: int) -> bytes:
    return TooLong(length) if length > longest else b"".join(parts)


def _decode_counting(raw: bytes) -> Line:
    if len(raw.translate(None, _OPENERS_DELETED)) > MAX_DEPTH:
        raise RecursionError
    return _decode(raw)


decode_line = _decode if LIMIT_GOVERNS else _decode_counting
"""Decode a line that is one whole object of the expected types; raise one of `UNDECODABLE` for any other."""

UNDECODABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""The errors by which `decode_line` leaves a line to `examine`."""


def examine(raw: bytes) -> LineOutcome:
    """Soften, salvage or skip a line that is not one object of the expected types."""
    if isinstance(raw, TooLong):
        return LineOutcome("skipped", (), f"longer than {MAX_LENGTH} bytes")
    if not raw.strip(WHITE):
        return LineOutcome("blank")
    with room_for_depth():
        return _look_again(raw)


def _look_again(raw: bytes) -> LineOutcome:
    try:
        value = _python.decode(raw.decode("utf-8", "replace").strip(" \t\r\n"))
    except RecursionError:
        outcome = _salvage(raw)
        return outcome if outcome.records else LineOutcome("skipped", (), TOO_DEEP)
    except ValueError:
        return _salvage(raw)
    if not isinstance(value, dict):
        return LineOutcome("skipped", (), NO_OBJECT)
    if _depth(raw) > MAX_DEPTH:
        return LineOutcome("skipped", (), TOO_DEEP)
    return LineOutcome("parsed", (soften(value, Line),))


def examine_tail(raw: bytes) -> LineOutcome:
    """Examine a last line without its newline: it is pending while it is no JSON value, and never salvaged."""
    outcome = examine(raw)
    if outcome.reason == UTF_16:
        return LineOutcome("pending", (), UTF_16)
    return LineOutcome("pending", (), CUT) if outcome.kind == "salvaged" or outcome.reason == NOT_JSON else outcome


def is_utf_16(raw: bytes) -> bool:
    """Say whether a line that is no JSON has a NUL in every second byte of its beginning, as UTF-16 has."""
    # Windows PowerShell's `>` writes UTF-16. After a newline, the second byte of it begins the next line.
    #   little-endian    \xff\xfe{\0"\0t\0y\0 ... \n    \0{\0"\0t\0y\0 ... \n    \0
    #   big-endian       \xfe\xff\0{\0"\0t\0y ... \0\n    \0{\0"\0t\0y ... \0\n
    beginning = raw[:BEGINNING].removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    even, odd = beginning[::2], beginning[1::2]
    return b"" not in (even, odd) and (even.count(0), odd.count(0)) in ((len(even), 0), (0, len(odd)))


def _depth(raw: bytes) -> int:
    """Return how deep the arrays and objects of a valid JSON text are nested."""
    depth = deepest = 0
    for token in _TOKENS.finditer(raw):
        first = raw[token.start()]
        if first in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif first in b"]}":
            depth -= 1
    return deepest


def _salvage(raw: bytes) -> LineOutcome:
    """Save the whole records out of a damaged line, left to right.

    Time is bounded: a decoded object is skipped whole, and failed tries are limited in number and cost.
    """
    # Two programs that write to one file, or a full disk, damage lines in three ways; a record nested in another is
    # part of that one, not a line of its own.
    #   newline lost   {"type":"user","sessionId":"s1",...}{"type":"system","sessionId":"s1",...}     both saved
    #   line cut       {"type":"assistant","mess{"type":"user","sessionId":"s1",...}                  the second saved
    #   NUL bytes      \0\0\0\0{"type":"user","sessionId":"s1",...}                                   saved
    #   nested         {"type":"progress","data":{"message":{"type":"user","sessionId":"s1",...},     nothing saved
    text = raw.decode("utf-8", "replace")
    saved: list[Line] = []
    position, tries, budget = 0, MAX_TRIES, 16 * len(text) + 1_000_000
    while tries and budget > 0 and (start := _RECORD_START.search(text, position)):
        try:
            value, end = _python.raw_decode(text, start.start())
        except (ValueError, RecursionError) as error:
            position, tries = start.start() + 1, tries - 1
            budget -= error.pos if isinstance(error, json.JSONDecodeError) else len(text)
            continue
        whole = text[start.start() : end].encode()
        if _is_record(value) and _AFTER_RECORD.match(text, end) and _depth(whole) <= MAX_DEPTH:
            saved.append(soften(value, Line))
        position = end
    if not saved:
        return LineOutcome("skipped", (), UTF_16 if is_utf_16(raw) else NOT_JSON)
    return LineOutcome("salvaged", tuple(saved), f"{NOT_JSON}; {len(saved)} whole record(s) saved")


def _is_record(value: object) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("type"), str):
        return False
    return value["type"] in _WITHOUT_SESSION or isinstance(value.get("sessionId"), str)
