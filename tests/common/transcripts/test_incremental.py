"""Whatever happens to the transcripts between two runs, the second gives what a run without a cache would give."""

import contextlib
import os
import shutil
import sqlite3
import tempfile
from functools import cache
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    initialize,
    multiple,
    rule,
    run_state_machine_as_test,
)

from analysis import extract_all_sessions, extract_enriched_data
from common.transcripts.cache.cache_file import NAME, on_database
from common.transcripts.cache.file_store import FileStore
from common.transcripts.extraction import extract
from tests.common.transcripts.conftest import MEMORY
from tests.transcripts_made.chance import chance_corpus
from tests.transcripts_made.kinds import KINDS

LARGEST = 200_000
"""Larger corpora make the search slow and find no more."""

TARGETS = ("full_sessions_data.json", "enriched_sessions_data.json", "extraction_diagnostics.jsonl")


class StopError(BaseException):
    """A kill, as far as a test in one process can have it: nothing but clean-up runs after it."""


@cache
def material() -> list[dict[str, bytes]]:
    """Return the files of small corpora, by path below the root; some bear the same names and ids as others."""
    made = [make().files for name, make in KINDS.items() if not name.startswith("line")]
    made += [chance_corpus(seed).files for seed in range(20)]
    corpora = [{path: file.content() for path, file in files.transcripts.items()} | files.others for files in made]
    return [files for files in corpora if sum(map(len, files.values())) < LARGEST]


def run_extraction(roots: tuple[Path, ...], timezone: str, out: Path, cache_folder: Path) -> dict[str, bytes]:
    """Run both scripts and return what they wrote, by name."""
    out.mkdir(exist_ok=True)
    cache_folder.mkdir(exist_ok=True)
    manifest = cache_folder / "manifest.json"
    sessions, enriched, diagnostics = (out / name for name in TARGETS)
    extract_all_sessions.main(
        projects=tuple(map(str, roots)),
        cache=cache_folder,
        sessions=sessions,
        diagnostics=diagnostics,
        manifest=manifest,
        timezone=timezone,
    )
    extract_enriched_data.main(manifest=manifest, sessions=enriched)
    return {path.name: path.read_bytes() for path in (sessions, enriched, diagnostics, manifest)}


