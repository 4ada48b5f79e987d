"""Write the report as Markdown: what was read, the answer, and the evidence, section by section."""

from analysis.reporting.inputs import load_inputs
from analysis.reporting.markdown import render_markdown, summary_lines
from analysis.reporting.report import report_context, report_of
from common.data_repository import DataRepository
from common.defaults import TIMEZONE
from common.files import write_atomically
from common.measures.prices import load_prices
from common.script import Input, Output, conclude, run


def main(  # noqa: PLR0913 - one option for each file that is read
    *,
    aggregate: Input,
    sessions: Input,
    patterns: Input,
    marathons: Input,
    segmentation: Input,
    diagnostics: Input,
    report: Output,
    timezone: str = TIMEZONE,
    redact: bool = True,
    share: bool = False,
    prices: str | None = None,
    warnings: tuple[str, ...] = (),
) -> None:
    """Write the report as Markdown."""
    repository = DataRepository(enriched=sessions, patterns=patterns, marathons=marathons, segmentation=segmentation)
    inputs = load_inputs(repository, aggregate, diagnostics, timezone, load_prices(prices))
    view = report_of(report_context(inputs, redact=redact, share=share, warnings=warnings))
    page = render_markdown(view)
    write_atomically(report, page.encode())
    conclude("\n".join((*summary_lines(view), f"{len(page.splitlines()):,} lines")))


if __name__ == "__main__":
    run(main)
