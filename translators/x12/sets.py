"""Which X12 transaction set carries which kind of document."""

from __future__ import annotations

from itertools import islice

from hub.model.documents import DocType
from hub.model.envelope import Envelope
from translators.x12.tokens import decode, segments

#: A number is shown up to here; X12 allows 22 to 30 characters.
MOST_NUMBER = 60

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

#: GS01 by ST01: the groups of the sets that our dictionaries describe. 869 and 870 share theirs.
GROUPS: dict[str, str] = dict(SET_IDS.values()) | {
    "204": "SM", "210": "IM", "211": "BL", "214": "QM", "753": "RF", "754": "RG", "812": "CD", "830": "PS",
    "852": "PD", "857": "BS", "862": "SS", "867": "PT", "869": "RS", "870": "RS", "875": "OG", "880": "GP",
    "943": "AR", "944": "RE", "947": "AW", "990": "GF", "999": "FA",
}  # fmt: skip

#: Where each set has its own number: segment and element, all in its first segment after ST.
NUMBER_AT: dict[DocType, tuple[str, int]] = {
    DocType.PURCHASE_ORDER: ("BEG", 3),
    DocType.ORDER_ACKNOWLEDGMENT: ("BAK", 8),
    DocType.SHIP_NOTICE: ("BSN", 2),
    DocType.INVOICE: ("BIG", 2),
    DocType.ORDER_CHANGE: ("BCH", 3),
    DocType.ORDER_CHANGE_ACKNOWLEDGMENT: ("BCA", 3),
    DocType.INVENTORY_ADVICE: ("BIA", 3),
    DocType.PRICE_CATALOG: ("BCT", 2),
    DocType.RECEIVING_ADVICE: ("BRA", 1),
    DocType.WAREHOUSE_ORDER: ("W05", 2),
    DocType.WAREHOUSE_ADVICE: ("W06", 2),
    DocType.APPLICATION_ADVICE: ("BGN", 2),
}


def peek_number(payload: bytes, envelope: Envelope, document: DocType) -> str:
    """Return a set's own number as it stands there, also of one that cannot be read; empty when it has none."""
    name, position = NUMBER_AT.get(document, ("", 0))
    text = decode(payload, envelope.delimiters)
    for segment in islice(segments(text, envelope.delimiters), 1, 2):
        elements = segment.split(envelope.delimiters.element)
        if elements[0] == name and len(elements) > position:
            return elements[position].strip()[:MOST_NUMBER]
    return ""


def doctype(set_id: str) -> DocType:
    """Return the kind of document of a transaction set, UNKNOWN for sets that the hub does not trade in."""
    return _DOCTYPES.get(set_id, DocType.UNKNOWN)
