"""One file's bytes to its facts, from the start or from the end of an earlier reading."""

import os
import stat
from collections.abc import Iterable
from typing import BinaryIO, NamedTuple

import msgspec
from blake3 import blake3

from common.transcripts.find import SNAPSHOT_LIMIT, FoundFile, Stamp, stamp_of
from common.transcripts.reading.depth import depth_limit
from common.transcripts.reading.evidence.watches import prove
from common.transcripts.reading.facts import LINE_OUTCOMES, FileCounts, FileFacts
from common.transcripts.reading.lines import (
    UNDECODABLE,
    UTF_16,
    BadLine,
    LineOutcome,
    LineReader,
    decode_line,
    examine,
    examine_tail,
)
from common.transcripts.reading.shapes import Line, read_object
from common.transcripts.reading.transcript_file import Meta, TranscriptFile, keys_of
from common.transcripts.reading.transcript_reader import TranscriptReader
from common.transcripts.reading.workflows import AGENTS_FOLDER, FileWorkflows, read_snapshot

META_LIMIT = 1 << 20
JOURNAL_NAME = b"/journal.jsonl"
JOURNAL_TYPES = frozenset({"launched", "started", "result", "failed"})

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(FileFacts).decode


class FileReading(NamedTuple):
    """The result of reading a file: `consumed` bytes up to the last newline with their `digest`, and the facts.

    `state` holds the encoded facts of the consumed bytes, from which a later reading continues. `facts` includes the
    last line if that has no newline yet. `keys` tie the file to others; `counts` is what it adds to the source.
    """

    stamp: Stamp
    consumed: int
    digest: bytes
    state: bytes
    facts: bytes
    keys: bytes = b""
    counts: bytes = b""
    meta: Meta | None = None


class FileMeta(msgspec.Struct, array_like=True, frozen=True):
    """The `.meta.json` next to a transcript, and its stamp when it was read."""

    stamp: Stamp | None
    meta: Meta | None


def decode_facts(raw: bytes) -> FileFacts:
    """Return encoded facts as an object."""
    return _decode(raw)


