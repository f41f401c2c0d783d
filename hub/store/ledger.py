"""The ledgers that make things happen once: control numbers, postings into Odoo, cursors, pickups.

Every one of them is a row that is locked, or a unique index that refuses, inside the caller's transaction: a
rollback gives the number or the claim back, because then no byte has left either.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Executable, Row, bindparam, case, select, update

from hub.model.exchange import ErpRecord
from hub.store.base import TxPart
from hub.store.records import Advanced, ControlUse, Posting
from hub.store.rows import record_json, to_record
from hub.store.schema import control_uses, controls, cursors, pickups, postings
from hub.store.statements import inserting_or_updating, updating, wanted

#: The cursor that holds how many numbers a scope skips that is new since a restore.
_FLOOR = "controls:floor"
#: The cursor that holds when the log was restored.
_RESTORED = "restored"


class Ledger(TxPart):
    """Control numbers, the posting ledger, cursors and pickup claims."""

    # --- control numbers

    def next_control(self, scope: str, *, limit: int = 999_999_999) -> int:
        """Return the next number of a scope, 1 to `limit`; after the limit it starts at 1 again.

        The scope's row stays locked until the transaction ends, so numbers are given out in the order in
        which the bytes that carry them are committed.
        """
        if limit < 1:
            raise ValueError(f"control numbers of {scope} need a limit of at least 1, not {limit}")
        named = {**wanted({"scope": scope}), "most": limit}
        number = self._connection.execute(_next_control(), named).scalar_one_or_none()
        if number is None:  # the first of its scope
            if self._insert_once(controls, scope=scope, last=0, round=0) is not None:
                self._skip_to_floor(scope)
            number = self._connection.execute(_next_control(), named).scalar_one()
        assert isinstance(number, int)
        return number

    def advance_controls(
        self, gap: int, earlier: Mapping[str, tuple[int, int]], *, limit: int = 999_999_999
    ) -> list[Advanced]:
        """Skip `gap` numbers in every scope, also in one that begins later: they may have been used.

        Counted from where a scope stands here, or in `earlier` (round and last number) where that is further on.
        """
        if not 0 <= gap < limit:
            raise ValueError(f"a gap in control numbers is 0 to {limit - 1}, not {gap}")
        floor = int(self.cursor(_FLOOR) or 0)
        self.set_cursor(_FLOOR, str(min(floor + gap, limit)))
        kept = {row.scope: (row.round, row.last) for row in self._rows(select(controls))}
        advanced = []
        for scope in sorted({*kept, *earlier}):
            before = max(kept.get(scope, (0, 0)), earlier.get(scope, (0, 0)))
            wraps = before[1] + gap > limit
            now = {"last": before[1] + gap - limit * wraps, "round": before[0] + wraps}
            self._insert_once(controls, scope=scope, last=0, round=0)
            self._connection.execute(update(controls).where(controls.c.scope == scope).values(now))
            advanced.append(Advanced(scope=scope, before=before[1], now=now["last"]))
        return advanced

    def _skip_to_floor(self, scope: str) -> None:
        """Let a scope that is new to this database begin after the numbers that a lost one may have used."""
        floor = int(self.cursor(_FLOOR) or 0)
        if floor:
            self._connection.execute(update(controls).where(controls.c.scope == scope).values(last=floor))

    def record_control(self, scope: str, number: int, exchange_id: int | None, purpose: str) -> None:
        """Write down for what a number was given out (ISA13, GS06, `void: ...`)."""
        row = next(iter(self._found(controls, {"scope": scope})), None)
        if row is None:
            raise ValueError(f"no control number of scope {scope!r} was ever given out")
        self._later(
            control_uses,
            scope=scope,
            number=number,
            round=row.round if number <= row.last else row.round - 1,  # given out before the last wrap
            exchange_id=exchange_id,
            purpose=purpose,
            at=self._clock(),
        )

    def control_history(self, scope: str, *, limit: int = 1000) -> list[ControlUse]:
        """Return for what the numbers of a scope were used: the latest `limit` of them, oldest first."""
        latest = (
            select(control_uses)
            .where(control_uses.c.scope == scope)
            .order_by(control_uses.c.id.desc())
            .limit(limit)
        )
        return [
            ControlUse(
                scope=row.scope,
                number=row.number,
                round=row.round,
                exchange_id=row.exchange_id,
                purpose=row.purpose,
                at=row.at,
            )
            for row in reversed(self._rows(latest))
        ]

    # --- postings

    def book_posting(self, key: str, exchange_id: int, *, record: ErpRecord | None, state: str) -> None:
        """Write which record a business document became, when it suits; its line stays that of the first exchange."""
        self._defer(
            _booking(postgres=self._postgres),
            {
                "key": key,
                "exchange_id": exchange_id,
                "digest": "",
                "record": record_json(record),
                "model": record and record.model,
                "record_id": record and record.id,
                "state": state,
                "at": self._clock(),
            },
        )

    def posting(self, key: str) -> Posting | None:
        """Return a line of the posting ledger."""
        return self._posting(postings.c.key == key)

    def posting_by_record(self, model: str, record_id: int) -> Posting | None:
        """Return the line that made this Odoo record."""
        return self._posting(postings.c.model == model, postings.c.record_id == record_id)

    def _posting(self, *conditions: ColumnElement[bool]) -> Posting | None:
        statement = select(postings).where(*conditions).order_by(postings.c.at).limit(1)
        row = self._connection.execute(statement).one_or_none()
        return None if row is None else _posting(row)

    # --- cursors

    def cursor(self, name: str) -> str:
        """Return where a watcher stands; "" when it never was anywhere."""
        return next((row.value for row in self._found(cursors, {"name": name})), "")

    def set_cursor(self, name: str, value: str) -> None:
        """Remember where a watcher stands."""
        if self._insert_once(cursors, name=name, value=value) is None:
            self._connection.execute(updating(cursors, "name"), {**wanted({"name": name}), "value": value})

    def set_restored(self, at: datetime) -> None:
        """Remember that the log was restored from a backup at that instant."""
        self.set_cursor(_RESTORED, at.isoformat())

    def restored_at(self) -> datetime | None:
        """Return when the log was last restored from a backup, None when it never was."""
        text = self.cursor(_RESTORED)
        return datetime.fromisoformat(text) if text else None

    # --- pickups

    def claim_pickup(self, mailbox: str, name: str, size: int, modified_at: float) -> bool:
        """Claim a remote file by name, size in bytes and time; False when that very file was taken before."""
        row = self._insert_once(
            pickups,
            digest=_pickup_digest(mailbox, name, size, modified_at),
            mailbox=mailbox,
            name=name,
            size=size,
            modified_at=modified_at,
            at=self._clock(),
        )
        return row is not None

    def forget_pickup(self, mailbox: str, name: str, size: int, modified_at: float) -> None:
        """Give a claim back: the file was not read after all, or an operator wants it read again."""
        digest = _pickup_digest(mailbox, name, size, modified_at)
        self._delete(pickups, {"digest": digest})


@cache
def _next_control() -> Executable:
    """Return the UPDATE that counts the scope `is_scope` on, from `most` to 1 again, and gives the number back."""
    full = controls.c.last >= bindparam("most")
    return (
        updating(controls, "scope")
        .values(
            last=case((full, 1), else_=controls.c.last + 1),
            round=case((full, controls.c.round + 1), else_=controls.c.round),
        )
        .returning(controls.c.last)
    )


@cache
def _booking(*, postgres: bool) -> Executable:
    """Return the INSERT of a posting, or the UPDATE of what came of one that is there."""
    told = ("record", "model", "record_id", "state", "at")
    return inserting_or_updating(postings, "key", told, postgres=postgres)


def _posting(row: Row[Any]) -> Posting:
    return Posting(
        key=row.key,
        exchange_id=row.exchange_id,
        digest=row.digest,
        record=to_record(row.record),
        state=row.state,
        at=row.at,
    )


def _pickup_digest(mailbox: str, name: str, size: int, modified_at: float) -> str:
    """Return what tells one file in a mailbox from all others; the parts cannot run into each other."""
    raw = repr((mailbox, name, size, float(modified_at)))
    return hashlib.sha256(raw.encode("utf-8", "backslashreplace")).hexdigest()
