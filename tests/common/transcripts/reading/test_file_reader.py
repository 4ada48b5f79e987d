"""A transcript read in several goes tells what it tells in one, and bytes that changed are not believed."""

import json
import os
import random
from pathlib import Path
from typing import Any

import pytest

from common.transcripts.find import FoundFile, find_transcripts
from common.transcripts.reading import file_reader, lines
from common.transcripts.reading.facts import FileFacts
from common.transcripts.reading.file_reader import FileReading, decode_facts, read_file
from common.transcripts.reading.lines import UTF_16, decode_line
from common.transcripts.reading.shapes import Line
from tests.common.transcripts.written import (
    Json,
    answer,
    call,
    encoded,
    launched,
    line,
    notification,
    said,
    side,
    usage,
    user,
)

PARTS = ("parsed", "salvaged", "skipped", "blank", "pending")


def found(root: Path) -> FoundFile:
    (file,) = find_transcripts([str(root)]).files
    return file


def read(root: Path, before: FileReading | None = None) -> FileReading:
    reading = read_file(found(root), before)
    assert isinstance(reading, FileReading)
    return reading


def facts_of(folder: Path, content: bytes, name: str = "session.jsonl") -> FileFacts:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)
    return decode_facts(read(folder).facts)


def add_up(facts: FileFacts) -> bool:
    parts: list[int] = [getattr(facts, part) for part in PARTS]
    return sum(parts) == facts.lines


