"""What every ERP gateway must tell of the keys of the hub. See erp_suite.py for how it is used."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from hub.model.documents import DocType, PurchaseOrder
from hub.model.exchange import Direction, ErpRecord, Exchange, State, posting_key
from hub.proving import Proof, Scope
from hub.store import Store, Tx
from tests.contracts.erp_billing_suite import invoice_of
from tests.contracts.erp_buying_suite import bought
from tests.contracts.erp_suite import Erp, an_order, key_of, policy, posted
from tests.support.store import MovableClock, sqlite_store, x12_envelope


class Proving:
    """Is each key there, once?"""

    def test_a_record_answers_to_the_key_that_made_it(self, erp: Erp) -> None:
        gateway, world = erp
        order = an_order(world)
        record = posted(erp, order)
        kept = gateway.proving.kept("sale.order", [record.id])[record.id]
        assert (kept.made_by, kept.noted, kept.cancelled) == (key_of(order), frozenset(), False)
        assert (kept.record.model, kept.record.id, kept.record.state) == ("sale.order", record.id, "draft")
        assert record.name in kept.record.name

    def test_a_record_that_a_person_made_answers_to_nothing_and_one_that_is_gone_is_left_out(
        self, erp: Erp
    ) -> None:
        gateway, world = erp
        (made,) = world.session.create("sale.order", [{"partner_id": world.customer}])
        kept = gateway.proving.kept("sale.order", [made, 99_999_999])
        assert {record: one.made_by for record, one in kept.items()} == {made: ""}

    def test_cancelled_and_deleted(self, erp: Erp) -> None:
        gateway, world = erp
        record = posted(erp)
        world.cancel(record)
        assert gateway.proving.kept("sale.order", [record.id])[record.id].cancelled
        world.session.call("sale.order", "unlink", [record.id])
        assert gateway.proving.kept("sale.order", [record.id]) == {}

    def test_a_document_that_is_kept_on_a_record_is_noted_there(self, erp: Erp) -> None:
        gateway, _ = erp
        record, order = bought(erp)
        key = f"acme_test_{order.number}".replace("-", "_").lower() + "_0123456789ab"
        gateway.add_note(f"{key}_left", record, "only a note")
        assert gateway.proving.kept("purchase.order", [record.id])[record.id].noted == frozenset()
        written = gateway.proving
        _attach(erp, key, record)
        assert written.kept("purchase.order", [record.id])[record.id].noted == {key}
        noted = [one for page in written.ours(_recently()) for one in page if key in one.noted]
        assert [(one.record.model, one.record.id) for one in noted] == [("purchase.order", record.id)]

    def test_all_of_ours_are_found_and_nothing_of_others(self, erp: Erp) -> None:
        gateway, world = erp
        orders = [an_order(world) for _ in range(3)]
        records = {key_of(order): posted(erp, order) for order in orders}
        (strange,) = world.session.create("sale.order", [{"partner_id": world.customer}])
        found = {
            one.made_by: one.record
            for page in gateway.proving.ours(_recently())
            for one in page
            if one.made_by
        }
        assert {key: found[key].id for key in records} == {key: record.id for key, record in records.items()}
        assert strange not in {one.id for one in found.values() if one.model == "sale.order"}

    def test_a_second_order_of_one_number_is_a_twin_unless_it_is_cancelled_or_another_s(
        self, erp: Erp
    ) -> None:
        gateway, world = erp
        order = an_order(world)
        record = posted(erp, order)
        assert gateway.proving.twins("sale.order", [record.id]) == []
        by_hand = {"partner_id": world.customer, "client_order_ref": order.number}
        others = {"partner_id": world.vendor, "client_order_ref": order.number}
        made, _of_another = world.session.create("sale.order", [by_hand, others])
        (twins,) = gateway.proving.twins("sale.order", [record.id])
        assert twins.reference == order.number
        assert [(one.record.id, one.made_by) for one in twins.records] == [
            (record.id, key_of(order)),
            (made, ""),
        ]
        world.cancel(ErpRecord("sale.order", made))
        assert gateway.proving.twins("sale.order", [record.id]) == []

    def test_a_second_bill_of_one_number_is_a_twin(self, erp: Erp) -> None:
        gateway, world = erp
        _, order = bought(erp)
        number = invoice_of(order).number
        bill = {"move_type": "in_invoice", "partner_id": world.vendor, "ref": number}
        credit = {**bill, "move_type": "in_refund"}
        made = world.session.create("account.move", [bill, dict(bill), credit])
        (twins,) = gateway.proving.twins("account.move", made)
        assert [one.record.id for one in twins.records] == made[:2]

    def test_a_thousand_records_are_a_few_calls(self, erp: Erp) -> None:
        gateway, world = erp
        values = {"partner_id": world.customer, "client_order_ref": f"MANY-{world.tag}"}
        made = world.session.create("sale.order", [dict(values) for _ in range(30)])
        assert len(gateway.proving.kept("sale.order", made)) == 30
        (twins,) = gateway.proving.twins("sale.order", made)
        assert len(twins.records) == 30


def _recently() -> datetime:
    return datetime.now(UTC) - timedelta(hours=1)


def _attach(erp: Erp, key: str, record: ErpRecord) -> None:
    """Keep a document on a record, as the hub does under its key."""
    _, world = erp
    fields = ["id", "name", "res_model", "res_id", "mimetype", "datas"]
    row = [f"edi_hub.{key}", "x.json", record.model, str(record.id), "application/json", "e30="]
    world.session.load_once("ir.attachment", fields, [row])


class OnceOnly:
    """Ledger and ERP side by side: what was planted is found, each with its name, and nothing else."""

    def test_what_agrees_is_proven(self, erp: Erp, tmp_path: Path) -> None:
        with sqlite_store(tmp_path) as store:
            posts = [_posted_and_noted(erp, store) for _ in range(3)]
            proof = Proof(store, erp[0], Scope())
            proven = list(proof.each_key())
            assert {one.key: one.record and one.record.id for one in proven} == {k: r.id for k, r in posts}
            assert [one.disagreements for one in proven] == [()] * 3
            assert not {one.key for one in proof.strangers()} & {key for key, _ in posts}
            assert list(proof.unledgered()) == []

    def test_every_planted_disagreement_is_found(self, erp: Erp, tmp_path: Path) -> None:
        gateway, world = erp
        with sqlite_store(tmp_path) as store:
            planted = {}
            for what in ("deleted", "cancelled", "told", "twice", "moved", "sound", "lost"):
                planted[what] = _posted_and_noted(erp, store)
            world.cancel(planted["deleted"][1])
            world.session.call("sale.order", "unlink", [planted["deleted"][1].id])
            world.cancel(planted["cancelled"][1])
            world.cancel(planted["told"][1])
            number = str(
                world.look("sale.order", planted["twice"][1].id, "client_order_ref")["client_order_ref"]
            )
            by_hand = {"partner_id": world.customer, "client_order_ref": number}
            world.session.create("sale.order", [by_hand])
            with store.begin() as tx:
                _book_anew(tx, planted["told"][0], _cancelled(planted["told"][1]))
                moved = tx.exchange_by_key(planted["moved"][0], Direction.IN)[0]
                _post(tx, "an_exchange_that_is_dead_0123456789ab", planted["sound"][1], state=State.DEAD)
                _book_anew(tx, moved.key, planted["sound"][1])
            unledgered = _unledgered(store, planted["sound"][1])
            stranger, held = an_order(world), an_order(world)
            strange = posted(erp, stranger)
            posted(erp, held)
            with store.begin() as tx:
                _exchange(tx, key_of(held), None, State.HELD)

            proof = Proof(store, gateway, Scope())
            found = {one.key: [d.what for d in one.disagreements] for one in proof.each_key()}
            assert found == {
                planted["deleted"][0]: ["gone"],
                planted["cancelled"][0]: ["cancelled"],
                planted["told"][0]: [],
                planted["twice"][0]: ["twice"],
                planted["moved"][0]: ["other_record"],
                planted["sound"][0]: [],
                planted["lost"][0]: [],
                "an_exchange_that_is_dead_0123456789ab": ["not_posted", "unmarked"],
            }
            beside = [one for one in proof.strangers() if one.key in {key_of(stranger), key_of(held)}]
            assert [(one.what, one.record and one.record.id) for one in beside] == [("no_ledger", strange.id)]
            assert [(one.what, one.exchange_id) for one in proof.unledgered()] == [("unledgered", unledgered)]

    def test_an_order_that_two_profiles_brought_is_there_twice(self, erp: Erp, tmp_path: Path) -> None:
        gateway, world = erp
        order = an_order(world)
        other = posting_key("acme_new", DocType.PURCHASE_ORDER, order.number)
        release = posting_key("acme", DocType.PURCHASE_ORDER, order.number, "7")
        with sqlite_store(tmp_path) as store:
            for key, partner in ((key_of(order), "acme"), (release, "acme")):
                _keep(erp, store, key, partner, order)
            assert [one.disagreements for one in Proof(store, gateway, Scope()).each_key()] == [(), ()], (
                "releases"
            )
            _keep(erp, store, other, "acme_new", order)
            told = [d for one in Proof(store, gateway, Scope()).each_key() for d in one.disagreements]
            assert [(d.what, order.number in d.text) for d in told] == [("twice", True)]

    def test_only_a_partner_and_only_what_is_new(self, erp: Erp, tmp_path: Path) -> None:
        clock = MovableClock()
        with sqlite_store(tmp_path, clock) as store:
            first, _ = _posted_and_noted(erp, store)
            clock.advance(3600)
            second, _ = _posted_and_noted(erp, store)
            since = Scope(since=datetime.now(UTC) + timedelta(minutes=30))
            assert [one.key for one in Proof(store, erp[0], since).each_key()] == [second]
            assert {one.key for one in Proof(store, erp[0], Scope("acme")).each_key()} == {first, second}
            assert list(Proof(store, erp[0], Scope("bolt")).each_key()) == []


def _posted_and_noted(erp: Erp, store: Store) -> tuple[str, ErpRecord]:
    """Post an order and note it in the ledger, as the hub does; return its key and record."""
    order = an_order(erp[1])
    return key_of(order), _keep(erp, store, key_of(order), "acme", order)


def _keep(erp: Erp, store: Store, key: str, partner: str, order: PurchaseOrder) -> ErpRecord:
    gateway, world = erp
    record = gateway.post_order(key, order, policy(world)).record
    assert record is not None
    with store.begin() as tx:
        _post(tx, key, record, partner=partner)
    return record


def _post(tx: Tx, key: str, record: ErpRecord, *, partner: str = "acme", state: State = State.POSTED) -> None:
    tx.book_posting(key, _exchange(tx, key, record, state, partner).id, record=record, state="posted")


def _book_anew(tx: Tx, key: str, record: ErpRecord) -> None:
    booked = tx.posting(key)
    assert booked is not None
    tx.book_posting(key, booked.exchange_id, record=record, state="posted")


def _exchange(tx: Tx, key: str, record: ErpRecord | None, state: State, partner: str = "acme") -> Exchange:
    return tx.add_exchange(
        partner=partner,
        direction=Direction.IN,
        document=DocType.PURCHASE_ORDER,
        state=state,
        envelope=x12_envelope(),
        key=key,
        erp=record,
    )


def _unledgered(store: Store, record: ErpRecord) -> int:
    with store.begin() as tx:
        return _exchange(tx, "in_no_ledger_0123456789ab", record, State.POSTED).id


def _cancelled(record: ErpRecord) -> ErpRecord:
    return ErpRecord(record.model, record.id, record.name, "cancel")
