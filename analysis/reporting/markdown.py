"""The report as Markdown: reads well as plain text and on GitHub, at most 400 lines."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from markupsafe import Markup

from analysis.reporting.blocks import Block, Bullets, Chart, Diagram, Fold, Heading, Paragraph, Table
from analysis.reporting.render import Markdown, Terminal, environment, sentences
from analysis.reporting.report import Report
from common.text.escaping import markdown_fence, mermaid

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


ROWS = {
    "agents": 20,
    "misroutes": 8,
    "workflows": 10,
    "workflow_phases": 10,
    "transitions": 10,
    "steps": 5,
    "periods": 10,
    "marathons": 10,
    "comparison": 6,
}
OTHER_ROWS = 8
LINES = 400
MOST = (20, 12, 8, 6, 5, 4, 3, 2, 1)
EXCERPT_LINES = 12
SUMMARY = 5
_BLANK_LINES = re.compile(r"\n{3,}")


def render_markdown(report: Report) -> str:
    """Return the report as Markdown: with as many rows and points of a list as keep it within its length."""
    shown = Report(tuple(replace(section, blocks=tuple(_shown(section.blocks))) for section in report.sections))
    pages = (_rendered(shown, most) for most in MOST)
    page = next(pages)
    while len(page.splitlines()) > LINES and (shorter := next(pages, None)) is not None:
        page = shorter
    return page


def _rendered(report: Report, most: int) -> str:
    """Return the page with at most so many rows of a table and points of a list."""
    own = {"limit": lambda table: min(limit(table), most), "most": most, "diagram": diagram, "fence": fence}
    page = environment(Markdown()).get_template("report.md.j2", globals=own).render(report=report)
    return _BLANK_LINES.sub("\n\n", page).strip() + "\n"


def _shown(blocks: Sequence[Block]) -> Iterator[Block]:
    """Yield the blocks that Markdown shows, without headings that none of them follows."""
    heading: Heading | None = None
    for block in blocks:
        if isinstance(block, Heading):
            heading = block
        elif _is_shown(block):
            if heading is not None:
                yield heading
            heading = None
            yield block


def _is_shown(block: Block) -> bool:
    if isinstance(block, Fold):
        return block.brief
    if isinstance(block, Table):
        return bool(block.rows)
    return bool(block.edges) if isinstance(block, Diagram) else not isinstance(block, Chart)


def summary_lines(report: Report) -> list[str]:
    """Return the answer for a terminal, one sentence a line, and what was read as the last."""
    said = {section.name: section.blocks for section in report.sections}
    blocks = (*said["answer"], *said["read"][:1])
    return sentences(
        Terminal(),
        [
            sentence
            for block in blocks
            if isinstance(block, (Bullets, Paragraph))
            for sentence in block.sentences[:SUMMARY]
        ],
    )


def limit(table: Table) -> int:
    """Return how many rows of a table are shown; the rest is in the HTML report."""
    return ROWS.get(table.name, OTHER_ROWS)


def diagram(graph: Diagram) -> Markup:
    """Return a graph of transitions in Mermaid, which GitHub draws."""
    nodes = [f"  n{index}[{mermaid(node.text)}]" for index, node in enumerate(graph.nodes)]
    edges = [f"  n{source} -->|{count}| n{target}" for source, target, count in graph.edges]
    return Markup("\n".join(("```mermaid", "flowchart LR", *nodes, *edges, "```", "")))  # noqa: S704 - labels are codes


def fence(text: str) -> Markup:
    """Return the first lines of a text as a fenced block."""
    lines = text.split("\n")
    cut = [*lines[:EXCERPT_LINES], "…"] if len(lines) > EXCERPT_LINES else lines
    return Markup(markdown_fence("\n".join(cut)))  # noqa: S704 - the fence is longer than any inside
