from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from common.errors import InputError
from common.routing.rules import Rule, Task, load_rules, merge, parse_rules, read_task, suits

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
    return merge([parse_rules("hardly_used_share = 0.1\nsecond_verbs = ['fix', 'write']" + RULE, "x.toml")]).rules[0]


def words(description: str | None, prompt: str = "") -> list[str]:
    return rule().words(read_task(description, prompt))


def test_a_task_begins_with_the_verb_and_up_to_four_words_later_comes_the_rest() -> None:
    assert words("Write tests") == ["write tests"]
    assert words("Write one two three four tests") == ["write one two three four tests"]
    assert words("write one two three four five tests") == []


@pytest.mark.parametrize(
    "description",
    [
        "Rewrite tests",
        "Writes tests",
        "Writing tests",
        "Fix the write test",
        "Login page: write tests",
        "Write testing guide",
    ],
)
def test_other_forms_and_other_places_of_the_verb_are_not_it(description: str) -> None:
    assert words(description) == []


@pytest.mark.parametrize(
    "description",
    ["Task 3: write tests", "[2/4] Write tests", "Please write tests", "- write tests", "Phase B - now write tests"],
)
def test_numbers_labels_and_politeness_may_stand_before_the_verb(description: str) -> None:
    assert words(description) == ["write tests"]


def test_the_description_leads_and_the_prompt_does_where_there_is_none() -> None:
    assert words("Cart page", "Write tests for src/a.py.") == []
    assert words(None, "Write tests for src/a.py. Then stop.") == ["write tests"]
    assert words("", "Write tests for src/a.py.") == ["write tests"]
    assert words(None, "Change src/a.py, e.g. the loop. Write tests too.") == []
    assert words(None, "Look.\nWrite tests") == []


def test_an_exempt_word_takes_the_task_out_wherever_it_is() -> None:
    assert words("Write tests", "First implement it.") == []
    assert words("Write tests", "Write tests. Then implement it.") == ["write tests"]


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("Write tests and fix the page", []),
        ("Write tests, fix the page", []),
        ("Write tests & fix the page", []),
        ("Write tests and docs", ["write tests"]),
        ("Write tests and write more", ["write tests"]),
    ],
)
def test_a_second_verb_makes_a_task_of_two_kinds(description: str, expected: list[str]) -> None:
    assert words(description) == expected


def test_an_agent_is_of_a_kind_by_name_or_by_description() -> None:
    assert rule().is_kind("Unit-Tester", None)
    assert rule().is_kind("unitTester", None)
    assert rule().is_kind("qa:e2e_testing", None)
    assert not rule().is_kind("contestant", None)
    assert rule().is_kind("checker", "Checks. Writes unit tests.")
    assert not rule().is_kind("checker", "Checks.")
    assert not rule().is_kind("", None)


def test_a_purpose_is_the_first_sentence_of_a_description() -> None:
    assert rule().is_kind_by_purpose("Writes unit tests. Then rests.")
    assert not rule().is_kind_by_purpose("Checks. Writes unit tests.")
    assert not rule().is_kind_by_purpose(None)


def test_a_name_with_a_space_at_the_end_is_a_whole_word() -> None:
    whole = merge([parse_rules("hardly_used_share = 0.1" + RULE.replace('names = ["test"]', 'names = ["dev "]'), "x")])
    assert [whole.rules[0].is_kind_by_name(name) for name in ("dev", "backend-dev", "devops", "dev-ops")] == [
        True,
        True,
        False,
        True,
    ]
    assert whole.rules[0].subject("web-dev-devops") == ["web", "devops"]


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("tester", True),
        ("test-writer", True),
        ("plugin:tester", True),
        ("api-tester", True),
        ("security-tester", False),
        ("kieran-api-tester", False),
    ],
)
def test_an_agent_suits_a_task_that_speaks_of_every_subject_in_its_name(name: str, *, fits: bool) -> None:
    task = read_task("Write API tests", "Write tests for the orders API.")
    assert suits(rule(), name, task, load_rules().common_words) is fits


@pytest.mark.parametrize(
    ("agents", "name", "concerned"),
    [
        ('["*"]', "anybody", True),
        ('["tester"]', "tester", True),
        ('["tester"]', "general-purpose", False),
        ('["(generalists)"]', "general-purpose", True),
        ('["(generalists)"]', "tester", False),
    ],
)
def test_a_rule_looks_at_the_agents_that_it_names(agents: str, name: str, *, concerned: bool) -> None:
    made = merge([parse_rules(f"hardly_used_share = 0.1{RULE}agents = {agents}", "x")])
    assert made.rules[0].concerns(name, frozenset({"general-purpose"})) is concerned


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
    text = "a " * 20_000
    assert hostile.words(Task(text, (text,))) == []
    assert read_task("1" * 100_000 + "task 1:" * 10_000, "").lead == ""


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


def read_by(name: str, description: str) -> bool:
    task = read_task(description, "")
    return bool(next(one for one in load_rules().rules if one.name == name).words(task))


@pytest.mark.parametrize(
    ("name", "description"),
    [
        ("review", "Review the changes of branch x"),
        ("review", "Code review of the parser"),
        ("testing", "Add missing unit tests"),
        ("refactoring", "Refactor the cart module"),
        ("debugging", "Debug the login crash"),
        ("implementation", "Implement Task 4"),
        ("documentation", "Update README for version two"),
        ("performance", "Profile the import"),
        ("git", "Rebase onto main"),
        ("architecture", "Design the module structure"),
    ],
)
def test_bundled_rules_read_a_leading_verb(name: str, description: str) -> None:
    assert read_by(name, description)


@pytest.mark.parametrize(
    ("name", "description"),
    [
        ("review", "Review and simplify the code"),
        ("review", "Review code and fix issues"),
        ("review", "Review comments of the pull request"),
        ("review", "Fix review findings"),
        ("debugging", "Debug flag for the importer"),
        ("debugging", "Debug and fix the optimized script"),
        ("performance", "Run the optimized script"),
        ("performance", "Profile page layout"),
        ("documentation", "Find the missing README.md"),
        ("documentation", "Document upload form"),
        ("testing", "Test coverage review"),
        ("refactoring", "Simplification review"),
        ("implementation", "Implement tests"),
        ("documentation", "Document findings"),
        ("git", "Commit log parser"),
    ],
)
def test_bundled_rules_leave_out_adjectives_participles_flags_and_work_of_two_kinds(
    name: str, description: str
) -> None:
    assert not read_by(name, description)
