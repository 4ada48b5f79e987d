"""Files of mutated lines: the reader tells of each line what became of it, and all that is found adds up."""

from __future__ import annotations

import json
import random
import shutil
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import pytest

from common.transcripts.find import find_transcripts
from common.transcripts.reading import lines as lines_module
from common.transcripts.reading.depth import MAX_DEPTH
from common.transcripts.reading.facts import FileFacts
from common.transcripts.reading.file_reader import FileReading, decode_facts, read_file
from common.transcripts.reading.lines import UTF_16, is_utf_16
from tests.common.transcripts.mutated import any_lines
from tests.common.transcripts.reading.test_any_lines import NAMES, hold
from tests.common.transcripts.reading.test_file_reader import PARTS, add_up
from tests.common.transcripts.written import extract_folder, write_files

LINES_PER_FILE = 400
"""So few that a file which is read in a second has no line that takes one."""


class Held(NamedTuple):
    """What was read: lines by their outcome, and the seconds of the file that took longest."""

    outcomes: Counter[str]
    slowest: float


def expected(raw: bytes) -> set[str]:
    """Return what may become of a line, as the standard library reads it."""
    if not raw.strip(b" \t\r\n\x0b\x0c"):
        return {"blank"}
    try:
        value = json.loads(raw.decode("utf-8", "replace").strip(" \t\r\n"), parse_int=len)
    except ValueError:
        return {"salvaged", "skipped"}
    except RecursionError:
        return {"salvaged", "skipped", "parsed"}
    return {"parsed"} if isinstance(value, dict) else {"skipped"}


def held(content: bytes, facts: FileFacts) -> Counter[str]:
    """Check what is told of each line of a file, and return how many had which outcome."""
    *whole, tail = content.split(b"\n")
    lines = [*whole, tail] if tail else whole
    assert facts.lines == len(lines)
    assert facts.offset == len(content) - len(tail)
    assert add_up(facts)
    bad = {line.line: line for line in facts.bad_lines}
    in_utf_16 = facts.counted_lines[UTF_16].count if UTF_16 in facts.counted_lines else 0
    assert len(bad) == len(facts.bad_lines) == facts.salvaged + facts.skipped + facts.pending - in_utf_16
    offset = 0
    for number, raw in enumerate(lines, 1):
        may = expected(raw)
        told = bad.get(number)
        if told is None:
            assert may & {"parsed", "blank"} or is_utf_16(raw) or raw == b"\0", (raw, may)
        else:
            assert told.offset == offset
            too_deep = told.reason == f"nested deeper than {MAX_DEPTH}"
            is_last = number > len(whole)
            assert told.outcome in may or too_deep or (is_last and told.outcome == "pending"), (raw, may, told)
        offset += len(raw) + 1
    return Counter({part: getattr(facts, part) for part in PARTS})


def read_all(root: Path, block: int) -> Held:
    """Read every file below a root, check what is told of its lines, and that a smaller block tells the same."""
    outcomes: Counter[str] = Counter()
    slowest = 0.0
    for file in find_transcripts([str(root)]).files:
        began = time.process_time()
        reading = read_file(file)
        slowest = max(slowest, time.process_time() - began)
        assert isinstance(reading, FileReading)
        with patch.object(lines_module, "BLOCK", block):
            assert read_file(file) == reading
        outcomes += held(Path(file.location.decode()).read_bytes(), decode_facts(reading.facts))
    return Held(outcomes, slowest)


def hold_files(folder: Path, seed: int) -> Held:
    """Write files of mutated lines, check how they are read, and what extraction makes of them together."""
    rng = random.Random(seed)
    folder.mkdir()
    for name in NAMES:
        ending = rng.choice((b"\n", b""))
        write_files(folder / "root", {name: b"\n".join(any_lines(rng, LINES_PER_FILE)) + ending})
    read = read_all(folder / "root", rng.choice((50, 700, 2500, 20_000)))
    found = extract_folder(folder, folder / "root")
    hold(found, glued=4)  # a line with a second one behind it, then doubled
    assert {part: getattr(found.full.source, part) for part in PARTS} == {part: read.outcomes[part] for part in PARTS}
    return read


@pytest.mark.parametrize("seed", range(3))
def test_what_becomes_of_mutated_lines_in_files_is_told_and_adds_up(tmp_path: Path, seed: int) -> None:
    read = hold_files(tmp_path / "files", seed)
    assert read.slowest < 1
    assert min(read.outcomes[part] for part in ("parsed", "salvaged", "skipped", "blank")) > 0


@pytest.mark.fuzz
@pytest.mark.timeout(0)
@pytest.mark.parametrize("million", range(10))
def test_ten_million_mutated_lines_upset_nothing(request: pytest.FixtureRequest, tmp_path: Path, million: int) -> None:
    if "fuzz" not in request.config.getoption("-m"):
        pytest.skip("takes an hour: pytest -n 0 -m fuzz")
    each = LINES_PER_FILE * len(NAMES)
    for seed in range(1_000_000 // each):
        assert hold_files(tmp_path / "files", 1_000_000 * (million + 1) + seed).slowest < 1
        shutil.rmtree(tmp_path / "files")
