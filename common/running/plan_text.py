"""A plan as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

MAY_CHANGE = "outputs may change"  # the end of a reason that is an upper bound


class Row(NamedTuple):
    """A script, whether it would run, and the reasons."""

    task: str
    action: str
    reasons: list[str]


def plan_text(rows: Sequence[Row], seconds_by_script: Mapping[str, float]) -> Iterator[str]:
    """Yield the lines of a plan."""
    names = [row.task.partition(":") for row in rows]
    stage_width, script_width = (max(len(name[part]) for name in names) for part in (0, 2))
    for row, (stage, _, script) in zip(rows, names, strict=True):
        start = f"  {stage:<{stage_width}}  {script:<{script_width}}  {row.action:<4}  "
        for reason in row.reasons:
            yield f"{start}{reason}"
            start = " " * len(start)
    running = [script for row, (_, _, script) in zip(rows, names, strict=True) if row.action == "run"]
    known = [seconds_by_script[script] for script in running if script in seconds_by_script]
    about = f" (about {max(1, round(sum(known)))} s by the last runs)" if known else ""
    count = f"{len(running)} script{'s' * (len(running) != 1)} would run" if running else "Nothing would run"
    is_bound = any(row.reasons[-1].endswith(MAY_CHANGE) for row in rows)
    bound = "; one that reads equal bytes again will be skipped" if is_bound else ""
    yield f"{count}{about}{bound}. Nothing was changed."
