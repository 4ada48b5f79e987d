"""What is chosen and what is written: the two data files, the manifest and the diagnostics."""

import json
from pathlib import Path

import pytest
from blake3 import blake3

from common.records.sessions import EnrichedDelegation, Session
from common.records.tokens import Tokens
from common.schema import file_records
from tests.common.transcripts.written import (
    MAIN,
    OTHER,
    SESSION,
    Found,
    Json,
    agent_path,
    answer,
    at,
    call,
    extract,
    extract_folder,
    said,
    side,
    user,
    write_files,
)

EARLY, LATE = "2026-03-10T23:30:00.000Z", "2026-03-20T12:00:00.000Z"
FILES: dict[str, list[Json | bytes]] = {
    MAIN: [user("Hi.", 1, timestamp=EARLY, cwd="/w/Alpha"), said(2, call("c1")), answer("c1", 5)],
    agent_path("a1"): [side(user("Do it.", 3), "a1"), side(said(4, "Done."), "a1")],
    agent_path("lost"): [side(user("Who?", 3), "lost"), side(said(4, "Lost.", key="lost"), "lost")],
    f"-w-b/{OTHER}.jsonl": [
        user("Hi.", 1, timestamp=LATE, cwd="/w/beta", sessionId=OTHER),
        said(9, "x", sessionId=OTHER, timestamp=LATE),
    ],
    "-w-c/timeless.jsonl": [user("Hi.", None, cwd="/w/alpha/c", sessionId="timeless")],
    agent_path("warm", "nowhere"): [side(user("Warmup", None, sessionId="nowhere", cwd="/w/beta"), "warm")],
}


def chosen(folder: Path, **filters: object) -> Found:
    return extract(folder, FILES, **filters)


def ids(found: Found) -> set[str]:
    return {session.session_id for session in found.full.sessions}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, {SESSION, OTHER, "timeless", "nowhere"}),
        ({"project": "ALPHA"}, {SESSION, "timeless"}),
        ({"project": "beta"}, {OTHER, "nowhere"}),
        ({"project": "gamma"}, set()),
        ({"since": "2026-03-10"}, {SESSION, OTHER}),
        ({"since": "2026-03-11"}, {OTHER}),
        ({"since": "2026-03-11", "timezone": "Asia/Kathmandu"}, {SESSION, OTHER}),
        ({"until": "2026-03-10"}, {SESSION}),
        ({"until": "2026-03-10", "timezone": "Asia/Kathmandu"}, set()),
        ({"since": "2026-03-11", "until": "2026-03-20"}, {OTHER}),
        ({"since": "2026-03-21"}, set()),
        ({"since": "2026-03-10", "project": "alpha"}, {SESSION}),
    ],
)
def test_filters_choose_whole_sessions(tmp_path: Path, filters: dict[str, object], expected: set[str]) -> None:
    found = chosen(tmp_path, **filters)
    assert ids(found) == expected
    assert found.full.filters.sessions_left_out == 4 - len(expected)
    assert (found.full.filters.project, found.full.filters.since) == (filters.get("project"), filters.get("since"))
    assert found.full.source.files == 6
    assert found.full.filters == found.enriched.filters
    assert found.full.summary == found.enriched.summary


def test_the_runs_of_a_session_go_with_it(tmp_path: Path) -> None:
    found = chosen(tmp_path / "1", project="alpha")
    assert [run.agent_id for run in found.full.unlinked_runs] == ["lost"]
    assert found.run("c1").tokens.messages == 1
    assert found.full.summary.tokens.messages == 3
    found = chosen(tmp_path / "2", project="beta")
    assert [run.agent_id for run in found.full.unlinked_runs] == ["warm"]
    assert found.full.summary.tokens.messages == 1


def test_the_summary_counts_what_was_chosen(tmp_path: Path) -> None:
    summary = chosen(tmp_path).full.summary
    assert (summary.sessions, summary.sessions_with_delegations, summary.delegations) == (4, 1, 1)
    assert summary.answers == {"completed": 1, "error": 0, "async": 0, "missing": 0}
    assert {outcome: count for outcome, count in summary.outcomes.items() if count} == {"completed": 1}
    assert len(summary.outcomes) == 8
    assert (summary.agent_types, summary.links) == ({"dev": 1}, {"prompt": 1})
    assert summary.tokens == Tokens(
        messages=4, input=4, output=20, output_estimated=20, cache_creation=40, cache_read=400
    )


