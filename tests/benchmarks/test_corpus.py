"""The big corpora are what they are said to be."""

import hashlib
import json
from pathlib import Path

import msgspec

from analysis import extract_all_sessions
from common.records.extraction import FullSessions
from tests.benchmarks.corpus import Made, make
from tests.benchmarks.filling import quantile, spread
from tests.benchmarks.measured import MAIN


def lines_of(root: Path) -> list[dict[str, object]]:
    raw = b"".join(path.read_bytes() for path in sorted(root.rglob("*.jsonl")))
    return [json.loads(line) for line in raw.split(b"\n")[:-1]]


def digest(root: Path) -> str:
    files = sorted(path for path in root.rglob("*") if path.is_file())
    return hashlib.sha256(b"".join(str(p.relative_to(root)).encode() + p.read_bytes() for p in files)).hexdigest()


def test_what_was_made_is_what_lies_there(tmp_path: Path) -> None:
    made = make(tmp_path, 6)
    files = list(tmp_path.rglob("*.jsonl"))
    assert made.files == len(files)
    assert made.bytes == sum(path.stat().st_size for path in files)
    lines = lines_of(tmp_path)
    assert made.lines == len(lines)
    outputs: dict[str, int] = {}
    delegations = set()
    for line in lines:
        message = line.get("message")
        if line["type"] == "assistant" and isinstance(message, dict):
            outputs[message["id"]] = message["usage"]["output_tokens"]
            delegations |= {block["id"] for block in message["content"] if block.get("name") == "Agent"}
    assert made == Made(len(files), made.bytes, len(lines), len(outputs), len(delegations), sum(outputs.values()))


def test_extraction_finds_what_was_made(tmp_path: Path) -> None:
    made = make(tmp_path / "root", 6)
    out = tmp_path / "full_sessions_data.json"
    extract_all_sessions.main(
        projects=(str(tmp_path / "root"),),
        cache=tmp_path / "cache",
        sessions=out,
        diagnostics=tmp_path / "extraction_diagnostics.jsonl",
        manifest=tmp_path / "cache" / "manifest.json",
    )
    found = msgspec.json.decode(out.read_bytes(), type=FullSessions)
    assert (found.source.files, found.source.lines) == (made.files, made.lines)
    assert found.summary.delegations == made.delegations
    assert (found.summary.tokens.messages, found.summary.tokens.output) == (made.messages, made.output)
    assert found.summary.links["agent_id"] == made.delegations


def test_the_same_numbers_give_the_same_bytes(tmp_path: Path) -> None:
    make(tmp_path / "a", 3)
    make(tmp_path / "b", 3)
    make(tmp_path / "c", 3, seed=2)
    assert digest(tmp_path / "a") == digest(tmp_path / "b") != digest(tmp_path / "c")


def test_delegations_and_line_sizes_are_as_measured(tmp_path: Path) -> None:
    made = make(tmp_path, 40)
    assert 1.1 < made.delegations / made.bytes * 1_000_000 < 1.9
    assert 1_900 < made.bytes / made.lines < 2_700


def test_sizes_are_spread_between_the_quantiles() -> None:
    assert quantile((0.0, 0.5, 1.0), (0, 10, 30), 0.25) == 5
    assert quantile((0.0, 0.5, 1.0), (0, 10, 30), 0.75) == 20
    assert spread((0, 10, 30), (0.0, 0.5, 1.0), 4) == [2, 8, 15, 25]


def test_lines_of_a_kind_are_as_long_as_the_quantiles_say(tmp_path: Path) -> None:
    make(tmp_path, 12)
    raw = [line for path in tmp_path.rglob("*.jsonl") for line in path.read_bytes().split(b"\n")]
    results = sorted(len(line) for line in raw if b'"toolUseResult":{"stdout"' in line and b'"agentId"' not in line)
    median = results[len(results) // 2]
    assert abs(median - MAIN["result"].sizes[3]) < 0.1 * median
