"""Quantities below zero where goods are told of: nobody ships, receives or has less than nothing."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import islice

from msgspec import Struct

from hub.model import problems
from hub.model.documents import AnyDocument, DocType
from hub.model.finding import Finding, Severity, Where

#: Documents that tell of goods. An order's or a bill's negative quantity is a return, and judged where it is posted.
_OF_GOODS = frozenset(
    {DocType.SHIP_NOTICE, DocType.WAREHOUSE_ADVICE, DocType.RECEIVING_ADVICE, DocType.INVENTORY_ADVICE}
)
#: Their fields that count goods. What differs from what was ordered may be less than nothing.
_COUNTS = frozenset({"quantity", "received", "returned", "questioned", "damaged", "announced"})
#: So many are told one by one.
_MOST = 30


def below_zero(document: AnyDocument) -> tuple[Finding, ...]:
    """Return a hold for each quantity below zero of a document that tells of goods."""
    if document.doc_type not in _OF_GOODS:
        return ()
    return tuple(_finding(path, value) for path, value in islice(_negative(document, ""), _MOST))


def _negative(part: Struct, path: str) -> Iterator[tuple[str, Decimal]]:
    for name in part.__struct_fields__:
        value, here = getattr(part, name), f"{path}{name}"
        if isinstance(value, Decimal):
            if name in _COUNTS and value < 0:
                yield here, value
        elif isinstance(value, tuple):
            for at, entry in enumerate(value):
                if isinstance(entry, Struct):
                    yield from _negative(entry, f"{here}[{at}].")


def _finding(path: str, value: Decimal) -> Finding:
    return Finding(
        problem=problems.QUANTITY_NEGATIVE,
        severity=Severity.HOLD,
        message=f"{path} is {value}: less than nothing",
        where=Where(path=path),
        value=str(value),
        hint="ask the partner what they mean, and reject this: they send it again",
    )
