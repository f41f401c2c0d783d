"""How long an invoice waits for the ship notice of what it bills, instead of troubling a person.

Both come from Odoo at nearly the same moment, but are noticed and composed one after the other: the invoice may
be first, or the ship notice may be in the middle of a retry.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from hub.model import problems
from hub.model.exchange import Exchange, State
from hub.model.finding import Finding, Severity

#: How long a delivery may take to be noticed after its invoice was. Topics are polled within seconds.
PATIENCE = timedelta(minutes=10)
SHORTEST_SECONDS, LONGEST_SECONDS = 2.0, 60.0


class Wait(Struct, frozen=True):
    """Look again in so many seconds."""

    why: str
    seconds: float


def wait_for_shipment(invoice: Exchange, notices: Sequence[Exchange], now: datetime) -> Wait | None:
    """Return the wait of an invoice that bills more than was told as shipped, or None when none helps.

    `notices`: the order's ship notices that are not composed. One that the hub still works on is waited for
    until it is composed, held or dead: it ends by itself. One that waits for a person is not, since
    releasing or mending it is a decision. With none at all, patience counts from when the invoice was noticed.
    """
    coming = next((n for n in notices if n.state is State.NOTICED), None)
    age = now - invoice.created_at
    if coming is not None:
        why = f"waits for ship notice {coming.number} (exchange {coming.id})"
    elif notices or age >= PATIENCE:
        return None
    else:
        why = "waits for the ship notice of what it bills: Odoo has told of none yet"
    seconds = min(max(age.total_seconds() / 4, SHORTEST_SECONDS), LONGEST_SECONDS)
    return Wait(why, seconds)


def stuck(notices: Sequence[Exchange]) -> tuple[Finding, ...]:
    """Return what to say of ship notices that wait for a person: an invoice cannot go before them."""
    return tuple(
        Finding(
            problem=problems.GATE_DISAGREES,
            severity=Severity.HOLD,
            message=f"ship notice {n.number} (exchange {n.id}) is {n.state.value} and was not told",
            value=n.number,
            hint="settle the ship notice first, then redrive this",
        )
        for n in notices
        if n.state is not State.NOTICED
    )
