"""Settings, from the command line, `settings.toml` in the data directory, the environment and the defaults.

The strongest wins, in that order. An unknown key, a bad value and overlapping periods are errors that say where they
stand: `CommandError` for the command line, `InputError` for the file. Folders are relative to the project's folder,
and stand in `Settings` relative to it when they are inside it, absolute otherwise.
"""

from __future__ import annotations

import itertools
import json
import math
import os
import re
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from common.errors import CommandError, InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FILE_NAME = "settings.toml"
CONFIG_VARIABLE = "CLAUDE_CONFIG_DIR"
FILE_ONLY = frozenset({"periods", "timeouts"})  # tables, which a command line cannot say well
SPEED_ONLY = frozenset({"workers", "timeout", "timeouts"})  # how a script runs, never what it makes
MARATHON_OVER, PERIOD_GAP_DAYS, TIMEOUT_SECONDS, TIMEZONE, WORKERS = 20, 1, 600.0, "UTC", 1


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user chose. `origins` tells where each setting that is not the default came from."""

    data: Path = Path("data")
    projects: tuple[Path, ...] = ()  # configuration directories, or projects directories themselves
    agents: tuple[Path, ...] = ()
    project: str | None = None
    since: str | None = None
    until: str | None = None
    timezone: str = TIMEZONE
    marathon_over: int = MARATHON_OVER
    workers: int = WORKERS
    timeout: float = TIMEOUT_SECONDS
    timeouts: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    period_gap: int = PERIOD_GAP_DAYS
    csv: bool = False
    periods: str | None = None  # JSON: [{"name", "first", "last", "changes"}], by first day, without overlap
    strategies: tuple[str, ...] = ()
    stages: Path | None = None
    rules: Path | None = None
    redact: bool = True
    share: bool = False
    origins: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


KEYS = tuple(setting.name for setting in fields(Settings) if setting.name != "origins")


def load_settings(
    root: Path, command_line: Mapping[str, str], environment: Mapping[str, str], home: Path, processors: int = WORKERS
) -> Settings:
    """Return the settings of a project whose folder is `root`."""
    try:
        chosen = _parse(command_line, root, "command line", FILE_ONLY)
        data = chosen.get("data", Path("data"))
    except ValueError as error:
        raise CommandError(f"{error} (command line)") from error
    path = root / data / FILE_NAME
    try:
        from_file = _parse(_read(path), root, str(data / FILE_NAME), frozenset({"data"}))
    except ValueError as error:
        raise InputError(f"{data / FILE_NAME}: {error}") from error
    values = {"workers": processors, **from_file, **chosen}
    origins = dict.fromkeys(from_file, str(data / FILE_NAME)) | dict.fromkeys(chosen, "the command line")
    if (values.get("since") or "") > (values.get("until") or "9"):
        raise CommandError(f"since {values['since']} is after until {values['until']}")
    if "projects" not in values:
        values["projects"], origins["projects"] = _default_projects(root, environment, home)
    values.setdefault("agents", tuple(a for p in values["projects"] if (root / (a := p / "agents")).is_dir()))
    return Settings(**values, origins=MappingProxyType(origins))


def transcripts_directory(root: Path) -> Path:
    """Return the projects directory of a root, which is a configuration directory or a projects directory itself."""
    return root / "projects" if (root / "projects").is_dir() else root


def missing_transcripts(settings: Settings) -> str | None:
    """Return what to tell the user if a root is not there or cannot be read, else None."""
    origin = settings.origins.get("projects", "default")
    named = origin not in ("default", CONFIG_VARIABLE)
    for root in settings.projects:
        place = transcripts_directory(root) if named else root / "projects"
        if not place.is_dir():
            said = "the default" if origin == "default" else f"from {origin}"
            reason = f"{_with_tilde(place)} does not exist ({said}; set `projects=` or {CONFIG_VARIABLE})"
        elif not os.access(place, os.R_OK | os.X_OK):
            reason = f"{_with_tilde(place)} cannot be read: no permission"
        else:
            continue
        hint = "       to try the program on the bundled sample: doit projects=data/sample"
        return f"no transcripts: {reason}\n{hint}"
    return None


def _with_tilde(path: Path) -> str:
    home = os.path.expanduser("~")  # noqa: PTH111 - Path.home() raises where there is none
    return str(path).replace(home, "~", 1) if str(path).startswith(home + os.sep) else str(path)


def _default_projects(root: Path, environment: Mapping[str, str], home: Path) -> tuple[tuple[Path, ...], str]:
    if environment.get(CONFIG_VARIABLE):
        return _folders(environment[CONFIG_VARIABLE], root), CONFIG_VARIABLE
    places = (home / ".claude", home / ".config" / "claude")
    return tuple(p for p in places if (p / "projects").is_dir()) or places[:1], "default"


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    import tomllib  # noqa: PLC0415 - most have no such file, and each `doit` would pay for it

    return tomllib.loads(path.read_bytes().decode())


def _parse(given: Mapping[str, Any], root: Path, place: str, refused: frozenset[str]) -> dict[str, Any]:
    """Return the values by key; a ValueError says which key is wrong, and how."""
    values: dict[str, Any] = {}
    for key, value in given.items():
        if key not in PARSERS:
            raise ValueError(f"unknown key {key}; keys are {', '.join(KEYS)}")
        if key in refused:
            where = "on the command line only" if key == "data" else f"in {FILE_NAME} only"
            raise ValueError(f"{key} can be set {where}, not in {place}")
        try:
            values[key] = PARSERS[key](value, root)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{key} = {value}: {error}") from error
    return values


def _folder(value: Any, root: Path) -> Path:
    text = _text(value, root)
    path = Path(os.path.normpath(root / Path(text).expanduser()))
    return path.relative_to(root) if path.is_relative_to(root) else path


def _folders(value: Any, root: Path) -> tuple[Path, ...]:
    parts = value if isinstance(value, list) else _text(value, root).split(",")
    return tuple(
        dict.fromkeys(_folder(folder.strip() if isinstance(folder, str) else folder, root) for folder in parts)
    )


def _text(value: Any, _root: Path) -> str:
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise ValueError("a text is needed")
    return value


def _names(value: Any, root: Path) -> tuple[str, ...]:
    parts = value if isinstance(value, list) else _text(value, root).split(",")
    return tuple(_text(name, root).strip() for name in parts)


def _day(value: Any, _root: Path) -> str:
    text = value.isoformat() if type(value) is date else value
    if not isinstance(text, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        raise ValueError("a day is needed, like 2026-03-14")
    return date.fromisoformat(text).isoformat()


def _timezone(value: Any, root: Path) -> str:
    name = _text(value, root)
    if name != "UTC":
        from common.times import zone_named  # noqa: PLC0415 - only who sets a time zone pays for it

        try:
            zone_named(name)
        except CommandError:
            raise ValueError("no such time zone; a name like Europe/Berlin is needed") from None
    return name


def _whole(least: int) -> Callable[[Any, Path], int]:
    def parse(value: Any, _root: Path) -> int:
        if isinstance(value, (bool, float)) or not re.fullmatch(r"\d{1,9}", str(value)) or int(value) < least:
            raise ValueError(f"a whole number is needed, {least} or more")
        return int(value)

    return parse


def _seconds(value: Any, _root: Path) -> float:
    try:
        seconds = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise ValueError("a number of seconds is needed, more than 0")
    return seconds


def _timeouts(value: Any, root: Path) -> Mapping[str, float]:
    if not isinstance(value, dict):
        raise TypeError("a table is needed: script = seconds")
    return MappingProxyType({script: _seconds(seconds, root) for script, seconds in value.items()})


def _yes_no(value: Any, _root: Path) -> bool:
    known = {"yes": True, "true": True, "on": True, "1": True, "no": False, "false": False, "off": False, "0": False}
    if isinstance(value, bool):
        return value
    if str(value).lower() not in known:
        raise ValueError("yes or no is needed")
    return known[str(value).lower()]


def _periods(value: Any, root: Path) -> str | None:
    if not isinstance(value, list) or not all(isinstance(table, dict) for table in value):
        raise TypeError("[[periods]] tables are needed")
    periods = sorted((_period(table, root) for table in value), key=lambda table: str(table["first"]))
    for earlier, later in itertools.pairwise(periods):
        if str(later["first"]) <= str(earlier["last"]):
            raise ValueError(f"{earlier['name']} and {later['name']} overlap")
    return json.dumps(periods, ensure_ascii=False) if periods else None


def _period(table: dict[str, Any], root: Path) -> dict[str, object]:
    if unknown := sorted(set(table) - {"name", "first", "last", "changes"}):
        raise ValueError(f"unknown key {unknown[0]}; keys are name, first, last, changes")
    if absent := [key for key in ("name", "first", "last") if key not in table]:
        raise ValueError(f"a period needs {absent[0]}")
    first, last = _day(table["first"], root), _day(table["last"], root)
    if first > last:
        raise ValueError(f"first {first} is after last {last}")
    changes = list(_names(table["changes"], root)) if table.get("changes") else []
    return {"name": _text(table["name"], root), "first": first, "last": last, "changes": changes}


PARSERS: Mapping[str, Callable[[Any, Path], Any]] = {
    "data": _folder, "projects": _folders, "agents": _folders, "project": _text, "since": _day, "until": _day,
    "timezone": _timezone, "marathon_over": _whole(0), "workers": _whole(1), "timeout": _seconds,
    "timeouts": _timeouts, "period_gap": _whole(0), "csv": _yes_no, "periods": _periods, "strategies": _names,
    "stages": _folder, "rules": _folder, "redact": _yes_no, "share": _yes_no,
}  # fmt: skip
