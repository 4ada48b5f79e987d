"""The report: its sections in order, built once, rendered by two sets of templates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.reporting.blocks import Block, Bullets, Paragraph, Section, Sentence
from analysis.reporting.context import Context
from analysis.reporting.evidence import groups_of
from analysis.reporting.findings import answer_sentences
from analysis.reporting.masking import masking_of
from analysis.reporting.sections.agents import agents_blocks
from analysis.reporting.sections.costs import costs_blocks
from analysis.reporting.sections.marathons import marathons_blocks
from analysis.reporting.sections.own import own_blocks
from analysis.reporting.sections.paying import paying_blocks
from analysis.reporting.sections.periods import periods_blocks
from analysis.reporting.sections.quality import quality_blocks
from analysis.reporting.sections.read import read_blocks
from analysis.reporting.sections.routing import routing_blocks
from analysis.reporting.sections.transitions import transitions_blocks
from analysis.reporting.sections.workflows import workflows_blocks

if TYPE_CHECKING:
    from analysis.reporting.inputs import ReportInputs


@dataclass(frozen=True, slots=True)
class Report:
    """A report: its sections in order."""

    sections: tuple[Section, ...]


def report_context(inputs: ReportInputs, *, redact: bool, share: bool, warnings: tuple[str, ...] = ()) -> Context:
    """Return what the sections are made from."""
    return Context(inputs, masking_of(inputs, redact=redact, share=share), groups_of(inputs), warnings)


def report_of(context: Context) -> Report:
    """Return the report, without its charts and cards."""
    sections = (
        Section("read", read_blocks(context)),
        Section("answer", _answer_blocks(context)),
        Section("agents", agents_blocks(context)),
        Section("routing", routing_blocks(context)),
        Section("workflows", workflows_blocks(context)),
        Section("transitions", transitions_blocks(context)),
        Section("marathons", marathons_blocks(context)),
        Section("periods", periods_blocks(context)),
        Section("costs", costs_blocks(context)),
        Section("paying", paying_blocks(context)),
        Section("own", own_blocks(context)),
        Section("quality", quality_blocks(context)),
    )
    return Report(tuple(section for section in sections if section.blocks))


def _answer_blocks(context: Context) -> tuple[Block, ...]:
    """Return the answer in at most five sentences."""
    found = answer_sentences(context)
    return (Bullets(found) if found else Paragraph((Sentence("no_answer"),)),)
