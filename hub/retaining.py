"""retaining: remove what has been kept for as long as was agreed: first the payloads, much later the log.

Each batch is a transaction of its own: what may go is decided and noted in it. The bytes go afterwards, when no row
names them any more: those of a payload that two rows name stay until both may go.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import datetime, timedelta

from msgspec import Struct, structs

from hub.model.partner import Partner, Retention
from hub.model.progress import Tell, silent
from hub.store import Hold, Store, Tx
from hub.store.names import compared, names_of

#: Exchanges and files that one transaction decides on.
_AT_ONCE = 200

#: A file that nobody names may be of a transaction that still runs; none takes so long.
SPARED_SECONDS = 86_400.0


class Removed(Struct, frozen=True, kw_only=True):
    """What a run removed, or (dry) would remove at most."""

    payloads: int = 0  # exchanges whose payloads went
    files: int = 0  # files as picked up, whose bytes went
    log_exchanges: int = 0
    log_files: int = 0
    held: int = 0  # old enough, and under a hold
    moving: int = 0  # old enough, and their order is not at rest
    swept: int = 0  # files of the archive that no row names any more
    swept_bytes: int = 0
    dry: bool = False


class _Look(Struct, frozen=True):
    """What a walk is for: a partner's payloads, or its rows of the log, that nobody touched since then."""

    partner: str
    before: datetime
    log: bool


class Retaining:
    """Removes what may go, once a call. `default` is for partners whose profiles say nothing."""

    def __init__(
        self,
        store: Store,
        partners: Callable[[], Mapping[str, Partner]],
        default: Retention,
        clock: Callable[[], datetime],
    ) -> None:
        self._store, self._partners, self._default, self._clock = store, partners, default, clock

    def run(self) -> Removed:
        """Remove what may go."""
        return self.look(dry=False)

    def look(self, *, dry: bool, tell: Tell = silent) -> Removed:
        """Remove what may go, or with `dry` only count it."""
        with self._store.read() as tx:
            known = tx.known_partners()
        removed, asked = Removed(dry=dry), False
        for number, partner in enumerate(known, 1):
            period = self._period(partner)
            asked = asked or bool(period.payloads or period.log)
            if period.payloads:
                removed = self._walk(partner, period.payloads, removed, log=False)
            if period.log:
                removed = self._walk(partner, period.log, removed, log=True)
            tell("partners", number, len(known))
        if dry or not asked:
            return removed
        self._store.forget()  # where a backup is reading just now, the next run does it
        return self._sweep(removed, tell)

    def _period(self, partner: str) -> Retention:
        """Return how long a partner's traffic is kept, in seconds; 0: for ever."""
        profile = self._partners().get(partner)
        own = profile.retention if profile else Retention()
        return Retention(payloads=own.payloads or self._default.payloads, log=own.log or self._default.log)

    def _walk(self, partner: str, seconds: float, removed: Removed, *, log: bool) -> Removed:
        """Go over a partner's exchanges and then over its files, a batch at a time."""
        look = _Look(partner, self._clock() - timedelta(seconds=seconds), log)
        for batch in (_exchanges, _files):
            after: int | None = 0
            while after is not None:
                with self._store.read() if removed.dry else self._store.begin() as tx:
                    after, removed = batch(tx, look, after, removed)
        return removed

    def _sweep(self, removed: Removed, tell: Tell) -> Removed:
        """Remove the files of the archive that no row names, but those of the last day; never during a backup."""
        archive, count, size = self._store.archive, 0, 0
        with archive.removing() as alone:
            if not alone:
                return removed
            with closing(names_of(self._store)) as names:
                walked = compared(iter(names), archive.names())
                for number, (name, named, _there) in enumerate(walked, 1):
                    gone = None if named else archive.remove(name, time.time() - SPARED_SECONDS)
                    if gone is not None:
                        count, size = count + 1, size + gone
                    tell("archive", number, 0)
        return structs.replace(removed, swept=count, swept_bytes=size)


def _exchanges(tx: Tx, look: _Look, after: int, removed: Removed) -> tuple[int | None, Removed]:
    """Decide on the next exchanges; return the last of them, None when there are no more."""
    partner, before = look.partner, look.before
    old = tx.expired(partner, before, after_id=after, limit=_AT_ONCE, with_bytes=not look.log)
    standing, going, held, moving = tx.holds(), [], 0, 0
    for exchange_id, first in old:
        numbers = tx.orders_of_exchange(exchange_id, first)
        if any(covers(hold, partner, exchange_id, numbers) for hold in standing):
            held += 1
        elif any(tx.order_moves(partner, number, before) for number in numbers):
            moving += 1
        else:
            going.append(exchange_id)
    if going and not removed.dry:
        tx.remove_exchanges(going) if look.log else tx.remove_payloads(going, (), _why(before))
    removed = structs.replace(removed, held=removed.held + held, moving=removed.moving + moving)
    return (old[-1][0] if old else None), _counted(removed, len(going), log=look.log, files=False)


def _files(tx: Tx, look: _Look, after: int, removed: Removed) -> tuple[int | None, Removed]:
    """Decide on the next files; return the last of them, None when there are no more."""
    if any(covers(hold, look.partner, None, ()) for hold in tx.holds()):
        return None, removed
    old = tx.expired_files(
        look.partner, look.before, after_id=after, limit=_AT_ONCE, log=look.log, dry=removed.dry
    )
    if old and not removed.dry:
        tx.remove_files(old) if look.log else tx.remove_payloads((), old, _why(look.before))
    return (old[-1] if old else None), _counted(removed, len(old), log=look.log, files=True)


def covers(hold: Hold, partner: str, exchange_id: int | None, numbers: Sequence[str]) -> bool:
    """Say whether a hold keeps an exchange of a partner, or (without one) everything of that partner."""
    if hold.exchange_id is not None:
        return hold.exchange_id == exchange_id
    if hold.partner and hold.partner != partner:
        return False
    return not hold.order_number or hold.order_number in numbers


def _counted(removed: Removed, count: int, *, log: bool, files: bool) -> Removed:
    name = ("log_files" if files else "log_exchanges") if log else ("files" if files else "payloads")
    return structs.replace(removed, **{name: getattr(removed, name) + count})


def _why(before: datetime) -> str:
    return f"payload removed by retention: untouched since before {before:%Y-%m-%d}"
