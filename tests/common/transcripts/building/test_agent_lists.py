"""The lists of agent types that could be called in a session."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from common.records.sessions import AgentList
from common.transcripts.reading.context.agent_lists import MOST_TYPES, types_in_error
from tests.common.transcripts.written import (
    MAIN,
    OTHER,
    Content,
    Json,
    agent_path,
    answer,
    at,
    call,
    extract,
    line,
    said,
    side,
)

UNKNOWN = "Agent type 'explroe' not found. Available agents: "
WORK = [said(2, call("c1")), answer("c1", 3)]


def listing(
    second: int | None, added: object, removed: object = (), *, initial: object = True, **fields: object
) -> Json:
    """Return the attachment that lists agent types."""
    attachment = {"type": "agent_listing_delta", "addedTypes": added, "addedLines": ["- x: y"], "removedTypes": removed}
    return line("attachment", second, attachment=attachment | {"isInitial": initial}, **fields)


def lists(folder: Path, files: Mapping[str, Content] | list[Json]) -> list[AgentList]:
    (session,) = extract(folder, files).enriched.sessions
    return session.agent_lists


def told(second: int | None, added: list[str], *, agent: str | None = None, whole: bool = True) -> AgentList:
    """Return a list without removed types."""
    timestamp = None if second is None else at(second)
    return AgentList(timestamp=timestamp, agent_id=agent, is_whole=whole, added=added, removed=[])


def test_a_session_has_its_first_list_and_the_changes_of_it(tmp_path: Path) -> None:
    lines = [listing(1, ["Explore", "Plan"]), *WORK, listing(5, ["dev"], ["Plan"], initial=False)]
    change = AgentList(timestamp=at(5), is_whole=False, added=["dev"], removed=["Plan"])
    assert lists(tmp_path, lines) == [told(1, ["Explore", "Plan"]), change]


@pytest.mark.parametrize("before", ["", "Error: ", "<tool_use_error>"])
def test_the_error_of_an_unknown_type_lists_all_types(tmp_path: Path, before: str) -> None:
    wrong = answer("c1", 3, f"{before}{UNKNOWN}Explore, a:b:c, Plan", "Error: no object", error=True)
    assert lists(tmp_path, [said(2, call("c1")), wrong]) == [told(3, ["Explore", "a:b:c", "Plan"])]


@pytest.mark.parametrize(
    ("text", "types"),
    [
        (f"{UNKNOWN}Explore", ["Explore"]),
        (f"<tool_use_error>{UNKNOWN}Explore, Plan</tool_use_error>", ["Explore", "Plan"]),
        (f"{UNKNOWN}Explore, Plan\nTry another.", ["Explore", "Plan"]),
        (f"{UNKNOWN}Plan, Plan, , {'x' * 201}, {'y' * 200}", ["Plan", "y" * 200]),
        (UNKNOWN, []),
        ("Agent type 'x' has been denied by permission rule 'Agent(x)' from userSettings.", []),
        (f"The agent said: {UNKNOWN}Explore", []),
        (UNKNOWN + ", ".join(map(str, range(MOST_TYPES + 5))), [str(number) for number in range(MOST_TYPES)]),
    ],
)
def test_types_are_read_in_the_error_alone(text: str, types: list[str]) -> None:
    assert types_in_error(text) == types


def test_a_result_that_is_no_error_lists_nothing(tmp_path: Path) -> None:
    assert lists(tmp_path, [said(2, call("c1")), answer("c1", 3, f"{UNKNOWN}Explore")]) == []


def test_lists_are_in_order_of_time_and_repeated_ones_are_left_out(tmp_path: Path) -> None:
    lines = [
        *WORK, listing(9, ["dev"]), listing(4, ["Explore"]), listing(6, ["Explore"]), listing(7, ["Explore"]),
        listing(None, ["Plan"]),
    ]  # fmt: skip
    assert lists(tmp_path, lines) == [told(None, ["Plan"]), told(4, ["Explore"]), told(9, ["dev"])]


def test_a_list_of_a_subagent_names_its_agent(tmp_path: Path) -> None:
    own = [side(said(3, "Hm."), "a1"), side(listing(4, ["Plan"]), "a1")]
    files = {MAIN: [listing(1, ["dev"]), *WORK], agent_path("a1"): own}
    assert lists(tmp_path, files) == [told(1, ["dev"]), told(4, ["Plan"], agent="a1")]


def test_a_list_belongs_to_the_session_of_its_line(tmp_path: Path) -> None:
    files = {MAIN: WORK, f"-w-app/{OTHER}.jsonl": [listing(1, ["dev"])]}
    assert lists(tmp_path, files) == [told(1, ["dev"])]
    files[f"-w-app/{OTHER}.jsonl"] = [listing(1, ["dev"], sessionId=OTHER)]
    assert lists(tmp_path, files) == []


@pytest.mark.parametrize("wrong", [None, 7, "dev", {"a": 1}, [], [7, None]])
def test_a_list_without_types_is_no_list(tmp_path: Path, wrong: object) -> None:
    assert lists(tmp_path, [*WORK, listing(4, wrong, wrong)]) == []


@pytest.mark.parametrize("initial", [None, 0, "true", False])
def test_only_a_list_that_is_said_to_be_whole_is_whole(tmp_path: Path, initial: object) -> None:
    assert lists(tmp_path, [*WORK, listing(4, ["dev", 7], initial=initial)]) == [told(4, ["dev"], whole=False)]
