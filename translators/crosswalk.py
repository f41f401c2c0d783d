"""The crosswalk at work: codes of a partner's document into ours, and ours into the partner's.

Pure functions over canonical documents. A code that nothing translates is a finding of severity HOLD which
names the code, its line and the nearest code that is known: an operator adds a row and releases. Units are
never guessed: a case is not a piece.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TypeVar

from msgspec.structs import replace

from hub.model import problems
from hub.model.documents import (
    AckLine,
    AdvisedLine,
    AnyDocument,
    CatalogLine,
    ChangeAckLine,
    ChangeLine,
    Charge,
    DocType,
    InventoryAdvice,
    Invoice,
    InvoiceLine,
    ItemIds,
    OrderAcknowledgment,
    OrderChange,
    OrderChangeAcknowledgment,
    OrderLine,
    PriceCatalog,
    PurchaseOrder,
    ReceivedItem,
    ReceivingAdvice,
    ShipNotice,
    ShippedItem,
    ShippedOrder,
    StockLine,
    WarehouseAdvice,
    WarehouseLine,
    WarehouseOrder,
)
from hub.model.finding import Finding, Severity, Where
from hub.model.partner import Receive
from translators.crosswalk_lines import listed_item, our_item, our_parties, our_unit, unknown_item
from translators.crosswalk_send import to_partner, units_to_partner
from translators.crosswalk_supply import Units, catalog_line, stock_line
from translators.crosswalk_tables import Crosswalk, Entry, Tables, load_tables
from translators.price_bases import Line, based

__all__ = [
    "Crosswalk",
    "Entry",
    "Tables",
    "load_tables",
    "to_partner",
    "translate_document",
    "units_to_partner",
]

#: Whose numbers a line carries, best first, where the profile says no other order of trust: of what customers
#: send, the vendor part is our own number; of what suppliers send, the buyer part.
OF_CUSTOMERS = ("crosswalk", "vendor_part", "upc", "ean", "gtin", "sku", "customer_reference")
OF_SUPPLIERS = ("crosswalk", "buyer_part", "upc", "ean", "gtin")
OF_WAREHOUSES = ("crosswalk", "sku", "vendor_part", "buyer_part", "upc", "ean", "gtin")
_TRUST = {
    DocType.PURCHASE_ORDER: OF_CUSTOMERS,
    DocType.ORDER_CHANGE: OF_CUSTOMERS,
    DocType.RECEIVING_ADVICE: OF_CUSTOMERS,
    DocType.WAREHOUSE_ORDER: OF_CUSTOMERS,
    DocType.WAREHOUSE_ADVICE: OF_WAREHOUSES,
}

_ONE = Decimal(1)

_Orders = PurchaseOrder | OrderChange | WarehouseOrder
#: A line that asks for goods: without an item of ours nothing can be done with it.
_Asking = TypeVar("_Asking", OrderLine, ChangeLine, WarehouseLine)
#: A line that says how much of something was promised, shipped, billed or received.
_Measured = TypeVar("_Measured", AckLine, ChangeAckLine, ShippedItem, InvoiceLine, ReceivedItem, AdvisedLine)


def translate_document(
    document: AnyDocument, tables: Tables, receive: Receive
) -> tuple[AnyDocument, tuple[Finding, ...]]:
    """Fill our codes into a document that a partner sent: items, units and quantities, places.

    What orders from us must name items, units and places that we know. What answers something of ours is
    found by our line number first: there an item that nothing translates holds nothing up, and a line in a
    unit that we do not know has no quantity of ours. A price that nobody knows what it is for holds either.
    """
    words = _Words(tables, receive.item_trust or _TRUST.get(document.doc_type, OF_SUPPLIERS), document.date)
    if isinstance(document, PurchaseOrder | OrderChange | WarehouseOrder):
        parties, misses = our_parties(document.parties, tables.ship_to, document.date)
        document = replace(_asked(document, words), parties=parties)
        words.findings += _misplaced(document) if isinstance(document, PurchaseOrder) else ()
        return document, (*words.findings, *misses)
    return _told(document, words), tuple(words.findings)


def _asked(document: _Orders, words: _Words) -> _Orders:
    if isinstance(document, PurchaseOrder):
        lines = tuple(replace(li, charges=words.charged(li.charges)) for li in words.based(document.lines))
        return replace(document, lines=words.asked(lines), charges=words.charged(document.charges))
    if isinstance(document, OrderChange):
        changed = tuple(replace(li, charges=words.charged(li.charges)) for li in words.based(document.lines))
        return replace(document, lines=words.asked(changed), charges=words.charged(document.charges))
    return replace(document, lines=words.asked(document.lines))


def _called(charge: Charge) -> str:
    """Return how a charge is called in the table: by its code, where it has none by its words, else by its kind."""
    return charge.code or charge.description or charge.kind


def _misplaced(order: PurchaseOrder) -> Iterator[Finding]:
    """Yield a finding for each allowance or charge of an order, or its lines, that no product of ours stands for."""
    told = [
        (f"lines[{n}].charges", f"line {li.number}: ", c)
        for n, li in enumerate(order.lines)
        for c in li.charges
    ]
    told += [("charges", "", charge) for charge in order.charges]
    for path, place, charge in told:
        if not charge.ours and charge.worth(_ONE, _ONE):
            name = " ".join(word for word in (charge.kind, charge.code, charge.description) if word)
            yield Finding(
                problem=problems.CHARGE_UNPLACED,
                message=f"{place}no product of ours stands for {name}",
                severity=Severity.HOLD,
                where=Where(path=path),
                value=_called(charge),
                hint=f"add a row to the charge crosswalk (theirs = {_called(charge)}, ours = our product code), "
                "then release",
            )


def _told(document: AnyDocument, words: _Words) -> AnyDocument:
    """Fill our codes into the lines of a document that answers or offers something, if it has any."""
    match document:
        case OrderAcknowledgment():
            return replace(document, lines=words.measured(words.based(document.lines)))
        case OrderChangeAcknowledgment():
            return replace(document, lines=words.measured(words.based(document.lines)))
        case Invoice():
            own = words.measured(words.based(document.lines))
            lines = (replace(li, charges=words.charged(li.charges)) for li in own)
            return replace(document, lines=tuple(lines), charges=words.charged(document.charges))
        case WarehouseAdvice():
            return replace(document, lines=words.measured(document.lines))
        case ReceivingAdvice():
            return replace(document, items=words.measured(document.items))
        case ShipNotice():
            return replace(document, orders=tuple(words.shipped(order) for order in document.orders))
        case _:
            return _offered(document, words)


def _offered(document: AnyDocument, words: _Words) -> AnyDocument:
    if isinstance(document, InventoryAdvice):
        return replace(document, lines=words.in_stock(document.lines))
    if isinstance(document, PriceCatalog):
        return replace(document, lines=words.priced(document.lines))
    return document


class _Words:
    """Our words for the lines of one document; `findings` are the codes that nothing translates."""

    def __init__(self, tables: Tables, trust: Sequence[str], on: dt.date | None) -> None:
        self._tables, self._trust, self._on = tables, trust, on
        self.findings: list[Finding] = []

    def based(self, lines: Sequence[Line]) -> tuple[Line, ...]:
        """Say in each line's own unit what its prices are for."""
        told = [based(line, self._tables, self._on, f"lines[{at}]") for at, line in enumerate(lines)]
        self.findings += [finding for _, found in told for finding in found]
        return tuple(line for line, _ in told)

    def asked(self, lines: Sequence[_Asking]) -> tuple[_Asking, ...]:
        """Fill the sku, quantity and unit of lines that ask for goods."""
        return tuple(self._asked(line, f"lines[{at}]") for at, line in enumerate(lines))

    def _asked(self, line: _Asking, where: str) -> _Asking:
        """Fill in one line; one of a change that is no new line is found by its number, like what answers something."""
        action = line.action if isinstance(line, ChangeLine) else "add"
        if action == "delete" or (action != "add" and not line.unit):
            return replace(line, sku=self._item(line.ids)[0])
        item = our_item(line.ids, self._tables.item, self._trust, self._on)
        listed = listed_item(line.ids, self._tables.item, self._trust, self._on)
        if item is None and listed is None and action == "add":
            self.findings.append(unknown_item(line.ids, line.number, where, self._tables.item))
        sku, items_in_one = item or ("", Decimal(1))
        if listed is not None:
            sku, line = "", replace(line, listed=listed)
        pack = getattr(line, "pack", None)
        unit = our_unit(line.unit, pack, line.number, self._tables.unit, self._on)
        if isinstance(unit, Finding):
            self.findings.append(replace(unit, where=Where(path=f"{where}.unit")))
            return replace(line, sku=sku)
        name, units_in_one = unit
        return replace(line, sku=sku, our_unit=name, our_quantity=line.quantity * units_in_one * items_in_one)

    def in_stock(self, lines: Sequence[StockLine]) -> tuple[StockLine, ...]:
        """Fill the sku and unit of what somebody has; empty where nothing translates it."""
        units = Units(self._tables, self._on)
        return tuple(stock_line(line, self._item, units) for line in lines)

    def priced(self, lines: Sequence[CatalogLine]) -> tuple[CatalogLine, ...]:
        """Fill the sku, and the units of the prices, of what somebody offers."""
        units = Units(self._tables, self._on)
        return tuple(catalog_line(line, self._item, units) for line in lines)

    def measured(self, lines: Sequence[_Measured]) -> tuple[_Measured, ...]:
        """Fill the sku of each line, and its unit and quantity where we know their unit."""
        return tuple(self._measured(line) for line in lines)

    def charged(self, charges: Sequence[Charge]) -> tuple[Charge, ...]:
        """Fill our product or account of each allowance and charge that the table knows."""
        found = ((charge, self._tables.charge.to_ours(_called(charge), on=self._on)) for charge in charges)
        return tuple(charge if entry is None else replace(charge, ours=entry.ours) for charge, entry in found)

    def shipped(self, order: ShippedOrder) -> ShippedOrder:
        """Fill in the items of an order's shipment, packed and loose."""
        packages = tuple(replace(package, items=self.measured(package.items)) for package in order.packages)
        return replace(order, packages=packages, items=self.measured(order.items))

    def _measured(self, line: _Measured) -> _Measured:
        sku, items_in_one = self._item(line.ids)
        unit = our_unit(line.unit, None, "", self._tables.unit, self._on) if line.unit else None
        if unit is None or isinstance(unit, Finding):
            return replace(line, sku=sku)
        quantity = line.received if isinstance(line, ReceivedItem) else line.quantity
        name, units_in_one = unit
        return replace(line, sku=sku, our_unit=name, our_quantity=quantity * units_in_one * items_in_one)

    def _item(self, ids: ItemIds) -> tuple[str, Decimal]:
        return our_item(ids, self._tables.item, self._trust, self._on) or ("", Decimal(1))
