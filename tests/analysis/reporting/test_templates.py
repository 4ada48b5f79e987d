import ast
import re
from pathlib import Path

import pytest
from jinja2 import nodes

from analysis.reporting.charts.palette import COLOURS
from analysis.reporting.render import Html, environment

ANALYSIS = Path(__file__).parents[3] / "analysis"
TEMPLATES = sorted((ANALYSIS / "templates").glob("*.j2"))
CODE = "\n".join(path.read_text(encoding="utf-8") for path in (ANALYSIS / "reporting").rglob("*.py"))
WORDS = (ANALYSIS / "templates" / "words.j2").read_text(encoding="utf-8")
USED_IN_TEMPLATES = "\n".join(path.read_text(encoding="utf-8") for path in TEMPLATES)


def said_text(path: Path) -> str:
    """Return what a template says itself: its text without tags, and its string constants."""
    tree = environment(Html()).parse(path.read_text(encoding="utf-8"))
    texts = [node.data for node in tree.find_all(nodes.TemplateData)]
    constants = [str(node.value) for node in tree.find_all(nodes.Const) if isinstance(node.value, str)]
    return re.sub(r"<[^>]*>", "", "".join(texts)) + " ".join(constants)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_digit_stands_in_a_template(path: Path) -> None:
    assert re.findall(r".*\d.*", re.sub(r"</?h\d[^>]*|utf-8|words\.j2", "", said_text(path))) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_calls_foreign_text_safe(path: Path) -> None:
    assert re.findall(r"\|\s*safe|Markup|autoescape", path.read_text(encoding="utf-8")) == []


def test_every_sentence_that_is_named_is_among_the_words_and_the_reverse() -> None:
    macros = set(re.findall(r"{% macro (\w+)\(v\)", WORDS))
    named = {
        node.args[0].value
        for node in ast.walk(ast.parse(CODE.replace("from __future__ import annotations", "")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Sentence"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    assert named <= macros
    prefixes = tuple(re.findall(r'Sentence\(\s*f"(\w+_){', CODE))
    unnamed = {one for one in macros - named if f'"{one}"' not in CODE and not one.startswith(prefixes)}
    called = USED_IN_TEMPLATES + "".join(re.findall(r"{{.*?}}", WORDS))
    assert {one for one in unnamed if f"words.{one}(" not in called and f" {one}(" not in called} == set()


def test_every_colour_has_its_classes_in_the_style_sheet_in_light_and_dark() -> None:
    style = (ANALYSIS / "templates" / "report.css").read_text(encoding="utf-8")
    light, dark = style.split("@media (prefers-color-scheme: dark)")[0], style.split("dark) {")[1].split("}\n}")[0]
    for name, colour in COLOURS.items():
        assert f"--{name}: {colour};" in light
        assert f"--{name}: #" in dark
        assert f".f-{name} {{" in style or f".f-{name}," in style


def test_nothing_is_asked_of_another_place() -> None:
    for name in ("report.css", "report.js", "report.html.j2"):
        text = (ANALYSIS / "templates" / name).read_text(encoding="utf-8")
        assert re.findall(r"https?:|@import|url\((?!#hatch-)|innerHTML|eval\(|document\.write|fetch\(", text) == []


def test_names_are_shown_by_one_module_which_redacts_them() -> None:
    makers = [
        path for path in (ANALYSIS / "reporting").rglob("*.py") if re.search(r"\b(Code|Quote)\(", path.read_text())
    ]
    assert {path.name for path in makers} == {"masking.py"}


@pytest.mark.parametrize("name", ["chart_positions", "desc_positions", "desc_overview", "answer_rule", "pivot"])
def test_success_is_not_called_completion(name: str) -> None:
    words = WORDS.split(f"{{% macro {name}(v) -%}}")[1].split("{%- endmacro %}")[0]
    assert "complete" not in words.lower()