class ChangingTranscripts(RuleBasedStateMachine):
    """Transcripts that grow, shrink, change, move and vanish between runs with one cache."""

    paths = Bundle("paths")
    corpora = st.deferred(lambda: st.integers(0, len(material()) - 1))

    def __init__(self) -> None:
        super().__init__()
        memory = str(MEMORY) if MEMORY.is_dir() else None
        self.folder = Path(tempfile.mkdtemp(prefix="transcripts-", dir=memory))
        self.root, self.other = self.folder / "root", self.folder / "other"
        self.root.mkdir()
        self.other.mkdir()
        self.roots: tuple[Path, ...] = (self.root,)
        self.timezone = "UTC"
        self.rest: dict[Path, bytes] = {}
        self.numbers = count()

    def teardown(self) -> None:
        """Compare once more, however the steps ended."""
        try:
            self.extract()
        finally:
            shutil.rmtree(self.folder)

    @initialize(target=paths, corpus=corpora)
    def begin(self, corpus: int) -> MultipleResults[Path]:
        """There are transcripts to begin with."""
        return multiple(*(self._put(name, content, 1.0) for name, content in material()[corpus].items()))

    @rule(target=paths, corpus=corpora, share=st.sampled_from((0.3, 0.9, 1.0)), elsewhere=st.booleans())
    def appear(self, corpus: int, share: float, *, elsewhere: bool) -> MultipleResults[Path]:
        """More transcripts come to lie there or below another root, each whole or in part."""
        root = self.other if elsewhere else self.root
        return multiple(*(self._put(name, content, share, root) for name, content in material()[corpus].items()))

    @rule(choice=st.integers(0, 3))
    def switch_roots(self, choice: int) -> None:
        one, two = self.root, self.other
        self.roots = ((one,), (two,), (one, two), (two, one))[choice]

    @rule(timezone=st.sampled_from(("UTC", "Asia/Kathmandu")))
    def move_to(self, timezone: str) -> None:
        self.timezone = timezone

    def _put(self, name: str, content: bytes, share: float, root: Path | None = None) -> Path:
        path, size = (root or self.root) / name, int(len(content) * share)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content[:size])
        self.rest[path] = content[size:]
        return path

    @rule(path=paths, size=st.integers(1, 30_000))
    def grow(self, path: Path, size: int) -> None:
        rest = self.rest.get(path, b"")
        if path.exists():
            with path.open("ab") as file:
                file.write(rest[:size])
            self.rest[path] = rest[size:]

    @rule(path=paths, share=st.floats(0, 1))
    def cut(self, path: Path, share: float) -> None:
        if path.exists():
            os.truncate(path, int(path.stat().st_size * share))

    @rule(path=paths, share=st.floats(0, 0.999), byte=st.integers(0, 255))
    def rewrite_in_place(self, path: Path, share: float, byte: int) -> None:
        """A byte changes, the size and the time of change stay."""
        if path.exists() and (size := path.stat().st_size):
            times = path.stat()
            with path.open("r+b") as file:
                file.seek(int(size * share))
                file.write(bytes([byte]))
            os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))

    @rule(path=paths, other=paths)
    def replace(self, path: Path, other: Path) -> None:
        """Another file takes the name, as editors do it."""
        if path.exists() and other.exists():
            copy = self.folder / "copy"
            shutil.copyfile(other, copy)
            copy.replace(path)

    @rule(path=consumes(paths))
    def delete(self, path: Path) -> None:
        path.unlink(missing_ok=True)

    @rule(target=paths, path=consumes(paths))
    def move(self, path: Path) -> Path:
        """A file is found under another name, in another project."""
        moved = self.root / "-elsewhere" / f"{next(self.numbers)}-{path.name}"
        if path.exists():
            moved.parent.mkdir(exist_ok=True)
            path.rename(moved)
        return moved

    @rule(stop=st.integers(1, 6))
    def be_killed(self, stop: int) -> None:
        """A run reads a few files and ends."""

        def progress(_done: int, _total: int, _unit: str) -> None:
            nonlocal stop
            stop -= 1
            if stop == 0:
                raise StopError

        def work(database: sqlite3.Connection) -> None:
            extract(FileStore(database), list(map(str, self.roots)), self.timezone, 1, progress)

        with contextlib.suppress(StopError):
            on_database(self._cache, work)

    @rule(share=st.floats(0, 0.999), size=st.integers(1, 200))
    def damage_the_cache(self, share: float, size: int) -> None:
        for path in self._cache.glob(NAME):
            with path.open("r+b") as file:
                file.seek(int(path.stat().st_size * share))
                file.write(b"\xa5" * size)

    @rule()
    def extract(self) -> None:
        """What a run with the cache gives is what a run without one gives."""
        with_cache = run_extraction(self.roots, self.timezone, self.folder / "warm", self._cache)
        cold = self.folder / f"cold{next(self.numbers)}"
        without = run_extraction(self.roots, self.timezone, cold, cold / "cache")
        shutil.rmtree(cold)
        assert with_cache == without

    @property
    def _cache(self) -> Path:
        return self.folder / "cache"


def test_a_cache_whose_own_schema_is_damaged_is_made_anew(tmp_path: Path) -> None:
    root, cache_folder = tmp_path / "root", tmp_path / "cache"
    for name, content in material()[0].items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    before = run_extraction((root,), "UTC", tmp_path / "out", cache_folder)
    database = cache_folder / NAME
    content = database.read_bytes()
    for word in (b"CREATE TABLE known", b"SQLite format 3", b"CREATE INDEX session_part"):
        at = content.index(word) + 8
        database.write_bytes(content[:at] + b"\xa5" + content[at + 1 :])
        assert run_extraction((root,), "UTC", tmp_path / "out", cache_folder) == before
        assert database.read_bytes()[:16] == b"SQLite format 3\0"


def search(runs: int, steps: int) -> None:
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    profile = settings(max_examples=runs, stateful_step_count=steps, suppress_health_check=checks)
    run_state_machine_as_test(ChangingTranscripts, settings=profile)


def test_a_run_with_a_cache_gives_what_a_run_without_one_gives() -> None:
    search(runs=50, steps=20)


@pytest.mark.fuzz
@pytest.mark.timeout(0)
def test_a_long_search_finds_no_difference_either(request: pytest.FixtureRequest) -> None:
    if "fuzz" not in request.config.getoption("-m"):
        pytest.skip("takes an hour: pytest -n 0 -m fuzz")
    search(runs=2000, steps=50)
