"""foreseen: what posting a document would do, as far as it can be told without Odoo.

The very rules of posting that ask Odoo nothing are asked here beforehand; what only Odoo can say is named as such.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from hub.erp.odoo.bill_checks import wrong_own_sum
from hub.model import problems
from hub.model.documents import (
    AnyDocument,
    DocType,
    Invoice,
    OrderLine,
    PurchaseOrder,
    RecordBatch,
    Remittance,
)
from hub.model.finding import Finding, Severity, Where
from hub.model.partner import Partner
from hub.stages.posting import payments
from hub.stages.rules import judge

#: What would be made or changed, by kind of document; an order is told line by line.
_WOULD = {
    DocType.ORDER_ACKNOWLEDGMENT: "the supplier's answer on purchase order",
    DocType.SHIP_NOTICE: "announced quantities on the open receipt of purchase order",
    DocType.INVOICE: "a draft vendor bill for purchase order",
    DocType.ORDER_CHANGE: "what may be changed of the sale order for",
    DocType.ORDER_CHANGE_ACKNOWLEDGMENT: "the supplier's answer on purchase order",
    DocType.INVENTORY_ADVICE: "the supplier's stock, kept in the hub",
    DocType.PRICE_CATALOG: "prices of the supplier",
    DocType.REMITTANCE: "a draft payment with a proposed reconciliation",
    DocType.RECEIVING_ADVICE: "a comparison with what we shipped for",
    DocType.WAREHOUSE_ORDER: "a transfer for the depositor",
    DocType.WAREHOUSE_ADVICE: "what was done, on our transfer",
}
_OF_OUR_ORDER = (
    "is the purchase order theirs and open, and do lines, units, prices and quantities agree with it?"
)
#: What is asked of Odoo (and of the log) when it is posted, by kind of document.
_ASKED = {
    DocType.PURCHASE_ORDER: "are customer, address, items and units known there, and do the prices agree?",
    DocType.ORDER_ACKNOWLEDGMENT: _OF_OUR_ORDER,
    DocType.ORDER_CHANGE_ACKNOWLEDGMENT: _OF_OUR_ORDER,
    DocType.SHIP_NOTICE: _OF_OUR_ORDER,
    DocType.INVOICE: f"{_OF_OUR_ORDER[:-1]}, and is the invoice new?",
    DocType.ORDER_CHANGE: "is the order there, and how far is it delivered and invoiced?",
    DocType.INVENTORY_ADVICE: "which items are ours?",
    DocType.PRICE_CATALOG: "which items are ours, and how far does a price jump?",
    DocType.REMITTANCE: "which invoices are paid, and how much of them is open?",
    DocType.RECEIVING_ADVICE: "what did we ship?",
    DocType.WAREHOUSE_ORDER: "are depositor, warehouse, items and units known there?",
    DocType.WAREHOUSE_ADVICE: "is the transfer open, and do its quantities agree?",
}


def foreseen(document: AnyDocument, partner: Partner, today: dt.date) -> tuple[Finding, ...]:
    """Return what posting would find by the document and the profile alone; `today` is the hub's day."""
    agreed = partner.receive.get(document.doc_type)
    if agreed is None:
        return ()
    if isinstance(document, PurchaseOrder):
        return (*_listed_only(document), *judge(document, agreed.rules, today, released=False).findings)
    if isinstance(document, Invoice):
        return tuple(wrong_own_sum(document))
    if isinstance(document, Remittance):
        return tuple(payments.faults(document))
    return ()


def _listed_only(order: PurchaseOrder) -> Iterator[Finding]:
    """Yield a warning for each line whose item only Odoo's list of customer references may name."""
    for at, line in enumerate(order.lines):
        if line.listed is not None and line.listed.otherwise is None:
            number = line.listed.number
            yield Finding(
                problem=problems.CODE_UNKNOWN,
                severity=Severity.WARNING,
                message=f'line {line.number}: no item of ours for buyer_part "{number}", unless Odoo has it as a '
                "customer reference",
                where=Where(path=f"lines[{at}].ids.buyer_part"),
                value=number,
                hint=f"add a row to the item crosswalk (theirs = {number}), or the reference to the product in Odoo",
            )


def would_post(document: AnyDocument, further: int) -> str:
    """Return what would be posted, in words; `further`: orders of other stores that the document becomes too."""
    if isinstance(document, PurchaseOrder):
        items = ", ".join(
            f"{line.our_quantity or line.quantity} × {line.sku or _by_number(line)}"
            for line in document.lines
        )
        others = f"; and {further} more for the other stores" if further else ""
        return f"a draft sale.order with client_order_ref {document.reference}: {items}{others}"
    if isinstance(document, RecordBatch):
        return (
            f"{len(document.records)} records, each compared first: `hub records try` shows what would change"
        )
    said = _WOULD.get(document.doc_type, "nothing of it is posted")
    return f"{said} {', '.join(document.order_numbers)}".strip()


def _by_number(line: OrderLine) -> str:
    """Return how a line names a product that only Odoo can tell."""
    if line.listed is None:
        return "the product with that barcode"
    otherwise = line.listed.otherwise
    rest = "none" if otherwise is None else otherwise or "the product with that barcode"
    return f"the product with customer reference {line.listed.number}, else {rest}"


def asked_of_odoo(document: AnyDocument) -> str:
    """Return what only Odoo can say, as a question; empty where it is asked nothing."""
    return _ASKED.get(document.doc_type, "")
