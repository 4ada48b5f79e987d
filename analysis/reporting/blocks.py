"""Blocks of a report: figures with their form, sentences with their values.

A figure stays a figure until a template renders it. Foreign text is `Code` (a name) or `Quote` (words), which each
format escapes in its own way. A section of the report is a tuple of blocks in order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal, TypeAlias

from common.records.base import Rate

UNBROKEN = 28

Form = Literal["text", "count", "share", "rate", "money", "tokens", "duration", "decimal", "points", "word"]


@dataclass(frozen=True, slots=True)
class Code:
    """A name out of the transcripts: an agent, a model, a project, a session, a place in a file."""

    text: str


@dataclass(frozen=True, slots=True)
class Quote:
    """Words out of the transcripts, on one line."""

    text: str


@dataclass(frozen=True, slots=True)
class Ref:
    """A figure or a name that leads to the delegations behind it; `target` is None where there are none."""

    value: str | float | Rate | Code
    target: str | None


Plain: TypeAlias = str | int | float | Code | Quote | Ref | Rate | None
Value: TypeAlias = Plain | tuple[Plain, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table: a figure in its form, a word or a name, with the anchor of the delegations behind it."""

    value: str | float | Code | Quote | Rate | None
    form: Form = "text"
    target: str | None = None

    @property
    def is_figure(self) -> bool:
        """Whether the cell is aligned to the right."""
        return self.form not in {"text", "word"}

    @property
    def is_long(self) -> bool:
        """Whether the cell may break its line."""
        return isinstance(self.value, (Code, Quote)) and len(self.value.text) > UNBROKEN

    @property
    def order(self) -> str | float:
        """Sort key of the cell; empty for no data, which comes last in both directions."""
        value = self.value
        if isinstance(value, (Code, Quote)):
            return value.text
        if isinstance(value, Rate):
            return value.hits / value.total if value.total else ""
        return "" if value is None else value


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence: its name among the words, and its values."""

    name: str
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences that follow one another."""

    kind: ClassVar[str] = "paragraph"
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Bullets:
    """Sentences as a list."""

    kind: ClassVar[str] = "bullets"
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a part of a section, with its address."""

    kind: ClassVar[str] = "heading"
    sentence: Sentence
    anchor: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells; `name` finds the heads among the words. Rows in `faint` have too few cases to say."""

    kind: ClassVar[str] = "table"
    name: str
    rows: tuple[tuple[Cell, ...], ...]
    faint: frozenset[int] = frozenset()
    shown: int = 10


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing with a sentence for its finding, and one that describes it to a listener.

    `svg` is made by this project and safe as it is; `legend` is (class of the colour, what it means). Markdown
    leaves charts out.
    """

    kind: ClassVar[str] = "chart"
    name: str
    finding: Sentence
    description: Sentence
    svg: str
    legend: tuple[tuple[str, str | Code], ...] = ()
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Diagram:
    """A graph of transitions: nodes by name, edges (source, target, count); only Markdown draws it."""

    kind: ClassVar[str] = "diagram"
    nodes: tuple[Code, ...]
    edges: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A text out of the transcripts with its lines, never rendered."""

    kind: ClassVar[str] = "excerpt"
    text: str


@dataclass(frozen=True, slots=True)
class Fold:
    """Blocks that are folded away in HTML; Markdown shows them only if they are `brief`."""

    kind: ClassVar[str] = "fold"
    summary: Sentence
    blocks: tuple[Block, ...]
    anchor: str | None = None
    brief: bool = False


Block: TypeAlias = "Paragraph | Bullets | Heading | Table | Chart | Diagram | Excerpt | Fold"


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report: `name` is its address and finds its title among the words."""

    name: str
    blocks: tuple[Block, ...]
