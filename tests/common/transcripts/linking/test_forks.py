"""Forks, copied sessions, teammates and skills: who owns what they share, and what they are."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.common.transcripts.written import (
    MAIN,
    OTHER,
    SESSION,
    Content,
    Found,
    Json,
    agent_path,
    answer,
    at,
    call,
    extract,
    line,
    own_call,
    own_message,
    said,
    side,
    tool,
    user,
)

CALL, MESSAGE = own_call("1"), own_message("1")
STARTED = "Fork started — that fork is you."
REFERENCE: Json = {"type": "fork-context-ref", "agentId": "f1", "parentSessionId": SESSION, "contextLength": 11}


def forked(agent: str, name: str = CALL, message: str = MESSAGE, second: int = 1) -> list[Json]:
    """Return what a fork's file holds: a copy of the line with its call, the answer there, and its own work."""
    return [
        side(said(second, call(name, "Fork it.", subagent_type="fork"), key=message, uuid=f"copy-{agent}"), agent),
        side(answer(name, second + 1, STARTED), agent),
        side(said(second + 2, tool(f"t-{agent}", "Read"), key=f"own-{agent}"), agent),
        side(said(second + 3, f"{agent} is done.", key=f"last-{agent}"), agent),
    ]


def meta(path: str, **fields: object) -> tuple[str, bytes]:
    return path.replace(".jsonl", ".meta.json"), json.dumps(fields).encode()


def with_meta(files: dict[str, Content], *metas: tuple[str, bytes]) -> dict[str, Content]:
    return files | dict(metas)


CALLED: list[Json] = [
    said(1, "Forking.", call(CALL, "Fork it.", subagent_type="fork"), key=MESSAGE),
    answer(CALL, 9, "Fork's report."),
]


def test_a_forks_copy_of_its_call_is_the_callers(tmp_path: Path) -> None:
    path = agent_path("f1")
    files: dict[str, Content] = {MAIN: CALLED, path: [REFERENCE, *forked("f1")]}
    found = extract(tmp_path, with_meta(files, meta(path, agentType="fork", isFork=True, toolUseId=CALL)))
    made, run = found.delegation, found.run(CALL)
    assert (made.result, made.outcome, made.answer, made.caller) == ("Fork's report.", "completed", "completed", None)
    assert found.session.tokens.messages == 1
    assert (made.link, run.messages, run.tool_calls, run.depth) == ("meta", 2, 1, 1)
    assert (run.is_fork, run.parent, run.first_timestamp) == (True, None, at(2))


def test_messages_that_a_fork_copied_are_those_of_its_caller(tmp_path: Path) -> None:
    before = said(0, "Let me see.", key=own_message("0"))
    copied = side(before | {"uuid": "copy"}, "f1")
    path = agent_path("f1")
    files: dict[str, Content] = {MAIN: [before, *CALLED], path: [copied, *forked("f1")]}
    run = extract(tmp_path, with_meta(files, meta(path, agentType="fork", isFork=True, toolUseId=CALL))).run(CALL)
    assert (run.messages, run.tokens.messages) == (2, 2)


@pytest.mark.parametrize("copied", [2, 1], ids=["call and answer", "answer"])
def test_the_answer_inside_the_runs_own_file_is_none(tmp_path: Path, copied: int) -> None:
    path = agent_path("f1")
    call_and_answer = [forked("f1")[0], side(answer(CALL, 2, "You are a copy."), "f1")]
    files: dict[str, Content] = {MAIN: CALLED[:1], path: [*call_and_answer[-copied:], *forked("f1")[2:]]}
    made = extract(tmp_path, with_meta(files, meta(path, agentType="dev", toolUseId=CALL))).delegation
    assert (made.answer, made.outcome, made.result, made.link) == ("missing", "unanswered", None, "meta")


def test_a_fork_without_its_meta_file_is_linked_by_nothing_that_it_copied(tmp_path: Path) -> None:
    files: dict[str, Content] = {MAIN: CALLED, agent_path("f1"): forked("f1")}
    (run,) = extract(tmp_path, files).full.unlinked_runs
    assert (run.kind, run.messages, run.tokens.messages) == ("fork", 2, 2)


