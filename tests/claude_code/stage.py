"""Play one scenario, in a network namespace: `python -m tests.claude_code.stage SCENARIO PROGRAM HOME`.

The program talks to the stand-in for the API. In HOME, `screen.log` has what it showed and `asked.log` what it asked.
"""

from __future__ import annotations

import fcntl
import json
import os
import shlex
import socket
import struct
import subprocess
import sys
import threading
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.claude_code.messages_api import MessagesApi
from tests.claude_code.scenarios import SCENARIOS
from tests.claude_code.scripts import Scenario, Start, Words
from tests.tools.waiting import wait_until

LONGEST = 120
"""Seconds after which a client that hangs is killed."""
KEY = "no-key-but-a-word-that-the-stand-in-takes"
SET_FLAGS, UP = 0x8914, 0x1  # of a network interface, on Linux
ROWS, COLUMNS = "50", "150"


def main(name: str, program: Path, home: Path) -> None:
    """Write what a scenario makes the program write."""
    scenario = SCENARIOS[name]
    raise_loopback()
    work = prepare(home, scenario)
    with MessagesApi(name, scenario) as api:
        threading.Thread(target=api.serve_forever, daemon=True).start()
        stage = Stage(api, program, work, environment_of(scenario, home, api.server_port))
        try:
            for start in scenario.starts:
                stage.play(start)
        finally:
            (home / "asked.log").write_text("".join(f"{place}\n" for place in api.asked), encoding="utf-8")
            api.shutdown()


def raise_loopback() -> None:
    """Set the loopback up: in a new network namespace it is there, but down."""
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sh14x", b"lo", UP))


def environment_of(scenario: Scenario, home: Path, port: int) -> dict[str, str]:
    """Return all that the program gets from the environment: of this machine, PATH alone."""
    return {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "CLAUDE_CODE_TMPDIR": str(home / "tmp"),
        "ANTHROPIC_BASE_URL": f"http://127.0.0.1:{port}",
        "ANTHROPIC_API_KEY": KEY,
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "CLAUDE_CODE_MAX_RETRIES": "0",
        "DISABLE_AUTOUPDATER": "1",
        "IS_SANDBOX": "1",  # else it refuses to run as root without questions
        **scenario.environment,
    }


def prepare(home: Path, scenario: Scenario) -> Path:
    """Write the scenario's files and what spares a new user's questions; return the repository to work in."""
    work = home / "work"
    work.mkdir(parents=True)
    (home / "tmp").mkdir()
    known = {
        "hasCompletedOnboarding": True,
        "customApiKeyResponses": {"approved": [KEY[-20:]], "rejected": []},
        "projects": {str(work): {"hasTrustDialogAccepted": True}},
    }
    settings = {"skipDangerousModePermissionPrompt": True, **scenario.settings}
    files = {".claude.json": json.dumps(known), ".claude/settings.json": json.dumps(settings), **scenario.files}
    for name, text in files.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text, encoding="utf-8")
    named = ["-c", "user.name=somebody", "-c", "user.email=somebody@example.invalid"]
    for words in (["init", "-q"], [*named, "commit", "-q", "--allow-empty", "-m", "Begin"]):
        subprocess.run(["git", *words], cwd=work, env={"PATH": os.environ["PATH"], "HOME": str(home)}, check=True)
    return work


@dataclass(frozen=True)
class Stage:
    """Where a program is played: the API that it asks, its folder and its environment."""

    api: MessagesApi
    program: Path
    work: Path
    environment: dict[str, str]

    @property
    def log(self) -> Path:
        return self.work.parent / "screen.log"

    def play(self, start: Start) -> None:
        """Start the program and let it come to its end."""
        prompt = f"Please do it. [script {start.script}]"
        if start.keys:
            self._at_a_terminal([str(self.program), *start.arguments, prompt], start)
        else:
            self._headless([str(self.program), *start.arguments, "-p", prompt], start)

    def _headless(self, command: list[str], start: Start) -> None:
        with self.log.open("ab") as log:
            client = subprocess.Popen(
                command, cwd=self.work, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
            try:
                if start.killed_at:
                    self.api.wait_for(start.killed_at)
                    for words in start.killed_after:
                        wait_until(partial(self._has_written, words), f"{words!r} is in a transcript")
                else:
                    client.wait(LONGEST)
            finally:
                client.kill()
                client.wait()

    def _at_a_terminal(self, command: list[str], start: Start) -> None:
        self._tmux("new-session", "-d", "-x", COLUMNS, "-y", ROWS, "-c", str(self.work), shlex.join(command))
        try:
            for key in start.keys:
                if isinstance(key, Words):
                    wait_until(partial(self._shows, key.words), f"{key.words!r} is on the screen or in a transcript")
                elif isinstance(key, str):
                    self._tmux("send-keys", key)
                else:
                    self.api.wait_for(key)
        finally:
            self.log.write_text(self._screen(), encoding="utf-8")
            self._tmux("kill-server")

    def _shows(self, words: str) -> bool:
        return words in self._screen() or self._has_written(words)

    def _has_written(self, words: str) -> bool:
        transcripts = self.work.parent.glob(".claude/projects/**/*.jsonl")
        return any(words in path.read_text("utf-8", "replace") for path in transcripts)

    def _screen(self) -> str:
        return self._tmux("capture-pane", "-p")

    def _tmux(self, *words: str) -> str:
        command = ["tmux", "-S", "socket", "-f", "/dev/null", *words]  # a longer path might be too long for a socket
        done = subprocess.run(
            command, cwd=self.work.parent, env=self.environment, capture_output=True, text=True, check=True
        )
        return done.stdout


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
