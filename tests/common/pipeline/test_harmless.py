"""Nothing that a terminal obeys is in what is shown, logged or written for programs, wherever a text comes from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.tools.sinks import obeyed

if TYPE_CHECKING:
    from tests.common.pipeline.conftest import Toy

HOSTILE = "\x1b]0;title\x07\x1b[31mname\x9b6n\u202e\u200b\x7f\r\udcff"
SHOWN = "name\\u{202E}\\u{200B}"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((HOSTILE,), 3),
        ((f"{HOSTILE}=1",), 3),
        (("run", "--only", "adding", f"data={HOSTILE}"), 2),
    ],
)
def test_messages_show_what_was_typed_harmless(toy: Toy, arguments: tuple[str, ...], code: int) -> None:
    result = toy.doit(*arguments)
    assert (result.code, obeyed(result.out + result.err)) == (code, set())
    assert SHOWN in result.err


def test_messages_and_the_list_show_the_words_of_settings_and_own_stages_harmless(toy: Toy) -> None:
    (toy.root / "data").mkdir()
    scripts = [{"name": "own", "run": ["true"], "description": HOSTILE[:-1], "reads": [HOSTILE[:-1]]}]
    stages = [{"name": "later", "description": HOSTILE[:-1], "scripts": scripts}]
    (toy.root / "data" / "stages.yaml").write_text(json.dumps({"stages": stages}))
    listed = toy.doit("list", "--all", "--deps").out
    assert (listed.count(SHOWN), obeyed(listed)) == (3, set())
    (toy.root / "data" / "settings.toml").write_text(
        f'{json.dumps(HOSTILE[:-1])[:-1]}" = 1\n'.replace("\x7f", "\\u007f")
    )
    said = toy.doit("plan").err
    assert SHOWN in said
    assert obeyed(said) == set()


def test_a_run_its_plan_and_its_warnings_show_settings_harmless(toy: Toy) -> None:
    assert toy.doit().code == 0
    place = toy.root / "sessions" / HOSTILE.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    place.mkdir()
    settings = (f"projects={place}", f"project={HOSTILE}")
    for command in (("plan",), ("plan", "--from", "adding"), ("run", "-v")):
        result = toy.doit(*command, *settings)
        assert obeyed(result.out + result.err) == set(), command


@pytest.mark.usefixtures("after_a_run")
def test_what_is_written_for_programs_is_ascii_that_can_be_seen(toy: Toy) -> None:
    toy.doit(f"project={HOSTILE}")
    written = [
        toy.doit("plan", "--json").out,
        toy.doit("history", "--json").out,
        (toy.root / "data" / "pipeline_execution_log.json").read_text(),
    ]
    for text in written:
        assert set(text) <= {"\n", *map(chr, range(0x20, 0x7F))}
    reasons = json.loads(written[0])[0]["reasons"]
    assert f"settings changed: project {HOSTILE} → none" in reasons
    why = json.loads(written[1])[-1]["scripts"][0]["why"]
    assert why == [f"settings changed: project none → {HOSTILE}"]


def test_the_log_of_a_script_is_harmless_and_otherwise_what_it_printed(toy: Toy) -> None:
    printed = "print('\\x1b]0;title\\x07one\\x9b31m\\u202e'); print(); sys.stderr.write('two\\rthree\\tfour')"
    toy.trouble(
        "double", f"sys.stdout.reconfigure(encoding='utf-8'); {printed}; sys.stdout.buffer.write(b'bad \\xff\\n')"
    )
    assert toy.doit().code == 0
    log = (toy.root / "data" / "logs" / "double.log").read_text()
    assert sorted(log.split("\n")) == ["", "", "bad \ufffd", "one\\u{202E}", "three\tfour", "two"]


def test_what_is_said_of_a_damaged_state_file_shows_its_folder_harmless(toy: Toy) -> None:
    place = f"data={HOSTILE}"
    assert toy.doit(place).code == 0
    (toy.root / HOSTILE / ".doit.db").write_bytes(b"damaged" * 1000)
    said = toy.doit(place).err
    assert said.startswith("! name\\u{202E}")
    assert obeyed(said) == set()