def test_two_forks_of_one_message_are_two_runs(tmp_path: Path) -> None:
    other = own_call("2")
    lines = [
        said(
            1, call(CALL, "Fork it.", subagent_type="fork"), call(other, "Fork it.", subagent_type="fork"), key=MESSAGE
        ),
        answer(CALL, 9, "One."),
        answer(other, 9, "Two."),
    ]
    one, two = agent_path("f1"), agent_path("f2")
    files: dict[str, Content] = {MAIN: lines, one: forked("f1"), two: forked("f2", other)}
    metas = [meta(one, isFork=True, toolUseId=CALL), meta(two, isFork=True, toolUseId=other)]
    found = extract(tmp_path, with_meta(files, *metas))
    assert {d.tool_use_id: d.run and d.run.agent_id for d in found.delegations.values()} == {CALL: "f1", other: "f2"}
    assert [d.run and d.run.messages for d in found.delegations.values()] == [2, 2]
    assert found.full.summary.tokens.messages == 5


def test_a_fork_of_an_agent_belongs_to_the_agent(tmp_path: Path) -> None:
    outer, inner = own_call("7"), own_call("8")
    prompt = side(user("Do it.", 2), "a1")
    parent = [
        prompt,
        side(said(3, "I fork.", call(inner, "Fork it.", subagent_type="fork"), key=MESSAGE), "a1"),
        side(answer(inner, 8, "Inner report."), "a1"),
    ]
    # the fork sorts before its parent, and begins with a copy of the parent's prompt
    child = [side(prompt | {"agentId": "a0"}, "a0"), *forked("a0", inner, MESSAGE, 3)]
    first, second = agent_path("a1"), agent_path("a0")
    files: dict[str, Content] = {
        MAIN: [said(1, call(outer), key="m"), answer(outer, 9, "Outer report.")],
        first: parent,
        second: child,
    }
    metas = [meta(first, toolUseId=outer), meta(second, isFork=True, toolUseId=inner, parentAgentId="a1")]
    found = extract(tmp_path, with_meta(files, *metas))
    runs = {d.tool_use_id: d.run for d in found.delegations.values()}
    told = {
        name: run and (run.agent_id, run.depth, run.parent, run.messages, run.is_fork) for name, run in runs.items()
    }
    assert told == {outer: ("a1", 1, None, 1, False), inner: ("a0", 2, "a1", 2, True)}
    assert {d.tool_use_id: d.result for d in found.delegations.values()} == {
        outer: "Outer report.",
        inner: "Inner report.",
    }


def test_an_agents_report_that_sounds_like_a_fork_is_its_report(tmp_path: Path) -> None:
    agent = [
        side(user("Do it.", 2), "a1"),
        side(said(3, "First I think.", key="n1"), "a1"),
        side(said(4, call("c2", "Inner."), key="n2"), "a1"),
        side(answer("c2", 5, STARTED), "a1"),
    ]
    found = extract(tmp_path, {MAIN: [said(1, call("c1"))], agent_path("a1"): agent})
    assert {d.tool_use_id: d.result for d in found.delegations.values()} == {"c1": None, "c2": STARTED}


def test_the_message_of_a_fork_whose_caller_is_lost_still_counts(tmp_path: Path) -> None:
    found = extract(tmp_path, {agent_path("f1"): [REFERENCE, *forked("f1")]})
    (run,) = found.full.unlinked_runs
    assert (run.kind, run.tokens.messages, found.full.summary.delegations) == ("fork", 3, 0)


# -- sessions that begin as a copy


def copied(session: str) -> list[Json]:
    made = [user("Go.", 1), said(2, call(CALL), key=MESSAGE), answer(CALL, 5, "Report.", {"agentId": "a1"})]
    return [kept | {"sessionId": session} for kept in made]


@pytest.mark.parametrize(("original", "copy"), [(SESSION, OTHER), (OTHER, SESSION)])
def test_of_two_sessions_alike_in_time_the_one_with_the_run_owns_the_call(
    tmp_path: Path, original: str, copy: str
) -> None:
    files: dict[str, Content] = {
        f"-w-app/{original}.jsonl": copied(original),
        f"-w-app/{copy}.jsonl": [*copied(copy), said(30, "Later.", sessionId=copy)],
        agent_path("a1", original): [side(user("Do it.", 3, sessionId=original), "a1")],
    }
    found = extract(tmp_path, files)
    assert {s.session_id: (s.delegation_count, s.tokens.messages) for s in found.full.sessions} == {
        original: (1, 1),
        copy: (0, 1),
    }


# -- kinds and types


def agent_type(found: Found) -> tuple[str, str]:
    return found.delegation.agent_type, found.delegation.agent_type_source


