"""Write tables for spreadsheets: delegations, agents, sessions and workflows as CSV."""

from pathlib import Path

from analysis.reporting.inputs import load_inputs
from analysis.reporting.report import report_context
from analysis.reporting.spreadsheet import spreadsheets
from common.data_repository import DataRepository
from common.defaults import TIMEZONE
from common.files import write_atomically
from common.measures.prices import load_prices
from common.script import Input, conclude, run
from common.text.formatting import plural


def main(  # noqa: PLR0913 - one option for each file that is read
    *,
    aggregate: Input,
    sessions: Input,
    patterns: Input,
    marathons: Input,
    segmentation: Input,
    diagnostics: Input,
    out: Path,
    timezone: str = TIMEZONE,
    redact: bool = True,
    share: bool = False,
    prices: str | None = None,
) -> None:
    """Write delegations.csv, agents.csv, sessions.csv and workflows.csv into the folder --out."""
    repository = DataRepository(enriched=sessions, patterns=patterns, marathons=marathons, segmentation=segmentation)
    inputs = load_inputs(repository, aggregate, diagnostics, timezone, load_prices(prices))
    tables = spreadsheets(report_context(inputs, redact=redact, share=share))
    for table in tables:
        write_atomically(out / f"{table.name}.csv", table.written())
    conclude("; ".join(plural(len(table.cases), table.name.removesuffix("s")) for table in tables))


if __name__ == "__main__":
    run(main)
