"""Write the JSON Schema of every data file, from the records: `python -m tests.make_schemas`.

They stand in docs/schema/, one for each schema type; a test keeps them true.
"""

from __future__ import annotations

import json
from pathlib import Path

import msgspec

from common import schema
from common.records.extraction import Diagnostic

LINES = "extraction_diagnostics.jsonl"
FOLDER = Path(__file__).parents[1] / "docs" / "schema"


def texts() -> dict[str, str]:
    """Return the text of each file by its name."""
    found = {f"{schema_type}.schema.json": text(schema_type) for schema_type in schema.RECORDS}
    return found | {
        "extraction_diagnostics.schema.json": written(f"a line of {LINES}", msgspec.json.schema(Diagnostic))
    }


def text(schema_type: str) -> str:
    """Return the JSON Schema of a data file; the envelope's type is fixed, its version any of the same MAJOR."""
    made = msgspec.json.schema(schema.RECORDS[schema_type])
    fields = made["$defs"][schema.RECORDS[schema_type].__name__]["properties"]
    major = schema.SCHEMAS[schema_type].split(".")[0]
    fields["schema_type"] = {"const": schema_type}
    fields["schema_version"] = {"type": "string", "pattern": rf"^{major}\.[0-9]+\.[0-9]+$"}
    return written(f"{schema_type} {schema.SCHEMAS[schema_type]}", made)


def written(title: str, made: dict[str, object]) -> str:
    """Return a JSON Schema with its head as it stands in its file."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title}
    return json.dumps(head | made, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in texts().items():
        (FOLDER / name).write_text(content, encoding="utf-8")
