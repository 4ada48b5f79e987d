"""Context of the sections, and constructors of cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.reporting.blocks import Cell, Code, Quote, Ref

if TYPE_CHECKING:
    from analysis.reporting.evidence import Groups
    from analysis.reporting.inputs import ReportInputs
    from analysis.reporting.masking import Masking
    from common.records.base import Rate

TASK_LENGTH = 100


@dataclass(frozen=True, slots=True)
class Context:
    """The inputs, the masking of foreign text, the delegations behind each number, the warnings of the run."""

    inputs: ReportInputs
    masking: Masking
    groups: Groups
    warnings: tuple[str, ...] = ()

    def agent(self, name: str) -> Cell:
        """Return an agent's name, leading to its delegations."""
        return Cell(self.masking.name(name), target=self.groups.target("agent", name))

    def agent_ref(self, name: str) -> Ref:
        """Return an agent's name for a sentence, leading to its delegations."""
        return Ref(self.masking.name(name), self.groups.target("agent", name))

    def task(self, tool_use_id: str, length: int = TASK_LENGTH) -> Quote | None:
        """Return a delegation's task in short: its description, else the beginning of its prompt.

        It is taken from the whole text: the results have it cut, and a cut text can no longer be redacted.
        """
        number = self.groups.number_by_id.get(tool_use_id)
        if number is None:
            return None
        delegation = self.inputs.delegations[number - 1].delegation
        return self.masking.words(delegation.description or delegation.prompt, length)

    def result(self, tool_use_id: str, length: int) -> Quote | None:
        """Return the beginning of a delegation's result, taken from the whole text as in `task`."""
        number = self.groups.number_by_id.get(tool_use_id)
        if number is None:
            return None
        return self.masking.words((self.inputs.delegations[number - 1].delegation.result or "").strip(), length)

    def card(self, tool_use_id: str) -> Ref | None:
        """Return the number of a delegation, leading to its card."""
        number = self.groups.number_by_id.get(tool_use_id)
        return None if number is None else Ref(f"#{number}", f"d{number}")

    def card_cell(self, tool_use_id: str) -> Cell:
        """Return the number of a delegation as a cell, leading to its card."""
        number = self.groups.number_by_id.get(tool_use_id)
        return count_cell(number, self.groups.card(tool_use_id))


def count_cell(value: float | None, target: str | None = None) -> Cell:
    """Return a whole number."""
    return Cell(value, "count", target)


def rate_cell(value: Rate | None, target: str | None = None) -> Cell:
    """Return a rate with its sample."""
    return Cell(value, "rate", target)


def share_cell(value: float | None) -> Cell:
    """Return a share of one."""
    return Cell(value, "share")


def money_cell(value: float | None, target: str | None = None) -> Cell:
    """Return US dollars."""
    return Cell(value, "money", target)


def tokens_cell(value: float | None) -> Cell:
    """Return a number of tokens."""
    return Cell(value, "tokens")


def duration_cell(value: float | None) -> Cell:
    """Return seconds."""
    return Cell(value, "duration")


def decimal_cell(value: float | None) -> Cell:
    """Return a number with its decimals."""
    return Cell(value, "decimal")


def word_cell(value: str | None) -> Cell:
    """Return a word of our own: an outcome, a verdict, a reason."""
    return Cell(value, "word")


def text_cell(value: Code | Quote | str | None) -> Cell:
    """Return a name, words, or a day."""
    return Cell(value)
