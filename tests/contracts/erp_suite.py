"""What every ERP gateway must do, as tests. A test module subclasses a class and provides the fixture `erp`.

`erp` is (gateway, world): the gateway under test, and the people of the company (tests/support/erp_world.py).
Nothing here may know which Odoo, or which API, is behind it.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from msgspec import structs

from hub.erp.port import ErpGateway, OrderPolicy, PostResult
from hub.model import problems
from hub.model.documents import Charge, DocType, OrderLine, Party, PurchaseOrder, Split, Terms
from hub.model.errors import Undeliverable
from hub.model.exchange import ErpRecord, posting_key
from hub.model.finding import Severity
from tests.support.erp_world import World

Erp = tuple[ErpGateway, World]

SSCC = "003456789012345675"


def d(value: str | int) -> Decimal:
    """Return a decimal."""
    return Decimal(value)


def a_number(prefix: str) -> str:
    """Return a document number that no other test has."""
    return f"{prefix}-{uuid4().hex[:10]}"


def key_of(order: PurchaseOrder) -> str:
    """Return the once-only key of an order."""
    return posting_key("acme", DocType.PURCHASE_ORDER, order.number, order.release)


def an_order(world: World, **changes: object) -> PurchaseOrder:
    """Return an order of 3 widgets at 9.99 and 2 gadgets at 20.00 for store 42."""
    values: dict[str, object] = {
        "number": a_number("PO"),
        "date": date(2026, 11, 2),
        "dates": {"delivery_requested": date(2026, 12, 1)},
        "parties": {"ship_to": Party(id=world.store_ref)},
        "lines": (
            OrderLine(number="00.1", quantity=d(3), unit="EA", price=d("9.99"), sku=world.widget),
            OrderLine(number="2", quantity=d(2), unit="EA", price=d(20), sku=world.gadget),
        ),
        **changes,
    }
    return PurchaseOrder(**values)  # type: ignore[arg-type]  # a test's order is told in words


def policy(world: World, price: str = "partner", *, released: bool = False) -> OrderPolicy:
    """Return an agreement with the customer."""
    return OrderPolicy(
        customer_ref=world.customer_ref,
        price=price,
        origin="EDI 000000905/0001 exchange 42",
        released=released,
    )


def posted(erp: Erp, order: PurchaseOrder | None = None, price: str = "partner") -> ErpRecord:
    """Return the record of an order that was posted."""
    gateway, world = erp
    order = order or an_order(world)
    result = gateway.post_order(key_of(order), order, policy(world, price))
    assert result.record, result.findings
    return result.record


def held(result: PostResult, problem: str) -> str:
    """Return the message of the one finding that holds a document."""
    assert result.record is None
    assert [f.severity for f in result.findings] == [Severity.HOLD]
    assert result.findings[0].problem == problem
    return result.findings[0].message + " " + result.findings[0].hint


class Probing:
    """What is behind the port."""

    def test_probe_tells_version_api_and_rights(self, erp: Erp) -> None:
        gateway, _ = erp
        found = gateway.probe()
        assert found.version.startswith("19")
        assert found.api in ("json2", "xmlrpc")
        assert {"sale.order", "purchase.order", "stock.picking", "account.move"} <= set(found.models)
        assert not [f for f in found.missing if f.fatal], found.missing


class PostingOrders:
    """Their order becomes one draft sale order."""

    def test_order_becomes_a_draft_with_their_words(self, erp: Erp) -> None:
        gateway, world = erp
        order = an_order(world, notes=("Ring the bell <twice>",))
        result = gateway.post_order(key_of(order), order, policy(world))
        assert result.created
        assert result.record
        assert result.record.model == "sale.order"
        assert result.record.state == "draft"
        seen = world.look("sale.order", result.record.id, "client_order_ref", "origin", "date_order", "note")
        assert seen["client_order_ref"] == order.number
        assert seen["origin"] == "EDI 000000905/0001 exchange 42"
        assert seen["date_order"].startswith("2026-11-02")
        assert "Ring the bell" in seen["note"]
        seen = world.look(
            "sale.order", result.record.id, "partner_id", "partner_shipping_id", "commitment_date"
        )
        assert seen["partner_id"][0] == world.customer
        assert "Store 42" in seen["partner_shipping_id"][1]
        assert seen["commitment_date"].startswith("2026-12-01")
        assert any(order.number in note for note in world.notes(result.record))

    def test_lines_have_their_prices_and_odoo_s_taxes(self, erp: Erp) -> None:
        _, world = erp
        record = posted(erp)
        typed = world.type_order(a_number("HAND"))
        fields = ["product_id", "product_uom_qty", "price_unit", "tax_ids"]
        lines = world.session.search_read("sale.order.line", [["order_id", "=", record.id]], fields)
        by_hand = world.session.search_read("sale.order.line", [["order_id", "=", typed.id]], fields)
        assert [(li["product_uom_qty"], li["price_unit"]) for li in lines] == [(3, 9.99), (2, 20)]
        assert lines[0]["tax_ids"] == by_hand[0]["tax_ids"], "taxes must be those that a person would get"

    def test_same_key_again_changes_nothing(self, erp: Erp) -> None:
        gateway, world = erp
        order = an_order(world)
        first = gateway.post_order(key_of(order), order, policy(world))
        changed = an_order(world, number=order.number, lines=order.lines[:1])
        again = gateway.post_order(key_of(order), changed, policy(world))
        assert not again.created
        assert again.record == first.record == gateway.find(key_of(order))
        assert world.count("sale.order.line", [["order_id", "=", first.record.id]]) == 2

    def test_a_line_of_an_unknown_item_is_a_note_where_that_was_agreed_on(self, erp: Erp) -> None:
        gateway, world = erp
        stray = OrderLine(number="3", quantity=d(7), unit="CA", price=d("1.50"), ids={"buyer_part": "ZZ-9"})
        order = an_order(world, lines=(*an_order(world).lines, stray))
        held(gateway.post_order(key_of(order), order, policy(world)), problems.CODE_UNKNOWN)
        noting = structs.replace(policy(world), unknown_item="note")
        record = gateway.post_order(key_of(order), order, noting).record
        assert record
        fields = ["display_type", "name", "product_uom_qty"]
        lines = world.session.search_read(
            "sale.order.line", [["order_id", "=", record.id]], fields, order="sequence, id"
        )
        assert [line["display_type"] for line in lines] == [False, False, "line_note"]
        assert "7 CA of buyer_part ZZ-9 at 1.50" in lines[2]["name"]
        assert [line.number for line in gateway.read_order_decision(record).lines] == ["00.1", "2"]
        world.confirm(record)

    def test_nothing_but_unknown_items_is_no_order(self, erp: Erp) -> None:
        gateway, world = erp
        stray = OrderLine(number="3", quantity=d(7), unit="EA", sku="ZZ-9")
        order = an_order(world, lines=(stray,))
        noting = structs.replace(policy(world), unknown_item="note")
        assert "no line" in held(gateway.post_order(key_of(order), order, noting), problems.CODE_UNKNOWN)

    def test_what_stock_does_not_cover_is_told_where_asked_for(self, erp: Erp) -> None:
        gateway, world = erp
        many = OrderLine(
            number="1", quantity=d(1500), unit="EA", price=d(1), sku=world.new_product(stock=1000)
        )
        record = posted(erp, an_order(world, lines=(an_order(world).lines[0], many)))
        world.confirm(record)
        few, short = gateway.read_order_decision(record, by_stock=True).lines
        assert [(s.code, s.quantity) for s in few.statuses] == [("accepted", d(3))]
        now, later = short.statuses
        assert (now.code, later.code) == ("accepted", "backordered")
        assert (now.quantity, later.quantity) == (d(1000), d(500))
        assert short.quantity == d(1500)
        as_ordered = gateway.read_order_decision(record).lines[1]
        assert [(s.code, s.quantity) for s in as_ordered.statuses] == [("accepted", d(1500))]

    def test_unknown_key_is_not_found(self, erp: Erp) -> None:
        gateway, _ = erp
        assert gateway.find("never_posted_000000000000") is None

    def test_four_at_once_make_one_order(self, erp: Erp) -> None:
        gateway, world = erp
        order = an_order(world)
        with ThreadPoolExecutor(4) as pool:
            results = list(
                pool.map(lambda _: gateway.post_order(key_of(order), order, policy(world)), range(4))
            )
        assert sum(r.created for r in results) == 1
        assert len({r.record for r in results}) == 1
        assert world.count("sale.order", [["client_order_ref", "=", order.number]]) == 1

    def test_item_is_found_by_its_upc_however_written(self, erp: Erp) -> None:
        _, world = erp
        line = OrderLine(
            number="1", quantity=d(1), unit="EA", price=d(1), ids={"gtin": world.upc.lstrip("0").zfill(14)}
        )
        record = posted(erp, an_order(world, lines=(line,)))
        seen = world.session.search_read("sale.order.line", [["order_id", "=", record.id]], ["product_id"])
        assert seen[0]["product_id"][0] == world.products[world.widget]

    def test_cases_become_pieces_at_the_piece_s_price(self, erp: Erp) -> None:
        _, world = erp
        line = OrderLine(
            number="1",
            quantity=d(2),
            unit="CA",
            price=d(12),
            sku=world.widget,
            our_quantity=d(24),
            our_unit="Units",
        )
        record = posted(erp, an_order(world, lines=(line,)))
        fields = ["product_uom_qty", "price_unit"]
        seen = world.session.search_read("sale.order.line", [["order_id", "=", record.id]], fields)[0]
        assert (seen["product_uom_qty"], seen["price_unit"]) == (24, 1)

    def test_what_no_field_takes_is_in_the_note(self, erp: Erp) -> None:
        _, world = erp
        order = an_order(
            world,
            dates={"cancel_after": date(2026, 12, 24)},
            terms=Terms(discount_percent=d("2"), discount_days=10, net_days=45),
            charges=(Charge(kind="allowance", code="C310", description="as agreed"),),  # worth nothing
        )
        note = next(n for n in world.notes(posted(erp, order)) if order.number in n)
        assert "cancel after 2026-12-24" in note
        assert "terms 2% 10 days, net 45 days" in note
        assert "allowance C310 as agreed" in note

    def test_note_is_written_as_plain_text(self, erp: Erp) -> None:
        gateway, world = erp
        record = posted(erp)
        for _ in range(2):
            gateway.add_note(f"k{record.id}", record, "855 sent <b>now</b>")
        assert ["&lt;b&gt;now" in note for note in world.notes(record)[:2]] == [True, False]


class HoldingOrders:
    """What Odoo cannot take is held with a reason that an operator can act on."""

    def test_unknown_item_names_the_code_and_the_nearest(self, erp: Erp) -> None:
        gateway, world = erp
        wrong = world.widget[:-1] + ("1" if world.widget[-1] != "1" else "2")
        line = OrderLine(number="1", quantity=d(1), unit="EA", price=d(1), sku=wrong)
        order = an_order(world, lines=(line,))
        message = held(gateway.post_order(key_of(order), order, policy(world)), problems.CODE_UNKNOWN)
        assert wrong in message
        assert world.widget in message
        assert gateway.find(key_of(order)) is None
        assert world.widget in gateway.find_codes("item", wrong)

    def test_unknown_ship_to_is_held(self, erp: Erp) -> None:
        gateway, world = erp
        near = world.store_ref[:-1] + "_"
        order = an_order(world, parties={"ship_to": Party(id=near)})
        message = held(gateway.post_order(key_of(order), order, policy(world)), problems.CODE_UNKNOWN)
        assert near in message
        assert world.store_ref in message

    def test_a_place_that_has_only_a_name_is_held_with_what_to_do(self, erp: Erp) -> None:
        gateway, world = erp
        order = an_order(world, parties={"ship_to": Party(name="Nowhere Depot")})
        result = gateway.post_order(key_of(order), order, policy(world))
        message = held(result, problems.CODE_UNKNOWN)
        assert "gives the place no id" in message
        assert any("addressID" in finding.hint for finding in result.findings)

    def test_unknown_customer_is_held(self, erp: Erp) -> None:
        gateway, world = erp
        order = an_order(world)
        result = gateway.post_order(key_of(order), order, OrderPolicy(customer_ref="NOBODY-AT-ALL"))
        assert "NOBODY-AT-ALL" in held(result, problems.ERP_MISSING)

    def test_two_customers_of_one_reference_are_held(self, erp: Erp) -> None:
        gateway, world = erp
        twin = a_number("TWIN")
        world.session.create(
            "res.partner", [{"name": f"{twin} A", "ref": twin}, {"name": f"{twin} B", "ref": twin}]
        )
        order = an_order(world)
        result = gateway.post_order(key_of(order), order, OrderPolicy(customer_ref=twin))
        message = held(result, problems.CODE_UNKNOWN)
        assert f"{twin} A" in message
        assert f"{twin} B" in message

    def test_unknown_unit_is_held_and_never_taken_for_pieces(self, erp: Erp) -> None:
        gateway, world = erp
        line = OrderLine(number="1", quantity=d(1), unit="CA", price=d(1), sku=world.widget)
        order = an_order(world, lines=(line,))
        message = held(gateway.post_order(key_of(order), order, policy(world)), problems.CODE_UNKNOWN)
        assert "'CA'" in message

    def test_all_bad_lines_are_told_at_once(self, erp: Erp) -> None:
        gateway, world = erp
        lines = tuple(
            OrderLine(number=str(n), quantity=d(1), unit="EA", price=d(1), sku=f"NOPE-{n}") for n in (1, 2)
        )
        order = an_order(world, lines=lines)
        result = gateway.post_order(key_of(order), order, policy(world))
        assert [f.value for f in result.findings] == ["NOPE-1", "NOPE-2"]

    def test_order_without_lines_is_held(self, erp: Erp) -> None:
        gateway, world = erp
        order = an_order(world, lines=())
        held(gateway.post_order(key_of(order), order, policy(world)), problems.FIELD_MISSING)

    def test_line_for_several_places_is_held_until_released(self, erp: Erp) -> None:
        gateway, world = erp
        splits = (Split(quantity=d(1), location="S1"), Split(quantity=d(2), location="S2"))
        line = OrderLine(number="1", quantity=d(3), unit="EA", price=d(1), sku=world.widget, splits=splits)
        order = an_order(world, lines=(line,))
        message = held(gateway.post_order(key_of(order), order, policy(world)), problems.FIELD_UNMAPPED)
        assert "S1, S2" in message
        assert gateway.post_order(key_of(order), order, policy(world, released=True)).created

    def test_lines_for_several_places_go_to_one_by_agreement_and_the_note_tells_the_shares(
        self, erp: Erp
    ) -> None:
        gateway, world = erp
        splits = (Split(quantity=d(1), location="S1"), Split(quantity=d(2), location="S2"))
        line = OrderLine(number="1", quantity=d(3), unit="EA", price=d(1), sku=world.widget, splits=splits)
        order = an_order(world, lines=(line,))
        agreed = structs.replace(policy(world), one_place=True)
        result = gateway.post_order(key_of(order), order, agreed)
        assert result.record is not None
        assert any("line 1: 1 for S1, 2 for S2" in note for note in world.notes(result.record))

    def test_order_typed_by_hand_is_noticed(self, erp: Erp) -> None:
        gateway, world = erp
        order = an_order(world)
        typed = world.type_order(order.number)
        message = held(gateway.post_order(key_of(order), order, policy(world)), problems.ALREADY_POSTED)
        assert typed.name in message
        assert gateway.post_order(key_of(order), order, policy(world, released=True)).created


class Prices:
    """Whose price counts is agreed."""

    def test_pricelist_leaves_the_price_to_odoo(self, erp: Erp) -> None:
        _, world = erp
        record = posted(erp, price="pricelist")
        seen = world.session.search_read("sale.order.line", [["order_id", "=", record.id]], ["price_unit"])
        assert [li["price_unit"] for li in seen] == [10, 20]

    def test_tolerance_takes_what_is_near(self, erp: Erp) -> None:
        _, world = erp
        record = posted(erp, price="tolerance 1%")
        seen = world.session.search_read("sale.order.line", [["order_id", "=", record.id]], ["price_unit"])
        assert [li["price_unit"] for li in seen] == [9.99, 20]

    def test_tolerance_holds_what_is_not_and_names_both(self, erp: Erp) -> None:
        gateway, world = erp
        line = OrderLine(number="7", quantity=d(1), unit="EA", price=d("8.50"), sku=world.widget)
        order = an_order(world, lines=(line,))
        result = gateway.post_order(key_of(order), order, policy(world, "tolerance 2%"))
        message = held(result, problems.PRICE_DIFFERS)
        assert "8.50" in message
        assert "10" in message
        assert "line 7" in message

    def test_released_takes_their_price(self, erp: Erp) -> None:
        gateway, world = erp
        line = OrderLine(number="7", quantity=d(1), unit="EA", price=d("8.50"), sku=world.widget)
        order = an_order(world, lines=(line,))
        result = gateway.post_order(key_of(order), order, policy(world, "tolerance 2%", released=True))
        assert result.record
        fields = ["price_unit"]
        seen = world.session.search_read("sale.order.line", [["order_id", "=", result.record.id]], fields)
        assert seen[0]["price_unit"] == 8.5

    def test_their_currency_is_never_taken_for_ours(self, erp: Erp) -> None:
        gateway, world = erp
        foreign = an_order(world, currency="JPY")
        result = gateway.post_order(key_of(foreign), foreign, policy(world, released=True))
        message = held(result, problems.PRICE_DIFFERS)
        assert "JPY" in message
        assert "USD" in message
        assert posted(erp, an_order(world, currency="USD"))

    def test_a_price_per_hundred_comes_to_the_right_amount(self, erp: Erp) -> None:
        _, world = erp
        wanted = {"12.50": (100, 0.125, 25.0), "1.2345": (1000, 0.0012345, 0.25), "10": (12, 10 / 12, 166.67)}
        lines = tuple(
            OrderLine(
                number=str(at),
                quantity=d(200),
                unit="EA",
                price=d(price),
                base_quantity=d(base),
                sku=world.widget,
            )
            for at, (price, (base, _, _)) in enumerate(wanted.items(), 1)
        )
        record = posted(erp, an_order(world, lines=lines))
        fields = ["price_unit", "price_subtotal"]
        seen = world.session.search_read(
            "sale.order.line", [["order_id", "=", record.id]], fields, order="sequence, id"
        )
        assert [li["price_subtotal"] for li in seen] == [amount for _, _, amount in wanted.values()]
        assert [li["price_unit"] for li in seen] == pytest.approx([price for _, price, _ in wanted.values()])

    def test_line_without_price_gets_ours(self, erp: Erp) -> None:
        _, world = erp
        lines = (
            OrderLine(number="1", quantity=d(1), unit="EA", sku=world.widget),
            OrderLine(number="2", quantity=d(1), unit="EA", price=d(19), sku=world.gadget),
        )
        record = posted(erp, an_order(world, lines=lines))
        seen = world.session.search_read("sale.order.line", [["order_id", "=", record.id]], ["price_unit"])
        assert [li["price_unit"] for li in seen] == [10, 19]


class Charging:
    """Their allowances and charges are lines of the sale order, of the products that the crosswalk names."""

    def test_allowances_and_charges_are_lines_and_told_back_as_such(self, erp: Erp) -> None:
        gateway, world = erp
        freight, rebate = world.new_service(), world.new_service()
        a_rebate = Charge(kind="allowance", code="C310", percent=d(10), description="Rebate", ours=rebate)
        line = OrderLine(
            number="7", quantity=d(20), unit="EA", price=d("9.50"), sku=world.widget, charges=(a_rebate,)
        )
        a_freight = Charge(kind="charge", code="D240", amount=d("12.00"), ours=freight)
        order = an_order(world, lines=(line,), charges=(a_freight,))
        record = posted(erp, order)
        fields = ["name", "product_uom_qty", "price_unit", "price_subtotal"]
        seen = world.session.search_read(
            "sale.order.line", [["order_id", "=", record.id]], fields, order="sequence, id"
        )
        assert [li["price_subtotal"] for li in seen] == [190, -19, 12]
        assert seen[1]["name"] == "Rebate (line 7)"
        assert not any("C310" in note or "D240" in note for note in world.notes(record))
        assert [li.number for li in gateway.read_order_decision(record).lines] == ["7", "", ""]
        assert [li.number for li in gateway.revising.standing(record).lines] == ["7", "", ""]
        world.confirm(record)
        world.deliver(record)
        bill = gateway.read_invoice(world.invoice(record))
        assert [li.number for li in bill.lines] == ["7"]
        told = [(charge.kind, charge.amount, charge.ours) for charge in bill.charges]
        assert told == [("allowance", d("19.00"), rebate), ("charge", d("12.00"), freight)]

    def test_beside_a_charge_the_goods_keep_odoo_s_price(self, erp: Erp) -> None:
        _, world = erp
        charges = (Charge(kind="charge", code="D240", amount=d(12), ours=world.new_service()),)
        record = posted(erp, an_order(world, charges=charges), price="pricelist")
        seen = world.session.search_read("sale.order.line", [["order_id", "=", record.id]], ["price_unit"])
        assert [li["price_unit"] for li in seen] == [10, 20, 12]

    def test_a_charge_that_cannot_be_placed_holds_even_a_released_order(self, erp: Erp) -> None:
        gateway, world = erp
        unknown = Charge(kind="charge", code="D240", amount=d(12), ours="NO-SUCH")
        order = an_order(world, charges=(unknown,))
        message = held(
            gateway.post_order(key_of(order), order, policy(world, released=True)), problems.CODE_UNKNOWN
        )
        assert "NO-SUCH" in message
        whole = an_order(world, charges=(structs.replace(unknown, ours=world.new_service()),), store="42")
        message = held(
            gateway.post_order(key_of(whole), whole, policy(world, released=True)), problems.CHARGE_UNPLACED
        )
        assert "all stores" in message
        free = OrderLine(number="1", quantity=d(1), unit="EA", sku=world.widget)
        part = Charge(kind="allowance", code="C310", percent=d(5), ours=world.new_service())
        open_price = an_order(world, lines=(free,), charges=(part,))
        result = gateway.post_order(key_of(open_price), open_price, policy(world, released=True))
        assert "5% of a price" in held(result, problems.CHARGE_UNPLACED)


class Deciding:
    """The order is confirmed or cancelled, and the partner can be told."""

    def test_confirm_is_idempotent(self, erp: Erp) -> None:
        gateway, _ = erp
        record = posted(erp)
        assert gateway.confirm_order(record).state == "sale"
        assert gateway.confirm_order(record).state == "sale"

    def test_three_confirmations_at_once_are_one(self, erp: Erp) -> None:
        gateway, _ = erp
        record = posted(erp)
        with ThreadPoolExecutor(3) as pool:
            assert {r.state for r in pool.map(lambda _: gateway.confirm_order(record), range(3))} == {"sale"}

    def test_record_that_is_gone_is_undeliverable(self, erp: Erp) -> None:
        gateway, _ = erp
        gone = ErpRecord("sale.order", 2_000_000_000, "S-GONE")
        with pytest.raises(Undeliverable, match="deleted"):
            gateway.read_order_decision(gone)

    def test_decision_has_their_line_numbers(self, erp: Erp) -> None:
        gateway, world = erp
        order = an_order(world)
        record = posted(erp, order)
        gateway.confirm_order(record)
        decision = gateway.read_order_decision(record)
        assert decision.status == "accepted"
        assert decision.order_number == order.number
        assert decision.number == record.name
        assert [(li.number, li.sku, li.quantity, li.price) for li in decision.lines] == [
            ("00.1", world.widget, d(3), d("9.99")),
            ("2", world.gadget, d(2), d(20)),
        ]
        assert decision.lines[0].statuses[0].date == date(2026, 12, 1)
        assert decision.lines[0].ids == {"upc": world.upc}

    def test_cancelled_order_is_rejected(self, erp: Erp) -> None:
        gateway, world = erp
        record = posted(erp)
        world.cancel(record)
        decision = gateway.read_order_decision(record)
        assert decision.status == "rejected"
        assert {s.code for li in decision.lines for s in li.statuses} == {"rejected"}


class Shipping:
    """A finished delivery becomes a ship notice."""

    def test_loose_delivery(self, erp: Erp) -> None:
        gateway, world = erp
        order = an_order(world)
        record = posted(erp, order)
        gateway.confirm_order(record)
        delivery = world.deliver(record)
        notice = gateway.read_delivery(delivery)
        assert notice.number == delivery.name
        assert notice.date is not None
        assert notice.parties["ship_to"].ours == world.store_ref
        assert notice.parties["ship_to"].city == "Springfield"
        assert len(notice.orders) == 1
        assert notice.orders[0].order_number == order.number
        assert notice.orders[0].packages == ()
        assert [(i.line_number, i.sku, i.quantity, i.ordered) for i in notice.orders[0].items] == [
            ("00.1", world.widget, d(3), d(3)),
            ("2", world.gadget, d(2), d(2)),
        ]

    def test_packed_delivery_names_the_sscc(self, erp: Erp) -> None:
        gateway, world = erp
        record = posted(erp)
        gateway.confirm_order(record)
        sscc = str(uuid4().int)[:18]
        notice = gateway.read_delivery(world.deliver(record, package=sscc))
        (package,) = notice.orders[0].packages
        assert package.sscc == sscc
        assert [i.quantity for i in package.items] == [d(3), d(2)]
        assert notice.orders[0].items == ()
        assert notice.package_count == 1

    def test_partial_delivery_tells_what_left_and_the_rest_follows(self, erp: Erp) -> None:
        gateway, world = erp
        record = posted(erp)
        gateway.confirm_order(record)
        first = gateway.read_delivery(world.deliver(record, {world.widget: 1}))
        assert [(i.line_number, i.quantity, i.ordered) for i in first.orders[0].items] == [
            ("00.1", d(1), d(3))
        ]
        second = gateway.read_delivery(world.deliver(record))
        assert [(i.line_number, i.quantity) for i in second.orders[0].items] == [("00.1", d(2)), ("2", d(2))]
        assert second.number != first.number


class Billing:
    """A posted invoice is told with their line numbers."""

    def test_invoice_adds_up(self, erp: Erp) -> None:
        gateway, world = erp
        order = an_order(world)
        record = posted(erp, order)
        gateway.confirm_order(record)
        world.deliver(record)
        bill = world.invoice(record)
        invoice = gateway.read_invoice(bill)
        assert invoice.number == bill.name
        assert invoice.kind == "invoice"
        assert invoice.date == date(2026, 11, 20)
        assert invoice.order_number == order.number
        assert [(li.number, li.sku, li.quantity, li.price) for li in invoice.lines] == [
            ("00.1", world.widget, d(3), d("9.99")),
            ("2", world.gadget, d(2), d(20)),
        ]
        lines = sum((li.quantity * li.price for li in invoice.lines), d(0))
        assert lines == d("69.97")
        assert invoice.total == lines + sum((t.amount for t in invoice.taxes), d(0))
        assert invoice.parties["bill_to"].ours == world.customer_ref


class Selling(PostingOrders, HoldingOrders, Prices, Charging, Deciding, Shipping, Billing, Probing):
    """They order from us: the whole flow."""
