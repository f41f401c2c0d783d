"""The products of a customer's lines: by Odoo's own list of what a customer calls them, then by codes and barcodes.

The list is the model customer.product.reference, of Odoo's sale EDI since 19.2; an Odoo without it has no rows.
A row may stand with the customer or with its company.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hub.erp.odoo.client import Session, Values
from hub.erp.odoo.lookups import Codes, Product, hold
from hub.erp.odoo.reading import ref_id, text
from hub.model import problems
from hub.model.documents import OrderLine, WarehouseLine
from hub.model.errors import Undeliverable
from hub.model.finding import Finding

_MODEL = "customer.product.reference"
_FIELDS = ("customer_product_reference", "partner_id", "product_id")

_Listed = dict[str, list[Product]]
_Lines = Sequence[OrderLine | WarehouseLine]


class CustomerItems:
    """What the customers of one Odoo order."""

    def __init__(self, session: Session, codes: Codes) -> None:
        self._session = session
        self._codes = codes
        self._present: bool | None = None

    def products(self, lines: _Lines, customer: Values | Finding) -> list[Product | Finding]:
        """Return the product of each line of a customer, or the finding that says why there is none."""
        return self.products_of([(lines, customer)])[0]

    def products_of(
        self, documents: Sequence[tuple[_Lines, Values | Finding]]
    ) -> list[list[Product | Finding]]:
        """Return the same for the lines of many documents: a call for all, and one for each customer with a list."""
        settled = self._settled(documents)
        others = self._codes.products_of(
            [
                [("", {}) if one else (_code(line), line.ids) for one, line in zip(known, lines, strict=True)]
                for known, (lines, _) in zip(settled, documents, strict=True)
            ]
        )
        return [
            [one or other for one, other in zip(known, rest, strict=True)]
            for known, rest in zip(settled, others, strict=True)
        ]

    def _settled(
        self, documents: Sequence[tuple[_Lines, Values | Finding]]
    ) -> list[list[Product | Finding | None]]:
        """Return what the customers' lists say of each line; None where they say nothing."""
        customers = {c["id"]: c for _, c in documents if not isinstance(c, Finding)}
        numbers: dict[int, set[str]] = {customer: set() for customer in customers}
        for lines, customer in documents:
            if not isinstance(customer, Finding):
                numbers[customer["id"]] |= {line.listed.number for line in lines if line.listed}
        listed = {customer: self._listed(numbers[customer], row) for customer, row in customers.items()}
        return [
            [
                _by_list(i, line, {} if isinstance(customer, Finding) else listed[customer["id"]])
                or _missed(i, line)
                for i, line in enumerate(lines)
            ]
            for lines, customer in documents
        ]

    def _listed(self, numbers: set[str], customer: Values) -> _Listed:
        """Return the products that go by these numbers with a customer; its own rows before those of its company."""
        if not numbers or not self._can_ask():
            return {}
        own, company = int(customer["id"]), ref_id(customer["commercial_partner_id"])
        domain: list[Any] = [
            ["partner_id", "in", sorted({own, company} - {0})],
            ["customer_product_reference", "in", sorted(numbers)],
            ["product_id.active", "=", True],
        ]
        rows = self._session.search_read(_MODEL, domain, _FIELDS, order="id")
        products = self._codes.products_by_id(ref_id(row["product_id"]) for row in rows)
        found: dict[str, dict[int, list[Product]]] = {}
        for row in rows:
            by_holder = found.setdefault(text(row["customer_product_reference"]), {})
            by_holder.setdefault(ref_id(row["partner_id"]), []).append(products[ref_id(row["product_id"])])
        return {number: rows.get(own) or rows.get(company, []) for number, rows in found.items()}

    def _can_ask(self) -> bool:
        """Say whether Odoo has the list and we may read it; asked once."""
        if self._present is None:
            try:
                may = self._session.call(
                    _MODEL, "check_access_rights", operation="read", raise_exception=False
                )
            except Undeliverable:
                may = False
            self._present = bool(may)
        return self._present


def _by_list(index: int, line: OrderLine | WarehouseLine, listed: _Listed) -> Product | Finding | None:
    """Return what the list says of a line; None where it says nothing."""
    if line.listed is None:
        return None
    number = line.listed.number
    products = listed.get(number, [])
    if len(products) < 2:
        return products[0] if products else None
    names = ", ".join(f"{p.name} (id {p.id})" for p in products)
    return hold(
        problems.CODE_UNKNOWN,
        f"line {line.number}: {len(products)} products have the customer reference {number!r}: {names}",
        where=f"lines[{index}].ids.buyer_part",
        value=number,
        hint="Leave it with one of them in Odoo, or add the item to the partner's crosswalk; then release.",
    )


def _missed(index: int, line: OrderLine | WarehouseLine) -> Finding | None:
    """Return what holds a line that nothing names, in the words of the crosswalk; None where something else does."""
    if line.listed is None or line.listed.otherwise is not None:
        return None
    number, near = line.listed.number, line.listed.near
    meant = f'did they mean "{near}"? ' if near else ""
    return hold(
        problems.CODE_UNKNOWN,
        f'line {line.number}: no item of ours for buyer_part "{number}"',
        where=f"lines[{index}].ids.buyer_part",
        value=number,
        hint=f"{meant}add a row to the item crosswalk (theirs = {number}), or in Odoo their reference to a product, "
        "then release",
    )


def _code(line: OrderLine | WarehouseLine) -> str:
    return line.sku if line.listed is None else line.listed.otherwise or ""
