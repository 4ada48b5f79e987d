"""Canvas: lets-plot in the style of the page (no frame, hairlines, colours by meaning, guarded labels)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import lets_plot as lp

from analysis.reporting.charts.palette import COLOURS
from analysis.reporting.charts.svg import guarded, wash

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH = 760
ROW = 24
FONT = 12
AGENTS = 14  # rows that a chart of agents has at most
TEXT_UNIT = 2  # lets-plot's size of a text is half of its pixels

Layer = Any  # what lets-plot adds to a plot has no type


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis: its two ends, and the labels with their places."""

    low: float
    high: float
    breaks: Sequence[float] = ()
    labels: Sequence[str] = ()


def bars(
    x: Sequence[tuple[float, float]], y: Sequence[float], colours: Sequence[str], thickness: float = 0.66
) -> Layer:
    """Return horizontal bars from and to x, around y."""
    data = {
        "low": [low for low, _ in x],
        "high": [high for _, high in x],
        "bottom": [place - thickness / 2 for place in y],
        "top": [place + thickness / 2 for place in y],
        "colour": [COLOURS[colour] for colour in colours],
    }
    mapping = lp.aes(xmin="low", xmax="high", ymin="bottom", ymax="top", fill="colour")
    return lp.geom_rect(mapping, data=data, color=COLOURS["paper"], size=0.3, tooltips="none")


def lines(start: Sequence[tuple[float, float]], end: Sequence[tuple[float, float]], colour: str, size: float) -> Layer:
    """Return straight lines from start to end."""
    data = {
        "x": [x for x, _ in start],
        "y": [y for _, y in start],
        "to_x": [x for x, _ in end],
        "to_y": [y for _, y in end],
    }
    mapping = lp.aes("x", "y", xend="to_x", yend="to_y")
    return lp.geom_segment(mapping, data=data, color=COLOURS[colour], size=size, tooltips="none")


def points(places: Sequence[tuple[float, float]], colour: str, size: float = 3, shape: int = 16) -> Layer:
    """Return points."""
    data = {"x": [x for x, _ in places], "y": [y for _, y in places]}
    drawn = COLOURS[colour]
    return lp.geom_point(lp.aes("x", "y"), data=data, color=drawn, fill=drawn, size=size, shape=shape, tooltips="none")


def labels(
    places: Sequence[tuple[float, float]], texts: Sequence[str], colour: str = "ink", align: float = 0, size: int = FONT
) -> Layer:
    """Return texts; `align` 0 begins, 0.5 centres, 1 ends at the place."""
    data = {"x": [x for x, _ in places], "y": [y for _, y in places], "text": [guarded(text) for text in texts]}
    return lp.geom_text(
        lp.aes("x", "y", label="text"), data=data, color=COLOURS[colour], hjust=align, size=size / TEXT_UNIT
    )


def slanted(places: Sequence[tuple[float, float]], texts: Sequence[str]) -> Layer:
    """Return the heads of narrow columns."""
    data = {"x": [x for x, _ in places], "y": [y for _, y in places], "text": [guarded(text) for text in texts]}
    mapping = lp.aes("x", "y", label="text")
    return lp.geom_text(mapping, data=data, color=COLOURS["soft"], hjust=0, vjust=0, angle=35, size=FONT / TEXT_UNIT)


def draw(  # noqa: PLR0913 - a drawing has a name, layers, two axes and a size
    name: str, layers: Sequence[Layer], x: Axis, y: Axis, height: float, *, grid: bool = False
) -> str:
    """Return the drawing as SVG for the page."""
    text = lp.element_text(size=FONT, color=COLOURS["soft"])
    blank = lp.element_blank()
    look = lp.theme(
        plot_background=blank,
        panel_background=blank,
        legend_position="none",
        axis_title=blank,
        axis_line=blank,
        axis_ticks=blank,
        axis_text_x=text if x.labels else blank,
        axis_text_y=lp.element_text(size=FONT, color=COLOURS["ink"]) if y.labels else blank,
        panel_grid=blank,
        panel_grid_major_x=lp.element_line(color=COLOURS["line"], size=0.7) if grid else blank,
        plot_margin=[2, 4, 2, 2],
    )
    plot = lp.ggplot() + look + lp.ggsize(WIDTH, round(height)) + lp.scale_fill_identity() + lp.scale_color_identity()
    for layer in layers:
        plot += layer
    plot += _scale(lp.scale_x_continuous, x) + _scale(lp.scale_y_continuous, y)
    return wash(plot.to_svg(), name)


def _scale(make: Any, axis: Axis) -> Layer:
    """Return a scale that shows exactly what the axis says."""
    shown = [guarded(label) for label in axis.labels]
    return make(limits=[axis.low, axis.high], breaks=list(axis.breaks), labels=shown, expand=[0, 0])
