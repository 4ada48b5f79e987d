"""What stands in the cache's tables is given back as it was written, and believed in no other state."""

import sqlite3
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from common.errors import HeldError, PermissionDeniedError, ProjectError, WriteError
from common.transcripts.cache.cache_file import (
    NAME,
    DamagedCacheError,
    check_number,
    checksum,
    on_database,
    open_database,
    pack,
    seal,
    seal_number,
    set_aside,
    unpack,
)
from common.transcripts.cache.file_store import FileRow, FileStore
from common.transcripts.cache.record_store import RecordStore
from common.transcripts.find import FoundFile, find_transcripts
from common.transcripts.linking.grouping import grouped, shared_keys
from common.transcripts.reading.file_reader import FileReading, decode_facts, read_file
from common.transcripts.reading.transcript_file import keys_of
from tests.common.transcripts.cache.test_cache import FILES, cold, targets
from tests.common.transcripts.written import (
    MAIN,
    OTHER,
    SESSION,
    Content,
    agent_path,
    encoded,
    extract_folder,
    said,
    side,
    write_files,
)

LOOSE = agent_path("b7")
ALL: dict[str, Content] = {**FILES, LOOSE: [side(said(8, "Lost.", key="lost"), "b7")]}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a root whose transcripts are in the cache beside it."""
    write_files(tmp_path / "root", ALL)
    extract_folder(tmp_path, tmp_path / "root")
    return tmp_path / "root"


@pytest.fixture
def database(tmp_path: Path, root: Path) -> Iterator[sqlite3.Connection]:
    """Return the open cache of the root."""
    assert root.is_dir()
    with open_database(tmp_path / "cache") as connection:
        yield connection


def found(root: Path, name: str) -> FoundFile:
    return next(file for file in find_transcripts([str(root)]).files if file.name == name)


def row_of(store: FileStore, name: str) -> FileRow:
    return next(row for row in store.rows() if row.name == name)


def count(database: sqlite3.Connection, table: str) -> int:
    number: int = database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - names of this file
    return number


# -- files


def test_a_files_row_tells_where_it_lies_and_what_it_was(root: Path, database: sqlite3.Connection) -> None:
    row, file = row_of(FileStore(database), MAIN), found(root, MAIN)
    assert (row.root, row.path, row.name) == (str(root), MAIN.encode(), MAIN)
    assert (row.stamp, row.meta_stamp) == (file.stamp, None)
    assert row.group is not None


def test_a_reading_is_given_back_as_it_was_kept(root: Path, database: sqlite3.Connection) -> None:
    store, file = FileStore(database), found(root, MAIN)
    with (root / MAIN).open("ab") as appended:
        appended.write(b'{"type":"user"}')
    reading = read_file(file)
    assert isinstance(reading, FileReading)
    assert reading.facts != reading.state
    store.forget(row_of(store, MAIN))
    store.save(file, reading)
    kept = store.reading(row_of(store, MAIN))
    assert kept == reading._replace(counts=b"", meta=None)


def test_a_file_that_is_kept_again_takes_the_place_of_what_was_and_undoes_its_group(
    root: Path, database: sqlite3.Connection
) -> None:
    store, file = FileStore(database), found(root, MAIN)
    reading = read_file(file)
    assert isinstance(reading, FileReading)
    store.forget(row_of(store, MAIN))
    store.save(file, reading)
    assert (count(database, "file"), count(database, "content")) == (4, 4)
    assert {row.name: row.group is None for row in store.rows()} == {
        MAIN: True, agent_path("a1"): True, LOOSE: True, f"-w-other/{OTHER}.jsonl": False
    }  # fmt: skip
    assert (count(database, "session"), count(database, "run")) == (1, 0)


def test_a_file_that_is_forgotten_takes_its_group_with_it(database: sqlite3.Connection) -> None:
    store = FileStore(database)
    assert [row.group is None for row in store.rows()] == [False] * 4
    store.forget(row_of(store, MAIN))
    assert (count(database, "file"), count(database, "content"), count(database, "session")) == (3, 3, 1)
    assert sorted(row.name for row in store.rows() if row.group is None) == [agent_path("a1"), LOOSE]


def test_another_name_undoes_the_group_alone(database: sqlite3.Connection) -> None:
    store = FileStore(database)
    other = row_of(store, f"-w-other/{OTHER}.jsonl")
    store.rename(other, "1/renamed.jsonl")
    assert row_of(store, "1/renamed.jsonl") == other._replace(name="1/renamed.jsonl", group=None)
    assert [row.group is None for row in store.rows() if row.id != other.id] == [False] * 3
    assert store.transcript(5, row_of(store, "1/renamed.jsonl")).numbered
    assert not store.transcript(5, row_of(store, MAIN)).numbered


def test_a_transcript_has_its_rank_its_name_its_facts_and_what_stands_beside_it(
    tmp_path: Path, root: Path, database: sqlite3.Connection
) -> None:
    (root / LOOSE).with_suffix(".meta.json").write_bytes(b'{"agentType":"dev"}')
    extract_folder(tmp_path, root)
    store = FileStore(database)
    row = row_of(store, LOOSE)
    assert row.meta_stamp == found(root, LOOSE).meta
    transcript, reading = store.transcript(3, row), read_file(found(root, LOOSE))
    assert isinstance(reading, FileReading)
    assert (transcript.rank, transcript.name, transcript.facts) == (3, LOOSE, decode_facts(reading.facts))
    assert transcript.meta is not None
    assert transcript.meta.agent_type == "dev"


def test_counts_are_those_of_the_files_asked_for(database: sqlite3.Connection) -> None:
    store = FileStore(database)
    ids = {row.name: row.id for row in store.rows()}
    other = f"-w-other/{OTHER}.jsonl"
    counts = store.file_counts([ids[other], ids[MAIN]])
    assert set(counts) == {ids[other], ids[MAIN]}
    assert (counts[ids[other]].lines, counts[ids[other]].parsed, counts[ids[other]].skipped) == (3, 2, 1)
    assert [bad.reason for bad in counts[ids[other]].bad_lines] == ["not JSON"]
    assert (counts[ids[MAIN]].bytes, counts[ids[MAIN]].unknown_types) == (len(encoded(FILES[MAIN])), {})


def test_keys_are_those_of_each_file(database: sqlite3.Connection) -> None:
    store = FileStore(database)
    rows = store.rows()
    assert store.keys() == {row.id: keys_of(store.transcript(0, row)) for row in rows}
    ids = {row.name: row.id for row in rows}
    groups = grouped(shared_keys(store.keys()))
    assert sorted(map(sorted, groups)) == sorted(
        [sorted((ids[MAIN], ids[agent_path("a1")], ids[LOOSE])), [ids[f"-w-other/{OTHER}.jsonl"]]]
    )


def test_groups_that_are_dissolved_are_made_anew_and_others_stay(database: sqlite3.Connection) -> None:
    store = FileStore(database)
    store.dissolve([None])
    assert (count(database, "session"), count(database, "run")) == (2, 1)
    store.dissolve([row_of(store, LOOSE).group, None])
    assert (count(database, "session"), count(database, "run")) == (1, 0)
    assert [row.name for row in store.rows() if row.group is not None] == [f"-w-other/{OTHER}.jsonl"]


def test_another_time_zone_forgets_all_records_and_the_same_one_none(database: sqlite3.Connection) -> None:
    store = FileStore(database)
    assert store.timezone() == "UTC"
    store.set_timezone("UTC")
    assert (count(database, "session"), count(database, "run")) == (2, 1)
    store.set_timezone("Asia/Kathmandu")
    assert store.timezone() == "Asia/Kathmandu"
    assert (count(database, "session"), count(database, "run")) == (0, 0)
    assert [row.group for row in store.rows()] == [None] * 4
    database.execute("DELETE FROM known WHERE name = 'timezone'")
    assert store.timezone() is None


# -- records


def test_runs_stand_by_their_first_time_then_by_their_place(tmp_path: Path) -> None:
    agents = {"b3": 5, "b1": 9, "b2": 5}
    files = {agent_path(name): [side(said(second, "Lost.", key=name), name)] for name, second in agents.items()}
    write_files(tmp_path / "root", files)
    extract_folder(tmp_path, tmp_path / "root")
    with open_database(tmp_path / "cache") as database:
        rows = database.execute("SELECT max(rowid) FROM run").fetchone()[0]
        for order in ("rowid", "-rowid"):
            database.execute(f"UPDATE run SET rowid = {rows} + 10 + {order}")  # noqa: S608 - made here
            records = RecordStore(database)
            runs = [records.run_json(row) for row in records.runs()]
            assert [name for run in runs for name in agents if f'"agent_id":"{name}"'.encode() in run] == [
                "b2", "b3", "b1"
            ]  # fmt: skip


def test_records_stand_in_their_order_with_their_json(database: sqlite3.Connection) -> None:
    database.execute("UPDATE session SET rowid = rowid + 100 WHERE rowid = (SELECT min(rowid) FROM session)")
    records = RecordStore(database)
    one, other = records.sessions()
    assert (one.head.id, other.head.id) == (SESSION, OTHER)
    plain, full = (records.session_json(one, enriched=enriched) for enriched in (False, True))
    assert plain is not None
    assert full is not None
    assert (b'"prompt":' in plain, b'"prompt":"Do it."' in full) == (False, True)
    assert records.session_json(other, enriched=True) is None
    (run,) = records.runs()
    assert run.head.session == SESSION
    assert b'"agent_id":"b7"' in records.run_json(run)


DAMAGES = {
    "the version": "UPDATE known SET value = '0' WHERE name = 'version'",
    "no version": "DELETE FROM known",
    "a session's JSON": "UPDATE session SET plain = CAST('{}' AS BLOB)",
    "a session's JSON with its words": "UPDATE session SET enriched = CAST('{}' AS BLOB)",
    "a session's JSON, of another": "UPDATE session SET plain = (SELECT min(plain) FROM session)",
    "a session's checksum": "UPDATE session SET checksum = 7",
    "a session's head": "UPDATE session SET head = x'00'",
    "a session's head, of another kind": "UPDATE session SET head = 'text'",
    "a session's group": "UPDATE session SET part = 7",
    "a session twice": "INSERT INTO session SELECT * FROM session",
    "a run's JSON": "UPDATE run SET plain = CAST('{}' AS BLOB)",
    "a run's checksum": "UPDATE run SET checksum = 7",
    "a run's head": "UPDATE run SET head = x'00'",
    "a run's group": "UPDATE run SET part = 7",
    "a file's stamp": "UPDATE file SET stamp = x'00'",
    "a file's meta": "UPDATE file SET meta = x'00'",
    "a file's counts": "UPDATE file SET counts = x'00'",
    "a file's group": "UPDATE file SET part = part + 1",
    "a file's group, of another kind": "UPDATE file SET part = 'text'",
    "a file's keys, of another kind": "UPDATE content SET keys = 'text'; UPDATE file SET part = NULL",
    "contents": "DELETE FROM content; UPDATE file SET part = NULL; DELETE FROM session; DELETE FROM run",
    "facts": "UPDATE content SET state = x'00'; UPDATE file SET part = NULL; DELETE FROM session; DELETE FROM run",
}
SAID = {
    "the version": "made by another version of the readers",
    "no version": "made by another version of the readers",
    "a session's group": "a record without a file",
    "a session twice": "a session is there twice",
    "a run's group": "a record without a file",
    "a file's group": "a row is not what was written",
    "contents": "a file without its content",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_no_value_that_was_changed_is_believed(
    tmp_path: Path, root: Path, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = cold(tmp_path, root)
    capsys.readouterr()
    with sqlite3.connect(tmp_path / "cache" / NAME) as connection:
        connection.executescript(DAMAGES[damage])
    connection.close()
    assert targets(tmp_path, root) == expected
    said = SAID.get(damage, "a row is not what was written")
    assert capsys.readouterr().err.splitlines() == [
        f"warning: cache unusable ({said}): set aside as {NAME}.set-aside, reading all transcripts again"
    ]


@pytest.mark.parametrize("column", ["consumed", "digest", "state", "facts", "keys", "checksum"])
def test_a_reading_of_which_anything_was_changed_is_none(root: Path, database: sqlite3.Connection, column: str) -> None:
    assert root.is_dir()
    store = FileStore(database)
    database.execute(f"UPDATE content SET {column} = 7")  # noqa: S608 - names of this file
    assert [store.reading(row) for row in store.rows()] == [None] * 4


# -- values


def test_a_checksum_tells_values_their_kinds_and_their_order_apart() -> None:
    sums = [checksum(), checksum(b"a"), checksum(b"a", b"b"), checksum(b"b", b"a"), checksum(1), checksum(1.0)]
    sums += [checksum(None), checksum(b"a", None), checksum(None, b"a")]
    assert len(set(sums)) == len(sums)
    assert checksum(b"abc") == checksum(b"a", b"bc") == 0x352441C2


def test_a_packed_value_of_another_shape_is_damage_that_says_why() -> None:
    assert unpack(pack([1, "a"]), list[object]) == [1, "a"]
    with pytest.raises(DamagedCacheError, match="Expected `int`, got `str`"):
        unpack(pack("text"), int)
    with pytest.raises(DamagedCacheError, match="MessagePack data is malformed"):
        unpack(seal(b"\xc1"), int)
    with pytest.raises(DamagedCacheError, match="a row is not what was written"):
        unpack(b"\xc1", int)


def test_a_number_holds_its_own_checksum() -> None:
    assert check_number(seal_number(7)) == seal_number(7) == (7 << 16) + (zlib.crc32(b"7") & 0xFFFF)
    for number in (seal_number(7) + 1, seal_number(7) + (1 << 16), 7, -1, None, "7", b"7"):
        with pytest.raises(DamagedCacheError, match="a row is not what was written"):
            check_number(number)  # type: ignore[arg-type]  # whatever a damaged row holds


# -- the database


@pytest.mark.parametrize(
    ("code", "kind", "facts"),
    [
        (sqlite3.SQLITE_FULL, WriteError, ("it says", "disk")),
        (sqlite3.SQLITE_IOERR, WriteError, ("it says", "disk")),
        (778, WriteError, ("it says", "disk")),
        (sqlite3.SQLITE_CANTOPEN, WriteError, ("it says", "disk")),
        (sqlite3.SQLITE_BUSY, HeldError, ("another run",)),
        (sqlite3.SQLITE_LOCKED, HeldError, ("another run",)),
        (sqlite3.SQLITE_READONLY, WriteError, ("it says", "disk")),
        (sqlite3.SQLITE_READONLY_DIRECTORY, PermissionDeniedError, ("it says", "permission")),
        (sqlite3.SQLITE_PERM, PermissionDeniedError, ("it says", "permission")),
    ],
)
def test_an_error_of_the_database_becomes_ours_by_its_code(
    tmp_path: Path, code: int, kind: type[ProjectError], facts: tuple[str, ...]
) -> None:
    error = sqlite3.OperationalError("it says")
    error.sqlite_errorcode = code
    with pytest.raises(kind) as raised, open_database(tmp_path):
        raise error
    message = str(raised.value)
    assert message.startswith(f"{tmp_path / NAME}: ")
    assert [fact for fact in (*facts, "run `doit` again") if fact not in message] == []


@pytest.mark.parametrize("code", [None, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB])
def test_anything_else_that_it_complains_of_is_damage(tmp_path: Path, code: int | None) -> None:
    error = sqlite3.DatabaseError("it says")
    if code is not None:
        error.sqlite_errorcode = code
    with pytest.raises(DamagedCacheError, match="it says"), open_database(tmp_path):
        raise error


def test_a_database_that_is_held_when_it_is_opened_is_left_alone(tmp_path: Path, root: Path) -> None:
    assert root.is_dir()
    holder = sqlite3.connect(tmp_path / "cache" / NAME)
    try:
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(HeldError), open_database(tmp_path / "cache"):
            pass
    finally:
        holder.close()
    assert sorted(path.name for path in (tmp_path / "cache").iterdir()) == ["manifest.json", NAME]


def test_a_full_database_is_no_damage(tmp_path: Path, root: Path) -> None:
    write_files(root, {"-w-new/n.jsonl": [said(1, "x" * 500_000, key="n1", sessionId="n")]})

    def fill(database: sqlite3.Connection) -> None:
        pages = database.execute("PRAGMA page_count").fetchone()[0]
        database.execute(f"PRAGMA max_page_count = {pages}")
        database.execute("INSERT INTO known VALUES ('much', ?)", ("x" * 500_000,))

    with pytest.raises(WriteError, match="database or disk is full"):
        on_database(tmp_path / "cache", fill)
    assert targets(tmp_path, root) == cold(tmp_path, root)


def test_what_is_not_committed_is_forgotten(tmp_path: Path, root: Path) -> None:
    assert root.is_dir()
    for commits in (False, True):
        with open_database(tmp_path / "cache") as database:
            store = FileStore(database)
            assert store.timezone() == "UTC"
            store.set_timezone("Asia/Kathmandu")
            if commits:
                store.commit()
    with open_database(tmp_path / "cache") as database:
        assert FileStore(database).timezone() == "Asia/Kathmandu"


def test_work_that_finds_damage_is_done_again_on_an_empty_database(
    tmp_path: Path, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert root.is_dir()
    capsys.readouterr()
    files = []

    def work(database: sqlite3.Connection) -> None:
        files.append(count(database, "file"))
        if files[-1]:
            raise DamagedCacheError("the reason")

    on_database(tmp_path / "cache", work)
    assert files == [4, 0]
    assert capsys.readouterr().err == (
        f"warning: cache unusable (the reason): set aside as {NAME}.set-aside, reading all transcripts again\n"
    )
    with sqlite3.connect(tmp_path / "cache" / f"{NAME}.set-aside") as aside:
        assert count(aside, "file") == 4
    aside.close()


def test_damage_that_an_empty_database_shows_too_is_no_circle(tmp_path: Path) -> None:
    def work(_: sqlite3.Connection) -> None:
        raise DamagedCacheError(pack("always").decode("latin-1"))

    with pytest.raises(DamagedCacheError):
        on_database(tmp_path / "cache", work)


@pytest.mark.parametrize("ending", ["-journal", "-wal", "-shm"])
def test_what_a_database_left_beside_itself_is_not_taken_for_that_of_the_next(tmp_path: Path, ending: str) -> None:
    for name in (NAME, f"{NAME}{ending}"):
        (tmp_path / name).write_bytes(b"left")
    set_aside(tmp_path, "the reason")
    assert [path.name for path in tmp_path.iterdir()] == [f"{NAME}.set-aside"]


def test_the_database_is_made_with_the_folders_above_it_for_the_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "cache"
    for _ in range(2):
        with open_database(folder) as database:
            assert database.execute("PRAGMA secure_delete").fetchone() == (1,)
            assert database.execute("PRAGMA synchronous").fetchone() == (1,)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / NAME).stat().st_mode & 0o777 == 0o600
