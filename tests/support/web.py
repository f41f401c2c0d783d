"""Ops pages to test with: a store filled with a believable morning, and the real server before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import msgspec
from msgspec import Struct

from hub.advising import Advising
from hub.formats import Formats
from hub.model import problems
from hub.model.documents import (
    AnyDocument,
    DocType,
    Invoice,
    InvoiceLine,
    OrderLine,
    PurchaseOrder,
    ShipNotice,
    ShippedItem,
    ShippedOrder,
)
from hub.model.envelope import Address, Envelope
from hub.model.exchange import Direction, ErpRecord, Exchange, State
from hub.model.finding import Finding, Severity, Where
from hub.model.partner import Partner
from hub.operations import Operations
from hub.outages import Outages
from hub.profiles import load_partners
from hub.settings import Paths
from hub.stages.addresses import Company
from hub.store import Store, Tx
from hub.storing import Places, Storing
from hub.web.server import WebServer
from hub.wiring import make_formats
from tests.support.store import sqlite_store

PARTNERS = Path(__file__).parents[2] / "partners"

ORDER = (
    b"ST*850*0001~BEG*00*SA*{number}**20261122~REF*DP*017~DTM*002*20261205~N1*ST*ACME Store 42*92*0042~"
    b"PO1*1*24*EA*9.99**BP*AR-10001~PID*F****Desk lamp~PO1*2*2*DZ*239.76**BP*AR-1002X~CTT*2*26~SE*10*0001~"
)
SHIP_NOTICE = (
    b"ISA*00*          *00*          *ZZ*OURCO          *ZZ*ACMERETAIL     *261122*1403*U*00401*000000007*0*P*>~\n"
    b"GS*SH*OURCO*ACMERET*20261122*1403*7*X*004010~\nST*856*0001~\nBSN*00*WH/OUT/00012*20261122*1403*0001~\n"
    b"HL*1**S~\nTD5*B*2*UPSN~\nHL*2*1*O~\nPRF*4500200001~\nHL*3*2*P~\nMAN*GM*000361414100000012~\nHL*4*3*I~\n"
    b"LIN*1*BP*AR-10001~\nSN1*1*24*EA~\nCTT*4~\nSE*13*0001~\nGE*1*7~\nIEA*1*000000007~\n"
)
CANONICAL = (
    b'{\n  "number": "4500200001",\n  "lines": [\n    {"ids": {"sku": "HUB-1001"}, "quantity": "24"}\n  ]\n}'
)


class Book:
    """The sample partners."""

    def __init__(self) -> None:
        self._partners, self.findings = load_partners(PARTNERS)

    def __call__(self) -> Mapping[str, Partner]:
        """Return them by key."""
        return self._partners


class OpsPages:
    """What the pages need, without a running hub; `nudged` keeps the lanes that an action woke."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.formats: Formats = make_formats(Paths(partners=str(PARTNERS)))
        self.nudged: list[str] = []
        self.nudge: Callable[[str], None] = self.nudged.append
        self.partners = Book()
        self.outages = Outages(store, lambda: datetime.now(UTC), process="here:1")
        self.storing = Storing(store, Places({}, 0))
        self.clock: Callable[[], datetime] = lambda: datetime.now(UTC)
        company = Company(name="OURCO", isa="ZZ:OURCO")
        advising = Advising(
            self.partners, company, self.formats.acknowledger, self.formats.by_name, self.clock
        )
        self.operations = Operations(store, advising)


class Morning(Struct, frozen=True):
    """The numbers of what `fill` put into the log."""

    posted: int
    held: int
    rejected: int
    sent: int
    overdue: int
    file: int


@contextmanager
def ops_pages(folder: Path) -> Iterator[tuple[OpsPages, WebServer]]:
    """Serve the pages of a new, empty store on a free port."""
    with sqlite_store(folder) as store:
        pages = OpsPages(store)
        server = WebServer(pages, "127.0.0.1", 0)
        server.start()
        try:
            yield pages, server
        finally:
            server.stop()


