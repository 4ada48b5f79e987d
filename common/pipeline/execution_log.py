"""The execution log: one JSON line for each stage run, and a table of it. A log beyond a size is rotated."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from common.files import as_project_error, open_own
from common.text.printable import ascii_json

LOG_NAME, OLDER_NAME = "pipeline_execution_log.json", "pipeline_execution_log.1.json"
ROTATION_BYTES = 1 << 20
SPARKS = "▁▂▃▄▅▆▇█"
RUN: Mapping[str, Any] = {"success": bool, "duration_seconds": (int, float)}
STAGE_RUN, SCRIPT_RUN = {"stage": str, "timestamp": str, "scripts": list, **RUN}, {"script": str, **RUN}


def append_record(directory: Path, record: Mapping[str, Any]) -> None:
    """Add a record with a single write: two writers never mix their lines, and a kill never leaves half a line."""
    path = directory / LOG_NAME
    if path.is_file() and path.stat().st_size > ROTATION_BYTES:
        path.replace(directory / OLDER_NAME)
    line = ascii_json(record).encode() + b"\n"
    descriptor = open_own(path, os.O_RDWR | os.O_APPEND)
    try:
        size = os.fstat(descriptor).st_size
        is_torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"  # by a full disk, or the power
        os.write(descriptor, b"\n" + line if is_torn else line)
    except OSError as error:
        raise as_project_error(error, path) from error
    finally:
        os.close(descriptor)


def read_records(directory: Path) -> Iterator[dict[str, Any]]:
    """Yield the records, oldest first; skip lines that cannot be read."""
    for path in (directory / OLDER_NAME, directory / LOG_NAME):
        for line in path.read_bytes().split(b"\n") if path.is_file() else ():
            try:
                record = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if _fits(record, STAGE_RUN) and all(_fits(script, SCRIPT_RUN) for script in record["scripts"]):
                yield record


def _fits(value: Any, kinds: Mapping[str, Any]) -> bool:
    """Tell whether a part of a line has the form that `append_record` writes: the file may have been edited."""
    has_keys = isinstance(value, dict) and all(isinstance(value.get(key), kind) for key, kind in kinds.items())
    return has_keys and 0 <= value["duration_seconds"] < math.inf


def now() -> str:
    """Return the current time in the form of the log."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def last_seconds(records: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """Return how long each script took when it last succeeded."""
    scripts = [script for record in records for script in record["scripts"] if script["success"]]
    return {script["script"]: script["duration_seconds"] for script in scripts}


def history_text(records: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield a table with a line for each stage: runs, failures, median and last time, and its last 20 durations."""
    from statistics import median  # noqa: PLC0415 - needed for this table alone

    if not records:
        yield "no stage has run yet"
        return
    stages = list(dict.fromkeys(str(record["stage"]) for record in records))
    width = max(5, *map(len, stages))
    yield f"{'stage':<{width}}  runs  failed    median      last  last run              durations"
    for stage in stages:
        runs = [record for record in records if record["stage"] == stage]
        seconds = [float(record["duration_seconds"]) for record in runs]
        failed = sum(not record["success"] for record in runs)
        yield (
            f"{stage:<{width}}  {len(runs):>4}  {failed:>6}  {median(seconds):>6.1f} s  "
            f"{seconds[-1]:>6.1f} s  {runs[-1]['timestamp']!s:<20}  {sparkline(seconds[-20:])}"
        )


def sparkline(numbers: Sequence[float]) -> str:
    """Return one bar for each number, on a scale from 0 to the largest."""
    top = max(numbers) or 1
    return "".join(SPARKS[round(number / top * (len(SPARKS) - 1))] for number in numbers)
