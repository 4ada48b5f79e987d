"""The titles of sessions."""

from pathlib import Path

import pytest

from tests.common.transcripts.written import MAIN, OTHER, SESSION, Content, Json, extract, said, user

OTHER_MAIN = f"-w-app/{OTHER}.jsonl"


def custom(title: object, session: str | None = SESSION) -> Json:
    return {"type": "custom-title", "customTitle": title} | ({} if session is None else {"sessionId": session})


def generated(title: object, session: str = SESSION) -> Json:
    return {"type": "ai-title", "aiTitle": title, "sessionId": session}


def summary(title: object, leaf: object) -> Json:
    return {"type": "summary", "summary": title, "leafUuid": leaf}


def titles(folder: Path, files: dict[str, Content] | list[Json]) -> dict[str, str | None]:
    return {session.session_id: session.title for session in extract(folder, files).full.sessions}


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        ([], None),
        ([generated("One"), generated("Two")], "Two"),
        ([custom("Mine"), generated("Two")], "Mine"),
        ([custom("Mine"), custom("Mine too"), custom("Mine")], "Mine"),
        ([custom("B", None)], "B"),
        ([generated("One"), summary("Sum", "assistant-2")], "One"),
        ([summary("Sum", "assistant-2")], "Sum"),
        ([summary("Sum", "assistant-2"), summary("Later", "assistant-2")], "Later"),
        ([summary("Sum", "elsewhere")], None),
        ([generated(" Two\n\twords "), generated("")], "Two words"),
        ([generated(7), custom(None), custom(["x"]), summary({"a": 1}, "assistant-2"), summary("Sum", 7)], None),
        ([custom("x" * 900)], "x" * 200),
        ([custom("Elsewhere", OTHER)], None),
    ],
)
def test_the_title_is_the_users_then_claude_codes_then_a_summary(
    tmp_path: Path, lines: list[Json], title: str | None
) -> None:
    assert titles(tmp_path, [user("Hi.", 1), *lines, said(2, "Hello.", uuid="assistant-2")]) == {SESSION: title}


@pytest.mark.parametrize("leaf", ["assistant-2", "system-5"])
def test_a_summary_in_another_file_is_the_title_of_the_session_that_ended_there(tmp_path: Path, leaf: str) -> None:
    lines = [user("Hi.", 1), said(2, "Hello.", uuid="assistant-2")]
    lines += [user("More.", 3, parentUuid="assistant-2"), said(4, "Yes.")]
    lines += [{**user("", 5), "type": "system", "uuid": "system-5"}]
    files: dict[str, Content] = {MAIN: lines, OTHER_MAIN: [summary("Sum", leaf), user("New.", 9, sessionId=OTHER)]}
    assert titles(tmp_path, files) == {SESSION: "Sum", OTHER: None}


def test_a_line_in_the_middle_of_a_turn_ends_no_session(tmp_path: Path) -> None:
    lines = [user("Hi.", 1), said(2, "Hello.", uuid="middle"), said(3, "Yes.")]
    assert titles(tmp_path, {MAIN: lines, OTHER_MAIN: [summary("Sum", "middle")]}) == {SESSION: None}


def test_of_summaries_of_one_session_that_of_its_latest_line_counts(tmp_path: Path) -> None:
    lines = [user("Hi.", 1), user("More.", 3, parentUuid="user-1")]
    sums = [summary("Second", "user-3"), summary("First", "user-1")]
    assert titles(tmp_path, {MAIN: lines, OTHER_MAIN: sums}) == {SESSION: "Second"}


def test_the_file_of_the_session_names_it_before_others(tmp_path: Path) -> None:
    files: dict[str, Content] = {MAIN: [user("Hi.", 1), custom("Own")], OTHER_MAIN: [custom("Foreign")]}
    assert titles(tmp_path, files) == {SESSION: "Own"}