def read_file(file: FoundFile, before: FileReading | None = None) -> FileReading | str:
    """Read a transcript or snapshot up to its size when it is opened; return the reason if it cannot be read.

    `before` is an earlier reading: if its bytes are still there unchanged, only what follows them is parsed.
    """
    try:
        descriptor = os.open(file.location, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    except OSError as error:
        return f"cannot be opened: {error.strerror}"
    with os.fdopen(descriptor, "rb", buffering=0) as raw:
        status = os.fstat(raw.fileno())
        if not stat.S_ISREG(status.st_mode):
            return "no regular file"
        try:
            if file.is_snapshot:
                return _read_snapshot(raw, stamp_of(status), file)
            return _read(raw, stamp_of(status), file, before)
        except OSError as error:
            return f"cannot be read: {error.strerror}"


def _read(stream: BinaryIO, stamp: Stamp, file: FoundFile, before: FileReading | None) -> FileReading:
    hashed = _hash_again(stream, stamp, before) if before else None
    done = before if hashed else None
    start = done.consumed if done else 0
    stream.seek(start)
    facts = decode_facts(done.state) if done else FileFacts()
    name = file.path.rpartition(b"/")[2]
    agent_id = name[6:-6].decode("utf-8", "replace") if name.startswith(b"agent-") else None
    lines = LineReader(stream, stamp.size - start, hashed or blake3())
    reader = JournalReader(facts, None) if _is_journal(file) else TranscriptReader(facts, agent_id)
    with depth_limit():
        _take_lines(lines, reader)
        prove(facts, stream)
        state = _encode(facts)
        tail = lines.tail
        if tail:
            _take_tail(tail, reader)
            prove(facts, stream)
    whole = _encode(facts) if tail else state
    meta = read_meta(file)
    keys = keys_of(TranscriptFile(0, file.name, facts, meta)).tobytes()
    counts = _encode(_counts(facts, stamp.size))
    return FileReading(stamp, start + lines.consumed, lines.hash.digest(), state, whole, keys, counts, meta)


class JournalReader(TranscriptReader):
    """The reader of a workflow's journal, whose lines are no part of a conversation."""

    def take(self, lines: Iterable[Line], number: int) -> None:
        """Take consecutive lines; a line of a type that no journal has is read as in any transcript."""
        # 2.1.205  {"type":"started","key":"v2:d9bd","agentId":"a1"}  {"type":"result",...,"result":"Done."}
        # 2.1.332  {"type":"launched"}  {"type":"started",...}  {"type":"failed",...,"agentId":"a1"}
        for at, line in enumerate(lines, number):
            if line.type not in JOURNAL_TYPES:
                super().take([line], at)
            elif line.agent_id:
                self.facts.workflows.journal[line.agent_id] = line.type or ""


def _is_journal(file: FoundFile) -> bool:
    return file.path.endswith(JOURNAL_NAME) and AGENTS_FOLDER.encode() in file.path


def _read_snapshot(stream: BinaryIO, stamp: Stamp, file: FoundFile) -> FileReading | str:
    """Read the snapshot of a workflow's run, which is no transcript: it has no lines, and is always read as a whole."""
    with depth_limit():
        snapshot = read_snapshot(stream.read(SNAPSHOT_LIMIT))
    if snapshot is None:
        return "no snapshot of a workflow: expected a JSON object"
    facts = FileFacts(workflows=FileWorkflows(snapshot=snapshot))
    encoded, keys = _encode(facts), keys_of(TranscriptFile(0, file.name, facts)).tobytes()
    return FileReading(stamp, 0, blake3().digest(), encoded, encoded, keys, _encode(_counts(facts, 0)))


def _counts(facts: FileFacts, size: int) -> FileCounts:
    return FileCounts(
        bytes=size,
        unknown_types=facts.unknown_types,
        bad_lines=facts.bad_lines,
        counted_lines=facts.counted_lines,
        **{name: getattr(facts, name) for name in LINE_OUTCOMES},
    )


def _hash_again(stream: BinaryIO, stamp: Stamp, before: FileReading) -> blake3 | None:
    """Return the hash of the bytes read before if all are there unchanged, to be continued; else None."""
    if stamp.size < before.consumed:
        return None
    hashed = blake3()
    for size in _blocks(before.consumed):
        hashed.update(stream.read(size))
    return hashed if hashed.digest() == before.digest else None


def _blocks(size: int, block: int = 1 << 22) -> list[int]:
    return [block] * (size // block) + ([size % block] if size % block else [])


def _take_lines(lines: LineReader, reader: TranscriptReader) -> None:
    facts = reader.facts
    start = facts.offset
    for block in lines:
        try:
            records = list(map(decode_line, block))
        except UNDECODABLE:
            _take_one_by_one(block, reader)
        else:
            reader.watches.begin(block, facts.lines + 1, facts.offset)
            reader.take(records, facts.lines + 1)
            facts.lines += len(records)
            facts.parsed += len(records)
            facts.offset = start + lines.consumed


def _take_one_by_one(lines: list[bytes], reader: TranscriptReader) -> None:
    """Take lines of which at least one cannot be decoded as it is."""
    facts = reader.facts
    for raw in lines:
        facts.lines += 1
        reader.watches.begin([raw], facts.lines, facts.offset)
        try:
            record = decode_line(raw)
        except UNDECODABLE:
            _take_outcome(examine(raw), reader, facts.lines, facts.offset)
        else:
            facts.parsed += 1
            reader.take([record], facts.lines)
        facts.offset += len(raw)


def _take_outcome(outcome: LineOutcome, reader: TranscriptReader, number: int, offset: int) -> None:
    facts = reader.facts
    setattr(facts, outcome.kind, getattr(facts, outcome.kind) + 1)
    if outcome.reason == UTF_16:
        facts.count_line(UTF_16, outcome.kind, number)
    elif outcome.reason is not None:
        facts.bad_lines.append(BadLine(number, offset, outcome.kind, outcome.reason))
    for record in outcome.records:
        reader.take([record], number)


def _take_tail(tail: bytes, reader: TranscriptReader) -> None:
    """Take a last line without its newline: if it is one object, whole; else it waits for its rest."""
    facts = reader.facts
    facts.lines += 1
    reader.watches.begin([tail], facts.lines, facts.offset)
    outcome = examine_tail(tail)
    if tail == b"\0" and UTF_16 in facts.counted_lines:  # the second byte of the last newline
        outcome = outcome._replace(reason=UTF_16)
    _take_outcome(outcome, reader, facts.lines, facts.offset)


def read_meta(file: FoundFile) -> Meta | None:
    """Return the `.meta.json` next to an agent's transcript; None if there is none or it is no object."""
    if file.meta is None or file.meta.size > META_LIMIT:
        return None
    try:
        descriptor = os.open(file.meta_location, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as stream:
        return read_object(stream.read(META_LIMIT), Meta)
