"""Orders a second, from bytes to canonical documents and 997, beside pyx12's validation of the same orders.

Both hold the orders against the same rules: our dictionary of the 850, exported to pyx12's maps. Times are CPU
seconds of this process; the rounds of both alternate, and the best of each counts.
"""

from __future__ import annotations

import datetime as dt
import io
import logging
import time
from collections.abc import Callable
from pathlib import Path

import pyx12.params
import pyx12.x12n_document
from msgspec import Struct, structs

from benchmarks.generate import orders
from hub.model.acks import GroupVerdict, SetVerdict
from hub.model.documents import DocType, PurchaseOrder
from hub.model.partner import Identity, Partner, Receive
from hub.stages.addresses import answering_envelope
from translators.x12.acks.acknowledger import X12Acknowledger
from translators.x12.exporters.pyx12 import write_pyx12_maps
from translators.x12.translator import X12Translator

ORDERS, LINES = 1000, 20
SLICE = 20  # orders that pyx12 gets in a round: it is slow
ROUNDS = 3

_PARTNER = Partner(
    key="generated",
    name="Generated",
    status="live",
    identity=Identity(isa="ZZ:GENERATED"),
    receive={DocType.PURCHASE_ORDER: Receive()},
)


class Speed(Struct, frozen=True, kw_only=True):
    """One contender: what it does, and orders and bytes in the CPU seconds of its best round."""

    what: str
    orders: int
    size: int
    seconds: float

    @property
    def per_second(self) -> float:
        """Return orders a second."""
        return self.orders / self.seconds


def measure(folder: Path) -> list[Speed]:
    """Return the whole way, validation alone, and pyx12. `folder` is for the maps of pyx12."""
    write_pyx12_maps(folder, "004010", ["850"])
    logging.getLogger("pyx12").setLevel(logging.CRITICAL)
    all_orders, some = orders(ORDERS, LINES), orders(SLICE, LINES)
    contenders: list[tuple[str, int, bytes, Callable[[bytes], int]]] = [
        ("bytes to canonical order + 997", ORDERS, all_orders, lambda data: take(data, reading=True)),
        ("validation + 997", ORDERS, all_orders, lambda data: take(data, reading=False)),
        ("pyx12 4.0: validation + 997", SLICE, some, lambda data: take_by_pyx12(data, folder)),
    ]
    best = [float("inf")] * len(contenders)
    for _ in range(ROUNDS):
        for at, (what, count, data, run) in enumerate(contenders):
            began = time.process_time()
            accepted = run(data)
            best[at] = min(best[at], time.process_time() - began)
            if accepted != count:
                raise SystemExit(f"{what}: {accepted} of {count} orders were accepted; they must all be")
    return [
        Speed(what=what, orders=count, size=len(data), seconds=seconds)
        for (what, count, data, _), seconds in zip(contenders, best, strict=True)
    ]


def take(data: bytes, *, reading: bool) -> int:
    """Unwrap, check, acknowledge and, when `reading`, translate an interchange; return the orders accepted."""
    x12 = X12Translator()
    (interchange,) = x12.unwrap(data, "orders.edi", _PARTNER).interchanges
    accepted = 0
    for group in interchange.groups:
        sets = []
        for one in group.sets:
            findings = (*one.findings, *x12.check(one.payload, one.envelope, one.document, _PARTNER))
            sets.append(SetVerdict(envelope=one.envelope, findings=findings))
            if reading:
                document, _ = x12.read(one.payload, one.envelope, one.document, _PARTNER)
                accepted += isinstance(document, PurchaseOrder) and len(document.lines) == LINES
            else:
                accepted += not findings
        verdict = GroupVerdict(
            envelope=group.envelope,
            declared_count=group.declared_count,
            findings=group.findings,
            sets=tuple(sets),
        )
        envelope = structs.replace(
            answering_envelope(group.envelope),
            interchange_control="000000001",
            group_control="1",
            set_control="0001",
            prepared_at=dt.datetime.fromisoformat("2025-01-06T12:00"),
        )
        answer = X12Acknowledger().write_functional_ack(verdict, envelope, _PARTNER)
        if answer.count(b"AK5*A") != len(sets):
            raise SystemExit("the 997 does not accept every order")
    return accepted


def take_by_pyx12(data: bytes, maps: Path) -> int:
    """Validate an interchange with pyx12; return the orders that its 997 accepts."""
    answer = io.StringIO()
    pyx12.x12n_document.x12n_document(
        pyx12.params.params(), io.StringIO(data.decode("ascii")), answer, None, map_path=str(maps)
    )
    return answer.getvalue().count("AK5*A")
