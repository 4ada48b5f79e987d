"""The report as one HTML file: no requests, and a policy that allows only its own style and script."""

from __future__ import annotations

import base64
import hashlib
from importlib import resources
from typing import TYPE_CHECKING

from markupsafe import Markup

from analysis.reporting.cards import cards_of, group_lines, without_text
from analysis.reporting.render import Html, environment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from analysis.reporting.blocks import Chart
    from analysis.reporting.context import Context
    from analysis.reporting.report import Report

KEY_BOX = "0 0 10 10"
_HATCHES = {
    "hollow": "M0 0 l6 6",
    "failed": "M-1 1 l2 -2 M0 6 l6 -6 M5 7 l2 -2",
    "stopped": "M0 3 h6",
    "no_end": "M3 0 v6",
}


def render_html(report: Report, context: Context) -> str:
    """Return the report as a page."""
    style, script = _own("report.css"), _own("report.js")
    own = {"fresh": _fresh(), "drawing": drawing, "key_box": KEY_BOX}
    sessions = cards_of(context)
    return (
        environment(Html())
        .get_template("report.html.j2", globals=own)
        .render(
            report=report,
            policy=Markup(policy(style, script)),  # noqa: S704 - made here
            style=Markup(style),  # noqa: S704 - our own file, nothing of it from data
            script=Markup(script),  # noqa: S704 - likewise
            patterns=patterns(),
            sessions=sessions,
            delegations=len(context.inputs.delegations),
            without_text=without_text(sessions),
            groups=group_lines(context),
        )
    )


def drawn_words() -> Mapping[str, str]:
    """Return the words used inside charts."""
    module = environment(Html()).get_template("words.j2").make_module()
    words: Mapping[str, str] = vars(module)["drawn"]
    return words


def policy(style: str, script: str) -> str:
    """Return the content security policy of a page with this style and script and no other."""
    sources = {
        "default-src": "'none'",
        "script-src": _hash(script),
        "style-src": _hash(style),
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "require-trusted-types-for": "'script'",
    }
    return "; ".join(f"{name} {value}" for name, value in sources.items())


def drawing(chart: Chart) -> Markup:
    """Return a chart's drawing; ``svg.wash`` let nothing through but shapes and escaped labels."""
    return Markup(chart.svg)  # noqa: S704 - washed: elements and attributes are from its lists, texts are escaped


def patterns() -> Markup:
    """Return the hatches that tell outcomes apart without colour."""
    shape = Markup(
        '<pattern id="hatch-{0}" width="6" height="6" patternUnits="userSpaceOnUse">'
        '<rect width="6" height="6" class="f-{0} plain"/><path d="{1}" class="s-paper" stroke-width="1" fill="none"/>'
        "</pattern>"
    )
    return Markup("\n").join(shape.format(name, path) for name, path in _HATCHES.items())


def _fresh() -> Callable[[str], str]:
    """Return a function that makes an id of a name: the first keeps it, later ones get numbers."""
    seen: dict[str, int] = {}

    def fresh(name: str) -> str:
        seen[name] = seen.get(name, 0) + 1
        return f"table-{name}" if seen[name] == 1 else f"table-{name}-{seen[name]}"

    return fresh


def _own(name: str) -> str:
    """Return a file from the folder of the templates."""
    return resources.files("analysis").joinpath("templates", name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """Return the source expression for one inline element."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
