"""Acknowledgments, both ways: what we answered and what partners answered us."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select

from hub.model.exchange import Direction, Exchange
from hub.store.base import TxPart
from hub.store.records import Acknowledgment
from hub.store.rows import to_exchange
from hub.store.schema import acknowledgments, exchanges


class Acknowledgments(TxPart):
    """Which acknowledgment answers what, and with which verdict."""

    def add_acknowledgment(
        self,
        *,
        kind: str,
        direction: Direction,
        exchange_id: int | None,
        ack_exchange_id: int | None = None,
        transmission_id: int | None = None,
        verdict: str,
        detail: str = "",
    ) -> None:
        """Note an acknowledgment of an exchange; only of a transmission when nothing was unwrapped."""
        self._later(
            acknowledgments,
            kind=kind,
            direction=direction,
            exchange_id=exchange_id,
            ack_exchange_id=ack_exchange_id,
            transmission_id=transmission_id,
            verdict=verdict,
            detail=detail,
            at=self._clock(),
        )

    def acknowledgments(self, exchange_id: int) -> list[Acknowledgment]:
        """Return the acknowledgments of an exchange, ours and theirs, oldest first."""
        return self._acknowledgments(exchange_id=exchange_id)

    def acknowledged_by(self, ack_exchange_id: int) -> list[Acknowledgment]:
        """Return what an exchange, itself an acknowledgment, says of others."""
        return self._acknowledgments(ack_exchange_id=ack_exchange_id)

    def acks_of_transmission(self, transmission_id: int) -> list[Exchange]:
        """Return the acknowledgment exchanges that we made for a transmission, to resend their bytes."""
        ours = select(acknowledgments.c.ack_exchange_id).where(
            acknowledgments.c.transmission_id == transmission_id,
            acknowledgments.c.direction == Direction.OUT,
            acknowledgments.c.ack_exchange_id.is_not(None),
        )
        statement = select(exchanges).where(exchanges.c.id.in_(ours)).order_by(exchanges.c.id)
        return [to_exchange(row) for row in self._rows(statement)]

    def _acknowledgments(self, **equal: int) -> list[Acknowledgment]:
        return [
            Acknowledgment(**(_plain(row) | {"direction": Direction(row.direction)}))
            for row in self._found(acknowledgments, equal)
        ]


def _plain(row: Row[Any]) -> dict[str, Any]:
    return dict(row._mapping)
