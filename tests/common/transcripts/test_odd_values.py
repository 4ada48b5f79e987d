"""A wrong value in any field of any line makes nothing crash, lose a line, or upset the sums."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.common.transcripts.compared import Both, extract, spent
from tests.transcripts_made import Call, Corpus, edit
from tests.transcripts_made.files import Json, encoded
from tests.transcripts_made.odd_values import ODD_VALUES, places, with_odd_values


def rich_corpus() -> Corpus:
    """Return a corpus in which lines of every kind stand."""
    corpus = Corpus()
    for version in ("1.0.80", "2.1.39", "2.1.92", "2.1.183"):
        session = corpus.session(version)
        session.prompt("Begin.")
        session.think("Hm.")
        session.tool(edit("/w/a.py"))
        session.parallel(Call("Explore", "Left."), Call("Explore", "Right.", inside=(Call("dev", "Inner."),)))
        session.delegate("dev", "Fail.", outcome="failed", how="error", result="Error: no")
        session.compact()
        session.metadata()
        if version != "1.0.80":
            notices = ("queue", "user", "attachment", "poll")
            session.delegate("dev", "Wait.", how="notice", background=True, notices=notices)
        session.delegate("dev", "Stop.", outcome="interrupted", how="escape")
    return corpus


def kinds_of_lines() -> dict[str, Json]:
    """Return one line of each kind, by a name that tells the kinds apart."""
    found: dict[str, Json] = {}
    for path, file in rich_corpus().files.transcripts.items():
        where = "agent file" if "/agent-" in path else "main file"
        for raw, _ in file.lines:
            line = json.loads(raw)
            found.setdefault(f"{where}: {name_of(line)}", line)
    return found


def name_of(line: Json) -> str:
    message, beside, data = line.get("message"), line.get("toolUseResult"), line.get("data")
    content = message.get("content") if isinstance(message, dict) else None
    block = content[0] if isinstance(content, list) else {}
    parts = [line["type"], line.get("subtype"), block.get("type"), block.get("name")]
    parts.append(data["message"]["type"] if isinstance(data, dict) else None)
    parts.append(beside.get("status", min(beside)) if isinstance(beside, dict) else None)
    return " ".join(str(part) for part in parts if part is not None)


LINES = kinds_of_lines()


def reconciles(both: Both) -> Iterator[bool]:
    """Yield for each kind of token whether sessions, linked and unlinked runs add up to the total."""
    found = both.found
    parts = [spent(session.tokens) for session in found.sessions]
    parts += [spent(run.tokens) for run in found.unlinked_runs]
    parts += [spent(d.run.tokens) for session in found.sessions for d in session.delegations if d.run is not None]
    total = spent(found.summary.tokens)
    for field in ("messages", "input", "output", "cache_creation", "cache_read"):
        yield sum(getattr(part, field) for part in parts) == getattr(total, field)


def test_lines_of_many_kinds_are_tried() -> None:
    assert len(LINES) >= 25


def test_each_field_is_left_out_once_and_takes_every_odd_value() -> None:
    line: Json = {"a": 1, "b": {"c": [2]}}
    assert list(places(line)) == [("a",), ("b",), ("b", "c"), ("b", "c", 0)]
    odd = list(with_odd_values(line))
    assert len(odd) == 4 * (1 + len(ODD_VALUES))
    left_out: Json = {"b": {"c": [2]}}
    replaced: Json = {"a": 1, "b": {"c": [None]}}
    assert left_out in odd
    assert replaced in odd


@pytest.mark.parametrize("kind", LINES)
def test_odd_values_upset_nothing(kind: str, tmp_path: Path) -> None:
    corpus = Corpus(2)
    good = corpus.session("2.1.172")
    call = good.delegate("dev", "Do it.")
    odd = [encoded(line) for line in with_odd_values(LINES[kind])]
    folder = "-w/12345678-1234-4234-8234-123456789012"
    path = f"{folder}/subagents/agent-a1234567890abcdef.jsonl" if kind.startswith("agent") else f"{folder}.jsonl"
    for raw in odd:
        corpus.files.append_raw(path, raw, "parsed")
    both = extract(corpus, tmp_path)
    assert both.found.source.parsed == both.found.source.lines == corpus.files.readings().total()
    assert all(reconciles(both))
    found = {session.session_id: session for session in both.found.sessions}[good.session_id]
    assert [d.outcome for d in found.delegations if d.tool_use_id == call] == ["completed"]
    assert spent(found.tokens) == corpus.truth.spent(("session", good.session_id))
