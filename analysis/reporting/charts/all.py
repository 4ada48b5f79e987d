"""Charts: each at its place in the report."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from analysis.reporting.blocks import Block, Chart, Fold, Section, Table
from analysis.reporting.charts.agents import overview, weeks
from analysis.reporting.charts.flow import positions, transitions
from analysis.reporting.charts.periods import periods
from analysis.reporting.charts.spending import costs
from analysis.reporting.charts.spreads import times, used_tokens
from analysis.reporting.charts.timeline import timeline
from analysis.reporting.sections.costs import dear_sessions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from analysis.reporting.context import Context
    from analysis.reporting.report import Report

    Draw = Callable[[Context, Mapping[str, str]], Chart | None]

TIMELINES = 40
DEAR_SESSIONS = 3


def with_charts(report: Report, context: Context, words: Mapping[str, str]) -> Report:
    """Return the report with its charts: each part of it begins with its own, after the first paragraph."""
    at_end: dict[str, tuple[Draw, ...]] = {"answer": (overview,), "agents": (weeks, times, used_tokens)}
    at_start: dict[str, tuple[Draw, ...]] = {
        "transitions": (transitions,),
        "periods": (periods,),
        "costs": (costs,),
    }
    sections = []
    for section in report.sections:
        start = _drawn(at_start.get(section.name, ()), context, words)
        end = _drawn(at_end.get(section.name, ()), context, words)
        blocks = (*section.blocks[:1], *start, *section.blocks[1:], *end)
        if section.name == "marathons":
            chart = positions(context, words)
            blocks = tuple(_instead_of_table(block, chart) for block in blocks)
        sections.append(Section(section.name, tuple(_with_timelines(section.name, blocks, context, words))))
    return replace(report, sections=tuple(sections))


def _instead_of_table(block: Block, chart: Chart | None) -> Block:
    """Return the chart in the place of the table that lies behind it, any other block as it is."""
    is_table = chart is not None and isinstance(block, Table) and block.name == chart.name
    return chart if chart is not None and is_table else block


def _drawn(charts: tuple[Draw, ...], context: Context, words: Mapping[str, str]) -> tuple[Chart, ...]:
    """Return the charts for which there are data."""
    return tuple(chart for draw in charts if (chart := draw(context, words)) is not None)


def _with_timelines(name: str, blocks: tuple[Block, ...], context: Context, words: Mapping[str, str]) -> list[Block]:
    """Return the blocks with a timeline in each marathon's story, and those of the dearest sessions at the end."""
    if name == "marathons":
        stories = {
            f"m{context.masking.number_by_session[marathon.session_id]}": marathon.session_id
            for marathon in context.inputs.results.marathons.marathons[:TIMELINES]
        }
        return [_with_timeline(block, stories, context, words) for block in blocks]
    if name != "costs":
        return list(blocks)
    drawn = {marathon.session_id for marathon in context.inputs.results.marathons.marathons[:TIMELINES]}
    dear = [session_id for session_id, *_ in dear_sessions(context)[:DEAR_SESSIONS] if session_id not in drawn]
    return [*blocks, *filter(None, (timeline(context, session_id, words) for session_id in dear))]


def _with_timeline(block: Block, stories: Mapping[str, str], context: Context, words: Mapping[str, str]) -> Block:
    """Return a marathon's story with its timeline before all else; any other block as it is."""
    if not isinstance(block, Fold) or block.anchor is None or block.anchor not in stories:
        return block
    chart = timeline(context, stories[block.anchor], words)
    return block if chart is None else replace(block, blocks=(chart, *block.blocks))