def some_line(rng: random.Random) -> bytes:
    """Return a line out of so few names that everything soon repeats."""
    uuid, second = rng.choice("abcd"), rng.choice((None, 1, 2, 3))
    key, agent = rng.choice(("c1", "c2", "c3")), rng.choice((None, None, "a1", "a2"))
    fields: dict[str, Any] = {"uuid": uuid, "parentUuid": rng.choice((None, "a", "b", "c", "d"))}
    fields["sessionId"] = rng.choice(("s1", "s2", None))
    fields["version"] = rng.choice(("1.0.80", "2.1.39"))
    text = rng.choice(("Hello.", "Warmup", "[Request interrupted by user]", notification("a1", "completed", "Yes.")))
    made = rng.choice(
        (
            user(text, second, **fields),
            user(rng.choice((None, "", [], [{"type": "text", "text": text}], ["x", 7])), second, **fields),
            said(second, text, call(key), key=rng.choice(("m1", "m2", None)), **fields),
            said(second, call(key, text), stop=None, key=rng.choice(("m1", "m2")), **fields),
            said(second, {"type": "tool_use", "id": "p1", "name": "TaskOutput", "input": {}}, key="m3", **fields),
            answer(key, second, rng.choice(("Done.", [{"type": "text", "text": "Done."}])), **fields),
            answer(key, second, "User rejected tool use", error=True, **fields),
            answer("p1", second, "<task_id>a1</task_id><status>running</status>", **fields),
            launched(key, second or 0, rng.choice(("a1", "a2"))) | fields,
            line("system", second, **fields),
            line("queue-operation", second, content=notification("a2", "failed"), **fields),
            line("attachment", second, attachment={"type": "queued_command", "prompt": text}, **fields),
            line(
                "progress",
                second,
                parentToolUseID=key,
                data={"type": "agent_progress", "agentId": "a1", "prompt": "Do it.", "message": said(second, "Hm.")},
                **fields,
            ),
            line(rng.choice(("new-type", "summary")), second, **fields),
        )
    )
    raw = json.dumps(side(made, agent) if rng.random() < 0.5 else made).encode()
    fault = rng.random()
    if fault < 0.05:
        raw = raw[: rng.randrange(len(raw))]
    elif fault < 0.1:
        raw += raw
    elif fault < 0.15:
        raw = rng.choice((b"", b"  ", b"\0\0", b"[]", raw + b"\r", raw[: len(raw) // 2] + raw))
    return raw + b"\n"


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("name", ["session.jsonl", "agent-a1.jsonl"])
def test_a_file_read_in_several_goes_tells_what_it_tells_in_one(tmp_path: Path, seed: int, name: str) -> None:
    rng = random.Random(seed)
    lines = [some_line(rng) for _ in range(40)]
    content = b"".join(lines)
    whole = facts_of(tmp_path / "whole", content, name)
    path = tmp_path / "root" / name
    path.parent.mkdir()
    before: FileReading | None = None
    for size in [*sorted(rng.sample(range(len(content)), 8)), len(content)]:
        path.write_bytes(content[:size])
        before = read(path.parent, before)
        assert add_up(decode_facts(before.facts))
    assert before is not None
    assert before.facts == read(path.parent).facts
    assert decode_facts(before.facts) == whole


def test_every_cut_position_of_a_small_file_gives_the_same(tmp_path: Path) -> None:
    lines: list[Json] = [user("Héllo\u2028.", 1), said(2, call("c1")), answer("c1", 3)]
    content = encoded(lines) + b'{"a":1}{"type":"user"\n\0\0\n[1]'
    path = tmp_path / "session.jsonl"
    path.write_bytes(content)
    whole = read(tmp_path)
    for size in range(len(content)):
        path.write_bytes(content[:size])
        first = read(tmp_path)
        assert add_up(decode_facts(first.facts))
        path.write_bytes(content)
        second = read(tmp_path, first)
        assert (second.facts, second.state, second.digest) == (whole.facts, whole.state, whole.digest)


def test_bytes_that_changed_before_the_offset_are_read_again(tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    path.write_bytes(encoded([user("One.", 1)]))
    before = read(tmp_path)
    path.write_bytes(encoded([user("Two.", 1)]) * 2)
    assert read(tmp_path, before)._replace(stamp=before.stamp) == read(tmp_path)._replace(stamp=before.stamp)


def test_a_file_that_became_shorter_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    path.write_bytes(encoded([user("One.", 1), user("Two.", 2)]))
    before = read(tmp_path)
    path.write_bytes(encoded([user("One.", 1)]))
    after = read(tmp_path, before)
    assert (decode_facts(after.facts).lines, after.consumed) == (1, len(encoded([user("One.", 1)])))


def test_a_last_line_without_its_newline_is_read_again_when_it_has_grown(tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    path.write_bytes(b'{"type":"user"}')
    before = read(tmp_path)
    assert decode_facts(before.facts).parsed == 1
    assert before.consumed == 0
    path.write_bytes(b'{"type":"user"} {"type":"summary","leafUuid":"x"}\n')
    after = decode_facts(read(tmp_path, before).facts)
    assert (after.lines, after.parsed, after.salvaged, after.pending) == (1, 0, 1, 0)


@pytest.mark.parametrize(
    ("tail", "part"),
    [
        (b'{"type":"user"}', "parsed"),
        (b'{"type":"us', "pending"),
        (b'{"type":"user","sessionId":"s"}{"type":', "pending"),
        (b'{"type":"user","sessionId":"s"}\0', "pending"),
        (b"[1]", "skipped"),
        (b"null", "skipped"),
        (b" \t", "blank"),
        (b'{"a":' * 201 + b"1" + b"}" * 201, "skipped"),
    ],
)
def test_a_last_line_without_a_newline_is_whole_pending_or_no_object(tmp_path: Path, tail: bytes, part: str) -> None:
    facts = facts_of(tmp_path, b'{"type":"user"}\n' + tail)
    assert facts.lines == 2
    assert {name: getattr(facts, name) for name in PARTS} == dict.fromkeys(PARTS, 0) | {"parsed": 1} | {
        part: 2 if part == "parsed" else 1
    }


def test_an_empty_file_has_no_lines(tmp_path: Path) -> None:
    assert facts_of(tmp_path, b"").lines == 0


def test_a_file_that_is_none_any_more_is_passed_over_with_its_reason(tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    path.write_bytes(b"{}\n")
    file = found(tmp_path)
    path.unlink()
    assert read_file(file) == "cannot be opened: No such file or directory"
    os.mkfifo(path)
    assert read_file(file) == "no regular file"


def test_positions_of_bad_lines_are_kept(tmp_path: Path) -> None:
    bad = facts_of(tmp_path, b'{"type":"user"}\r\nnonsense\n{}\n[2]\nrest').bad_lines
    assert [(b.line, b.offset, b.outcome, b.reason) for b in bad] == [
        (2, 17, "skipped", "not JSON"),
        (4, 29, "skipped", "a value, but no object"),
        (5, 33, "pending", "cut: no newline yet"),
    ]


def test_what_the_meta_file_says_is_kept_beside(tmp_path: Path) -> None:
    (tmp_path / "agent-a1.jsonl").write_bytes(b"{}\n")
    (tmp_path / "agent-a1.meta.json").write_bytes(b'{"agentType":"dev","toolUseId":7,"spawnDepth":1}')
    meta = read(tmp_path).meta
    assert meta is not None
    assert (meta.agent_type, meta.tool_use_id) == ("dev", None)


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff\xfe", b"[" * 100_000, b"x" * (1 << 20)])
def test_a_meta_file_that_says_nothing_is_as_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "agent-a1.jsonl").write_bytes(b"{}\n")
    (tmp_path / "agent-a1.meta.json").write_bytes(content)
    assert read(tmp_path).meta is None


@pytest.mark.parametrize(("size", "kind"), [(1 << 20, "dev"), ((1 << 20) + 1, None)])
def test_a_meta_file_is_read_up_to_a_size(tmp_path: Path, size: int, kind: str | None) -> None:
    (tmp_path / "agent-a1.jsonl").write_bytes(b"{}\n")
    (tmp_path / "agent-a1.meta.json").write_bytes(b'{"agentType":"dev"}'.ljust(size))
    meta = read(tmp_path).meta
    assert (meta.agent_type if meta else None) == kind


@pytest.mark.parametrize("name", [b"agent-a1.jsonl", b"agent-\xff.jsonl"])
def test_lines_of_an_agents_file_are_the_agents_whatever_they_say(tmp_path: Path, name: bytes) -> None:
    with open(os.fsencode(tmp_path) + b"/" + name, "wb") as file:  # noqa: PTH123 - a path object takes no such bytes
        file.write(encoded([user("Hi.", 1), said(2, "So.")]))
    (thread,) = decode_facts(read(tmp_path).facts).threads
    assert (thread.kind, thread.agent_id) == ("side", name[6:-6].decode("utf-8", "replace"))


@pytest.mark.parametrize("length", [(1 << 22) - 100, 1 << 23, (1 << 23) + 100])
def test_what_is_appended_to_a_large_file_is_parsed_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, length: int
) -> None:
    path = tmp_path / "session.jsonl"
    path.write_bytes(encoded([user("x" * (length - len(encoded([user("", 1)]))), 1)]))
    assert path.stat().st_size == length
    before = read(tmp_path)
    with path.open("ab") as file:
        file.write(encoded([user("More.", 2)]))
    whole, parsed = read(tmp_path), []

    def decode_and_note(raw: bytes) -> Line:
        parsed.append(len(raw))
        return decode_line(raw)

    monkeypatch.setattr(file_reader, "decode_line", decode_and_note)
    after = read(tmp_path, before)
    assert parsed == [len(encoded([user("More.", 2)]))]
    assert after == whole


def test_a_last_line_that_is_too_long_is_skipped_and_looked_at_again_when_it_has_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "MAX_LENGTH", 20)
    path = tmp_path / "session.jsonl"
    path.write_bytes(b"{}\n" + b"x" * 21)
    before = read(tmp_path)
    facts = decode_facts(before.facts)
    assert [(bad.line, bad.offset, bad.outcome, bad.reason) for bad in facts.bad_lines] == [
        (2, 3, "skipped", "longer than 20 bytes")
    ]
    assert (facts.lines, facts.skipped, facts.pending, before.consumed) == (2, 1, 0, 3)
    path.write_bytes(b"{}\n" + b"x" * 22 + b"\n{}\n")
    after = decode_facts(read(tmp_path, before).facts)
    assert (after.lines, after.parsed, after.skipped, after.offset) == (3, 2, 1, 29)


def counted(facts: FileFacts) -> list[tuple[str, int, str, int]]:
    return [(reason, told.line, told.outcome, told.count) for reason, told in facts.counted_lines.items()]


@pytest.mark.parametrize("coding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_the_lines_of_a_utf_16_file_are_skipped_with_one_reason(tmp_path: Path, coding: str, ending: str) -> None:
    lines = [json.dumps(user("Hé.", second)) for second in (1, 2, 3)]
    content = (ending.join([*lines[:2], "", lines[2]]) + ending).encode(coding)
    facts = facts_of(tmp_path, content)
    tail = 0 if coding == "utf-16-be" else 1  # in the other order, the last byte is behind the newline
    assert (facts.lines, facts.skipped, facts.pending) == (4 + tail, 4, tail)
    assert counted(facts) == [("expected UTF-8, got UTF-16. Convert the file to UTF-8", 1, "skipped", 4 + tail)]
    assert facts.bad_lines == []


def test_utf_16_at_the_end_of_a_file_is_told_from_there(tmp_path: Path) -> None:
    good, bad = encoded([user("Hi.", 1)]), json.dumps(user("Ho.", 2)).encode("utf-16")
    facts = facts_of(tmp_path, good + bad)
    assert (facts.lines, facts.parsed, facts.pending) == (2, 1, 1)
    assert counted(facts) == [(UTF_16, 2, "pending", 1)]
    facts = facts_of(tmp_path, good + bad + "\n".encode("utf-16-le") + b"\n" + good)
    assert (facts.lines, facts.parsed, facts.skipped) == (4, 2, 2)
    assert counted(facts) == [(UTF_16, 2, "skipped", 2)]
    assert facts.bad_lines == []


@pytest.mark.parametrize("content", [b"\0", b"\0\0\0\0\n", b"\0n\0o\0 \0\0x\n", b"n\0\0\0o\0\0\0\n"])
def test_nul_bytes_alone_are_no_utf_16(tmp_path: Path, content: bytes) -> None:
    facts = facts_of(tmp_path, content)
    assert facts.counted_lines == {}
    assert facts.skipped + facts.pending == 1


def test_lines_of_the_conversation_without_a_timestamp_are_counted(tmp_path: Path) -> None:
    echo: Json = {"type": "agent_progress", "agentId": "a1", "message": {"message": {"id": "m1", "usage": usage(1)}}}
    content = encoded(
        [
            user("Hi.", 1),
            said(None, "So."),
            user("Hm.", None, timestamp="soon"),
            line("system", None, timestamp=1773478800000),
            line("progress", None, data=echo),
            line("progress", None, data={"type": "bash_progress"}),
            {"type": "summary", "summary": "Hi."},
            user("Ho.", None, timestamp="2026-03-14T10:00:09+01:00"),
        ]
    )
    facts = facts_of(tmp_path, content)
    assert counted(facts) == [("no ISO 8601 timestamp", 2, "parsed", 4)]
    main, _ = facts.threads
    assert (main.first, main.last) == ("2026-03-14T09:00:01.000Z", "2026-03-14T09:00:09.000Z")
