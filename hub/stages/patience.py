"""How long one document waits for another, instead of troubling a person.

An invoice waits for the ship notice of what it bills: both come from Odoo at nearly the same moment, but are
noticed and composed one after the other, and the ship notice may be in the middle of a retry. A change waits for
the order that it changes, and for the changes before it: files are picked up in any order.
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
#: How long a change may come before the one of the number below.
GAP = timedelta(minutes=1)
#: A number above is a date or a code of theirs, and counts nothing.
MOST_CHANGES = 999
SHORTEST_SECONDS, LONGEST_SECONDS = 2.0, 60.0

#: What came to nothing, and is waited for by nobody.
_ENDED = frozenset({State.REJECTED, State.CANCELLED, State.TESTED, State.DUPLICATE})


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
    return Wait(why, _pause(age))


def _pause(age: timedelta) -> float:
    """Return seconds until the next look: the longer it waits already, the longer."""
    return min(max(age.total_seconds() / 4, SHORTEST_SECONDS), LONGEST_SECONDS)


def wait_for_acceptance(
    invoice: Exchange, notice: Exchange, patience: timedelta, now: datetime
) -> Wait | None:
    """Return the wait of an invoice for the partner's word on a ship notice, or None when that is overdue.

    Patience counts from when the invoice was noticed. A release sends the invoice without that word.
    """
    age = now - invoice.created_at
    if age >= patience:
        return None
    why = f"waits until ship notice {notice.number} (exchange {notice.id}, {notice.state.value}) is accepted"
    return Wait(why, _pause(age))


def not_accepted(notice: Exchange) -> Finding:
    """Return what to say of a ship notice that the partner did not accept in the time that the profile gives them."""
    return Finding(
        problem=problems.ACK_OVERDUE,
        severity=Severity.HOLD,
        message=f"ship notice {notice.number} (exchange {notice.id}) is {notice.state.value} and not accepted in time",
        value=notice.number,
        hint="call the partner; redrive this when it is accepted, or release it to send it without",
    )


def wait_for_reconciliation(payment: Exchange, now: datetime) -> Wait | None:
    """Return the wait of a payment that no bills account for, or None when it has waited long enough.

    Whoever posts a payment by itself reconciles it a moment later.
    """
    age = now - payment.created_at
    return (
        None if age >= PATIENCE else Wait("waits to be reconciled with the bills that it pays", _pause(age))
    )


def wait_for_order(
    change: Exchange, orders: Sequence[Exchange], patience: timedelta, now: datetime
) -> Wait | None:
    """Return the wait of a change for its order, or None when it has waited long enough.

    `orders`: what came in under the order's number and is not in Odoo.
    """
    age = now - change.created_at
    if age >= patience:
        return None
    coming = next((order for order in orders if order.state not in _ENDED), None)
    which = (
        f" (exchange {coming.id}, {coming.state.value})" if coming is not None else ": it has not come yet"
    )
    return Wait(f"waits for the order that it changes{which}", _pause(age))


def wait_for_turn(
    change: Exchange, others: Sequence[tuple[str, Exchange]], number: str, patience: timedelta, now: datetime
) -> Wait | None:
    """Return the wait of a change for those of lower numbers, or None when there are none to wait for.

    `others`: the order's other changes with their numbers. Numbers that do not count (`before`) keep no order.
    """
    age = now - change.created_at
    lower = [one for named, one in others if before(named, number) and one.state not in _ENDED]
    if age < patience:
        waiting = next((one for one in lower if one.state is not State.POSTED), None)
        if waiting is not None:
            return Wait(
                f"waits for the change before it (exchange {waiting.id}, {waiting.state.value})", _pause(age)
            )
    known = {int(named) for named, _ in others if _counts(named)}
    if _counts(number) and int(number) > 1 and int(number) - 1 not in known and age < GAP:
        return Wait(f"waits for change {int(number) - 1}, which has not come yet", _pause(age))
    return None


def before(number: str, other: str) -> bool:
    """Say whether the change of a number goes before that of another: both count (1, 02, 3)."""
    return (
        number.isascii()
        and number.isdecimal()
        and other.isascii()
        and other.isdecimal()
        and int(number) < int(other)
    )


def _counts(number: str) -> bool:
    return number.isascii() and number.isdecimal() and int(number) <= MOST_CHANGES


def still(news: Exchange, quiet: timedelta, now: datetime) -> Wait | None:
    """Return the wait for people to end their editing, or None when news are old enough to be told."""
    left = quiet - (now - news.created_at)
    return None if left <= timedelta() else Wait("waits for further edits", left.total_seconds())


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
