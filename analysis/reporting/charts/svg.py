"""SVG of the page from lets-plot's: stable, small, harmless, coloured by the style sheet.

lets-plot gives random ids, a style sheet per chart, style attributes, and reads labels as markup. Out come numbered
ids with the chart's name before them, classes instead of colours, and nothing but the elements and attributes listed
here; anything else is an error, a link above all. Labels go in `guarded` and come out as they were.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from analysis.reporting.charts.palette import COLOURS
from common.text.escaping import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

ELEMENTS = frozenset({"svg", "g", "path", "line", "rect", "circle", "text", "tspan", "defs", "clipPath", "polyline"})
ATTRIBUTES = frozenset(
    {
        "x",
        "y",
        "x1",
        "x2",
        "y1",
        "y2",
        "width",
        "height",
        "cx",
        "cy",
        "r",
        "d",
        "dx",
        "dy",
        "points",
        "transform",
        "class",
    }
    | {
        "fill",
        "stroke",
        "fill-opacity",
        "stroke-opacity",
        "stroke-width",
        "stroke-dasharray",
        "stroke-linecap",
        "opacity",
    }
    | {"text-anchor", "font-size", "font-weight", "clip-path", "id", "fill-rule"}
)
DROPPED = frozenset(
    {"display", "style", "clip-bounds-jfx", "buffered-rendering", "pointer-events", "stroke-miterlimit"}
)
_DEFAULTS = {"fill-opacity": "1", "stroke-opacity": "1", "opacity": "1", "fill-rule": "evenodd", "y": "0", "dy": "0"}
_CLASSES = frozenset({"axis-text-x", "axis-text-y", "axis-title-x", "axis-title-y"})
_NUMBER = re.compile(r"-?\d+\.\d+(?:[eE][+-]?\d+)?")
_RGB = re.compile(r"rgb\((\d+),\s*(\d+),\s*(\d+)\)")
_FONT_SIZE = re.compile(r"font-size:\s*([\d.]+)px")
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_GUARDED = re.compile(r"""[<>&"'\\:/@${}^_*\[\]()]""")
_GUARD = 0xE000
_PRIVATE = re.compile("[\ue000-\ue0ff]")
_NAME_BY_COLOUR = {colour: name for name, colour in COLOURS.items()}


def guarded(label: str) -> str:
    """Return a label in which lets-plot can see no markup: its characters are moved to the private use area."""
    line = _PRIVATE.sub("\ufffd", one_line(label))
    return _GUARDED.sub(lambda match: chr(_GUARD + ord(match.group())), line)


def _unguarded(text: str) -> str:
    """Return a label as it was."""
    return _PRIVATE.sub(lambda match: chr(ord(match.group()) - _GUARD), text)


def wash(raw: str, name: str) -> str:
    """Return lets-plot's drawing as an element for the page; `name` goes before its ids and names its labels."""
    root = ET.fromstring(raw)  # noqa: S314 - written by lets-plot, which escapes labels and writes no entities
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    ids = {old: f"{name}-{index}" for index, old in enumerate(dict.fromkeys(_references(root)), start=1)}
    size = {"viewBox": f"0 0 {width:.0f} {height:.0f}", "width": f"{width:.0f}", "height": f"{height:.0f}"}
    spoken = {"role": "img", "class": "drawing", "aria-labelledby": f"{name}-title", "aria-describedby": f"{name}-desc"}
    drawn = ET.Element("svg", size | spoken)
    drawn.extend(list(_washed_children(root, ids)))
    return ET.tostring(drawn, encoding="unicode", short_empty_elements=True)


def _references(root: ET.Element) -> Iterator[str]:
    """Yield the ids that something refers to, in document order."""
    for element in root.iter():
        for value in element.attrib.values():
            yield from _REFERENCE.findall(value)


def _washed_children(parent: ET.Element, ids: dict[str, str]) -> Iterator[ET.Element]:
    """Yield the washed children of an element; a group that does nothing gives way to its own."""
    for child in parent:
        name = child.tag.rpartition("}")[2]
        if name == "style":
            continue
        if name not in ELEMENTS:
            raise ValueError(f"a chart holds <{name}>")
        attributes = _washed_attributes(child, ids)
        children = list(_washed_children(child, ids))
        if name == "g" and not attributes:
            yield from children
        elif not _is_empty(name, attributes, children):
            yield _element(name, attributes, children, child.text)


def _is_empty(name: str, attributes: dict[str, str], children: list[ET.Element]) -> bool:
    """Return whether an element shows nothing and nothing refers to it."""
    lacks = {"clipPath": "id", "path": "d"}.get(name)
    return (name in {"g", "defs"} and not children) or (lacks is not None and lacks not in attributes)


def _element(name: str, attributes: dict[str, str], children: list[ET.Element], text: str | None) -> ET.Element:
    """Return an element; only labels keep their text."""
    if name == "text" and len(children) == 1 and not children[0].attrib:
        text, children = children[0].text, []
    made = ET.Element(name, attributes)
    made.text = _unguarded(text or "") if name in {"text", "tspan"} and not children else None
    made.extend(children)
    return made


def _washed_attributes(element: ET.Element, ids: dict[str, str]) -> dict[str, str]:
    """Return the attributes that are kept: colours as classes, ids numbered, numbers short."""
    washed: dict[str, str] = {}
    classes = [name for name in element.attrib.get("class", "").split() if name in _CLASSES]
    if size := _FONT_SIZE.search(element.attrib.get("style", "")):
        washed["font-size"] = _short(size.group(1) if "." in size.group(1) else f"{size.group(1)}.0")
    for key, value in element.attrib.items():
        if key in {"fill", "stroke"} and value != "none":
            if not _is_transparent(element, key):
                classes.append(f"{key[0]}-{_colour_name(value)}")
            else:
                washed[key] = "none"
        elif key == "id":
            washed |= {"id": ids[value]} if value in ids else {}
        elif key not in DROPPED | {"class"}:
            washed |= _kept(key, value, ids)
    return washed | ({"class": " ".join(classes)} if classes else {})


def _is_transparent(element: ET.Element, key: str) -> bool:
    """Return whether a colour is not to be seen."""
    return float(element.attrib.get(f"{key}-opacity", "1")) == 0


def _kept(key: str, value: str, ids: dict[str, str]) -> dict[str, str]:
    """Return an attribute as it is kept, nothing if it says what holds anyway."""
    if key not in ATTRIBUTES:
        raise ValueError(f"a chart holds the attribute {key}")
    value = _REFERENCE.sub(lambda match: f"url(#{ids[match.group(1)]})", _short(value)).strip()
    if value.startswith("rotate(0 "):
        return {}
    return {} if _DEFAULTS.get(key) == value or value in {"translate(0 0 )", "translate(0 0)"} else {key: value}


def _short(value: str) -> str:
    """Return `value` with its numbers cut to one decimal."""
    return _NUMBER.sub(lambda match: f"{float(match.group()):.1f}".removesuffix(".0").replace("-0.0", "0"), value)


def _colour_name(value: str) -> str:
    """Return what a colour means; one that is not in the palette is an error."""
    found = _RGB.fullmatch(value)
    colour = "#{:02x}{:02x}{:02x}".format(*map(int, found.groups())) if found else value.lower()
    if colour not in _NAME_BY_COLOUR:
        raise ValueError(f"a chart holds the colour {value}")
    return _NAME_BY_COLOUR[colour]
