"""Post customers' orders as draft sale.orders, many in a few calls.

Prices follow the agreement: `partner` writes theirs, `pricelist` leaves them to Odoo, `tolerance N%` writes
theirs while it is near enough to ours. Taxes, addresses, payment terms and salesperson are left to Odoo's own
computation: `load()` computes what it is not given, from product, partner and fiscal position.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from decimal import Decimal
from typing import Any

from msgspec import structs

from hub.erp.odoo.batches import settle
from hub.erp.odoo.client import Session
from hub.erp.odoo.errors import Refused
from hub.erp.odoo.flow import BatchSize
from hub.erp.odoo.ledger import Ledger
from hub.erp.odoo.lookups import Codes
from hub.erp.odoo.names import Names
from hub.erp.odoo.order_drafts import Draft, Drafts
from hub.erp.odoo.order_rows import NEUTRAL, LineNames, note_rows, order_rows
from hub.erp.odoo.order_standing import Standing
from hub.erp.odoo.pricing import rounded
from hub.erp.odoo.quoting import Goods
from hub.erp.odoo.reading import PRICE_PLACES, number, ref_id
from hub.erp.odoo.refusals import refused
from hub.erp.odoo.tables import Making
from hub.erp.odoo.unwritten import unwritten
from hub.erp.port import Fault, NoteRequest, OrderPolicy, OrderRequest, PostResult
from hub.model.documents import PurchaseOrder
from hub.model.exchange import ErpRecord
from hub.model.finding import Finding

#: So many orders go into one call at most. What a batch asks beside it (three calls) is then a fortieth of the whole;
#: more would only make its answer come later.
MOST_ORDERS = 64

_MODEL = "sale.order"
_Answers = dict[str, PostResult | Fault]


class Orders:
    """Posts orders into one Odoo."""

    def __init__(self, session: Session, names: Names, codes: Codes, ledger: Ledger) -> None:
        self._session = session
        self._names = names
        self._ledger = ledger
        self._drafts = Drafts(session, names, codes)
        self._standing = Standing(session)
        self._sizes = BatchSize(MOST_ORDERS, soon_seconds=session.settings.read_seconds / 8)

    @property
    def batch_size(self) -> int:
        """Return how many orders go into one call now."""
        return self._sizes.size

    def post(self, requests: Sequence[OrderRequest]) -> list[PostResult | Fault]:
        """Make the draft sale.order of each key, once; HOLD findings say why there is none.

        A look-up is one call for all; one that Odoo refuses is divided like any other, until the culprit stands alone.
        """
        first: dict[str, OrderRequest] = {}
        for request in requests:
            first.setdefault(request.key, request)
        with self._ledger.one_at_a_time(*first):
            answers = dict(zip(first, settle(list(first.values()), self._post), strict=True))
        return [answers[r.key] if r is first[r.key] else _not_created(answers[r.key]) for r in requests]

    def goods(self, order: PurchaseOrder, policy: OrderPolicy) -> tuple[list[Goods], list[Finding]]:
        """Return an order's lines in Odoo's terms, priced by the policy, or what holds them; nothing is written."""
        return self._drafts.goods(order, policy)

    def _post(self, requests: Sequence[OrderRequest]) -> list[PostResult | Fault]:
        known = self._drafts.partners(requests)
        found = self._standing.look(requests, known)
        answers = self._told(found.made)
        drafts = [
            _also_held(draft, found.typed.get(draft.key, ()))
            for draft in self._drafts.of([r for r in requests if r.key not in answers], known)
        ]
        ids = {key: record.id for key, record in found.made.items()}
        held = [draft for draft in drafts if draft.findings and draft.key not in ids]
        ids |= self._ledger.find_all(_MODEL, [draft.key for draft in held])
        answers |= {d.key: PostResult(findings=d.findings) for d in held if d.key not in ids}
        made, refused = self._make([d for d in drafts if d.key not in ids and d.key not in answers])
        answers |= refused
        ids |= {key: record for key, (record, _) in made.items()}
        new = {key for key, (record, now) in made.items() if now and record > found.newest}
        left = [draft for draft in drafts if draft.key not in answers]
        finished = settle(left, lambda some: self._finish(some, ids, new))
        answers |= zip((draft.key for draft in left), finished, strict=True)
        return [answers[request.key] for request in requests]

    def _told(self, records: Mapping[str, ErpRecord]) -> _Answers:
        """Return the answers of what an earlier run made and told of: there is nothing left to do."""
        return {key: PostResult(record=records[key]) for key in self._ledger.told(list(records))}

    def _make(self, drafts: Sequence[Draft]) -> tuple[dict[str, tuple[int, bool]], _Answers]:
        """Make orders; return the ids of those that are there now, whether each was made, and why others are not."""
        names = LineNames(
            self._names.field("sale.order.line", "product_uom_id"),
            tuple(self._names.present("sale.order.line", "technical_price_unit")),
        )
        tried = self._ledger.create_all(_MODEL, [_making(d, names) for d in drafts], self._sizes)
        made = {d.key: one for d, one in zip(drafts, tried, strict=True) if isinstance(one, tuple)}
        self._standing.seen(record for record, _ in made.values())
        refused = {
            d.key: _refused(one, d.request.order)
            for d, one in zip(drafts, tried, strict=True)
            if not isinstance(one, tuple)
        }
        return made, refused

    def _finish(
        self, drafts: Sequence[Draft], ids: Mapping[str, int], new: AbstractSet[str]
    ) -> list[PostResult | Fault]:
        """Tell of orders that are there, and return their answers."""
        read = self._ledger.records(_MODEL, [ids[draft.key] for draft in drafts])
        records = {draft.key: read[ids[draft.key]] for draft in drafts}
        answers = self._told({key: record for key, record in records.items() if key not in new})
        answers |= self._tell([draft for draft in drafts if draft.key not in answers], records, new)
        return [answers[draft.key] for draft in drafts]

    def _tell(
        self, drafts: Sequence[Draft], records: Mapping[str, ErpRecord], new: AbstractSet[str]
    ) -> _Answers:
        """Write where orders came from, and what they ask for that no field takes."""
        findings = self._rounded(drafts, records)
        notes = [NoteRequest(d.key, records[d.key], _note(d, findings[d.key])) for d in drafts]
        told = self._ledger.tell_all(notes)
        return {
            d.key: fault or PostResult(record=records[d.key], created=d.key in new, findings=findings[d.key])
            for d, fault in zip(drafts, told, strict=True)
        }

    def _rounded(
        self, drafts: Sequence[Draft], records: Mapping[str, ErpRecord]
    ) -> dict[str, tuple[Finding, ...]]:
        """Return a finding for each price that Odoo rounded, by the keys of the orders."""
        fine = [d for d in drafts if any(g.price is not None and _fine(g.price) for g in d.goods)]
        kept: dict[int, list[Decimal]] = {}
        if fine:
            domain: list[Any] = [["order_id", "in", [records[d.key].id for d in fine]]]
            fields = ["order_id", "price_unit"]
            for row in self._session.search_read("sale.order.line", domain, fields, order="sequence, id"):
                kept.setdefault(ref_id(row["order_id"]), []).append(number(row["price_unit"], PRICE_PLACES))
        looked = {d.key: kept.get(records[d.key].id, []) for d in fine}
        return {d.key: tuple(rounded(d.order, d.goods, looked.get(d.key, []))) for d in drafts}


def _making(draft: Draft, names: LineNames) -> Making:
    rows = order_rows(draft.key, draft.order, draft.header, draft.goods, names)
    return Making(draft.key, [*rows, *note_rows(draft.key, draft.noted, len(rows))], NEUTRAL)


def _note(draft: Draft, findings: Sequence[Finding]) -> str:
    """Return what is told of an order."""
    order = draft.order
    lines = f"{len(order.lines)} line{'s' if len(order.lines) != 1 else ''}"
    asked = "; ".join(unwritten(order))
    parts = [f"Order {order.number} ({lines}) came in by EDI: {draft.request.policy.origin}."]
    parts += [f"They also ask for: {asked}."] if asked else []
    parts += [f.message for f in findings]
    return " ".join([*parts, f"Key {draft.key}."])


def _also_held(draft: Draft, typed: Sequence[Finding]) -> Draft:
    """Return a draft with what people typed by hand before its other findings."""
    return structs.replace(draft, findings=(*typed, *draft.findings)) if typed else draft


def _refused(fault: Fault, order: PurchaseOrder) -> PostResult | Fault:
    """Return what Odoo's own rules refuse as a finding, any other fault as it is."""
    return (
        PostResult(findings=(refused(fault, f"order {order.number}"),))
        if isinstance(fault, Refused)
        else fault
    )


def _not_created(answer: PostResult | Fault) -> PostResult | Fault:
    """Return the answer of a request whose key another one of the same call has."""
    return structs.replace(answer, created=False) if isinstance(answer, PostResult) else answer


def _fine(price: Decimal) -> bool:
    """Say whether a price has more than two decimals. Its digits are counted: rounding fails on a huge one."""
    exponent = price.normalize().as_tuple().exponent
    return isinstance(exponent, int) and exponent < -2
