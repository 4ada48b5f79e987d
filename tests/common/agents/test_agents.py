from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from common.agents.definitions import read_definitions
from common.agents.history import AgentHistory, read_history

if TYPE_CHECKING:
    from pathlib import Path


def agent(name: str, *, model: str = "sonnet", tools: str = "Read", body: str = "Do it.") -> str:
    return f"---\nname: {name}\ndescription: The {name}.\nmodel: {model}\ntools: {tools}\n---\n{body}\n"


class Repository:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.agents = root / "agents"
        self.agents.mkdir(parents=True)
        self.git("init", "-q")

    def git(self, *arguments: str, day: str = "2026-03-01") -> None:
        when = f"{day}T12:00:00+00:00"
        who = {f"GIT_{role}_{what}": "x@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        own = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_AUTHOR_DATE": "2020-01-01T00:00:00Z", "GIT_COMMITTER_DATE": when}
        subprocess.run(["git", "-C", str(self.root), *arguments], check=True, env=os.environ | who | own)

    def write(self, name: str, text: str | None) -> None:
        path = self.agents / name
        if text is None:
            path.unlink()
        else:
            path.write_text(text, encoding="utf-8")

    def commit(self, day: str, **files: str | None) -> None:
        for name, text in files.items():
            self.write(f"{name}.md", text)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "x", day=day)

    def sign_last_commit(self) -> None:
        """Give the last commit a signature, which git would have checked by the program that the config names."""
        run = ["git", "-C", str(self.root)]
        text = subprocess.run([*run, "cat-file", "commit", "HEAD"], check=True, capture_output=True).stdout
        head, _, body = text.partition(b"\n\n")
        lines = [b"-----BEGIN PGP SIGNATURE-----", b" ", b" aGVsbG8=", b" -----END PGP SIGNATURE-----"]
        signed = head + b"\ngpgsig " + b"\n".join(lines) + b"\n\n" + body
        written = [*run, "hash-object", "-t", "commit", "-w", "--stdin"]
        name = subprocess.run(written, input=signed, check=True, capture_output=True).stdout.decode().strip()
        self.git("update-ref", "HEAD", name)

    def changes(self) -> list[tuple[str, ...]]:
        return [commit.changes for commit in read_history([self.agents]).commits]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository")


def test_definitions_come_by_name_and_a_file_without_front_matter_defines_none(tmp_path: Path) -> None:
    (tmp_path / "team").mkdir()
    (tmp_path / "team" / "b.md").write_text(agent("reviewer", tools="Read, Grep"))
    (tmp_path / "a.md").write_text("---\ndescription: x\n---\n")
    (tmp_path / "README.md").write_text("# Agents\n")
    found = read_definitions([tmp_path])
    assert [(one.name, one.model, one.tools, one.file) for one in found] == [
        ("a", None, None, "a.md"),
        ("reviewer", "sonnet", ("Read", "Grep"), "team/b.md"),
    ]


def test_of_two_definitions_of_a_name_the_first_folder_wins_and_folders_are_numbered(tmp_path: Path) -> None:
    for folder, model in (("one", "opus"), ("two", "haiku")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.md").write_text(agent("a", model=model))
    [found] = read_definitions([tmp_path / "one", tmp_path / "two"])
    assert (found.model, found.file) == ("opus", "1/a.md")


def test_a_folder_that_is_not_there_defines_nothing(tmp_path: Path) -> None:
    assert read_definitions([tmp_path / "absent"]) == []


def test_each_commit_says_what_it_added_removed_and_changed(repository: Repository) -> None:
    repository.commit("2026-03-01", reviewer=agent("reviewer"), helper=agent("helper"))
    repository.commit("2026-03-05", reviewer=agent("reviewer", model="opus", tools="Read, Bash", body="Better."))
    repository.commit("2026-03-09", helper=None, tester=agent("tester"))
    assert repository.changes() == [
        ("+helper", "+reviewer"),
        ("~reviewer: model, tools, instructions",),
        ("+tester", "-helper"),
    ]


def test_a_commit_counts_on_its_committer_date(repository: Repository) -> None:
    repository.commit("2026-03-05", a=agent("a"))
    [commit] = read_history([repository.agents]).commits
    assert commit.seconds == 1_772_712_000  # 2026-03-05 12:00 UTC


def test_a_renamed_file_and_other_files_change_no_agent(repository: Repository) -> None:
    repository.commit("2026-03-01", a=agent("a"))
    repository.commit("2026-03-02", a=None, b=agent("a"))
    (repository.root / "other.md").write_text(agent("elsewhere"))
    (repository.agents / "notes.txt").write_text("x")
    repository.commit("2026-03-03", README="# no agent\n")
    assert repository.changes() == [("+a",)]


def test_file_names_with_odd_bytes_are_read(repository: Repository) -> None:
    repository.write("new\nline :1 \u2028.md", agent("odd"))
    repository.commit("2026-03-01")
    assert repository.changes() == [("+odd",)]


def test_an_agent_named_after_a_file_whose_name_is_no_utf8_has_one_name_now_and_before(repository: Repository) -> None:
    path = os.path.join(os.fsencode(repository.agents), b"bad \xff.md")  # noqa: PTH118 - a name that is no text
    with open(path, "wb") as file:  # noqa: PTH123 - likewise
        file.write(b"---\ndescription: x\n---\n")
    repository.commit("2026-03-01")
    [found] = read_definitions([repository.agents])
    assert (found.name, found.file) == ("bad \ufffd", "bad \ufffd.md")
    assert repository.changes() == [("+bad \ufffd",)]


def test_a_folder_without_history_is_no_trouble(tmp_path: Path, repository: Repository) -> None:
    nothing = AgentHistory((), ())
    assert read_history([tmp_path, tmp_path / "absent"]) == nothing
    assert read_history([repository.agents]) == nothing


def test_a_repository_that_git_cannot_read_is_named(repository: Repository) -> None:
    repository.commit("2026-03-01", a=agent("a"))
    (repository.root / ".git" / "config").write_text("[core\n")
    found = read_history([repository.agents])
    assert found.commits == ()
    assert found.troubles[0].startswith(f"{repository.agents}: cannot read the git history (fatal: bad config")


def test_no_program_that_the_repository_names_is_run(repository: Repository, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\ncat\n")
    trap.chmod(0o700)
    repository.commit("2026-03-01", a=agent("a"))
    repository.commit("2026-03-02", a=agent("a", model="opus"))
    (repository.root / ".git" / "info" / "attributes").write_text("*.md diff=trap filter=trap\n")
    for key in ("core.fsmonitor", "core.pager", "core.sshCommand", "core.editor", "core.askPass", "gpg.program",
                "diff.external", "diff.trap.command", "diff.trap.textconv", "filter.trap.smudge", "filter.trap.clean",
                "filter.trap.process", "credential.helper", "uploadpack.packObjectsHook"):  # fmt: skip
        repository.git("config", key, str(trap))
    repository.sign_last_commit()
    repository.git("config", "log.showSignature", "true")
    repository.git("config", "core.hooksPath", str(tmp_path))
    assert repository.changes() == [("+a",), ("~a: model",)]
    assert not (tmp_path / "sprung").exists()
    repository.git("log", "-1")
    assert (tmp_path / "sprung").exists(), "the trap must work where nothing is switched off"
