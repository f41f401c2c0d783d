"""What every canonical document has."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from msgspec import Struct, field

from hub.model.documents.kinds import DocType
from hub.model.documents.parts import Party


class Document(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="document"):
    """What every canonical document has.

    `number` is the sender's own number for this document (BEG03, BAK08, BSN02, BIG02).
    `refs` are references by our names: department, vendor_number, promotion, contract, vendor_order ...
    `dates` by our names: delivery_requested (002), ship_requested (010), cancel_after (001),
    ship_not_before (037), ship_not_after (038), shipped (011), delivery_estimated (017), delivered (035).
    `parties` by role: buyer BY, ship_to ST, bill_to BT, ship_from SF, seller SE/SU/VN, remit_to RE/RI,
    mark_for Z7.
    """

    doc_type: ClassVar[DocType] = DocType.UNKNOWN

    number: str
    date: dt.date | None = None
    purpose: str = "original"  # original 00 | cancel 01 | change 04 | replace 05 | confirm 06 | duplicate 07
    currency: str = ""  # ISO 4217; empty means the agreement's
    parties: dict[str, Party] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    dates: dict[str, dt.date] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def key_parts(self) -> tuple[str, str]:
        """Return what names this document among all of its kind from its sender, for good."""
        return self.number, ""

    @property
    def order_numbers(self) -> tuple[str, ...]:
        """Return the numbers of the orders that it belongs to, the first one first; none for a catalogue."""
        return ()
