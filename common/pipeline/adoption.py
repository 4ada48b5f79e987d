"""Outputs that are there taken as done, once what they say of themselves has been checked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from doit.task import Task

from common import schema
from common.errors import InputError
from common.pipeline.choice import SELECTING, step_of
from common.pipeline.freshness import states
from common.settings import Settings


class _Header(msgspec.Struct):
    schema_type: str
    filters: dict[str, object] = {}


def adopt(tasks: list[Task], settings: Settings, dep_manager: Any) -> None:
    """Record outputs that are there as done; an InputError lists what is wrong with any."""
    if problems := [problem for task in tasks for problem in _refusals(task, settings)]:
        raise InputError("\n".join(["nothing was adopted:", *problems]))
    for task in tasks:
        step = step_of(task)
        task.values = {**step.take(), "targets": states(step.writes), "adopted": True}
        dep_manager.save_success(task)
    dep_manager.close()


def _refusals(task: Task, settings: Settings) -> Iterator[str]:
    for target in map(Path, step_of(task).writes):
        if not target.is_file():
            yield f"{target} is missing: {task.name} would have made it"
        elif target.suffix == ".json" and target.parent.name != "cache":
            try:
                filters = _filters(target)
            except InputError as error:
                yield str(error)
                continue
            for key in sorted(SELECTING & filters.keys()):
                if (wanted := getattr(settings, key)) != filters[key]:
                    yield f"{target} was made with {key} {filters[key] or 'none'}, the settings say {wanted or 'none'}"


def _filters(path: Path) -> dict[str, object]:
    """Return the filters in a file whose schema this program reads; an InputError says why it does not."""
    raw = path.read_bytes()
    try:
        header = msgspec.json.decode(raw, type=_Header)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not a data file of this project ({error})") from error
    if header.schema_type not in schema.RECORDS:
        raise InputError(f"{path}: unknown schema {header.schema_type}")
    schema.decode(raw, schema.RECORDS[header.schema_type], str(path))
    return header.filters
