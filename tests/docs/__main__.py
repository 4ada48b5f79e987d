"""Run every command of the pages and write what it prints into them: `python -m tests.docs [PAGE…]`.

An output that one line `…` shortens keeps as many lines before and after it. An output with more such lines is left as
it is.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.docs.pages import PAGES, Type, Walk, walks
from tests.docs.test_commands import ASSEMBLED
from tests.docs.walking import begin, do, prepared_project, shortened

ROOT = Path(__file__).parents[2]


def outputs(walk: Walk, prepared: Path, folder: Path) -> list[tuple[tuple[int, int], str]]:
    """Return the places of the outputs in a page, with what was printed."""
    copy = begin(walk, prepared, folder)
    found = []
    for step in walk.steps:
        if isinstance(step, Type) and step.by_hand:
            continue
        printed = do(copy, step)
        if isinstance(step, Type) and step.place and step.shown is not None and printed is not None:
            found.append((step.place, shortened(step.shown, printed)))
    return found


def main() -> None:
    """Write the outputs."""
    wanted = set(sys.argv[1:])
    with tempfile.TemporaryDirectory() as name:
        prepared = prepared_project(Path(name) / "prepared" / "project")
        for page in PAGES:
            if str(page.relative_to(ROOT)) in ASSEMBLED or (wanted and page.name not in wanted):
                continue
            found = [
                one
                for number, walk in enumerate(walks(page))
                for one in outputs(walk, prepared, Path(name) / f"{page.stem}{number}" / "project")
            ]
            text = page.read_text(encoding="utf-8")
            for (start, end), printed in sorted(found, reverse=True):
                text = text[:start] + printed + text[end:]
            page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
