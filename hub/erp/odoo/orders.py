"""Post a customer's order as a draft sale.order.

Prices follow the agreement: `partner` writes theirs, `pricelist` leaves them to Odoo, `tolerance N%` writes
theirs while it is near enough to ours. Taxes, addresses, payment terms and salesperson are left to Odoo's own
computation: `load()` computes what it is not given, from product, partner and fiscal position.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from msgspec import structs

from hub.erp.odoo.client import Session, Values
from hub.erp.odoo.customer_items import CustomerItems
from hub.erp.odoo.errors import Refused
from hub.erp.odoo.ledger import Ledger
from hub.erp.odoo.line_keys import charge_ids, external_id, line_ids
from hub.erp.odoo.lookups import EACH, Codes, Product, hold, our_quantity
from hub.erp.odoo.names import Names
from hub.erp.odoo.order_charges import all_priced, charge_goods
from hub.erp.odoo.pricing import needs_quote, priced, rounded
from hub.erp.odoo.quoting import Goods, Quoting
from hub.erp.odoo.reading import PRICE_PLACES, noon, number, plain_number, ref_id
from hub.erp.odoo.refusals import refused
from hub.erp.odoo.unwritten import unwritten
from hub.erp.port import OrderPolicy, PostResult
from hub.model import problems
from hub.model.documents import OrderLine, PurchaseOrder
from hub.model.exchange import ErpRecord
from hub.model.finding import Finding


class Orders:
    """Posts orders into one Odoo."""

    def __init__(self, session: Session, names: Names, codes: Codes, ledger: Ledger) -> None:
        self._session = session
        self._names = names
        self._codes = codes
        self._ledger = ledger
        self._items = CustomerItems(session, codes)
        self._quoting = Quoting(session, names)

    def post(self, key: str, order: PurchaseOrder, policy: OrderPolicy) -> PostResult:
        """Make the draft sale.order of a key, once; HOLD findings say why there is none."""
        with self._ledger.one_at_a_time(key):
            found = self._ledger.find(key, ["sale.order"])
            if found and self._ledger.told(key):
                return PostResult(record=found)
            findings: list[Finding] = []
            customer = self._codes.partner(policy.customer_ref)
            header = self._header(order, policy, customer, findings)
            noted: list[OrderLine] = []
            goods = self._goods(
                order.lines, customer, findings, noted if policy.unknown_item == "note" else None
            )
            order = structs.replace(order, lines=tuple(line for line in order.lines if line not in noted))
            if not findings:
                goods, findings = self._priced(order, goods, header, policy)
            charged, misplaced = charge_goods(order, self._codes)
            findings += misplaced
            if not findings and charged and any(g.price is None for g in goods):
                goods = all_priced(goods, self._quoting.quote(int(header["partner_id/.id"]), goods).prices)
            goods = [*goods, *charged]
            if found:  # made by a run that did not come to tell of it
                return self._told(key, found, order, policy, goods, created=False)
            if findings:
                return PostResult(findings=tuple(findings))
            try:
                made, created = self._create(key, order, header, goods, noted)
            except Refused as e:
                return PostResult(findings=(refused(e, f"order {order.number}"),))
            return self._told(key, made, order, policy, goods, created=created)

    def goods(self, order: PurchaseOrder, policy: OrderPolicy) -> tuple[list[Goods], list[Finding]]:
        """Return an order's lines in Odoo's terms, priced by the policy, or what holds them; nothing is written."""
        customer = self._codes.partner(policy.customer_ref)
        if isinstance(customer, Finding):
            return [], [customer]
        findings: list[Finding] = []
        goods = self._goods(order.lines, customer, findings)
        if findings:
            return [], findings
        return self._priced(order, goods, {"partner_id/.id": str(customer["id"])}, policy)

    def _create(
        self,
        key: str,
        order: PurchaseOrder,
        header: dict[str, str],
        goods: Sequence[Goods],
        noted: Sequence[OrderLine],
    ) -> tuple[ErpRecord, bool]:
        fields, rows = self._rows(key, order, header, goods)
        if noted:
            fields, rows = _with_notes(key, fields, rows, noted)
        record_id, created = self._ledger.create(key, "sale.order", fields, rows)
        return self._ledger.record("sale.order", record_id), created

    def _told(
        self,
        key: str,
        record: ErpRecord,
        order: PurchaseOrder,
        policy: OrderPolicy,
        goods: Sequence[Goods],
        *,
        created: bool,
    ) -> PostResult:
        """Write where the order came from, and what it asks for that no field takes."""
        findings = tuple(self._rounded(record.id, order, goods))
        lines = f"{len(order.lines)} line{'s' if len(order.lines) != 1 else ''}"
        asked = "; ".join(unwritten(order))
        parts = [f"Order {order.number} ({lines}) came in by EDI: {policy.origin}."]
        parts += [f"They also ask for: {asked}."] if asked else []
        parts += [f.message for f in findings]
        body = " ".join([*parts, f"Key {key}."])
        self._ledger.tell(key, record, body)
        return PostResult(record=record, created=created, findings=findings)

    def _rounded(self, record_id: int, order: PurchaseOrder, goods: Sequence[Goods]) -> Iterator[Finding]:
        """Yield a finding for each price that Odoo rounded."""
        if not any(g.price is not None and _fine(g.price) for g in goods):
            return
        domain: list[Any] = [["order_id", "=", record_id]]
        rows = self._session.search_read("sale.order.line", domain, ["price_unit"], order="sequence, id")
        yield from rounded(order, goods, [number(row["price_unit"], PRICE_PLACES) for row in rows])

    # --- header
    def _header(
        self, order: PurchaseOrder, policy: OrderPolicy, customer: Values | Finding, findings: list[Finding]
    ) -> dict[str, str]:
        """Return the header's columns, or {} with findings."""
        if isinstance(customer, Finding):
            findings.append(customer)
            return {}
        if not policy.released:
            findings += self._typed_by_hand(order, customer)
            findings += [] if policy.one_place else _split(order)
        header = {
            "partner_id/.id": str(customer["id"]),
            "client_order_ref": order.reference,
            "origin": policy.origin,
            "date_order": noon(order.date),
            "commitment_date": noon(order.dates.get("delivery_requested")),
            "note": "\n".join(order.notes),
        }
        if "ship_to" in order.parties:
            address = self._codes.ship_to(order.parties["ship_to"], customer)
            if isinstance(address, Finding):
                findings.append(address)
            elif address:
                header["partner_shipping_id/.id"] = str(address)
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
    def _goods(
        self,
        lines: Sequence[OrderLine],
        customer: Values | Finding,
        findings: list[Finding],
        noted: list[OrderLine] | None = None,
    ) -> list[Goods]:
        """Return the lines in Odoo's terms; one without leaves findings, or is `noted` if its item is unknown."""
        if not lines:
            hint = "Ask the partner for the lines, or cancel this exchange."
            findings.append(hold(problems.FIELD_MISSING, "the order has no lines", where="lines", hint=hint))
        products = self._items.products(lines, customer)
        units = self._codes.units(line.our_unit or line.unit for line in lines)
        goods = []
        for index, (line, item) in enumerate(zip(lines, products, strict=True)):
            if isinstance(item, Finding) and noted is not None:
                noted.append(line)
                continue
            if isinstance(item, Finding):
                findings.append(item)
                continue
            unit = self._unit(index, line, item, units)
            if isinstance(unit, Finding):
                findings.append(unit)
                continue
            quantity, price = our_quantity(line.quantity, line.unit_price, line.our_quantity)
            goods.append(Goods(item, quantity, unit, price, line.description or item.name))
        if lines and noted and len(noted) == len(lines):
            message = "no line of the order names an item that we know"
            hint = "Add the items to the partner's crosswalk; then release."
            findings.append(hold(problems.CODE_UNKNOWN, message, where="lines", hint=hint))
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

    def _priced(
        self, order: PurchaseOrder, goods: Sequence[Goods], header: dict[str, str], policy: OrderPolicy
    ) -> tuple[list[Goods], list[Finding]]:
        quote = None
        if needs_quote(order, goods, policy):
            quote = self._quoting.quote(int(header["partner_id/.id"]), goods)
        return priced(order, goods, quote, policy)

    # --- what load() is given
    def _rows(
        self, key: str, order: PurchaseOrder, header: dict[str, str], goods: Sequence[Goods]
    ) -> tuple[list[str], list[list[str]]]:
        """Return the columns and rows of `load`: the header stands in the first line's row.

        Since 18 Odoo keeps beside a line's price the price that it computed itself; where both are the same
        (so it makes them when only the price is given) a change of the quantity computes the price anew.
        Zero there says that the price was agreed: it stays until somebody asks for an update of prices.
        """
        unit = self._names.field("sale.order.line", "product_uom_id")
        head = {"id": external_id(key), **{k: v for k, v in header.items() if v}}
        ids = line_ids(key, (line.number for line in order.lines))
        ids += charge_ids(key, len(goods) - len(ids))
        columns = ["id", "product_id/.id", "name", "product_uom_qty", f"{unit}/.id", "sequence"]
        priced = any(g.price is not None for g in goods)
        agreed = self._names.present("sale.order.line", "technical_price_unit") if priced else []
        rows = []
        for position, (line_id, g) in enumerate(zip(ids, goods, strict=True)):
            cells = [line_id, str(g.product.id), g.name, plain_number(g.quantity), str(g.unit_id)]
            cells.append(str(10 * (position + 1)))
            if priced:
                cells += [
                    plain_number(g.price if g.price is not None else Decimal(0)),
                    *("0" for _ in agreed),
                ]
            rows.append([*(head.values() if position == 0 else [""] * len(head)), *cells])
        columns += ["price_unit", *agreed] if priced else []
        return [*head, *(f"order_line/{c}" for c in columns)], rows


