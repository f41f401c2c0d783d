"""Invoices, credit notes, and what pays them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import ClassVar

from msgspec import field
from msgspec.structs import force_setattr

from hub.model.documents.base import Document
from hub.model.documents.kinds import DocType
from hub.model.documents.parts import Carriage, Charge, ItemIds, Priced, Tax, Terms, Value


class PaymentMeans(Value, frozen=True, kw_only=True):
    """How an invoice is to be paid (UBL PaymentMeans)."""

    kind: str = ""  # UNCL 4461, e.g. 30 credit transfer, 58 SEPA
    account: str = ""  # IBAN or account number of the payee
    bank: str = ""  # BIC
    reference: str = ""  # what the payer is to write


class InvoiceLine(Priced, frozen=True, kw_only=True):
    """One invoiced item (X12 IT1 loop)."""

    number: str
    quantity: Decimal
    unit: str
    price: Decimal  # IT104, for `base_quantity` units
    ids: ItemIds = field(default_factory=dict)
    description: str = ""
    charges: tuple[Charge, ...] = ()
    taxes: tuple[Tax, ...] = ()
    order_number: str = ""  # where one invoice bills several orders
    order_line: str = ""  # the order's line number, where it is not `number`
    amount: Decimal | None = None  # the line's own net as sent, allowances and charges of the line in it
    tax_percent: Decimal | None = (
        None  # what all taxes of the line come to, of ours: for formats that tell rates
    )
    refs: dict[str, str] = field(default_factory=dict)
    dates: dict[str, dt.date] = field(default_factory=dict)
    sku: str = ""  # our item code, set by the crosswalk
    our_quantity: Decimal | None = None  # in `our_unit`, set by the crosswalk
    our_unit: str = ""

    @property
    def unit_price(self) -> Decimal:
        """Return the price of one `unit`."""
        return self.per_one(self.price)


class Invoice(Document, frozen=True, kw_only=True, omit_defaults=True, tag="invoice"):
    """A seller bills (X12 810). `number` is BIG02; `kind` says which way the money goes.

    Amounts are positive for an invoice and for a credit alike (`hub.model.signs`); a single line may be negative.
    """

    doc_type: ClassVar[DocType] = DocType.INVOICE

    kind: str = "invoice"  # invoice DI | credit CR (BIG07)
    order_number: str = ""  # BIG04
    order_date: dt.date | None = None  # BIG03
    release: str = ""  # BIG05
    shipment: str = ""  # REF SI / BM: the ship notice it bills
    terms: Terms | None = None
    carriage: Carriage | None = None
    lines: tuple[InvoiceLine, ...] = ()
    charges: tuple[Charge, ...] = ()
    taxes: tuple[Tax, ...] = ()
    total: Decimal = Decimal(0)  # TDS01, document currency (X12 has hundredths, whatever the currency)
    units_shipped: Decimal | None = None  # ISS01
    units_shipped_unit: str = ""  # ISS02
    weight: Decimal | None = None  # ISS03
    weight_unit: str = ""  # ISS04
    line_count: int | None = None
    due: dt.date | None = None  # when it is to be paid, where they say so beside the terms
    original: str = ""  # a credit: the number of the invoice that it corrects
    net: Decimal | None = None  # before taxes, as sent (UBL TaxExclusiveAmount)
    prepaid: Decimal | None = None  # paid already, as sent
    payment: PaymentMeans | None = None

    @property
    def key_parts(self) -> tuple[str, str]:
        return self.number, self.release

    @property
    def order_numbers(self) -> tuple[str, ...]:
        named = (self.order_number, *(line.order_number for line in self.lines))
        return tuple(dict.fromkeys(number for number in named if number))


class Adjustment(Value, frozen=True, kw_only=True):
    """A difference between what was billed and what is paid (X12 ADX)."""

    amount: Decimal  # ADX01, signed as sent: what it adds to the payment
    reason: str = ""  # ADX02 (data element 426), the code
    reference: str = ""  # ADX04
    note: str = ""


class RemittedItem(Value, frozen=True, kw_only=True):
    """One invoice or credit that a payment settles (X12 820 RMR loop)."""

    number: str  # RMR02
    kind: str = "invoice"  # RMR01: invoice IV | credit CM | order PO | else the code
    paid: Decimal | None = None  # RMR04, signed
    gross: Decimal | None = None  # RMR05, as billed
    discount: Decimal | None = None  # RMR06, taken
    date: dt.date | None = None  # DTM 003: of the invoice
    order_number: str = ""  # REF PO
    refs: dict[str, str] = field(default_factory=dict)
    adjustments: tuple[Adjustment, ...] = ()

    @property
    def settled(self) -> Decimal:
        """Return what is paid of it: as they say, or billed less discount and deductions."""
        if self.paid is not None:
            return self.paid
        adjusted = sum((a.amount for a in self.adjustments), Decimal(0))
        return (self.gross or Decimal(0)) - (self.discount or Decimal(0)) + adjusted


#: So many characters of a bank account are kept, behind the mask.
_KEPT, _MASK = 4, "XXXX"


def _masked(account: str) -> str:
    """Return a bank account with its last four characters only; of a short one nothing is kept."""
    bare = account.strip()
    return _MASK + bare[-_KEPT:] if len(bare) > _KEPT else _MASK if bare else ""


class Remittance(Document, frozen=True, kw_only=True, omit_defaults=True, tag="remittance"):
    """A payer says what a payment is for (X12 820). `number` is TRN02; parties are payer PR and payee PE.

    The items' `paid` and the adjustments add up to `amount`; what is adjusted within an item is netted in its
    `paid` already. Bank accounts are kept with their last four characters only, whatever they came as.
    """

    doc_type: ClassVar[DocType] = DocType.REMITTANCE

    handling: str = ""  # BPR01 (data element 305), the code
    amount: Decimal  # BPR02, in `currency`, positive
    direction: str = "credit"  # BPR03: credit C | debit D
    method: str = ""  # BPR04: ach ACH | check CHK | wire FWT | else the code
    paid_on: dt.date | None = None  # BPR16
    payer_account: str = ""  # BPR09, masked but for its last four characters
    payee_account: str = ""  # BPR15, masked alike
    items: tuple[RemittedItem, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()  # of the payment as a whole

    def __post_init__(self) -> None:
        force_setattr(self, "payer_account", _masked(self.payer_account))
        force_setattr(self, "payee_account", _masked(self.payee_account))

    @property
    def unaccounted(self) -> Decimal:
        """Return what the items and adjustments leave of `amount`; 0 when all adds up."""
        told = sum((item.settled for item in self.items), Decimal(0))
        return self.amount - told - sum((a.amount for a in self.adjustments), Decimal(0))

    @property
    def order_numbers(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(i.order_number for i in self.items if i.order_number))
