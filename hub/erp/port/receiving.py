"""The port's part for receiving advices: what came in of our purchase orders, and what customers say came in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from hub.erp.port.results import PostResult
from hub.model.documents import ReceivingAdvice
from hub.model.exchange import ErpRecord


class Receiving(Protocol):
    """What the hub asks of an ERP about receiving advices."""

    def read(self, receipt: ErpRecord) -> ReceivingAdvice:
        """Return a finished receipt of a purchase order: per line what came, what was announced and ordered.

        `received` is what was accepted. What was scrapped is damaged, what was sent back is returned, and
        announced = received + returned + damaged + short - over. Order and line numbers are those that we sent.
        Raises Undeliverable when the receipt is not done, or of no purchase order.
        """

    def post(self, key: str, advice: ReceivingAdvice, order: ErpRecord, told: Sequence[str]) -> PostResult:
        """Keep a customer's advice on the sale order, once.

        `told`: the differences in words; they become a note and an activity of the order's salesperson. Without
        any it is kept in silence. No quantity of the ERP is changed.
        """
