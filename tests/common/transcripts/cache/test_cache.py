"""The cache: what changed is read again, nothing else, and what it holds is never believed when it is not whole."""

import os
import random
import shutil
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from common.errors import HeldError
from common.transcripts import extraction
from common.transcripts.building.counts import RecordCounts
from common.transcripts.cache.cache_file import (
    NAME,
    DamagedCacheError,
    open_database,
    pack,
    seal,
    seal_number,
    unpack,
    unseal,
)
from common.transcripts.cache.file_store import FileStore
from common.transcripts.reading import file_reader
from common.transcripts.reading.lines import decode_line
from common.transcripts.reading.shapes import Line
from tests.common.transcripts.written import (
    MAIN,
    OTHER,
    SESSION,
    Json,
    agent_path,
    answer,
    at,
    call,
    encoded,
    extract_folder,
    said,
    side,
    user,
    write_files,
)

OTHER_MAIN = f"-w-other/{OTHER}.jsonl"
TARGETS = ("full.json", "enriched.json", "diagnostics.jsonl", "cache/manifest.json")
LINES: list[Json | bytes] = [
    user("Please.", 1),
    said(2, call("c1")),
    answer("c1", 9, beside={"agentId": "a1"}),
    said(10, "So."),
]
FILES: dict[str, list[Json | bytes]] = {
    MAIN: LINES,
    agent_path("a1"): [side(user("Do it.", 3), "a1"), side(said(4, "Done."), "a1")],
    OTHER_MAIN: [user("Hi.", 5, sessionId=OTHER), said(6, "Hello.", sessionId=OTHER), b"broken\n"],
}


class Kill(BaseException):
    """A kill, as far as a test in one process can have it."""


def targets(folder: Path, *roots: Path) -> dict[str, bytes]:
    extract_folder(folder, *roots)
    return {name: (folder / name).read_bytes() for name in TARGETS}


def cold(folder: Path, *roots: Path) -> dict[str, bytes]:
    """Return what a run without a cache gives."""
    shutil.rmtree(folder / "cold", ignore_errors=True)
    return targets(folder / "cold", *roots)


def read_again(folder: Path, *roots: Path, stop: int | None = None) -> int:
    """Bring the cache up to date and return how many files were read for it; `stop` kills it after so many."""
    seen = 0

    def progress(_done: int, _total: int, _unit: str) -> None:
        nonlocal seen
        seen += 1
        if seen == stop:
            raise Kill

    with open_database(folder / "cache") as database:
        extraction.extract(FileStore(database), [str(root) for root in roots], "UTC", 1, progress)
    return seen


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_files(tmp_path / "root", FILES)
    extract_folder(tmp_path, tmp_path / "root")
    return tmp_path / "root"


def append(path: Path, *lines: Json) -> None:
    with path.open("ab") as file:
        file.write(encoded(lines))


def append_part(root: Path) -> None:
    with (root / MAIN).open("ab") as file:
        file.write(b'{"type":"user","sess')


def rewrite_in_place(root: Path) -> None:
    path = root / MAIN
    times = path.stat()
    path.write_bytes(path.read_bytes().replace(b"Please.", b"Thanks."))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def replace(root: Path) -> None:
    path = root / MAIN
    times = path.stat()
    copy = path.with_suffix(".new")
    copy.write_bytes(path.read_bytes().replace(b"Done.", b"Gone."))
    os.utime(copy, ns=(times.st_atime_ns, times.st_mtime_ns))
    copy.replace(path)


def cut(root: Path) -> None:
    os.truncate(root / MAIN, (root / MAIN).stat().st_size - 30)


def add_meta(root: Path) -> None:
    (root / agent_path("a1")).with_suffix(".meta.json").write_bytes(b'{"toolUseId":"c1"}')


