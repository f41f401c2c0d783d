"""The story of one order: its ledger, and its documents by time. The command and the page show the same."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from hub.model.documents import DOCUMENTS, AnyDocument
from hub.model.errors import Undeliverable
from hub.model.exchange import Exchange
from hub.stages.order_ledger import STANDS, OrderLedger, Told, ledger_of
from hub.store import LogQuery, Store, Tx

#: Of an order with more exchanges (a blanket order), the newest are told.
MOST_EXCHANGES = 2000

_DOCUMENT: msgspec.json.Decoder[AnyDocument] = msgspec.json.Decoder(AnyDocument)


class Step(Struct, frozen=True):
    """One document of the order, and whether the ledger counts it: it stands, and can be read."""

    exchange: Exchange
    counts: bool


class OrderStory(Struct, frozen=True):
    """One order of one partner. `left_out`: older exchanges that are not among the steps."""

    ledger: OrderLedger
    steps: tuple[Step, ...]  # oldest first
    left_out: int = 0


def tell_orders(store: Store, number: str, partner: str | None = None) -> tuple[OrderStory, ...]:
    """Return the orders with that number, one for each partner who has one; none where nobody has.

    The number is the order's own (theirs when they order, ours when we do), or that of any document or Odoo
    record that belongs to it.
    """
    with store.read() as tx:
        found = tx.exchanges_of_order(partner, number)
        if found:
            return _stories(tx, number, found)
        named = _meant(tx, number, partner)
        return tuple(
            story
            for order, whose in named
            for story in _stories(tx, order, tx.exchanges_of_order(whose, order))
        )


def _meant(tx: Tx, number: str, partner: str | None) -> list[tuple[str, str]]:
    """Return the orders (number, partner) of which a document or an Odoo record has exactly that number."""
    query = LogQuery(number=number, partner=partner, limit=50)
    return list(
        dict.fromkeys(
            (e.order_number, e.partner)
            for e in tx.find_exchanges(query)
            if e.order_number and number in {e.number, *(r.name for r in (e.erp, e.source) if r)}
        )
    )


def _stories(tx: Tx, number: str, found: list[Exchange]) -> tuple[OrderStory, ...]:
    by_partner: dict[str, list[Exchange]] = {}
    for exchange in found:
        if exchange.document in DOCUMENTS:
            by_partner.setdefault(exchange.partner, []).append(exchange)
    return tuple(_story(tx, number, partner, those) for partner, those in by_partner.items())


def _story(tx: Tx, number: str, partner: str, found: list[Exchange]) -> OrderStory:
    kept = found[-MOST_EXCHANGES:]
    told = {e.id: one for e in kept if (one := _told(tx, e)) is not None}
    steps = tuple(Step(e, e.id in told) for e in kept)
    return OrderStory(ledger_of(number, partner, tuple(told.values())), steps, len(found) - len(kept))


def _told(tx: Tx, exchange: Exchange) -> Told | None:
    """Return what an exchange says if it counts and can be read: the archive may have lost it."""
    try:
        data = tx.artifact(exchange.id, "canonical") if exchange.state in STANDS else None
        document = None if data is None else _DOCUMENT.decode(data)
    except (msgspec.ValidationError, Undeliverable):
        return None
    if document is None:
        return None
    return Told(exchange.id, exchange.direction, exchange.state, exchange.created_at, document)
