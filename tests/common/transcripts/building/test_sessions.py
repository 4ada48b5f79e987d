"""What a session is, and what is told of it."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.common.transcripts.written import (
    MAIN,
    OTHER,
    SESSION,
    Json,
    agent_path,
    answer,
    at,
    call,
    extract,
    extract_folder,
    line,
    notification,
    said,
    side,
    tool,
    user,
    write_files,
)

OTHER_MAIN = f"-w-app/{OTHER}.jsonl"


def test_a_session_is_the_lines_of_its_id_not_the_file(tmp_path: Path) -> None:
    files = {
        MAIN: [user("A.", 1), user("B.", 2, sessionId=OTHER)],
        OTHER_MAIN: [user("C.", 3), user("D.", 4, sessionId=OTHER)],
    }
    found = extract(tmp_path, files)
    assert [(s.session_id, s.message_count, s.first_timestamp, s.last_timestamp) for s in found.full.sessions] == [
        (SESSION, 2, at(1), at(3)),
        (OTHER, 2, at(2), at(4)),
    ]


@pytest.mark.parametrize("kind", ["summary", "queue-operation", "attachment", "progress", "mode", "new-type"])
def test_lines_of_other_types_make_no_session_and_no_time(tmp_path: Path, kind: str) -> None:
    found = extract(tmp_path, {MAIN: [line(kind, 1), user("Hi.", 5), line(kind, 9)], OTHER_MAIN: [line(kind, 1)]})
    assert (found.session.first_timestamp, found.session.last_timestamp) == (at(5), at(5))
    assert found.full.source.unknown_types == ({"new-type": 3} if kind == "new-type" else {})


def test_system_lines_and_sidechains_count_for_the_times(tmp_path: Path) -> None:
    files = {
        MAIN: [user("Hi.", 5), line("system", 2, content="x")],
        agent_path("a1"): [side(user("Do.", 9), "a1")],
    }
    found = extract(tmp_path, files)
    assert (found.session.first_timestamp, found.session.last_timestamp, found.session.message_count) == (
        at(2),
        at(9),
        1,
    )


def test_a_session_of_sidechains_alone_is_one(tmp_path: Path) -> None:
    found = extract(tmp_path, {agent_path("a1"): [side(user("Do.", 9), "a1")]})
    assert (found.session.session_id, found.session.message_count, found.session.delegation_count) == (SESSION, 0, 0)


def test_messages_are_counted_by_their_ids(tmp_path: Path) -> None:
    lines = [
        user("One.", 1, uuid="u1"),
        user("One.", 1, uuid="u1"),
        user("Two.", 2, uuid="u2"),
        user("No name.", 3, uuid=...),
        user("No name.", 3, uuid=...),
        said(4, "a", key="m1"),
        said(5, "b", key="m1"),
        said(6, "c", key="m2"),
        said(7, "d", key=None),
        line("system", 8),
        side(said(9, "aside", key="m3")),
    ]
    assert extract(tmp_path, lines).session.message_count == 2 + 2 + 2 + 1


def test_copies_in_another_file_of_the_session_are_counted_once(tmp_path: Path) -> None:
    lines = [user("One.", 1), said(2, "a")]
    assert extract(tmp_path, {MAIN: lines, OTHER_MAIN: lines}).session.message_count == 2


def test_the_folder_and_the_versions_are_those_of_first_sight(tmp_path: Path) -> None:
    lines = [
        user("Later.", 9, cwd="/w/late", version="2.0.0"),
        user("First.", 1, cwd="/w/first", version="2.1.0"),
        user("Again.", 12, cwd=..., version="2.0.0"),
        user("Last.", 13, cwd="/w/last", version="1.0.0"),
    ]
    session = extract(tmp_path, lines).session
    assert (session.cwd, session.versions, session.project) == ("/w/first", ["2.1.0", "2.0.0", "1.0.0"], "-w-app")


@pytest.mark.parametrize(
    ("path", "project"),
    [("-w-app/x.jsonl", "-w-app"), ("x.jsonl", ""), ("2024/x.jsonl", "2024"), ("2024/-w-app/x.jsonl", "2024")],
)
@pytest.mark.parametrize("roots", [1, 2])
def test_the_project_is_the_folder_below_the_root(tmp_path: Path, path: str, project: str, roots: int) -> None:
    folders = [tmp_path / f"root{number}" for number in range(roots)]
    for folder in folders:
        folder.mkdir()
    write_files(folders[-1], {path: [user("Hi.", 1)]})
    assert extract_folder(tmp_path, *folders).session.project == project


def test_lines_without_a_session_belong_to_none_but_messages_to_the_one_before(tmp_path: Path) -> None:
    files = {MAIN: [user("Hi.", 1), said(2, "a", sessionId=...)], OTHER_MAIN: [user("Lost.", 3, sessionId=...)]}
    found = extract(tmp_path, files)
    assert (found.session.session_id, found.session.tokens.messages) == (SESSION, 1)


def test_an_empty_session_id_is_none(tmp_path: Path) -> None:
    files = {f"-w-{n}/{n}.jsonl": [user("Hi.", n, sessionId=""), said(n + 1, "a", sessionId="")] for n in (1, 3)}
    found = extract(tmp_path, files)
    assert sorted(s.session_id for s in found.full.sessions) == ["1", "3"]
    assert found.full.summary.tokens.messages == 2


def test_files_whose_names_look_alike_are_counted_each(tmp_path: Path) -> None:
    root = tmp_path / "root"
    write_files(root, {"\\xff/s.jsonl": [user("One.", 1)]})
    folder = os.fsencode(root) + b"/\xff"
    os.mkdir(folder)  # noqa: PTH102 - a path object would not take the bytes as they are
    with open(folder + b"/s.jsonl", "wb") as file:  # noqa: PTH123 - likewise
        file.write(b"broken\n")
    found = extract_folder(tmp_path, root)
    assert (found.full.source.files, found.full.source.lines) == (2, 2)
    assert [bad["file"] for bad in found.diagnostics] == ["\\xff/s.jsonl"]


def test_sessions_stand_by_first_time_then_by_id(tmp_path: Path) -> None:
    files = {
        f"-w-app/{name}.jsonl": [user("Hi.", second, sessionId=name)] for name, second in (("b", 5), ("a", 5), ("c", 1))
    }
    files["-w-app/d.jsonl"] = [user("Hi.", None, sessionId="d")]
    assert [s.session_id for s in extract(tmp_path, files).full.sessions] == ["d", "c", "a", "b"]


def test_names_that_no_file_could_bear_are_names(tmp_path: Path) -> None:
    for number, name in enumerate(("../../x", "/etc/passwd", "a\0b", "x" * 3000, "-rf", ".", "A", "a", "é", "e\u0301")):
        lines = [said(1, call("c1"), sessionId=name), answer("c1", 2, beside={"agentId": name}, sessionId=name)]
        found = extract(tmp_path / str(number), lines)
        assert found.session.session_id == name
    assert {path.name for path in tmp_path.parent.glob("passwd*")} == set()


def test_lone_surrogates_are_replaced_in_everything_that_is_kept(tmp_path: Path) -> None:
    bad = "a\ud83db"
    lines = [
        user(bad, 1, cwd=bad, version=bad),
        said(2, call("c1", bad, description=bad, subagent_type=bad, model=bad), tool("t1", bad), model=bad),
        answer("c1", 3, bad, {"agentType": bad, "resolvedModel": bad}),
        said(4, bad),
        line(bad, 5),
    ]
    found = extract(tmp_path, lines)
    good, delegation = "a\ufffdb", found.delegation
    assert (found.session.cwd, found.session.versions[0], delegation.prompt, delegation.result) == (good,) * 4
    assert (delegation.agent_type, delegation.description, delegation.requested_model, delegation.model) == (good,) * 4
    assert (delegation.user_context_before, delegation.assistant_synthesis_after) == (good, good)
    assert found.full.source.unknown_types == {good: 1}
    assert set(found.session.tools) == {"Agent", good}


@pytest.mark.parametrize("depth", [150, 185, 190, 193, 195])
def test_what_is_nested_deep_in_a_line_that_is_parsed_is_read(tmp_path: Path, depth: int) -> None:
    deep: object = []
    for _ in range(depth - 1):
        deep = [deep]
    lines = [
        said(1, call("c1", deep=deep)),
        answer("c1", 2, "Started.", {"isAsync": True, "agentId": "a1", "deep": deep}),
        said(3, {"type": "tool_use", "id": "t1", "name": "Edit", "input": {"deep": deep, "file_path": "/w/a.py"}}),
        line(
            "attachment",
            4,
            attachment={"type": "queued_command", "prompt": notification("a1", "completed"), "deep": deep},
        ),
    ]
    found = extract(tmp_path, lines)
    assert found.full.source.parsed == 4
    assert (found.delegation.outcome, found.delegation.agent_type) == ("completed", "dev")
    assert [edit.path for edit in found.session.edits] == ["/w/a.py"]


# -- so much that anything slower than linear shows


def blocks(count: int, make: Callable[[int], Json]) -> list[Json]:
    return [make(number) for number in range(count)]


def test_a_line_of_many_thousand_blocks_of_any_kind_is_read_in_time(tmp_path: Path) -> None:
    count = 20_000
    lines = {
        "tools": said(1, *blocks(count, lambda n: tool(f"t{n}", "Edit", file_path=f"/w/{n}"))),
        "texts": said(1, *blocks(count, lambda n: {"type": "text", "text": "x" * (n % 1500)}), stop=None),
        "results": user(blocks(count, lambda n: {"type": "tool_result", "tool_use_id": f"t{n}", "content": "x"}), 1),
        "refusals": user(
            blocks(
                count,
                lambda n: {
                    "type": "tool_result",
                    "tool_use_id": f"t{n}",
                    "content": "User rejected tool use",
                    "is_error": n % 2 == 1,
                },
            ),
            1,
        ),
        "notices": user("".join(notification(f"a{n}", "completed", str(n)) for n in range(count)), 1),
        "unclosed": user("<teammate-message " * count, 1),
        "opened": user("<teammate-message>" * count, 1),
        "calls": said(1, *blocks(count, lambda n: call(f"c{n}"))),
    }
    for name, made in lines.items():
        begun = time.process_time()
        extra = [side(made, "a1")] if name in {"unclosed", "opened"} else [made, said(2, "So.")]
        extract(tmp_path / name, extra)
        assert time.process_time() - begun < 10, name


def test_a_session_that_changes_its_version_with_every_line_is_read_in_time(tmp_path: Path) -> None:
    begun = time.process_time()
    count = 20_000
    raw = b"".join(json.dumps(user("Hi.", 1, uuid=f"u{n}", version=f"2.1.{n}")).encode() + b"\n" for n in range(count))
    assert len(extract(tmp_path, raw).session.versions) == count
    assert time.process_time() - begun < 10


def test_many_sessions_that_hang_together_are_read_in_time(tmp_path: Path) -> None:
    begun = time.process_time()
    count = 1500
    files = {
        f"-w-app/s{n}.jsonl": [
            said(n, call(f"c{n}"), key=f"m{n}", sessionId=f"s{n}", timestamp=at(n % 3000)),
            user(notification("shared", "completed", str(n)), n % 3000, sessionId=f"s{n}"),
        ]
        for n in range(count)
    }
    assert extract(tmp_path, files).full.summary.delegations == count
    assert time.process_time() - begun < 15
