"""Commands on a terminal: one that only takes what is written, and a real one that obeys it and can answer."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import shlex
import struct
import subprocess
import sys
import termios
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

ROWS = 24
OF_THE_DISPLAY = re.compile(r"\x1b\[[0-9;]*m|\x1b\[\?25[lh]|\x1b\[\d*A|\x1b\[2K|\r")
"""What a display of a run may tell a terminal: colours, the cursor hidden, shown and moved up, a line erased."""
SECONDS = 100


def on_a_terminal(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], columns: int = 80
) -> tuple[int, str]:
    """Run a command on a terminal of that width; return its exit code and all that was written."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, columns, 0, 0))
    known = {"TERM": "xterm-256color", **environment}
    run = subprocess.Popen(command, cwd=folder, env=known, stdout=slave, stderr=slave)
    os.close(slave)
    written = b""
    while True:
        try:
            chunk = os.read(master, 65536)
        except OSError:  # the terminal is closed when its last writer ends
            break
        written += chunk
    os.close(master)
    return run.wait(timeout=SECONDS), written.decode()


READ_WHAT_IS_LEFT = """
import os, select, sys, termios, tty
kept = termios.tcgetattr(0)
tty.setraw(0, termios.TCSANOW)
left = b""
while select.select([0], [], [], 0.3)[0]:
    left += os.read(0, 4096)
termios.tcsetattr(0, termios.TCSANOW, kept)
open(sys.argv[1], "wb").write(left)
"""


@dataclass(frozen=True)
class Seen:
    """What a terminal was after a command: its lines, wrapped ones whole, and what else a program can change of it."""

    code: int
    lines: list[str]
    title: str
    clipboard: str
    typed: bytes
    is_alternate: bool
    has_cursor: bool


def in_tmux(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], place: Path, columns: int = 80
) -> Seen:
    """Run a command in a terminal of tmux, whose server has its files in `place`; return what is seen afterwards."""
    server = ["tmux", "-S", "socket", "-f", "/dev/null"]  # a longer path might be too long for a socket

    def ask(*words: str) -> str:
        done = subprocess.run([*server, *words], cwd=place, env=outer, capture_output=True, text=True, check=True)
        return done.stdout

    outer = {**environment, "LC_ALL": "C.UTF-8", "TERM": "xterm-256color"}
    code, left = place / "code", place / "left"
    reader = shlex.join([sys.executable, "-c", READ_WHAT_IS_LEFT, str(left)])
    ready = f"while ! [ -e {shlex.quote(str(place / 'go'))} ]; do sleep 0.1; done"
    end = f"code=$?; {reader}; echo $code > {shlex.quote(str(code))}; sleep {SECONDS}"
    whole = f"{ready}; {shlex.join(command)}; {end}"
    ask("new-session", "-d", "-x", str(columns), "-y", str(ROWS), "-c", str(folder), "sh", "-c", whole)
    try:
        for option in (("set-clipboard", "on"), ("allow-rename", "on"), ("history-limit", "10000")):
            ask("set-option", "-g", *option)
        ask("select-pane", "-T", "before")
        (place / "go").touch()
        deadline = time.monotonic() + SECONDS
        while not (code.is_file() and code.read_text().endswith("\n")):
            assert time.monotonic() < deadline, ask("capture-pane", "-p")
            time.sleep(0.1)
        title, alternate, cursor = ask("display-message", "-p", "#{pane_title}\n#{alternate_on}\n#{cursor_flag}").split(
            "\n"
        )[:3]
        return Seen(
            code=int(code.read_text()),
            lines=[line.rstrip() for line in ask("capture-pane", "-p", "-J", "-S", "-").rstrip().split("\n")],
            title=title,
            clipboard=ask("list-buffers"),
            typed=left.read_bytes(),
            is_alternate=alternate == "1",
            has_cursor=cursor == "1",
        )
    finally:
        ask("kill-server")
