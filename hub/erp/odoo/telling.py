"""What is told beside a record: a note in its chatter, and an activity that asks somebody. As rows of `load`.

Odoo's `message_post` and `activity_schedule` have no key: when their answer is lost nobody knows whether it was told,
and telling again tells twice. Loaded with an external id, like all that the hub makes, each is there once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from types import MappingProxyType
from typing import TypeAlias

from msgspec import Struct

from hub.erp.odoo.line_keys import external_id
from hub.model.exchange import ErpRecord

#: Columns and cells of one row of `load`.
Row: TypeAlias = tuple[list[str], list[str]]

#: External id of Odoo's own record of a model, on which somebody may be asked to act (ir.model by name needs rights).
_MODELS: Mapping[str, str] = MappingProxyType(
    {
        "purchase.order": "purchase.model_purchase_order",
        "sale.order": "sale.model_sale_order",
        "stock.picking": "stock.model_stock_picking",
    }
)


class Asked(Struct, frozen=True, kw_only=True):
    """What somebody is asked to do about a record."""

    summary: str
    note: tuple[str, ...] = ()  # lines of plain text
    user: int = 0  # res.users id; 0: nobody in particular


def note_key(key: str) -> str:
    """Return the key of the note that is told under a key."""
    return f"{key}_note"


def note(key: str, record: ErpRecord, body: str) -> Row:
    """Return an internal note of plain text, the way `message_post` writes one."""
    row = {
        "id": external_id(note_key(key)),
        "model": record.model,
        "res_id": str(record.id),
        "body": _html(body.splitlines()),
        "message_type": "notification",
        "subtype_id/id": "mail.mt_note",
    }
    return list(row), list(row.values())


def activity(key: str, record: ErpRecord, asked: Asked) -> Row:
    """Return an activity of today on a sale order, a purchase order or a transfer."""
    row = {
        "id": external_id(f"{key}_activity"),
        "res_model_id/id": _MODELS[record.model],
        "res_id": str(record.id),
        "summary": asked.summary,
        "note": _html(asked.note),
    }
    if asked.user:
        row["user_id/.id"] = str(asked.user)
    return list(row), list(row.values())


def _html(lines: Sequence[str]) -> str:
    return f"<p>{'<br>'.join(escape(line, quote=False) for line in lines)}</p>"
