"""Settings from the command line, the file, the environment and the defaults."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from common.errors import CommandError, InputError
from common.files import transcripts_directory
from common.measures.prices import load_prices
from common.settings import KEYS, Settings, load_settings, missing_transcripts


def load(root: Path, *, file: str = "", variable: str = "", **given: str) -> Settings:
    (root / "data").mkdir(exist_ok=True)
    (root / "data" / "settings.toml").write_text(file)
    return load_settings(root, given, {"CLAUDE_CONFIG_DIR": variable}, root / "home", processors=3)


def test_the_defaults(tmp_path: Path) -> None:
    assert load(tmp_path) == Settings(
        data=Path("data"),
        projects=(Path(tmp_path / "home/.claude"),),
        workers=3,
        origins={"projects": "default"},
    )


def test_the_command_line_is_stronger_than_the_file_and_the_file_than_the_default(tmp_path: Path) -> None:
    settings = load(tmp_path, file="marathon_over = 7\nperiod_gap = 2\n", marathon_over="9")
    assert (settings.marathon_over, settings.period_gap, settings.timeout) == (9, 2, 600.0)
    assert settings.origins["marathon_over"] == "the command line"
    assert settings.origins["period_gap"] == "data/settings.toml"


def test_the_file_lies_in_the_data_directory_that_was_given(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "settings.toml").write_text('timezone = "Europe/Berlin"\n')
    assert load(tmp_path, data="./other/../other").timezone == "Europe/Berlin"
    assert load(tmp_path, data="./other").data == Path("other")


def test_folders_are_relative_to_the_project_inside_it_and_absolute_outside(tmp_path: Path) -> None:
    settings = load(tmp_path, projects=f"{tmp_path}/a, ./b/ ,/elsewhere/c,a")
    assert settings.projects == (Path("a"), Path("b"), Path("/elsewhere/c"))


def test_the_environment_gives_roots_in_the_same_form(tmp_path: Path) -> None:
    settings = load(tmp_path, variable="/x,/y")
    assert settings.projects == (Path("/x"), Path("/y"))
    assert settings.origins["projects"] == "CLAUDE_CONFIG_DIR"


def test_by_default_both_places_are_read_if_they_are_there(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / ".config" / "claude" / "projects").mkdir(parents=True)
    assert load(tmp_path).projects == (home / ".config/claude",)
    (home / ".claude" / "projects").mkdir(parents=True)
    assert load(tmp_path).projects == (home / ".claude", home / ".config/claude")


def test_agents_are_the_agents_folders_of_the_roots_unless_named(tmp_path: Path) -> None:
    (tmp_path / "root" / "agents").mkdir(parents=True)
    assert load(tmp_path, projects="root,nowhere").agents == (Path("root/agents"),)
    assert load(tmp_path, projects="root", agents="mine").agents == (Path("mine"),)


def test_periods_are_kept_as_json_by_their_first_day(tmp_path: Path) -> None:
    file = """
        [[periods]]
        name = "late"
        first = 2026-02-01
        last = "2026-02-28"
        changes = ["+reviewer"]
        [[periods]]
        name = "early"
        first = 2026-01-01
        last = 2026-01-31
    """
    assert json.loads(load(tmp_path, file=file).periods or "") == [
        {"name": "early", "first": "2026-01-01", "last": "2026-01-31", "changes": []},
        {"name": "late", "first": "2026-02-01", "last": "2026-02-28", "changes": ["+reviewer"]},
    ]


def test_time_limits_of_single_scripts_are_a_table(tmp_path: Path) -> None:
    assert dict(load(tmp_path, file="[timeouts]\nsegment_data = 5\n").timeouts) == {"segment_data": 5.0}


def test_prices_are_kept_as_json_by_model_and_day(tmp_path: Path) -> None:
    early, late = 'until = "2026-01-31"\nfactors = {fast = 2}\n', "from = 2026-02-01\n"
    file = PRICE.replace('"a"', '"b"') + PRICE + late + PRICE + early
    rates = {"input": 1, "output": 4.5, "cache_read": 0.1, "cache_write_5m": 1.25, "cache_write_1h": 2}
    assert json.loads(load(tmp_path, file=file).prices or "") == [
        {"model": "a", **rates, "until": "2026-01-31", "factors": {"fast": 2}},
        {"model": "a", **rates, "from": "2026-02-01"},
        {"model": "b", **rates},
    ]


PRICE = """
[[prices]]
model = "a"
input = 1
output = 4.5
cache_read = 0.1
cache_write_5m = 1.25
cache_write_1h = 2
"""
PERIOD = '[[periods]]\nname = "a"\nfirst = 2026-01-01\nlast = 2026-01-31\n'


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("marathon_ovr = 3", "unknown key marathon_ovr; did you mean marathon_over?"),
        ("zzz = 3", "unknown key zzz; keys are data, projects, agents, project, since,"),
        ('data = "x"', "data: can only be set on the command line"),
        ("marathon_over = -1", "marathon_over: expected a whole number, 0 or more, got -1"),
        ("marathon_over = 2.5", "marathon_over: expected a whole number, 0 or more, got 2.5"),
        ("marathon_over = true", "marathon_over: expected a whole number, 0 or more, got true"),
        ("workers = 0", "workers: expected a whole number, 1 or more, got 0"),
        ("timeout = 0", "timeout: expected a number of seconds above 0, got 0"),
        ("timeout = inf", "timeout: expected a number of seconds above 0, got inf"),
        ("timeout = true", "timeout: expected a number of seconds above 0, got true"),
        ('timezone = "Mars/Base"', 'timezone: expected a time zone like Europe/Berlin, got "Mars/Base"'),
        ("since = 2026-01-01T00:00:00", "since: expected a day like 2026-03-14, got 2026-01-01 00:00:00"),
        ('until = "2026-02-30"', 'until: expected a day like 2026-03-14, got "2026-02-30"'),
        ('csv = "maybe"', 'csv: expected yes or no, got "maybe"'),
        ("project = 3", "project: expected a text, got 3"),
        ('projects = ["a", 3]', "projects: expected a text, got 3"),
        ("periods = 3", "periods: expected [[periods]] tables, got 3"),
        ("timeouts = 3", "timeouts: expected a table of script = seconds, got 3"),
        (PERIOD + PERIOD.replace('"a"', '"b"').replace("01-01", "01-31"), "periods: a and b overlap on 2026-01-31"),
        (PERIOD.replace("last = 2026-01-31", ""), "got a period without last"),
        (PERIOD.replace("first = 2026-01-01", "first = 2026-03-01"), "on or before last (2026-01-31), got 2026-03-01"),
        (PERIOD + "color = 3", "unknown key color; keys are name, first, last, changes"),
        (PERIOD + "frist = 3", "unknown key frist; did you mean first?"),
        ("prices = 3", "prices: expected [[prices]] tables, got 3"),
        (PRICE + "inputs = 3", "prices: unknown key inputs; did you mean input?"),
        (PRICE.replace("cache_read = 0.1", ""), "got a price without cache_read"),
        (PRICE.replace("4.5", '"4.5"'), 'prices: expected a number from 0 to 1000000, got "4.5"'),
        (PRICE.replace("4.5", "-1"), "prices: expected a number from 0 to 1000000, got -1"),
        (PRICE.replace("4.5", "nan"), "prices: expected a number from 0 to 1000000, got nan"),
        (PRICE + PRICE, "prices: two prices of a overlap on its first day"),
        (PRICE + PRICE + "from = 2026-02-01", "prices: two prices of a overlap on 2026-02-01"),
        (PRICE + "from = 2026-02-01\nuntil = 2026-01-01", "on or before until (2026-01-01), got 2026-02-01"),
        (PRICE + "long = { input = 2 }", "cache_write_1h, got a `long` without output"),
        (PRICE + "long = { inptu = 2 }", "prices: unknown key inptu; did you mean input?"),
        (PRICE + "long_over = 5", "prices: expected long_over 100000 or 200000, got 5"),
        (PRICE + "factors = 3", "prices: expected a table of factors by name, such as { fast = 2.0 }, got 3"),
        (PRICE.replace('"a"', "3"), "prices: expected a text, got 3"),
        ("a = ", "Invalid value"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_the_file_is_said_with_the_file(tmp_path: Path, file: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        load(tmp_path, file=file)
    assert str(caught.value).startswith("data/settings.toml: ")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"bogus": "1"}, "unknown key bogus;"),
        ({"periods": "x"}, "periods: can only be set in settings.toml"),
        ({"prices": "x"}, "prices: can only be set in settings.toml"),
        ({"marathon_over": "many"}, 'marathon_over: expected a whole number, 0 or more, got "many"'),
        (
            {"since": "2026-02-01", "until": "2026-01-01"},
            "on or before until (2026-01-01), got 2026-02-01",
        ),
        ({"project": ""}, 'project: expected a text, got ""'),
        ({"data": "a\0b"}, 'data: expected a text, got "a'),
    ],
)
def test_what_is_wrong_on_the_command_line_is_a_wrong_command(
    tmp_path: Path, given: dict[str, str], message: str
) -> None:
    with pytest.raises(CommandError) as caught:
        load(tmp_path, **given)
    assert message in str(caught.value)


def test_every_setting_is_in_the_example_and_the_example_is_right(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "data" / "settings.example.toml").read_text(encoding="utf-8")
    assert load(tmp_path, file=text) == load(tmp_path)
    shown = re.sub(r"^# (?=[a-z_0-9]+ = |\[\[|(?:name|first|last|changes) = )", "", text, flags=re.MULTILINE)
    settings = load(tmp_path, file=shown)
    assert [key for key in KEYS if key not in settings.origins] == ["data"]
    assert json.loads(settings.periods or "")[1]["name"] == "with the reviewer"
    assert load_prices(settings.prices).knows("house-model")


def test_yes_and_no_in_many_words(tmp_path: Path) -> None:
    assert [load(tmp_path, redact=word).redact for word in ("no", "false", "0", "off", "yes", "ON")] == [
        False,
        False,
        False,
        False,
        True,
        True,
    ]


def test_a_root_is_a_configuration_directory_or_a_projects_directory_itself(tmp_path: Path) -> None:
    assert transcripts_directory(tmp_path) == tmp_path
    (tmp_path / "projects").mkdir()
    assert transcripts_directory(tmp_path) == tmp_path / "projects"


def test_a_named_root_may_be_a_projects_directory_the_default_one_may_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home" / ".claude").mkdir(parents=True)
    said = missing_transcripts(load(tmp_path)) or ""
    assert said.startswith("no transcripts: ~/.claude/projects does not exist (the default;")
    assert missing_transcripts(load(tmp_path, projects="home/.claude")) is None
