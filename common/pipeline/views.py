"""The plan, the history and the graph as text."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from doit.task import Task

from common.pipeline.choice import Row, stage_of, step_of
from common.text.escaping import dot, mermaid, terminal

SPARKS = "▁▂▃▄▅▆▇█"
COLOURS = {"run": "#e69f00", "skip": "#009e73"}  # of the Okabe-Ito set; the label says it too
DOT = {
    "head": "digraph pipeline {\n"
    "  rankdir=LR; fontname=Helvetica; edge [fontname=Helvetica, fontsize=9];\n"
    '  node [shape=box, style="rounded,filled", fillcolor="#ffffff", fontname=Helvetica, margin="0.2,0.1"];',
    "stage": "  subgraph cluster_{number} {{ label={label}; color=gray;",
    "script": "    {id} [label={label}{colour}];",
    "end": "  }",
    "edge": "  {maker} -> {reader} [label={label}];",
    "colour": ', fillcolor="{colour}"',
    "foot": "}\n",
}
MERMAID = {  # which GitHub draws
    "head": "flowchart LR",
    "stage": "  subgraph s{number}[{label}]",
    "script": "    {id}[{label}]{colour}",
    "end": "  end",
    "edge": "  {maker} -->|{label}| {reader}",
    "colour": "\n    style {id} fill:{colour}",
    "foot": "",
}


def plan_text(rows: Sequence[Row], seconds_by_script: Mapping[str, float]) -> Iterator[str]:
    """Yield the lines of a plan."""
    names = [row.task.partition(":") for row in rows]
    stage_width, script_width = (max(len(name[part]) for name in names) for part in (0, 2))
    for row, (stage, _, script) in zip(rows, names, strict=True):
        start = f"  {stage:<{stage_width}}  {script:<{script_width}}  {row.action:<4}  "
        for reason in row.reasons:
            yield f"{start}{terminal(reason)}"
            start = " " * len(start)
    running = [script for row, (_, _, script) in zip(rows, names, strict=True) if row.action == "run"]
    known = [seconds_by_script[script] for script in running if script in seconds_by_script]
    about = f" (about {max(1, round(sum(known)))} s by the last runs)" if known else ""
    count = f"{len(running)} script{'s' * (len(running) != 1)} would run" if running else "Nothing would run"
    is_bound = any("may change" in row.reasons[-1] for row in rows)
    bound = "; one that reads equal bytes again will be skipped" if is_bound else ""
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


def graph_text(tasks: Sequence[Task], actions: Mapping[str, str], language: str) -> str:
    """Return the graph in a language: stages as clusters, files on the edges, state by colour."""
    quote, form = (mermaid, MERMAID) if language == "mermaid" else (dot, DOT)
    ids = {name: f"t{number}" if quote is mermaid else dot(name) for number, name in enumerate(t.name for t in tasks)}
    ids["transcripts"] = "transcripts" if quote is mermaid else dot("transcripts")
    lines = [form["head"]]
    for number, stage in enumerate(dict.fromkeys(stage_of(task.name) for task in tasks)):
        lines.append(form["stage"].format(number=number, label=quote(stage)))
        for task in (task for task in tasks if stage_of(task.name) == stage):
            place, state, script = ids[task.name], actions.get(task.name), step_of(task).script
            colour = form["colour"].format(id=place, colour=COLOURS[state]) if state else ""
            label = quote(f"{script} ({state})" if state else script)
            lines.append(form["script"].format(id=place, label=label, colour=colour))
        lines.append(form["end"])
    for maker, reader, files in _edges(tasks):
        lines.append(form["edge"].format(maker=ids[maker], reader=ids[reader], label=quote(files)))
    return "\n".join([*lines, form["foot"]])


def _edges(tasks: Sequence[Task]) -> Iterator[tuple[str, str, str]]:
    """Yield maker, reader and the files between them; what no script makes comes from the transcripts or outside."""
    for reader in tasks:
        if step_of(reader).transcripts:
            yield "transcripts", reader.name, "*.jsonl"
        for maker in tasks:
            if files := [path.rpartition("/")[2] for path in step_of(reader).reads if path in maker.targets]:
                yield maker.name, reader.name, ", ".join(files)
