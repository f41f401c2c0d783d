"""Which X12 transaction set carries which kind of document.

Several sets may carry one kind: a warehouse order is a 940 when goods are to be shipped and a 943 when they are
to be expected, and the grocery trade writes its orders as 875. What comes is read by its ST01; what goes is written
by the document's own `kind`, and else as was agreed.
"""

from __future__ import annotations

from typing import NamedTuple

from hub.model.documents import DocType
from hub.model.envelope import Envelope
from translators.x12.tokens import decode, segments

#: A number is shown up to here; X12 allows 22 to 30 characters.
MOST_NUMBER = 60
_BEGINNING = 500  # bytes of a set that hold its first two segments, and the beginning of a third


class Carried(NamedTuple):
    """What a transaction set carries."""

    document: DocType
    group: str  # GS01
    number: tuple[str, int] = (
        "",
        0,
    )  # segment and element of its own number; the segment is the first after ST
    kind: str = ""  # the document's `kind`, where each kind has a set of its own


#: ST01 -> what it carries. Of several sets that carry one kind of document, the first is what we write as a rule.
CARRIED: dict[str, Carried] = {
    "850": Carried(DocType.PURCHASE_ORDER, "PO", ("BEG", 3)),
    "875": Carried(DocType.PURCHASE_ORDER, "OG", ("G50", 3)),
    "855": Carried(DocType.ORDER_ACKNOWLEDGMENT, "PR", ("BAK", 8)),
    "860": Carried(DocType.ORDER_CHANGE, "PC", ("BCH", 3)),
    "865": Carried(DocType.ORDER_CHANGE_ACKNOWLEDGMENT, "CA", ("BCA", 3)),
    "856": Carried(DocType.SHIP_NOTICE, "SH", ("BSN", 2)),
    "810": Carried(DocType.INVOICE, "IN", ("BIG", 2)),
    "880": Carried(DocType.INVOICE, "GP", ("G01", 2)),
    "846": Carried(DocType.INVENTORY_ADVICE, "IB", ("BIA", 3)),
    "832": Carried(DocType.PRICE_CATALOG, "SC", ("BCT", 2)),
    "820": Carried(DocType.REMITTANCE, "RA"),
    "861": Carried(DocType.RECEIVING_ADVICE, "RC", ("BRA", 1)),
    "940": Carried(DocType.WAREHOUSE_ORDER, "OW", ("W05", 2), "ship"),
    "943": Carried(DocType.WAREHOUSE_ORDER, "AR", ("W06", 2), "receive"),
    "945": Carried(DocType.WAREHOUSE_ADVICE, "SW", ("W06", 4), "shipped"),
    "944": Carried(DocType.WAREHOUSE_ADVICE, "RE", ("W17", 3), "received"),
    "824": Carried(DocType.APPLICATION_ADVICE, "AG", ("BGN", 2)),
    "997": Carried(DocType.FUNCTIONAL_ACK, "FA"),
    "999": Carried(DocType.FUNCTIONAL_ACK, "FA"),
}

#: GS01 by ST01: the groups of the sets that our dictionaries describe. 869 and 870 share theirs.
GROUPS: dict[str, str] = {set_id: carried.group for set_id, carried in CARRIED.items()} | {
    "204": "SM", "210": "IM", "211": "BL", "214": "QM", "753": "RF", "754": "RG", "812": "CD", "830": "PS",
    "852": "PD", "857": "BS", "862": "SS", "867": "PT", "869": "RS", "870": "RS", "947": "AW", "990": "GF",
}  # fmt: skip


def peek_number(payload: bytes, envelope: Envelope) -> str:
    """Return a set's own number as it stands there, also of one that cannot be read; empty when it has none."""
    name, position = number_at(envelope.set_id)
    found = segments(decode(payload[:_BEGINNING], envelope.delimiters), envelope.delimiters)
    if len(found) < 3:  # it is longer than its beginning
        found = segments(decode(payload, envelope.delimiters), envelope.delimiters)
    for segment in found[1:2]:
        elements = segment.split(envelope.delimiters.element)
        if elements[0] == name and len(elements) > position:
            return elements[position].strip()[:MOST_NUMBER]
    return ""


def number_at(set_id: str) -> tuple[str, int]:
    """Return where a set has its own number: the segment and the element."""
    return CARRIED[set_id].number if set_id in CARRIED else ("", 0)


def doctype(set_id: str) -> DocType:
    """Return the kind of document of a transaction set, UNKNOWN for sets that the hub does not trade in."""
    return CARRIED[set_id].document if set_id in CARRIED else DocType.UNKNOWN


def sets_of(document: DocType) -> tuple[str, ...]:
    """Return the sets that carry a kind of document, the usual one first; none for one that X12 does not have."""
    return tuple(set_id for set_id, carried in CARRIED.items() if carried.document is document)


def set_of(document: DocType, kind: str = "", agreed: str = "") -> str:
    """Return the set that a document is written as: the agreed one, where it carries this kind, or the usual one.

    `kind` is the document's own. Empty for a document that X12 does not have.
    """
    candidates = (*((agreed,) if doctype(agreed) is document else ()), *sets_of(document))
    fits = [set_id for set_id in candidates if CARRIED[set_id].kind in ("", kind)]
    return next(iter((*fits, *candidates)), "")


def sets_written(document: DocType, agreed: str = "") -> tuple[str, ...]:
    """Return the sets that documents of a sort are written as, one for each kind; `agreed` as of `set_of`."""
    kinds = (CARRIED[set_id].kind for set_id in sets_of(document))
    return tuple(dict.fromkeys(set_of(document, kind, agreed) for kind in kinds))
