"""The execution log: one JSON line per stage run, appended by a single write, kept to a size by rotation."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from common.files import as_project_error, open_own
from common.text.printable import ascii_json

LOG_NAME, OLDER_NAME = "pipeline_execution_log.json", "pipeline_execution_log.1.json"
LARGEST_LOG = 1 << 20
RUN: Mapping[str, Any] = {"success": bool, "duration_seconds": (int, float)}
STAGE_RUN, SCRIPT_RUN = {"stage": str, "timestamp": str, "scripts": list, **RUN}, {"script": str, **RUN}


def append(directory: Path, record: Mapping[str, Any]) -> None:
    """Add a record; two writers never mix their lines, and a kill never leaves half of one."""
    path = directory / LOG_NAME
    if path.is_file() and path.stat().st_size > LARGEST_LOG:
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


def read(directory: Path) -> Iterator[dict[str, Any]]:
    """Yield the records that can be read, oldest first."""
    for path in (directory / OLDER_NAME, directory / LOG_NAME):
        for line in path.read_bytes().split(b"\n") if path.is_file() else ():
            try:
                record = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if _fits(record, STAGE_RUN) and all(_fits(one, SCRIPT_RUN) for one in record["scripts"]):
                yield record


def _fits(value: Any, kinds: Mapping[str, Any]) -> bool:
    """Tell whether a part of a line is as we write it: the file may have been edited."""
    is_ours = isinstance(value, dict) and all(isinstance(value.get(key), kind) for key, kind in kinds.items())
    return is_ours and 0 <= value["duration_seconds"] < math.inf


def now() -> str:
    """Return the time as the log has it."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def last_seconds(records: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """Return how long each script took when it last succeeded."""
    scripts = [script for record in records for script in record["scripts"] if script["success"]]
    return {script["script"]: script["duration_seconds"] for script in scripts}
