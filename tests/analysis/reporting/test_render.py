import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

from analysis.reporting.blocks import Code, Quote, Ref, Sentence
from analysis.reporting.render import Format, Html, Markdown, Terminal, counted, environment, listed, show
from common.measures.rates import rate

ATTACK = "<img src=x onerror=alert(1)> `b` **c** [d](https://e.example) |\u202e"


@pytest.mark.parametrize(
    ("value", "html", "markdown"),
    [
        (3, "3", "3"),
        (6000, "6,000", "6,000"),
        (2.5, "2.5", "2.5"),
        (None, "–", "–"),
        (rate(41, 52), "41 of 52 (79\xa0%, 66–88\xa0%)", "41 of 52 (79 %, 66–88 %)"),
        (Code("reviewer"), "<code>reviewer</code>", "`reviewer`"),
        (Quote("fix it"), "<q>fix it</q>", "`fix it`"),
        (Ref(7, "g3"), '<a href="#g3">7</a>', "7"),
        (Ref(7, None), "7", "7"),
        ("a < b", "a &lt; b", "a \\< b"),
    ],
)
def test_a_value_is_shown_as_its_format_has_it(value: object, html: str, markdown: str) -> None:
    assert show(Html(), value) == html
    assert show(Markdown(), value) == markdown


@pytest.mark.parametrize("value", [ATTACK, Code(ATTACK), Quote(ATTACK), Ref(Code(ATTACK), "g1")])
def test_html_holds_foreign_text_as_text_alone(value: object) -> None:
    shown = show(Html(), value)
    assert "<img" not in shown
    assert "&lt;img src=x onerror=alert(1)&gt;" in shown
    assert "\\u{202E}" in shown


@pytest.mark.parametrize("value", [Code(ATTACK), Quote(ATTACK), Ref(Code(ATTACK), "g1")])
def test_markdown_holds_foreign_text_in_one_code_span(value: object) -> None:
    shown = show(Markdown(), value)
    assert shown.startswith("``<img")
    assert shown.endswith("\\|\\u{202E}``")


def test_a_terminal_is_told_nothing_that_it_obeys() -> None:
    assert show(Terminal(), Quote("a\x1b[31mb\x07")) == "“ab”"


def test_an_anchor_that_could_leave_the_page_is_refused() -> None:
    with pytest.raises(ValueError, match="javascript"):
        show(Html(), Ref(7, 'x" href="javascript:1'))


def test_counts_take_their_noun_into_the_link() -> None:
    assert counted(Html(), Ref(1, "g1"), "session") == '<a href="#g1">1 session</a>'
    assert counted(Markdown(), 2, "entry", "entries") == "2 entries"


@pytest.mark.parametrize(
    ("values", "expected"), [((), ""), ((1,), "1"), ((1, 2), "1 and 2"), ((1, 2, Code("c")), "1, 2 and `c`")]
)
def test_values_in_a_row_are_listed(values: tuple[object, ...], expected: str) -> None:
    assert listed(Markdown(), values) == expected


@pytest.mark.parametrize("writer", [Html(), Markdown()])
def test_a_value_that_the_view_lacks_is_an_error(writer: Format) -> None:
    with pytest.raises(UndefinedError):
        environment(writer).from_string("{{ v.absent }}").render(v={})


@pytest.mark.parametrize("writer", [Html(), Markdown()])
def test_a_sentence_says_its_values_once_escaped(writer: Format) -> None:
    made = environment(writer).from_string('{% import "words.j2" as words %}{{ say(words, sentence) }}')
    said = made.render(sentence=Sentence("no_sessions", {"roots": (Code("a|b"),)}))
    name = "<code>a|b</code>" if isinstance(writer, Html) else "`a\\|b`"
    assert said == f"No sessions found in {name}."
    assert isinstance(show(writer, Markup("<b>")), Markup)
