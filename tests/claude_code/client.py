"""Install Claude Code with npm, and let it play a scenario where it reaches nothing but the stand-in for the API.

It gets a network namespace with the loopback alone, an empty HOME, and an environment without keys and proxies.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.tools.waiting import PATIENCE

ROOT = Path(__file__).parents[2]
PACKAGE = "@anthropic-ai/claude-code"
WANTED = "CLAUDE_CODE_VERSION"
"""The environment variable that names the version to play; without it, the newest."""
ISOLATED = ("--net", "--pid", "--fork", "--kill-child", "--mount-proc")
RIGHTS = ((), ("--user", "--map-root-user"))  # as root, and as anybody where the system lets them


class UnavailableError(Exception):
    """What is missing, so that the real program cannot be played."""


def isolation() -> list[str]:
    """Return the command that runs another one without a network; all its processes end with it."""
    if shutil.which("unshare"):
        for rights in RIGHTS:
            command = ["unshare", *rights, *ISOLATED]
            if subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0:
                return command
    raise UnavailableError("needs network namespaces: `unshare --net`, as root or with user namespaces")


def install(folder: Path) -> Path:
    """Return the program of the wanted version; npm installs it into the folder unless it is there."""
    for tool in ("npm", "node", "git", "tmux"):
        if shutil.which(tool) is None:
            raise UnavailableError(f"needs {tool}")
    wanted = f"{PACKAGE}@{os.environ.get(WANTED, 'latest')}"
    version = json.loads(_npm("view", "--json", wanted, "version") or "null")
    if not isinstance(version, str):
        raise UnavailableError(f"{WANTED}: npm knows no single version {wanted}")
    place = folder / version
    if not (place / "whole").exists():
        _npm("install", "--no-audit", "--no-fund", "--prefix", str(place), f"{PACKAGE}@{version}")
        (place / "whole").touch()
    return place / "node_modules" / ".bin" / "claude"


def _npm(*words: str) -> str:
    done = subprocess.run(["npm", *words], capture_output=True, text=True, check=False, timeout=PATIENCE)
    if done.returncode != 0:
        raise UnavailableError(f"npm {words[0]} failed: {done.stderr.strip()[-300:]}")
    return done.stdout


def play(name: str, program: Path, home: Path) -> None:
    """Play a scenario with a program in an empty HOME; what was written is in `.claude/projects` below it."""
    subprocess.run(
        [*isolation(), sys.executable, "-m", "tests.claude_code.stage", name, str(program), str(home)],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"},
        check=True,
        timeout=2 * PATIENCE,  # the stage gives up first, and leaves its logs
    )
