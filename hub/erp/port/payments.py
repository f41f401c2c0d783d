"""The port's part for payments: what customers say they paid, and what we paid to vendors.

A payment that comes in is a draft and a proposal: nothing is posted and nothing is reconciled by the hub.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Protocol

from msgspec import Struct

from hub.erp.port.results import PostResult
from hub.model.documents import Remittance
from hub.model.exchange import ErpRecord


class RemittancePolicy(Struct, frozen=True, kw_only=True):
    """How a customer's remittance may be posted, from the agreement."""

    customer_ref: str  # res.partner `ref`, or else exact name
    origin: str = ""  # e.g. "EDI 000000905/0001 exchange 42": the record names its exchange
    short_pay: Decimal = Decimal(
        0
    )  # percent of an invoice's open amount that may be missing without a finding
    holds: bool = False  # short pays and over-payments hold it; else they are told beside it
    released: bool = False  # an operator decided: nothing holds any more


class Payments(Protocol):
    """What the hub asks of an ERP about payments."""

    def propose(self, key: str, remittance: Remittance, policy: RemittancePolicy) -> PostResult:
        """Make a DRAFT customer payment of a remittance, once, with the proposed reconciliation beside it.

        The proposal (a JSON attachment of the payment, and a note in words) names for each item the invoice,
        what was open, what is paid, discount, deductions with their reasons, and what stays open. Items of no
        invoice of this customer, other currencies, short pays and over-payments are findings.
        """

    def read(self, payment: ErpRecord) -> Remittance:
        """Return a posted payment to a vendor: the bills that it settles by the vendor's own numbers.

        The items and adjustments add up to what is settled, which may be less than the amount: the rest is paid
        on account. Raises Undeliverable when the payment is not posted.
        """
