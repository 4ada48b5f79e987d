"""Every file of the data directory, every field in it and every version of it is documented, and nothing else is."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

from common import schema
from common.records.base import Record
from common.records.extraction import Diagnostic
from tests import make_reference
from tests.docs.pages import ROOT, names, rows, section
from tests.docs.walking import type_in

if TYPE_CHECKING:
    from pathlib import Path

FIELDS = ROOT / "docs" / "FIELDS.md"
VERSIONS = ROOT / "docs" / "SCHEMA-VERSIONING.md"


def test_a_meaning_is_read_behind_its_field_or_above_it() -> None:
    source = '''class Loop(Record):
    """A loop."""

    agent_type: str  #: X, "spelled" as it is
    #: how often,
    #: None if never
    count: int | None = None
    bare: str  # no meaning
'''
    assert make_reference.own_meanings(source) == {
        "agent_type": 'X, "spelled" as it is',
        "count": "how often, None if never",
    }


def test_every_field_of_every_record_has_a_meaning() -> None:
    files: list[type[Record]] = [*schema.file_records().values(), Diagnostic]
    records = {name: record for file in files for name, record in make_reference.records_of(file).items()}
    assert len(records) > 50
    missing = {
        name: set(record.__struct_fields__) - make_reference.meanings(record).keys() for name, record in records.items()
    }
    assert {name: fields for name, fields in missing.items() if fields} == {}


def test_the_page_of_fields_is_made_from_the_records() -> None:
    assert FIELDS.read_text(encoding="utf-8") == make_reference.fields_page(), "run python -m tests.make_reference"


def test_the_json_schemas_are_made_from_the_records() -> None:
    found = {path.name: path.read_text(encoding="utf-8") for path in make_reference.SCHEMAS.iterdir()}
    assert found == make_reference.json_schemas(), "run python -m tests.make_reference"


def test_every_file_that_a_run_leaves_is_documented(prepared: Path) -> None:
    data = prepared / "data"
    given = {"README.md", "settings.example.toml"}
    left = {str(path.relative_to(data)) for path in data.rglob("*") if path.is_file()}
    left = {name for name in left if not name.startswith(("logs/", "sample/"))} - given | {"logs/"}
    assert {names(row[0])[0] for row in rows(section(FIELDS, "Files"))} == left


def test_every_field_of_the_diagnostics_is_documented(prepared: Path) -> None:
    lines = (prepared / "data" / "extraction_diagnostics.jsonl").read_bytes().splitlines()
    found = {field for line in lines for field in json.loads(line)}
    assert {names(row[0])[0] for row in rows(section(FIELDS, "Diagnostic"))} == found


def test_every_field_of_the_execution_log_is_documented(prepared: Path) -> None:
    text = section(ROOT / "docs" / "PIPELINE.md", "9. The execution log")
    table = {names(row[0])[0]: row[1] for row in rows(text)}
    for line in (prepared / "data" / "pipeline_execution_log.json").read_bytes().splitlines():
        record = json.loads(line)
        assert set(record) == set(table)
        assert {field for script in record["scripts"] for field in script} <= set(names(table["scripts"]))


def test_every_version_is_documented() -> None:
    table = rows(section(VERSIONS, "Versions"))
    files = schema.file_records()
    assert {names(row[0])[0]: row[1] for row in table} == {
        name: record.schema.version for name, record in files.items()
    }
    assert {names(row[0])[0]: row[2].partition("]")[0].strip("[") for row in table} == {
        name: file.__name__ for name, file in files.items()
    }


def test_every_column_of_the_tables_for_spreadsheets_is_documented(prepared: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(prepared, tmp_path / "project", symlinks=True)
    code, said = type_in(folder, "doit csv=yes export_csv --quiet")
    assert code == 0, said
    found = {f"csv/{path.name}": path.read_text().splitlines()[0] for path in (folder / "data" / "csv").iterdir()}
    table = rows(section(FIELDS, "Tables for spreadsheets"))
    assert {names(row[0])[0]: ",".join(names(row[1])) for row in table} == found