@pytest.mark.parametrize(("limit", "over"), [(2, 1), (3, 0)])
def test_a_marathon_has_more_delegations_than_the_limit(tmp_path: Path, limit: int, over: int) -> None:
    lines = [said(n, call(f"c{n}")) for n in range(3)]
    found = extract(tmp_path, lines, marathon_over=limit)
    assert (found.full.summary.sessions_over_threshold, found.full.summary.marathon_over) == (over, limit)


def test_the_enriched_file_holds_the_sessions_with_delegations_and_what_the_others_spent(tmp_path: Path) -> None:
    found = chosen(tmp_path)
    assert [session.session_id for session in found.enriched.sessions] == [SESSION]
    elsewhere = {
        project: [(day.day, day.messages) for day in days]
        for project, days in found.enriched.tokens_by_day_elsewhere.items()
    }
    assert elsewhere == {"-w-b": [("2026-03-20", 1)]}
    assert found.enriched.unlinked_runs == found.full.unlinked_runs


def test_directories_that_share_a_folder_are_listed_and_their_tokens_are_apart(tmp_path: Path) -> None:
    cwds = {"s1": "/w/a-b", "s2": "/w/a/b", "s3": "/w/a/b/.claude/worktrees/x", "s4": "/w/c/.claude/worktrees/y"}
    folders = {"s1": "-w-a-b", "s2": "-w-a-b", "s3": "-w-a-b--claude-worktrees-x", "s4": "-w-c--claude-worktrees-y"}
    found = extract(
        tmp_path,
        {
            f"{folders[name]}/{name}.jsonl": [
                user("Hi.", 1, sessionId=name, cwd=cwd),
                said(2, key=name, sessionId=name),
            ]
            for name, cwd in cwds.items()
        },
    )
    assert found.full.shared_folders == found.enriched.shared_folders == ["-w-a-b"]
    assert {session.session_id: session.project for session in found.full.sessions} == folders
    assert list(found.enriched.tokens_by_day_elsewhere) == [
        "-w-c--claude-worktrees-y",
        "/w/a-b",
        "/w/a/b",
        "/w/a/b/.claude/worktrees/x",
    ]


def test_both_files_tell_the_same_of_a_delegation(tmp_path: Path) -> None:
    found = chosen(tmp_path)
    (plain,) = next(session for session in found.full.sessions if session.session_id == SESSION).delegations
    for name in plain.__struct_fields__:
        assert getattr(plain, name) == getattr(found.delegation, name)
    assert set(EnrichedDelegation.__struct_fields__) - set(plain.__struct_fields__) == {
        "prompt", "result", "user_context_before", "assistant_synthesis_after", "sequence_number", "previous_agent",
        "next_agent", "file", "line",
    }  # fmt: skip
    assert "delegations" in Session.__struct_fields__


def test_neighbours_are_those_of_the_same_thread(tmp_path: Path) -> None:
    lines = [said(n, call(f"c{n}", f"P{n}", subagent_type=kind)) for n, kind in ((1, "a"), (5, "b"), (9, "a"))]
    inner = [said(n, call(f"i{n}", f"Q{n}", subagent_type=kind), key=f"i{n}") for n, kind in ((3, "x"), (4, "y"))]
    agent = [side(user("P1", 2), "a1"), *(side(made, "a1") for made in inner)]
    found = extract(tmp_path, {MAIN: lines, agent_path("a1"): agent})
    assert {key: (d.sequence_number, d.previous_agent, d.next_agent) for key, d in found.delegations.items()} == {
        "c1": (1, None, "b"),
        "i3": (2, None, "y"),
        "i4": (3, "x", None),
        "c5": (4, "a", "a"),
        "c9": (5, "b", None),
    }


def test_every_line_that_was_not_parsed_and_every_file_passed_over_is_listed(tmp_path: Path) -> None:
    good = json.dumps(user("Hi.", 1)).encode()
    content = good + b"\n\n" + good + good + b"\nnonsense\n[]\n\xef\xbb\xbf" + good + b"\n" + good[:50]
    root = tmp_path / "root"
    write_files(root, {MAIN: content})
    (root / "x.jsonl").symlink_to(root / "gone.jsonl")
    found = extract_folder(tmp_path, root)
    source, size = found.full.source, len(good)
    parts = (source.parsed, source.salvaged, source.skipped, source.blank, source.pending)
    assert (source.lines, parts, source.passed_over) == (7, (1, 2, 2, 1, 1), 1)
    assert source.bytes == len(content)

    def told(line: int | None, offset: int | None, outcome: str, reason: str, file: str = MAIN) -> Json:
        return {"file": file, "line": line, "offset": offset, "reason": reason, "outcome": outcome, "count": 1}

    assert found.diagnostics == [
        told(3, size + 2, "salvaged", "not JSON; 2 whole record(s) saved"),
        told(4, 3 * size + 3, "skipped", "not JSON"),
        told(5, 3 * size + 12, "skipped", "a value, but no object"),
        told(6, 3 * size + 15, "salvaged", "not JSON; 1 whole record(s) saved"),
        told(7, 4 * size + 19, "pending", "cut: no newline yet"),
        told(None, None, "passed over", "cannot be looked at: No such file or directory", "x.jsonl"),
    ]


