"""The files of a corpus, line by line, with what a right reader makes of each line."""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Reading = Literal["parsed", "salvaged", "skipped", "blank", "pending"]
Json = dict[str, object]


def encoded(line: Json) -> bytes:
    """Return a line as JavaScript writes it, lone surrogates escaped."""
    text = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
    try:
        return text.encode()
    except UnicodeEncodeError:
        return json.dumps(line, separators=(",", ":")).encode()


@dataclass(slots=True)
class TranscriptFile:
    """The lines of one `.jsonl` file; `closed` when the last one has its newline."""

    lines: list[tuple[bytes, Reading]] = field(default_factory=list)
    closed: bool = True

    def content(self) -> bytes:
        joined = b"\n".join(raw for raw, _ in self.lines)
        return joined + b"\n" if self.closed and self.lines else joined


class Files:
    """Everything that will lie below the root, by path relative to it."""

    def __init__(self) -> None:
        self.transcripts: dict[str, TranscriptFile] = {}
        self.others: dict[str, bytes] = {}

    def append(self, path: str, line: Json) -> None:
        self.append_raw(path, encoded(line), "parsed")

    def append_raw(self, path: str, raw: bytes, reading: Reading) -> None:
        self.transcripts.setdefault(path, TranscriptFile()).lines.append((raw, reading))

    def length(self, path: str) -> int:
        """Return how many lines the file has."""
        return len(self.transcripts[path].lines) if path in self.transcripts else 0

    def interleave(self, path: str, start: int) -> None:
        """Put the lines from `start` on in the order of their times, as threads that ran side by side wrote them."""
        lines = self.transcripts[path].lines
        lines[start:] = sorted(lines[start:], key=lambda line: str(json.loads(line[0]).get("timestamp", "")))

    def replace_last(self, path: str, count: int, raw: bytes, reading: Reading) -> None:
        """Put one raw line in the place of the last `count` lines."""
        lines = self.transcripts[path].lines
        del lines[-count:]
        lines.append((raw, reading))

    def last(self, path: str, count: int) -> list[bytes]:
        return [raw for raw, _ in self.transcripts[path].lines[-count:]]

    def readings(self) -> Counter[Reading]:
        return Counter(reading for file in self.transcripts.values() for _, reading in file.lines)

    def write(self, root: Path) -> None:
        for path, content in self._contents():
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)

    def _contents(self) -> list[tuple[str, bytes]]:
        return [*((path, file.content()) for path, file in self.transcripts.items()), *self.others.items()]
