"""Shipments as their sender announces them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import ClassVar

from msgspec import field

from hub.model.documents.base import Document
from hub.model.documents.kinds import DocType
from hub.model.documents.parts import Carriage, Package, ShippedItem, Value

#: How the levels of a shipment may stand in each other (S shipment, O order, T pallet, P package, I item): BSN05 of it.
STRUCTURES = {"SOPI": "0001", "SOTPI": "0001", "SOIP": "0002", "SOI": "0004"}


class ShippedOrder(Value, frozen=True, kw_only=True):
    """What a shipment carries for one order (X12 856 HL level O). Items stand loose or in packages."""

    order_number: str  # PRF01
    order_date: dt.date | None = None  # PRF04
    release: str = ""  # PRF02
    refs: dict[str, str] = field(default_factory=dict)
    packages: tuple[Package, ...] = ()
    items: tuple[ShippedItem, ...] = ()


class ShipNotice(Document, frozen=True, kw_only=True, omit_defaults=True, tag="ship_notice"):
    """A seller announces a shipment (X12 856). `number` is BSN02, the shipment's id."""

    doc_type: ClassVar[DocType] = DocType.SHIP_NOTICE

    time: dt.time | None = None  # BSN04, sender's local time
    structure: str = ""  # BSN05: 0001 S-O-P-I and S-O-T-P-I, 0002 S-O-I-P, 0004 S-O-I
    carriage: Carriage | None = None
    package_count: int | None = None  # TD102
    weight: Decimal | None = None  # TD107
    weight_unit: str = ""  # TD108
    orders: tuple[ShippedOrder, ...] = ()

    @property
    def key_parts(self) -> tuple[str, str]:
        """Return what names it for good; what replaces or cancels it is a document of its own."""
        return self.number, self.purpose if self.purpose in {"replace", "cancel"} else ""

    def shape(self, wanted: str = "") -> str:
        """Return the structure to write it in, a key of `STRUCTURES`: the one wanted, else the one that shows all."""
        packages = [package for order in self.orders for package in order.packages]
        if wanted or not packages:
            return wanted or "SOI"
        return "SOTPI" if any(package.on for package in packages) else "SOPI"

    @property
    def order_numbers(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(shipped.order_number for shipped in self.orders))