def test_the_files_begin_with_their_kind_and_version(tmp_path: Path) -> None:
    chosen(tmp_path)
    for name, kind in (
        ("full", "full_sessions"),
        ("enriched", "enriched_sessions"),
        ("cache/manifest", "extraction_manifest"),
    ):
        value = json.loads((tmp_path / f"{name}.json").read_bytes())
        assert list(value)[:3] == ["schema_type", "schema_version", "generator"]
        assert (value["schema_type"], value["schema_version"]) == (kind, file_records()[kind].schema.version)


def test_the_manifest_holds_the_digest_of_what_is_written_from_the_cache(tmp_path: Path) -> None:
    chosen(tmp_path)
    digest = json.loads((tmp_path / "cache/manifest.json").read_bytes())["digest"]
    lines = (tmp_path / "enriched.json").read_bytes().split(b"\n")
    written = [line for line in lines if line.startswith((b'{"session_id"', b'{"agent_id"'))]
    assert len(written) == 3
    assert digest == blake3(b"".join(line.rstrip(b",]") for line in written)).hexdigest()


def test_the_digest_changes_with_what_the_second_script_takes_and_with_nothing_else(tmp_path: Path) -> None:
    def digest(**filters: object) -> str:
        chosen(tmp_path, **filters)
        return str(json.loads((tmp_path / "cache/manifest.json").read_bytes())["digest"])

    whole = digest()
    assert digest() == whole
    assert digest(marathon_over=1) == whole
    assert digest(project="alpha") != whole
    with (tmp_path / "root" / MAIN).open("ab") as file:
        file.write(json.dumps(said(30, "So.")).encode() + b"\n")
    extract_folder(tmp_path, tmp_path / "root")
    assert json.loads((tmp_path / "cache/manifest.json").read_bytes())["digest"] != whole


def test_no_sessions_are_written_as_none(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    found = extract(tmp_path, {})
    assert (found.full.sessions, found.full.unlinked_runs, found.enriched.sessions) == ([], [], [])
    assert found.full.summary.tokens == Tokens()
    assert found.diagnostics == []


def test_a_fault_that_many_lines_of_a_file_share_is_listed_once_with_their_number(tmp_path: Path) -> None:
    untimed = [user("Hi.", 1), user("Ho.", None), said(None, "So."), said(4, "Well.")]
    converted = "".join(f"{json.dumps(line)}\r\n" for line in untimed[:2]).encode("utf-16-be")
    found = extract(tmp_path, {MAIN: untimed, f"-w-app/{OTHER}.jsonl": converted})
    source = found.full.source
    assert (source.lines, source.parsed, source.skipped, source.without_timestamp) == (6, 4, 2, 2)
    reason = "expected UTF-8, got UTF-16. Convert the file to UTF-8"
    assert found.diagnostics == [
        {"file": MAIN, "line": 2, "offset": None, "count": 2, "outcome": "parsed", "reason": "no ISO 8601 timestamp"},
        {
            "file": f"-w-app/{OTHER}.jsonl",
            "line": 1,
            "offset": None,
            "count": 2,
            "outcome": "skipped",
            "reason": reason,
        },
    ]


def test_the_same_lines_in_other_folders_give_the_same_bytes(tmp_path: Path) -> None:
    written = []
    for name in ("one", "two"):
        write_files(tmp_path / name / "root", FILES)
        extract_folder(tmp_path / name, tmp_path / name / "root")
        raw = (tmp_path / name / "full.json").read_bytes()
        written.append(raw.replace(str(tmp_path / name / "root").encode(), b""))
    assert written[0] == written[1]
    assert str(tmp_path).encode() not in written[0]


def test_first_and_last_times_of_a_run_are_its_own(tmp_path: Path) -> None:
    run = chosen(tmp_path).run("c1")
    assert (run.first_timestamp, run.last_timestamp, run.file, run.line) == (at(3), at(4), agent_path("a1"), 1)
    assert (run.last_context, run.messages, run.depth, run.progress_only) == (111, 1, 1, False)
