"""Masking of foreign text: a report shows all of it, all but secrets, or figures only.

A whole text is redacted before it is cut, never after: half a key no longer looks like one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from analysis.reporting.blocks import Code, Quote
from common.projects import split_worktree
from common.records.sessions import NOT_RECORDED
from common.text.escaping import one_line, shorten, visible
from common.text.formatting import NO_DATA, plural
from common.text.redaction import Redactor, keep

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from analysis.reporting.inputs import ReportInputs
    from common.records.sessions import EnrichedDelegation, EnrichedSession
    from common.text.redaction import Redact

NAME_LENGTH, WORDS_LENGTH, PATH_LENGTH, SESSION_LENGTH, CACHED_NAMES = 60, 160, 400, 8, 50_000
NO_NAME = "not recorded"
DETAIL_LENGTH = 200  # extraction cuts the text that decided an outcome here


@dataclass(frozen=True, slots=True)
class Masking:
    """The rule for foreign text. `share` leaves out words and places and numbers projects and sessions."""

    redact: Redact
    redacted: bool
    share: bool
    number_by_project: Mapping[str, int]
    number_by_session: Mapping[str, int]

    def name(self, text: str | None, length: int = NAME_LENGTH) -> Code:
        """Return a name: of an agent, a model, a period, a version, a figure, a reason; words if none is recorded."""
        if text == NOT_RECORDED:
            return Code(NO_NAME)
        return Code(shorten(one_line(self.redact(text)), length) if text else NO_DATA)

    def project(self, text: str, worktrees: int = 0) -> Code:
        """Return a project's name, its number if shared, and how many worktrees are counted in it."""
        shown = Code(f"project {self.number_by_project[text]}") if self.share else self.name(text)
        return Code(f"{shown.text} +{plural(worktrees, 'worktree')}") if worktrees else shown

    def root(self, path: str, number: int) -> Code:
        """Return a root as the user named it, its number if shared."""
        return Code(f"root {number}") if self.share else self.name(path, PATH_LENGTH)

    def session(self, session_id: str) -> Code:
        """Return the beginning of a session's id, its number if shared."""
        if self.share:
            return Code(f"session {self.number_by_session[session_id]}")
        return Code(shorten(one_line(self.redact(session_id)), SESSION_LENGTH + 1).removesuffix("…"))

    def words(self, text: str | None, length: int = WORDS_LENGTH) -> Quote | None:
        """Return words on one line, None if there are none or they are not shared."""
        if self.share or not text or not text.strip():
            return None
        return Quote(shorten(one_line(self.redact(text)), length))

    def reason(self, delegation: EnrichedDelegation) -> Quote | None:
        """Return what decided the outcome, from the whole result where it begins with it: the detail itself is cut."""
        detail = delegation.outcome_detail or ""
        begins = (
            bool(detail) and delegation.result is not None and delegation.result.lstrip().startswith(detail.strip())
        )
        whole = delegation.result if begins else detail if len(detail) < DETAIL_LENGTH else detail.rpartition(" ")[0]
        return self.words(whole, DETAIL_LENGTH)

    def place(self, file: str, line: int) -> Code | None:
        """Return file:line, None if shared."""
        return None if self.share else Code(one_line(self.redact(f"{file}:{line}")))

    def whole(self, text: str | None, length: int) -> str | None:
        """Return a text with its lines, cut to `length`; None if there is none or it is not shared."""
        if self.share or not text or not text.strip():
            return None
        return shorten(visible(self.redact(text)), length)


def masking_of(inputs: ReportInputs, *, redact: bool, share: bool) -> Masking:
    """Return how the foreign text of `inputs` is shown; `share` always redacts."""
    sessions = inputs.enriched.sessions
    function: Redact = keep
    if redact or share:
        agents = {delegation.agent_type for session in sessions for delegation in session.delegations}
        learnt = Redactor.learn(all_texts(inputs), not_owners=agents)
        function = lru_cache(CACHED_NAMES)(learnt)
    return Masking(
        redact=function,
        redacted=redact or share,
        share=share,
        number_by_project=_numbers(_projects(inputs)),
        number_by_session=_numbers(
            [session.session_id for session in sessions]
            + [workflow.session_id for workflow in inputs.results.metrics.workflows]
        ),
    )


def _projects(inputs: ReportInputs) -> Iterator[str]:
    """Yield every project that a report may name, those of the sessions first."""
    yield from (inputs.project_of(session).name for session in inputs.enriched.sessions)
    yield from (split_worktree(key).name for key in sorted(inputs.enriched.tokens_by_day_elsewhere))
    yield from (group.name for group in inputs.results.metrics.projects)
    yield from (spending.name for spending in inputs.results.metrics.spending_by_project)
    for comparison in inputs.segmentation.comparisons:
        yield from (
            confounder.name for confounder in comparison.confounders if confounder.kind == "project" and confounder.name
        )


def _numbers(names: Iterable[str]) -> dict[str, int]:
    """Return a number for each name, from 1 in order of first appearance."""
    return {name: number for number, name in enumerate(dict.fromkeys(names), start=1)}


def all_texts(inputs: ReportInputs) -> Iterator[str]:
    """Yield every foreign text of the data in the order of the file."""
    yield from inputs.enriched.source.roots
    for session in inputs.enriched.sessions:
        yield from _texts_of_session(session)
    for workflow in inputs.results.metrics.workflows:
        yield from (workflow.session_id, workflow.run_id or "", workflow.name or "", workflow.status)
        yield from (phase.name or "" for phase in workflow.phases)
    for definition in inputs.patterns.definitions:
        yield from (definition.name, definition.description or "")
    for diagnostic in inputs.diagnostics:
        yield diagnostic.file


def _texts_of_session(session: EnrichedSession) -> Iterator[str]:
    """Yield the texts of a session and its delegations."""
    yield from (session.project, session.cwd or "", session.session_id)
    for delegation in session.delegations:
        yield from filter(None, _texts_of_delegation(delegation))


def _texts_of_delegation(delegation: EnrichedDelegation) -> Iterator[str | None]:
    """Yield the texts of a delegation."""
    yield from (
        delegation.agent_type,
        delegation.description,
        delegation.prompt,
        delegation.result,
        delegation.user_context_before,
    )
    yield from (
        delegation.assistant_synthesis_after,
        delegation.outcome_detail,
        delegation.model,
        delegation.file,
        delegation.tool_use_id,
    )
