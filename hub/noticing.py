"""noticing: what Odoo and the clock bring. News become outbound exchanges; passed deadlines become overdue.

Each topic has a durable cursor, an instant of Odoo's clock, moved in the transaction that stores what a page
of news brought: killed in between, the same news are read again, and refused by their source key.

The first cursor is the instant at which the hub first started, by Odoo's clock: told when Odoo first answers,
which may be much later. What happened in Odoo before is nobody's news; what happened in between is.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from msgspec import Struct

from hub.commit import add_news
from hub.erp.port import Topic
from hub.model.errors import ConfigError, Undeliverable
from hub.model.exchange import State
from hub.model.outcome import NewExchange
from hub.pickup import Nudge
from hub.stages import watch
from hub.store import Store

#: How far our clock may be ahead of Odoo's where Odoo (or a proxy before it) does not tell the time.
CLOCKS_APART = timedelta(minutes=15)


class Needs(watch.Needs, Protocol):
    """What noticing asks of the hub."""

    def now(self) -> datetime: ...


class Place(Struct, frozen=True):
    """How far a topic has been read: Odoo's clock showed at least `reached` at the second `told` of ours.

    Both clocks go equally fast, so it shows at least `reached` and what has passed since: in quiet hours the
    next look starts there, and does not read the end of the last busy one again and again.
    """

    reached: datetime
    told: float  # as of time.monotonic()

    def moved(self, told: float) -> Place:
        """Return the place at a later second."""
        return Place(self.reached + timedelta(seconds=told - self.told), told)


class Noticer:
    """Looks at Odoo and at deadlines, once a call. One thread watches, one (or the same) expires."""

    def __init__(
        self, store: Store, needs: Needs, nudge: Nudge, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._store, self._needs, self._nudge, self._seconds = store, needs, nudge, seconds
        self._places: dict[Topic, Place] = {}

    def begin(self, now: datetime) -> None:
        """Remember when (by our clock) a hub that never looked was started; Odoo is not asked."""
        with self._store.begin() as tx:
            for topic in Topic:
                if not tx.cursor(_cursor(topic)) and not tx.cursor(_begun(topic)):
                    tx.set_cursor(_begun(topic), now.isoformat())

    def watch(self) -> int:
        """Look at every topic once and return how many exchanges began.

        Raises Retryable when Odoo can't be asked; ConfigError when it refuses a topic (a right or module is
        missing) or the profiles leave open whose some news are. All other news are kept.
        """
        begun, unclear = 0, ""
        for topic in Topic:
            try:
                begun += self._look(topic)
            except (ConfigError, Undeliverable) as fault:  # one topic's trouble is not the others'
                unclear = unclear or str(fault)
        if unclear:
            raise ConfigError(unclear)
        return begun

    def _look(self, topic: Topic) -> int:
        """Look at one topic; the place moves with each page, but never past one that is unclear."""
        place = self._places[topic] = self._places.get(topic) or self._stored_place(topic)
        started, begun, unclear = place.moved(self._seconds()), 0, ""
        for page in watch.watch(topic, place.reached, self._needs):
            unclear = unclear or page.unclear
            passed = None if unclear else page.newest
            begun += self._keep(topic, page.exchanges, passed)
            if passed is not None and passed > self._places[topic].reached:
                self._places[topic] = Place(passed, self._seconds())
        if unclear:
            raise ConfigError(unclear)
        if started.reached > self._places[topic].reached:
            self._places[topic] = started
        return begun

    def _keep(self, topic: Topic, news: tuple[NewExchange, ...], passed: datetime | None) -> int:
        """Store what a page brought, with the cursor; return how many exchanges began."""
        moves = passed is not None and passed > self._places[topic].reached
        if not news and not moves:
            return 0
        with self._store.begin() as tx:
            fresh = [new.lane for new in news if add_news(tx, new)]
            if passed is not None and moves:
                tx.set_cursor(_cursor(topic), passed.isoformat())
        for lane in fresh:
            self._nudge(lane)
        return len(fresh)

    def _stored_place(self, topic: Topic) -> Place:
        """Return where the last process, or the first look of all, left off."""
        with self._store.read() as tx:
            cursor, begun = tx.cursor(_cursor(topic)), tx.cursor(_begun(topic))
        if cursor:
            return Place(datetime.fromisoformat(cursor), self._seconds())
        first = self._by_odoo(datetime.fromisoformat(begun))
        with self._store.begin() as tx:
            tx.set_cursor(_cursor(topic), first.isoformat())
        return Place(first, self._seconds())

    def _by_odoo(self, instant: datetime) -> datetime:
        """Return a past instant of our clock as Odoo's clock showed it."""
        told = self._needs.erp().now()
        ours = self._needs.now()
        return (ours - CLOCKS_APART if told is None else told) - max(ours - instant, timedelta())

    def expire(self) -> int:
        """Call overdue what was sent and not acknowledged in time; return how many."""
        with self._store.begin() as tx:
            late = tx.late_exchanges()
            for exchange in late:
                due = f"{exchange.deadline_at:%Y-%m-%d %H:%M} UTC" if exchange.deadline_at else "?"
                tx.move(exchange.id, State.OVERDUE, why=f"no acknowledgment by {due}")
        return len(late)


def _cursor(topic: Topic) -> str:
    return f"erp:{topic.value}"


def _begun(topic: Topic) -> str:
    return f"erp:{topic.value}:begun"
