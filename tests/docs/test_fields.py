"""Every file of the data directory, every field in it and every version of it is documented, and nothing else is."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from common import schema
from tests.docs.pages import ROOT, headings, names, rows, section
from tests.docs.walking import type_in

if TYPE_CHECKING:
    from pathlib import Path

FIELDS = ROOT / "docs" / "FIELDS.md"
VERSIONS = ROOT / "docs" / "SCHEMA-VERSIONING.md"
NO_RECORDS = {"Files and fields", "Files", "Diagnostics", "Tables for spreadsheets", "Records"}


def records() -> dict[str, list[str]]:
    """Return the fields of each record of the data files."""
    found: dict[str, list[str]] = {}
    for schema_type in schema.RECORDS:
        text = (ROOT / "docs" / "schema" / f"{schema_type}.schema.json").read_text(encoding="utf-8")
        found |= {name: list(one["properties"]) for name, one in json.loads(text)["$defs"].items()}
    return found


def test_every_record_has_a_heading() -> None:
    assert set(headings(FIELDS)) - NO_RECORDS == set(records())


@pytest.mark.parametrize("name", sorted(records()))
def test_every_field_of_a_record_is_documented_in_the_order_of_the_file(name: str) -> None:
    table = [(names(row[0])[0], row[1]) for row in rows(section(FIELDS, name))]
    assert [field for field, _ in table] == records()[name]
    assert all(meaning for _, meaning in table)


def test_every_file_that_a_run_leaves_is_documented(prepared: Path) -> None:
    data = prepared / "data"
    given = {"README.md", "settings.example.toml"}
    left = {str(path.relative_to(data)) for path in data.rglob("*") if path.is_file()}
    left = {name for name in left if not name.startswith(("logs/", "sample/"))} - given | {"logs/"}
    assert {names(row[0])[0] for row in rows(section(FIELDS, "Files"))} == left


def test_every_field_of_the_diagnostics_is_documented(prepared: Path) -> None:
    lines = (prepared / "data" / "extraction_diagnostics.jsonl").read_bytes().splitlines()
    found = {field for line in lines for field in json.loads(line)}
    assert {names(row[0])[0] for row in rows(section(FIELDS, "Diagnostics"))} == found


def test_every_field_of_the_execution_log_is_documented(prepared: Path) -> None:
    text = section(ROOT / "docs" / "PIPELINE.md", "9. The execution log")
    table = {names(row[0])[0]: row[1] for row in rows(text)}
    for line in (prepared / "data" / "pipeline_execution_log.json").read_bytes().splitlines():
        record = json.loads(line)
        assert set(record) == set(table)
        assert {field for script in record["scripts"] for field in script} <= set(names(table["scripts"]))


def test_every_version_is_documented() -> None:
    table = rows(section(VERSIONS, "Versions"))
    assert {names(row[0])[0]: row[1] for row in table} == schema.SCHEMAS
    assert {names(row[0])[0]: row[2].partition("]")[0].strip("[") for row in table} == {
        schema_type: record.__name__ for schema_type, record in schema.RECORDS.items()
    }


def test_every_column_of_the_tables_for_spreadsheets_is_documented(prepared: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(prepared, tmp_path / "project", symlinks=True)
    code, said = type_in(folder, "doit csv=yes export_csv --quiet")
    assert code == 0, said
    found = {f"csv/{path.name}": path.read_text().splitlines()[0] for path in (folder / "data" / "csv").iterdir()}
    table = rows(section(FIELDS, "Tables for spreadsheets"))
    assert {names(row[0])[0]: ",".join(names(row[1])) for row in table} == found
