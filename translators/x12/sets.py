"""Which X12 transaction set carries which kind of document."""

from __future__ import annotations

from hub.model.documents import DocType

#: Kind of document -> (ST01, GS01). The first set that we write for it; 999 is read as well.
SET_IDS: dict[DocType, tuple[str, str]] = {
    DocType.PURCHASE_ORDER: ("850", "PO"),
    DocType.ORDER_ACKNOWLEDGMENT: ("855", "PR"),
    DocType.ORDER_CHANGE: ("860", "PC"),
    DocType.ORDER_CHANGE_ACKNOWLEDGMENT: ("865", "CA"),
    DocType.SHIP_NOTICE: ("856", "SH"),
    DocType.INVOICE: ("810", "IN"),
    DocType.INVENTORY_ADVICE: ("846", "IB"),
    DocType.PRICE_CATALOG: ("832", "SC"),
    DocType.REMITTANCE: ("820", "RA"),
    DocType.RECEIVING_ADVICE: ("861", "RC"),
    DocType.WAREHOUSE_ORDER: ("940", "OW"),
    DocType.WAREHOUSE_ADVICE: ("945", "SW"),
    DocType.APPLICATION_ADVICE: ("824", "AG"),
    DocType.FUNCTIONAL_ACK: ("997", "FA"),
}

_DOCTYPES = {set_id: document for document, (set_id, _) in SET_IDS.items()} | {"999": DocType.FUNCTIONAL_ACK}


def doctype(set_id: str) -> DocType:
    """Return the kind of document of a transaction set, UNKNOWN for sets that the hub does not trade in."""
    return _DOCTYPES.get(set_id, DocType.UNKNOWN)
