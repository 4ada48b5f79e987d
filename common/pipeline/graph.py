"""The graph of scripts and files, as DOT, Mermaid, SVG or PNG: boxes in clusters, labels on the edges."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from common.errors import CommandError, InputError, ScriptError
from common.pipeline.script_step import ScriptStep
from common.text.escaping import dot, mermaid, shorten

LONGEST_LABEL = 200  # Graphviz refuses a quoted string of more than 16,384 bytes
COLOURS = {"run": "#e69f00", "skip": "#009e73"}  # of the Okabe-Ito set
DOT = {
    "head": "digraph pipeline {\n"
    "  rankdir=LR; fontname=Helvetica; edge [fontname=Helvetica, fontsize=9];\n"
    '  node [shape=box, style="rounded,filled", fillcolor="#ffffff", fontname=Helvetica, margin="0.2,0.1"];',
    "cluster": "  subgraph cluster_{number} {{ label={label}; color=gray;",
    "box": "    {id} [label={label}{colour}];",
    "end": "  }",
    "edge": "  {start} -> {end} [label={label}];",
    "colour": ', fillcolor="{colour}"',
    "foot": "}\n",
}
MERMAID = {  # GitHub draws it
    "head": "flowchart LR",
    "cluster": "  subgraph s{number}[{label}]",
    "box": "    {id}[{label}]{colour}",
    "end": "  end",
    "edge": "  {start} -->|{label}| {end}",
    "colour": "\n    style {id} fill:{colour}",
    "foot": "",
}


class Box(NamedTuple):
    """A box of the graph."""

    name: str
    cluster: str
    label: str
    state: str = ""  # "run" or "skip": shown by a word after the label, and by a colour


class Edge(NamedTuple):
    """An arrow between two boxes, by name; a name without a Box is drawn outside the clusters."""

    start: str
    end: str
    label: str


def edges(steps: Collection[ScriptStep]) -> Iterator[Edge]:
    """Yield an edge from each maker to each reader, labelled with the files; transcripts are a maker too."""
    for reader in steps:
        if reader.dependencies.transcripts:
            yield Edge("transcripts", reader.name, "*.jsonl")
        for maker in steps:
            if files := [path.rpartition("/")[2] for path in reader.reads if path in maker.writes]:
                yield Edge(maker.name, reader.name, ", ".join(files))


def picture(boxes: Sequence[Box], arrows: Iterable[Edge], kind: str) -> bytes:
    """Return the graph as a file of a kind: dot, mermaid, svg or png; raise a CommandError for another kind."""
    if kind not in ("dot", "mermaid", "svg", "png"):
        raise CommandError(f"--format: expected dot, mermaid, svg or png, got {kind}")
    text = graph_text(boxes, arrows, "mermaid" if kind == "mermaid" else "dot").encode()
    return drawn(text, kind) if kind in ("svg", "png") else text


def graph_text(boxes: Sequence[Box], arrows: Iterable[Edge], language: str) -> str:
    """Return the graph as text in a language, mermaid or dot."""
    quote, form = (mermaid, MERMAID) if language == "mermaid" else (dot, DOT)
    ids = {box.name: _id(box.name, number, language) for number, box in enumerate(boxes)}
    lines = [form["head"]]
    for number, cluster in enumerate(dict.fromkeys(box.cluster for box in boxes)):
        lines.append(form["cluster"].format(number=number, label=quote(shorten(cluster, LONGEST_LABEL))))
        for box in (box for box in boxes if box.cluster == cluster):
            colour = form["colour"].format(id=ids[box.name], colour=COLOURS[box.state]) if box.state else ""
            words = shorten(box.label, LONGEST_LABEL)
            label = quote(f"{words} ({box.state})" if box.state else words)
            lines.append(form["box"].format(id=ids[box.name], label=label, colour=colour))
        lines.append(form["end"])
    for edge in arrows:
        start, end = (ids.get(name) or (name if quote is mermaid else dot(name)) for name in edge[:2])
        lines.append(form["edge"].format(start=start, end=end, label=quote(shorten(edge.label, LONGEST_LABEL))))
    return "\n".join([*lines, form["foot"]])


def _id(name: str, number: int, language: str) -> str:
    """Return what stands for a box in a language: its number where its name cannot or is too long."""
    if language == "mermaid":
        return f"t{number}"
    return dot(name if len(name) <= LONGEST_LABEL else f"t{number}")


def drawn(source: bytes, kind: str) -> bytes:
    """Return a graph in DOT as svg or png; raise an InputError if there is no program, a ScriptError if it fails."""
    if drawer := shutil.which("dot") or shutil.which("graphviz-pure"):
        done = subprocess.run([drawer, f"-T{kind}"], input=source, capture_output=True, check=False)
        if done.returncode:
            reason = (done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason given"])[0]
            raise ScriptError(f"{drawer}: cannot draw this graph ({shorten(reason, LONGEST_LABEL)}). Use --format dot")
        return done.stdout
    raise InputError("drawing needs `dot`. Install Graphviz, or run pip install 'delegation-retrospective[graph]'")
