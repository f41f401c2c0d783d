"""Read a posted customer invoice or credit note as a canonical invoice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from hub.erp.odoo.client import Session, Values
from hub.erp.odoo.line_keys import is_charge, line_number
from hub.erp.odoo.lookups import Codes
from hub.erp.odoo.names import Names
from hub.erp.odoo.parties import Parties
from hub.erp.odoo.places import Places
from hub.erp.odoo.reading import PRICE_PLACES, day, number, ref_id, ref_name, text
from hub.erp.port import money
from hub.model.documents import Charge, Invoice, InvoiceLine, Tax, Terms
from hub.model.errors import Undeliverable
from hub.model.exchange import ErpRecord

HEAD = (
    "name",
    "state",
    "move_type",
    "invoice_date",
    "invoice_date_due",
    "invoice_origin",
    "currency_id",
    "amount_total",
    "amount_tax",
    "partner_id",
    "partner_shipping_id",
    "company_id",
    "invoice_payment_term_id",
    "reversed_entry_id",
)
LINE = (
    "name",
    "product_id",
    "quantity",
    "product_uom_id",
    "price_unit",
    "price_subtotal",
    "price_total",
    "discount",
    "sale_line_ids",
    "display_type",
    "tax_ids",
)

#: What Odoo gives is the sum of all taxes (X12 data element 963: TX all taxes); an 810 must say which.
ALL_TAXES = "TX"

#: `display_type` of lines that carry goods: "product" since 16, empty before.
GOODS = (False, "product")


class Invoices:
    """The customer invoices of one Odoo."""

    def __init__(
        self, session: Session, names: Names, codes: Codes, parties: Parties, places: Places
    ) -> None:
        self._session = session
        self._names = names
        self._codes = codes
        self._parties = parties
        self._places = places

    def orders(self, invoice: ErpRecord) -> tuple[ErpRecord, ...]:
        """Return the sale orders that an invoice bills, in the order of its lines."""
        return _Orders(self._session, self._rows(invoice)).records

    def read(self, invoice: ErpRecord, order: ErpRecord | None = None) -> Invoice:
        """Return a posted customer invoice, or what it bills of one order; its order is that of its first line."""
        head = self._session.one("account.move", invoice.id, HEAD)
        if head["state"] != "posted":
            raise Undeliverable(f"invoice {head['name'] or invoice.id} is {head['state']}, not posted")
        rows = self._rows(invoice)
        orders = _Orders(self._session, rows)
        places = self._places.of(ref_id(head["currency_id"]))
        total, tax, suffix = money(head["amount_total"], places), money(head["amount_tax"], places), ""
        if order is not None and len(orders.records) > 1:
            part = orders.place(order)
            tax = _tax_of(rows, orders, part, tax, places)
            rows = [row for row in rows if orders.of(row) == part]
            total = sum((money(row["price_subtotal"], places) for row in rows), tax)
            suffix = f"-{part + 1}"
        corrected = self._session.read(
            "account.move", [i for i in [ref_id(head["reversed_entry_id"])] if i], ["name"]
        )
        return Invoice(
            number=text(head["name"]) + suffix,
            date=day(head["invoice_date"]),
            currency=ref_name(head["currency_id"]),
            kind="credit" if head["move_type"] == "out_refund" else "invoice",
            original=next((text(row["name"]) for row in corrected.values()), ""),
            order_number=next((number for row in rows if (number := orders.order_number(row))), ""),
            refs={"vendor_order": text(head["invoice_origin"])} if head["invoice_origin"] else {},
            terms=self._terms(head),
            parties=self._parties.of(
                {
                    "bill_to": ref_id(head["partner_id"]),
                    "ship_to": ref_id(head["partner_shipping_id"]),
                    "remit_to": self._parties.company_partner(ref_id(head["company_id"])),
                }
            ),
            lines=tuple(self._lines([row for row in rows if not orders.is_charge(row)], orders, places)),
            charges=tuple(self._charges([row for row in rows if orders.is_charge(row)], places)),
            taxes=(Tax(kind=ALL_TAXES, amount=tax),) if tax else (),
            total=total,
        )

    def _rows(self, invoice: ErpRecord) -> list[Values]:
        """Return the lines that bill something."""
        domain: list[Any] = [["move_id", "=", invoice.id]]
        rows = self._session.search_read("account.move.line", domain, LINE, order="sequence, id")
        rows = [r for r in rows if r["display_type"] in GOODS and (r["product_id"] or r["quantity"])]
        return [r for r in rows if r["product_id"] or r["sale_line_ids"] or r["price_subtotal"]]

    def _terms(self, head: Values) -> Terms | None:
        """Return the terms of payment: their name, the due day and the days until then, and early discount."""
        name, due, issued = (
            ref_name(head["invoice_payment_term_id"]),
            day(head["invoice_date_due"]),
            day(head["invoice_date"]),
        )
        if not name and not due:
            return None
        early = self._discount(ref_id(head["invoice_payment_term_id"]))
        return Terms(
            due=due,
            net_days=(due - issued).days if due and issued else None,
            description=name,
            discount_percent=number(early["discount_percentage"]) if early else None,
            discount_days=int(early["discount_days"]) if early else None,
        )

    def _discount(self, term: int) -> Values | None:
        """Return the early discount of terms; Odoo knows it since 17."""
        fields = self._names.present(
            "account.payment.term", "early_discount", "discount_percentage", "discount_days"
        )
        rows = self._session.read("account.payment.term", [term] if term else [], fields or ["id"])
        row = rows.get(term)
        return row if row and row.get("early_discount") else None

    def _lines(self, rows: Sequence[Values], orders: _Orders, places: int) -> list[InvoiceLine]:
        products = self._codes.products_by_id(ref_id(r["product_id"]) for r in rows)
        rates = self._rates({i for row in rows for i in row["tax_ids"]})
        lines = []
        for row in rows:
            item = products.get(ref_id(row["product_id"]))
            price, charges = _price(row, places)
            lines.append(
                InvoiceLine(
                    number=orders.line_number(row),
                    quantity=number(row["quantity"]),
                    unit=ref_name(row["product_uom_id"]),
                    price=price,
                    ids=item.ids if item else {},
                    description=text(row["name"]).partition("\n")[0],
                    charges=charges,
                    order_number=orders.order_number(row),
                    sku=item.code if item else "",
                    tax_percent=_rate(row, rates),
                )
            )
        return lines

    def _charges(self, rows: Sequence[Values], places: int) -> Iterator[Charge]:
        """Yield what was ordered as an allowance or a charge, with our product for it."""
        products = self._codes.products_by_id(ref_id(r["product_id"]) for r in rows)
        rates = self._rates({i for row in rows for i in row["tax_ids"]})
        for row in rows:
            amount, item = money(row["price_subtotal"], places), products.get(ref_id(row["product_id"]))
            yield Charge(
                kind="allowance" if amount < 0 else "charge",
                amount=abs(amount),
                description=text(row["name"]).partition("\n")[0],
                ours=item.code if item else "",
                tax_percent=_rate(row, rates),
            )

    def _rates(self, taxes: set[int]) -> dict[int, Decimal]:
        """Return the percentages of taxes; one that is not a percentage of the price is left out."""
        rows = self._session.read("account.tax", sorted(taxes), ["amount_type", "amount"])
        return {i: number(row["amount"]) for i, row in rows.items() if row["amount_type"] == "percent"}


class _Orders:
    """The sale orders behind the lines of an invoice, read in three calls."""

    def __init__(self, session: Session, rows: Sequence[Values]) -> None:
        line_ids = [i for row in rows for i in row["sale_line_ids"]]
        lines = session.read("sale.order.line", line_ids, ["order_id"])
        self._order_of = {i: ref_id(line["order_id"]) for i, line in lines.items()}
        self._line_keys = session.external_ids("sale.order.line", list(lines))
        orders = list(dict.fromkeys(self._order_of[i] for i in line_ids if i in self._order_of))
        self._heads = session.read("sale.order", orders, ["client_order_ref", "name", "state"])
        self.records = tuple(
            ErpRecord("sale.order", i, text(self._heads[i]["name"]), text(self._heads[i]["state"]))
            for i in orders
            if i in self._heads
        )

    def place(self, order: ErpRecord) -> int:
        """Return the place of an order among those of the invoice, from 0; raise Undeliverable when it has none."""
        places = [at for at, record in enumerate(self.records) if record.id == order.id]
        if not places:
            raise Undeliverable(f"the invoice bills nothing of order {order.name or order.id}")
        return places[0]

    def of(self, row: Values) -> int:
        """Return the place of the order that a line bills; a line of no order goes with the first."""
        orders = [self._order_of.get(line, 0) for line in row["sale_line_ids"]]
        return next((at for at, record in enumerate(self.records) if record.id in orders), 0)

    def is_charge(self, row: Values) -> bool:
        """Say whether an invoice line bills what was ordered as an allowance or a charge."""
        return any(is_charge(self._line_keys.get(line, "")) for line in row["sale_line_ids"])

    def line_number(self, row: Values) -> str:
        """Return the partner's number of the order line that an invoice line bills."""
        for line in row["sale_line_ids"]:
            number = line_number(self._line_keys.get(line, ""))
            if number:
                return number
        return ""

    def order_number(self, row: Values) -> str:
        """Return the partner's number of the order that an invoice line bills."""
        for line in row["sale_line_ids"]:
            head = self._heads.get(self._order_of.get(line, 0), {})
            if head.get("client_order_ref"):
                return text(head["client_order_ref"])
        return ""


