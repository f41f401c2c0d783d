"""Transmissions (files as picked up), the groups in them, and which interchanges have come in before."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from msgspec import structs
from sqlalchemy import Row, exists, select, text

from hub.model.envelope import Address, Envelope
from hub.model.exchange import Exchange, Group, State, Transmission
from hub.model.finding import Finding
from hub.store.columns import storable, to_json
from hub.store.moves import check_move
from hub.store.rows import bare_number, opening_lane, to_exchange, to_group, to_transmission
from hub.store.schema import OWED, exchanges, groups, received_interchanges, transmissions
from hub.store.story import Story


class Transmissions(Story):
    """The files that came in, their functional groups, and the interchange numbers seen."""

    def add_transmission(
        self,
        *,
        partner: str,
        channel: str,
        name: str,
        sha256: str,
        size: int,
        state: State = State.RECEIVED,
        why: str = "",
    ) -> Transmission:
        """Write down a file that is in the archive; `partner` is the mailbox's owner ("" = unknown)."""
        now = self._clock()
        values: dict[str, Any] = {
            "partner": partner,
            "channel": channel,
            "name": storable(name),
            "sha256": sha256,
            "size": size,
            "state": state,
            "why": storable(why),
        }
        added = self._insert(
            transmissions,
            **values,
            received_at=now,
            updated_at=now,
            work_lane=opening_lane(partner) if state is State.RECEIVED else None,
        )
        self._event("created", transmission_id=added, to_state=state, why=why)
        return Transmission(id=added, received_at=now, **values)

    def transmission(self, id: int) -> Transmission:
        """Return a transmission; raise NotFound."""
        return to_transmission(self._row(transmissions, id))

    def lock_transmissions(self, ids: Collection[int]) -> None:
        """Lock many transmissions at once, until the transaction ends."""
        statement = select(transmissions).where(transmissions.c.id.in_(ids)).order_by(transmissions.c.id)
        for row in self._rows(statement.with_for_update()):
            self._locked_files[row.id] = to_transmission(row)

    def find_transmission(self, partner: str, sha256: str) -> Transmission | None:
        """Return the earliest transmission of these bytes from that mailbox that is opened or received."""
        live = {State.RECEIVED, State.OPENED}
        return next((t for t in self.same_bytes(partner, sha256) if t.state in live), None)

    def same_bytes(self, partner: str, sha256: str) -> list[Transmission]:
        """Return every transmission of these bytes from that mailbox, oldest first."""
        found = self._found(transmissions, {"sha256": sha256, "partner": partner})
        return [to_transmission(row) for row in found]

    def move_transmission(
        self,
        id: int,
        state: State,
        *,
        why: str = "",
        actor: str = "hub",
        due_at: datetime | None = None,
        attempts: int | None = None,
        partner: str | None = None,
    ) -> Transmission:
        """Move a transmission (staying is a retry) and tell the story; raise IllegalMove.

        `due_at` is what is given, so leaving it out clears it; `attempts` and `partner` stay when left out.
        """
        before = self._locked_files.get(id) or to_transmission(self._row(transmissions, id, lock=True))
        what = check_move(before.state, state, f"transmission {id}")
        after = structs.replace(
            before,
            state=state,
            why=storable(why),
            partner=before.partner if partner is None else partner,
            due_at=due_at,
            attempts=before.attempts if attempts is None else attempts,
        )
        values = {
            "state": state,
            "why": why,
            "partner": after.partner,
            "due_at": due_at,
            "attempts": after.attempts,
            "updated_at": self._clock(),
            "work_lane": opening_lane(after.partner) if state is State.RECEIVED else None,
        }
        self._locked_files[id] = after
        self._update_later(transmissions, id, values)
        self._event(what, transmission_id=id, actor=actor, from_state=before.state, to_state=state, why=why)
        return after

    def transmissions(
        self,
        *,
        partner: str | None = None,
        state: State | None = None,
        name: str | None = None,
        limit: int = 50,
    ) -> list[Transmission]:
        """Return the newest transmissions first."""
        statement = select(transmissions).order_by(transmissions.c.id.desc()).limit(limit)
        if partner is not None:
            statement = statement.where(transmissions.c.partner == partner)
        if state is not None:
            statement = statement.where(transmissions.c.state == state)
        if name is not None:
            statement = statement.where(transmissions.c.name == name)
        return [to_transmission(row) for row in self._rows(statement)]

    # --- functional groups

    def add_group(
        self,
        *,
        transmission_id: int,
        partner: str,
        envelope: Envelope,
        declared_count: str,
        findings: Iterable[Finding] = (),
    ) -> Group:
        """Write down a received group; its own faults (AK905) are findings of the stage `unwrap`."""
        group_id = self._insert(
            groups,
            transmission_id=transmission_id,
            partner=partner,
            envelope=to_json(envelope),
            declared_count=declared_count,
            acknowledged=False,
        )
        self.add_findings(findings, group_id=group_id, stage="unwrap")
        return Group(
            id=group_id,
            transmission_id=transmission_id,
            partner=partner,
            envelope=envelope,
            declared_count=declared_count,
            acknowledged=False,
        )

    def group(self, id: int, *, lock: bool = False) -> Group:
        """Return a group, locked until the transaction ends if asked; raise NotFound."""
        return to_group(self._row(groups, id, lock=lock))

    def exchanges_of_group(self, id: int) -> list[Exchange]:
        """Return the exchanges of a group in the order of the file."""
        return _by_position(self._found(exchanges, {"group_id": id}))

    def group_has(self, id: int, state: State) -> bool:
        """Say whether some exchange of a group is in that state; quick, however large the group is."""
        return bool(self._found(exchanges, {"group_id": id, "state": state}, limit=1))

    def exchanges_of_transmission(self, id: int) -> list[Exchange]:
        """Return the exchanges of a transmission in the order of the file."""
        return _by_position(self._found(exchanges, {"transmission_id": id}))

    def groups_with_ended(self) -> list[int]:
        """Return the groups without acknowledgment in which an operator has ended an exchange."""
        ended = exists().where(exchanges.c.group_id == groups.c.id, exchanges.c.state == State.CANCELLED)
        statement = select(groups.c.id).where(text(OWED), ended)
        return [row.id for row in self._rows(statement)]

    def mark_group_acknowledged(self, id: int) -> None:
        """Note that the group, which is locked, has had its functional acknowledgment."""
        self._update_later(groups, id, {"acknowledged": True})

    # --- interchange numbers seen

    def add_received_interchange(
        self,
        sender: Address,
        receiver: Address,
        usage: str,
        control: str,
        *,
        transmission_id: int,
        sha256: str,
    ) -> None:
        """Remember an interchange by (ISA05-08, ISA15) and ISA13, to know it when it comes again."""
        self._later(
            received_interchanges,
            sender=str(sender),
            receiver=str(receiver),
            usage=usage,
            control=bare_number(control),
            transmission_id=transmission_id,
            sha256=sha256,
            at=self._clock(),
        )

    def find_received_interchange(
        self, sender: Address, receiver: Address, usage: str, control: str, since: datetime
    ) -> Transmission | None:
        """Return the first transmission at or after `since` (UTC) that brought this interchange number."""
        seen = received_interchanges.c
        statement = (
            select(transmissions)
            .join(received_interchanges, seen.transmission_id == transmissions.c.id)
            .where(seen.sender == str(sender), seen.receiver == str(receiver), seen.usage == usage)
            .where(seen.control == bare_number(control), seen.at >= since)
            .order_by(seen.at, seen.id)
            .limit(1)
        )
        return next((to_transmission(row) for row in self._rows(statement)), None)


def _by_position(rows: Sequence[Row[Any]]) -> list[Exchange]:
    """Return exchanges in the order of their file."""
    return [to_exchange(row) for row in sorted(rows, key=lambda row: (row.position, row.id))]
