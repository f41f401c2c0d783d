"""The partners' people in the demo: they upload and collect over SFTP, and answer in X12."""

from __future__ import annotations

import datetime as dt
import time
from decimal import Decimal
from pathlib import Path

from msgspec import Struct, structs

from hub.model.acks import GroupVerdict, SetVerdict
from hub.model.documents import (
    AckLine,
    AnyDocument,
    DocType,
    Invoice,
    InvoiceLine,
    LineStatus,
    OrderAcknowledgment,
    PurchaseOrder,
    ShipNotice,
    ShippedItem,
    ShippedOrder,
)
from hub.model.envelope import Envelope, Unwrapped, UnwrappedSet
from hub.model.partner import Identity, Partner, Receive, Send, Transport
from hub.stages.addresses import Company, answering_envelope, outgoing_envelope
from hub.transports.sftp import SftpMailbox
from translators.x12.acks.acknowledger import X12Acknowledger
from translators.x12.translator import X12Translator

_LOOK_EVERY_SECONDS = 0.1


class Got(Struct, frozen=True, kw_only=True):
    """A file that a partner found in its folder."""

    name: str
    data: bytes
    after_seconds: float  # since the trader began to wait


class Trader:
    """One partner at the other end of the SFTP connection."""

    def __init__(self, user: str, port: int, key: Path, fingerprint: str, spool: Path) -> None:
        transport = Transport(
            kind="sftp",
            host="127.0.0.1",
            port=port,
            user=user,
            key="file:demo",
            host_key=(fingerprint,),
            inbox="out",
            outbox="in",
            archive="",
            settle_seconds=0.0,
        )
        self.user, self._spool = user, spool
        self._spool.mkdir(parents=True, exist_ok=True)
        self._mailbox = SftpMailbox(transport, lambda _reference: key.read_bytes())

    def put(self, name: str, data: bytes) -> None:
        """Upload a file, complete at once."""
        self._mailbox.deliver(name, data)

    def wait(self, part: str, seconds: float) -> Got | None:
        """Wait for a file whose name contains `part`, collect it and return it; None when it never came."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            for file in self._mailbox.list_ready():
                if part not in file.name:
                    continue
                fetched = self._mailbox.fetch(file, self._spool)
                if fetched is not None:
                    data = fetched.path.read_bytes()
                    self._mailbox.release(file)
                    return Got(name=file.name, data=data, after_seconds=time.monotonic() - began)
            time.sleep(_LOOK_EVERY_SECONDS)
        return None

    def close(self) -> None:
        """Hang up."""
        self._mailbox.close()


class X12Desk:
    """A partner's own EDI system: reads what we send, acknowledges it, and writes its documents."""

    def __init__(self, isa: str, our_isa: str) -> None:
        self._x12 = X12Translator()
        self._company = Company(name="the partner", isa=isa)
        documents = (
            DocType.ORDER_ACKNOWLEDGMENT,
            DocType.SHIP_NOTICE,
            DocType.INVOICE,
            DocType.PURCHASE_ORDER,
        )
        self._us = Partner(
            key="ourco",
            name="Our Company",
            status="live",
            identity=Identity(isa=our_isa),
            receive={d: Receive() for d in documents},
            send={d: Send() for d in documents},
        )
        self._control = 0

    def open(self, data: bytes) -> tuple[Unwrapped, UnwrappedSet]:
        """Open a file of ours that carries one document."""
        unwrapped = self._x12.unwrap(data, "received", self._us)
        return unwrapped, unwrapped.interchanges[0].groups[0].sets[0]

    def read(self, data: bytes) -> AnyDocument:
        """Read the one document of a file of ours."""
        _, found = self.open(data)
        document, findings = self._x12.read(found.payload, found.envelope, found.document, self._us)
        if document is None:
            raise ValueError("; ".join(f.line() for f in findings))
        return document

    def acknowledge(self, data: bytes) -> bytes:
        """Check a file of ours and return the 997 for it."""
        unwrapped, found = self.open(data)
        group = unwrapped.interchanges[0].groups[0]
        findings = self._x12.check(found.payload, found.envelope, found.document, self._us)
        verdict = GroupVerdict(
            envelope=group.envelope,
            declared_count=group.declared_count,
            findings=group.findings,
            sets=(SetVerdict(envelope=found.envelope, findings=(*found.findings, *findings)),),
        )
        envelope = answering_envelope(group.envelope)
        return X12Acknowledger().write_functional_ack(verdict, self._numbered(envelope), self._us)

    def write(self, document: AnyDocument) -> bytes:
        """Write a document of theirs to us."""
        envelope = outgoing_envelope(
            self._us, self._company, document.doc_type, getattr(document, "kind", "")
        )
        return self._x12.write(document, self._numbered(envelope), self._us)

    def _numbered(self, envelope: Envelope) -> Envelope:
        self._control += 1
        return structs.replace(
            envelope,
            interchange_control=f"{self._control:09d}",
            group_control=str(self._control),
            set_control="0001",
            prepared_at=dt.datetime.now(dt.UTC).replace(tzinfo=None),
        )


def accept(order: PurchaseOrder, number: str, today: dt.date) -> OrderAcknowledgment:
    """Return a supplier's plain yes to an order of ours."""
    lines = tuple(
        AckLine(
            number=line.number,
            quantity=line.quantity,
            unit=line.unit,
            price=line.price,
            ids=line.ids,
            statuses=(LineStatus(code="accepted", quantity=line.quantity, unit=line.unit),),
        )
        for line in order.lines
    )
    return OrderAcknowledgment(
        number=number,
        date=today,
        status="accepted_no_change",
        order_number=order.number,
        order_date=order.date,
        lines=lines,
        line_count=len(lines),
    )


def announce(order: PurchaseOrder, number: str, today: dt.date) -> ShipNotice:
    """Return a supplier's notice that the whole order is on its way."""
    items = tuple(
        ShippedItem(line_number=line.number, ids=line.ids, quantity=line.quantity, unit=line.unit)
        for line in order.lines
    )
    return ShipNotice(
        number=number,
        date=today,
        time=dt.time(10, 30),
        structure="0004",
        package_count=1,
        dates={"shipped": today, "delivery_estimated": today + dt.timedelta(days=2)},
        orders=(ShippedOrder(order_number=order.number, order_date=order.date, items=items),),
    )


def bill(order: PurchaseOrder, number: str, today: dt.date) -> Invoice:
    """Return a supplier's invoice for the whole order at the ordered prices."""
    lines = tuple(
        InvoiceLine(
            number=line.number,
            quantity=line.quantity,
            unit=line.unit,
            price=line.price or Decimal(0),
            ids=line.ids,
        )
        for line in order.lines
    )
    total = sum((round(i.quantity * i.price, 2) for i in lines), Decimal(0))
    return Invoice(
        number=number,
        date=today,
        order_number=order.number,
        order_date=order.date,
        lines=lines,
        total=total,
        line_count=len(lines),
    )
