"""Columns of spreadsheets: a head with the function that returns the value of a row, and columns of several tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analysis.reporting.inputs import Numbered
    from common.records.base import Rate
    from common.records.sessions import Run
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
