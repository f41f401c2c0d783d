"""Orders by store (850 with SDQ) become one sale order a store: each once, each answered, shipped and billed."""

from __future__ import annotations

import pytest
from msgspec import structs

from hub.model import problems
from hub.model.documents import DocType
from hub.model.exchange import Exchange, State
from hub.operations import Refused
from hub.orders import tell_orders
from hub.settings import Settings
from hub.wiring import Trials
from tests.support.small_hub import SmallHub, fresh_number
from tests.support.wire import find, group, interchange, order, segment

Sdq = tuple[str, ...]
SHARED = ("SDQ", "EA", "92", "0042", "16", "0043", "8")


def store_file(number: str, *stores: Sdq, control: int = 1, quantity: str = "24") -> bytes:
    """Return a file of one order of lamps, with its stores behind the line."""
    segments = list(order(number, ("AR-10001", quantity, "EA", "9.99"), ship_to="DC01"))
    at = next(i for i, s in enumerate(segments) if s[0] == "PO1") + 1
    segments[at:at] = stores or (SHARED,)
    return interchange(*group(tuple(segments), control=control), control=control)


@pytest.fixture
def stores(hub: SmallHub) -> SmallHub:
    """A hub where ACME orders by store, and both stores are known."""
    hub.edit("acme", "[transport]", '[receive.purchase_order]\nsdq = "order_per_store"\n\n[transport]')
    know(hub, "0043,ACME-DC01")
    return hub


def know(hub: SmallHub, *rows: str) -> None:
    table = hub.root / "partners" / "acme" / "ship_to.csv"
    table.write_text(table.read_text() + "".join(f"{row}\n" for row in rows))


def states(hub: SmallHub) -> list[State]:
    return [e.state for e in hub.received()]


def of_store(hub: SmallHub, number: str, store: str) -> Exchange:
    (found,) = (e for e in hub.received() if e.erp and e.erp.id == hub.people.find_order(f"{number}/{store}"))
    return found


def test_each_store_has_its_sale_order_and_the_file_one_answer(stores: SmallHub) -> None:
    number = fresh_number()
    (answer,) = stores.send(store_file(number))
    assert segment(answer, "AK9")[1:] == ["A", "1", "1", "1"]
    assert states(stores) == [State.POSTED, State.POSTED]
    assert {e.number for e in stores.received()} == {number}
    assert stores.order_lines(f"{number}/0042") == [16]
    assert stores.order_lines(f"{number}/0043") == [8]
    assert stores.sale_orders(number) == 0
    places = stores.call(
        "sale.order",
        "search_read",
        domain=[["client_order_ref", "like", number]],
        fields=["partner_shipping_id"],
        order="client_order_ref",
    )
    assert len({row["partner_shipping_id"][0] for row in places}) == 2


def test_the_same_order_again_makes_nothing(stores: SmallHub) -> None:
    number = fresh_number()
    stores.send(store_file(number))
    stores.send(store_file(number, control=2), "again.edi")
    assert states(stores) == [State.POSTED, State.POSTED, State.DUPLICATE]
    assert [stores.sale_orders(f"{number}/{store}") for store in ("0042", "0043")] == [1, 1]


def test_another_content_is_held_even_when_it_names_other_stores(stores: SmallHub) -> None:
    number = fresh_number()
    stores.send(store_file(number))
    stores.send(store_file(number, ("SDQ", "EA", "92", "0043", "24"), control=2), "again.edi")
    changed = stores.received()[-1]
    assert (changed.state, problems.LOOKS_LIKE_CHANGE in stores.problems(changed)) == (State.HELD, True)
    stores.hub.operations.release(str(changed.id), "test", "they mean it")
    stores.drain()
    changed = stores.received()[-1]
    assert changed.state is State.HELD
    assert "an order for each store" in changed.why
    assert stores.order_lines(f"{number}/0042") == [16]


def test_an_unknown_store_holds_all_until_it_is_known(stores: SmallHub) -> None:
    number = fresh_number()
    stores.send(store_file(number, ("SDQ", "EA", "92", "0042", "16", "0999", "8")))
    came = stores.order()
    assert (came.state, problems.CODE_UNKNOWN in stores.problems(came)) == (State.HELD, True)
    assert "0999" in came.why
    assert stores.sale_orders(f"{number}/0042") == 0
    know(stores, "0999,ACME-DC01")
    stores.hub.operations.release(str(came.id), "test", "added")
    stores.drain()
    assert states(stores) == [State.POSTED, State.POSTED]
    assert stores.order_lines(f"{number}/0999") == [8]


def test_stores_that_do_not_make_the_line_hold_all(stores: SmallHub) -> None:
    number = fresh_number()
    stores.send(store_file(number, quantity="25"))
    came = stores.order()
    assert came.state is State.HELD
    assert "orders 25 EA, and its stores make 24" in came.why
    assert stores.people.find_order(f"{number}/0042") is None


