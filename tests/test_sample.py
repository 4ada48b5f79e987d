"""The bundled sample is what the generator makes, and holds what it promises."""

import json
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from tests.transcripts_made import Corpus
from tests.transcripts_made.__main__ import SAMPLE, make_sample
from tests.transcripts_made.truth import DelegationTruth

MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Corpus]:
    folder = tmp_path_factory.mktemp("sample")
    return folder, make_sample(folder)


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file below the folder, by its path there."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_the_generator_gives_the_bytes_that_are_kept(made: tuple[Path, Corpus]) -> None:
    assert contents(made[0]) == contents(SAMPLE)


@pytest.mark.parametrize("hash_seed", ["0", "4711"])
def test_the_documented_command_gives_the_same_bytes_whatever_the_hash_seed(tmp_path: Path, hash_seed: str) -> None:
    command = [sys.executable, "-m", "tests.transcripts_made", str(tmp_path)]
    here = {"PYTHONHASHSEED": hash_seed, "LC_ALL": "C", "TZ": "Asia/Kathmandu"}
    subprocess.run(command, check=True, cwd=SAMPLE.parents[1], env=here)
    assert contents(tmp_path) == contents(SAMPLE)


def test_it_is_small() -> None:
    files = contents(SAMPLE)
    assert len(files) < 400
    assert sum(len(content) for content in files.values()) < 4 * MEGABYTE


def test_it_holds_three_months_of_sessions(made: tuple[Path, Corpus]) -> None:
    truth = made[1].truth
    stamps = sorted(stamp for session in truth.sessions.values() for stamp in session.timestamps)
    assert stamps[0].startswith("2026-08-03")
    assert stamps[-1].startswith("2026-10-30")
    assert len(truth.sessions) == 94
    assert len(truth.delegations) == 562


def test_its_page_tells_how_large_it_is() -> None:
    page = (SAMPLE.parent / "README.md").read_text("utf-8")
    assert "94 sessions" in page
    assert "562 delegations" in page


def test_fifteen_agent_types_did_work(made: tuple[Path, Corpus]) -> None:
    delegations = made[1].truth.delegations.values()
    assert len({d.agent_type for d in delegations if d.outcome == "completed"}) == 15


def test_every_outcome_and_every_answer_occurs(made: tuple[Path, Corpus]) -> None:
    truth = made[1].truth
    assert set(truth.answers()) == {"completed", "error", "async", "missing"}
    assert set(truth.outcomes()) == {
        "completed",
        "failed",
        "rejected",
        "interrupted",
        "not_started",
        "killed",
        "unreported",
        "unanswered",
    }


def test_every_layout_occurs() -> None:
    layouts = Counter(layout(path) for path in contents(SAMPLE))
    assert set(layouts) == {
        "definition",
        "main file",
        "flat agent file",
        "agent file in the session's folder",
        "meta",
        "compaction",
        "aside",
        "workflow",
    }


def layout(path: str) -> str:
    """Return what kind of file lies at the path."""
    parts = path.split("/")
    if parts[0] == "agents":
        return "definition"
    if "workflows" in parts:
        return "workflow"
    if parts[-1].endswith(".meta.json"):
        return "meta"
    for kind in ("acompact", "aside"):
        if parts[-1].startswith(f"agent-{kind}"):
            return {"acompact": "compaction"}.get(kind, kind)
    if parts[-1].startswith("agent-"):
        return "agent file in the session's folder" if "subagents" in parts else "flat agent file"
    return "main file"


def test_three_of_five_projects_keep_every_run_in_the_main_file() -> None:
    layouts: dict[str, set[str]] = defaultdict(set)
    for path in contents(SAMPLE / "projects"):
        layouts[path.split("/", 1)[0]].add(layout(path))
    assert len(layouts) == 5
    assert {project for project, found in layouts.items() if found == {"main file"}} == {
        "-home-dev-work-atlas",
        "-home-dev-work-pinewood",
        "-home-dev-side-quill",
    }


def test_what_1_x_writes_holds_nothing_that_came_later(made: tuple[Path, Corpus]) -> None:
    lines = [line for line in whole_lines(made[1]) if str(line.get("version")).startswith("1.")]
    assert {line["type"] for line in lines} == {"user", "assistant"}
    assert {line["isSidechain"] for line in lines} == {False, True}
    assert {tool for line in lines for tool in tools(line)} == {"Task", "Read", "Edit", "Write", "Bash", "Grep"}
    assert not [line["uuid"] for line in lines if line.keys() & {"agentId", "origin", "teamName", "logicalParentUuid"}]
    results = [line["toolUseResult"] for line in lines if isinstance(line.get("toolUseResult"), dict)]
    assert {name for result in results for name in result} == {
        "content",
        "totalDurationMs",
        "totalTokens",
        "totalToolUseCount",
        "usage",
    }


def whole_lines(corpus: Corpus) -> list[dict[str, Any]]:
    """Return every line that is not damaged."""
    files = corpus.files.transcripts.values()
    return [json.loads(raw) for file in files for raw, reading in file.lines if reading == "parsed"]


def tools(line: dict[str, Any]) -> list[str]:
    """Return the names of the tools that are called in a line of 1.x."""
    content = line["message"]["content"]
    return [block["name"] for block in content if block["type"] == "tool_use"] if isinstance(content, list) else []


def test_every_way_to_link_a_run_occurs_but_the_text_alone(made: tuple[Path, Corpus]) -> None:
    links = Counter(d.link for d in made[1].truth.delegations.values())
    assert set(links) >= {"meta", "agent_id", "agent_progress", "prompt", None}


def test_marathons_of_each_class_occur(made: tuple[Path, Corpus]) -> None:
    truth = made[1].truth
    sizes = {identity: truth.of_session(identity) for identity in truth.sessions}
    classes = Counter(marathon_class(made_) for made_ in sizes.values() if len(made_) > 20)
    assert classes == {"POSITIVE": 3, "NEGATIVE": 2, "AMBIGUOUS": 1, "UNKNOWN": 1}


def marathon_class(delegations: list[DelegationTruth]) -> str:
    """Return the class of a marathon with these delegations."""
    unknown = sum(d.outcome in {"unreported", "unanswered"} for d in delegations)
    completed = [d for d in delegations if d.outcome == "completed"]
    succeeded = sum(d.result_kind not in {"empty", "unable", "invented"} for d in completed)
    judged = len(completed) + sum(d.cause == "agent" for d in delegations)
    if judged < unknown:
        return "UNKNOWN"
    if succeeded / judged >= 0.85:
        return "POSITIVE"
    return "NEGATIVE" if succeeded / judged < 0.80 else "AMBIGUOUS"


def test_results_without_work_occur_in_every_kind(made: tuple[Path, Corpus]) -> None:
    kinds = Counter(d.result_kind for d in made[1].truth.delegations.values())
    assert {kind: kinds[kind] for kind in ("empty", "unable", "invented")} == {"empty": 3, "unable": 2, "invented": 7}


def test_every_cause_occurs(made: tuple[Path, Corpus]) -> None:
    causes = {d.cause for d in made[1].truth.delegations.values()}
    assert causes >= {"user", "policy", "limit", "api_error", "name", "parent", "agent"}


def test_a_few_lines_are_damaged(made: tuple[Path, Corpus]) -> None:
    readings = made[1].files.readings()
    assert readings["salvaged"] == 3
    assert readings["skipped"] == 2
    assert readings["blank"] == 1
    assert readings["parsed"] > 4000
