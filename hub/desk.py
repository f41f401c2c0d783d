"""The desk: where the stages get what they need. It reads; it never writes.

One class answers every stage's `Needs`; what is slow to make (tables, mailboxes) is kept until its file or
profile changes.
"""

from __future__ import annotations

import datetime as dt
import random
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta

import msgspec

from hub import pauses
from hub.erp.port import ErpGateway
from hub.formats import Formats, KnowsFormats
from hub.model.acks import EarlierAnswer, ReceivedAdvice
from hub.model.documents import AnyDocument, DocType
from hub.model.envelope import Address
from hub.model.errors import ConfigError, Trouble
from hub.model.exchange import Direction, ErpRecord, Exchange, State, Transmission
from hub.model.finding import Finding
from hub.model.partner import Crosswalks, Partner
from hub.order_history import OrderHistory, same_record
from hub.stages.addresses import Company
from hub.stages.send import Outgoing
from hub.store import LogQuery, Store
from hub.transports.port import Mailbox
from translators.crosswalk import Tables

#: Outbound states before anything was told: the hub, an operator or a technician has the next move.
_OPEN = frozenset({State.NOTICED, State.HELD, State.DEAD})

#: Outbound states of what the partner has, or is about to get, and did not refuse.
_REACHED = (State.COMPOSED, State.SENT, State.DELIVERED, State.ACKNOWLEDGED, State.OVERDUE)

#: Outbound states in which a file has been, or will be, put before the partner.
_TOLD = (State.COMPOSED, State.SENT, State.DELIVERED, State.ACKNOWLEDGED)

_DOCUMENTS: msgspec.json.Decoder[AnyDocument] = msgspec.json.Decoder(AnyDocument)


