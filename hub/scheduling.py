"""scheduling: what a partner gets by the clock and not because something happened: stock, price lists.

Each due instant of a profile's `every` and `at` begins one outbound exchange, once: the exchange and the place of the
clock are written in one transaction, under a key that holds the instant. What fell due while the hub was down is
sent once when it is up again, not once for each time that was missed; a schedule that is new begins with its next
instant.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Protocol
from zoneinfo import ZoneInfo

from hub.commit import add_news
from hub.model.documents import DocType
from hub.model.exchange import Direction, ErpRecord, State
from hub.model.outcome import NewExchange
from hub.model.partner import Partner, Send
from hub.model.schedule import last_due
from hub.pickup import Nudge
from hub.stages import lanes
from hub.stages.addresses import Company, outgoing_envelope
from hub.stages.recording.sending import file_due
from hub.store import Store

#: What may be sent by the clock.
SCHEDULED = (DocType.INVENTORY_ADVICE, DocType.PRICE_CATALOG)

#: Stands for the clock where an outbound exchange names the record whose event it tells.
CLOCK = "clock"


class Needs(Protocol):
    """What scheduling asks of the hub."""

    def now(self) -> dt.datetime: ...
    def partners(self) -> Mapping[str, Partner]: ...
    def company(self) -> Company: ...


class Scheduler:
    """Begins what is due, once a call. `zone` is whose wall clock `at` is; None: this machine's."""

    def __init__(self, store: Store, needs: Needs, nudge: Nudge, zone: dt.tzinfo | None = None) -> None:
        self._store, self._needs, self._nudge, self._zone = store, needs, nudge, zone

    def run(self) -> int:
        """Begin what fell due since the last call; return how many exchanges began."""
        return sum(self._begin(*each) for each in self._due())

    def _due(self) -> Iterator[tuple[str, dt.datetime, NewExchange]]:
        """Yield what is due: the name of its place of the clock, the instant, and what begins then."""
        now = self._needs.now()
        for partner in self._needs.partners().values():
            if partner.status == "paused":  # it is told once, when it goes on
                continue
            for document in SCHEDULED:
                agreed = partner.send.get(document, Send())
                due = last_due(agreed.every, agreed.at, now, self._zone)
                if due is not None:
                    name = f"due:{partner.key}:{document.value}"
                    yield name, due, self._exchange(partner, document, due)
            yield from self._due_records(partner, now)

    def _due_records(
        self, partner: Partner, now: dt.datetime
    ) -> Iterator[tuple[str, dt.datetime, NewExchange]]:
        """Yield the files of records that are due to a partner; `at` is by the clock of the record type's zone."""
        for record_type, kind in partner.records.items():
            due = last_due(kind.every, kind.at, now, ZoneInfo(kind.zone)) if kind.direction == "out" else None
            if due is not None:
                new = file_due(partner, record_type, due, self._needs.company())
                yield f"due:{partner.key}:records:{record_type}", due, new

    def _begin(self, name: str, due: dt.datetime, new: NewExchange) -> bool:
        with self._store.read() as tx:
            if tx.cursor(name) >= due.isoformat():
                return False
        with self._store.begin() as tx:
            before = tx.cursor(name)
            begun = "" < before < due.isoformat() and add_news(tx, new)
            if before < due.isoformat():
                tx.set_cursor(name, due.isoformat())
        if begun:
            self._nudge(new.lane)
        return begun

    def _exchange(self, partner: Partner, document: DocType, due: dt.datetime) -> NewExchange:
        shown = due.astimezone(self._zone)
        return NewExchange(
            partner=partner.key,
            direction=Direction.OUT,
            document=document,
            state=State.NOTICED,
            envelope=outgoing_envelope(partner, self._needs.company(), document),
            lane=lanes.composing(partner.key, document),
            key=f"{document.value}:{partner.key}:{due.isoformat()}",
            why=f"due at {shown:%Y-%m-%d %H:%M}",
            source=ErpRecord(CLOCK, int(due.timestamp()), f"{shown:%Y-%m-%d %H:%M}", "due"),
        )
