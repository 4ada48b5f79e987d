"""What is known of the thread that called: its context, its calls after the result, and the files it read."""

from pathlib import Path

from tests.common.transcripts.written import (
    MAIN,
    OTHER,
    agent_path,
    answer,
    call,
    extract,
    launched,
    line,
    notification,
    said,
    side,
    tool,
    usage,
    user,
)


def spent(sent: int, written: int, read: int) -> dict[str, object]:
    return usage(5, input_tokens=sent, cache_creation_input_tokens=written, cache_read_input_tokens=read)


def test_the_context_of_the_caller_is_that_of_the_message_that_called(tmp_path: Path) -> None:
    lines = [
        said(1, "Hello.", spent=spent(9, 9, 9)),
        said(2, "Now.", key="m2", spent=spent(3, 40, 500)),
        said(3, call("t1"), key="m2", spent=spent(3, 40, 500)),
        answer("t1", 4),
        said(5, "Done.", spent=spent(7, 7, 7)),
    ]
    assert extract(tmp_path, lines).delegation.caller_context == 3 + 40 + 500


def test_the_context_of_a_caller_whose_message_has_no_id_is_that_of_its_line(tmp_path: Path) -> None:
    lines = [said(1, "a", key=None, spent=spent(9, 9, 9)), said(2, call("t1"), key=None, spent=spent(1, 2, 4))]
    assert extract(tmp_path, lines).delegation.caller_context == 7


def test_the_context_of_a_caller_without_usage_is_not_known(tmp_path: Path) -> None:
    assert extract(tmp_path, [said(2, call("t1"), model="<synthetic>")]).delegation.caller_context is None


def test_the_context_of_a_run_is_that_of_its_first_and_of_its_last_message(tmp_path: Path) -> None:
    agent = [
        side(user("Do it.", 2), "a1"),
        side(said(3, "a", model="<synthetic>"), "a1"),
        side(said(4, "a", spent=spent(1, 20, 0)), "a1"),
        side(said(5, "b", spent=spent(2, 5, 20)), "a1"),
        side(said(6, "c", spent=spent(3, 1, 25)), "a1"),
    ]
    files = {MAIN: [said(1, call("t1")), answer("t1", 9, beside={"agentId": "a1"})], agent_path("a1"): agent}
    run = extract(tmp_path, files).run("t1")
    assert (run.first_context, run.last_context) == (21, 29)


def test_calls_after_a_result_are_the_distinct_messages_of_the_thread_that_called(tmp_path: Path) -> None:
    lines = [
        said(1, "Before.", key="m1"),
        said(2, call("t1"), key="m2"),
        answer("t1", 3),
        said(3, "Still.", key="m2"),
        said(4, "One.", key="m3"),
        said(5, tool("r1", "Read", file_path="/w/a"), key="m3"),
        side(said(6, "An agent's.", key="m4"), "a9"),
        said(7, "No call.", key="m5", model="<synthetic>"),
        said(8, "Two.", key="m6"),
        said(8, "Another session's.", key="m7", sessionId=OTHER),
    ]
    assert extract(tmp_path, lines).delegation.caller_calls_after == 2


def test_calls_after_a_result_end_where_the_context_is_compacted(tmp_path: Path) -> None:
    lines = [
        said(1, call("t1")),
        answer("t1", 2),
        said(3, "One."),
        line("system", 4, subtype="compact_boundary"),
        user("This session is being continued ...", 4, isCompactSummary=True),
        said(5, call("t2")),
        answer("t2", 6),
        said(7, "Two."),
        user("This session is being continued from a previous conversation that ran out of context.", 8),
        said(9, "Three."),
        said(10, call("t3")),
        answer("t3", 11),
    ]
    found = extract(tmp_path, lines).delegations
    assert {key: d.caller_calls_after for key, d in found.items()} == {"t1": 1, "t2": 1, "t3": 0}


def test_without_timestamps_the_order_of_lines_tells_what_is_after(tmp_path: Path) -> None:
    lines = [
        said(None, call("t1"), key="m1"),
        answer("t1", None),
        said(None, "One.", key="m2"),
        user("Summary.", None, isCompactSummary=True),
        said(None, "Two.", key="m3"),
    ]
    assert extract(tmp_path, lines).delegation.caller_calls_after == 1


def test_without_a_result_no_call_is_after_it(tmp_path: Path) -> None:
    assert extract(tmp_path, [said(1, call("t1")), said(2, "On.")]).delegation.caller_calls_after is None


def test_calls_after_a_background_agent_begin_where_its_notification_reaches_the_model(tmp_path: Path) -> None:
    note = notification("a1", "completed", "Found it.")
    lines = [
        said(1, call("t1")),
        launched("t1", 2, "a1"),
        said(3, "Meanwhile."),
        line("queue-operation", 4, operation="enqueue", content=note),
        said(5, "Still."),
        user(note, 6),
        said(7, "One."),
        said(8, "Two."),
    ]
    assert extract(tmp_path, lines).delegation.caller_calls_after == 2
    assert extract(tmp_path / "queued", lines[:5]).delegation.caller_calls_after is None


def test_a_run_that_calls_is_the_caller_over_all_its_files(tmp_path: Path) -> None:
    agent = [
        side(user("Do it.", 2), "a1"),
        side(said(3, call("t2"), key="n1", spent=spent(1, 1, 1)), "a1"),
        side(answer("t2", 4), "a1"),
        side(said(5, "One.", key="n2"), "a1"),
        side(user("Summary.", 6, isCompactSummary=True), "a1"),
        side(said(7, "Two.", key="n3"), "a1"),
    ]
    files = {
        MAIN: [said(1, call("t1")), answer("t1", 9, beside={"agentId": "a1"}), said(10, "End.")],
        agent_path("a1"): agent,
    }
    found = extract(tmp_path, files).delegations
    assert (found["t2"].caller_context, found["t2"].caller_calls_after) == (3, 1)
    assert found["t1"].caller_calls_after == 1


def test_files_read_by_a_run_and_by_its_caller_are_distinct_paths_of_read(tmp_path: Path) -> None:
    agent = [
        side(user("Do it.", 2), "a1"),
        side(said(3, *(tool(f"r{n}", "Read", file_path=f"/w/{name}") for n, name in enumerate("aba"))), "a1"),
        side(said(4, tool("r4", "Read", file_path=7), tool("r5", "Edit", file_path="/w/c")), "a1"),
        side(said(5, tool("r6", "Read", file_path="/w/d")), "a1"),
    ]
    files = {
        MAIN: [
            said(1, call("t1"), tool("r8", "Read", file_path="/w/b"), tool("r9", "Write", file_path="/w/a")),
            answer("t1", 6, beside={"agentId": "a1"}),
            said(7, tool("r7", "Read", file_path="/w/d")),
            said(8, tool("r10", "Read", file_path="/w/x")),
        ],
        agent_path("a1"): agent,
    }
    found = extract(tmp_path, files)
    run = found.run("t1")
    assert (run.files_read, run.files_read_by_caller) == (3, 2)
    assert [edit.path for edit in run.edits] == ["/w/c"]
    assert [edit.path for edit in found.session.edits] == ["/w/a"]
