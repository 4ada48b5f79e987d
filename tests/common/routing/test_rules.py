from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from common.errors import InputError
from common.routing.rules import Rule, load_rules, merge, parse_rules, read_task, suggestions

if TYPE_CHECKING:
    from pathlib import Path

RULE = """
[[rules]]
name = "tests"
family = "testing"
asks = ["write ... test", "test coverage"]
exempt = ["implement"]
names = ["test"]
describes = ["unit test"]
"""


def rule() -> Rule:
    return merge([parse_rules("hardly_used_share = 0.1" + RULE, "x.toml")]).rules[0]


def words(description: str | None, prompt: str = "") -> list[str]:
    return rule().words(read_task(description, prompt))


def test_words_match_with_their_endings_and_a_gap_of_four() -> None:
    assert words("Write tests") == ["write tests"]
    assert words("writes one two three four tests") == ["writes one two three four tests"]
    assert words("write one two three four five tests") == []
    assert words("Rewrite tests") == []


def test_the_first_sentence_of_the_prompt_counts_and_no_later_one() -> None:
    assert words(None, "Write tests for src/a.py. Then stop.") == ["write tests"]
    assert words(None, "Change src/a.py, e.g. the loop. Write tests too.") == []
    assert words(None, "Look.\nWrite tests") == []


def test_only_the_first_eight_words_tell_the_task() -> None:
    assert words("one two three four five six seven write tests") == ["write tests"]
    assert words("one two three four five six seven eight write tests") == []


def test_words_that_match_twice_are_shown_once() -> None:
    assert words("Write tests", "Write tests for a.py.") == ["write tests"]


def test_an_exempt_word_takes_the_task_out() -> None:
    assert words("Implement it", "Write tests first.") == []


def test_an_agent_is_of_a_kind_by_name_or_by_description() -> None:
    assert rule().is_kind("Unit-Tester", None)
    assert rule().is_kind("unitTester", None)
    assert rule().is_kind("qa:e2e_testing", None)
    assert not rule().is_kind("contestant", None)
    assert rule().is_kind("checker", "Writes unit tests.")
    assert not rule().is_kind("checker", "Checks.")


def test_names_are_suggested_before_descriptions_and_nobody_if_nobody_is_known() -> None:
    known = [("checker", "Unit tests."), ("b-tester", None), ("a-tester", None)]
    assert suggestions(rule(), known) == ["a-tester", "b-tester"]
    assert suggestions(rule(), known[:1]) == ["checker"]
    assert suggestions(rule(), [("developer", "Builds.")]) == []


def test_the_users_own_file_adds_rules_and_replaces_those_of_the_same_name(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(RULE.replace('"tests"', '"testing"') + RULE.replace('"tests"', '"mine"'), encoding="utf-8")
    bundled, merged = load_rules(), load_rules(own)
    assert len(merged.rules) == len(bundled.rules) + 1
    assert next(one for one in merged.rules if one.name == "testing").asks == ("write ... test", "test coverage")
    assert merged.generalists == bundled.generalists
    assert merged.hardly_used_share == bundled.hardly_used_share


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("rules = 1", "Expected `array`"),
        ("[[rules]]\nname = 'x'", "missing required field"),
        ("generalist = ['x']", "unknown field `generalist`"),
        ("= 1", "Invalid"),
    ],
)
def test_a_bad_file_is_refused_with_its_name_and_the_reason(tmp_path: Path, text: str, reason: str) -> None:
    own = tmp_path / "own.toml"
    own.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=rf"own\.toml: .*{reason}"):
        load_rules(own)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"absent\.toml: cannot read rules"):
        load_rules(tmp_path / "absent.toml")


def test_no_pattern_of_a_user_takes_forever() -> None:
    row = '[[rules]]\nname = "x"\nfamily = "x"\nnames = ["x"]\nasks = ["a ... a ... a ... a ... b"]'
    hostile: Rule = merge([parse_rules("hardly_used_share = 0.1\n" + row, "x")]).rules[0]
    assert hostile.words(("a " * 20_000,)) == []


def test_bundled_rules_name_no_agent_as_such() -> None:
    assert {one.family for one in load_rules().rules} >= {
        "architecture",
        "refactoring",
        "testing",
        "documentation",
        "performance",
        "git",
        "simple tasks",
    }
