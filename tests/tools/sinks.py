"""What holds of each place where foreign text comes out, whatever the text."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import html5lib
from markdown_it import MarkdownIt

OBEYED = {"Cc", "Cf", "Cs", "Zl", "Zp"}
NUMBER = re.compile(r"-?\d+(\.\d+)?(e[+-]\d+)?")
FORMULA = re.compile("[=+\\-@\uff1d\uff0b\uff0d\uff20]")
LINKED = re.compile(r"https?:|www\.|<\w|!\[|\w@\w")
BAR = re.compile(r"(?<!\\)\|")
DOT_TOKEN = re.compile(r'\s+|"(?:[^"\\\n]|\\.)*"|[A-Za-z_][A-Za-z_0-9]*|[0-9.]+|->|[{}\[\];=,]')
MERMAID_LABEL = re.compile(r'"[0-9A-Za-z _.#;\-]*"')


def obeyed(text: str) -> set[str]:
    """Return the characters of a text that move, hide or turn around others, line feeds apart."""
    return {character for character in text if character != "\n" and unicodedata.category(character) in OBEYED}


def read_strictly(raw: bytes) -> object:
    """Return the value of a JSON text that is one for every reader: no key twice, no number that is none."""

    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        assert len(dict(pairs)) == len(pairs)
        return dict(pairs)

    def refuse(number: str) -> None:
        raise AssertionError(number)

    return json.loads(raw.decode(), object_pairs_hook=once, parse_constant=refuse)


def hold_markdown(page: str) -> None:
    """Check that nothing in the page is HTML, a link or a picture, and that the rows of a table have its cells."""
    assert obeyed(page) == set()
    tokens = MarkdownIt("commonmark", {"linkify": False}).enable("table").parse(page)
    parts = [part for token in tokens for part in (token, *(token.children or ()))]
    assert not {part.type for part in parts} & {"html_inline", "html_block", "link_open", "image"}
    words = [part.content for part in parts if part.type == "text"]
    assert [text for text in words if LINKED.search(text)] == []
    lines = page.splitlines()
    for first, last in (token.map for token in tokens if token.type == "table_open" and token.map):
        assert len({len(BAR.findall(row)) for row in lines[first:last]}) == 1, lines[first:last]


class Elements(HTMLParser):
    """The elements of a page by name and attributes, its scripts and policy, and its texts."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.kinds: set[tuple[str, str]] = set()
        self.links: set[str] = set()
        self.texts: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.kinds |= {(tag, name) for name in ("", *dict(attrs))}
        self.links |= {value or "" for name, value in attrs if name in {"href", "src", "srcset", "action"}}

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def hold_html(page: str, like: str) -> str:
    """Check that a page is whole, and has no element, attribute, script or style that a harmless one has not.

    Returns its text.
    """
    html5lib.HTMLParser(strict=True).parse(page)
    assert obeyed(page) <= {"\t"}
    elements = Elements(page)
    assert elements.kinds <= Elements(like).kinds
    assert [link for link in elements.links if not link.startswith("#")] == []
    for kind in (r"<script.*?</script>", r"<style.*?</style>", r"<meta[^>]*>"):
        assert re.findall(kind, page, re.DOTALL) == re.findall(kind, like, re.DOTALL)
    return "".join(elements.texts)


def hold_csv(raw: bytes) -> list[dict[str, str]]:
    """Check that each row has the cells of the head, and none is a formula; return the rows."""
    text = raw.decode()
    assert obeyed(text.replace("\r\n", "\n")) <= {"\t"}
    head, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert {len(row) for row in rows} <= {len(head)}
    cells = [cell for row in rows for cell in row]
    assert [cell for cell in cells if FORMULA.match(cell.lstrip()) and not NUMBER.fullmatch(cell)] == []
    return [dict(zip(head, row, strict=True)) for row in rows]


def hold_dot(text: str) -> None:
    """Check that a graph is of words, signs and strings alone, and none of its strings ends but at its end."""
    assert obeyed(text) <= {"\t"}
    assert DOT_TOKEN.sub("", text) == ""


def hold_mermaid(text: str) -> None:
    """Check that no label of a graph ends but at its end."""
    assert obeyed(text) == set()
    assert '"' not in MERMAID_LABEL.sub("", text)


def hold_svg(picture: str) -> None:
    """Check that a drawn graph is shapes and texts, without a link, a script or a picture."""
    assert obeyed(picture) <= {"\t"}
    elements = list(ET.fromstring(picture).iter())  # noqa: S314 - what our own program drew
    assert {element.tag.rpartition("}")[2] for element in elements} <= {"svg", "g", "title", "text", "path", "polygon"}
    attributes = {name.rpartition("}")[2] for element in elements for name in element.attrib}
    assert [name for name in attributes if name == "href" or name.startswith("on")] == []