def envelope(control: str, *, set_id: str = "850", ours: bool = False) -> Envelope:
    """Return an envelope between ACME and us."""
    theirs, us = Address("ZZ", "ACMERETAIL"), Address("ZZ", "OURCO")
    return Envelope(
        format="x12",
        sender=us if ours else theirs,
        receiver=theirs if ours else us,
        interchange_control=control.zfill(9),
        usage="P",
        functional_id={"850": "PO", "856": "SH", "810": "IN", "997": "FA"}[set_id],
        group_control=control,
        release="004010",
        set_id=set_id,
        set_control="0001",
    )


def add_order(
    tx: Tx,
    number: str,
    state: State,
    *,
    why: str = "",
    findings: tuple[Finding, ...] = (),
    name: str = "order.edi",
) -> Exchange:
    """Add an order of ACME's as the pipeline would leave it, with its file, bytes and findings."""
    payload = ORDER.replace(b"{number}", number.encode())
    file = tx.add_transmission(
        partner="acme", channel="embedded", name=name, sha256=tx._archive.put(payload), size=len(payload)
    )
    tx.move_transmission(file.id, State.OPENED)
    added = tx.add_exchange(
        partner="acme",
        direction=Direction.IN,
        document=DocType.PURCHASE_ORDER,
        state=State.UNWRAPPED,
        envelope=envelope(str(100 + file.id)),
        number=number,
        order_number=number,
        transmission_id=file.id,
        position=1,
        lane="acme:in:purchase_order",
    )
    tx.put_artifact(added.id, "payload", payload, "application/edi-x12")
    tx.add_findings(findings, exchange_id=added.id, stage="checked")
    for step in _way(state):
        added = tx.move(added.id, step, why=why if step is state else "")
    return added


def _way(state: State) -> tuple[State, ...]:
    if state is State.POSTED:
        return (State.CHECKED, State.TRANSLATED, State.POSTED)
    if state is State.HELD:
        return (State.CHECKED, State.HELD)
    return () if state is State.UNWRAPPED else (state,)


def outbound(tx: Tx, state: State) -> Exchange:
    """Add an invoice to ACME in some state, with nothing behind it."""
    return tx.add_exchange(
        partner="acme",
        direction=Direction.OUT,
        document=DocType.INVOICE,
        state=state,
        envelope=envelope("9", set_id="810", ours=True),
        number=f"OUT-{state}",
        lane="acme:out",
    )


def fill(store: Store) -> Morning:
    """Put a believable morning into the log: what went well, and one of each kind of trouble."""
    with store.begin() as tx:
        posted = _posted(tx)
        held = add_order(tx, "4500200002", State.HELD, why=f"line 2: {MISS.message}", findings=(MISS,))
        rejected = add_order(
            tx, "4500200003", State.REJECTED, why=f"1 error: {WRONG.line()}", findings=(WRONG, ODD)
        )
        sent, overdue = _outbound(tx, "856", State.SENT), _outbound(tx, "810", State.OVERDUE)
        file = tx.add_transmission(
            partner="nordic",
            channel="embedded",
            name="bestilling.pdf",
            sha256=tx._archive.put(b"%PDF-1.7 "),
            size=9,
        )
        tx.add_findings([NOT_A_FILE], transmission_id=file.id, stage="unwrap")
        tx.move_transmission(file.id, State.QUARANTINED, why=NOT_A_FILE.message)
    return Morning(posted.id, held.id, rejected.id, sent.id, overdue.id, file.id)


def _posted(tx: Tx) -> Exchange:
    order = add_order(tx, "4500200001", State.POSTED, why="made S00042")
    tx.put_artifact(order.id, "canonical", CANONICAL, "application/json")
    answer = tx.add_exchange(
        partner="acme",
        direction=Direction.OUT,
        document=DocType.FUNCTIONAL_ACK,
        state=State.COMPOSED,
        envelope=envelope("6", set_id="997", ours=True),
        number="102",
    )
    tx.move(answer.id, State.DELIVERED)
    tx.add_acknowledgment(
        kind="997", direction=Direction.OUT, exchange_id=order.id, ack_exchange_id=answer.id, verdict="A"
    )
    return tx.move(
        order.id, State.POSTED, why="made S00042", erp=ErpRecord("sale.order", 42, "S00042", "draft")
    )


