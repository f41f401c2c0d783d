"""What is remembered of partners' mailboxes: deliveries under way, and files that lie there and are not taken."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import msgspec
from msgspec import Struct
from sqlalchemy import select

from hub.store.ledger import Ledger
from hub.store.schema import cursors

_DELIVERY, _STUCK = "delivery:", "stuck:"


class StuckFile(Struct, frozen=True):
    """A file in a partner's folder that is not taken. `since` is UTC, ISO 8601."""

    partner: str
    name: str
    why: str
    since: str


class Mailboxes(Ledger):
    """Notes about mailboxes, beside the cursors."""

    def delivery_begun(self, exchange_id: int) -> str:
        """Return the name under which the partner may have the file already; "" when he surely has not."""
        return self.cursor(f"{_DELIVERY}{exchange_id}")

    def note_delivery(self, exchange_id: int, name: str) -> None:
        """Note that the partner may see the file from now on; "" when the result is known."""
        if name:
            self.set_cursor(f"{_DELIVERY}{exchange_id}", name)
        else:
            self._forget(f"{_DELIVERY}{exchange_id}")

    def set_stuck(self, partner: str, files: Sequence[tuple[str, str, float]]) -> None:
        """Keep what lies in a partner's folder now (name, why, for how many seconds), instead of what lay there."""
        if files:
            now = self._clock()
            found = [
                StuckFile(
                    partner, name, why, (now - timedelta(seconds=seconds)).isoformat(timespec="seconds")
                )
                for name, why, seconds in files
            ]
            self.set_cursor(f"{_STUCK}{partner}", msgspec.json.encode(found).decode())
        else:
            self._forget(f"{_STUCK}{partner}")

    def stuck(self) -> list[StuckFile]:
        """Return what lies in all folders and is not taken, by partner and name."""
        statement = select(cursors.c.value).where(cursors.c.name.startswith(_STUCK)).order_by(cursors.c.name)
        rows = self._connection.execute(statement).scalars()
        return [file for row in rows for file in msgspec.json.decode(row, type=list[StuckFile])]

    def _forget(self, name: str) -> None:
        self._replace_later(cursors, {"name": name}, ())
