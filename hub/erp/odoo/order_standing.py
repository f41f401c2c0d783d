"""What stands in Odoo already when orders come to be posted: what their keys made, and what people typed by hand."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from hub.erp.odoo.client import Session, Values
from hub.erp.odoo.line_keys import MODULE, external_id
from hub.erp.odoo.lookups import hold
from hub.erp.odoo.partners import Partners
from hub.erp.odoo.reading import ref_id, text
from hub.erp.port import OrderRequest
from hub.model import problems
from hub.model.exchange import ErpRecord
from hub.model.finding import Finding

_MODEL = "sale.order"
_FIELDS = ("name", "state", "client_order_ref", "partner_id")


class Found(Struct, frozen=True):
    """What stands there. No order of a key that is not in `made` had a higher id than `newest` when it was looked."""

    made: Mapping[str, ErpRecord] = field(default_factory=dict)  # by key
    typed: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)  # by key
    newest: int = 0


class Standing:
    """Looks through the sale orders of one Odoo. May be used by several threads."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._newest = 0  # the highest id that was ever seen
        self._guard = threading.Lock()

    def look(self, requests: Sequence[OrderRequest], known: Partners) -> Found:
        """Return what stands there for these orders: one or two calls where nothing does.

        An order that a key made is found by the customer's number on it. Where somebody changed that, it is not in
        `made`: `load` finds it all the same, and then its id is not above `newest`.
        """
        before = self._newest or self._first()
        tops = {top for r in requests if (top := _top(r, known))}
        refs = {ref for r in requests for ref in (r.order.number, r.order.reference)}
        domain: list[Any] = [
            *("|", ["id", ">", before], "&", ["client_order_ref", "in", sorted(refs)]),
            ["partner_id.commercial_partner_id", "in", sorted(tops)],
        ]
        rows = self._session.search_read(_MODEL, domain, _FIELDS)
        self.seen(row["id"] for row in rows)
        theirs = [row for row in rows if text(row["client_order_ref"]) in refs]
        keys = self._session.external_ids(_MODEL, [row["id"] for row in theirs])
        by_key = {keys.get(row["id"], ""): row for row in theirs}
        made = {r.key: _record(by_key[name]) for r in requests if (name := external_id(r.key)) in by_key}
        by_hand = [row for row in theirs if not keys.get(row["id"], "").startswith(f"{MODULE}.")]
        newest = max((before, *(row["id"] for row in rows)))
        return Found(made, self._typed(requests, known, by_hand), newest)

    def seen(self, ids: Iterable[int]) -> None:
        """Note orders that were seen: none of them is new again."""
        with self._guard:
            self._newest = max((self._newest, *ids))

    def _first(self) -> int:
        found: list[int] = self._session.call(_MODEL, "search", domain=[], order="id desc", limit=1)
        return max(found, default=0)

    def _typed(
        self, requests: Sequence[OrderRequest], known: Partners, rows: Sequence[Values]
    ) -> dict[str, tuple[Finding, ...]]:
        """Return findings where a customer's order of this number is there that the hub did not make."""
        rows = [row for row in rows if row["state"] != "cancel"]
        buyers = self._session.read(
            "res.partner", [ref_id(row["partner_id"]) for row in rows], ["commercial_partner_id"]
        )
        tops = {i: ref_id(row["commercial_partner_id"]) or i for i, row in buyers.items()}
        return {
            r.key: tuple(
                _typed_by_hand(row, r.order.number)
                for row in rows
                if text(row["client_order_ref"]) == r.order.number
                and tops.get(ref_id(row["partner_id"])) == _top(r, known)
            )
            for r in requests
            if not r.policy.released
        }


def _top(request: OrderRequest, known: Partners) -> int:
    """Return the id of the company that orders, 0 where it is not known."""
    customer = known.company(request.policy.customer_ref)
    if isinstance(customer, Finding):
        return 0
    return ref_id(customer["commercial_partner_id"]) or int(customer["id"])


def _record(row: Values) -> ErpRecord:
    return ErpRecord(_MODEL, row["id"], text(row["name"]), text(row["state"]))


def _typed_by_hand(row: Values, number: str) -> Finding:
    return hold(
        problems.ALREADY_POSTED,
        f"{row['name']} in Odoo has the customer's order number {number} already",
        where="number",
        value=number,
        hint="Release it to make a second order, or cancel this exchange.",
    )
