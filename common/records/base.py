"""Base classes of all records, and the declaration of a file's schema."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import ClassVar, NamedTuple

from msgspec import Struct

Plain = dict[str, object]
Migration = Callable[[Plain], Plain]


class Schema(NamedTuple):
    """The declaration of a data file: its type, its version, and how to read files of an older MAJOR.

    `migrations` maps a MAJOR to the function that turns the plain object of that MAJOR into one of the next. The
    reader sets the version.
    """

    type: str
    version: str
    migrations: Mapping[int, Migration] = MappingProxyType({})


def objects_in(value: object) -> Iterator[Plain]:
    """Yield the objects of a list, for a migration; the reader refuses everything else later."""
    yield from (item for item in value if isinstance(item, dict)) if isinstance(value, list) else ()


class Record(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all records: frozen, keyword fields only; an unknown field in a file is an error."""


class Rate(Record, frozen=True, kw_only=True):
    """A share with its sample size."""

    hits: int  #: cases that count
    total: int  #: cases whose state is known
    unknown: int  #: further cases whose state is not known
    low: float | None  #: lower end of the 95 % Wilson interval, None if `total` is 0
    high: float | None  #: upper end of the interval


class Envelope(Record, frozen=True, kw_only=True):
    """The first fields of every JSON data file."""

    schema: ClassVar[Schema]

    schema_type: str  #: type of the file
    schema_version: str  #: MAJOR.MINOR.PATCH of its fields
    generator: str  #: program that wrote the file, and its version
