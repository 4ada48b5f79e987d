"""Bytes to lines to objects: what is parsed, what is saved out of a damaged line, what is skipped and why.

A line is what stands between two newlines. Its outcome is `parsed`, `salvaged`, `skipped` or `blank`; that of a last
line without its newline may be `pending`. Nothing is dropped without a reason.
"""

import json
import re
from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO, Literal, NamedTuple, Self

import msgspec
from blake3 import blake3

from common.transcripts.reading.depth import LIMIT_GOVERNS, MAX_DEPTH, room_for_depth
from common.transcripts.reading.lenient import huge_int
from common.transcripts.reading.shapes import Line, soften

MAX_TRIES = 256
MAX_LENGTH = 128 * 1024 * 1024
BLOCK = 256 * 1024
WHITE = b" \t\r\n\x0b\x0c"

LineKind = Literal["parsed", "salvaged", "skipped", "blank", "pending"]

NOT_JSON = "not JSON"
NO_OBJECT = "a value, but no object"
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
"""What may follow a record; a comma or a bracket behind white space tells that it was nested in another."""


class LineOutcome(NamedTuple):
    """What became of a line: the objects that it gave, and why it was not parsed as it stood."""

    kind: LineKind
    records: tuple[Line, ...] = ()
    reason: str | None = None


class TooLong(bytes):
    """A line longer than `MAX_LENGTH`: it has its length, but no bytes."""

    length: int

    def __new__(cls, length: int) -> Self:
        """Return the line of a length."""
        line = super().__new__(cls)
        line.length = length
        return line

    def __len__(self) -> int:
        """Return the length that the line has in its file."""
        return self.length


class LineReader:
    """The lines of the next `size` bytes of a stream, a block at a time.

    After all were taken, `consumed` counts the bytes up to and with the last newline, `hash` has taken exactly these
    (after what it held before), and `tail` is what follows the last newline.
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
"""Returns the record of a line that is one whole object of the expected types, else raises one of `UNDECODABLE`."""

UNDECODABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What `decode_line` raises for a line that `examine` is to look at."""


def examine(raw: bytes) -> LineOutcome:
    """Look at a line that is not one object of the expected types: soften, salvage or skip it."""
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
    """Look at a last line without its newline: it is pending if it is no JSON value yet, and never salvaged."""
    outcome = examine(raw)
    pending = outcome.kind == "salvaged" or outcome.reason == NOT_JSON
    return LineOutcome("pending", (), "cut: no newline yet") if pending else outcome


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

    Time is bounded: an object that was decoded is passed over whole, and failed tries are few and charged.
    """
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
        return LineOutcome("skipped", (), NOT_JSON)
    return LineOutcome("salvaged", tuple(saved), f"{NOT_JSON}; {len(saved)} whole record(s) saved")


def _is_record(value: object) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("type"), str):
        return False
    return value["type"] in _WITHOUT_SESSION or isinstance(value.get("sessionId"), str)
