"""Parsers of the settings' values: each returns the value, or raises an error that says what it expected and got.

A parser takes the value as TOML or the command line gives it, and the project's folder. Its ValueError or TypeError
becomes a sentence that begins with the key.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import math
import os
import re
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from common.defaults import CONTEXT_TIERS
from common.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

PERIOD_KEYS = ("name", "first", "last", "changes")
RATE_KEYS = ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h")
PRICE_KEYS = ("model", "from", "until", *RATE_KEYS, "long", "long_over", "factors", "web_search", "source")
MOST_DOLLARS = 10**6


def check_keys(given: Iterable[str], known: Sequence[str]) -> None:
    """Raise a ValueError for the first key that is not known; it names the nearest one."""
    if unknown := [key for key in given if key not in known]:
        from common.text.suggestions import did_you_mean  # noqa: PLC0415 - only a typing error needs it

        hint = did_you_mean(unknown[0], known, f"keys are {', '.join(known)}")
        raise ValueError(f"unknown key {unknown[0]}; {hint}")


def _shown(value: object) -> str:
    """Return a value as a message shows it: a text in quotes."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (str, bool)) else str(value)


def _folder(value: Any, root: Path) -> Path:
    text = _text(value, root)
    path = Path(os.path.normpath(root / Path(text).expanduser()))
    return path.relative_to(root) if path.is_relative_to(root) else path


def parse_folders(value: Any, root: Path) -> tuple[Path, ...]:
    """Return the folders of a list, or of a text with commas, each once: relative to the root if inside it."""
    parts = value if isinstance(value, list) else _text(value, root).split(",")
    return tuple(
        dict.fromkeys(_folder(folder.strip() if isinstance(folder, str) else folder, root) for folder in parts)
    )


def _text(value: Any, _root: Path) -> str:
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise ValueError(f"expected a text, got {_shown(value)}")
    return value


def _names(value: Any, root: Path) -> tuple[str, ...]:
    parts = value if isinstance(value, list) else _text(value, root).split(",")
    return tuple(_text(name, root).strip() for name in parts)


def _day(value: Any, _root: Path) -> str:
    text = value.isoformat() if type(value) is date else value
    with contextlib.suppress(TypeError, ValueError):
        if date.fromisoformat(text).isoformat() == text:
            return str(text)
    raise ValueError(f"expected a day like 2026-03-14, got {_shown(value)}")


def _timezone(value: Any, root: Path) -> str:
    name = _text(value, root)
    if name != "UTC":
        from common.times import zone_named  # noqa: PLC0415 - only who sets a time zone pays for it

        try:
            zone_named(name)
        except CommandError:
            raise ValueError(f"expected a time zone like Europe/Berlin, got {_shown(value)}") from None
    return name


def _whole(least: int) -> Callable[[Any, Path], int]:
    def parse(value: Any, _root: Path) -> int:
        if isinstance(value, (bool, float)) or not re.fullmatch(r"\d{1,9}", str(value)) or int(value) < least:
            raise ValueError(f"expected a whole number, {least} or more, got {_shown(value)}")
        return int(value)

    return parse


def _seconds(value: Any, _root: Path) -> float:
    try:
        seconds = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise ValueError(f"expected a number of seconds above 0, got {_shown(value)}")
    return seconds


def _timeouts(value: Any, root: Path) -> Mapping[str, float]:
    if not isinstance(value, dict):
        raise TypeError(f"expected a table of script = seconds, got {_shown(value)}")
    return MappingProxyType({script: _seconds(seconds, root) for script, seconds in value.items()})


def _yes_no(value: Any, _root: Path) -> bool:
    known = {"yes": True, "true": True, "on": True, "1": True, "no": False, "false": False, "off": False, "0": False}
    if isinstance(value, bool):
        return value
    if str(value).lower() not in known:
        raise ValueError(f"expected yes or no, got {_shown(value)}")
    return known[str(value).lower()]


