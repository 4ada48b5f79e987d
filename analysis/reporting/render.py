"""The renderer: one Jinja environment per format, each with its own way to escape values.

Autoescape is on in both. Every value passes `show` before it is written, so foreign text reaches a page only through
it. Only its result counts as safe.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Protocol

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.runtime import Undefined
from markupsafe import Markup, escape

from analysis.reporting.blocks import Code, Form, Quote, Ref, Sentence
from common.records.base import Rate
from common.text import escaping, formatting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from jinja2.runtime import Macro

_MARKDOWN_SPECIAL = re.compile(r"([\\`*\[\]<>|]|(?<!\w)_|_(?!\w)|^[#+\-](?=\s))")
_SAFE_ANCHOR = re.compile(r"[a-z][a-z0-9\-]*")


class Format(Protocol):
    """How a format writes plain text, names, words, and what leads somewhere."""

    def __hash__(self) -> int:
        """Return the hash of the format, which has nothing but its kind."""

    def plain(self, value: str) -> Markup:
        """Return our own text."""

    def figure(self, value: str) -> Markup:
        """Return a figure with its unit."""

    def code(self, value: str) -> Markup:
        """Return a name."""

    def quote(self, value: str) -> Markup:
        """Return foreign words."""

    def strong(self, value: str) -> Markup:
        """Return an emphasized word."""

    def link(self, shown: Markup, target: str) -> Markup:
        """Return what leads to `target`, an anchor of the page."""


@dataclass(frozen=True)
class Html:
    """HTML: everything escaped; names and words are isolated from the direction of the text around them."""

    def plain(self, value: str) -> Markup:
        """Return text."""
        return escape(escaping.visible(value))

    def figure(self, value: str) -> Markup:
        """Return a figure from which no per cent is parted."""
        return escape(value.replace(" %", "\N{NO-BREAK SPACE}%"))

    def code(self, value: str) -> Markup:
        """Return a name in code type."""
        return Markup("<code>{}</code>").format(escaping.visible(value))

    def quote(self, value: str) -> Markup:
        """Return foreign words between quotation marks."""
        return Markup("<q>{}</q>").format(escaping.visible(value))

    def strong(self, value: str) -> Markup:
        """Return an emphasized word."""
        return Markup("<strong>{}</strong>").format(escaping.visible(value))

    def link(self, shown: Markup, target: str) -> Markup:
        """Return a link within the page."""
        if not _SAFE_ANCHOR.fullmatch(target):
            raise ValueError(target)
        return Markup('<a href="#{}">{}</a>').format(target, shown)


@dataclass(frozen=True)
class Markdown:
    """Markdown: names and foreign words are code spans, in which nothing is read; links lead nowhere."""

    def plain(self, value: str) -> Markup:
        """Return text with Markdown's own characters escaped."""
        return Markup(_MARKDOWN_SPECIAL.sub(r"\\\1", escaping.one_line(value)))  # noqa: S704 - escaped for Markdown, not HTML

    figure = plain

    def code(self, value: str) -> Markup:
        """Return a name as a code span."""
        return Markup(escaping.markdown_code(value))  # noqa: S704 - a code span is not read

    quote = code

    def strong(self, value: str) -> Markup:
        """Return an emphasized word."""
        return Markup("**{}**").format(self.plain(value))

    def link(self, shown: Markup, target: str) -> Markup:
        """Return what is shown; the cards are in the HTML report."""
        del target
        return shown


@dataclass(frozen=True)
class Terminal:
    """Plain text for a terminal: nothing in it is obeyed."""

    def plain(self, value: str) -> Markup:
        """Return text."""
        return Markup(escaping.terminal(value))  # noqa: S704 - for a terminal, which reads no HTML

    figure = plain

    def code(self, value: str) -> Markup:
        """Return a name."""
        return self.plain(escaping.one_line(value))

    strong = code

    def quote(self, value: str) -> Markup:
        """Return foreign words between quotation marks."""
        return self.plain(f"“{escaping.one_line(value)}”")

    def link(self, shown: Markup, target: str) -> Markup:
        """Return what is shown."""
        del target
        return shown


FORMATTERS: Mapping[Form, Callable[[float | None], str]] = {
    "count": formatting.format_count,
    "share": formatting.format_share,
    "money": formatting.format_money,
    "tokens": formatting.format_tokens,
    "duration": formatting.format_duration,
    "decimal": formatting.format_decimal,
    "points": formatting.format_points,
}


def figure(value: object, form: Form) -> str:
    """Return a figure in its form."""
    if value is None:
        return formatting.NO_DATA
    if isinstance(value, Rate):
        return formatting.format_rate(value.hits, value.total, value.low, value.high)
    if isinstance(value, (int, float)):
        return FORMATTERS[form](value)
    raise TypeError(f"{form}: {type(value).__name__}")


def show(writer: Format, value: object, form: Form | None = None) -> Markup:
    """Return any value of a view in a format."""
    if isinstance(value, (Markup, Undefined)):
        return Markup(str(value))  # noqa: S704 - safe already; what the view lacks raises here
    if isinstance(value, (Code, Quote)):
        return (writer.code if isinstance(value, Code) else writer.quote)(value.text)
    if isinstance(value, Ref):
        shown = show(writer, value.value, form)
        return writer.link(shown, value.target) if value.target else shown
    if isinstance(value, str):
        return writer.plain(value)
    default: Form = "count" if isinstance(value, int) else "decimal"
    return writer.figure(figure(value, form or default))


def counted(writer: Format, value: object, noun: str, many: str | None = None) -> Markup:
    """Return a count with its noun, which is part of the link if there is one."""
    if isinstance(value, Ref):
        shown = counted(writer, value.value, noun, many)
        return writer.link(shown, value.target) if value.target else shown
    if not isinstance(value, int):
        raise TypeError(f"{noun}: {type(value).__name__}")
    return writer.figure(formatting.plural(value, noun, many))


def listed(writer: Format, values: Sequence[object]) -> Markup:
    """Return values in a row: a, b and c."""
    shown = [show(writer, value) for value in values]
    if len(shown) < 2:  # noqa: PLR2004 - one needs no "and"
        return Markup("").join(shown)
    return Markup(" and ").join([Markup(", ").join(shown[:-1]), shown[-1]])


@cache  # compiling the templates takes most of the time of a small report
def environment(writer: Format) -> Environment:
    """Return the environment of a format; what a page has of its own it gives to its template."""
    made = Environment(
        loader=PackageLoader("analysis"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=partial(show, writer),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    for form in FORMATTERS:
        made.filters[form] = partial(show, writer, form=form)
    made.filters["form"] = partial(show, writer)
    made.filters["strong"] = writer.strong
    made.filters["of"] = partial(counted, writer)
    made.filters["listed"] = partial(listed, writer)
    made.globals["say"] = _say
    return made


def sentences(writer: Format, said: Iterable[Sentence]) -> list[str]:
    """Return sentences in a format."""
    words = environment(writer).get_template("words.j2").module
    return [_say(words, sentence) for sentence in said]


def _say(words: object, sentence: Sentence) -> str:
    """Return the sentence as the words have it."""
    macro: Macro = getattr(words, sentence.name)
    said: str = macro(sentence.values)
    return said
