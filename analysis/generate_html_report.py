"""Write the report as one HTML page: the content of the Markdown report, with charts and a card for each delegation."""

from analysis.reporting.charts.all import with_charts
from analysis.reporting.html import drawn_words, render_html
from analysis.reporting.inputs import load_inputs
from analysis.reporting.report import report_context, report_of
from common.data_repository import DataRepository
from common.defaults import TIMEZONE
from common.files import write_atomically
from common.measures.prices import load_prices
from common.script import Input, Output, conclude, run
from common.text.formatting import plural


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
    """Write the report as one HTML page."""
    repository = DataRepository(enriched=sessions, patterns=patterns, marathons=marathons, segmentation=segmentation)
    inputs = load_inputs(repository, aggregate, diagnostics, timezone, load_prices(prices))
    context = report_context(inputs, redact=redact, share=share, warnings=warnings)
    page = render_html(with_charts(report_of(context), context, drawn_words()), context)
    write_atomically(report, page.encode())
    conclude(f"{plural(len(inputs.delegations), 'delegation')}, {len(page) // 1000} kB")


if __name__ == "__main__":
    run(main)
