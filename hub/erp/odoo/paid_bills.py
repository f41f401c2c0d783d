"""Read a posted payment to a vendor as a remittance: which of their bills it settles, and by how much.

What a payment settles stands in the partial reconciliations of its journal entry. A refund is matched with a
bill, not with the payment: where the payment was made for both, the bill is told in full and the refund as a
credit. What was written off is discount where the bills' terms give just that much, else an adjustment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from hub.erp.odoo.client import Session, Values
from hub.erp.odoo.names import Names
from hub.erp.odoo.parties import Parties
from hub.erp.odoo.places import Places
from hub.erp.odoo.reading import day, number, ref_id, ref_name, text
from hub.erp.port import money
from hub.model.documents import Adjustment, Remittance, RemittedItem
from hub.model.errors import Undeliverable
from hub.model.exchange import ErpRecord

MODEL = "account.payment"
#: States of a payment that is made: posted (until 17), then in_process (the bank was not heard yet) and paid.
MADE = ("in_process", "paid", "posted")
#: How a payment method of Odoo is called in a remittance; the profile says what the others are.
METHODS = {"check_printing": "check", "batch_payment": "ach", "sepa_ct": "ach", "aba_ct": "ach"}
#: X12 element 426 for what was written off without a reason that both sides know.
NO_REASON = "ZZ"

_PAYMENT = ("name", "state", "amount", "date", "partner_id", "company_id", "currency_id", "move_id")
_BILL = ("ref", "name", "move_type", "amount_total", "invoice_date", "invoice_payment_term_id", "line_ids")
_ZERO = Decimal(0)


class Bill(Struct, frozen=True, kw_only=True):
    """A bill that a payment was made for, or a refund, whose amounts are negative."""

    number: str  # the vendor's own
    date: date | None
    gross: Decimal
    settled: Decimal  # by this payment, or against its refunds
    discount: Decimal  # what its terms give on the day of the payment

    def item(self, *, discount: Decimal = _ZERO, adjustments: tuple[Adjustment, ...] = ()) -> RemittedItem:
        """Return what the remittance says of it."""
        adjusted = sum((a.amount for a in adjustments), _ZERO)
        return RemittedItem(
            number=self.number,
            kind="credit" if self.gross < 0 else "invoice",
            paid=self.settled - discount + adjusted,
            gross=self.gross,
            discount=discount or None,
            date=self.date,
            adjustments=adjustments,
        )


class PaidBills:
    """The payments to vendors of one Odoo."""

    def __init__(self, session: Session, names: Names, parties: Parties, places: Places) -> None:
        self._session = session
        self._names = names
        self._parties = parties
        self._places = places

    def read(self, payment: ErpRecord) -> Remittance:
        """Return a posted payment to a vendor with the bills that it settles."""
        memo = self._names.field(MODEL, "memo")
        row = self._session.one(
            MODEL, payment.id, [*_PAYMENT, memo, "payment_method_code", "reconciled_bill_ids"]
        )
        if row["state"] not in MADE:
            raise Undeliverable(f"payment {row['name'] or payment.id} is {row['state']}, not posted")
        paid_on = day(row["date"])
        places = self._places.of(ref_id(row["currency_id"]))
        amount = money(row["amount"], places)
        bills = self._bills(row, paid_on, places)
        items, adjustments = told(bills, amount) if row["move_id"] else told_unbooked(bills, amount)
        company = self._parties.company_partner(ref_id(row["company_id"]))
        return Remittance(
            number=text(row[memo]) or text(row["name"]),
            date=paid_on,
            paid_on=paid_on,
            currency=ref_name(row["currency_id"]),
            handling="I",  # X12 element 305: for information, the money goes another way
            method=METHODS.get(text(row["payment_method_code"]), ""),
            amount=amount,
            parties=self._parties.of({"payer": company, "payee": ref_id(row["partner_id"])}),
            items=items,
            adjustments=adjustments,
        )

    def _bills(self, payment: Values, paid_on: date | None, places: int) -> list[Bill]:
        rows = self._session.read("account.move", payment["reconciled_bill_ids"], _BILL)
        terms = self._session.read(
            "account.payment.term",
            [term for row in rows.values() if (term := ref_id(row["invoice_payment_term_id"]))],
            ["early_discount", "discount_percentage", "discount_days"],
        )
        settled = self._settled(ref_id(payment["move_id"]), rows, places)
        ordered = sorted(rows.values(), key=lambda row: (row["move_type"] == "in_refund", row["id"]))
        return [
            Bill(
                number=text(row["ref"]) or text(row["name"]),
                date=day(row["invoice_date"]),
                gross=_signed(row, places),
                settled=settled.get(row["id"], _ZERO),
                discount=_discount(row, terms.get(ref_id(row["invoice_payment_term_id"])), paid_on, places),
            )
            for row in ordered
        ]

    def _settled(self, entry: int, rows: Mapping[int, Values], places: int) -> dict[int, Decimal]:
        """Return how much of each bill (in its currency) the payment and its refunds settle; refunds are negative.

        A journal without an outstanding account makes no entry: then its bills are taken to be paid in full.
        """
        bill_of = {line: row["id"] for row in rows.values() for line in row["line_ids"]}
        if not entry:
            return {i: _signed(row, places) for i, row in rows.items()}
        refunds = [i for i, row in rows.items() if row["move_type"] == "in_refund"]
        domain: list[Any] = [
            ["debit_move_id.move_id", "in", [entry, *refunds]],
            ["credit_move_id", "in", sorted(bill_of)],
        ]
        settled: dict[int, Decimal] = {}
        fields = ["debit_move_id", "credit_move_id", "credit_amount_currency"]
        for match in self._session.search_read("account.partial.reconcile", domain, fields):
            amount = money(match["credit_amount_currency"], places)
            bill, refund = (
                bill_of[ref_id(match["credit_move_id"])],
                bill_of.get(ref_id(match["debit_move_id"])),
            )
            settled[bill] = settled.get(bill, _ZERO) + amount
            if refund is not None:
                settled[refund] = settled.get(refund, _ZERO) - amount
        return settled


def told(bills: Sequence[Bill], amount: Decimal) -> tuple[tuple[RemittedItem, ...], tuple[Adjustment, ...]]:
    """Return items and adjustments of a payment; what the bills' settlement holds beyond it was written off.

    A payment of more than it settles keeps the rest on account, and no item says so.
    """
    written_off = sum((bill.settled for bill in bills), _ZERO) - amount
    if written_off <= 0:
        return tuple(bill.item() for bill in bills), ()
    if sum((bill.discount for bill in bills), _ZERO) == written_off:
        return tuple(bill.item(discount=bill.discount) for bill in bills), ()
    off = Adjustment(amount=-written_off, reason=NO_REASON, note="written off")
    if len(bills) == 1:
        return (bills[0].item(adjustments=(off,)),), ()
    return tuple(bill.item() for bill in bills), (replace(off, note="written off of the whole"),)


def told_unbooked(
    bills: Sequence[Bill], amount: Decimal
) -> tuple[tuple[RemittedItem, ...], tuple[Adjustment, ...]]:
    """Return the items of a payment that made no journal entry: all of its bills, or a part of its only one.

    Nothing says what of several bills a smaller amount settles; then the items make more than the amount.
    """
    if len(bills) == 1 and 0 < amount < bills[0].settled - bills[0].discount:
        return (replace(bills[0], settled=amount).item(),), ()
    discount = sum((bill.settled for bill in bills), _ZERO) - amount
    if discount and discount == sum((bill.discount for bill in bills), _ZERO):
        return tuple(bill.item(discount=bill.discount) for bill in bills), ()
    return tuple(bill.item() for bill in bills), ()


def _signed(row: Values, places: int) -> Decimal:
    return money(row["amount_total"], places) * (-1 if row["move_type"] == "in_refund" else 1)


def _discount(row: Values, term: Values | None, paid_on: date | None, places: int) -> Decimal:
    """Return the early payment discount that a bill's terms give on a day, in the currency's smallest units."""
    issued = day(row["invoice_date"])
    if term is None or not term["early_discount"] or issued is None or paid_on is None:
        return _ZERO
    if paid_on > issued + timedelta(days=int(term["discount_days"] or 0)):
        return _ZERO
    return money(_signed(row, places) * number(term["discount_percentage"]) / 100, places)
