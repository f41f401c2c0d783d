"""What every ERP gateway must do with many orders in one call, as tests: see tests/contracts/erp_suite.py."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from decimal import Decimal

from msgspec import structs

from hub.erp.odoo import OdooGateway
from hub.erp.port import Fault, NoteRequest, OrderPolicy, OrderRequest, PostResult
from hub.model import problems
from hub.model.documents import OrderLine, PurchaseOrder
from hub.model.errors import Retryable, Undeliverable
from hub.model.exchange import ErpRecord
from tests.contracts.erp_suite import Erp, a_number, an_order, d, key_of, policy
from tests.support.erp_world import World
from tests.support.own_odoo import Wire


def asked(world: World, order: PurchaseOrder | None = None, price: str = "partner") -> OrderRequest:
    """Return a request to post an order."""
    order = order or an_order(world)
    return OrderRequest(key_of(order), order, policy(world, price))


def of(world: World, *skus: str) -> OrderRequest:
    """Return a request to post an order of one piece of each of some items."""
    lines = tuple(
        OrderLine(number=str(at), quantity=d(1), unit="EA", price=d(5), sku=sku)
        for at, sku in enumerate(skus, 1)
    )
    return asked(world, an_order(world, lines=lines))


def made(answers: Sequence[PostResult | Fault]) -> list[ErpRecord]:
    """Return the records of a batch whose orders are all there."""
    records = [one.record for one in answers if isinstance(one, PostResult) and one.record]
    assert len(records) == len(answers), answers
    assert len({record.id for record in records}) == len(records)
    return records


def once(world: World, requests: Sequence[OrderRequest]) -> None:
    """Check that each order is there once, with one note."""
    for request in requests:
        (row,) = world.session.search_read(
            "sale.order", [["client_order_ref", "=", request.order.number]], ["name", "state"]
        )
        notes = world.notes(ErpRecord("sale.order", row["id"]))
        assert sum(request.key in note for note in notes) == 1


def is_call(path: str, body: bytes, model: str, method: str) -> bool:
    """Say whether a request, of either API, calls a method of a model."""
    parameters = rf"<string>{model}</string></value>\s*</param>\s*<param>\s*<value><string>{method}</string>"
    return path.endswith(f"/{model}/{method}") or re.search(parameters.encode(), body) is not None


@contextmanager
def between(erp: Erp) -> Iterator[tuple[OdooGateway, Wire]]:
    """Give a gateway of its own, over a wire that may be cut."""
    _, world = erp
    with Wire(world.session.settings.url).up() as wire:
        gateway = OdooGateway(structs.replace(world.session.settings, url=wire.url))
        try:
            yield gateway, wire
        finally:
            gateway.close()


class PostingMany:
    """Many orders in one call: one answer for each."""

    def test_all_are_made_and_answered_in_their_order(self, erp: Erp) -> None:
        gateway, world = erp
        requests = [asked(world) for _ in range(5)]
        answers = gateway.post_orders(requests)
        records = made(answers)
        assert all(isinstance(one, PostResult) and one.created for one in answers)
        assert [record.state for record in records] == ["draft"] * 5
        for request, record in zip(requests, records, strict=True):
            seen = world.look("sale.order", record.id, "name", "client_order_ref", "order_line")
            assert (seen["name"], seen["client_order_ref"]) == (record.name, request.order.number)
            assert len(seen["order_line"]) == 2
        once(world, requests)

    def test_nothing_asked_is_nothing_answered(self, erp: Erp) -> None:
        gateway, _ = erp
        assert gateway.post_orders([]) == []
        assert gateway.confirm_orders([]) == []
        assert gateway.add_notes([]) == []

    def test_more_orders_are_no_more_calls(self, erp: Erp) -> None:
        _, world = erp
        with between(erp) as (gateway, wire):
            paths: list[str] = []
            wire.stop = lambda path, _body: bool(paths.append(path))
            made(gateway.post_orders([asked(world)]))  # what is asked for once is asked for
            counts = []
            for many in (2, 9):
                paths.clear()
                made(gateway.post_orders([asked(world) for _ in range(many)]))
                counts.append(len(paths))
        assert counts[0] == counts[1]
        assert counts[1] <= 7, paths

    def test_one_of_an_unknown_item_keeps_no_other_out(self, erp: Erp) -> None:
        gateway, world = erp
        requests = [asked(world), of(world, world.widget, "NO-SUCH-ITEM"), asked(world)]
        first, bad, last = gateway.post_orders(requests)
        made([first, last])
        assert isinstance(bad, PostResult)
        assert bad.record is None
        (finding,) = bad.findings
        assert finding.problem == problems.CODE_UNKNOWN
        assert finding.where.path == "lines[1].sku"
        assert gateway.find(requests[1].key) is None

    def test_one_that_odoo_refuses_stands_alone(self, erp: Erp) -> None:
        _, world = erp
        doomed = world.new_service()
        requests = [asked(world), asked(world), of(world, world.widget, doomed), asked(world), asked(world)]
        with between(erp) as (gateway, wire):
            wire.stop = _gone_before_load(world, [doomed])
            answers = gateway.post_orders(requests)
        bad = answers.pop(2)
        made(answers)
        assert isinstance(bad, PostResult)
        assert [f.problem for f in bad.findings] == [problems.ERP_REFUSED]
        once(world, [r for at, r in enumerate(requests) if at != 2])

    def test_all_may_be_refused(self, erp: Erp) -> None:
        gateway, world = erp
        unknown = gateway.post_orders([of(world, "NO-SUCH-1"), of(world, "NO-SUCH-2")])
        values = [f.value for one in unknown if isinstance(one, PostResult) for f in one.findings]
        assert values == ["NO-SUCH-1", "NO-SUCH-2"]
        doomed = [world.new_service() for _ in range(3)]
        with between(erp) as (other, wire):
            wire.stop = _gone_before_load(world, doomed)
            refused = other.post_orders([of(world, sku) for sku in doomed])
        found = [f.problem for one in refused if isinstance(one, PostResult) for f in one.findings]
        assert found == [problems.ERP_REFUSED] * 3

    def test_a_repeat_makes_nothing_new(self, erp: Erp) -> None:
        gateway, world = erp
        requests = [asked(world) for _ in range(4)]
        first = made(gateway.post_orders(requests))
        again = gateway.post_orders([*requests, asked(world)])
        assert made(again[:4]) == first
        assert [one.created for one in again if isinstance(one, PostResult)] == [False] * 4 + [True]
        once(world, requests)

    def test_a_key_that_comes_twice_is_made_once(self, erp: Erp) -> None:
        gateway, world = erp
        request = asked(world)
        first, again = gateway.post_orders([request, structs.replace(request)])
        assert isinstance(first, PostResult)
        assert isinstance(again, PostResult)
        assert first.record == again.record
        assert (first.created, again.created) == (True, False)

    def test_an_order_is_found_by_its_key_when_somebody_changed_its_number(self, erp: Erp) -> None:
        gateway, world = erp
        requests = [asked(world), asked(world)]
        first = made(gateway.post_orders(requests))
        world.session.write("sale.order", [first[0].id], {"client_order_ref": "ours"})
        again = gateway.post_orders(requests)
        assert made(again) == first
        assert not any(isinstance(one, PostResult) and one.created for one in again)
        unknown = structs.replace(
            requests[0], order=structs.replace(of(world, "NO-SUCH").order, number=requests[0].order.number)
        )
        assert made(gateway.post_orders([unknown])) == first[:1], "what is there does not wait for its items"
        assert sum(requests[0].key in note for note in world.notes(first[0])) == 1

    def test_prices_of_two_agreements_go_together(self, erp: Erp) -> None:
        gateway, world = erp
        requests = [asked(world), asked(world, price="pricelist"), asked(world, price="tolerance 1%")]
        records = made(gateway.post_orders(requests))
        prices = [_prices(world, record) for record in records]
        assert prices == [[9.99, 20], [10, 20], [9.99, 20]]

    def test_what_one_order_says_is_not_said_of_its_neighbour(self, erp: Erp) -> None:
        gateway, world = erp
        bare = an_order(world, parties={}, dates={}, date=None)
        full = an_order(world, notes=("Ring the bell",))
        stray = OrderLine(number="3", quantity=d(7), unit="CA", ids={"buyer_part": "ZZ-9"})
        strayed = an_order(world, lines=(*an_order(world).lines, stray))
        noting = structs.replace(policy(world), unknown_item="note")
        requests = [asked(world, bare), asked(world, full), OrderRequest(key_of(strayed), strayed, noting)]
        together = made(gateway.post_orders(requests))
        alone = [made(gateway.post_orders([_renumbered(request, a_number("PO"))]))[0] for request in requests]
        assert [_seen(world, one) for one in together] == [_seen(world, one) for one in alone]

    def test_several_customers_go_together(self, erp: Erp) -> None:
        gateway, world = erp
        other = world.session.create("res.partner", [{"name": a_number("Other Inc")}])[0]
        name = world.look("res.partner", other, "name")["name"]
        order = an_order(world, parties={})
        nobody = structs.replace(asked(world), policy=OrderPolicy(customer_ref="NOBODY-AT-ALL"))
        requests = [asked(world), OrderRequest(key_of(order), order, OrderPolicy(customer_ref=name)), nobody]
        first, second, third = gateway.post_orders(requests)
        mine, theirs = made([first, second])
        assert world.look("sale.order", mine.id, "partner_id")["partner_id"][0] == world.customer
        assert world.look("sale.order", theirs.id, "partner_id")["partner_id"][0] == other
        assert isinstance(third, PostResult)
        assert [f.problem for f in third.findings] == [problems.ERP_MISSING]

    def test_an_order_typed_by_hand_holds_only_its_own(self, erp: Erp) -> None:
        gateway, world = erp
        requests = [asked(world), asked(world)]
        typed = world.type_order(requests[1].order.number)
        first, second = gateway.post_orders(requests)
        made([first])
        assert isinstance(second, PostResult)
        (finding,) = second.findings
        assert finding.problem == problems.ALREADY_POSTED
        assert typed.name in finding.message

    def test_all_belongs_to_the_company_that_is_acted_for(self, erp: Erp) -> None:
        gateway, world = erp
        (company, *_) = world.session.search_read("res.company", [], ["name"])
        with gateway.acting_for(company["name"]):
            records = made(gateway.post_orders([asked(world), asked(world)]))
        for record in records:
            assert world.look("sale.order", record.id, "company_id")["company_id"][0] == company["id"]

    def test_more_than_one_call_takes_are_several_calls(self, erp: Erp) -> None:
        _, world = erp
        with between(erp) as (gateway, wire):
            requests = [of(world, world.widget) for _ in range(gateway.order_batch_size() + 3)]
            loads: list[int] = []
            wire.stop = lambda path, body: is_call(path, body, "sale.order", "load") and bool(loads.append(1))
            made(gateway.post_orders(requests))
        assert len(loads) == 2


class PostingManyInTrouble:
    """Answers that are lost, work that ends in the middle, somebody else at the same."""

    def test_without_an_answer_each_is_in_doubt_and_found_again(self, erp: Erp) -> None:
        _, world = erp
        requests = [asked(world) for _ in range(3)]
        with between(erp) as (gateway, wire):
            size = gateway.order_batch_size()
            wire.lose = lambda path, body: is_call(path, body, "sale.order", "load")
            lost = gateway.post_orders(requests)
            wire.lose = lambda _path, _body: False
            assert all(isinstance(one, Retryable) and one.in_doubt for one in lost)
            assert 1 <= gateway.order_batch_size() < size
            again = gateway.post_orders(requests)
        made(again)
        assert not any(isinstance(one, PostResult) and one.created for one in again)
        once(world, requests)

    def test_a_crash_between_orders_and_notes_leaves_none_without(self, erp: Erp) -> None:
        gateway, world = erp
        requests = [asked(world) for _ in range(3)]
        with between(erp) as (crashing, wire):
            wire.stop = lambda path, body: is_call(path, body, "mail.message", "load")
            assert all(isinstance(one, Retryable) for one in crashing.post_orders(requests))
        requests.append(asked(world))
        again = gateway.post_orders(requests)
        made(again)
        assert [one.created for one in again if isinstance(one, PostResult)] == [False] * 3 + [True]
        once(world, requests)

    def test_what_was_not_asked_for_is_not_in_doubt(self, erp: Erp) -> None:
        _, world = erp
        with between(erp) as (gateway, wire):
            size = gateway.order_batch_size()
            requests = [of(world, world.widget) for _ in range(size + 2)]
            wire.stop = lambda path, body: is_call(path, body, "sale.order", "load")
            answers = gateway.post_orders(requests)
        doubts = [one.in_doubt for one in answers if isinstance(one, Retryable)]
        assert doubts == [True] * size + [False] * 2

    def test_what_is_in_doubt_stays_so_when_odoo_is_gone_then(self, erp: Erp) -> None:
        gateway, world = erp
        with between(erp) as (breaking, wire):
            size = breaking.order_batch_size()
            requests = [of(world, world.widget) for _ in range(size + 2)]
            loads: list[int] = []

            def stop(path: str, body: bytes) -> bool:
                loads.extend([1] if is_call(path, body, "sale.order", "load") else [])
                return len(loads) == 2

            wire.stop = stop
            answers = breaking.post_orders(requests)
        assert all(isinstance(one, Retryable) for one in answers)
        doubts = [one.in_doubt for one in answers if isinstance(one, Retryable)]
        assert doubts == [False] * size + [True] * 2
        made(gateway.post_orders(requests))
        once(world, requests[size - 1 :])

    def test_two_batches_at_once_that_share_keys_make_each_once(self, erp: Erp) -> None:
        gateway, world = erp
        requests = [asked(world) for _ in range(6)]
        other = OdooGateway(world.session.settings)  # another process of the hub, as it were
        try:
            with ThreadPoolExecutor(2) as pool:
                halves = pool.map(
                    lambda one: one[0].post_orders(one[1]),
                    [(gateway, requests[:4]), (other, list(reversed(requests[2:])))],
                )
                answers = [answer for half in halves for answer in half]
            assert all(isinstance(one, PostResult | Retryable) for one in answers), answers
            made(other.post_orders(requests))
        finally:
            other.close()
        once(world, requests)

    def test_threads_of_one_process_that_share_keys_make_each_once(self, erp: Erp) -> None:
        gateway, world = erp
        requests = [asked(world) for _ in range(4)]
        with ThreadPoolExecutor(3) as pool:
            turns = list(pool.map(gateway.post_orders, [requests, list(reversed(requests)), requests[:2]]))
        created = [one.created for turn in turns for one in turn if isinstance(one, PostResult)]
        assert len(created) == 10
        assert sum(created) == 4
        once(world, requests)


class ConfirmingMany:
    """Many confirmations and notes in one call."""

    def test_each_is_confirmed_once(self, erp: Erp) -> None:
        gateway, world = erp
        records = made(gateway.post_orders([asked(world) for _ in range(3)]))
        world.confirm(records[1])
        confirmed = gateway.confirm_orders(records)
        assert [one.id for one in confirmed if isinstance(one, ErpRecord)] == [r.id for r in records]
        assert {one.state for one in confirmed if isinstance(one, ErpRecord)} == {"sale"}
        assert gateway.confirm_orders(records) == confirmed

    def test_one_that_odoo_does_not_confirm_stands_alone(self, erp: Erp) -> None:
        gateway, world = erp
        records = made(gateway.post_orders([asked(world) for _ in range(4)]))
        world.cancel(records[0])
        line = {"order_id": records[2].id, "name": "what?", "product_uom_qty": 1}
        world.session.create("sale.order.line", [line])
        answers = gateway.confirm_orders(records)
        assert isinstance(answers[2], Undeliverable)
        states = [one.state for one in answers if isinstance(one, ErpRecord)]
        assert states == ["cancel", "sale", "sale"]

    def test_notes_are_written_once_each(self, erp: Erp) -> None:
        gateway, world = erp
        records = made(gateway.post_orders([asked(world), asked(world)]))
        notes = [NoteRequest(f"n{record.id}", record, f"left off {record.name}") for record in records]
        for _ in range(2):
            assert gateway.add_notes(notes) == [None, None]
        for record in records:
            assert sum(f"left off {record.name}" in note for note in world.notes(record)) == 1


class QuotingMany:
    """Odoo's own prices go by the quantity of a line, whoever else orders the same."""

    def test_a_break_of_quantity_is_reached_by_a_line_and_not_by_a_batch(self, erp: Erp) -> None:
        gateway, world = erp

        def free(quantity: Decimal | int) -> OrderRequest:
            line = OrderLine(number="1", quantity=d(quantity), unit="EA", sku=world.gadget)
            return asked(world, an_order(world, lines=(line,)))

        with _breaking(world, at=10, price=7.0):
            records = made(gateway.post_orders([free(6), free(6), free(12), free(10), free(1)]))
        assert [_prices(world, record) for record in records] == [[20], [20], [7], [7], [20]]

    def test_a_currency_is_asked_for_once(self, erp: Erp) -> None:
        _, world = erp
        orders = [an_order(world, currency=code) for code in ("USD", "JPY", "USD", "USD")]
        with between(erp) as (gateway, wire):
            forms: list[int] = []
            wire.stop = lambda path, body: (
                is_call(path, body, "sale.order", "onchange") and bool(forms.append(1))
            )
            answers = gateway.post_orders([asked(world, order) for order in orders])
        foreign = answers.pop(1)
        made(answers)
        assert isinstance(foreign, PostResult)
        assert [f.problem for f in foreign.findings] == [problems.PRICE_DIFFERS]
        assert len(forms) == 1


