"""Records of whether delegations pay, and of the models that were asked for."""

from typing import Literal, get_args

from msgspec import field

from common.records.base import Rate, Record
from common.records.shared import Cost

PayClass = Literal["certain", "open", "certainly_not"]
PAY_CLASSES: tuple[PayClass, ...] = get_args(PayClass)

AskedBy = Literal["call", "definition"]
AsAsked = Literal["yes", "no", "cannot be known"]


class Paying(Record, frozen=True, kw_only=True):
    """Whether delegations pay, and what their runs read before they work; see [paying](DEFINITIONS.md#does-it-pay)."""

    certain: int  #: delegations that cost less than a single call of the calling thread would have
    open: int  #: delegations that pay if the calling thread would have needed enough of the run's calls
    certainly_not: int  #: delegations that cost more than all of the run's calls in the calling thread
    unknown: int  #: delegations without a run, a price, or a context of the run or of the calling thread
    break_even: float | None  #: median break-even share of the known ones, None without any
    first_context: float | None  #: median tokens of the first calls of the runs, None if not known of any
    #: tokens of the first calls / tokens that all calls of these runs sent (input + cache creation + cache read)
    cold_start: float | None
    files_read_twice: Rate  #: files that the calling thread also read, of the files that the runs read
    tool_use_ids: dict[PayClass, list[str]] = field(default_factory=dict)  #: ids of the delegations by class


class OtherPrice(Record, frozen=True, kw_only=True):
    """The same tokens at the price of another model."""

    delegations: int  #: delegations whose run is priced, on its own model and on the other one
    actual: float  #: estimated dollars on the models that ran
    other: float  #: estimated dollars on the other model


class ModelPin(Record, frozen=True, kw_only=True):
    """Delegations to one agent type that ran on one model, with the model that was asked for."""

    agent_type: str  #: agent type, spelled as in the transcript
    model: str  #: model of most messages of the run; without a run, the one that the result names
    asked: str | None  #: model that the call asked for, else the one in the agent's definition; None without either
    asked_by: AskedBy | None  #: whether the call or the definition asks; None if neither does
    as_asked: AsAsked | None  #: whether the runs had that model; None if nothing was asked for
    delegations: int  #: delegations whose model is known
    cost: Cost  #: cost of the runs
    asked_price: OtherPrice  #: the same tokens on the model asked for; an alias such as `opus` has no price
    parent_price: OtherPrice  #: the same tokens on the calling models
    tool_use_ids: list[str] = field(default_factory=list)  #: ids of the delegations
