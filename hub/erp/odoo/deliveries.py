"""Read a finished outgoing delivery as a ship notice.

What was shipped loose stands beside the packages (see packages.py); a pallet is a package without items.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from hub.erp.odoo.carried_orders import orders_of_deliveries
from hub.erp.odoo.client import Session, Values
from hub.erp.odoo.line_keys import line_number
from hub.erp.odoo.lookups import Codes, Product
from hub.erp.odoo.names import Names
from hub.erp.odoo.packages import Packages, weight_unit
from hub.erp.odoo.parties import Parties
from hub.erp.odoo.reading import day, instant, number, ref_id, ref_name, text
from hub.erp.odoo.shipped_items import ShippedItems, Stow, Telling
from hub.erp.odoo.units import Units
from hub.model.documents import Carriage, Lot, Package, ShipNotice, ShippedOrder
from hub.model.errors import Undeliverable
from hub.model.exchange import ErpRecord


class Deliveries:
    """The outgoing deliveries of one Odoo."""

    def __init__(self, session: Session, names: Names, codes: Codes, parties: Parties) -> None:
        self._session = session
        self._names = names
        self._codes = codes
        self._parties = parties
        self._packages = Packages(session, names)
        self._units = Units(session, names)

    def label(self, delivery: ErpRecord, prefix: str) -> None:
        """Name a delivery's packages that have no label by those of our GS1 prefix."""
        self._packages.name_by_label((s.package for s in self._stows(delivery.id)), prefix)

    def orders(self, delivery: ErpRecord) -> tuple[ErpRecord, ...]:
        """Return the sale orders whose goods a finished outgoing picking carries, in the order of `read`."""
        head = self._session.one("stock.picking", delivery.id, ["name", "sale_id"])
        rows = self._carried(delivery.id, head)
        return tuple(ErpRecord("sale.order", i, text(r["name"]), text(r["state"])) for i, r in rows.items())

    def read(self, delivery: ErpRecord, prefix: str = "") -> ShipNotice:
        """Return a finished outgoing picking with its orders; `prefix`: GS1 prefix to label packages with."""
        optional = self._names.present(
            "stock.picking", "carrier_id", "carrier_tracking_ref", "shipping_weight", "weight_uom_name"
        )
        fields = ["name", "state", "date_done", "origin", "partner_id", "sale_id", "company_id", *optional]
        head = self._session.one("stock.picking", delivery.id, fields)
        sales = self._carried(delivery.id, head)
        stows = self._stows(delivery.id)
        orders = self._orders(sales, stows, prefix)
        packages = [package for order in orders for package in order.packages]
        done = instant(head["date_done"]).astimezone(self._session.zone())
        return ShipNotice(
            number=text(head["name"]),
            date=done.date(),
            time=done.time(),
            structure="0001" if packages else "0004",
            dates={"shipped": done.date()},
            parties=self._parties.of_shipment(ref_id(head["partner_id"]), ref_id(head["company_id"])),
            refs=orders[0].refs if len(orders) == 1 else {},
            carriage=_carriage(head),
            package_count=sum(p.kind != "pallet" or bool(p.items) for p in packages) or None,
            weight=(weight := number(head["shipping_weight"]) if head.get("shipping_weight") else None),
            weight_unit=weight_unit(head.get("weight_uom_name")) if weight is not None else "",
            orders=orders,
        )

    def _stows(self, picking: int) -> list[Stow]:
        """Return what moved, in the order of the moves."""
        quantity = self._names.field("stock.move.line", "quantity")
        fields = ["move_id", "product_id", "product_uom_id", quantity, "lot_id", "result_package_id"]
        rows = self._session.search_read("stock.move.line", [["picking_id", "=", picking]], fields)
        moves = self._session.read("stock.move", [ref_id(r["move_id"]) for r in rows], ["sale_line_id"])
        return [
            Stow(
                ref_id(moves.get(ref_id(row["move_id"]), {}).get("sale_line_id")),
                ref_id(row["product_id"]),
                number(row[quantity]),
                ref_id(row["product_uom_id"]),
                ref_id(row["result_package_id"]),
                ref_id(row["lot_id"]),
            )
            for row in rows
            if row[quantity]
        ]

    def _carried(self, picking: int, head: Values) -> dict[int, Values]:
        """Return the orders of a picking by id, its own first; raise Undeliverable when there is none."""
        if not head["sale_id"]:
            raise Undeliverable(f"delivery {head['name']} belongs to no sale order: there is nothing to tell")
        ids = orders_of_deliveries(self._session, {picking: ref_id(head["sale_id"])})[picking]
        rows = self._session.read("sale.order", ids, ["name", "state", "client_order_ref"])
        return {i: rows[i] for i in ids}

    def _orders(
        self, sales: Mapping[int, Values], stows: Sequence[Stow], prefix: str
    ) -> tuple[ShippedOrder, ...]:
        """Return what goes to each order; what belongs to no order line stands in the first, without a number."""
        lines = self._lines(stows)
        products = self._codes.products_by_id(s.product for s in stows)
        items = ShippedItems(
            products=products,
            ordered={line: number(row["product_uom_qty"]) for line, row in lines.items()},
            numbers=self._numbers(lines),
            lots=self._lots(stows),
            counted=self._counted(stows, lines, products),
        )
        first, own = next(iter(sales)), {order: list[Stow]() for order in sales}
        for stow in stows:
            order = ref_id(lines[stow.order_line]["order_id"]) if stow.order_line in lines else first
            own[order if order in own else first].append(stow)
        return tuple(
            ShippedOrder(
                order_number=text(sale["client_order_ref"]),
                refs={"vendor_order": text(sale["name"])},
                packages=self._packed(own[order], items, prefix),
                items=items.of([s for s in own[order] if not s.package]),
            )
            for order, sale in sales.items()
        )

    def _numbers(self, lines: Iterable[int]) -> dict[int, str]:
        """Return the partner's line numbers by sale line."""
        ids = self._session.external_ids("sale.order.line", list(lines))
        return {line: line_number(line_id) for line, line_id in ids.items()}

    def _lines(self, stows: Sequence[Stow]) -> dict[int, Values]:
        """Return the order lines by id, each with its order: lines of several orders have numbers alike."""
        ids = [s.order_line for s in stows if s.order_line]
        unit = self._names.field("sale.order.line", "product_uom_id")
        rows = self._session.read("sale.order.line", ids, ["product_uom_qty", "order_id", unit])
        return {line: {**row, "unit": ref_id(row[unit])} for line, row in rows.items()}

    def _counted(
        self, stows: Sequence[Stow], lines: Mapping[int, Values], products: Mapping[int, Product]
    ) -> dict[tuple[int, int], Telling]:
        """Return in which unit to tell what is shipped, by order line and product: alike in all packages."""
        table = self._units.read()
        groups: dict[tuple[int, int], list[Stow]] = {}
        for stow in stows:
            groups.setdefault((stow.order_line, stow.product), []).append(stow)
        return {
            (line, product): Telling.of(
                table.of(lines[line]["unit"] if line in lines else 0, products[product].unit_id), held
            )
            for (line, product), held in groups.items()
        }

    def _packed(self, stows: Sequence[Stow], items: ShippedItems, prefix: str) -> tuple[Package, ...]:
        """Return pallets, each before what stands on it, and packages with what is in them."""
        inside: dict[int, list[Stow]] = {}
        for stow in stows:
            if stow.package:
                inside.setdefault(stow.package, []).append(stow)
        known = self._packages.read(inside, prefix)
        made: dict[int, Package] = {}
        for package, held in inside.items():
            pallet = known.get(known[package].on)
            on = pallet.label if pallet is not None else ""
            if pallet is not None and on and pallet.id not in made and pallet.id not in inside:
                made[pallet.id] = pallet.holding((), "")
            made[package] = known[package].holding(items.of(held), on)
        return tuple(made.values())

    def _lots(self, stows: Sequence[Stow]) -> dict[int, Lot]:
        ids = [s.lot for s in stows if s.lot]
        if not ids:
            return {}
        expires = self._names.present("stock.lot", "expiration_date")
        rows = self._session.read(self._names.model("stock.lot"), ids, ["name", *expires])
        return {
            i: Lot(number=text(r["name"]), expires=day(r.get("expiration_date"))) for i, r in rows.items()
        }


def _carriage(head: Values) -> Carriage | None:
    """Return how it travels, when a carrier or a tracking number is known."""
    carrier, tracking = ref_name(head.get("carrier_id")), text(head.get("carrier_tracking_ref"))
    return Carriage(routing=carrier, tracking=tracking) if carrier or tracking else None
