"""Settings, from the command line, `settings.toml` in the data directory, the environment and the defaults.

The first of these that names a setting decides it. An unknown key, a bad value and overlapping periods are errors:
`CommandError` for the command line, `InputError` with the path for the file. Folders are relative to the project's
folder; `Settings` keeps them relative if they are inside it, absolute otherwise.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from common.defaults import MARATHON_OVER, PERIOD_GAP_DAYS, TIMEZONE, WORKERS
from common.errors import CommandError, InputError
from common.files import transcripts_directory
from common.setting_values import PARSERS, check_keys, parse_folders

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE_NAME = "settings.toml"
CONFIG_VARIABLE = "CLAUDE_CONFIG_DIR"
FILE_ONLY = frozenset({"periods", "prices", "timeouts"})  # tables, which do not fit on a command line
SPEED_ONLY = frozenset({"workers", "timeout", "timeouts"})  # how a script runs, never what it makes
TIMEOUT_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one run. `origins` gives the source of each setting that is not the default."""

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
    prices: str | None = None  # JSON: rows as in common/measures/prices.toml, by model and first day, without overlap
    origins: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


KEYS = tuple(setting.name for setting in fields(Settings) if setting.name != "origins")


def load_settings(
    root: Path, command_line: Mapping[str, str], environment: Mapping[str, str], home: Path, processors: int = WORKERS
) -> Settings:
    """Return the settings of a project whose folder is `root`."""
    try:
        chosen = _parse(command_line, root, FILE_ONLY)
        data = chosen.get("data", Path("data"))
    except ValueError as error:
        raise CommandError(str(error)) from error
    path = root / data / FILE_NAME
    try:
        from_file = _parse(_read(path), root, frozenset({"data"}))
    except ValueError as error:
        raise InputError(f"{data / FILE_NAME}: {error}") from error
    values = {"workers": processors, **from_file, **chosen}
    origins = dict.fromkeys(from_file, str(data / FILE_NAME)) | dict.fromkeys(chosen, "the command line")
    if (values.get("since") or "") > (values.get("until") or "9"):
        raise CommandError(f"since: expected a day on or before until ({values['until']}), got {values['since']}")
    if "projects" not in values:
        values["projects"], origins["projects"] = _default_projects(root, environment, home)
    values.setdefault("agents", tuple(a for p in values["projects"] if (root / (a := p / "agents")).is_dir()))
    return Settings(**values, origins=MappingProxyType(origins))


def missing_transcripts(settings: Settings) -> str | None:
    """Return the message if a root does not exist or cannot be read, else None."""
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
        return parse_folders(environment[CONFIG_VARIABLE], root), CONFIG_VARIABLE
    places = (home / ".claude", home / ".config" / "claude")
    return tuple(p for p in places if (p / "projects").is_dir()) or places[:1], "default"


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    import tomllib  # noqa: PLC0415 - most have no such file, and each `doit` would pay for it

    return tomllib.loads(path.read_bytes().decode())


def _parse(given: Mapping[str, Any], root: Path, refused: frozenset[str]) -> dict[str, Any]:
    """Return the values by key; the ValueError of a wrong one begins with its key."""
    check_keys(given, KEYS)
    values: dict[str, Any] = {}
    for key, value in given.items():
        if key in refused:
            place = "on the command line" if key == "data" else f"in {FILE_NAME}"
            raise ValueError(f"{key}: can only be set {place}")
        try:
            values[key] = PARSERS[key](value, root)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{key}: {error}") from error
    return values
