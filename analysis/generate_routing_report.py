"""Write the report as Markdown: what was read, the answer, and its proof, section by section."""

from analysis.reporting.markdown import render_markdown
from analysis.reporting.material import load_material
from analysis.reporting.view import context_of, report_of
from common.data_repository import DataRepository
from common.files import write_atomically
from common.prices import load_prices
from common.script import Input, Output, run


def main(  # noqa: PLR0913 - one option for each file that is read
    *,
    aggregate: Input,
    sessions: Input,
    patterns: Input,
    marathons: Input,
    segmentation: Input,
    diagnostics: Input,
    report: Output,
    timezone: str = "UTC",
    redact: bool = True,
    share: bool = False,
) -> None:
    """Write the report as Markdown."""
    repository = DataRepository(
        enriched=sessions, patterns=patterns, marathons=marathons, segmentation=segmentation, aggregate=aggregate
    )
    material = load_material(repository, diagnostics, timezone, load_prices())
    page = render_markdown(report_of(context_of(material, redact=redact, share=share)))
    write_atomically(report, page.encode())


if __name__ == "__main__":
    run(main)
