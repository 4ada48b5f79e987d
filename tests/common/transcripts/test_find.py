"""Which files are transcripts, under which names, and what is passed over."""

import os
import stat
from pathlib import Path

import pytest

from common.errors import InputError, PermissionDeniedError
from common.transcripts.find import find_transcripts
from common.transcripts.reading.file_reader import read_file


def put(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"{}\n")


def names(*roots: Path) -> list[str]:
    return [file.name for file in find_transcripts(list(map(str, roots))).files]


def reasons(*roots: Path) -> dict[str, str]:
    return dict(find_transcripts(list(map(str, roots))).passed_over)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    folder.mkdir()
    return folder


def test_every_jsonl_below_the_root_is_found_in_order_of_bytes(root: Path) -> None:
    put(
        root,
        "b/x.jsonl",
        "a/x.jsonl",
        "a/s/subagents/agent-1.jsonl",
        "é/x.jsonl",
        "B/x.jsonl",
        "x.jsonl",
        "a-b/x.jsonl",
    )
    put(root, "a/x.json", "a/x.jsonl.bak", "a/.meta.json", "a/notes.JSONL")
    assert names(root) == [
        "B/x.jsonl", "a-b/x.jsonl", "a/s/subagents/agent-1.jsonl", "a/x.jsonl", "b/x.jsonl", "x.jsonl", "é/x.jsonl",
    ]  # fmt: skip
    assert reasons(root) == {}


def test_of_a_configuration_directory_the_projects_are_read(root: Path) -> None:
    put(root, "projects/a/x.jsonl", "history.jsonl")
    assert names(root) == ["a/x.jsonl"]


def test_no_transcripts_are_no_error(root: Path) -> None:
    assert names(root) == []


def test_of_several_roots_the_number_stands_before_the_path(tmp_path: Path) -> None:
    roots = [tmp_path / str(number) for number in range(11)]
    for folder in roots:
        put(folder, "a/x.jsonl")
    found = names(*roots)
    assert found == sorted(f"{number}/a/x.jsonl" for number in range(11))


def test_a_file_that_two_roots_reach_is_found_once(root: Path) -> None:
    put(root, "a/x.jsonl", "a/b/y.jsonl")
    assert names(root, root / "a") == ["0/a/b/y.jsonl", "0/a/x.jsonl"]
    assert names(root / "a", root) == ["0/b/y.jsonl", "0/x.jsonl"]


def test_the_root_may_be_a_link(tmp_path: Path, root: Path) -> None:
    put(root, "a/x.jsonl")
    (tmp_path / "link").symlink_to(root)
    assert names(tmp_path / "link", root) == ["0/a/x.jsonl"]


@pytest.mark.parametrize(("missing", "kind"), [("nowhere", "nothing"), ("file", "a file")])
def test_a_root_that_is_no_folder_is_an_error_that_names_it(tmp_path: Path, missing: str, kind: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InputError, match=f"{missing}: expected a folder with transcripts, got {kind}"):
        names(tmp_path / missing)