def test_a_lost_answer_makes_no_store_twice(stores: SmallHub) -> None:
    number = fresh_number()
    stores.practice.fail_next("timeout_after_commit", method="load")
    stores.send(store_file(number))
    with stores.hub.store.read() as tx:
        passed = {e.to_state for came in stores.received() for e in tx.events(exchange_id=came.id)}
    assert State.IN_DOUBT.value in passed
    stores.later()
    assert states(stores) == [State.POSTED, State.POSTED]
    assert [stores.sale_orders(f"{number}/{store}") for store in ("0042", "0043")] == [1, 1]


def test_what_is_run_again_takes_its_own_store(stores: SmallHub) -> None:
    """Odoo has neither address: both are held and redriven, the first makes no third, each keeps its store."""
    number = fresh_number()
    know(stores, "0901,NOWHERE", "0902,NOWHERE")
    stores.send(store_file(number, ("SDQ", "EA", "92", "0901", "16", "0902", "8")))
    assert states(stores) == [State.HELD, State.HELD]
    table = stores.root / "partners" / "acme" / "ship_to.csv"
    table.write_text(table.read_text().replace("NOWHERE", "ACME-DC01"))
    for held in stores.received():
        stores.hub.operations.redrive(str(held.id), "test", "mended")
        stores.drain()
    assert states(stores) == [State.POSTED, State.POSTED]
    assert stores.order_lines(f"{number}/0901") == [16]
    assert stores.order_lines(f"{number}/0902") == [8]


def test_what_is_left_of_an_order_does_not_come_back_as_new(stores: SmallHub) -> None:
    """One store is in Odoo, the first is ended: the order that comes in its place is a person's to judge."""
    number = fresh_number()
    know(stores, "0901,NOWHERE")
    stores.send(store_file(number, ("SDQ", "EA", "92", "0901", "16", "0042", "8")))
    assert states(stores) == [State.HELD, State.POSTED]
    first = str(stores.received()[0].id)
    with pytest.raises(Refused, match="an 824 would give back all of it"):
        stores.hub.operations.reject(first, "test", "we do not serve 0901")
    stores.hub.operations.cancel(first, "test", "we do not serve 0901")
    stores.send(store_file(number, ("SDQ", "EA", "92", "0043", "16", "0042", "8"), control=2), "again.edi")
    assert states(stores) == [State.CANCELLED, State.POSTED, State.HELD]
    assert stores.sale_orders(f"{number}/0043") == 0


def test_each_store_is_answered_shipped_and_billed_under_the_buyers_number(stores: SmallHub) -> None:
    number = fresh_number()
    stores.send(store_file(number))
    for store in ("0043", "0042"):
        stores.confirmed(f"{number}/{store}")
    answers = stores.collect()
    assert [(segment(a, "BAK")[3], segment(a, "ACK")[1:3]) for a in answers] == [
        (number, ["IA", "8"]),
        (number, ["IA", "16"]),
    ]
    for store, quantity in (("0043", "8"), ("0042", "16")):
        sale = of_store(stores, number, store).erp
        assert sale is not None
        stores.people.ship(sale.id)
        stores.notice()
        (notice,) = stores.collect()
        assert segment(notice, "PRF")[1] == number
        assert ["N1", "ST", "92", store] in [[*s[:2], *s[3:5]] for s in find(notice, "N1")]
        assert segment(notice, "SN1")[2] == quantity
        stores.people.invoice(sale.id)
        stores.notice()
        (bill,) = stores.collect()
        assert segment(bill, "BIG")[4] == number
        assert segment(bill, "IT1")[2] == quantity
    assert {e.state for e in stores.sent(DocType.INVOICE)} == {State.SENT}
    (story,) = tell_orders(stores.hub.store, number)
    (line,) = story.ledger.lines
    assert (line.ordered, line.acknowledged, line.shipped, line.invoiced) == (24, 24, 24, 24)
    assert story.ledger.disagreements == ()


def test_an_order_whose_stores_are_all_given_back_is_advised_once(stores: SmallHub) -> None:
    number = fresh_number()
    know(stores, "0901,NOWHERE", "0902,NOWHERE")
    stores.edit("acme", "[transport]", "[send.application_advice]\n\n[transport]")
    stores.send(store_file(number, ("SDQ", "EA", "92", "0901", "16", "0902", "8")))
    for held in stores.received():
        stores.hub.operations.reject(str(held.id), "test", "we serve none of these")
    stores.drain()
    assert states(stores) == [State.REJECTED, State.REJECTED]
    assert len(stores.sent(DocType.APPLICATION_ADVICE)) == 1


def test_a_trial_says_how_many_stores_there_are(stores: SmallHub) -> None:
    settings = Settings()
    ours = structs.replace(
        settings, paths=structs.replace(settings.paths, partners=str(stores.root / "partners"))
    )
    (tried,) = Trials(ours).run(store_file(fresh_number()), "order.edi", "acme").documents
    assert tried.posting.endswith("/0042: 16 × HUB-1001; and 1 more for the other stores")
