"""What a user can type, set and be told is documented, and nothing else is."""

from __future__ import annotations

import importlib
import re
import signal
import subprocess
import sys

import pytest

from analysis.strategies import STRATEGIES
from common import setting_values, settings
from common.errors import ProjectError
from common.measures.cases import Case
from common.script import INTERRUPTED, TERMINATED, parser_of
from common.strategy import Material
from tests.docs.pages import PAGES, ROOT, blocks, names, rows, section
from tests.docs.said import MODULES, sentences

PIPELINE = ROOT / "docs" / "PIPELINE.md"
ERRORS = ROOT / "docs" / "errors.md"
EXTENDING = ROOT / "docs" / "extending.md"
SCRIPTS = sorted(path.stem for path in (ROOT / "analysis").glob("*.py") if path.stem != "__init__")
COMMANDS = ("run", "plan", "csv", "list", "history", "graph", "forget", "adopt", "verify", "clean")


def doit(*arguments: str) -> str:
    command = [sys.executable, "-m", "doit", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def first_cells(text: str) -> list[str]:
    return [name for row in rows(text) for name in names(row[0])]


def test_every_setting_is_documented_in_the_order_of_the_code() -> None:
    assert first_cells(section(PIPELINE, "Settings")) == list(settings.KEYS)


def test_the_example_file_shows_every_setting_that_a_file_may_hold() -> None:
    example = (ROOT / "data" / "settings.example.toml").read_text(encoding="utf-8")
    shown = set(re.findall(r"^# (?:\[\[)?(\w+)(?: =|\]\])", example, re.MULTILINE))
    inside = {*setting_values.PERIOD_KEYS, *setting_values.PRICE_KEYS}
    assert shown - (inside - set(settings.KEYS)) == set(settings.KEYS) - {"data"}


def test_settings_that_pages_give_on_a_command_line_exist() -> None:
    commands = [line for page in PAGES for text in blocks(page, "sh") for line in text.splitlines() if "doit " in line]
    given = {key for line in commands for key in re.findall(r"\s([a-z_]+)=", line)}
    assert given <= set(settings.KEYS)


def test_every_exit_code_is_documented() -> None:
    classes: list[type[ProjectError]] = [ProjectError, *ProjectError.__subclasses__()]
    codes = {0, INTERRUPTED, TERMINATED, 128 + signal.SIGHUP, *(one.exit_code for one in classes)}
    assert [int(row[0]) for row in rows(section(PIPELINE, "8. Errors")) if row[0].isdigit()] == sorted(codes)


def test_every_command_is_documented() -> None:
    listed = doit("help").partition("Commands")[2].partition("\n\n")[0]
    known = set(re.findall(r"^  \S+ ([a-z-]+)  +\S", listed, re.MULTILINE))
    refused = set(re.findall(r"^  \S+ ([a-z-]+) +not available", listed, re.MULTILINE))
    text = section(PIPELINE, "5. Commands")
    assert {cell.split()[-1] for cell in first_cells(text) if cell.startswith("doit ")} == known - refused
    assert {name.split()[-1] for name in names(section(PIPELINE, "Refused commands"))} == refused


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_of_a_command_is_documented(command: str) -> None:
    shown = doit("help", command).partition("OPTIONS")[2].partition("task loader")[0]
    known = {option for line in re.findall(r"^      (-\S.*)", shown, re.MULTILINE) for option in options(line)}
    heading = "verify, adopt, clean" if command in ("verify", "adopt", "clean") else command
    documented = {name for name in first_cells(section(PIPELINE, heading)) if name.startswith("-")}
    if command in ("verify", "adopt"):
        assert known == set()
    elif command in ("plan", "csv"):
        assert {name for name in known if name.startswith("--")} == documented
    else:
        assert documented == known


def options(text: str) -> list[str]:
    return re.findall(r"(?<![\w-])(--?[a-z][a-z-]*)", text)


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_option_of_a_script_is_documented(script: str) -> None:
    main = importlib.import_module(f"analysis.{script}").main
    known = {option for action in parser_of(main)._actions for option in action.option_strings}  # noqa: SLF001
    known = {option for option in known if option not in ("-h", "--help") and not option.startswith("--no-")}
    assert {name for name in first_cells(section(PIPELINE, script)) if name.startswith("--")} == known


def test_every_strategy_is_named() -> None:
    assert {one.name for one in STRATEGIES} <= set(names(section(PIPELINE, "analysis_runner")))


def test_every_variable_of_the_environment_is_documented() -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in MODULES)
    read = set(re.findall(r'environ(?:\.get\(|\[)"([A-Z_]+)"', sources))
    read |= set(re.findall(r'^[A-Z_]+_VARIABLE = "([A-Z_]+)"', sources, re.MULTILINE))
    assert {name.partition("=")[0] for name in names(section(PIPELINE, "Environment variables"))} == read


@pytest.mark.parametrize("record", [Material, Case], ids=lambda one: one.__name__)
def test_everything_that_a_strategy_gets_is_documented(record: type[Material | Case]) -> None:
    table = section(EXTENDING, "A strategy").partition(f"| of `{record.__name__}` |")[2].partition("\n\n")[0]
    known = {name for name in (*record.__annotations__, *vars(record)) if not name.startswith("_")}
    assert {name for row in rows(table) for name in names(row[0])} == known


def pieces(text: str) -> list[str]:
    """Return the parts of a sentence that are written out, without what surrounds them."""
    parts = (part.replace("`", "").strip(" .:;,()'\"") for part in text.split("…"))
    return [part for part in parts if len(re.findall(r"[A-Za-z]{2,}", part)) > 1]


def told() -> list[str]:
    return [row[0].strip("` ") for row in rows(section(ERRORS, "Errors"))]


def test_every_exit_code_of_a_message_is_one_of_the_table() -> None:
    known = {row[0] for row in rows(section(PIPELINE, "8. Errors"))}
    assert [row for row in rows(section(ERRORS, "Errors")) if not set(re.findall(r"\d+", row[1])) <= known] == []


def test_every_message_of_an_error_is_documented() -> None:
    documented = [part for message in told() for part in pieces(message)]
    missing = [part for said in sentences() for part in pieces(said) if not any(part in one for one in documented)]
    assert missing == []


def sources() -> str:
    """Return the code with the parts of a sentence joined."""
    text = "".join(path.read_text(encoding="utf-8") for path in MODULES).replace("`", "")
    return re.sub(r'"\s*\n\s*f?"', "", text).replace("{{", "{").replace("}}", "}")


def test_every_reason_that_is_documented_is_one_of_the_program() -> None:
    table = section(PIPELINE, "Reasons")
    kinds = {"input changed", "input missing", "output edited", "output missing", "its outputs may change"}
    text = sources()
    assert [
        part for name in first_cells(table) for part in pieces(name) if part not in text and part not in kinds
    ] == []


def test_every_message_that_is_documented_is_one_of_the_program() -> None:
    text = sources()
    assert [part for message in told() for part in pieces(message) if part not in text] == []
