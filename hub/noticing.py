"""noticing: what Odoo and the clock bring. News become outbound exchanges; passed deadlines become overdue.

Each topic has a durable cursor, moved in the transaction that stores what was noticed: killed in between,
the same news are read again, and refused by their source key.
"""

from __future__ import annotations

from datetime import datetime

from hub.erp.port import Topic
from hub.model.exchange import State
from hub.model.outcome import NewExchange
from hub.pickup import Nudge
from hub.stages import watch
from hub.stages.watch import Needs
from hub.store import Store, Tx


class Noticer:
    """Looks at Odoo and at deadlines, once a call."""

    def __init__(self, store: Store, needs: Needs, nudge: Nudge) -> None:
        self._store, self._needs, self._nudge = store, needs, nudge

    def begin(self, now: datetime) -> None:
        """Set the cursors of a hub that never looked: what happened in Odoo before is nobody's news."""
        with self._store.begin() as tx:
            for topic in Topic:
                if not tx.cursor(_cursor(topic)):
                    tx.set_cursor(_cursor(topic), now.isoformat())

    def watch(self) -> int:
        """Look at every topic once and return how many exchanges began.

        Raises Retryable or Undeliverable when Odoo can't be asked; topics before the fault are kept.
        """
        begun = 0
        for topic in Topic:
            with self._store.read() as tx:
                cursor = datetime.fromisoformat(tx.cursor(_cursor(topic)))
            noticed = watch.watch(topic, cursor, self._needs)
            if not noticed.exchanges and noticed.cursor == cursor:
                continue
            with self._store.begin() as tx:
                fresh = [new.lane for new in noticed.exchanges if _begin(tx, new)]
                tx.set_cursor(_cursor(topic), noticed.cursor.isoformat())
            begun += len(fresh)
            for lane in fresh:
                self._nudge(lane)
        return begun

    def expire(self) -> int:
        """Call overdue what was sent and not acknowledged in time; return how many."""
        with self._store.begin() as tx:
            late = tx.late_exchanges()
            for exchange in late:
                due = f"{exchange.deadline_at:%Y-%m-%d %H:%M} UTC" if exchange.deadline_at else "?"
                tx.move(exchange.id, State.OVERDUE, why=f"no acknowledgment by {due}")
        return len(late)


def _begin(tx: Tx, new: NewExchange) -> bool:
    added = tx.add_exchange_once(
        partner=new.partner,
        direction=new.direction,
        document=new.document,
        state=new.state,
        envelope=new.envelope,
        number=new.number,
        order_number=new.order_number,
        key=new.key,
        lane=new.lane,
        source=new.source,
        erp=new.erp,
        why=new.why,
    )
    return added is not None


def _cursor(topic: Topic) -> str:
    return f"erp:{topic.value}"
