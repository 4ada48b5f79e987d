"""What all records share: the base class, a rate, and the fields that begin every data file."""

from msgspec import Struct


class Record(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all records: frozen, named fields only, an unknown field in a file is an error."""


class Rate(Record, frozen=True, kw_only=True):
    """A share with its sample: `hits` of `total` known cases, `unknown` more, 95 % Wilson interval.

    `low` and `high` are None where `total` is 0: no data.
    """

    hits: int
    total: int
    unknown: int
    low: float | None
    high: float | None


class Envelope(Record, frozen=True, kw_only=True):
    """How every JSON file of ours begins."""

    schema_type: str
    schema_version: str
    generator: str
