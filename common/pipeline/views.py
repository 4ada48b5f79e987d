"""The plan, the history and the graph as text."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Any

from common.pipeline.choice import stage_of, step_of
from common.text.escaping import dot, mermaid, terminal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from doit.task import Task

    from common.pipeline.plan import Row

SPARKS = "▁▂▃▄▅▆▇█"
COLOURS = {"run": "#e69f00", "skip": "#009e73"}  # of the Okabe-Ito set; the label says it too


def plan_text(rows: Sequence[Row], seconds_by_script: Mapping[str, float]) -> Iterator[str]:
    """Yield the lines of a plan."""
    script_width = max(len(row.task.partition(":")[2]) for row in rows)
    stage_width = max(len(stage_of(row.task)) for row in rows)
    for row in rows:
        stage, _, script = row.task.partition(":")
        start = f"  {stage:<{stage_width}}  {script:<{script_width}}  "
        yield f"{start}{row.action:<4}  {terminal(row.reasons[0])}"
        for reason in row.reasons[1:]:
            yield f"{'':<{len(start)}}      {terminal(reason)}"
    running = [row.task for row in rows if row.action == "run"]
    known = [
        seconds_by_script[name.partition(":")[2]] for name in running if name.partition(":")[2] in seconds_by_script
    ]
    about = f" (about {max(1, round(sum(known)))} s by the last runs)" if known else ""
    count = f"{len(running)} script{'s' * (len(running) != 1)} would run" if running else "Nothing would run"
    bound = (
        "; one that reads equal bytes again will be skipped" if any("may change" in r.reasons[-1] for r in rows) else ""
    )
    yield f"{count}{about}{bound}. Nothing was changed."


def last_seconds(records: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """Return how long each script took when it last succeeded."""
    scripts = [script for record in records for script in record.get("scripts", ()) if script.get("success")]
    return {script["script"]: script["duration_seconds"] for script in scripts}


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
            f"{terminal(stage):<{width}}  {len(runs):>4}  {failed:>6}  {statistics.median(seconds):>6.1f} s  "
            f"{seconds[-1]:>6.1f} s  {terminal(str(runs[-1]['timestamp'])):<20}  {sparkline(seconds[-20:])}"
        )


def sparkline(numbers: Sequence[float]) -> str:
    """Return a bar a number, from 0 to the largest."""
    top = max(numbers) or 1
    return "".join(SPARKS[round(number / top * (len(SPARKS) - 1))] for number in numbers)


def graph_dot(tasks: Sequence[Task], actions: Mapping[str, str]) -> Iterator[str]:
    """Yield the graph in Graphviz' language: stages as clusters, files on the edges, state by colour."""
    yield "digraph pipeline {"
    yield "  rankdir=LR; fontname=Helvetica; edge [fontname=Helvetica, fontsize=9];"
    yield '  node [shape=box, style="rounded,filled", fillcolor="#ffffff", fontname=Helvetica, margin="0.2,0.1"];'
    for number, stage in enumerate(dict.fromkeys(stage_of(task.name) for task in tasks)):
        yield f"  subgraph cluster_{number} {{ label={dot(stage)}; color=gray;"
        for task in (task for task in tasks if stage_of(task.name) == stage):
            state = actions.get(task.name)
            colour = f", fillcolor={dot(COLOURS[state])}" if state else ""
            yield f"    {dot(task.name)} [label={dot(_label(task, state))}{colour}];"
        yield "  }"
    for maker, reader, files in _edges(tasks):
        yield f"  {dot(maker)} -> {dot(reader)} [label={dot(files)}];"
    yield "}"


def graph_mermaid(tasks: Sequence[Task], actions: Mapping[str, str]) -> Iterator[str]:
    """Yield the graph in Mermaid's language, which GitHub draws."""
    ids = {task.name: f"t{number}" for number, task in enumerate(tasks)}
    ids["transcripts"] = "transcripts"
    yield "flowchart LR"
    for number, stage in enumerate(dict.fromkeys(stage_of(task.name) for task in tasks)):
        yield f"  subgraph s{number}[{mermaid(stage)}]"
        for task in (task for task in tasks if stage_of(task.name) == stage):
            yield f"    {ids[task.name]}[{mermaid(_label(task, actions.get(task.name)))}]"
        yield "  end"
    for maker, reader, files in _edges(tasks):
        yield f"  {ids[maker]} -->|{mermaid(files)}| {ids[reader]}"
    for state, colour in COLOURS.items():
        if chosen := [ids[name] for name, action in actions.items() if action == state]:
            yield f"  classDef {state} fill:{colour}"
            yield f"  class {','.join(chosen)} {state}"


def _label(task: Task, state: str | None) -> str:
    script = task.name.partition(":")[2]
    return f"{script} ({state})" if state else script


def _edges(tasks: Sequence[Task]) -> Iterator[tuple[str, str, str]]:
    """Yield maker, reader and the files between them; what no script makes comes from the transcripts or outside."""
    for reader in tasks:
        if step_of(reader).transcripts:
            yield "transcripts", reader.name, "*.jsonl"
        for maker in tasks:
            if files := [path.rpartition("/")[2] for path in step_of(reader).reads if path in maker.targets]:
                yield maker.name, reader.name, ", ".join(files)
