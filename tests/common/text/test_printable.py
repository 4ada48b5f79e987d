"""What is shown is harmless, and what needs no care costs nothing."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

from common.text.printable import Shown, ascii_json, printable

ROOT = Path(__file__).parents[3]


def test_what_a_terminal_obeys_is_left_out_or_spelled() -> None:
    assert printable("✓ a → b…\n") == "✓ a → b…\n"
    assert printable("→\x1b[31mred\u202e\x07") == "→red\\u{202E}"
    assert printable("\u3164é") == "\\u{3164}é"


def test_a_stream_shows_what_is_written_through_it() -> None:
    stream = io.StringIO()
    Shown(stream).write("one\x1b]0;x\x07\n")
    assert stream.getvalue() == "one\n"


def test_json_is_ascii_that_can_be_seen() -> None:
    assert ascii_json(["é\x7f\x1b"]) == '["\\u00e9\\u007f\\u001b"]'


def test_our_own_words_need_nothing_that_makes_foreign_ones_harmless() -> None:
    code = (
        "import sys; from common.text.printable import printable; printable('✓ a → b\\n'); print('html' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