def _with_notes(
    key: str, fields: list[str], rows: list[list[str]], noted: Sequence[OrderLine]
) -> tuple[list[str], list[list[str]]]:
    """Return the columns and rows of `load` with lines that name no item of ours, as notes behind the others."""
    columns = [*fields, "order_line/display_type"]
    made = [[*row, ""] for row in rows]
    for line_id, line in zip(line_ids(key, (f"note {line.number}" for line in noted)), noted, strict=True):
        ids = ", ".join(f"{kind} {code}" for kind, code in line.ids.items())
        price = "" if line.price is None else f" at {_told_price(line)}"
        text = f"Line {line.number}: {line.quantity} {line.unit} of {ids or 'no item'} {line.description}".rstrip()
        cells = {
            "order_line/id": line_id,
            "order_line/name": f"{text}{price}: we know no such item",
            "order_line/sequence": str(10 * (len(made) + 1)),
            "order_line/display_type": "line_note",
        }
        made.append([cells.get(column, "") for column in columns])
    return columns, made


def _told_price(line: OrderLine) -> str:
    """Return a line's price as the customer tells it."""
    return f"{line.price} per {line.base_quantity:f}" if line.base_quantity else f"{line.price}"


def _split(order: PurchaseOrder) -> list[Finding]:
    """Return a finding for each line that is to go to several places (X12 SDQ): one order goes to one."""
    return [
        hold(
            problems.FIELD_UNMAPPED,
            f"line {line.number} is split over {len(places)} places: {', '.join(sorted(places))}",
            where=f"lines[{index}].splits",
            hint="Release it to post the whole to the order's one delivery address, or enter it by hand.",
        )
        for index, line in enumerate(order.lines)
        if len(places := {s.location for s in line.splits if s.location}) > 1
    ]


def _fine(price: Decimal) -> bool:
    """Say whether a price has more than two decimals. Its digits are counted: rounding fails on a huge one."""
    exponent = price.normalize().as_tuple().exponent
    return isinstance(exponent, int) and exponent < -2
