"""What one transcript tells, line by line: its calls, prompts, threads, notices, and what of a line does not count."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from common.transcripts.reading.facts import Call, FileFacts, MessageFacts, Notice
from common.transcripts.reading.file_reader import read_meta
from common.transcripts.reading.texts.phrases import text_digest
from tests.common.transcripts.reading.test_file_reader import facts_of, found
from tests.common.transcripts.written import (
    SESSION,
    Json,
    answer,
    at,
    call,
    encoded,
    line,
    notification,
    own_call,
    own_message,
    said,
    side,
    tool,
    usage,
    user,
)

OWN_CALL, OWN_MESSAGE = own_call("c1"), own_message("m1")
INTERRUPTED = "[Request interrupted by user]"


def told(folder: Path, *lines: Json | bytes, name: str = "session.jsonl") -> FileFacts:
    return facts_of(folder, encoded(lines), name)


def queued(prompt: object, second: int, **fields: object) -> Json:
    return line("attachment", second, attachment={"type": "queued_command", "prompt": prompt}, **fields)


def echo(second: int, message: object, prompt: str | None = "Do it.", agent: str | None = "a1") -> Json:
    data = {"type": "agent_progress", "agentId": agent, "prompt": prompt, "message": message}
    return line("progress", second, parentToolUseID="c1", data=data)


# -- calls


def test_a_call_is_kept_with_all_that_it_says_and_where_it_stands(tmp_path: Path) -> None:
    lines = [
        line("system", 1),
        said(2, "First.", call(OWN_CALL, "Do it.", model="opus"), key=OWN_MESSAGE, version="2.1.70"),
        side(said(3, call("c2", subagent_type=" ", description=...), key=None), "a1"),
    ]
    one, two = told(tmp_path, *lines).calls
    assert one == Call(
        id=OWN_CALL, key=OWN_CALL, timestamp=at(2), line=2, position=1, thread=0, message_id=OWN_MESSAGE,
        agent_type="dev", description="work", prompt="Do it.", model="opus", version="2.1.70", context=-1,
    )  # fmt: skip
    assert two == Call(
        id="c2", key=two.key, timestamp=at(3), line=3, position=0, thread=1, message_id=None, agent_type="",
        description=None, prompt="Do it.", model=None, version="2.1.39", context=-1,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"prompt": "Do it."}, ("", "Do it.")),
        ({"subagent_type": "dev"}, ("dev", "")),
        ({"subagent_type": 7, "prompt": None}, ("", "")),
        ({"description": "work"}, None),
        ({}, None),
    ],
)
def test_a_call_has_a_prompt_or_an_agents_type(
    tmp_path: Path, given: dict[str, object], kept: tuple[str, str] | None
) -> None:
    facts = told(tmp_path, said(1, tool("c1", "Task", **given)), answer("c1", 2))
    assert [(made.agent_type, made.prompt) for made in facts.calls] == ([kept] if kept else [])
    assert len(facts.results) == bool(kept)


@pytest.mark.parametrize("name", ["task", "AGENT", "Agents", "TaskCreate", "mcp__x__Task", ""])
def test_tools_of_other_names_hand_nothing_on(tmp_path: Path, name: str) -> None:
    facts = told(tmp_path, said(1, call("c1", name=name)), answer("c1", 2))
    assert (facts.calls, facts.results) == ([], [])


def test_blocks_without_a_name_or_an_id_are_passed_over_and_the_next_ones_read(tmp_path: Path) -> None:
    blocks: list[Json | str] = [
        {"type": "tool_use", "id": "x", "input": {"prompt": "x"}},
        {"type": "tool_use", "name": "Task", "input": {"prompt": "x"}},
        {"type": "server_tool_use", "id": "y", "name": "Task", "input": {"prompt": "x"}},
        call("c1"),
    ]
    message = {"id": "m", "content": ["words", *blocks], "stop_reason": "end_turn"}
    facts = told(tmp_path, line("assistant", 1, message=message), line("assistant", 2, message=None))
    assert [(made.id, made.position) for made in facts.calls] == [("c1", 4)]
    assert [tool[:2] for tool in facts.threads[0].messages[0].tools] == [("c1", "Agent")]


def test_a_message_in_words_alone_counts_and_hands_nothing_on(tmp_path: Path) -> None:
    message = {"id": OWN_MESSAGE, "content": "Words.", "stop_reason": None, "usage": usage(5), "model": "x"}
    (thread,) = told(tmp_path, line("assistant", 1, message=message)).threads
    assert [(kept.id, kept.output, kept.chosen_line, kept.unfinished) for kept in thread.messages] == [
        (OWN_MESSAGE, 5, 1, True)
    ]


def test_sizes_are_kept_of_messages_that_were_not_finished(tmp_path: Path) -> None:
    thinking: Json = {"type": "thinking", "thinking": "Hm."}
    lines = [said(1, "Text.", thinking, key="a", stop=None), said(2, "Text.", thinking, key="b")]
    assert [message.sizes for message in told(tmp_path, *lines).threads[0].messages] == [[7, 5], []]


def test_an_answer_that_says_nothing_of_the_call_it_is_to_is_kept_until_the_call_is_known(tmp_path: Path) -> None:
    facts = told(tmp_path, answer("elsewhere", 1), said(2, tool("t1", "Bash")), answer("t1", 3))
    assert [(result.id, result.line) for result in facts.results] == [("elsewhere", 1)]


@pytest.mark.parametrize(
    ("given", "told_to"),
    [({"task_id": "a1"}, "a1"), ({"shell_id": "b1"}, "b1"), ({}, None), ({"task_id": 7}, None), (None, None)],
)
@pytest.mark.parametrize("name", ["TaskStop", "KillShell"])
def test_a_task_that_is_told_to_stop_is_noticed(
    tmp_path: Path, name: str, given: dict[str, object] | None, told_to: str | None
) -> None:
    facts = told(tmp_path, said(4, tool("t1", name) | {"input": given}), answer("t1", 5))
    stopped = Notice(told_to or "", at(5), 2, "stopped", "stop", session_id=SESSION, reached=(at(5), 2))
    assert facts.notices == ([stopped] if told_to else [])
    assert facts.results == []


@pytest.mark.parametrize("name", ["TaskOutput", "AgentOutputTool"])
def test_a_poll_is_noticed_and_is_no_result(tmp_path: Path, name: str) -> None:
    task = {"task": {"task_id": "a1", "status": "running", "output": "So far."}}
    facts = told(tmp_path, said(1, tool("p1", name, task_id="a1")), answer("p1", 2, "x", task))
    polled = Notice("a1", at(2), 2, "running", "poll", "So far.", session_id=SESSION, reached=(at(2), 2))
    assert facts.notices == [polled]
    assert facts.results == []


# -- prompts


@pytest.mark.parametrize(
    ("prompt", "context"),
    [
        (user("Please.", 1), "Please."),
        (user([{"type": "text", "text": "One."}, {"type": "text", "text": "Two."}], 1), "One.\nTwo."),
        (user([{"type": "text", "text": "One."}, {"type": "text", "text": "<system-reminder>x"}], 1), "One."),
        (user([{"type": "text", "text": "<system-reminder>x"}, {"type": "text", "text": "Two."}], 1), None),
        (user([{"type": "image"}], 1), None),
        (user("", 1), None),
        (user("Meta.", 1, isMeta=True), None),
        (user("Summary.", 1, isCompactSummary=True), None),
        (user("Shown.", 1, isVisibleInTranscriptOnly=True), None),
        (user([{"type": "tool_result", "tool_use_id": "t", "content": "x"}, {"type": "text", "text": "x"}], 1), None),
        (user("[Request interrupted by user]", 1), None),
        (queued("Queued.", 1), "Queued."),
        (queued([{"type": "text", "text": "One."}, {"type": "text", "text": "Two."}], 1), "One.\nTwo."),
        (queued("Queued.", 1, isMeta=True), None),
        (queued("<command-name>/x", 1), None),
        (queued(7, 1), None),
        (queued("Aside.", 1, isSidechain=True), None),
        (line("attachment", 1, attachment={"type": "file", "prompt": "Not queued."}), None),
        (side(user("Aside.", 1), "a1"), None),
    ],
)
def test_the_context_of_a_call_is_what_the_user_wrote_before_it(tmp_path: Path, prompt: Json, context: str) -> None:
    facts = told(tmp_path, prompt, said(2, call("c1")), said(3, call("c2")))
    contexts = [facts.prompts.contexts[made.context] if made.context >= 0 else None for made in facts.calls]
    assert contexts == [context, context]
    assert len(facts.prompts.contexts) == (context is not None)


def test_each_call_has_the_prompt_before_it_and_sidechains_have_none(tmp_path: Path) -> None:
    lines = [
        user("One.", 1), said(2, call("c1")), user("Two.", 3), side(said(4, call("c2")), "a1"), said(5, call("c3")),
        user("Three.", 6), said(7, call("c4")),
    ]  # fmt: skip
    facts = told(tmp_path, *lines)
    assert [(made.id, made.context) for made in facts.calls] == [("c1", 0), ("c2", -1), ("c3", 1), ("c4", 2)]
    assert facts.prompts.contexts == ["One.", "Two.", "Three."]


@pytest.mark.parametrize(
    ("lines", "contexts"),
    [
        ([said(2, call("c1"), call("c2")), user("Late.", 1), said(4, call("c3"))], ["Late.", "Late.", "Late."]),
        ([user("First.", 1), said(5, call("c1")), user("Late.", 4)], ["Late."]),
        ([user("First.", 3), said(5, call("c1")), user("Older.", 2)], ["First."]),
        ([said(2, call("c1")), user("Next.", 3)], [None]),
        ([said(2, call("c1")), user("Next.", 3), user("Later still.", 1)], [None]),
        ([said(2, call("c1")), {**user("Timeless.", 1), "timestamp": None}], [None]),
        ([said(2, call("c1")), queued("Queued.", 1)], [None]),
        ([said(2, call("c1")), user("Elsewhere.", 1, sessionId="s2")], [None]),
    ],
)
def test_a_prompt_written_behind_the_call_it_asked_for_is_its_context(
    tmp_path: Path, lines: list[Json], contexts: list[str | None]
) -> None:
    # 2.1.231, 2.1.250 and 2.1.281 write the first lines of a session at a terminal in this order:
    #   {"type":"assistant","timestamp":"…:40.253Z",...}   {"type":"user","timestamp":"…:40.072Z","parentUuid":null,...}
    facts = told(tmp_path, *lines)
    texts = facts.prompts.contexts
    assert [texts[made.context] if made.context >= 0 else None for made in facts.calls] == contexts


def test_what_is_queued_in_an_agents_file_is_not_the_users(tmp_path: Path) -> None:
    facts = told(tmp_path, queued("Queued.", 1), said(2, call("c1")), name="agent-a1.jsonl")
    assert (facts.prompts.contexts, facts.prompts.last) == ([], None)


# -- notifications


def test_a_notification_is_taken_from_the_queue_the_user_and_an_attachment_once(tmp_path: Path) -> None:
    text = notification("a1", "completed", "Yes.", total_tokens=7, duration_ms=9)
    repeated = [line("queue-operation", 3, content=text), user(text, 4), queued(text, 5)]
    for number in range(3):
        (notice,) = told(tmp_path, *repeated[number:]).notices
        assert (notice.task_id, notice.status, notice.result, notice.source) == (
            "a1", "completed", "Yes.", "notification"
        )  # fmt: skip
        assert (notice.timestamp, notice.line, notice.tokens, notice.duration_ms) == (at(3 + number), 1, 7, 9.0)


@pytest.mark.parametrize("content", [..., None, 7, "", "words"])
def test_a_queue_without_a_notification_tells_nothing(tmp_path: Path, content: object) -> None:
    assert told(tmp_path, line("queue-operation", 3, content=content)).notices == []


# -- sidechains and echoes


@pytest.mark.parametrize(
    ("text", "inner", "warmup", "teammate"),
    [
        ("Do it.", "Do it.", False, False),
        ("Warmup", "Warmup", True, False),
        ("Warmup ", "Warmup", False, False),
        ('<teammate-message id="x">Do it.</teammate-message>', "Do it.", False, True),
        ("<teammate-message>Warmup</teammate-message>", "Warmup", False, True),
    ],
)
def test_a_sidechain_is_known_by_its_first_text(
    tmp_path: Path, text: str, inner: str, *, warmup: bool, teammate: bool
) -> None:
    for name in ("session.jsonl", "agent-a1.jsonl"):
        lines = [side(user([], 1), "a1"), side(user(text, 2), "a1"), side(user("Later.", 3), "a1")]
        (thread,) = told(tmp_path / name, *lines, name=name).threads
        assert (thread.prompt, thread.warmup, thread.teammate) == (text_digest(inner), warmup, teammate)


def test_the_texts_of_a_sidechains_first_line_are_one_prompt(tmp_path: Path) -> None:
    blocks = [{"type": "text", "text": "One."}, {"type": "text", "text": "Two."}]
    (thread,) = told(tmp_path, side(user(blocks, 1), "a1")).threads
    assert thread.prompt == text_digest("One.\nTwo.")


def test_an_echo_is_a_thread_with_its_prompt_messages_tools_and_sizes(tmp_path: Path) -> None:
    spoken = said(3, "Text.", tool("t1", "Read"), key="e", stop=None)
    nameless: list[Json | str] = ["words", {"type": "tool_use", "id": "x"}, {"type": "tool_use", "name": "Read"}]
    facts = told(
        tmp_path, echo(2, None), echo(3, spoken), echo(4, said(4, *nameless, key="f"), prompt="Later."), user("Hi.", 5)
    )
    thread, main = facts.threads
    assert (thread.kind, thread.session_id, thread.agent_id, thread.parent_tool_use_id) == (
        "progress", SESSION, "a1", "c1"
    )  # fmt: skip
    assert (thread.prompt, thread.line, thread.first, thread.last) == (text_digest("Do it."), 1, at(2), at(4))
    one, two = thread.messages
    assert one == MessageFacts(
        id="e 1 10 100", timestamp=at(3), line=2, chosen_line=2, model="claude-opus-4-6", input=1, output=5,
        cache_creation=10, cache_read=100, unfinished=True, sizes=[7, 2], tools=[("t1", "Read", None)],
    )  # fmt: skip
    assert (two.id, two.line, two.sizes, two.tools) == ("f 1 10 100", 3, [], [])
    assert (main.kind, main.prompt) == ("main", b"")


@pytest.mark.parametrize(
    "made",
    [
        line("progress", 1, data={"type": "hook_progress", "agentId": "a1", "message": said(1, "x")}),
        line("progress", 1, data=None),
        line("progress", 1),
    ],
)
def test_progress_of_other_kinds_is_no_echo(tmp_path: Path, made: Json) -> None:
    assert told(tmp_path, made).threads == []


@pytest.mark.parametrize("message", [None, {}, {"message": {"id": "e"}}, {"message": {"usage": usage(5)}},
                                     {"message": {"id": "", "usage": usage(5)}}])  # fmt: skip
def test_an_echo_without_an_id_or_a_usage_holds_no_message(tmp_path: Path, message: object) -> None:
    (thread,) = told(tmp_path, echo(1, message)).threads
    assert thread.messages == []


# -- lines


def test_lines_of_types_not_known_are_counted_by_their_names(tmp_path: Path) -> None:
    kinds = ["new", "new", "x" * 70, None, "summary", "mode"]
    facts = told(tmp_path, *[line("x", 1, type=kind) for kind in kinds])
    assert facts.unknown_types == {"new": 2, "x" * 64: 1, "(none)": 1}
    assert (facts.lines, facts.parsed, facts.threads) == (6, 6, [])


def test_lines_that_repeat_requests_to_the_api_are_known_and_no_part_of_the_conversation(tmp_path: Path) -> None:
    copied: Json = {"role": "assistant", "id": "m1", "content": [call("c1")], "usage": usage(5)}
    kinds: list[Json] = [
        {"type": "api-request", "sessionId": SESSION, "id": "r1", "timestamp": "2026-03-14T09:00:01.000Z", "keep": 0},
        {"type": "api-request-shape", "sessionId": SESSION, "shapeHash": "h1", "shape": {"tools": []}},
        {"type": "api-request-blob", "sessionId": SESSION, "agentId": "a1", "hash": "h2", "message": copied},
        {"type": "tools-used", "tools": ["Agent"], "sessionId": SESSION},
        {"type": "agent-setting", "agentSetting": "brief", "sessionId": SESSION},
        {"type": "fork-context-ref", "agentId": "a1", "parentSessionId": SESSION, "contextLength": 7},
        {"type": "cost-state", "sessionId": SESSION, "totalCostUSD": 0.5},
        {"type": "atis-latch", "atis": True, "sessionId": SESSION},
        {"type": "file-history-delta", "messageId": "u1"},
    ]
    facts = told(tmp_path, *kinds)
    assert (facts.lines, facts.parsed, facts.unknown_types) == (9, 9, {})
    assert (facts.threads, facts.calls) == ([], [])


@pytest.mark.parametrize("kind", ["api-request-blob", "attachment"])
def test_a_line_that_says_nothing_is_parsed_only_if_it_is_whole(tmp_path: Path, kind: str) -> None:
    whole = encoded([line(kind, 1, attachment={"type": "prompt_snapshot", "system": ["Be brief."]})])
    facts = told(tmp_path, whole, whole.replace(b'"Be brief."', b'"Be brief.'), whole.rstrip(b"\n")[:-1])
    assert (facts.lines, facts.parsed, facts.skipped, facts.pending) == (3, 1, 1, 1)


@pytest.mark.parametrize(
    ("attachment", "prompt"),
    [
        (b'{"type":"queued_command","prompt":"Go on."}', "Go on."),
        (b'{ "prompt" : "Go on.", "type" : "queued_command" }', "Go on."),
        (b'{"type":"prompt_snapshot","prompt":""queued_command""}', None),
        (b'{"prompt":""queued_command"","type":"prompt_snapshot"}', None),
        (b'{"type":"queued_commands","prompt":"Go on."}', None),
        (b'{"type":', None),
        (b"null", None),
        (b"7", None),
    ],
)
def test_a_queued_prompt_is_found_wherever_its_type_is(tmp_path: Path, attachment: bytes, prompt: str | None) -> None:
    made = encoded([line("attachment", 1, attachment="HERE")]).replace(b'"HERE"', attachment)
    assert told(tmp_path, made).prompts.last == prompt


def test_user_lines_are_counted_by_their_ids_in_the_main_thread(tmp_path: Path) -> None:
    lines = [user("A.", 1, uuid="u1"), user("B.", 2, uuid=...), user("C.", 3, uuid="u1"), side(user("D.", 4), "a1")]
    main, other = told(tmp_path, *lines, line("user", 5, uuid=..., message=None)).threads
    assert (main.uuids, main.without_uuid) == (["u1", "u1"], 2)
    assert (other.uuids, other.without_uuid) == (["user-4"], 0)


def test_all_records_of_a_damaged_line_bear_its_number(tmp_path: Path) -> None:
    one, two = (encoded([said(number, call(f"c{number}"))]).rstrip(b"\n") for number in (1, 2))
    facts = told(tmp_path, user("Hi.", 0), one + two + b"\n", said(3, call("c3")))
    assert [(made.id, made.line) for made in facts.calls] == [("c1", 2), ("c2", 2), ("c3", 3)]
    (bad,) = facts.bad_lines
    assert (bad.line, bad.offset, bad.outcome) == (2, len(encoded([user("Hi.", 0)])), "salvaged")
    assert (facts.lines, facts.parsed, facts.salvaged) == (3, 2, 1)
    assert facts.offset == (tmp_path / "session.jsonl").stat().st_size


# -- files that fail


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
def test_a_file_that_cannot_be_read_is_passed_over_with_its_reason(tmp_path: Path) -> None:
    path = tmp_path / "root" / "s.jsonl"
    path.parent.mkdir()
    path.write_bytes(b"{}\n")
    code = (
        "from common.transcripts.find import find_transcripts\n"
        "from common.transcripts.reading.file_reader import read_file\n"
        f"(file,) = find_transcripts([{str(path.parent)!r}]).files; print(read_file(file))"
    )
    command = ["strace", "-f", "-qq", "-o", str(tmp_path / "trace"), "-P", str(path), "-e", "trace=read"]
    command += ["-e", "inject=read:error=EIO", sys.executable, "-c", code]
    done = subprocess.run(command, cwd=Path(__file__).parents[4], capture_output=True, text=True, check=True)
    assert done.stdout == "cannot be read: Input/output error\n"


def test_a_meta_file_that_vanishes_or_becomes_a_link_is_as_none(tmp_path: Path) -> None:
    (tmp_path / "agent-a1.jsonl").write_bytes(b"{}\n")
    meta = tmp_path / "agent-a1.meta.json"
    meta.write_bytes(b'{"agentType":"dev"}')
    file = found(tmp_path)
    assert file.meta is not None
    meta.rename(tmp_path / "elsewhere")
    assert read_meta(found(tmp_path)) is None
    assert read_meta(file) is None
    meta.symlink_to(tmp_path / "elsewhere")
    assert read_meta(file) is None
    meta.unlink()
    os.mkfifo(meta)
    assert read_meta(file) is None
