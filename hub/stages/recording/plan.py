"""What a batch of records would do in Odoo: made, changed field by field, nothing, or refused with the reason.

A plan reads and never writes: `hub records try` prints it, posting carries it out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from hub.erp.port.records import FieldFacts, Reference, Upsert, Value
from hub.model.documents.records import MASK, Record, RefusedRows
from hub.model.finding import Finding

#: What becomes of a record; "read": nobody asked Odoo.
Action = Literal["create", "change", "nothing", "refused", "read"]


class Difference(Struct, frozen=True):
    """One field that a record would change. Both sides as people read them; a secret is masked."""

    field: str
    old: str
    new: str


class Planned(Struct, frozen=True, kw_only=True):
    """What is to become of one record, or became of it."""

    label: str
    rows: tuple[int, ...]
    action: Action
    id: int | None = None
    differences: tuple[Difference, ...] = ()
    findings: tuple[Finding, ...] = ()
    record: Record | None = None  # None: its rows could not be read
    upsert: Upsert | None = None  # what carries it out


class Plan(Struct, frozen=True, kw_only=True):
    """What is to become of a batch. `faults` concern the record type as a whole: nothing of it can be done."""

    record_type: str
    model: str
    planned: tuple[Planned, ...]
    faults: tuple[Finding, ...] = ()

    @property
    def tally(self) -> Tally:
        """Return how many rows came to what."""
        return tally(self.planned)


class Tally(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Rows of the file by what became of them: nothing disappears."""

    rows: int
    created: int
    changed: int
    unchanged: int
    refused: int
    read: int = 0  # not compared with Odoo

    def __str__(self) -> str:
        rows = f"{self.rows} row{'s' if self.rows != 1 else ''}"
        if self.read:
            return f"{rows}: {self.read} read, {self.refused} refused"
        return (
            f"{rows}: {self.created} created, {self.changed} changed, "
            f"{self.unchanged} unchanged, {self.refused} refused"
        )


def tally(planned: Iterable[Planned]) -> Tally:
    """Count the rows by what became of them."""
    counts = dict.fromkeys(("create", "change", "nothing", "refused", "read"), 0)
    for one in planned:
        counts[one.action] += len(one.rows)
    return Tally(
        rows=sum(counts.values()),
        created=counts["create"],
        changed=counts["change"],
        unchanged=counts["nothing"],
        refused=counts["refused"],
        read=counts["read"],
    )


def unread(parts: Sequence[RefusedRows]) -> list[Planned]:
    """Return the rows of which no record could be made."""
    return [
        Planned(label=part.label, rows=part.rows, action="refused", findings=part.findings) for part in parts
    ]


def as_text(value: Value) -> str:
    """Return a value of the ERP as records write it; a many2one as the id of its record."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Reference():
            return str(value.id)
        case Decimal():
            return _plain(value)
        case dt.datetime():
            return value.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S")
        case dt.date():
            return value.isoformat()
        case _:
            return str(value)


def shown(value: Value) -> str:
    """Return a value of the ERP as people read it; a many2one by its name."""
    return (value.name or str(value.id)) if isinstance(value, Reference) else as_text(value)


def masked(text: str, *, secret: bool) -> str:
    """Return a text, or that there is one where it is a secret."""
    return MASK if secret and text else text


def same(new: str, old: Value, facts: FieldFacts) -> bool:
    """Say whether a field has this value already, as exactly as Odoo keeps it."""
    if facts.type in {"float", "monetary"}:
        kept = _number(new)
        held = old if isinstance(old, Decimal) else Decimal(0)
        if kept is None:
            return False
        return (
            kept == held if facts.places is None else round(kept, facts.places) == round(held, facts.places)
        )
    if facts.type == "integer":
        return _number(new) == _number(as_text(old))
    if facts.type in {"text", "html"}:
        return " ".join(new.split()) == " ".join(as_text(old).split())
    return new == as_text(old)


def _number(text: str) -> Decimal | None:
    """Return plain text as a number; an empty one is what Odoo makes of it, zero. None for no number."""
    try:
        return Decimal(text or "0")
    except ArithmeticError:
        return None


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") or "0" if "." in text else text
