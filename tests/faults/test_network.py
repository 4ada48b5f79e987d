"""Nothing leaves the machine."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.project import Project

REACHES_OUT = re.compile(r"AF_INET|AF_PACKET|AF_NETLINK|AF_VSOCK")


def traced(log: Path) -> tuple[str, ...]:
    return ("strace", "-f", "-qq", "-o", str(log), "-e", "trace=network")


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
def test_a_full_run_makes_no_socket_that_reaches_beyond_its_processes(project: Project, tmp_path: Path) -> None:
    known = tmp_path / "known"
    subprocess.run([*traced(known), sys.executable, "-c", "import socket; socket.socket()"], check=True)
    assert REACHES_OUT.search(known.read_text(encoding="utf-8")), "the trace shows sockets"
    log = tmp_path / "log"
    done = project.doit("--force", "csv=yes", before=traced(log))
    assert done.returncode == 0, done.stderr
    assert [line for line in log.read_text(encoding="utf-8").splitlines() if REACHES_OUT.search(line)] == []
