"""How long an invoice waits for its ship notice: a little longer each time, and not for ever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hub.model import problems
from hub.model.documents import DocType
from hub.model.envelope import Address, Envelope
from hub.model.exchange import Direction, Exchange, State
from hub.model.finding import Severity
from hub.stages.patience import PATIENCE, not_accepted, stuck, wait_for_acceptance, wait_for_shipment

NOW = datetime(2026, 1, 20, 12, tzinfo=UTC)
ENVELOPE = Envelope(format="x12", sender=Address(id="OURCO"), receiver=Address(id="ACME"))


def exchange(document: DocType, state: State, age: timedelta = timedelta(0)) -> Exchange:
    return Exchange(
        id=7,
        partner="acme",
        direction=Direction.OUT,
        document=document,
        state=state,
        envelope=ENVELOPE,
        number="OUT/1",
        created_at=NOW - age,
        updated_at=NOW,
    )


def test_each_wait_is_a_little_longer_and_a_minute_at_most() -> None:
    ages = [timedelta(seconds=s) for s in (0, 4, 20, 100, 599)]
    waits = [wait_for_shipment(exchange(DocType.INVOICE, State.NOTICED, age), (), NOW) for age in ages]
    assert [w.seconds for w in waits if w] == [2, 2, 5, 25, 60]


@pytest.mark.parametrize(
    ("notices", "age", "waits"),
    [
        ((), timedelta(0), True),
        ((), PATIENCE, False),
        ((State.NOTICED,), timedelta(0), True),
        ((State.NOTICED,), timedelta(hours=5), True),  # Odoo was away that long
        ((State.HELD,), timedelta(0), False),
        ((State.DEAD,), timedelta(0), False),
        ((State.HELD, State.NOTICED), timedelta(0), True),
    ],
)
def test_what_the_hub_works_on_is_waited_for_and_people_are_not(
    notices: tuple[State, ...], age: timedelta, waits: bool
) -> None:
    invoice = exchange(DocType.INVOICE, State.NOTICED, age)
    told = [exchange(DocType.SHIP_NOTICE, state) for state in notices]
    assert (wait_for_shipment(invoice, told, NOW) is not None) is waits
    assert len(stuck(told)) == sum(state is not State.NOTICED for state in notices)


def test_an_invoice_waits_for_acceptance_as_long_as_agreed_and_then_asks() -> None:
    notice, patience = exchange(DocType.SHIP_NOTICE, State.OVERDUE), timedelta(days=2)
    for age, waits in ((timedelta(0), True), (timedelta(hours=47), True), (patience, False)):
        invoice = exchange(DocType.INVOICE, State.NOTICED, age)
        assert (wait_for_acceptance(invoice, notice, patience, NOW) is not None) is waits
    asked = not_accepted(notice)
    assert (asked.severity, asked.problem) == (Severity.HOLD, problems.ACK_OVERDUE)
    assert "OUT/1 (exchange 7) is overdue" in asked.message
