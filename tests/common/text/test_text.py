import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.text import escaping, formatting

ANY_TEXT = st.text(st.characters(codec=None))  # lone surrogates too
MARKS = "\u202e\u2066\u200b\u200d\ufeff\u061c\u2028"


def test_clean_text_replaces_lone_surrogates_and_nothing_else() -> None:
    assert escaping.clean_text("a\ud800b\udfffc é 😀") == "a\ufffdb\ufffdc é 😀"


@given(ANY_TEXT)
def test_clean_text_can_always_be_written(value: str) -> None:
    escaping.clean_text(value).encode()


def test_visible_drops_control_characters_but_newline_and_tab() -> None:
    assert escaping.visible("a\x00b\x07c\x7fd\x85e\tf\ng\r\nh\ri") == "abcde\tf\ng\nh\ni"


def test_visible_drops_whole_escape_sequences() -> None:
    assert escaping.visible("\x1b[31mred\x1b[0m \x9b1mbold") == "red bold"
    assert escaping.visible("\x1b]8;;https://example.org\x07link\x1b]8;;\x1b\\ \x1b]52;c;AAAA\x07end") == "link end"
    assert escaping.visible("cut \x1b]0;title without an end") == "cut ]0;title without an end"


def test_visible_spells_out_what_is_unseen() -> None:
    assert escaping.visible("abc\u202etxt.exe\u200b") == "abc\\u{202E}txt.exe\\u{200B}"
    assert escaping.visible("\uffff\ufdd0\U0010fffe") == "\\u{FFFF}\\u{FDD0}\\u{10FFFE}"


@given(ANY_TEXT)
def test_nothing_that_a_terminal_obeys_is_left(value: str) -> None:
    shown = escaping.terminal(value + MARKS)
    assert not any(ord(character) < 32 and character not in "\n\t" for character in shown)
    assert not any(127 <= ord(character) < 160 for character in shown)
    assert not set(shown) & set(MARKS)


def test_one_line_has_one_space_for_each_run_of_white_space() -> None:
    assert escaping.one_line("  a\n\n b\t\tc \r\n") == "a b c"


def test_shorten_keeps_to_its_limit() -> None:
    assert escaping.shorten("abcdef", 6) == "abcdef"
    assert escaping.shorten("abcdefg", 6) == "abcde…"
    assert escaping.shorten("abcd efg", 6) == "abcd…"


def test_html_escapes_what_opens_a_tag_or_ends_an_attribute() -> None:
    assert escaping.html("<a href=\"x\" id='y'>&") == "&lt;a href=&quot;x&quot; id=&#x27;y&#x27;&gt;&amp;"


@given(ANY_TEXT)
def test_html_is_read_back_as_text_alone(value: str) -> None:
    seen: list[str] = []
    parser = HTMLParser(convert_charrefs=True)
    parser.handle_starttag = lambda tag, attrs: pytest.fail(f"{tag} {attrs}")  # type: ignore[method-assign]
    parser.handle_data = seen.append  # type: ignore[method-assign,assignment]
    parser.feed(escaping.html(value))
    parser.close()
    assert "".join(seen) == escaping.visible(value)


@given(st.dictionaries(st.text(), st.text()))
def test_json_for_html_has_no_markup_and_the_same_value(value: dict[str, str]) -> None:
    encoded = escaping.json_for_html(value)
    assert not set(encoded) & set("<>&\u2028")
    assert encoded.isascii()
    assert json.loads(encoded) == value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", "`plain`"),
        ("", "` `"),
        ("a `b` c", "``a `b` c``"),
        ("`a", "`` `a ``"),
        ("a`", "`` a` ``"),
        ("a``b", "```a``b```"),
        ("a|b", "`a\\|b`"),
        ("a\\|b", "`a\\ \\|b`"),
        ("a\nb", "`a b`"),
        ("![x](https://example.org/x.png)", "`![x](https://example.org/x.png)`"),
    ],
)
def test_markdown_code_holds_any_text_in_one_cell(value: str, expected: str) -> None:
    assert escaping.markdown_code(value) == expected


@given(st.text("`|\\ab\n <"))
def test_markdown_code_is_closed_only_by_its_own_fence(value: str) -> None:
    span = escaping.markdown_code(value)
    fence = span[: len(span) - len(span.lstrip("`"))]
    inner = span[len(fence) : -len(fence)]
    assert fence not in inner
    assert "\n" not in span
    assert all(inner[index - 1] == "\\" for index, character in enumerate(inner) if character == "|")


def test_markdown_fence_is_longer_than_any_run_of_backticks() -> None:
    assert escaping.markdown_fence("x") == "```text\nx\n```"
    assert escaping.markdown_fence("```\n````", "json") == "`````json\n```\n````\n`````"


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "\t", "\r", "\n", "\x00", "\uff1d", "\uff0b", "\uff0d", "\uff20", " =", "\u200b="]
)
def test_csv_cell_is_no_formula(start: str) -> None:
    cell = escaping.csv_cell(f"{start}1+1")
    assert str(cell).startswith(("'", "\\u{"))


def test_csv_cell_leaves_numbers_as_numbers_and_none_empty() -> None:
    assert [escaping.csv_cell(value) for value in (-1, 2.5, None, "x")] == [-1, 2.5, "", "x"]


