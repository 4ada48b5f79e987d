"""The script that writes the delegations in full, from the cache alone."""

import json
import os
import shutil
from pathlib import Path

import pytest

from analysis import extract_all_sessions, extract_enriched_data
from common.errors import InputError

ROOT = Path(__file__).parents[2]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a data directory after the first script has run on the sample."""
    shutil.copytree(ROOT / "data/sample/projects", tmp_path / "projects")
    extract(tmp_path)
    return tmp_path


def extract(folder: Path, project: str | None = None) -> None:
    extract_all_sessions.main(
        projects=(str(folder / "projects"),),
        cache=folder / "cache",
        sessions=folder / "full.json",
        diagnostics=folder / "diagnostics.jsonl",
        manifest=folder / "cache/manifest.json",
        project=project,
    )


def enrich(folder: Path) -> bytes:
    extract_enriched_data.main(manifest=folder / "cache/manifest.json", sessions=folder / "enriched.json")
    return (folder / "enriched.json").read_bytes()


def test_it_needs_no_transcript(data: Path) -> None:
    shutil.rmtree(data / "projects")
    found, full = json.loads(enrich(data)), json.loads((data / "full.json").read_bytes())
    assert found["summary"] == full["summary"]
    assert sum(len(session["delegations"]) for session in found["sessions"]) == full["summary"]["delegations"] > 0
    assert all(session["delegations"] for session in found["sessions"])


def test_it_writes_the_same_bytes_again(data: Path) -> None:
    before = enrich(data)
    (data / "enriched.json").unlink()
    assert enrich(data) == before


def test_it_refuses_a_cache_that_is_not_that_of_the_manifest(data: Path) -> None:
    before = enrich(data)
    manifest = (data / "cache/manifest.json").read_bytes()
    victim = max((data / "projects").rglob("*.jsonl"), key=lambda path: path.stat().st_size)
    os.truncate(victim, victim.stat().st_size // 2)
    extract(data)
    (data / "cache/manifest.json").write_bytes(manifest)
    with pytest.raises(
        InputError, match=r"expected a cache with the same sessions, got others\. Run `doit forget extraction`"
    ):
        enrich(data)
    assert (data / "enriched.json").read_bytes() == before


def test_it_refuses_a_cache_that_is_gone_or_damaged(data: Path) -> None:
    cache = data / "cache/transcripts.sqlite3"
    raw = cache.read_bytes()
    cache.unlink()
    with pytest.raises(InputError, match="Run `doit forget extraction`, then `doit`"):
        enrich(data)
    cache.write_bytes(raw[: len(raw) // 2])
    with pytest.raises(InputError, match="Run `doit forget extraction`, then `doit`"):
        enrich(data)
    assert not (data / "enriched.json").exists()


def test_it_writes_what_the_filters_of_the_manifest_choose(data: Path) -> None:
    everything = json.loads(enrich(data))
    cwd = everything["sessions"][0]["cwd"]
    extract(data, project=cwd)
    found = json.loads(enrich(data))
    assert {cwd.casefold() in session["cwd"].casefold() for session in found["sessions"]} == {True}
    assert found["filters"]["project"] == cwd
    assert 0 < len(found["sessions"]) < len(everything["sessions"])


def test_a_manifest_of_another_version_is_refused(data: Path) -> None:
    path = data / "cache/manifest.json"
    path.write_bytes(path.read_bytes().replace(b'"schema_version":"1.', b'"schema_version":"9.', 1))
    with pytest.raises(InputError, match=r"9\."):
        enrich(data)
