"""Files of lines in which everything repeats and contradicts itself: what is found adds up, whatever the order."""

import random
from collections import Counter
from pathlib import Path

import pytest

from tests.common.transcripts.cache.test_cache import cold, targets
from tests.common.transcripts.linking.test_tokens import add_up
from tests.common.transcripts.reading.test_file_reader import some_line
from tests.common.transcripts.written import Found, extract_folder, write_files

NAMES = (
    "-w/s1.jsonl",
    "-w/s2.jsonl",
    "-w/s1/subagents/agent-a1.jsonl",
    "-v/s2/subagents/agent-a2.jsonl",
    "-v/s1.jsonl",
)
METAS = (b'{"toolUseId":"c1"}', b'{"toolUseId":"c2","agentType":"dev"}', b"{}", b"[")


def put_some_lines(root: Path, rng: random.Random) -> None:
    """Append lines to some of the files, and change some of what stands beside them."""
    for name in NAMES:
        if rng.random() < 0.8:
            lines = b"".join(some_line(rng) for _ in range(rng.randrange(15)))
            path = root / name
            write_files(root, {name: (path.read_bytes() if path.exists() else b"") + lines})
        if "/agent-" in name and rng.random() < 0.5:
            write_files(root, {name.removesuffix(".jsonl") + ".meta.json": rng.choice(METAS)})


def hold(found: Found, *, glued: int = 2) -> None:
    """Check all that is true of any transcripts in which no more than `glued` records stand on one line."""
    source, summary = found.full.source, found.full.summary
    assert source.parsed + source.salvaged + source.skipped + source.blank + source.pending == source.lines
    assert add_up(found)
    sessions = [session.session_id for session in found.full.sessions]
    assert len(set(sessions)) == len(sessions) == summary.sessions
    delegations = [d for session in found.full.sessions for d in session.delegations]
    assert len({d.tool_use_id for d in delegations}) == len(delegations) == summary.delegations
    assert sum(summary.answers.values()) == sum(summary.outcomes.values()) == len(delegations)
    assert sum(summary.links.values()) == sum(summary.agent_types.values()) == len(delegations)
    for delegation in delegations:
        assert (delegation.link is None) == (delegation.run is None)
        assert (delegation.outcome == "unanswered") == (delegation.answer == "missing")
        assert (delegation.outcome == "unreported") <= (delegation.answer == "async")
        assert delegation.run is None or delegation.run.depth >= 1
    runs = [(d.run.file, d.run.line) for d in delegations if d.run]
    runs += [(run.file, run.line) for run in found.full.unlinked_runs]
    assert max(Counter(runs).values(), default=1) <= glued
    listed: Counter[str] = Counter()
    for diagnostic in found.diagnostics:
        listed[str(diagnostic["outcome"])] += int(str(diagnostic["count"]))
    damaged = {"salvaged": source.salvaged, "skipped": source.skipped, "pending": source.pending}
    assert listed == +Counter(damaged | {"parsed": source.without_timestamp})


@pytest.mark.parametrize("seed", range(60))
def test_whatever_is_found_adds_up_and_is_what_a_cold_run_finds(tmp_path: Path, seed: int) -> None:
    rng, root = random.Random(seed), tmp_path / "root"
    root.mkdir()
    for _ in range(3):
        put_some_lines(root, rng)
        hold(extract_folder(tmp_path, root))
        assert targets(tmp_path, root) == cold(tmp_path, root)


@pytest.mark.parametrize("seed", range(20))
def test_the_number_of_a_root_changes_nothing_but_names(tmp_path: Path, seed: int) -> None:
    rng, root = random.Random(seed), tmp_path / "root"
    root.mkdir()
    put_some_lines(root, rng)
    (tmp_path / "empty").mkdir()
    alone = extract_folder(tmp_path / "alone", root)
    second = extract_folder(tmp_path / "second", tmp_path / "empty", root)
    assert second.full.summary == alone.full.summary
    assert [run.file.removeprefix("1/") for run in second.full.unlinked_runs] == [
        r.file for r in alone.full.unlinked_runs
    ]
