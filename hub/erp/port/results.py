"""What every post to the ERP is given and gives back."""

from __future__ import annotations

from msgspec import Struct

from hub.model.exchange import ErpRecord
from hub.model.finding import Finding


class OrderPolicy(Struct, frozen=True, kw_only=True):
    """How an inbound order may be posted, from the agreement."""

    customer_ref: str  # res.partner `ref`, or else exact name
    price: str = "partner"  # partner | pricelist | tolerance N%
    origin: str = ""  # e.g. "EDI 000000905/0001 exchange 42": the record names its exchange
    released: bool = False  # an operator decided: price differences no longer hold


class PostResult(Struct, frozen=True, kw_only=True):
    """What came of a post. No record: the findings say why."""

    record: ErpRecord | None = None
    created: bool = False
    findings: tuple[Finding, ...] = ()
