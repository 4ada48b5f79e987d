"""The execution log as a table."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

SPARKS = "▁▂▃▄▅▆▇█"


def history_text(records: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield a table: per stage its runs, failures, median and last time, and how the durations went."""
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
            f"{stage:<{width}}  {len(runs):>4}  {failed:>6}  {statistics.median(seconds):>6.1f} s  "
            f"{seconds[-1]:>6.1f} s  {runs[-1]['timestamp']!s:<20}  {sparkline(seconds[-20:])}"
        )


def sparkline(numbers: Sequence[float]) -> str:
    """Return a bar a number, from 0 to the largest."""
    top = max(numbers) or 1
    return "".join(SPARKS[round(number / top * (len(SPARKS) - 1))] for number in numbers)
