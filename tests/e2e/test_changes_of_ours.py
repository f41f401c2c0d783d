"""We change what we ordered (860), and take what suppliers answer (855, 865) as far as the profile lets us."""

from __future__ import annotations

import time
from typing import Any

import pytest

from hub.model import problems
from hub.model.documents import DocType
from hub.model.exchange import State
from tests.support.small_hub import SmallHub
from tests.support.wire import Set, find, group, interchange, segment

CHANGE, ANSWER = DocType.ORDER_CHANGE, DocType.ORDER_CHANGE_ACKNOWLEDGMENT
ITEM = "HUB-2001"


def bought(hub: SmallHub, quantity: float = 10) -> tuple[str, int, int]:
    """Order from globex; return the order's name, its id and its line's id."""
    name = hub.people.buy("GLOBEX", {ITEM: quantity})
    hub.notice()
    hub.collect("globex")
    (order,) = hub.call("purchase.order", "search", domain=[["name", "=", name]])
    (line,) = hub.call("purchase.order.line", "search", domain=[["order_id", "=", order]])
    return name, order, line


def edit(hub: SmallHub, order: int, *commands: list[Any]) -> None:
    """The buyer saves the order's form, in a second of its own: times in Odoo are cut to it."""
    time.sleep(1.01 - time.time() % 1)
    hub.call("purchase.order", "write", ids=[order], vals={"order_line": list(commands)})


def told(hub: SmallHub) -> list[bytes]:
    """Return the 860s that globex gets once the buyer has been quiet for a while."""
    hub.notice()
    hub.later(61)
    return [data for data in hub.collect("globex") if find(data, "BCH")]


def answer(
    name: str, change: str, *lines: tuple[tuple[str, ...], tuple[str, ...]], status: str = "AT"
) -> bytes:
    """Return globex's 865: POC and ACK of each line."""
    rows = tuple(segment for pair in lines for segment in pair)
    one: Set = (
        ("ST", "865"),
        ("BCA", "04", status, name, "", change, "20260113", "", "", "SO-77", "20260114"),
        *rows,
        ("CTT", str(len(lines))),
    )
    return interchange(*group(one, control=7, functional_id="CA"), control=7, sender="01:123456789")


def acknowledgment(name: str, line: int, *acks: tuple[str, ...], control: int = 5) -> bytes:
    one: Set = (
        ("ST", "855"),
        ("BAK", "00", "AC", name, "20260113", "", "", "", f"SO-{name}", "20260114"),
        ("PO1", str(line), "10", "EA"),
        *acks,
        ("CTT", "1"),
    )
    return interchange(
        *group(one, control=control, functional_id="PR"), control=control, sender="01:123456789"
    )


def test_a_revision_is_told_once_and_from_what_was_told_before(hub: SmallHub) -> None:
    name, order, line = bought(hub)
    edit(hub, order, [1, line, {"product_qty": 12.0}])
    (first,) = told(hub)
    assert segment(first, "BCH")[1:6] == ["04", "SA", name, "", "1"]
    assert segment(first, "POC")[1:4] == [str(line), "QI", "12"]
    edit(hub, order, [1, line, {"product_qty": 8.0, "price_unit": 99.0}])
    (second,) = told(hub)
    assert segment(second, "BCH")[5] == "2"
    assert segment(second, "POC")[1:4] == [str(line), "CA", "8"]
    hub.call("purchase.order", "write", ids=[order], vals={"origin": "nothing of theirs"})
    assert told(hub) == []
    assert [e.state for e in hub.sent(CHANGE)][:2] == [State.SENT, State.SENT]


def test_edits_of_one_sitting_are_one_change(hub: SmallHub) -> None:
    _, order, line = bought(hub)
    (other,) = hub.call("product.product", "search", domain=[["default_code", "=", "HUB-2002"]])
    edit(hub, order, [1, line, {"product_qty": 12.0}])
    hub.notice()
    edit(hub, order, [1, line, {"product_qty": 14.0}], [0, 0, {"product_id": other, "product_qty": 3.0}])
    (only,) = told(hub)
    assert [p[2:4] for p in find(only, "POC")] == [["QI", "14"], ["AI", "3"]]


