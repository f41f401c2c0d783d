"""Post a customer's order as a draft sale.order.

Prices follow the agreement: `partner` writes theirs, `pricelist` leaves them to Odoo, `tolerance N%` writes
theirs while it is near enough to ours. Taxes, addresses, payment terms and salesperson are left to Odoo's own
computation: `load()` computes what it is not given, from product, partner and fiscal position.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

from hub.erp.odoo.client import Session, Values
from hub.erp.odoo.errors import Refused
from hub.erp.odoo.ledger import Ledger
from hub.erp.odoo.line_keys import external_id, line_ids
from hub.erp.odoo.lookups import EACH, Codes, Product, hold, our_quantity
from hub.erp.odoo.names import Names
from hub.erp.odoo.reading import noon, number, plain_number, ref_id
from hub.erp.odoo.refusals import refused
from hub.erp.port import OrderPolicy, PostResult
from hub.model import problems
from hub.model.documents import OrderLine, PurchaseOrder
from hub.model.finding import Finding


class Goods(Struct, frozen=True):
    """One order line in Odoo's terms."""

    product: Product
    quantity: Decimal  # in the unit
    unit_id: int
    price: Decimal | None  # per that unit, document currency; None: Odoo's price
    name: str


class Orders:
    """Posts orders into one Odoo."""

    def __init__(self, session: Session, names: Names, codes: Codes, ledger: Ledger) -> None:
        self._session = session
        self._names = names
        self._codes = codes
        self._ledger = ledger

    def post(self, key: str, order: PurchaseOrder, policy: OrderPolicy) -> PostResult:
        """Make the draft sale.order of a key, once; HOLD findings say why there is none."""
        with self._ledger.one_at_a_time(key):
            found = self._ledger.find(key, ["sale.order"])
            if found:
                return PostResult(record=found)
            findings: list[Finding] = []
            header = self._header(order, policy, findings)
            goods = self._goods(order.lines, findings)
            if header and goods and not findings:
                goods = self._priced(order, goods, header, policy, findings)
            if findings or not header:
                return PostResult(findings=tuple(findings))
            try:
                return self._create(key, order, header, goods)
            except Refused as e:
                return PostResult(findings=(refused(e, f"order {order.number}"),))

    def _create(
        self, key: str, order: PurchaseOrder, header: dict[str, str], goods: Sequence[Goods]
    ) -> PostResult:
        fields, rows = self._rows(key, order, header, goods)
        record_id, created = self._ledger.create(key, "sale.order", fields, rows)
        record = self._ledger.record("sale.order", record_id)
        if created:
            lines = f"{len(order.lines)} line{'s' if len(order.lines) != 1 else ''}"
            self._session.call(
                "sale.order",
                "message_post",
                [record_id],
                body=f"Order {order.number} ({lines}) came in by EDI: {header['origin']}. Key {key}.",
            )
        return PostResult(record=record, created=created)

    # --- header
    def _header(self, order: PurchaseOrder, policy: OrderPolicy, findings: list[Finding]) -> dict[str, str]:
        """Return the header's columns, or {} with findings."""
        customer = self._codes.partner(policy.customer_ref)
        if customer is None:
            findings.append(
                hold(
                    problems.ERP_MISSING,
                    f"no partner in Odoo has the reference or name {policy.customer_ref!r}",
                    value=policy.customer_ref,
                    hint="Set the reference on the customer in Odoo, or correct the profile; then release.",
                )
            )
            return {}
        if not policy.released:
            findings += self._typed_by_hand(order, customer)
        header = {
            "partner_id/.id": str(customer["id"]),
            "client_order_ref": f"{order.number}-{order.release}" if order.release else order.number,
            "origin": policy.origin,
            "date_order": noon(order.date),
            "commitment_date": noon(order.dates.get("delivery_requested")),
            "note": "\n".join(order.notes),
        }
        for role, column in (("ship_to", "partner_shipping_id/.id"),):
            if role in order.parties:
                address = self._codes.ship_to(order.parties[role], customer)
                if isinstance(address, Finding):
                    findings.append(address)
                elif address:
                    header[column] = str(address)
        return header

    def _typed_by_hand(self, order: PurchaseOrder, customer: Values) -> list[Finding]:
        """Return a finding when an order of this number is there that the hub did not make."""
        top = ref_id(customer["commercial_partner_id"]) or customer["id"]
        domain: list[Any] = [
            ["client_order_ref", "=", order.number],
            ["partner_id.commercial_partner_id", "=", top],
            ["state", "!=", "cancel"],
        ]
        rows = self._session.search_read("sale.order", domain, ["name", "state"], limit=5)
        ours = self._session.external_ids("sale.order", [r["id"] for r in rows])
        return [
            hold(
                problems.ALREADY_POSTED,
                f"{row['name']} in Odoo has the customer's order number {order.number} already",
                where="number",
                value=order.number,
                hint="Release it to make a second order, or cancel this exchange.",
            )
            for row in rows
            if not ours.get(row["id"], "").startswith("edi_hub.")
        ]

    # --- lines
    def _goods(self, lines: Sequence[OrderLine], findings: list[Finding]) -> list[Goods]:
        """Return the lines in Odoo's terms; a line that has none leaves findings."""
        products = self._codes.products([(line.sku, line.ids) for line in lines])
        units = self._codes.units(line.our_unit or line.unit for line in lines)
        goods = []
        for index, (line, item) in enumerate(zip(lines, products, strict=True)):
            if isinstance(item, Finding):
                findings.append(item)
                continue
            unit = self._unit(index, line, item, units)
            if isinstance(unit, Finding):
                findings.append(unit)
                continue
            quantity, price = our_quantity(line.quantity, line.price, line.our_quantity)
            goods.append(Goods(item, quantity, unit, price, line.description or item.name))
        return goods

    def _unit(self, index: int, line: OrderLine, item: Product, units: dict[str, int]) -> int | Finding:
        """Return the unit to order in: never take their case for our piece."""
        wanted = line.our_unit or line.unit
        if not line.our_unit and line.unit.upper() in EACH:
            return item.unit_id
        if wanted in units:
            return units[wanted]
        where = f"lines[{index}].our_unit"
        return self._codes.unknown("unit", wanted, f"line {line.number}: no unit is called {wanted!r}", where)

    # --- prices
    def _priced(
        self,
        order: PurchaseOrder,
        goods: list[Goods],
        header: dict[str, str],
        policy: OrderPolicy,
        findings: list[Finding],
    ) -> list[Goods]:
        """Return the goods with the prices to write; a price outside the tolerance is a finding."""
        if policy.price == "pricelist":
            return [Goods(g.product, g.quantity, g.unit_id, None, g.name) for g in goods]
        tolerance = tolerance_percent(policy.price)
        if tolerance is None and all(g.price is not None for g in goods):
            return goods
        ours = self._our_prices(header, goods)
        priced = []
        for index, (line, g, our) in enumerate(zip(order.lines, goods, ours, strict=True)):
            price = our if g.price is None else g.price
            if tolerance is not None and not policy.released and not near(price, our, tolerance):
                findings.append(
                    hold(
                        problems.PRICE_DIFFERS,
                        f"line {line.number} {g.product.code}: they order at {price}, "
                        f"our price is {our} (tolerance {tolerance}%)",
                        where=f"lines[{index}].price",
                        value=str(line.price),
                        hint="Release it to take their price, or agree on one and cancel this exchange.",
                    )
                )
            priced.append(Goods(g.product, g.quantity, g.unit_id, price, g.name))
        return priced

    def _our_prices(self, header: dict[str, str], goods: Sequence[Goods]) -> list[Decimal]:
        """Return our price of each line as Odoo's form would compute it; nothing is written."""
        unit = self._names.field("sale.order.line", "product_uom_id")
        lines = [
            [
                0,
                f"line_{i}",
                {"product_id": g.product.id, "product_uom_qty": float(g.quantity), unit: g.unit_id},
            ]
            for i, g in enumerate(goods)
        ]
        answer = self._session.call(
            "sale.order",
            "onchange",
            [],
            values={"partner_id": int(header["partner_id/.id"]), "order_line": lines},
            field_names=[],
            fields_spec={"order_line": {"fields": {"price_unit": {}}}},
        )
        prices = {virtual: values["price_unit"] for _, virtual, values in answer["value"]["order_line"]}
        return [number(prices[f"line_{i}"]) for i in range(len(goods))]

    def _rows(
        self, key: str, order: PurchaseOrder, header: dict[str, str], goods: Sequence[Goods]
    ) -> tuple[list[str], list[list[str]]]:
        """Return the columns and rows of `load`: the header stands in the first line's row."""
        unit = self._names.field("sale.order.line", "product_uom_id")
        head = {"id": external_id(key), **{k: v for k, v in header.items() if v}}
        ids = line_ids(key, (line.number for line in order.lines))
        columns = ["id", "product_id/.id", "name", "product_uom_qty", f"{unit}/.id", "sequence"]
        priced = any(g.price is not None for g in goods)
        rows = []
        for position, (line_id, g) in enumerate(zip(ids, goods, strict=True)):
            cells = [line_id, str(g.product.id), g.name, plain_number(g.quantity), str(g.unit_id)]
            cells.append(str(10 * (position + 1)))
            if priced:
                cells.append(plain_number(g.price if g.price is not None else Decimal(0)))
            rows.append([*(head.values() if position == 0 else [""] * len(head)), *cells])
        columns += ["price_unit"] if priced else []
        return [*head, *(f"order_line/{c}" for c in columns)], rows


def tolerance_percent(policy: str) -> Decimal | None:
    """Return the percentage of the price policy `tolerance N%`, or None for the other policies."""
    if not policy.startswith("tolerance"):
        return None
    return Decimal(policy.removeprefix("tolerance").strip().removesuffix("%").strip())


def near(price: Decimal, our: Decimal, tolerance: Decimal) -> bool:
    """Say whether a price is within a percentage of ours."""
    return abs(price - our) <= abs(our) * tolerance / 100
