"""The page on security names tests that exist, and every test under faults is named on it."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DEFINED = re.compile(r"^def (test_\w+)", re.MULTILINE)


def names_of_tests(folder: Path) -> set[str]:
    found = (DEFINED.findall(path.read_text(encoding="utf-8")) for path in folder.rglob("test_*.py"))
    return {name for names in found for name in names}


def test_the_page_on_security_names_tests_that_exist_and_all_of_those_with_faults() -> None:
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "docs" / "SECURITY.md").read_text(encoding="utf-8")))
    assert sorted(named - names_of_tests(ROOT / "tests")) == []
    own = {"test_the_page_on_security_names_tests_that_exist_and_all_of_those_with_faults"}
    assert sorted(names_of_tests(Path(__file__).parent) - named - own) == []
