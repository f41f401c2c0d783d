"""Lanes: what is done in order. Inside a lane one step follows the other; lanes run side by side.

Opening and checking a partner's files is one lane, so the answer to a file never waits for Odoo. What belongs to
orders goes to Odoo in one lane, whatever its kind: a change never overtakes its order, not even while that is tried
again (`Lanes.due`). Money has a lane of its own, and so has each kind of bulk document, of which only a few
are worked on at a time: 50,000 lines of stock delay no order. What goes out is made from Odoo in one lane and sent in
another, each in its order: a 997 that is written waits for nothing but the partner's server.
"""

from __future__ import annotations

from hub.model.documents import DocType

#: How the name of a lane of bulk documents ends; the store looks at it.
BULK = ":bulk"

_BULK = frozenset({DocType.INVENTORY_ADVICE, DocType.PRICE_CATALOG, DocType.RECORDS})
_MONEY = frozenset({DocType.INVOICE, DocType.REMITTANCE})


def opening(partner: str) -> str:
    """Return the lane in which a partner's files are opened and checked."""
    return f"{partner or '-'}:in:open"


def posting(partner: str, document: DocType) -> str:
    """Return the lane in which a partner's document is translated and goes to Odoo."""
    start = f"{partner or '-'}:in"
    if document in _BULK:
        return f"{start}:{document.value}{BULK}"
    return f"{start}:{'money' if document in _MONEY else 'orders'}"


def sending(partner: str) -> str:
    """Return the lane of all that goes out to a partner."""
    return f"{partner or '-'}:out"


def composing(partner: str, document: DocType) -> str:
    """Return the lane in which what is due to a partner is made of what Odoo says; bulk is made apart."""
    return f"{sending(partner)}{BULK if document in _BULK else ':make'}"


def waits_for_odoo(lane: str) -> bool:
    """Say whether what is done in a lane goes to Odoo, and takes as long as Odoo likes."""
    return not lane.endswith((":in:open", ":out"))


def is_bulk(lane: str) -> bool:
    """Say whether a lane holds bulk documents."""
    return lane.endswith(BULK)
