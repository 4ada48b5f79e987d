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
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.tools.waiting import PATIENCE, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

ROWS = 24
OF_THE_DISPLAY = re.compile(r"\x1b\[[0-9;]*m|\x1b\[\?25[lh]|\x1b\[\d*A|\x1b\[2K|\r")
"""What a display of a run may tell a terminal: colours, the cursor hidden, shown and moved up, a line erased."""


def on_a_terminal(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    columns: int = 80,
    watch: Callable[[str], object] = str,
) -> tuple[int, str]:
    """Run a command on a terminal of that width; return its exit code and all that was written.

    Each time the command writes, `watch` is called with all that was written so far.
    """
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, columns, 0, 0))
    known = {"TERM": "xterm-256color", **environment}
    run = subprocess.Popen(command, cwd=folder, env=known, stdout=slave, stderr=slave)
    os.close(slave)
    written = b""
    try:
        while chunk := _next_chunk(master):
            written += chunk
            watch(written.decode(errors="replace"))
        return run.wait(timeout=PATIENCE), written.decode()
    finally:
        run.kill()
        run.wait()
        os.close(master)


def _next_chunk(master: int) -> bytes:
    try:
        return os.read(master, 65536)
    except OSError:  # the terminal is closed when its last writer ends
        return b""


READ_WHAT_IS_LEFT = r"""
import os, sys, termios, tty
kept = termios.tcgetattr(0)
tty.setraw(0, termios.TCSANOW)
os.write(1, b"\x1b\\\x1b[5n")  # end a sequence that is still open, then ask whether the terminal is well
left = b""
while not left.endswith(b"\x1b[0n"):  # it is; what else was asked before is answered before
    left += os.read(0, 4096)
termios.tcsetattr(0, termios.TCSANOW, kept)
open(sys.argv[1], "wb").write(left.removesuffix(b"\x1b[0n"))
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
    end = f"code=$?; {reader}; echo $code > {shlex.quote(str(code))}; cat"  # stay until the server is killed
    whole = f"{ready}; {shlex.join(command)}; {end}"
    ask("new-session", "-d", "-x", str(columns), "-y", str(ROWS), "-c", str(folder), "sh", "-c", whole)
    try:
        for option in (("set-clipboard", "on"), ("allow-rename", "on"), ("history-limit", "10000")):
            ask("set-option", "-g", *option)
        ask("select-pane", "-T", "before")
        (place / "go").touch()
        wait_until(lambda: code.is_file() and code.read_text().endswith("\n"), "the command in tmux ends")
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
