"""Every number of the reports is defined, by the code that the page names, with the constants of the code."""

from __future__ import annotations

import ast
import importlib
import re

import pytest

from tests.docs.pages import ROOT, anchors, names, rows, section

DEFINITIONS = ROOT / "docs" / "DEFINITIONS.md"
WORDS = (ROOT / "analysis" / "templates" / "words.j2").read_text(encoding="utf-8")
SOURCES = re.findall(r"`((?:common|analysis)(?:\.\w+)+)`", DEFINITIONS.read_text(encoding="utf-8"))


def named(source: str) -> object:
    """Return what a dotted name stands for: a module, or something in one."""
    parts = source.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for part in parts[length:]:
            found = getattr(found, part)
        return found
    raise ModuleNotFoundError(source)


@pytest.mark.parametrize("source", sorted(set(SOURCES)))
def test_every_source_that_the_page_names_exists(source: str) -> None:
    assert named(source) is not None


def test_the_constants_have_the_values_of_the_code() -> None:
    table = rows(section(DEFINITIONS, "Constants"))
    assert table
    assert [row[0] for row in table if named(row[0].strip("`")) != float(row[1])] == []


def test_every_table_of_the_reports_is_listed_with_its_columns() -> None:
    heads = re.search(r"{% set heads = (\{.*?\}) %}", WORDS, re.DOTALL)
    assert heads
    known = {name: list(columns) for name, columns in ast.literal_eval(heads[1]).items()}
    table = {names(row[0])[0]: row[1].split(" · ") for row in rows(section(DEFINITIONS, "Tables of the reports"))}
    assert table == known


def test_every_table_leads_to_a_definition() -> None:
    linked = re.findall(r"\(#([\w-]+)\)", section(DEFINITIONS, "Tables of the reports"))
    assert set(linked) <= anchors(DEFINITIONS)
