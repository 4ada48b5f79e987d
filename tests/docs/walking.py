"""Doing what a page says, in a copy of the project, with an empty home folder."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.docs.pages import ROOT, Put, Type, Walk, Write
from tests.tools.waiting import PATIENCE

if TYPE_CHECKING:
    from pathlib import Path

COPIED = ("analysis", "common", "docs", "dodo.py", "README.md", "pyproject.toml")
SETTINGS = 'projects = ["data/sample"]\n'


def copy_of_the_project(folder: Path) -> Path:
    """Return a copy in a folder; the sample is a link, since a transcript that was copied is another one."""
    for name in COPIED:
        place = ROOT / name
        if place.is_dir():
            shutil.copytree(place, folder / name, ignore=shutil.ignore_patterns("*.pyc.*"))  # half written
        else:
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy2(place, folder / name)
    (folder / "data").mkdir()
    for name in ("README.md", "settings.example.toml"):
        shutil.copy2(ROOT / "data" / name, folder / "data" / name)
    (folder / "data" / "sample").symlink_to(ROOT / "data" / "sample")
    return folder


def type_in(folder: Path, command: str) -> tuple[int, str]:
    """Return the exit code of a command and everything that it writes, in order."""
    home = folder.parent / "home"
    home.mkdir(exist_ok=True)
    kept = {name: os.environ[name] for name in ("LANG", "TMPDIR") if name in os.environ}
    path = f"{os.path.dirname(sys.executable)}{os.pathsep}{os.environ['PATH']}"  # noqa: PTH120 - the folder of a link
    environment = {**kept, "PATH": path, "HOME": str(home), "PYTHONPATH": str(folder), "PYTHONUTF8": "1"}
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=PATIENCE,
        check=False,
    )
    return done.returncode, done.stdout.decode("utf-8", "replace")


def prepared_project(folder: Path) -> Path:
    """Return a copy in which `doit` was run on the sample."""
    copy_of_the_project(folder)
    (folder / "data" / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    code, said = type_in(folder, "doit")
    assert code == 0, said
    return folder


def begin(walk: Walk, prepared: Path, folder: Path) -> Path:
    """Return the copy in which a walk begins."""
    if walk.prepared:
        return shutil.copytree(prepared, folder, symlinks=True)
    return copy_of_the_project(folder)


def put(folder: Path, step: Put) -> None:
    """Put lines into a file, above the one line that has a text or in its place."""
    path = folder / step.path
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    found = [number for number, line in enumerate(lines) if step.line in line]
    assert len(found) == 1, f"{step.path} has {len(found)} lines with {step.line!r}"
    lines[found[0] : found[0] + step.replaces] = [step.text]
    path.write_text("".join(lines), encoding="utf-8")


def do(folder: Path, step: Write | Put | Type) -> str | None:
    """Do a step; return what its commands print."""
    if isinstance(step, Write):
        (folder / step.path).parent.mkdir(parents=True, exist_ok=True)
        (folder / step.path).write_text(step.text, encoding="utf-8")
        return None
    if isinstance(step, Put):
        put(folder, step)
        return None
    printed = ""
    for command in step.commands:
        code, said = type_in(folder, command)
        printed += said
        expected = step.exit_code if command == step.commands[-1] else 0
        assert code == expected, f"{command}: exit {code}, {expected} was expected\n{said}"
    return printed


def shape(text: str) -> list[str]:
    """Return lines without what differs from run to run: numbers, times, paths, bars; several spaces are one."""
    masks = (
        (r"(/tmp|/private|/var|/root|/home)/\S*", "PATH"),
        (r"[▁▂▃▄▅▆▇█]+", "BARS"),
        (r"\d{4}-\d\d-\d\dT[\d:]+Z", "TIME"),
        (r"\b[0-9a-f]{8,}\b(-[0-9a-f]+)*", "ID"),
        (r"\d[\d,.]*", "#"),
        (r"[ \t]+", " "),
    )
    for pattern, mask in masks:
        text = re.sub(pattern, mask, text)
    return [line.strip() for line in text.strip().splitlines()]


def agree(shown: str, printed: str) -> bool:
    """Tell whether what a page shows is what was printed; a line `…` stands for any lines, `…` in one for any text."""
    expected = ["(?:.*\n)*" if line == "…" else re.escape(line).replace("…", ".*") + "\n" for line in shape(shown)]
    return re.fullmatch("".join(expected), "".join(f"{line}\n" for line in shape(printed))) is not None


def shortened(shown: str, printed: str) -> str:
    """Return what was printed, shortened as the page shows it; what the page shows if that has several lines `…`."""
    lines = [line.rstrip() for line in printed.rstrip().splitlines()]
    cuts = [number for number, line in enumerate(shown.splitlines()) if line.strip() == "…"]
    if len(cuts) > 1:
        return shown
    if cuts:
        tail = len(shown.splitlines()) - cuts[0] - 1
        lines = [*lines[: cuts[0]], "…", *lines[len(lines) - tail :]]
    return "\n".join(lines) + "\n"
