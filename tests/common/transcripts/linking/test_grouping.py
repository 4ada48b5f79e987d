"""Files hang together by the names that they share."""

import json
import zlib
from array import array
from pathlib import Path

from common.transcripts.linking.grouping import SIEVE, grouped, shared_keys
from common.transcripts.reading.transcript_file import Meta, TranscriptFile, keys_of
from tests.common.transcripts.reading.test_file_reader import facts_of
from tests.common.transcripts.written import (
    MAIN,
    OTHER,
    SESSION,
    Content,
    Json,
    agent_path,
    answer,
    call,
    encoded,
    extract,
    line,
    notification,
    own_call,
    own_message,
    said,
    side,
    usage,
    user,
)


def keys(folder: Path, *lines: Json, meta: Meta | None = None, name: str = "file.jsonl") -> set[int]:
    return set(keys_of(TranscriptFile(0, name, facts_of(folder, encoded(lines), name), meta)))


def numbers(*names: str) -> set[int]:
    return {zlib.crc32(name.encode("utf-8", "surrogatepass")) for name in names}


def test_a_file_is_known_by_its_sessions_messages_calls_and_agents(tmp_path: Path) -> None:
    lines = [
        user("Hi.", 1),
        said(2, call("c1"), key=own_message("m1"), sessionId=OTHER),
        said(2, "x", key="m2", spent=usage(1, input_tokens=7)),
        said(3, "No id.", key=None),
        answer("c1", 4, "x", {"agentId": "a1"}),
        answer("c2", 5, "Done. agentId: a2"),
        user(notification("a3", "completed", call="c8"), 6),
        line("progress", 7, parentToolUseID="c3", data={"type": "agent_progress", "agentId": "a4"}),
        side(user("Do it.", 8), "a5"),
    ]
    expected = numbers(SESSION, OTHER, own_message("m1"), "m2 7 10 100", "c1", "a1", "c2", "a2", "c3", "c8", "a4", "a5")
    expected |= numbers("user-6", "assistant-2")
    assert keys(tmp_path, *lines) == expected
    assert keys(tmp_path, *lines, meta=Meta(tool_use_id="c9")) == expected | numbers("c9")
    assert keys(tmp_path, *lines, meta=Meta(agent_type="dev")) == expected


def test_a_file_is_known_by_the_lines_where_it_ended_and_those_that_it_sums_up(tmp_path: Path) -> None:
    summary: Json = {"type": "summary", "summary": "Fix it", "leafUuid": "u9"}
    lines = [user("Hi.", 1), user("More.", 3, parentUuid="assistant-2"), answer("c1", 4, parentUuid="assistant-3")]
    assert keys(tmp_path, summary, *lines) == numbers(SESSION, "u9", "assistant-2", "user-4", "c1")


def test_a_file_is_known_by_the_sessions_that_it_names(tmp_path: Path) -> None:
    named: Json = {"type": "custom-title", "customTitle": "x", "sessionId": "s1"}
    listed = {"type": "agent_listing_delta", "addedTypes": ["dev"]}
    lines = [named, {**named, "type": "ai-title", "aiTitle": "x", "sessionId": "s2"}]
    assert keys(tmp_path, *lines, line("attachment", 3, attachment=listed, sessionId="s3")) == numbers("s1", "s2", "s3")


def test_lines_without_a_session_are_known_by_the_files_name(tmp_path: Path) -> None:
    assert keys(tmp_path, user("Hi.", 1, sessionId=...), name="named.jsonl") == numbers("named", "user-1")


def test_keys_stand_in_order_each_once(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, encoded([said(2, call("c1"), key=own_message("c1")), answer("c1", 4)]))
    found = keys_of(TranscriptFile(0, "file.jsonl", facts, None))
    assert found == array("I", sorted(numbers(SESSION, "c1", own_message("c1"), "user-4")))


def test_keys_that_stand_in_one_file_alone_are_left_out() -> None:
    known = {1: array("I", [5, 6]), 2: array("I", [5, 7]), 3: array("I", [5, 8, 8 + SIEVE]), 4: array("I", [])}
    assert shared_keys(known) == {1: [5], 2: [5], 3: [5, 8, 8 + SIEVE], 4: []}


def test_groups_are_those_that_share_keys_over_any_number_of_steps() -> None:
    assert grouped({}) == []
    assert grouped({1: [], 2: []}) == [[1], [2]]
    assert grouped({3: "ab", 1: "c", 2: "bd", 4: "de", 5: "f"}) == [[3, 2, 4], [1], [5]]
    assert grouped({1: "a", 2: "b", 3: "c", 4: "ab", 5: "bc"}) == [[1, 2, 3, 4, 5]]
    assert grouped({n: [n // 2, (n + 1) // 2] for n in range(50)}) == [list(range(50))]


def test_a_meta_file_alone_ties_a_run_to_the_call_in_another_session(tmp_path: Path) -> None:
    run, name = agent_path("a1", OTHER), own_call("c1")
    files: dict[str, Content] = {
        MAIN: [said(1, call(name)), answer(name, 9)],
        run: [side(user("Other words.", 2, sessionId=OTHER), "a1")],
        run.replace(".jsonl", ".meta.json"): json.dumps({"toolUseId": name}).encode(),
    }
    found = extract(tmp_path, files)
    assert (found.delegation.link, found.agent_by_call()) == ("meta", {name: "a1"})
