"""Boundary: strategies of the user's own, named in the settings as "module:NAME"."""

import importlib
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from common.errors import InputError
from common.strategy import Strategy

_NAME = re.compile(r"[a-z][a-z0-9_]*")


def load_strategies(names: Iterable[str], taken: Iterable[str]) -> list[Strategy]:
    """Return the strategies that "module:NAME" names; modules are looked for in the current folder too."""
    used = set(taken)
    found = []
    for name in names:
        strategy = _load(name)
        if not _NAME.fullmatch(strategy.name):
            raise InputError(
                f'strategies: {name}: expected a name of lower-case letters, digits and _, got "{strategy.name}"'
            )
        if strategy.name in used:
            raise InputError(f'strategies: {name}: another strategy is named "{strategy.name}" too. Rename one')
        used.add(strategy.name)
        found.append(strategy)
    return found


def _load(name: str) -> Strategy:
    module_name, colon, attribute = name.partition(":")
    if not colon or not module_name or not attribute:
        raise InputError(f'strategies: expected module:NAME, like my_strategies:STRATEGY, got "{name}"')
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        strategy = getattr(importlib.import_module(module_name), attribute)
    except ModuleNotFoundError as error:
        raise InputError(f"strategies: {name}: {error}. Put the module next to dodo.py, or install it") from error
    except AttributeError as error:
        raise InputError(f"strategies: {name}: {error}") from error
    except Exception as error:  # it is the user's code: anything can happen at its import
        raise InputError(f"strategies: {name}: the import failed with {type(error).__name__}: {error}") from error
    if not isinstance(strategy, Strategy):
        kind = type(strategy).__name__
        raise InputError(f"strategies: {name}: expected a Strategy, got {kind}. See common/strategy.py")
    return strategy
