import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.reporting.charts.canvas import Axis, bars, draw, labels, lines, points
from analysis.reporting.charts.palette import COLOURS
from analysis.reporting.charts.svg import ATTRIBUTES, ELEMENTS, guarded, wash
from common.text.escaping import one_line

OPEN = '<svg xmlns="http://www.w3.org/2000/svg" width="100.0" height="50.0">'
MARKUP = ['<a href="https://example.org">x</a>', "https://example.org", "\\(x^2\\)", "a_b^c {d} $e$", "**b** & <b>"]


def drawing(label: str = "developer", name: str = "chart") -> str:
    layers = [
        bars([(0, 3), (3, 5)], [1, 1], ["succeeded", "failed"]),
        lines([(1, 1)], [(4, 1)], "ink", 0.6),
        *(points([(2, 1)], "no_end", shape=shape) for shape in (1, 4, 16, 18)),
        labels([(5, 1)], [label], "soft"),
    ]
    return draw(name, layers, Axis(0, 10, [0, 5], ["0", "5"]), Axis(0, 2, [1], [label]), 80, grid=True)


def test_a_drawing_has_only_the_elements_and_attributes_of_the_lists() -> None:
    root = ET.fromstring(drawing())  # noqa: S314 - our own drawing
    spoken = {"viewBox", "width", "height", "role", "class", "aria-labelledby", "aria-describedby"}
    assert root.attrib.keys() == spoken
    for element in list(root.iter())[1:]:
        assert element.tag in ELEMENTS
        assert element.attrib.keys() <= ATTRIBUTES


def test_the_same_drawing_has_the_same_bytes() -> None:
    assert drawing() == drawing()


def test_ids_bear_the_name_of_the_chart_and_a_number() -> None:
    washed = drawing(name="overview")
    assert re.findall(r' id="([^"]+)"', washed) == ["overview-1"]
    assert re.findall(r"url\(#([^)]+)\)", washed) == ["overview-1"]


def test_colours_are_classes_that_the_style_sheet_knows() -> None:
    washed = drawing()
    assert "rgb(" not in washed
    assert "#" not in washed.replace("url(#", "")
    used = set(re.findall(r"\b[fs]-([a-z_\-]+)", washed))
    assert {"succeeded", "failed", "no_end", "ink", "soft", "line"} <= used <= set(COLOURS)


@pytest.mark.parametrize("label", MARKUP)
def test_a_label_that_looks_like_markup_is_drawn_as_it_is(label: str) -> None:
    texts = [element.text for element in ET.fromstring(drawing(label)).iter("text")]  # noqa: S314 - our own drawing
    assert texts.count(label) == 2


@given(st.text())
def test_a_guarded_label_has_no_character_that_lets_plot_reads(label: str) -> None:
    assert not set(guarded(label)) & set("<>&\"'\\:/@${}^_*[]()\n\t")
    restored = "".join(chr(ord(c) - 0xE000) if 0xE000 <= ord(c) <= 0xE0FF else c for c in guarded(label))
    assert restored == re.sub("[\ue000-\ue0ff]", "\ufffd", one_line(label))


@pytest.mark.parametrize(
    "inside", ['<a href="x"><text>y</text></a>', "<script>x</script>", "<foreignObject/>", "<image/>"]
)
def test_an_element_that_could_act_is_refused(inside: str) -> None:
    with pytest.raises(ValueError, match="a chart holds <"):
        wash(f"{OPEN}{inside}</svg>", "chart")


@pytest.mark.parametrize("attribute", ['onclick="x()"', 'href="x"', 'filter="x"'])
def test_an_attribute_that_is_not_known_is_refused(attribute: str) -> None:
    with pytest.raises(ValueError, match="a chart holds the attribute"):
        wash(f'{OPEN}<rect {attribute} width="1"/></svg>', "chart")


def test_a_colour_that_has_no_meaning_is_refused() -> None:
    with pytest.raises(ValueError, match="a chart holds the colour"):
        wash(f'{OPEN}<rect fill="rgb(1,2,3)"/></svg>', "chart")


def test_numbers_are_short_and_empty_groups_are_gone() -> None:
    inside = '<g><g transform="translate(1.23456 7.0 )"><rect x="10.06" y="3.0" width="5.55"/></g><g></g></g>'
    washed = wash(f"{OPEN}{inside}</svg>", "chart")
    assert '<g transform="translate(1.2 7 )"><rect x="10.1" y="3" width="5.5" /></g></svg>' in washed
