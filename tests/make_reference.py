"""Write docs/schema/ and the records in docs/FIELDS.md from the source of the records.

`python -m tests.make_reference` writes both. The meaning of a field is its `#:` comment: behind the field, or in the
lines above it.
"""

from __future__ import annotations

import functools
import inspect
import io
import json
import re
import tokenize
import types
import typing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from common import schema
from common.records.base import Envelope, Record
from common.records.extraction import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

DOCS = Path(__file__).parents[1] / "docs"
SCHEMAS = DOCS / "schema"
FIELDS = DOCS / "FIELDS.md"
GENERATED = """## Records

<!-- Written by python -m tests.make_reference; do not edit below. -->

The records that are files come first, then the records inside them.
"""
PLAIN_TYPES = {str: "text", int: "integer", float: "number", bool: "true or false", msgspec.Raw: "any JSON"}


@functools.cache
def meanings(record: type[Record]) -> dict[str, str]:
    """Return the meaning of each field that has one, in the record or the nearest base."""
    found: dict[str, str] = {}
    for base in reversed(record.__mro__):
        if issubclass(base, Record):
            found |= own_meanings(inspect.getsource(base))
    return found


def own_meanings(source: str) -> dict[str, str]:
    """Return the meanings in the source of one class."""
    found: dict[str, str] = {}
    above: list[str] = []
    field = ""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.NAME and token.line.startswith(f"    {token.string}:"):
            field = token.string
            if above:
                found[field] = " ".join(above)
                above = []
        elif token.type == tokenize.COMMENT and token.string.startswith("#:"):
            text = token.string.removeprefix("#:").strip()
            if token.line.strip().startswith("#:"):
                above.append(text)
            else:
                found[field] = text
    return found


def records_of(record: type[Record]) -> dict[str, type[Record]]:
    """Return the record and every record inside it, by name."""
    found: dict[str, type[Record]] = {}
    waiting: list[type[Record]] = [record]
    while waiting:
        current = waiting.pop()
        if current.__name__ not in found:
            found[current.__name__] = current
            waiting += (inner for hint in hints(current).values() for inner in _records_in(hint))
    return found


def hints(record: type[Record]) -> dict[str, Any]:
    """Return the type of each field, in the order of the file."""
    known = typing.get_type_hints(record)
    return {name: known[name] for name in record.__struct_fields__}


def _records_in(hint: Any) -> Iterator[type[Record]]:
    if isinstance(hint, type) and issubclass(hint, Record):
        yield hint
    for argument in typing.get_args(hint):
        yield from _records_in(argument)


def json_schemas() -> dict[str, str]:
    """Return the text of each JSON Schema by its file name."""
    files = {f"{name}.schema.json": json_schema(record) for name, record in schema.file_records().items()}
    lines = "a line of extraction_diagnostics.jsonl"
    return files | {"extraction_diagnostics.schema.json": _written(lines, _described(Diagnostic))}


def json_schema(record: type[Envelope]) -> str:
    """Return the JSON Schema of a data file: its type is fixed, its version is any of the same MAJOR."""
    made = _described(record)
    fields = made["$defs"][record.__name__]["properties"]
    major = record.schema.version.split(".")[0]
    fields["schema_type"] |= {"const": record.schema.type}
    fields["schema_version"] |= {"pattern": rf"^{major}\.[0-9]+\.[0-9]+$"}
    return _written(f"{record.schema.type} {record.schema.version}", made)


def _described(record: type[Record]) -> dict[str, Any]:
    """Return the JSON Schema of a record with the meaning of each field."""
    made = msgspec.json.schema(record)
    records = records_of(record)
    for name, definition in made["$defs"].items():
        definition["description"] = _plain(_docstring(records[name]))
        for field, properties in definition["properties"].items():
            properties["description"] = _plain(meanings(records[name])[field])
    return made


def _plain(text: str) -> str:
    """Return the text without links, with JSON's name of None."""
    return re.sub(r"\bNone\b", "null", re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text))


def _docstring(record: type[Record]) -> str:
    return " ".join((inspect.getdoc(record) or "").split())


def _written(title: str, made: dict[str, Any]) -> str:
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title}
    return json.dumps(head | made, indent=2, ensure_ascii=False) + "\n"


def fields_page() -> str:
    """Return docs/FIELDS.md: the written part as it is, and all records."""
    written = FIELDS.read_text(encoding="utf-8").partition("## Records\n")[0]
    files = sorted(schema.file_records().values(), key=lambda record: record.__name__)
    users: dict[type[Record], list[str]] = {}
    for file in files:
        for inner in records_of(file).values():
            if inner is not file:
                users.setdefault(inner, []).append(file.schema.type)
    users[Diagnostic] = ["extraction_diagnostics"]
    inside = sorted(users, key=lambda record: record.__name__)
    sections = [_section(record, ()) for record in files] + [_section(record, users[record]) for record in inside]
    return written + "\n".join([GENERATED, *sections])


def _section(record: type[Record], users: Iterable[str]) -> str:
    """Return the heading, the definition and the table of a record."""
    used = "".join(f" In {', '.join(f'`{name}`' for name in sorted(users))}." if users else "")
    lines = [f"### {record.__name__}", "", _docstring(record).replace("None", "null") + used, ""]
    lines += ["| field | type | meaning |", "| --- | --- | --- |"]
    for name, hint in hints(record).items():
        meaning = re.sub(r"\bNone\b", "null", meanings(record)[name])
        lines.append(f"| `{name}` | {described_type(hint)} | {meaning} |")
    return "\n".join([*lines, ""])


def described_type(hint: Any) -> str:
    """Return a type in words, with a link to each record."""
    arguments = typing.get_args(hint)
    kind = typing.get_origin(hint)
    if isinstance(hint, type) and issubclass(hint, Record):
        return f"[{hint.__name__}](#{hint.__name__.lower()})"
    if kind is Literal:
        return _choice([f"`{value}`" for value in arguments])
    if kind in (types.UnionType, typing.Union):
        return _choice([described_type(inner) for inner in arguments if inner is not types.NoneType] + ["null"])
    if kind is list:
        return f"list of {described_type(arguments[0])}"
    if kind is dict:
        return f"map to {described_type(arguments[1])}"
    return PLAIN_TYPES[hint]


def _choice(values: list[str]) -> str:
    return " or ".join(filter(None, [", ".join(values[:-1]), values[-1]]))


def write() -> None:
    """Write the page and the JSON Schemas."""
    FIELDS.write_text(fields_page(), encoding="utf-8")
    SCHEMAS.mkdir(exist_ok=True)
    for name, content in json_schemas().items():
        (SCHEMAS / name).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    write()
