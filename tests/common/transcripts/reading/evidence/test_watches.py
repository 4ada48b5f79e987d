"""Use of results, for certain: a token that the thread that called had not seen and that it repeats."""

from pathlib import Path

import pytest

from common.transcripts.find import find_transcripts
from common.transcripts.reading.evidence import watches
from common.transcripts.reading.evidence.use_facts import WATCHED_OUTPUTS
from common.transcripts.reading.file_reader import FileReading, decode_facts, read_file
from tests.common.transcripts.written import (
    MAIN,
    Json,
    agent_path,
    answer,
    call,
    encoded,
    extract,
    launched,
    line,
    notification,
    said,
    side,
    tool,
    user,
    write_files,
)

HELPER = "splitFirstBatch"
FOUND = f"Extract `{HELPER}` from push.go."
START: list[Json] = [user("Look.", 0), said(1, call("t1", "Look at push."))]


def used(folder: Path, *lines: Json) -> tuple[str, int] | None:
    proof = extract(folder, list(lines)).delegations["t1"].used
    return (proof.token, proof.line) if proof else None


def test_a_token_of_the_result_that_is_repeated_proves_its_use(tmp_path: Path) -> None:
    lines = [*START, answer("t1", 2, FOUND), said(3, "Well."), said(4, f"I extract {HELPER}.")]
    assert used(tmp_path, *lines) == (HELPER, 5)


def test_the_input_of_a_tool_repeats_it_too(tmp_path: Path) -> None:
    edit = tool("e1", "Edit", file_path="/w/a", new_string=f"\n\t{HELPER}()")
    assert used(tmp_path, *START, answer("t1", 2, FOUND), said(3, edit)) == (HELPER, 4)


@pytest.mark.parametrize(
    "shown",
    [
        user(f"What of {HELPER}?", 1),
        said(1, f"I know {HELPER}."),
        said(1, tool("b1", "Bash", command=f"grep {HELPER}")),
        answer("b0", 1, f"push.go: {HELPER}"),
        line("attachment", 1, attachment={"type": "file", "content": HELPER}),
    ],
)
def test_what_the_thread_had_seen_before_proves_nothing(tmp_path: Path, shown: Json) -> None:
    assert used(tmp_path, shown, *START, answer("t1", 2, FOUND), said(3, HELPER)) is None


def test_what_the_prompt_of_the_call_says_proves_nothing(tmp_path: Path) -> None:
    lines = [said(1, call("t1", f"Look at {HELPER}.")), answer("t1", 2, FOUND), said(3, HELPER)]
    assert used(tmp_path, *lines) is None


@pytest.mark.parametrize("other", [user(f"Or {HELPER}?", 3), answer("b1", 3, f"push.go: {HELPER}")])
def test_what_reached_the_thread_another_way_proves_nothing(tmp_path: Path, other: Json) -> None:
    lines = [*START, answer("t1", 2, FOUND), said(3, tool("b1", "Bash", command="ls")), other, said(4, HELPER)]
    assert used(tmp_path, *lines) is None


def test_own_words_before_the_repetition_do_not_bring_it(tmp_path: Path) -> None:
    thought: Json = {"type": "thinking", "thinking": f"So {HELPER}."}
    assert used(tmp_path, *START, answer("t1", 2, FOUND), said(3, thought), said(4, HELPER)) == (HELPER, 5)


@pytest.mark.parametrize(
    "unseen",
    [
        side(said(1, f"I look at {HELPER}."), "a1"),
        line("progress", 1, data={"type": "agent_progress", "agentId": "a1", "prompt": HELPER}),
        line("queue-operation", 1, operation="enqueue", content=HELPER),
    ],
)
def test_lines_that_the_thread_does_not_see_show_it_nothing(tmp_path: Path, unseen: Json) -> None:
    assert used(tmp_path, *START, unseen, answer("t1", 2, FOUND), unseen, said(3, HELPER)) == (HELPER, 6)


def test_common_words_and_errors_prove_nothing(tmp_path: Path) -> None:
    assert used(tmp_path / "a", *START, answer("t1", 2, "See README.md."), said(3, "README.md")) is None
    assert used(tmp_path / "b", *START, answer("t1", 2, FOUND, error=True), said(3, HELPER)) is None