def _outbound(tx: Tx, set_id: str, state: State) -> Exchange:
    notice = set_id == "856"
    added = tx.add_exchange(
        partner="acme",
        direction=Direction.OUT,
        document=DocType.SHIP_NOTICE if notice else DocType.INVOICE,
        state=State.NOTICED,
        envelope=envelope("7" if notice else "8", set_id=set_id, ours=True),
        number="WH/OUT/00012" if notice else "INV/2026/00007",
        order_number="4500200001",
        lane="acme:out",
        source=ErpRecord("stock.picking", 12, "WH/OUT/00012")
        if notice
        else ErpRecord("account.move", 7, "INV/2026/00007"),
    )
    tx.put_artifact(added.id, "canonical", CANONICAL)
    tx.move(added.id, State.COMPOSED)
    if notice:
        tx.put_artifact(added.id, "sent", SHIP_NOTICE)
    due = datetime.now(UTC) + timedelta(hours=4 if notice else -1)
    sent = tx.move(added.id, State.SENT, why="put as asn_000000007.edi", deadline_at=due)
    if state is State.SENT:
        return sent
    return tx.move(added.id, state, why="no 997 in the agreed 4 hours: call the partner", actor="hub")


def add_trade(tx: Tx, number: str) -> Exchange:
    """Add an order of two lines, shipped in part and billed at another price, and return the order."""
    lines = (
        OrderLine(number="1", quantity=Decimal(24), unit="EA", price=Decimal("9.99"), sku="HUB-1001"),
        OrderLine(number="2", quantity=Decimal(2), unit="DZ", price=Decimal("239.76"), sku="HUB-1002"),
    )
    order = add_order(tx, number, State.POSTED)
    _say(tx, order, PurchaseOrder(number=number, currency="USD", lines=lines))
    items = (ShippedItem(line_number="1", quantity=Decimal(20), unit="EA"),)
    _say(
        tx,
        _told(tx, "856", number, "OUT-1"),
        ShipNotice(number="OUT-1", orders=(ShippedOrder(order_number=number, items=items),)),
    )
    billed = (InvoiceLine(number="1", quantity=Decimal(20), unit="EA", price=Decimal("10.50")),)
    _say(
        tx,
        _told(tx, "810", number, "INV-1"),
        Invoice(number="INV-1", order_number=number, lines=billed, total=Decimal(210)),
    )
    return order


def _say(tx: Tx, exchange: Exchange, document: AnyDocument) -> None:
    tx.put_artifact(exchange.id, "canonical", msgspec.json.encode(document))


def _told(tx: Tx, set_id: str, order_number: str, number: str) -> Exchange:
    return tx.add_exchange(
        partner="acme",
        direction=Direction.OUT,
        document=DocType.SHIP_NOTICE if set_id == "856" else DocType.INVOICE,
        state=State.SENT,
        envelope=envelope("17", set_id=set_id, ours=True),
        number=number,
        order_number=order_number,
        lane="acme:out",
    )


MISS = Finding(
    problem=problems.CODE_UNKNOWN,
    severity=Severity.HOLD,
    message="item 'AR-1002X' is not in acme/items.csv; the nearest is AR-10002",
    where=Where(segment_number=8, segment="PO1", element=7, path="lines[1].ids.buyer_part"),
    value="AR-1002X",
    hint="add it to partners/acme/items.csv and redrive",
)
WRONG = Finding(
    problem=problems.ELEMENT_CODE,
    message="'DZX' is not a code of element 355",
    where=Where(segment_number=6, segment="PO1", element=3, element_ref="355"),
    value="DZX",
    hint="the partner sends the order again with a unit of the code list",
)
ODD = Finding(
    problem=problems.SEGMENT_UNEXPECTED,
    severity=Severity.WARNING,
    message="segment REF is not expected here",
    where=Where(segment_number=3, segment="REF"),
)
NOT_A_FILE = Finding(
    problem=problems.FILE_BINARY,
    message="the file is neither X12 nor XML, and no agreement takes it as CSV",
    where=Where(file="bestilling.pdf"),
    hint="ask Nordic Handel what it was meant to be",
)