def test_a_root_whose_name_is_no_text_is_an_error_that_says_so(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/\xff"
    os.mkdir(folder)  # noqa: PTH102 - a path object would not take the bytes as they are
    with pytest.raises(InputError, match="UTF-8"):
        names(Path(os.fsdecode(folder)))


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_root_that_may_not_be_read_is_an_error(root: Path) -> None:
    root.chmod(0)
    try:
        with pytest.raises(PermissionDeniedError):
            names(root)
    finally:
        root.chmod(0o700)


def test_links_within_the_root_are_found_at_their_own_place(root: Path) -> None:
    put(root, "a/x.jsonl", "a/plain.txt")
    (root / "b").mkdir()
    (root / "b/link.jsonl").symlink_to(root / "a/x.jsonl")
    (root / "b/text.jsonl").symlink_to(root / "a/plain.txt")
    (root / "b/text2.jsonl").symlink_to(root / "a/plain.txt")
    (root / "b/folder").symlink_to(root / "a")
    (root / "b/loop").symlink_to(root)
    assert names(root) == ["a/x.jsonl", "b/text.jsonl"]
    assert reasons(root) == {}


def test_links_that_leave_the_root_are_passed_over(tmp_path: Path, root: Path) -> None:
    put(tmp_path, "outside/x.jsonl", "root2/x.jsonl")
    (root / "file.jsonl").symlink_to(tmp_path / "outside/x.jsonl")
    (root / "twin.jsonl").symlink_to(tmp_path / "root2/x.jsonl")
    (root / "folder").symlink_to(tmp_path / "outside")
    assert names(root) == []
    assert reasons(root) == {
        "file.jsonl": "link to a file outside of the root",
        "folder": "link to a folder outside of the root",
        "twin.jsonl": "link to a file outside of the root",
    }


def test_what_is_no_file_is_passed_over_with_its_reason(root: Path) -> None:
    os.mkfifo(root / "pipe.jsonl")
    os.mknod(root / "socket.jsonl", stat.S_IFSOCK | 0o600)
    (root / "dangling.jsonl").symlink_to(root / "gone.jsonl")
    (root / "circle.jsonl").symlink_to(root / "circle.jsonl")
    (root / "device.jsonl").symlink_to("/dev/zero")
    (root / "sub").mkdir()
    (root / "folder.jsonl").symlink_to(root / "sub")
    put(root, "directory.jsonl/x.jsonl")
    assert names(root) == ["directory.jsonl/x.jsonl"]
    assert reasons(root) == {
        "circle.jsonl": "cannot be looked at: Too many levels of symbolic links",
        "dangling.jsonl": "cannot be looked at: No such file or directory",
        "device.jsonl": "no regular file",
        "folder.jsonl": "link to a folder",
        "pipe.jsonl": "no regular file",
        "socket.jsonl": "no regular file",
    }


def test_odd_names_are_found_and_shown(root: Path) -> None:
    put(root, "new\nline/x.jsonl", "\u202egnp/x.jsonl", f"{'x' * 249}.jsonl", ".jsonl", "-rf/x.jsonl")
    folder = os.fsencode(root) + b"/\xff\xfe"
    os.mkdir(folder)  # noqa: PTH102 - a path object would not take the bytes as they are
    with open(folder + b"/x.jsonl", "wb"):  # noqa: PTH123 - likewise
        pass
    assert names(root) == [
        "-rf/x.jsonl", ".jsonl", "new\nline/x.jsonl", "x" * 249 + ".jsonl", "\u202egnp/x.jsonl", "\\xff\\xfe/x.jsonl",
    ]  # fmt: skip


def test_the_stamps_are_those_of_the_file_and_of_the_meta_file_beside_it(root: Path) -> None:
    put(root, "agent-1.jsonl", "agent-2.jsonl")
    (root / "agent-1.meta.json").write_bytes(b"{}")
    first, second = find_transcripts([str(root)]).files
    status = (root / "agent-1.jsonl").stat()
    assert first.stamp == (3, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    assert first.meta is not None
    assert first.meta.size == 2
    assert second.meta is None
    assert first.location == os.fsencode(root / "agent-1.jsonl")


def test_a_deep_tree_is_walked(root: Path) -> None:
    deep = "/".join("d" * 3 for _ in range(300))
    put(root, f"{deep}/x.jsonl")
    assert names(root) == [f"{deep}/x.jsonl"]


def test_a_file_that_becomes_a_link_after_it_was_found_is_not_followed(tmp_path: Path, root: Path) -> None:
    put(tmp_path, "outside/x.jsonl")
    put(root, "file.jsonl")
    (found,) = find_transcripts([str(root)]).files
    (root / "file.jsonl").unlink()
    (root / "file.jsonl").symlink_to(tmp_path / "outside/x.jsonl")
    assert read_file(found) == "cannot be opened: Too many levels of symbolic links"
