"""What makes foreign text safe to show, and numbers fit to read. Imports nothing but the standard library.

Everything in a transcript is an attacker's: each sink has its own function in ``escaping``, and no text reaches a
sink without it. ``formatting`` turns figures into words, the same ones everywhere.
"""

from common.text.escaping import (
    clean_text,
    csv_cell,
    dot,
    html,
    json_for_html,
    markdown_code,
    markdown_fence,
    mermaid,
    one_line,
    shorten,
    terminal,
    visible,
)
from common.text.formatting import (
    NO_DATA,
    count,
    decimal,
    duration,
    interval,
    money,
    plural,
    points,
    rate,
    share,
    tokens,
)

__all__ = [
    "NO_DATA",
    "clean_text",
    "count",
    "csv_cell",
    "decimal",
    "dot",
    "duration",
    "html",
    "interval",
    "json_for_html",
    "markdown_code",
    "markdown_fence",
    "mermaid",
    "money",
    "one_line",
    "plural",
    "points",
    "rate",
    "share",
    "shorten",
    "terminal",
    "tokens",
    "visible",
]