def test_a_repetition_after_the_watched_outputs_proves_nothing(tmp_path: Path) -> None:
    between = [said(3 + n, f"Step {n}.") for n in range(WATCHED_OUTPUTS)]
    lines = [*START, answer("t1", 2, FOUND), *between, said(59, HELPER)]
    assert used(tmp_path / "late", *lines) is None
    del lines[5]
    assert used(tmp_path / "last", *lines) == (HELPER, 3 + WATCHED_OUTPUTS)


def test_another_thread_that_repeats_it_proves_nothing(tmp_path: Path) -> None:
    assert used(tmp_path, *START, answer("t1", 2, FOUND), side(said(3, HELPER), "a9")) is None


def test_a_result_beside_another_in_one_line_is_not_watched(tmp_path: Path) -> None:
    both = user(
        [
            {"type": "tool_result", "tool_use_id": "t1", "content": FOUND},
            {"type": "tool_result", "tool_use_id": "b1", "content": "ok"},
        ],
        2,
    )
    assert used(tmp_path, *START, both, said(3, HELPER)) is None


def test_the_result_of_a_background_agent_is_watched_from_its_notification_on(tmp_path: Path) -> None:
    note = notification("a1", "completed", FOUND, call="t1")
    lines = [
        *START,
        launched("t1", 2, "a1"),
        line("queue-operation", 3, operation="enqueue", content=note),
        user(note, 4),
        said(5, HELPER),
    ]
    assert used(tmp_path, *lines) == (HELPER, 6)


def test_a_run_uses_the_results_of_its_own_agents(tmp_path: Path) -> None:
    agent = [
        side(user("Do it.", 2), "a1"),
        side(said(3, call("t2")), "a1"),
        side(answer("t2", 4, FOUND), "a1"),
        side(said(5, HELPER), "a1"),
    ]
    files = {MAIN: [*START, answer("t1", 9, "Done.", {"agentId": "a1"})], agent_path("a1"): agent}
    proof = extract(tmp_path, files).delegations["t2"].used
    assert proof is not None
    assert (proof.token, proof.line) == (HELPER, 4)


def test_the_proof_is_the_same_however_the_file_is_read_in_pieces(tmp_path: Path) -> None:
    lines = [
        *START,
        answer("t1", 2, f"{FOUND} {HELPER}Again"),
        said(3, "Look"),
        said(4, HELPER),
        said(5, f"{HELPER}Again"),
    ]
    whole = used(tmp_path / "whole", *lines)
    for cut in range(1, len(lines)):
        folder = tmp_path / str(cut)
        extract(folder, lines[:cut])
        assert used(folder, *lines) == whole == (HELPER, 5)


def test_the_bytes_that_are_searched_have_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [*START, answer("t1", 2, FOUND), said(3, HELPER)]
    monkeypatch.setattr(watches, "MOST_BYTES", len(encoded(lines[:3])))
    assert used(tmp_path / "at", *lines) == (HELPER, 4)
    monkeypatch.setattr(watches, "MOST_BYTES", len(encoded(lines[:3])) - 1)
    assert used(tmp_path / "over", *lines) is None


def test_many_results_with_many_tokens_are_looked_up_within_a_limit(tmp_path: Path) -> None:
    names = " ".join(f"helperName{n:03}Again" for n in range(100))
    lines: list[Json] = [user(names, 0)]
    for n in range(60):
        lines += [said(1, call(f"t{n}"), key=f"m{n}"), answer(f"t{n}", 2, names), said(3, names, key=f"k{n}")]
    write_files(tmp_path, {MAIN: lines})
    (file,) = find_transcripts([str(tmp_path)]).files
    reading = read_file(file)
    assert isinstance(reading, FileReading)
    facts = decode_facts(reading.facts)
    size = len(encoded(lines))
    assert size < facts.searched <= (watches.MOST_LOOKS + 1) * size
    assert len(facts.watches) <= watches.MOST_WATCHES
    assert [result.used for result in facts.results] == [None] * 60


def test_results_of_other_tools_are_not_watched(tmp_path: Path) -> None:
    lines = [*START, said(2, tool("b1", "Bash", command="ls")), answer("b1", 3, FOUND), answer("b2", 4, FOUND)]
    write_files(tmp_path, {MAIN: lines})
    (file,) = find_transcripts([str(tmp_path)]).files
    reading = read_file(file)
    assert isinstance(reading, FileReading)
    assert decode_facts(reading.facts).watches == []
