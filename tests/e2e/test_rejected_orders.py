"""An operator rejects a held order (850) that never was one of ours: they read it in an 855, else in an 824."""

from __future__ import annotations

import pytest

from hub.model.documents import DocType
from hub.model.exchange import Exchange, State
from tests.support.small_hub import SmallHub, fresh_number
from tests.support.wire import find, functional_ack, group, interchange, order_file, segment

ANSWER, WHY = DocType.ORDER_ACKNOWLEDGMENT, "item NOPE is not in our range"


@pytest.fixture
def held(hub: SmallHub) -> Exchange:
    """An order of acme's with an item that nobody knows, held, in a hub that sends 855s and 824s."""
    hub.edit("acme", "[transport]", "[send.application_advice]\n\n[transport]")
    hub.send(order_file(fresh_number(), ("NOPE", "24", "EA", "9.99"), control=31))
    found = hub.order()
    assert found.state is State.HELD
    return found


def rejected(hub: SmallHub, came: Exchange, why: str = WHY) -> list[bytes]:
    """Reject an order and return what acme gets."""
    hub.hub.operations.reject(str(came.id), "test", why)
    hub.drain()
    return hub.collect()


def test_it_is_answered_by_one_855_with_the_reason(hub: SmallHub, held: Exchange) -> None:
    (answer,) = rejected(hub, held)
    assert segment(answer, "BAK")[:4] == ["BAK", "00", "RD", held.number]
    assert [a[1:4] for a in find(answer, "ACK")] == [["IR", "24", "EA"]]
    assert [m[1] for m in find(answer, "MSG")] == [WHY]
    (ours,) = hub.sent(ANSWER)
    assert (ours.state, ours.order_number, ours.envelope.functional_id) == (State.SENT, held.number, "PR")
    assert hub.sent(DocType.APPLICATION_ADVICE) == []
    ack = functional_ack("PR", segment(answer, "GS")[6], "855")
    hub.send(interchange(*group(ack, control=500, functional_id="FA"), control=500), "997.edi")
    assert hub.sent(ANSWER)[0].state is State.ACKNOWLEDGED


def test_it_goes_out_once_and_an_order_taken_after_all_is_acknowledged(hub: SmallHub, held: Exchange) -> None:
    assert len(rejected(hub, held)) == 1
    hub.hub.operations.redrive(str(held.id), "test")
    hub.drain()
    assert rejected(hub, held, "still no") == []
    table = hub.root / "partners" / "acme" / "items.csv"
    table.write_text(table.read_text().replace("AR-10001,", "NOPE,"))
    hub.hub.operations.redrive(str(held.id), "test")
    hub.drain()
    assert hub.order().state is State.POSTED, hub.order().why
    hub.confirmed(held.number)
    (answer,) = hub.collect()
    assert segment(answer, "BAK")[2] == "AD"


def test_a_repeat_of_an_order_that_we_have_is_never_rejected_by_an_855(hub: SmallHub) -> None:
    hub.edit("acme", "[transport]", "[send.application_advice]\n\n[transport]")
    number = fresh_number()
    hub.send(order_file(number, control=1))
    hub.send(order_file(number, ("AR-10001", "99", "EA", "9.99"), control=2), "again.edi")
    again = hub.received()[1]
    assert again.state is State.HELD
    (advice,) = rejected(hub, again)
    assert segment(advice, "ST")[1] == "824"
    assert hub.sent(ANSWER) == []