def test_a_cancelled_order_is_told(hub: SmallHub) -> None:
    name, order, _ = bought(hub)
    hub.call("purchase.order", "button_cancel", ids=[order])
    (only,) = told(hub)
    assert segment(only, "BCH")[1:4] == ["01", "SA", name]
    assert find(only, "POC") == []
    assert told(hub) == []
    hub.send(answer(name, "1").replace(b"BCA*04", b"BCA*01"), partner="globex")
    (came,) = hub.received(ANSWER)
    assert came.state is State.POSTED, came.why


def test_an_order_that_was_not_sent_changes_silently(hub: SmallHub) -> None:
    name = hub.people.buy("GLOBEX", {ITEM: 10})
    (order,) = hub.call("purchase.order", "search", domain=[["name", "=", name]])
    (line,) = hub.call("purchase.order.line", "search", domain=[["order_id", "=", order]])
    edit(hub, order, [1, line, {"product_qty": 12.0}])
    assert told(hub) == []
    assert [e.state for e in hub.sent(DocType.PURCHASE_ORDER) if e.number == name] == [State.SENT]


def test_an_accepted_change_is_kept_on_the_order(hub: SmallHub) -> None:
    name, order, line = bought(hub)
    edit(hub, order, [1, line, {"product_qty": 12.0}])
    told(hub)
    pair = (("POC", str(line), "QI", "12", "", "EA"), ("ACK", "IA", "12", "EA", "067", "20290301"))
    hub.send(answer(name, "1", pair), partner="globex")
    (came,) = hub.received(ANSWER)
    assert came.state is State.HELD, "years are more than the profile lets pass"
    assert problems.DATE_DIFFERS in hub.problems(came)
    hub.hub.operations.release(str(came.id), "test")
    hub.drain()
    assert hub.received(ANSWER)[0].state is State.POSTED
    (row,) = hub.call("purchase.order.line", "read", ids=[line], fields=["product_qty", "date_planned"])
    assert (row["product_qty"], row["date_planned"][:10]) == (12, "2029-03-01")
    assert told(hub) == [], "their own promise is no news to them"


def test_a_refused_change_is_the_buyer_s_business(hub: SmallHub) -> None:
    name, order, line = bought(hub)
    edit(hub, order, [1, line, {"product_qty": 12.0}])
    told(hub)
    pair = (("POC", str(line), "QI", "12", "", "EA"), ("ACK", "IR", "10", "EA"))
    hub.send(answer(name, "1", pair, status="RD"), partner="globex")
    (came,) = hub.received(ANSWER)
    assert (came.state, hub.problems(came)) == (State.HELD, {problems.ANSWER_REJECTS})
    asked = hub.call(
        "mail.activity", "search", domain=[["res_model", "=", "purchase.order"], ["res_id", "=", order]]
    )
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("accept", "ack", "state"),
    [
        ('quantity = "0"', ("ACK", "IQ", "9", "EA"), State.HELD),
        ('quantity = "10%"', ("ACK", "IQ", "9", "EA"), State.POSTED),
        ('quantity = "10%"', ("ACK", "IQ", "8", "EA"), State.HELD),
        ('quantity = "100%"', ("ACK", "IR", "10", "EA"), State.HELD),
    ],
)
def test_an_answer_is_taken_as_far_as_the_profile_lets_it(
    hub: SmallHub, accept: str, ack: tuple[str, ...], state: State
) -> None:
    hub.edit("_x12_supplier", 'quantity = "0"', accept)
    name, _, line = bought(hub)
    hub.send(acknowledgment(name, line, ack), partner="globex")
    (came,) = hub.received(DocType.ORDER_ACKNOWLEDGMENT)
    assert came.state is state, came.why
    (row,) = hub.call("purchase.order.line", "read", ids=[line], fields=["product_qty"])
    assert row["product_qty"] == (9 if state is State.POSTED else 10)
    assert told(hub) == []