class Desk(OrderHistory, KnowsFormats):
    """Answers the stages. Safe for many threads."""

    def __init__(
        self,
        *,
        store: Store,
        partners: Callable[[], Mapping[str, Partner]],
        profiles_complete: Callable[[], bool],
        company: Company,
        formats: Formats,
        tables: Callable[[Crosswalks], tuple[Tables, tuple[Finding, ...]]],
        erp: ErpGateway,
        open_mailbox: Callable[[Partner], Mailbox],
        clock: Callable[[], dt.datetime],
    ) -> None:
        super().__init__(store)
        self._store: Store = store  # deliveries are noted in it too
        self._partners, self._company = partners, company
        self._profiles_complete = profiles_complete
        self._formats, self._tables, self._erp = formats, tables, erp
        self._open_mailbox, self._clock = open_mailbox, clock
        self._mailboxes: dict[str, tuple[Partner, Mailbox]] = {}
        self._guard = threading.Lock()

    # --- who and when
    def partner(self, key: str) -> Partner:
        """Return a partner; raise ConfigError when its profile is gone or does not load."""
        found = self._partners().get(key)
        if found is None:
            raise ConfigError(f"partner {key!r} has no profile that loads; run `hub partner lint {key}`")
        return found

    def partners(self) -> Mapping[str, Partner]:
        """Return all partners whose profiles load."""
        return self._partners()

    def profiles_complete(self) -> bool:
        """Say whether every profile loads, so that who is in none is a stranger."""
        return self._profiles_complete()

    def company(self) -> Company:
        """Return how we are called."""
        return self._company

    def now(self) -> dt.datetime:
        """Return the instant, UTC."""
        return self._clock()

    def today(self) -> dt.date:
        """Return the calendar day of this machine, as documents are dated."""
        return self._clock().astimezone().date()

    def pause_seconds(self, attempts: int, trouble: Trouble) -> float:
        """Return the pause before the next try, a little different each time."""
        return pauses.pause_seconds(trouble, attempts, random.random())  # noqa: S311 - jitter

    @contextmanager
    def looking_at(self, items: Sequence[Transmission | Exchange]) -> Iterator[None]:
        """See one moment of the log meanwhile, in which the payloads and findings of these are read already."""
        with self._store.read() as tx:
            if exchanges := [item.id for item in items if isinstance(item, Exchange)]:
                tx.foresee(exchanges)
            yield

    # --- what came in
    def transmission_bytes(self, transmission: Transmission) -> bytes:
        """Return an archived file."""
        with self._store.read() as tx:
            return tx.file_bytes(transmission)

    def seen_interchange(
        self, sender: Address, receiver: Address, usage: str, control: str, window: timedelta
    ) -> Transmission | None:
        """Return the file in which this control number came before, within the window."""
        with self._store.read() as tx:
            since = self._clock() - window
            return tx.find_received_interchange(sender, receiver, usage, control, since)

    def told_before(self, exchange: Exchange) -> bytes | None:
        """Return how far the last file of the same record type reached that a partner was sent; None: none was."""
        name = exchange.envelope.set_id
        query = LogQuery(
            partner=exchange.partner,
            document=DocType.RECORDS,
            direction=Direction.OUT,
            states=_TOLD,
            number=name,
        )
        with self._store.read() as tx:
            earlier = (
                e for e in tx.find_exchanges(query) if e.id < exchange.id and e.envelope.set_id == name
            )
            last = next(earlier, None)
            return tx.kept_artifact(last.id, "records") if last else None

    def file_named(self, partner: str, name: str) -> bytes | None:
        """Return the newest file that a partner sent under a name, None when none has come."""
        with self._store.read() as tx:
            found = tx.transmissions(partner=partner, name=name, limit=1)
            return tx.file_bytes(found[0]) if found and found[0].sha256 else None

    def payload(self, exchange: Exchange) -> bytes:
        """Return the document's own bytes as received."""
        return self._artifact(exchange, "payload")

    def findings(self, exchange: Exchange, stage: str) -> tuple[Finding, ...]:
        """Return what an earlier stage found."""
        with self._store.read() as tx:
            return tuple(tx.findings(exchange_id=exchange.id, stage=stage))

    def group_acknowledged(self, exchange: Exchange) -> bool:
        """Say whether the exchange's group has its acknowledgment; one without a group waits for none."""
        if exchange.group_id is None:
            return True
        with self._store.read() as tx:
            return tx.group(exchange.group_id).acknowledged

    def same_key(self, key: str) -> Sequence[Exchange]:
        """Return inbound exchanges with the same business key, oldest first."""
        with self._store.read() as tx:
            return sorted(tx.exchange_by_key(key, Direction.IN), key=lambda e: e.id)

    def tables(self, partner: Partner, exchange: Exchange) -> tuple[Tables, tuple[Finding, ...]]:
        """Return the crosswalks of what a partner sends."""
        return self._tables(partner.crosswalks(exchange.document))

    def document(self, exchange: Exchange) -> AnyDocument:
        """Return the exchange's canonical document."""
        return _DOCUMENTS.decode(self._artifact(exchange, "canonical"))

    # --- Odoo
    def erp(self) -> ErpGateway:
        """Return the ERP."""
        return self._erp

    def posted_as(self, model: str, record_id: int) -> Exchange | None:
        """Return the inbound exchange that made an Odoo record."""
        with self._store.read() as tx:
            found = tx.exchange_by_erp(model, record_id)
        return found if found and found.direction is Direction.IN else None

    # --- what goes out
    def placed(self, partner: str, number: str) -> ErpRecord | None:
        """Return the sale order that a partner's order became, None when none came or none is in Odoo."""
        with self._store.read() as tx:
            known = tx.exchanges_of_order(partner, number)
        orders = (e for e in known if e.direction is Direction.IN and e.document is DocType.PURCHASE_ORDER)
        return next((e.erp for e in orders if e.erp is not None), None)

    def sent_as(self, partner: str, number: str, document: DocType) -> Sequence[Exchange]:
        """Return what a partner was told of one kind under a number of its own, oldest first."""
        with self._store.read() as tx:
            return [
                e for e in tx.sent_under(partner, number) if e.number == number and e.document is document
            ]

    def sent_about(self, partner: str, number: str, document: DocType) -> Sequence[Exchange]:
        """Return what a partner was told of one kind about an order of theirs, oldest first."""
        with self._store.read() as tx:
            return tx.sent_exchanges(partner, number, document)

    def sent_documents(self, exchange: Exchange, document: DocType) -> Sequence[AnyDocument]:
        """Return the other documents of one kind that the partner was told about the same order."""
        with self._store.read() as tx:
            told = tx.sent_exchanges(exchange.partner, exchange.order_number, document)
        return [
            self.document(e)
            for e in told
            if e.id != exchange.id
            and (same_record(e.erp, exchange.erp) or e.order_number != exchange.order_number)
        ]

    def order_number(self, order: ErpRecord) -> str:
        """Return the partner's number of a sale order; empty when it did not come through the hub."""
        origin = self.posted_as(order.model, order.id)
        return origin.order_number if origin else ""

    def last_basis(self, exchange: Exchange) -> AnyDocument | None:
        """Return what the partner knows since the last such document that reached him; None for the first."""
        asked = LogQuery(
            partner=exchange.partner,
            document=exchange.document,
            direction=Direction.OUT,
            states=_REACHED,
            limit=1,
        )
        with self._store.read() as tx:
            told = next((e for e in tx.find_exchanges(asked) if e.id != exchange.id), None)
            data = tx.artifact(told.id, "basis") if told else None
        return _DOCUMENTS.decode(data) if data else None

    def open_documents(self, exchange: Exchange, document: DocType) -> Sequence[Exchange]:
        """Return what is still to be told about the same order, oldest first."""
        with self._store.read() as tx:
            known = tx.exchanges_of_order(exchange.partner, exchange.order_number)
        return [
            e
            for e in known
            if e.direction is Direction.OUT
            and e.document is document
            and e.state in _OPEN
            and (same_record(e.erp, exchange.erp) or e.order_number != exchange.order_number)
        ]

    def send_tables(self, partner: Partner, exchange: Exchange) -> tuple[Tables, tuple[Finding, ...]]:
        """Return the crosswalks of what we send a partner."""
        return self._tables(partner.crosswalks_back(exchange.document))

    def outgoing(self, exchange: Exchange) -> Outgoing:
        """Return the stored bytes of an outbound file, and what is known of its delivery."""
        with self._store.read() as tx:
            begun = tx.delivery_begun(exchange.id)
            return Outgoing(self._artifact(exchange, "sent"), begun, self.accepted(exchange))

    def sent_group(self, partner: str, functional_id: str, control: str) -> Sequence[Exchange]:
        """Return what we sent a partner in the group that a 997 names; numbers wrap: the latest such group."""
        with self._store.read() as tx:
            found = tx.find_sent(partner, functional_id=functional_id, group_control=control)
        return [e for e in found if e.envelope.interchange_control == found[0].envelope.interchange_control]

    def sent_interchange(self, partner: str, control: str) -> Sequence[Exchange]:
        """Return what we sent a partner in the interchange that a TA1 names; the latest of that number."""
        with self._store.read() as tx:
            return tx.find_sent(partner, interchange_control=control)[:1]

    def sent_document(self, partner: str, advice: ReceivedAdvice) -> Sequence[Exchange]:
        """Return what an 824 means: by its control numbers, else the latest of that own number, else of that order."""
        control, set_id = advice.set_control or None, advice.set_id
        with self._store.read() as tx:
            numbered = (
                tx.find_sent(partner, group_control=advice.group_control, set_control=control)
                if advice.group_control
                else []
            )
            named = tx.sent_under(partner, advice.number) if advice.number else []
        fitting = [e for e in numbered if e.envelope.set_id == set_id or not set_id]
        own = [
            e
            for e in named
            if e.number == advice.number and e.envelope.set_id == (set_id or e.envelope.set_id)
        ]
        ordered = [
            e for e in named if e.envelope.set_id == set_id
        ]  # an order has several documents: which is needed
        return fitting[:1] or own[-1:] or ordered[-1:]

    def their_answers(self, exchange: Exchange) -> Sequence[EarlierAnswer]:
        """Return what the partner answered to a document of ours so far, oldest first."""
        with self._store.read() as tx:
            told = [a for a in tx.acknowledgments(exchange.id) if a.direction is Direction.IN]
        return [EarlierAnswer(kind=a.kind, verdict=a.verdict) for a in told]

    def accepted(self, exchange: Exchange) -> bool:
        """Say whether the partner's last word on these bytes accepts them: an 824 weighs more than a 997."""
        told = [a for a in self.their_answers(exchange) if a.kind != "TA1"]
        told = [a for a in told if a.kind == "824"] or told
        return bool(told) and told[-1].verdict in {"A", "E"}

    def note_delivery(self, exchange: Exchange, name: str) -> None:
        """Note, durably, that the partner may see the file under that name from now on; "": that he does not."""
        with self._store.begin() as tx:
            tx.note_delivery(exchange.id, name)

    def mailbox(self, partner: Partner) -> Mailbox:
        """Return the partner's mailbox, opened once per profile."""
        with self._guard:
            known = self._mailboxes.get(partner.key)
            if known is not None and known[0] == partner:
                return known[1]
            mailbox = self._open_mailbox(partner)
            self._mailboxes[partner.key] = (partner, mailbox)
        if known is not None:
            known[1].close()
        return mailbox

    def close(self) -> None:
        """Close every mailbox and the ERP's connections."""
        with self._guard:
            for _, mailbox in self._mailboxes.values():
                mailbox.close()
            self._mailboxes.clear()
        self._erp.close()

    def _artifact(self, exchange: Exchange, kind: str) -> bytes:
        with self._store.read() as tx:
            data = tx.artifact(exchange.id, kind)
        if data is None:
            raise ConfigError(f"exchange {exchange.id} has no {kind}; run `hub doctor`")
        return data
