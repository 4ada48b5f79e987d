r"""One pure function per place of output that makes a text harmless there; each accepts any ``str``.

``clean_text`` is for text that comes in, the others are for text that goes out. Characters that a reader cannot see, or
would see wrongly (direction marks, zero-width characters, noncharacters), are shown as ``\u{202E}``.
"""

import json
import re
from html import escape

_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPE_SEQUENCE = re.compile(
    "(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b\\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\\\|\x9c)"
)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(
    chr(plane + last) for plane in range(0, 0x110000, 0x10000) for last in (0xFFFE, 0xFFFF)
)
_UNSEEN = re.compile(
    "[\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    f"\ufff9-\ufffb\U000e0000-\U000e007f{_NONCHARACTERS}]"
)
_WHITE_SPACE = re.compile(r"\s+")
_BACKTICKS = re.compile("`+")
_NOT_PLAIN = re.compile(r"[^0-9A-Za-z _.\-]")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\x00", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def clean_text(text: str) -> str:
    """Return `text` as it can be written in UTF-8: each lone surrogate is U+FFFD."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def visible(text: str) -> str:
    """Return `text` without control characters but newline and tab, and with what is unseen spelled out."""
    text = clean_text(text).replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii() and text.isprintable():
        return text
    text = _CONTROL.sub("", _ESCAPE_SEQUENCE.sub("", text))
    return _UNSEEN.sub(lambda match: f"\\u{{{ord(match.group()):04X}}}", text)


def one_line(text: str) -> str:
    """Return `text` visible and on one line: every run of white space is one space."""
    return _WHITE_SPACE.sub(" ", visible(text)).strip()


def shorten(text: str, limit: int) -> str:
    """Return `text`, cut to `limit` characters with an ellipsis as the last of them."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def terminal(text: str) -> str:
    """Return `text` for a terminal: nothing in it moves the cursor, sets a colour or reorders what is read."""
    return visible(text)


def html(text: str) -> str:
    """Return `text` for an HTML text node or a quoted attribute."""
    return escape(visible(text), quote=True)


def json_for_html(value: object) -> str:
    r"""Return `value` as JSON for a ``<script type="application/json">``: ASCII, ``<``, ``>`` and ``&`` as \u003c."""
    encoded = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"), sort_keys=True)
    return encoded.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def markdown_code(text: str) -> str:
    r"""Return `text` as a code span, fit for a table cell: nothing in it is a link, a picture, HTML or a new cell.

    A code span is the one inline form in which GitHub and CommonMark read nothing at all; a table takes ``\|`` in it.
    """
    line = one_line(text) or " "
    fence = "`" * (_longest_run(line) + 1)
    padding = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{padding}{_cell(line)}{padding}{fence}"


def _cell(line: str) -> str:
    """Return `line` so that no ``|`` ends the cell; a backslash before one would undo the escape, so it is parted."""
    return line.replace("\\|", "\\ |").replace("|", "\\|")


def markdown_fence(text: str, language: str = "text") -> str:
    """Return `text` as a fenced block whose fence is longer than any run of backticks inside."""
    body = visible(text)
    fence = "`" * max(3, _longest_run(body) + 1)
    return f"{fence}{language}\n{body}\n{fence}"


def _longest_run(text: str) -> int:
    """Return the length of the longest run of backticks in `text`."""
    return max((len(run) for run in _BACKTICKS.findall(text)), default=0)


def csv_cell(value: str | float | None) -> str | float:
    """Return `value` for a spreadsheet: numbers stay numbers, None is empty, and a text is never a formula."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return value
    shown = visible(value)
    risky = value.startswith(FORMULA_STARTS) or shown.lstrip().startswith(FORMULA_STARTS)
    return f"'{shown}" if risky else shown


def dot(text: str) -> str:
    """Return `text` as a quoted string of Graphviz' language; never an HTML label."""
    quoted = visible(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{quoted}"'


def mermaid(text: str) -> str:
    """Return `text` as a quoted label of Mermaid: all but letters, digits and ``_.- `` as its ``#code;``."""
    return '"' + _NOT_PLAIN.sub(lambda match: f"#{ord(match.group())};", one_line(text)) + '"'
