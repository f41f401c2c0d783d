"""The X12 engine beside pyx12's validation of the same documents under the same rules, as ratios of one run.

Both hold the documents against our dictionary; pyx12 has it exported to its maps. Times are CPU seconds of this process
a segment; the rounds of all contenders alternate, and the best of each counts. pyx12 gets a slice: it is slow.
"""

from __future__ import annotations

import datetime as dt
import io
import logging
import random
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pyx12.params
import pyx12.x12n_document
from msgspec import Struct, structs

from benchmarks import generate
from hub.model.acks import GroupVerdict, SetVerdict
from hub.model.documents import DocType
from hub.model.envelope import Envelope
from hub.model.partner import Identity, Partner, Receive
from hub.stages.addresses import answering_envelope
from translators.x12.acks.acknowledger import X12Acknowledger
from translators.x12.exporters.pyx12 import write_pyx12_maps
from translators.x12.translator import X12Translator

ROUNDS = 5
MEGABYTES_10 = 10_000_000

_PARTNER = Partner(
    key="generated",
    name="Generated",
    status="live",
    identity=Identity(isa="ZZ:GENERATED"),
    receive={
        kind: Receive() for kind in (DocType.PURCHASE_ORDER, DocType.SHIP_NOTICE, DocType.INVENTORY_ADVICE)
    },
)


class Contest(Struct, frozen=True, kw_only=True):
    """One line of the table: ours and pyx12's CPU seconds a segment, and the ratio that is wanted."""

    what: str
    size: int  # bytes that we read
    segments: int
    ours: float
    pyx12: float
    wanted: float

    @property
    def ratio(self) -> float:
        """Return how many times as fast as pyx12 we are."""
        return self.pyx12 / self.ours


class _Load(Struct, frozen=True):
    """What is read: the file for us, a slice of it for pyx12, and whether all of it is accepted."""

    data: bytes
    slice: bytes
    accepted: bool = True


def measure(folder: Path, rounds: int = ROUNDS) -> list[Contest]:
    """Return every contest. `folder` is for the maps of pyx12."""
    write_pyx12_maps(folder, "004010", ["850", "846", "856"])
    logging.getLogger("pyx12").setLevel(logging.CRITICAL)
    loads = _loads()
    contests = [
        ("850: parse and check, with 997", "850", False, 100.0),
        ("846: parse and check, with 997", "846", False, 100.0),
        ("856: parse and check, with 997", "856", False, 100.0),
        ("850: every segment bad, with 997", "bad", False, 10.0),
        ("850: to findings, 997 and canonical orders", "850", True, 40.0),
        ("846: to findings, 997 and canonical advices", "846", True, 40.0),
        ("856: to findings, 997 and canonical notices", "856", True, 40.0),
    ]
    runs: dict[str, tuple[int, Callable[[], object]]] = {
        name: (load.slice.count(b"~"), partial(_by_pyx12, load, folder)) for name, load in loads.items()
    }
    for what, name, reading, _ in contests:
        load = loads[name]
        runs[what] = (load.data.count(b"~"), partial(take, load, reading=reading))
    best = _alternate(runs, rounds)
    return [
        Contest(
            what=what,
            size=len(loads[name].data),
            segments=loads[name].data.count(b"~"),
            ours=best[what],
            pyx12=best[name],
            wanted=wanted,
        )
        for what, name, _, wanted in contests
    ]


def _loads() -> dict[str, _Load]:
    chance = random.Random(1)
    advice = generate.interchange([generate.stock(chance, 1, 500)], "IB")
    notice = generate.interchange([generate.ship_notice(chance, 1, 40, 5)], "SH")
    spoiled, some = generate.spoiled(generate.orders(100)), generate.spoiled(generate.orders(10))
    return {
        "850": _Load(generate.orders(1000), generate.orders(20)),
        "846": _Load(generate.advices(MEGABYTES_10), advice),
        "856": _Load(generate.notices(MEGABYTES_10), notice),
        "bad": _Load(spoiled, some, accepted=False),
    }


def _alternate(runs: dict[str, tuple[int, Callable[[], object]]], rounds: int) -> dict[str, float]:
    """Return the CPU seconds a segment of each run's best round."""
    best = dict.fromkeys(runs, float("inf"))
    for _ in range(rounds):
        for name, (segments, run) in runs.items():
            began = time.process_time()
            run()
            best[name] = min(best[name], (time.process_time() - began) / segments)
    return best


def take(load: _Load, *, reading: bool) -> None:
    """Unwrap, check, acknowledge and, when `reading`, translate a file; what must be accepted must be."""
    x12 = X12Translator()
    (interchange,) = x12.unwrap(load.data, "generated.edi", _PARTNER).interchanges
    for group in interchange.groups:
        sets = []
        for one in group.sets:
            findings = (*one.findings, *x12.check(one.payload, one.envelope, one.document, _PARTNER))
            sets.append(SetVerdict(envelope=one.envelope, findings=findings))
            if reading:
                document, _ = x12.read(one.payload, one.envelope, one.document, _PARTNER)
                _demand(document is not None, "a document could not be read")
        verdict = GroupVerdict(
            envelope=group.envelope,
            declared_count=group.declared_count,
            findings=group.findings,
            sets=tuple(sets),
        )
        answer = X12Acknowledger().write_functional_ack(verdict, _answering(group.envelope), _PARTNER)
        word = b"AK5*A" if load.accepted else b"AK5*R"
        _demand(answer.count(word) == len(sets), "the 997 does not say what it must of every set")


def _answering(envelope: Envelope) -> Envelope:
    return structs.replace(
        answering_envelope(envelope),
        interchange_control="000000001",
        group_control="1",
        set_control="0001",
        prepared_at=dt.datetime.fromisoformat("2025-01-06T12:00"),
    )


def _by_pyx12(load: _Load, maps: Path) -> None:
    """Validate a file with pyx12; its 997 must say the same."""
    answer = io.StringIO()
    pyx12.x12n_document.x12n_document(
        pyx12.params.params(), io.StringIO(load.slice.decode("ascii")), answer, None, map_path=str(maps)
    )
    word = "AK5*A" if load.accepted else "AK5*R"
    _demand(answer.getvalue().count(word) == load.slice.count(b"~\nST*"), "pyx12 does not agree")


def _demand(condition: bool, message: str) -> None:
    if not condition:
        raise SystemExit(f"benchmark: {message}")


def one_order(rounds: int = 200) -> float:
    """Return the CPU seconds of one order of 20 lines from bytes to findings, 997 and canonical document, warm."""
    load = _Load(generate.orders(1), b"")
    take(load, reading=True)
    times = []
    for _ in range(rounds):
        began = time.process_time()
        take(load, reading=True)
        times.append(time.process_time() - began)
    return sorted(times)[rounds // 2]
