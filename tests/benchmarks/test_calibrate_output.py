"""The calibration of estimated output runs on any transcripts, and says what it cannot test."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.benchmarks import calibrate_output

if TYPE_CHECKING:
    from pathlib import Path

OPUS, NEWER = "claude-opus-4-1-20250805", "claude-opus-4-8"


def finished(number: int, model: str, per_byte: float, stop: str | None = "end_turn") -> bytes:
    """Return a line whose text has 10 to 1,990 bytes as JSON, and whose output is on a line through 50."""
    size = 10 * (number % 199 + 1)
    message = {
        "id": f"msg-{number}",
        "model": model,
        "stop_reason": stop,
        "usage": {"output_tokens": round(per_byte * size) + 50},
        "content": [{"type": "text", "text": "x" * (size - 2)}],
    }
    return json.dumps({"type": "assistant", "message": message}).encode() + b"\n"


def root(folder: Path, *lines: bytes) -> str:
    folder.mkdir(parents=True)
    (folder / "s.jsonl").write_bytes(b"".join(lines))
    return str(folder)


def printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *roots: str) -> list[str]:
    monkeypatch.setattr("sys.argv", ["calibrate_output", *roots])
    calibrate_output.main()
    return [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]


def test_each_model_and_family_has_its_line_and_each_root_is_predicted_by_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first = root(tmp_path / "a", *(finished(n, OPUS, 0.2) for n in range(199)))
    second = root(tmp_path / "b", *(finished(n, OPUS, 0.2) for n in range(199)), finished(900, OPUS, 9.0, stop=None))
    assert printed(monkeypatch, capsys, first, second) == [
        "claude-opus-4-1 all written 398 messages 0.200 tokens a byte, 50 a message",
        "up to 4.6 all written 398 messages 0.200 tokens a byte, 50 a message",
        # Opus 4.1 has 0.286 a byte and 89 a message: 375 of 250
        "lines in use, up to 4.6: 1.500 of 398 messages (each root: 1.500, 1.500)",
        "left one root out, up to 4.6: 1.000 of 398 messages (each root: 1.000, 1.000)",
    ]


def test_lines_that_another_root_does_not_share_are_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # per byte 0.2 and 0.4 of a mean of 1,000 bytes: 250 and 450 tokens; each is predicted as the other
    first = root(tmp_path / "a", *(finished(n, OPUS, 0.2) for n in range(199)))
    second = root(tmp_path / "b", *(finished(n, OPUS, 0.4) for n in range(199)))
    lines = printed(monkeypatch, capsys, first, second)
    assert lines[-1] == "left one root out, up to 4.6: 1.000 of 398 messages (each root: 1.800, 0.556)"
    assert lines[0].endswith("0.300 tokens a byte, 50 a message")


def test_a_family_of_one_root_is_untested(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    only = root(tmp_path / "a", *(finished(n, NEWER, 0.4) for n in range(199)))
    assert printed(monkeypatch, capsys, only)[-1] == (
        "left one root out, 4.7 and later: untested, for no two roots have its finished messages"
    )


def test_a_root_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        printed(monkeypatch, capsys, "/nowhere")
    assert "/nowhere: expected a folder with transcripts" in capsys.readouterr().err