CHANGES: dict[str, tuple[Callable[[Path], object], int]] = {
    "nothing": (lambda _: None, 0),
    "an append": (lambda root: append(root / MAIN, user("More.", 20)), 1),
    "a part of a line": (append_part, 1),
    "an append to the agent": (lambda root: append(root / agent_path("a1"), side(said(5, "More."), "a1")), 1),
    "a cut": (cut, 1),
    "a cut to nothing": (lambda root: os.truncate(root / MAIN, 0), 1),
    "a rewrite of the same size and time": (rewrite_in_place, 1),
    "another file of the same size and time": (replace, 1),
    "another time alone": (lambda root: os.utime(root / MAIN, ns=(0, 0)), 1),
    "a time in the future": (lambda root: os.utime(root / MAIN, (4_000_000_000, 4_000_000_000)), 1),
    "a meta file": (add_meta, 1),
    "a deletion": (lambda root: (root / MAIN).unlink(), 0),
    "the deletion of the agent": (lambda root: (root / agent_path("a1")).unlink(), 0),
    "another name": (lambda root: (root / MAIN).rename(root / "-w-app/renamed.jsonl"), 1),
    "another folder": (lambda root: (root / "-w-app").rename(root / "-w-moved"), 2),
    "a new file": (lambda root: write_files(root, {"-w-new/n.jsonl": [user("New.", 1, sessionId="n")]}), 1),
    "a file that ties two sessions": (
        lambda root: write_files(root, {"-w-new/n.jsonl": [said(1, "x", key="msg-2"), said(1, "y", key="msg-6")]}),
        1,
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_after_a_change_the_result_is_that_of_a_cold_run(tmp_path: Path, root: Path, change: str) -> None:
    make, count = CHANGES[change]
    make(root)
    expected = cold(tmp_path, root)
    assert read_again(tmp_path, root) == count
    assert targets(tmp_path, root) == expected
    assert read_again(tmp_path, root) == 0


def test_an_append_parses_the_appended_bytes_alone(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[object] = []

    def decode_and_note(raw: bytes) -> Line:
        parsed.append(raw)
        return decode_line(raw)

    monkeypatch.setattr(file_reader, "decode_line", decode_and_note)
    added = user("More.", 20)
    append(root / MAIN, added)
    read_again(tmp_path, root)
    assert parsed == [encoded([added])]


def test_the_meta_file_may_change_alone(tmp_path: Path, root: Path) -> None:
    meta = (root / agent_path("a1")).with_suffix(".meta.json")
    for content in (b'{"agentType":"one"}', b'{"agentType":"two"}', None):
        meta.unlink(missing_ok=True) if content is None else meta.write_bytes(content)
        assert targets(tmp_path, root) == cold(tmp_path, root)


def test_roots_that_are_not_read_stay_out_of_the_result(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    write_files(one, FILES)
    write_files(two, {OTHER_MAIN: [said(1, "Copied.", key="msg-2", sessionId=OTHER)], MAIN: LINES[:2]})
    for roots in ((one,), (one, two), (two,), (two, one), (one,), (one, two)):
        assert targets(tmp_path, *roots) == cold(tmp_path, *roots)
    assert read_again(tmp_path, one, two) == 0


def test_changes_in_a_root_that_is_not_read_are_found_when_it_is(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    write_files(one, FILES)
    write_files(two, {MAIN: LINES})
    targets(tmp_path, one, two)
    append(two / MAIN, user("Later.", 30))
    (one / OTHER_MAIN).unlink()
    targets(tmp_path, one)
    assert targets(tmp_path, two, one) == cold(tmp_path, two, one)


def test_another_time_zone_makes_the_days_anew_and_reads_nothing(tmp_path: Path, root: Path) -> None:
    append(root / MAIN, said(20, "Late.", timestamp="2026-03-14T23:59:00.000Z"))
    for timezone in ("UTC", "Asia/Kathmandu", "UTC"):
        found = extract_folder(tmp_path, root, timezone=timezone)
        expected = extract_folder(tmp_path / timezone / "cold", root, timezone=timezone)
        assert (found.full, found.enriched) == (expected.full, expected.enriched)
    assert read_again(tmp_path, root) == 0


@pytest.mark.parametrize("stop", [1, 2, 3])
def test_a_kill_loses_no_more_than_the_batch(
    tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch, stop: int
) -> None:
    monkeypatch.setattr(extraction, "BATCH", 1)
    for path in root.rglob("*.jsonl"):
        append(path, user("More.", 20, sessionId=SESSION))
    expected = cold(tmp_path, root)
    with pytest.raises(Kill):
        read_again(tmp_path, root, stop=stop)
    assert read_again(tmp_path, root) == 3 - stop
    assert targets(tmp_path, root) == expected


def test_a_kill_within_a_batch_forgets_the_batch(tmp_path: Path, root: Path) -> None:
    append(root / MAIN, user("More.", 20))
    expected = cold(tmp_path, root)
    with pytest.raises(Kill):
        read_again(tmp_path, root, stop=1)
    assert read_again(tmp_path, root) == 1
    assert targets(tmp_path, root) == expected


def test_what_was_deleted_leaves_no_word_in_the_cache(tmp_path: Path, root: Path) -> None:
    canary = "xq-canary-7741"
    for second in range(200):
        append(root / MAIN, user(f"{canary} {second}", 20), said(21, call(f"k{second}", f"{canary} prompt")))
    targets(tmp_path, root)
    database = tmp_path / "cache" / NAME
    assert canary.encode() in database.read_bytes()
    (root / MAIN).unlink()
    targets(tmp_path, root)
    assert canary.encode() not in database.read_bytes()


def test_the_cache_is_for_its_owner_alone(tmp_path: Path, root: Path) -> None:
    assert root.is_dir()
    assert stat.S_IMODE((tmp_path / "cache" / NAME).stat().st_mode) == 0o600


# -- damage


def spoil(make: Callable[[Path], object]) -> Callable[[Path], object]:
    def spoiled(path: Path) -> object:
        path.unlink()
        return make(path)

    return spoiled


def other_version(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("UPDATE known SET value = '0' WHERE name = 'version'")
    database.close()


def without_a_table(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("DROP TABLE session")
    database.close()


DAMAGES: dict[str, Callable[[Path], object]] = {
    "words": lambda path: path.write_bytes(b"not a database" * 100),
    "random bytes": lambda path: path.write_bytes(random.Random(1).randbytes(9000)),
    "a folder": spoil(lambda path: (path / "inner").mkdir(parents=True)),
    "a link": spoil(lambda path: path.symlink_to(path.with_name("elsewhere"))),
    "a link to a file": spoil(lambda path: path.symlink_to("/etc/hostname")),
    "another version": other_version,
    "a table is gone": without_a_table,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_cache_that_cannot_be_used_is_set_aside_and_made_anew(
    tmp_path: Path, root: Path, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    expected, path = cold(tmp_path, root), tmp_path / "cache" / NAME
    for _ in range(2):
        DAMAGES[damage](path)
        assert targets(tmp_path, root) == expected
        assert capsys.readouterr().err.startswith("warning: cache unusable (")
    aside = path.with_name(f"{NAME}.set-aside")
    assert sorted(entry.name for entry in path.parent.iterdir()) == ["manifest.json", NAME, aside.name]
    if not aside.is_symlink():
        assert stat.S_IMODE(aside.stat().st_mode) == (0o700 if aside.is_dir() else 0o600)


def test_what_was_set_aside_may_be_of_another_kind_than_what_is(tmp_path: Path, root: Path) -> None:
    expected, path = cold(tmp_path, root), tmp_path / "cache" / NAME
    for damage in ("a folder", "words", "a folder", "a link", "words", "a link", "a folder"):
        DAMAGES[damage](path)
        assert targets(tmp_path, root) == expected


def test_an_empty_file_is_as_none(tmp_path: Path, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    expected = cold(tmp_path, root)
    (tmp_path / "cache" / NAME).write_bytes(b"")
    assert targets(tmp_path, root) == expected
    assert capsys.readouterr().err == ""


def test_a_cache_cut_anywhere_heals(tmp_path: Path, root: Path) -> None:
    expected, path = cold(tmp_path, root), tmp_path / "cache" / NAME
    whole = path.read_bytes()
    for size in [*range(1, 200, 20), *range(200, len(whole), 3000), len(whole) - 1]:
        path.write_bytes(whole[:size])
        assert targets(tmp_path, root) == expected, size


@pytest.mark.parametrize("changed", [False, True])
@pytest.mark.parametrize("seed", range(50))
def test_flipped_bits_are_never_believed(tmp_path: Path, root: Path, seed: int, *, changed: bool) -> None:
    rng, path = random.Random(seed), tmp_path / "cache" / NAME
    if changed:
        append(root / MAIN, user("More.", 20))
    expected = cold(tmp_path, root)
    raw = bytearray(path.read_bytes())
    used = [place for place, byte in enumerate(raw) if byte]
    for place in rng.sample(used, rng.choice((1, 1, 2, 40))):
        raw[place] ^= 1 << rng.randrange(8)
    path.write_bytes(raw)
    assert targets(tmp_path, root) == expected


def test_a_cache_that_another_run_writes_is_left_alone(tmp_path: Path, root: Path) -> None:
    path = tmp_path / "cache" / NAME
    append(root / MAIN, user("More.", 20))
    holder = sqlite3.connect(path)
    try:
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(HeldError, match="another run is using it"):
            targets(tmp_path, root)
    finally:
        holder.close()
    assert not path.with_name(f"{NAME}.set-aside").exists()
    assert targets(tmp_path, root) == cold(tmp_path, root)


def test_sealed_values_tell_that_they_are_whole() -> None:
    assert unseal(seal(b"abc")) == b"abc"
    assert seal_number(7) >> 16 == 7
    for raw in (b"", b"abc", seal(b"abc")[:-1], b"x" + seal(b"abc")[1:]):
        with pytest.raises(DamagedCacheError):
            unseal(raw)
    with pytest.raises(DamagedCacheError):
        unpack(pack("text"), RecordCounts)


def test_times_are_kept_as_they_stand(tmp_path: Path, root: Path) -> None:
    found = extract_folder(tmp_path, root)
    assert [s.first_timestamp for s in found.full.sessions] == [at(1), at(5)]
