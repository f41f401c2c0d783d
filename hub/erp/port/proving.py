"""The port for proofs: what the ERP has by the keys of the hub, read in batches. Nothing is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from hub.model.exchange import ErpRecord


class Kept(Struct, frozen=True):
    """One record as the ERP has it now, and the keys of ours that it answers to."""

    record: ErpRecord
    made_by: str = ""  # the key whose document made it; "" for a record that somebody else made
    noted: frozenset[str] = frozenset()  # the keys of documents that were written on it
    cancelled: bool = False


class Twins(Struct, frozen=True):
    """Records that stand under one business reference of one partner, the oldest first; cancelled ones don't count."""

    reference: str
    records: tuple[Kept, ...]


class Proving(Protocol):
    """What the ERP has of the hub's. Raises Retryable or Undeliverable when it does not answer."""

    def kept(self, model: str, ids: Sequence[int]) -> dict[int, Kept]:
        """Return records by id with the keys that they answer to; those that are gone are left out."""

    def ours(self, since: datetime | None = None) -> Iterator[list[Kept]]:
        """Yield, page by page, all records made by a key, and those on which documents were written.

        `since`: only what was made in the ERP at or after that instant. A page may be empty.
        """

    def twins(self, model: str, ids: Sequence[int]) -> list[Twins]:
        """Return where one of these records shares its business reference (the customer's order number, the vendor's
        invoice number) with another of the same partner and company.
        """
