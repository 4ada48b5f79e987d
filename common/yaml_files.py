"""A YAML file as a typed record; what is wrong in it is told with file, line, column and the nearest known key."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import msgspec.inspect
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from common.errors import InputError
from common.nearest import did_you_mean

T = TypeVar("T", bound=msgspec.Struct)


def read_yaml(path: Path, kind: type[T]) -> T:
    """Return the record of that kind which a file holds; an InputError says where and how it does not."""
    try:
        text = path.read_bytes()
        tree = YAML(typ="safe", pure=True).load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
        raise InputError(f"{place}: {str(error.problem or error).splitlines()[0]}") from error
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: {error}") from error
    try:
        return msgspec.convert(tree or {}, kind, str_keys=True)
    except msgspec.ValidationError as error:
        raise InputError(f"{path}:{_located(YAML().load(text), str(error), kind)}") from error


def _located(tree: Any, message: str, kind: type[T]) -> str:
    """Return msgspec's message with the line and column in the place of its path, and the nearest key."""
    said, _, where = message.partition(" - at `$")
    record: Any = msgspec.inspect.type_info(kind)
    node, position, key = tree, (0, 0), ""
    for key, index in re.findall(r"\.(\w+)|\[(\d+)\]", where):
        if index and int(index) < len(node):
            position, node, record = node.lc.item(int(index)), node[int(index)], record.item_type
        elif key and hasattr(node, "lc") and key in node:
            position, node, record = node.lc.value(key), node[key], _types(record).get(key)
    if (unknown := re.search(r"unknown field `(.*)`", said)) and unknown[1] in node:
        position, known = node.lc.key(unknown[1]), _types(record)
        keys = f"keys are {', '.join(known)}"
        said = f"unknown key {unknown[1]}; {did_you_mean(unknown[1], known, keys)}"
    elif key:
        said = f"{key}: {said}"
    return f"{position[0] + 1}:{position[1] + 1}: {said}"


def _types(record: Any) -> dict[str, Any]:
    """Return the fields of a record with their types."""
    return {field.name: field.type for field in record.fields}
