"""The break-even share: the share of a run's calls at which inline work would have cost the same.

The calling thread could have done the work itself. How many calls it would have needed is not known, so the cost of
inline work is a function of the share `f` of the run's `n` calls:

    delegated = run + C/p read + P as output + (P + R) written once, read by A - 1 later calls
    inline(f) = f*n*C + f*f*n*G/2 read + f*G written once + f*O as output + f*G read by A later calls

where n counts the messages of the run that used tokens (a message about an error of the API is none), C is the context
of the call in the calling thread, p the number of delegations in the same message, P and R the sizes of prompt and
result, G the growth of the run's context from its first to its last call, O its output, A the number of later calls of
the calling thread until its context was compacted. The break-even share solves inline(f) = delegated. Only P, R and the
outputs that are placeholders are estimated.

Assumptions:
- f of the calls bring f of the growth and f of the output (and f of the web searches), evenly from call to call.
- A token is a token in both models.
- The context of the calling thread is in its cache, as long as the thread is alive: while it waits, and inline.
- Inline work has the prices of the calling thread's usual model on the day of the call, of its usual tier, and of the
  tier of the context at the call; it writes for the cache lifetimes that the thread writes for.
- Inline work fits into the calling thread's context, and has no use for the run's first context.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isqrt

from msgspec import structs

from common.defaults import CONTEXT_TIERS
from common.measures import rates
from common.measures.cases import CallingThread, Case, tool_use_ids
from common.measures.prices import PriceTable
from common.measures.statistics import quantile
from common.output_rates import rate_of_model
from common.records.paying import PAY_CLASSES, PayClass, Paying
from common.records.tokens import DayTokens
from common.times import DayOf


@dataclass(frozen=True, slots=True)
class Balance:
    """A delegation, and the share of its run's calls at which inline work would have cost the same; None: unknown."""

    case: Case
    share: float | None

    @property
    def pays(self) -> PayClass | None:
        """Whether it pays, None if unknown."""
        run = self.case.delegation.run
        return None if self.share is None or run is None else pay_class(self.share, run.tokens.messages)


def pay_class(share: float, calls: int) -> PayClass:
    """Return "certain" if a single inline call would have cost more, "certainly_not" if all of them less."""
    if share * calls <= 1:
        return "certain"
    return "open" if share <= 1 else "certainly_not"


def balances(cases: Sequence[Case], table: PriceTable, day_of: DayOf) -> list[Balance]:
    """Return the break-even share of each delegation, in order."""
    in_message = Counter(_message(case) for case in cases)
    return [
        Balance(case, break_even(case, in_message[_message(case)], day_of(case.delegation.timestamp or ""), table))
        for case in cases
    ]


def _message(case: Case) -> tuple[int, str | None, str]:
    """Return what calls of one message share; a call without a message id is alone."""
    delegation = case.delegation
    return id(case.session), delegation.caller, delegation.message_id or f"call {delegation.tool_use_id}"


def break_even(case: Case, in_message: int, day: str | None, table: PriceTable) -> float | None:
    """Return the share of the run's calls at which inline work would have cost the same.

    None without a run of known growth and price, or without the context, the later calls or the price of the calling
    thread. `in_message` is the number of delegations that the same message called.
    """
    run, context, later = case.delegation.run, case.delegation.caller_context, case.delegation.caller_calls_after
    prices = _prices(case, day, table)
    if not (
        run and run.tokens.messages and run.first_context and run.last_context and context and prices and case.priced
    ):
        return None
    growth = run.last_context - run.first_context
    if later is None or growth < 0:  # the context of a run shrinks if it was compacted: what it grew by is lost
        return None
    prompt = _tokens_in(case.delegation.prompt, case.parent_model)
    stays = prompt + _tokens_in(case.delegation.result or "", case.parent_model)
    delegated = (
        case.priced.estimated
        + prices.cost(read=context) // in_message
        + prices.cost(output=prompt)
        + (prices.cost(written=stays, read=stays * (later - 1)) if later else 0)
    )
    per_share = prices.cost(
        read=run.tokens.messages * context + later * growth,
        written=growth,
        output=run.tokens.output_estimated,
        searches=sum(tokens.web_searches for tokens in run.tokens_by_day),
    )
    twice_per_square = prices.cost(read=run.tokens.messages * growth)
    # The positive root of twice_per_square/2 * f*f + per_share * f = delegated, in a form that divides by no
    # difference and allows twice_per_square = 0.
    divisor = per_share + isqrt(per_share * per_share + 2 * twice_per_square * delegated)
    return 2 * delegated / divisor if divisor else None


@dataclass(frozen=True, slots=True)
class _Prices:
    """The prices of a calling thread; `usual` is one message of it without tokens."""

    table: PriceTable
    thread: CallingThread
    usual: DayTokens

    def cost(self, *, read: int = 0, written: int = 0, output: int = 0, searches: int = 0) -> int:
        """Return picodollars of tokens read from the cache, written to it and put out, and of web searches."""
        thread = self.thread
        for_an_hour = written * thread.written_for_an_hour // thread.written if thread.written else 0
        tokens = structs.replace(
            self.usual,
            cache_read=read,
            cache_creation_5m=written - for_an_hour,
            cache_creation_1h=for_an_hour,
            output_estimated=output,
            web_searches=searches,
        )
        return self.table.amount([tokens]).estimated


def _prices(case: Case, day: str | None, table: PriceTable) -> _Prices | None:
    """Return the prices of the calling thread on the day; None if they are not known."""
    thread, context = case.caller, case.delegation.caller_context or 0
    if table.price(thread.model, day) is None:
        return None
    usual = DayTokens(
        day=day,
        model=thread.model,
        long_context=context > max(CONTEXT_TIERS),
        over_100k=context > min(CONTEXT_TIERS),
        tier=thread.tier,
        messages=1,
    )
    return _Prices(table, thread, usual)


def _tokens_in(text: str, model: str | None) -> int:
    """Return the estimated tokens of a text as the model cuts it."""
    return round(len(text.encode("utf-8", "replace")) * rate_of_model(model or "", hidden=False).per_byte)


def summarize_paying(balances: Iterable[Balance]) -> Paying:
    """Return whether the delegations pay, and what their runs read before they work."""
    found = list(balances)
    ids = {kind: tool_use_ids(balance.case for balance in found if balance.pays == kind) for kind in PAY_CLASSES}
    runs = [balance.case.delegation.run for balance in found if balance.case.delegation.run]
    started = [run for run in runs if run.first_context]
    sent = sum(rates.context_tokens(run.tokens) for run in started)
    return Paying(
        certain=len(ids["certain"]),
        open=len(ids["open"]),
        certainly_not=len(ids["certainly_not"]),
        unknown=sum(balance.share is None for balance in found),
        break_even=quantile([balance.share for balance in found if balance.share is not None], 0.5),
        first_context=quantile([float(run.first_context) for run in started if run.first_context], 0.5),
        cold_start=sum(run.first_context or 0 for run in started) / sent if sent else None,
        files_read_twice=rates.rate(sum(run.files_read_by_caller for run in runs), sum(run.files_read for run in runs)),
        tool_use_ids={kind: calls for kind, calls in ids.items() if calls},
    )


def shares(balances: Iterable[Balance]) -> dict[str, float]:
    """Return the known break-even shares by id of the delegation."""
    return {balance.case.delegation.tool_use_id: balance.share for balance in balances if balance.share is not None}