def _periods(value: Any, root: Path) -> str | None:
    if not isinstance(value, list) or not all(isinstance(table, dict) for table in value):
        raise TypeError(f"expected [[periods]] tables, got {_shown(value)}")
    periods = sorted((_period(table, root) for table in value), key=lambda table: str(table["first"]))
    for earlier, later in itertools.pairwise(periods):
        if str(later["first"]) <= str(earlier["last"]):
            raise ValueError(f"{earlier['name']} and {later['name']} overlap on {later['first']}")
    return json.dumps(periods, ensure_ascii=False) if periods else None


def _period(table: dict[str, Any], root: Path) -> dict[str, object]:
    check_keys(table, PERIOD_KEYS)
    if absent := [key for key in PERIOD_KEYS if key not in table and key != "changes"]:
        raise ValueError(f"expected name, first and last, got a period without {absent[0]}")
    first, last = _day(table["first"], root), _day(table["last"], root)
    if first > last:
        raise ValueError(f"expected first on or before last ({last}), got {first}")
    changes = list(_names(table["changes"], root)) if table.get("changes") else []
    return {"name": _text(table["name"], root), "first": first, "last": last, "changes": changes}


def _prices(value: Any, root: Path) -> str | None:
    if not isinstance(value, list) or not all(isinstance(table, dict) for table in value):
        raise TypeError(f"expected [[prices]] tables, got {_shown(value)}")
    prices = sorted((_price(table, root) for table in value), key=lambda row: (row["model"], row.get("from", "")))
    for earlier, later in itertools.pairwise(prices):
        if earlier["model"] == later["model"] and later.get("from", "") <= earlier.get("until", "9"):
            raise ValueError(f"two prices of {later['model']} overlap on {later.get('from') or 'its first day'}")
    return json.dumps(prices, ensure_ascii=False) if prices else None


def _price(table: dict[str, Any], root: Path) -> dict[str, Any]:
    check_keys(table, PRICE_KEYS)
    if absent := [key for key in ("model", *RATE_KEYS) if key not in table]:
        raise ValueError(f"expected model, {', '.join(RATE_KEYS)}, got a price without {absent[0]}")
    row: dict[str, Any] = {"model": _text(table["model"], root), **_rates(table)}
    row |= {key: _day(table[key], root) for key in ("from", "until") if key in table}
    if row.get("from", "") > row.get("until", "9"):
        raise ValueError(f"expected from on or before until ({row['until']}), got {row['from']}")
    if "long" in table:
        check_keys(_table(table["long"], "prices by kind of token"), RATE_KEYS)
        if absent := [key for key in RATE_KEYS if key not in table["long"]]:
            raise ValueError(f"expected {', '.join(RATE_KEYS)}, got a `long` without {absent[0]}")
        row["long"] = _rates(table["long"])
    if "long_over" in table and table["long_over"] not in CONTEXT_TIERS:
        raise ValueError(f"expected long_over {' or '.join(map(str, CONTEXT_TIERS))}, got {_shown(table['long_over'])}")
    factors = _table(table.get("factors", {}), "factors by name, such as { fast = 2.0 }")
    row |= {"factors": {_text(name, root): _dollars(factor) for name, factor in factors.items()}} if factors else {}
    return row | {key: _dollars(table[key]) for key in ("long_over", "web_search") if key in table}


def _table(value: Any, content: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(f"expected a table of {content}, got {_shown(value)}")
    return value


def _rates(table: dict[str, Any]) -> dict[str, float]:
    return {key: _dollars(table[key]) for key in RATE_KEYS}


def _dollars(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MOST_DOLLARS:
        raise ValueError(f"expected a number from 0 to {MOST_DOLLARS}, got {_shown(value)}")
    return value


PARSERS: Mapping[str, Callable[[Any, Path], Any]] = {
    "data": _folder, "projects": parse_folders, "agents": parse_folders, "project": _text, "since": _day, "until": _day,
    "timezone": _timezone, "marathon_over": _whole(0), "workers": _whole(1), "timeout": _seconds,
    "timeouts": _timeouts, "period_gap": _whole(0), "csv": _yes_no, "periods": _periods, "strategies": _names,
    "stages": _folder, "rules": _folder, "redact": _yes_no, "share": _yes_no, "prices": _prices,
}  # fmt: skip