def _price(row: Values, places: int) -> tuple[Decimal, tuple[Charge, ...]]:
    """Return a line's price before discount and the discount as an allowance.

    Where the price contains tax, quantity x price is not the untaxed subtotal: the price is then taken
    from the subtotal, rounded to six places.
    """
    quantity, price, subtotal = (
        number(row["quantity"]),
        number(row["price_unit"], PRICE_PLACES),
        money(row["price_subtotal"], places),
    )
    discount = number(row["discount"])
    gross = money(quantity * price, places)
    if money(quantity * price * (100 - discount) / 100, places) != subtotal:
        return (round(subtotal / quantity, 6).normalize() if quantity else price), ()
    if gross == subtotal:
        return price, ()
    kind = "allowance" if gross > subtotal else "charge"
    return price, (Charge(kind=kind, amount=abs(gross - subtotal), percent=abs(discount)),)


def _rate(row: Values, rates: Mapping[int, Decimal]) -> Decimal | None:
    """Return what the taxes of a line come to in percent; None where one of them is not a percentage."""
    taxes = row["tax_ids"]
    return sum((rates[i] for i in taxes), Decimal(0)) if all(i in rates for i in taxes) else None


def _tax_of(rows: Sequence[Values], orders: _Orders, part: int, whole: Decimal, places: int) -> Decimal:
    """Return the tax of one order's lines; what rounding leaves of the whole goes with the last order."""
    sums = [Decimal(0)] * len(orders.records)
    for row in rows:
        sums[orders.of(row)] += money(row["price_total"], places) - money(row["price_subtotal"], places)
    return whole - sum(sums[:-1], Decimal(0)) if part == len(sums) - 1 else sums[part]