@given(st.lists(ANY_TEXT, min_size=1))
def test_csv_cells_come_back_from_a_file(values: list[str]) -> None:
    file = io.StringIO(newline="")
    csv.writer(file).writerow([escaping.csv_cell(value) for value in values])
    file.seek(0)
    (row,) = list(csv.reader(file)) or [[""]]
    assert [cell.removeprefix("'") for cell in row] == [escaping.visible(value).removeprefix("'") for value in values]


def test_dot_quotes_what_would_end_the_string() -> None:
    assert escaping.dot('a"b\\c\nd') == '"a\\"b\\\\c\\nd"'
    assert escaping.dot("<b>x</b>") == '"<b>x</b>"'


def test_mermaid_leaves_only_letters_digits_and_codes() -> None:
    assert escaping.mermaid('a-b_c "x"') == '"a-b_c #34;x#34;"'
    assert escaping.mermaid("```\n<script>") == '"#96;#96;#96; #60;script#62;"'


def test_the_module_imports_nothing_but_the_standard_library() -> None:
    code = (
        "import sys, common.text; print(sorted({'jinja2', 'msgspec', 'rich', 'lets_plot', 're2'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"


@pytest.mark.parametrize(
    ("write", "values", "expected"),
    [
        (formatting.format_count, (6000,), "6,000"),
        (formatting.format_count, (None,), "–"),
        (formatting.plural, (1, "session"), "1 session"),
        (formatting.plural, (6000, "session"), "6,000 sessions"),
        (formatting.plural, (0, "entry", "entries"), "0 entries"),
        (formatting.format_decimal, (0.044,), "0.04"),
        (formatting.format_decimal, (2.5,), "2.5"),
        (formatting.format_decimal, (2,), "2"),
        (formatting.format_decimal, (31.4,), "31"),
        (formatting.format_decimal, (0,), "0"),
        (formatting.format_decimal, (-1.44,), "−1.4"),
        (formatting.format_decimal, (0.0034,), "0.003"),
        (formatting.format_decimal, (0.0001,), "< 0.001"),
        (formatting.format_decimal, (-0.0001,), "> −0.001"),
        (formatting.format_decimal, (None,), "–"),
        (formatting.format_share, (0.788,), "79 %"),
        (formatting.format_share, (0.042,), "4.2 %"),
        (formatting.format_share, (0.0996,), "10 %"),
        (formatting.format_share, (0.0001,), "< 0.1 %"),
        (formatting.format_share, (0,), "0 %"),
        (formatting.format_share, (1,), "100 %"),
        (formatting.format_share, (0.997,), "> 99 %"),
        (formatting.format_share, (1.0001,), "> 100 %"),
        (formatting.format_share, (1.38,), "138 %"),
        (formatting.format_share, (51.0,), "5,100 %"),
        (formatting.format_share, (None,), "–"),
        (formatting.interval, (0.66, 0.878), "66–88 %"),
        (formatting.interval, (None, None), "–"),
        (formatting.interval, (0.9992, 1), "99.9–100 %"),  # 5,000 of 5,000 and the like: not 100–100 %
        (formatting.interval, (0.99994, 1), ">99.9–100 %"),
        (formatting.interval, (0, 0.0008), "0–0.1 %"),
        (formatting.interval, (0, 0.00006), "0–<0.1 %"),
        (formatting.interval, (0.995, 0.9999), "99.5–>99.9 %"),
        (formatting.interval, (0.0035, 0.105), "0.4–10 %"),
        (formatting.interval, (0.9, 0.99949), "90–99.9 %"),
        (formatting.interval, (0.0051, 0.9949), "1–99 %"),
        (formatting.interval, (0.7903, 0.7908), "79.0–79.1 %"),
        (formatting.format_points, (0.121,), "+12"),
        (formatting.format_points, (-0.034,), "−3"),
        (formatting.format_points, (0.001,), "0"),
        (formatting.format_points, (None,), "–"),
        (formatting.format_rate, (41, 52, 0.66, 0.88), "41 of 52 (79 %, 66–88 %)"),
        (formatting.format_rate, (0, 0, None, None), "no data"),
        (formatting.format_duration, (0.44,), "0.4 s"),
        (formatting.format_duration, (9.97,), "10 s"),
        (formatting.format_duration, (59.6,), "1 min"),
        (formatting.format_duration, (200,), "3 min 20 s"),
        (formatting.format_duration, (3599.6,), "1 h"),
        (formatting.format_duration, (7500,), "2 h 5 min"),
        (formatting.format_duration, (86_400 * 3 + 3_600 * 4,), "3 d 4 h"),
        (formatting.format_duration, (None,), "–"),
        (formatting.format_money, (1.239,), "$1.24"),
        (formatting.format_money, (0,), "$0.00"),
        (formatting.format_money, (0.001,), "< $0.01"),
        (formatting.format_money, (9.996,), "$10"),
        (formatting.format_money, (41.2,), "$41"),
        (formatting.format_money, (1250,), "$1,250"),
        (formatting.format_money, (-2,), "−$2.00"),
        (formatting.format_money, (-0.001,), "> −$0.01"),
        (formatting.format_money, (None,), "–"),
        (formatting.format_tokens, (950,), "950"),
        (formatting.format_tokens, (12_345,), "12 k"),
        (formatting.format_tokens, (999_600,), "1.0 M"),
        (formatting.format_tokens, (1_234_567,), "1.2 M"),
        (formatting.format_tokens, (2_100_000_000,), "2.1 G"),
        (formatting.format_tokens, (None,), "–"),
    ],
)
def test_figures_are_written_one_way(write: Callable[..., str], values: tuple[object, ...], expected: str) -> None:
    assert write(*values) == expected