@contextmanager
def _breaking(world: World, *, at: int, price: float) -> Iterator[None]:
    """Let so many gadgets in one line cost the customer less."""
    template = world.look("product.product", world.products[world.gadget], "product_tmpl_id")
    rule = {
        "applied_on": "1_product",
        "product_tmpl_id": template["product_tmpl_id"][0],
        "compute_price": "fixed",
        "fixed_price": price,
        "min_quantity": at,
    }
    made = world.session.create("product.pricelist", [{"name": a_number("LIST")}])[0]
    world.session.create("product.pricelist.item", [{**rule, "pricelist_id": made}])
    with world.price_lists():
        world.session.write("res.partner", [world.customer], {"property_product_pricelist": made})
        try:
            yield
        finally:
            world.session.write("res.partner", [world.customer], {"property_product_pricelist": False})


def _prices(world: World, record: ErpRecord) -> list[float]:
    domain = [["order_id", "=", record.id]]
    rows = world.session.search_read("sale.order.line", domain, ["price_unit"], order="sequence, id")
    return [row["price_unit"] for row in rows]


def _renumbered(request: OrderRequest, number: str) -> OrderRequest:
    order = structs.replace(request.order, number=number)
    return structs.replace(request, key=key_of(order), order=order)


def _seen(world: World, record: ErpRecord) -> list[object]:
    """Return what an order says, but for its own name and number."""
    heads = ["partner_id", "partner_shipping_id", "commitment_date", "note", "origin", "amount_total"]
    head = world.look("sale.order", record.id, *heads)
    fields = ["product_id", "name", "product_uom_qty", "price_unit", "tax_ids", "display_type", "sequence"]
    domain = [["order_id", "=", record.id]]
    lines = world.session.search_read("sale.order.line", domain, fields, order="sequence, id")
    return [{**head, "id": 0}, *({**line, "id": 0} for line in lines)]


def _gone_before_load(world: World, codes: Sequence[str]) -> Callable[[str, bytes], bool]:
    """Delete products when the first `load` of orders is on its way: they were there a moment ago."""
    ids = [world.products[code] for code in codes]

    def stop(path: str, body: bytes) -> bool:
        if ids and is_call(path, body, "sale.order", "load"):
            world.session.call("product.product", "unlink", list(ids))
            ids.clear()
        return False

    return stop
