"""The documents say what is true."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def shell_commands(text: str) -> list[str]:
    return [line for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]


def test_ci_runs_the_test_command_of_the_readme_word_for_word() -> None:
    test_command = shell_commands(README)[1]
    assert test_command.endswith("pytest")
    assert test_command in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert shell_commands((ROOT / "docs" / "CONTRIBUTING.md").read_text(encoding="utf-8")) == [test_command]


def test_every_link_between_documents_leads_somewhere() -> None:
    documents = [ROOT / "README.md", *(ROOT / "docs").glob("**/*.md"), ROOT / "data" / "README.md"]
    links = [
        (document, link)
        for document in documents
        for link in re.findall(r"\]\(([^)#]+)[^)]*\)", document.read_text(encoding="utf-8"))
        if not link.startswith(("https://", "mailto:"))
    ]
    assert links
    assert [f"{document.name}: {link}" for document, link in links if not (document.parent / link).exists()] == []
