"""What the processes of a hub told of endpoints that are away: each its own, beside the cursors."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct
from sqlalchemy import delete, select

from hub.store.ledger import Ledger
from hub.store.schema import cursors

_AWAY = "away:"
#: A process tells every 20 seconds while somebody is away; what is older than this is of one that ended.
OLD = timedelta(seconds=90)


class Outage(Struct, frozen=True, kw_only=True):
    """An endpoint that one process finds away. Instants are UTC."""

    endpoint: str  # "Odoo", or login@host:port of an SFTP server
    process: str  # host:process id
    why: str  # the last failure
    since: datetime  # when that process stopped asking
    next_look_at: datetime  # when one call asks again
    told_at: datetime


class Outages(Ledger):
    """Who is away, as the processes see it."""

    def tell_outages(self, process: str, away: Sequence[Outage]) -> None:
        """Keep what a process finds away now, instead of what it told before; what ended processes left goes."""
        mine, now = f"{_AWAY}{process}", self._clock()
        gone = {name for name, told in self._told().items() if name == mine or not _fresh(told, now)}
        self._connection.execute(delete(cursors).where(cursors.c.name.in_(gone)))
        if away:
            self.set_cursor(mine, msgspec.json.encode(away).decode())

    def outages(self) -> list[Outage]:
        """Return who is away now by endpoint and process; what a process told that ended since is left out."""
        found = [one for told in self._told().values() for one in _fresh(told, self._clock())]
        return sorted(found, key=lambda one: (one.endpoint, one.process))

    def _told(self) -> dict[str, list[Outage]]:
        statement = select(cursors.c.name, cursors.c.value).where(cursors.c.name.startswith(_AWAY))
        rows = self._connection.execute(statement)
        return {row.name: msgspec.json.decode(row.value, type=list[Outage]) for row in rows}


def _fresh(told: list[Outage], now: datetime) -> list[Outage]:
    return [one for one in told if one.told_at > now - OLD]
