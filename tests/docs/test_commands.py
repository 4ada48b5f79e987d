"""Every command that a page shows is run, and prints what the page shows, numbers aside."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.docs.pages import PAGES, ROOT, Put, Type, Walk, blocks, commands_of, walks
from tests.docs.walking import agree, begin, do, put, shape, shortened

if TYPE_CHECKING:
    from pathlib import Path

ASSEMBLED = ("README.md", "docs/CONTRIBUTING.md")  # their commands install the project: .ci/run runs them
BY_HAND = ("tests.benchmarks", "tests/benchmarks", "pip install", "git ", "npx ", "-m pytest", "tests.make_")
WALKS = [walk for page in PAGES if str(page.relative_to(ROOT)) not in ASSEMBLED for walk in walks(page)]


@pytest.mark.parametrize("walk", WALKS, ids=str)
def test_what_a_page_says_to_do_can_be_done_and_shows_what_it_says(walk: Walk, prepared: Path, tmp_path: Path) -> None:
    folder = begin(walk, prepared, tmp_path / "project")
    for step in walk.steps:
        if isinstance(step, Type) and step.by_hand:
            continue
        printed = do(folder, step)
        if isinstance(step, Type) and step.shown is not None and printed is not None:
            assert agree(step.shown, printed), "\n".join([*step.commands, *shape(step.shown), "printed:", printed])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_only_what_takes_minutes_or_a_network_is_left_to_be_typed_by_hand(page: Path) -> None:
    by_hand = [command for step in commands_of(page) if step.by_hand for command in step.commands]
    assert [command for command in by_hand if not any(part in command for part in BY_HAND)] == []


def test_most_pages_that_guide_a_reader_have_walks() -> None:
    assert {walk.page.name for walk in WALKS} >= {"PIPELINE.md", "SCHEMA-VERSIONING.md", "extending.md"}


@pytest.mark.parametrize(
    ("shown", "printed", "alike"),
    [
        ("✓ done after 3.1 s: 8 scripts run", "✓ done after 12 s:  8 scripts run", True),
        ("report: data/x.html", "report: data/y.html", False),
        ("first\n…\nlast", "first\nsecond\nthird\nlast", True),
        ("first\n…", "other\nlast", False),
        ("one", "one\ntwo", False),
    ],
)
def test_outputs_agree_in_shape(shown: str, printed: str, *, alike: bool) -> None:
    assert agree(shown, printed) is alike


@pytest.mark.parametrize(
    ("shown", "kept"),
    [
        ("old\n", "first\n  second\nthird\nlast\n"),
        ("old\n…\nold\n", "first\n…\nlast\n"),
        ("…\nold\nold\n", "…\nthird\nlast\n"),
        ("old\n  …\n", "first\n…\n"),
        ("old\n…\nchosen\n…\n", "old\n…\nchosen\n…\n"),
    ],
)
def test_a_new_output_is_shortened_as_the_old_one_was(shown: str, kept: str) -> None:
    assert shortened(shown, "first\n  second \nthird\nlast\n") == kept


def test_a_line_is_put_where_the_page_says(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("a\nb\n")
    put(tmp_path, Put("f", "b", "new\n", replaces=False))
    assert (tmp_path / "f").read_text() == "a\nnew\nb\n"
    put(tmp_path, Put("f", "a", "other\n", replaces=True))
    assert (tmp_path / "f").read_text() == "other\nnew\nb\n"


def test_the_readme_quotes_the_report_of_the_sample(prepared: Path) -> None:
    quoted = [line for text in blocks(ROOT / "README.md", "") for line in text.splitlines() if line.startswith("- ")]
    report = (prepared / "data" / "routing_report.md").read_text(encoding="utf-8").splitlines()
    assert quoted
    assert [line for line in quoted if line not in report] == []
