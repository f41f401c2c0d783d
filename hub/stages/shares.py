"""Which part of a document an exchange takes: all of it or, of an order by store, one store's.

By agreement (`sdq = "order_per_store"`) an order by store becomes one sale order a store. The exchange that it came in
takes the first store and keeps the document's own key; each other store has an exchange beside it, with a key of its
own, made in the transaction that translates the first. Such an exchange is known by that key: when it is run again
from the document's bytes, it takes its own store, whatever the profile says by then.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Protocol

import msgspec
from msgspec import Struct, structs

from hub.model.documents import AnyDocument, PurchaseOrder
from hub.model.exchange import Direction, Exchange, State, posting_key
from hub.model.finding import Finding
from hub.model.outcome import NewExchange
from hub.model.partner import Receive
from hub.stages.by_store import by_store, disagreements, unplaced
from translators.crosswalk import Tables, translate_document

#: Purposes of an order that is no new one: it is a change of the whole, or nothing.
_NO_ORDER = frozenset({"cancel", "change", "replace", "duplicate"})


class Needs(Protocol):
    """What sharing out a document asks of the hub."""

    def payload(self, exchange: Exchange) -> bytes: ...
    def same_key(self, key: str) -> Sequence[Exchange]: ...


class Part(Struct, frozen=True, kw_only=True):
    """A document, or one store's part of it: its key, and the digest of its content as they wrote it."""

    document: AnyDocument
    key: str
    digest: str


class Share(Struct, frozen=True, kw_only=True):
    """What one exchange takes of a document; `rest`: the other stores' parts."""

    part: Part
    rest: tuple[Part, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """Return all keys of the document: what came before under one of them makes it a repeat or a change."""
        return (*(part.key for part in self.rest), self.part.key)


def share_of(exchange: Exchange, document: AnyDocument, agreement: Receive, needs: Needs) -> Share:
    """Return what an exchange takes of its document."""
    key = posting_key(exchange.partner, exchange.document, *document.key_parts)
    whole = Part(document=document, key=key, digest=content_digest(document))
    if not isinstance(document, PurchaseOrder) or document.purpose in _NO_ORDER:
        return Share(part=whole)
    orders = by_store(document)
    rest = tuple(_store_part(exchange, order) for order in orders[1:])
    own = next((part for part in rest if part.key == exchange.key), None)
    if own is not None:
        return Share(part=own)
    shared_out = any(of_one_set(e, exchange) for part in rest for e in needs.same_key(part.key))
    if not orders or (agreement.sdq != "order_per_store" and not shared_out):
        return Share(part=whole)
    first = structs.replace(whole, document=orders[0])
    return Share(part=first, rest=rest, findings=disagreements(document))


def _store_part(exchange: Exchange, order: PurchaseOrder) -> Part:
    number, release = order.key_parts
    key = posting_key(exchange.partner, exchange.document, number, f"{release}/{order.store}")
    return Part(document=order, key=key, digest=content_digest(order))


def of_one_set(one: Exchange, other: Exchange) -> bool:
    """Say whether two exchanges are parts of one document as it came in."""
    place = (one.transmission_id, one.position)
    return one.transmission_id is not None and place == (other.transmission_id, other.position)


def in_our_codes(share: Share, tables: Tables, agreement: Receive) -> tuple[Share, tuple[Finding, ...]]:
    """Fill our codes into a document, or the orders of all its stores; what is missing in several is told once."""
    made = [_translated(part, tables, agreement) for part in (share.part, *share.rest)]
    missing: dict[tuple[str, str], Finding] = {}
    for _, misses in made[1:]:
        missing |= {(f.problem, f.value): f for f in misses if (f.problem, f.value) not in missing}
    told = {(f.problem, f.value) for f in made[0][1]}
    more = tuple(f for which, f in missing.items() if which not in told)
    first, *rest = (part for part, _ in made)
    return structs.replace(share, part=first, rest=tuple(rest)), (*made[0][1], *more)


def _translated(part: Part, tables: Tables, agreement: Receive) -> tuple[Part, tuple[Finding, ...]]:
    """Fill our codes into one part; a store must have a place that is ours."""
    document, misses = translate_document(part.document, tables, agreement)
    if isinstance(document, PurchaseOrder) and document.store and not any(map(_of_place, misses)):
        misses += unplaced(document)
    return structs.replace(part, document=document), misses


def _of_place(finding: Finding) -> bool:
    return finding.where.path.startswith("parties.")


def exchanges_beside(exchange: Exchange, rest: Sequence[Part], needs: Needs) -> tuple[NewExchange, ...]:
    """Return the exchanges of the other stores, without those that an earlier run of the first one made."""
    return tuple(
        _beside(exchange, part, needs.payload(exchange))
        for part in rest
        if not any(of_one_set(e, exchange) for e in needs.same_key(part.key))
    )


def _beside(exchange: Exchange, part: Part, payload: bytes) -> NewExchange:
    order = part.document
    assert isinstance(order, PurchaseOrder)
    return NewExchange(
        partner=exchange.partner,
        direction=Direction.IN,
        document=exchange.document,
        state=State.TRANSLATED,
        envelope=exchange.envelope,
        lane=exchange.lane,
        payload=payload,
        position=exchange.position,
        number=order.number,
        order_number=order.number,
        key=part.key,
        digest=part.digest,
        canonical=canonical(order),
        why=f"store {order.store} of exchange {exchange.id}",
    )


def canonical(document: AnyDocument) -> bytes:
    """Return a document as it is kept with its exchange."""
    return msgspec.json.format(msgspec.json.encode(document), indent=2)


def content_digest(document: AnyDocument) -> str:
    """Return the digest of a document's content, alike for a repeat under other control numbers."""
    return hashlib.sha256(msgspec.json.encode(document)).hexdigest()
