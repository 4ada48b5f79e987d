"""Columns of spreadsheets: a head with the function that returns the value of a row, and columns of several tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from common.measures.success import causes, hollow_kinds, returned_rate, success_rate
from common.records.sessions import CAUSES, HOLLOW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analysis.reporting.inputs import Numbered
    from analysis.reporting.masking import Masking
    from common.records.base import Rate
    from common.records.sessions import Cause, EnrichedSession, ResultKind, Run
    from common.records.tokens import Tokens

T = TypeVar("T")
Field: TypeAlias = str | float | None
Column: TypeAlias = tuple[str, Callable[[T], Field]]


def of_run(value: Callable[[Run], Field]) -> Callable[[Numbered], Field]:
    """Return the value of a delegation's run, None without one."""
    return lambda numbered: value(numbered.delegation.run) if numbered.delegation.run else None


def token_columns(of: Callable[[T], Tokens | None]) -> Iterator[Column[T]]:
    """Yield the columns of tokens by kind, empty where unknown."""

    def known(value: Callable[[Tokens], Field]) -> Callable[[T], Field]:
        return lambda row: value(tokens) if (tokens := of(row)) is not None else None

    yield "input_tokens", known(lambda tokens: tokens.input)
    yield "cache_creation_tokens", known(lambda tokens: tokens.cache_creation)
    yield "cache_read_tokens", known(lambda tokens: tokens.cache_read)
    yield "output_tokens_recorded", known(lambda tokens: tokens.output)
    yield "output_tokens_estimated", known(lambda tokens: tokens.output_estimated)


def rate_columns(name: str, of: Callable[[T], Rate]) -> Iterator[Column[T]]:
    """Yield the columns of a rate with its sample and its interval."""
    yield f"{name}_hits", lambda row: of(row).hits
    yield f"{name}_total", lambda row: of(row).total
    yield f"{name}_unknown", lambda row: of(row).unknown
    yield f"{name}_low", lambda row: of(row).low
    yield f"{name}_high", lambda row: of(row).high


def evidence_columns(masking: Masking) -> Iterator[Column[Numbered]]:
    """Yield the columns of what a delegation shows: edits, tests and builds, the token that was used and its place."""

    def token(numbered: Numbered) -> str | None:
        used = numbered.delegation.used
        words = masking.words(used.token) if used else None
        return words.text if words else None

    def place(numbered: Numbered) -> str | None:
        used = numbered.delegation.used
        found = masking.place(numbered.delegation.file, used.line) if used else None
        return found.text if found else None

    yield "edits", of_run(lambda run: len(run.edits))
    yield "checks", of_run(lambda run: run.checks)
    yield "used", token
    yield "used_place", place


def session_end_columns() -> Iterator[Column[EnrichedSession]]:
    """Yield the columns of how a session's delegations ended: rates, hollow results by kind, others by cause."""

    def success(session: EnrichedSession) -> Rate:
        return success_rate(session.delegations)

    def returned(session: EnrichedSession) -> Rate:
        return returned_rate(session.delegations)

    def hollow(kind: ResultKind) -> Callable[[EnrichedSession], Field]:
        return lambda session: hollow_kinds(session.delegations)[kind]

    def ended(cause: Cause) -> Callable[[EnrichedSession], Field]:
        return lambda session: causes(session.delegations)[cause]

    yield from rate_columns("success", success)
    yield from rate_columns("returned", returned)
    yield from ((f"hollow_{kind}", hollow(kind)) for kind in HOLLOW)
    yield from ((f"ended_by_{cause}", ended(cause)) for cause in CAUSES)
