"""Record types and batches for tests: vendors by reference, and slips with lines."""

from __future__ import annotations

import itertools
from typing import Any

from hub.model.documents import Record, RecordBatch
from hub.model.documents.records import RecordLine, record_key
from hub.model.record_types import FieldSource, Lines, RecordType

_ordinals = itertools.count(1)

VENDORS = RecordType(
    match="vendors*",
    model="res.partner",
    system_of_record="partner",
    key=("Ref",),
    find_by=("ref",),
    fields={
        "ref": "Ref",
        "name": "Name",
        "city": "City",
        "phone": "Phone",
        "email": FieldSource(column="Mail", review=True, secret=True),
        "country_id": FieldSource(column="Country", look_up="res.country", by="code"),
    },
    owner={"phone": "odoo"},
)

SLIPS = RecordType(
    match="slips*",
    model="stock.picking",
    system_of_record="partner",
    key=("Slip",),
    fields={
        "origin": "Slip",
        "picking_type_id": FieldSource(value="outgoing", look_up="stock.picking.type", by="code"),
        "scheduled_date": FieldSource(column="At", type="datetime"),
    },
    lines={
        "move_ids": Lines(
            key=("Line",),
            fields={
                "product_id": FieldSource(column="Item", look_up="product.product", by="default_code"),
                "product_uom_qty": FieldSource(column="Qty", type="decimal"),
            },
        )
    },
)


def a_code(prefix: str) -> str:
    """Return a code that no other test of this process has."""
    return f"{prefix}{next(_ordinals)}"


def record(name: str, key: str, values: dict[str, str], **lines: list[dict[str, str]]) -> Record:
    """Return a record of one row."""
    return Record(
        key=record_key("crew", name, (key,)),
        label=key,
        rows=(next(_ordinals) + 1,),
        values=values,
        lines={
            field: tuple(RecordLine(key=str(n), row=2, values=line) for n, line in enumerate(part, 1))
            for field, part in lines.items()
        },
    )


def batch(name: str, *records: Record) -> RecordBatch:
    """Return a batch of these records."""
    return RecordBatch(number=f"{name} 2-99", record_type=name, records=records)


def changed(kind: RecordType, **changes: Any) -> RecordType:
    """Return a record type with other keys."""
    return RecordType(**{**{name: getattr(kind, name) for name in kind.__struct_fields__}, **changes})
