from __future__ import annotations

import pytest

from analysis.strategies.role_play import find_role, role_key
from common.routing.rules import load_rules

RULES = load_rules()


def role(prompt: str) -> str | None:
    found = find_role(prompt, RULES.role_words)
    return found.name if found else None


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("Act as the code-simplifier agent and tidy src/a.py.", "code-simplifier agent"),
        ("You are the release manager. Tag it.", "release manager"),
        ("You are a security expert. Look at it.", "security expert"),
        ("You're an experienced Go developer; port it.", "experienced go developer"),
        ("# Role\nYou are the **Schema Auditor** for this change.", "schema auditor"),
        ("Please act as a reviewer.", "reviewer"),
        ("You are working as the data analyst.", "data analyst"),
        ("Act as git-history-reader.", "git-history-reader"),
        ("I want you to act as a database administrator who is careful.", "database administrator"),
        ("Context: a shop. You are a senior engineer reviewing the tester's work.", "senior engineer"),
        ("You are acting as the team:qa:log-watcher agent.", "team:qa:log-watcher agent"),
        ('"You are the release manager. Tag it."', "release manager"),
        ("> **Act as a reviewer.**", "reviewer"),
    ],
)
def test_a_role_is_read_with_its_name(prompt: str, name: str) -> None:
    assert role(prompt) == name


@pytest.mark.parametrize(
    "prompt",
    [
        "",
        "You are writing two chapters for an expert.",
        "You are reviewing the code of an engineer.",
        "You are working in the repository of the team.",
        "You are a subagent of the main session.",
        "You are an AI assistant.",
        "You are the second agent.",
        "You are a general-purpose agent.",
        "You are an expert at finding leaks.",
        "The proxy should act as the cache agent.",
        "Act as if the agent had failed.",
        "Ask the security expert whether you are an engineer.",
        "Implement the reviewer agent.",
        "You are debugging the build agent.",
        "Read it." + " " * 200 + "You are a security expert.",
        'Fix the sentence: "You are the reviewer agent."',
        "Check whether the prompt 'Act as the reviewer agent' works.",
        "Explain `You are a security expert` in prompts.py.",
        "Translate: \u201cYou are the release manager.\u201d",
        'Search for ("act as a reviewer") in the prompts.',
    ],
)
def test_other_words_ask_for_no_role(prompt: str) -> None:
    assert role(prompt) is None


def test_the_words_that_ask_are_kept_as_they_are() -> None:
    found = find_role("Now act as the  DX Auditor.", RULES.role_words)
    assert found is not None
    assert found.words == "act as the DX Auditor"


@pytest.mark.parametrize(
    ("asked", "name", "same"),
    [
        ("code-simplifier agent", "code-simplifier", True),
        ("expert code reviewer", "code-reviewer", True),
        ("security expert", "security-specialist", True),
        ("python developer", "python-pro", True),
        ("security auditor", "security-expert", False),
        ("reuse reviewer", "code-reviewer", False),
        ("reviewer", "rails-reviewer", False),
        ("senior engineer", "developer", False),
    ],
)
def test_a_role_is_an_agents_if_the_words_that_tell_it_apart_are_the_same(asked: str, name: str, *, same: bool) -> None:
    keys = [role_key(text, RULES.role_words, RULES.common_words) for text in (asked, name)]
    assert (keys[0] == keys[1]) is same


def test_hostile_prompts_are_read_in_no_time() -> None:
    for prompt in ("you are a " * 50_000, ". " * 100_000, "act as " + "a-" * 100_000, "İ" * 300, "\0" * 300):
        assert role(prompt) is None
