"""The crosswalk from right to left: our codes into the partner's, in what we send."""

from __future__ import annotations

import datetime as dt
from typing import TypeAlias, TypeVar

from msgspec.structs import replace

from hub.model import problems
from hub.model.documents import (
    AckLine,
    AdvisedLine,
    AnyDocument,
    CatalogLine,
    InventoryAdvice,
    Invoice,
    InvoiceLine,
    ItemIds,
    OrderAcknowledgment,
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
from translators.crosswalk_supply import catalog_to_partner, stock_to_partner
from translators.crosswalk_tables import Tables, default_units

_Line = TypeVar(
    "_Line", OrderLine, AckLine, InvoiceLine, ShippedItem, ReceivedItem, WarehouseLine, AdvisedLine
)
_Goods: TypeAlias = InventoryAdvice | PriceCatalog | WarehouseOrder | WarehouseAdvice

#: What we send as a buyer: the partner's own numbers are then the vendor's.
_AS_BUYER = (PurchaseOrder, ReceivingAdvice)


def to_partner(document: AnyDocument, tables: Tables) -> tuple[AnyDocument, tuple[Finding, ...]]:
    """Set item numbers and unit codes as the partner calls them.

    In an order of ours, and in what we received of it, the item table gives the supplier's number
    (vendor_part); in what we send to a customer, the customer's (buyer_part). Numbers that a line has already
    stay. A unit without a code is a finding of severity HOLD; quantities and prices are not converted.
    """
    findings: list[Finding] = []
    kind = "vendor_part" if isinstance(document, _AS_BUYER) else "buyer_part"
    own = "buyer_part" if isinstance(document, _AS_BUYER) else "vendor_part"
    sender = _Sender(tables, kind, own, document.date, findings)
    if isinstance(document, ShipNotice):
        orders = tuple(sender.order(order, f"orders[{i}]") for i, order in enumerate(document.orders))
        return replace(document, orders=orders), tuple(findings)
    match document:
        case PurchaseOrder():
            order_lines = tuple(sender.line(line, f"lines[{i}]") for i, line in enumerate(document.lines))
            return replace(document, lines=order_lines), tuple(findings)
        case OrderAcknowledgment():
            ack_lines = tuple(sender.line(line, f"lines[{i}]") for i, line in enumerate(document.lines))
            return replace(document, lines=ack_lines), tuple(findings)
        case Invoice():
            lines = tuple(sender.line(line, f"lines[{i}]") for i, line in enumerate(document.lines))
            return replace(document, lines=lines), tuple(findings)
        case ReceivingAdvice():
            items = tuple(sender.line(item, f"items[{i}]") for i, item in enumerate(document.items))
            return replace(document, items=items), tuple(findings)
        case InventoryAdvice() | PriceCatalog() | WarehouseOrder() | WarehouseAdvice():
            return _goods(document, sender), tuple(findings)
        case _:
            return document, ()


def units_to_partner(notice: ShipNotice, tables: Tables) -> tuple[ShipNotice, tuple[Finding, ...]]:
    """Set the partner's codes of the units that a ship notice tells in Odoo's words; all else is theirs already."""
    findings: list[Finding] = []
    sender = _Sender(tables, "", "", notice.date, findings)
    orders = tuple(sender.own_units(order, f"orders[{i}]") for i, order in enumerate(notice.orders))
    return replace(notice, orders=orders), tuple(findings)


def _goods(document: _Goods, sender: _Sender) -> _Goods:
    """Return a document that tells of goods without an order of the partner's."""
    if isinstance(document, InventoryAdvice):
        return replace(
            document, lines=tuple(sender.stock(x, f"lines[{i}]") for i, x in enumerate(document.lines))
        )
    if isinstance(document, WarehouseOrder):
        asked = tuple(sender.line(x, f"lines[{i}]") for i, x in enumerate(document.lines))
        return replace(document, lines=asked)
    if isinstance(document, WarehouseAdvice):
        done = tuple(sender.line(x, f"lines[{i}]") for i, x in enumerate(document.lines))
        return replace(document, lines=done)
    return replace(
        document, lines=tuple(sender.priced(x, f"lines[{i}]") for i, x in enumerate(document.lines))
    )


class _Sender:
    """Translates the lines of one document of ours."""

    def __init__(
        self, tables: Tables, kind: str, own: str, on: dt.date | None, findings: list[Finding]
    ) -> None:
        self._tables = tables
        self._kind = kind  # the partner's own numbers
        self._own = own  # our numbers, as the partner knows them
        self._on = on
        self._findings = findings

    def order(self, order: ShippedOrder, where: str) -> ShippedOrder:
        packages = tuple(
            replace(package, items=self._items(package.items, f"{where}.packages[{at}]"))
            for at, package in enumerate(order.packages)
        )
        return replace(order, packages=packages, items=self._items(order.items, where))

    def own_units(self, order: ShippedOrder, where: str) -> ShippedOrder:
        """Return an order's shipment with codes for the units of the items told in our product's own unit."""
        packages = tuple(
            replace(
                package,
                items=tuple(self._own_unit(item, f"{where}.packages[{at}]") for item in package.items),
            )
            for at, package in enumerate(order.packages)
        )
        items = tuple(self._own_unit(item, f"{where}.items[{at}]") for at, item in enumerate(order.items))
        return replace(order, packages=packages, items=items)

    def _own_unit(self, item: ShippedItem, where: str) -> ShippedItem:
        if item.own is None or item.unit != item.own.unit:
            return item
        return replace(item, unit=self._unit(item.unit, where))

    def _items(self, items: tuple[ShippedItem, ...], where: str) -> tuple[ShippedItem, ...]:
        return tuple(self.line(item, f"{where}.items[{at}]") for at, item in enumerate(items))

    def line(self, line: _Line, where: str) -> _Line:
        return replace(line, ids=self._ids(line.ids, line.sku), unit=self._unit(line.unit, where))

    def stock(self, line: StockLine, where: str) -> StockLine:
        ids = self._ids(line.ids, line.sku)
        return stock_to_partner(line, ids, lambda unit: self._unit(unit, where))

    def priced(self, line: CatalogLine, where: str) -> CatalogLine:
        ids = self._ids(line.ids, line.sku)
        return catalog_to_partner(line, ids, lambda unit: self._unit(unit, where))

    def _ids(self, ids: ItemIds, sku: str) -> ItemIds:
        ours = sku or ids.get(self._own, "")
        entry = self._tables.item.to_theirs(ours, self._on) if ours else None
        found = dict(ids)
        if ours:
            found.setdefault(self._own, ours)
        if entry is not None:
            found.setdefault(entry.qualifier or self._kind, entry.theirs)
        return found

    def _unit(self, unit: str, where: str) -> str:
        """Return the partner's code of a unit; one that is a code already stays."""
        defaults = default_units()
        entry = self._tables.unit.to_theirs(unit, self._on)
        if entry is not None and entry.factor == 1:
            return entry.theirs
        if unit in defaults.theirs:
            return defaults.theirs[unit]
        if unit in defaults.ours or unit in defaults.packs or self._tables.unit.to_ours(unit) is not None:
            return unit
        self._findings.append(
            Finding(
                problems.CODE_UNKNOWN,
                f'{where}: the unit "{unit}" has no code for this partner',
                Severity.HOLD,
                Where(path=f"{where}.unit"),
                unit,
                f"add a row to the unit crosswalk (ours = {unit}, factor = 1), then release",
            )
        )
        return unit