def test_the_result_names_the_type_of_a_teammate(tmp_path: Path) -> None:
    spawned = {"status": "teammate_spawned", "teammate_id": "bob@s", "agent_type": "Explore"}
    lines = [said(1, call("c1", subagent_type=...), version="2.1.332"), answer("c1", 2, "Spawned.", spawned)]
    assert agent_type(extract(tmp_path, lines)) == ("Explore", "result")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"agentType": "bob", "taskKind": "in_process_teammate"}, ("general-purpose", "default")),
        ({"agentType": "bob", "taskKind": "in_process_teammate", "spawnedAgentType": "Explore"}, ("Explore", "meta")),
        ({"agentType": "dev"}, ("dev", "meta")),
    ],
)
def test_a_teammates_name_is_no_type(tmp_path: Path, fields: Json, expected: tuple[str, str]) -> None:
    path = agent_path("abob-0123456789abcdef")
    spawned = {"status": "teammate_spawned", "agentId": "abob-0123456789abcdef", "teammate_id": "bob@s"}
    files: dict[str, Content] = {
        MAIN: [
            said(1, call("c1", subagent_type=...), version="2.1.332"),
            answer("c1", 2, "Spawned successfully.", spawned),
        ],
        path: [side(user("Do it.", 3), "abob-0123456789abcdef")],
    }
    assert agent_type(extract(tmp_path, with_meta(files, meta(path, **fields)))) == expected


def skill_run(agent: str, folder: str) -> Sequence[Json]:
    return [side(user(f"Base directory for this skill: {folder}\n\nTidy up.", 2, isMeta=True), agent)]


@pytest.mark.parametrize(
    ("folder", "skill"),
    [("/home/u/.claude/skills/tidy", "tidy"), ("C:\\Users\\u\\skills\\tidy\\", "tidy"), ("/", None)],
)
def test_a_skill_that_ran_as_an_agent_is_named_after_its_folder(tmp_path: Path, folder: str, skill: str | None) -> None:
    (run,) = extract(tmp_path, {MAIN: [user("Go.", 1)], agent_path("a1"): skill_run("a1", folder)}).full.unlinked_runs
    assert (run.kind, run.skill) == ("skill" if skill else "unlinked", skill)


def test_the_name_in_a_skills_result_is_better_than_its_folder(tmp_path: Path) -> None:
    result = {"success": True, "commandName": "kit:tidy", "status": "forked", "agentId": "a1", "result": "Tidy."}
    lines = [said(1, tool("t1", "Skill", skill="kit:tidy")), answer("t1", 9, "Skill completed.", result)]
    (run,) = extract(tmp_path, {MAIN: lines, agent_path("a1"): skill_run("a1", "/s/tidy")}).full.unlinked_runs
    assert (run.kind, run.skill) == ("skill", "kit:tidy")


def test_a_prompt_that_the_user_wrote_makes_no_skill(tmp_path: Path) -> None:
    lines = [side(user("Base directory for this skill: /s/tidy\n\nDo it.", 2), "a1")]
    (run,) = extract(tmp_path, {MAIN: [user("Go.", 1)], agent_path("a1"): lines}).full.unlinked_runs
    assert (run.kind, run.skill) == ("unlinked", None)


def test_a_subtask_is_a_fork_of_no_delegation(tmp_path: Path) -> None:
    path = agent_path("a1")
    files: dict[str, Content] = {
        MAIN: [user("Go.", 1)],
        path: [REFERENCE, side(user("Directive.", 2), "a1"), side(said(3, "Done."), "a1")],
    }
    (run,) = extract(tmp_path, with_meta(files, meta(path, agentType="fork", isFork=True))).full.unlinked_runs
    assert (run.kind, run.agent_type, run.messages) == ("fork", "fork", 1)


def test_two_agents_are_never_one_run_whatever_messages_they_share(tmp_path: Path) -> None:
    files: dict[str, Content] = {
        MAIN: [user("Go.", 1), line("system", 9)],
        agent_path("a1"): [side(user("One.", 2), "a1"), side(said(3, "x", key="shared"), "a1")],
        agent_path("a2"): [side(user("Two.", 2), "a2"), side(said(3, "x", key="shared"), "a2")],
    }
    runs = extract(tmp_path, files).full.unlinked_runs
    assert [run.agent_id for run in runs] == ["a1", "a2"]
