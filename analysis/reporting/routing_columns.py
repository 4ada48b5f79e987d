"""Columns of the spreadsheet of delegations: suspected misroutes and roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from analysis.reporting.context import Context
    from analysis.reporting.inputs import Numbered
    from common.records.routing_quality import Misroute


def routing_columns(context: Context) -> Iterator[tuple[str, Callable[[Numbered], str | None]]]:
    """Yield the columns of what is suspected and of the role asked for, empty where there is neither."""
    quality, masking = context.inputs.results.routing_quality, context.masking
    suspected = {misroute.tool_use_id: misroute for misroute in quality.misroutes}
    roles = {tool_use_id: play.role for play in quality.role_play for tool_use_id in play.tool_use_ids}

    def of_misroute(value: Callable[[Misroute], str | None]) -> Callable[[Numbered], str | None]:
        return lambda numbered: value(found) if (found := suspected.get(numbered.delegation.tool_use_id)) else None

    def role(numbered: Numbered) -> str | None:
        words = masking.words(roles.get(numbered.delegation.tool_use_id))
        return words.text if words else None

    yield "suggested_agent", of_misroute(lambda misroute: masking.name(misroute.suggested).text)
    yield "suggested_by", of_misroute(lambda misroute: masking.name(misroute.rule).text)
    yield "suggested_was", of_misroute(lambda misroute: misroute.available)
    yield "asked_to_play", role
