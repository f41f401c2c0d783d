"""What every store keeps: the log, the story, acknowledgments. A subclass gives `store` and `clock`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hub.model.documents import DocType
from hub.model.envelope import Address, Envelope
from hub.model.exchange import Direction, ErpRecord, State
from hub.model.finding import Finding, Severity, Where
from hub.store import IllegalMove, NotFound, Store
from hub.store.columns import SHORT
from tests.support.store import MovableClock, add_invoice, add_order, x12_envelope

SHA = "ab" * 32


class LogContract:
    """Transmissions, groups, exchanges and the questions that are asked of them."""

    def test_a_transmission_is_kept_as_it_was_told(self, store: Store) -> None:
        with store.begin() as tx:
            sent = tx.add_transmission(partner="acme", channel="sftp", name="ORD.edi", sha256=SHA, size=1234)
        with store.read() as tx:
            assert tx.transmission(sent.id) == sent
            assert (sent.state, sent.name, sent.size, sent.attempts) == (State.RECEIVED, "ORD.edi", 1234, 0)
            assert tx.transmissions(partner="acme") == [sent]
            assert tx.transmissions(partner="other") == []
            assert tx.transmissions(state=State.OPENED) == []

    def test_a_transmission_moves_only_as_the_table_says(self, store: Store) -> None:
        with store.begin() as tx:
            sent = tx.add_transmission(partner="", channel="folder", name="x", sha256=SHA, size=1)
            moved = tx.move_transmission(sent.id, State.QUARANTINED, why="who is it?", partner="acme")
            assert (moved.state, moved.why, moved.partner) == (State.QUARANTINED, "who is it?", "acme")
            with pytest.raises(IllegalMove, match="cannot become opened"):
                tx.move_transmission(sent.id, State.OPENED)
            story = tx.events(transmission_id=sent.id)
        assert [(e.what, e.from_state, e.to_state) for e in story] == [
            ("created", "", "received"),
            ("moved", "received", "quarantined"),
        ]

    def test_the_same_bytes_are_found_again_for_the_same_partner(self, store: Store) -> None:
        with store.begin() as tx:
            bad = tx.add_transmission(
                partner="acme", channel="sftp", name="q", sha256=SHA, size=1, state=State.QUARANTINED
            )
            first = tx.add_transmission(partner="acme", channel="sftp", name="1", sha256=SHA, size=1)
            tx.add_transmission(partner="acme", channel="sftp", name="2", sha256=SHA, size=1)
            assert bad.id < first.id
            assert tx.find_transmission("acme", SHA) == first
            assert tx.find_transmission("other", SHA) is None
            assert tx.find_transmission("acme", "cd" * 32) is None

    def test_an_exchange_comes_back_whole(self, store: Store, clock: MovableClock) -> None:
        due = datetime(2026, 3, 1, 23, 59, 59, 123456, tzinfo=UTC)
        envelope = x12_envelope()
        with store.begin() as tx:
            made = tx.add_exchange(
                partner="acme",
                direction=Direction.OUT,
                document=DocType.INVOICE,
                state=State.NOTICED,
                envelope=envelope,
                position=3,
                number="INV/1",
                source=ErpRecord("account.move", 7, "INV/1", "posted"),
                due_at=due,
            )
        with store.read() as tx:
            read = tx.exchange(made.id)
        assert read == made
        assert read.envelope == envelope
        assert read.due_at == due  # to the microsecond
        assert read.created_at.tzinfo is not None
        assert abs(read.created_at - clock()) < timedelta(minutes=1)

    def test_a_missing_row_is_named(self, store: Store) -> None:
        with store.read() as tx:
            with pytest.raises(NotFound, match="no exchange 4711"):
                tx.exchange(4711)
            with pytest.raises(NotFound, match="no transmission 4711"):
                tx.transmission(4711)
            with pytest.raises(NotFound, match="no group 4711"):
                tx.group(4711)

    def test_a_move_changes_what_it_names_and_tells_it(self, store: Store) -> None:
        order = ErpRecord("sale.order", 42, "S00042")
        with store.begin() as tx:
            made = add_order(tx)
            checked = tx.move(made.id, State.CHECKED, why="2 warnings", attempts=2)
            assert (checked.state, checked.why, checked.attempts) == (State.CHECKED, "2 warnings", 2)
            moved = tx.move(made.id, State.TRANSLATED, key="acme_po_1", digest="d1", erp=order)
            assert (moved.why, moved.attempts, moved.erp) == ("", 2, order)
            assert tx.exchange(made.id) == moved
            story = tx.events(exchange_id=made.id)
        assert [(e.what, e.to_state, e.why) for e in story] == [
            ("created", "unwrapped", ""),
            ("moved", "checked", "2 warnings"),
            ("moved", "translated", ""),
        ]

    def test_an_illegal_move_changes_nothing(self, store: Store) -> None:
        with store.begin() as tx:
            made = add_order(tx)
            with pytest.raises(IllegalMove, match="is unwrapped and cannot become posted"):
                tx.move(made.id, State.POSTED)
            assert tx.exchange(made.id) == made
            assert len(tx.events(exchange_id=made.id)) == 1

    def test_staying_is_a_retry(self, store: Store, clock: MovableClock) -> None:
        later = clock() + timedelta(minutes=5)
        with store.begin() as tx:
            made = add_order(tx)
            stayed = tx.move(made.id, State.UNWRAPPED, why="Odoo is down", attempts=1, due_at=later)
            assert (stayed.state, stayed.attempts, stayed.due_at) == (State.UNWRAPPED, 1, later)
            assert tx.events(exchange_id=made.id)[-1].what == "stayed"

    def test_an_outbound_key_makes_one_exchange(self, store: Store) -> None:
        with store.begin() as tx:
            first = add_invoice(tx, "k1")
            assert first is not None
            assert add_invoice(tx, "k1") is None
            assert tx.exchange_by_key("k1", Direction.OUT) == [first]
            assert tx.exchange_by_key("k1", Direction.IN) == []
            other = add_invoice(tx, "k2")
            assert other is not None
            assert len(tx.events(exchange_id=other.id)) == 1
            with pytest.raises(ValueError, match="needs a key"):
                add_invoice(tx, "")

    def test_an_inbound_key_may_come_again(self, store: Store) -> None:
        with store.begin() as tx:
            both = [tx.move(add_order(tx).id, State.CHECKED, key="k") for _ in range(2)]
            assert tx.exchange_by_key("k", Direction.IN) == both

    def test_exchanges_are_found_by_their_record_in_odoo(self, store: Store) -> None:
        record = ErpRecord("sale.order", 42, "S00042")
        with store.begin() as tx:
            first = tx.move(add_order(tx).id, State.CHECKED, erp=record)
            assert tx.exchange_by_erp("sale.order", 42) == first
            assert tx.exchange_by_erp("sale.order", 42, DocType.INVOICE) is None
            assert tx.exchange_by_erp("purchase.order", 42) is None
            told = add_invoice(tx, "k")
            assert told is not None
            told = tx.move(told.id, State.NOTICED, source=record)
            assert tx.exchanges_by_source("sale.order", 42) == [told]

    def test_what_was_sent_for_an_order(self, store: Store) -> None:
        with store.begin() as tx:
            noticed = add_invoice(tx, "k1")
            composed = add_invoice(tx, "k2", state=State.COMPOSED)
            assert noticed is not None
            assert composed is not None
            assert tx.sent_exchanges("acme", "PO-1", DocType.INVOICE) == [composed]
            assert tx.sent_exchanges("acme", "PO-2", DocType.INVOICE) == []
            assert tx.sent_exchanges("other", "PO-1", DocType.INVOICE) == []

    def test_a_document_of_several_orders_is_found_under_each(self, store: Store) -> None:
        with store.begin() as tx:
            order, other = add_order(tx, "PO-1"), add_order(tx, "PO-2")
            shipment = add_order(tx, "PO-1")
            tx.set_orders(shipment.id, ["PO-2", "PO-2", "PO-3" + 300 * "x"])
            assert tx.exchanges_of_order("acme", "PO-1") == [order, shipment]
            assert tx.exchanges_of_order(None, "PO-2") == [other, shipment]
            assert tx.exchanges_of_order("globex", "PO-2") == []
            assert tx.orders_of("acme", DocType.PURCHASE_ORDER, ["PO-1"]) == [
                "PO-1",
                "PO-2",
                ("PO-3" + 300 * "x")[:SHORT],
            ]
            assert tx.orders_of("acme", DocType.INVOICE, ["PO-1"]) == []
            tx.set_orders(shipment.id, [])
            assert tx.exchanges_of_order("acme", "PO-2") == [other]

    def test_groups_hold_their_exchanges_in_file_order(self, store: Store) -> None:
        fault = Finding("ge.count", "GE01 says 3 and there are 2")
        with store.begin() as tx:
            sent = tx.add_transmission(partner="acme", channel="sftp", name="g", sha256=SHA, size=1)
            group = tx.add_group(
                transmission_id=sent.id,
                partner="acme",
                envelope=x12_envelope(),
                declared_count="3",
                findings=[fault],
            )
            made = [
                tx.add_exchange(
                    partner="acme",
                    direction=Direction.IN,
                    document=DocType.PURCHASE_ORDER,
                    state=State.UNWRAPPED,
                    envelope=x12_envelope(),
                    transmission_id=sent.id,
                    group_id=group.id,
                    position=position,
                )
                for position in (2, 1)
            ]
            assert tx.exchanges_of_group(group.id) == made[::-1]
            assert tx.exchanges_of_transmission(sent.id) == made[::-1]
            assert tx.findings(group_id=group.id) == [fault]
            assert not tx.group(group.id, lock=True).acknowledged
            tx.mark_group_acknowledged(group.id)
            assert tx.group(group.id).acknowledged


class StoryContract:
    """Events, findings, artifacts, acknowledgments."""

    def test_an_event_keeps_its_detail(self, store: Store) -> None:
        with store.begin() as tx:
            made = add_order(tx)
            tx.add_event("released", exchange_id=made.id, actor="anna", detail={"waived": ["price"], "n": 1})
            event = tx.events(exchange_id=made.id)[-1]
        assert (event.what, event.actor, event.detail) == ("released", "anna", {"waived": ["price"], "n": 1})

    def test_findings_of_a_stage_replace_their_forerunners(self, store: Store) -> None:
        old = Finding("x.old", "old")
        new = [
            Finding(
                "x12.element.invalid",
                "no number",
                Severity.ERROR,
                Where(segment="PO1", element=2, segment_number=7),
                value="1O",
                hint="a zero?",
            ),
            Finding("x.note", "so so", Severity.NOTE),
        ]
        with store.begin() as tx:
            made = add_order(tx)
            tx.add_findings([old], exchange_id=made.id, stage="check")
            tx.add_findings([old], exchange_id=made.id, stage="translate")
            tx.add_findings(new, exchange_id=made.id, stage="check")
            assert tx.findings(exchange_id=made.id) == [old, *new]
            assert tx.findings(exchange_id=made.id, stage="check") == new
            tx.add_findings([], exchange_id=made.id, stage="check")
            assert tx.findings(exchange_id=made.id) == [old]
            with pytest.raises(ValueError, match="of what"):
                tx.findings()

    def test_the_latest_artifact_of_a_kind_wins(self, store: Store) -> None:
        with store.begin() as tx:
            made = add_order(tx)
            tx.put_artifact(made.id, "payload", b"ST*850~", "application/edi-x12")
            tx.put_artifact(made.id, "canonical", b"{}")
            sha256 = tx.put_artifact(made.id, "canonical", b'{"number":1}')
        with store.read() as tx:
            assert tx.artifact(made.id, "payload") == b"ST*850~"
            assert tx.artifact(made.id, "canonical") == b'{"number":1}'
            assert tx.artifact(made.id, "sent") is None
            kept = tx.artifacts(made.id)
        assert [(a.kind, a.size) for a in kept] == [("payload", 7), ("canonical", 2), ("canonical", 12)]
        assert kept[-1].sha256 == sha256
        assert kept[0].media_type == "application/edi-x12"

    def test_acknowledgments_are_told_both_ways(self, store: Store) -> None:
        with store.begin() as tx:
            sent = tx.add_transmission(partner="acme", channel="sftp", name="a", sha256=SHA, size=1)
            order, answer = add_order(tx), add_order(tx, "997")
            for kind in ("TA1", "997"):
                tx.add_acknowledgment(
                    kind=kind,
                    direction=Direction.OUT,
                    exchange_id=order.id,
                    ack_exchange_id=answer.id,
                    transmission_id=sent.id,
                    verdict="A",
                )
            tx.add_acknowledgment(
                kind="TA1", direction=Direction.IN, exchange_id=None, transmission_id=sent.id, verdict="R"
            )
            assert [(a.kind, a.direction, a.verdict) for a in tx.acknowledgments(order.id)] == [
                ("TA1", Direction.OUT, "A"),
                ("997", Direction.OUT, "A"),
            ]
            assert [a.exchange_id for a in tx.acknowledged_by(answer.id)] == [order.id, order.id]
            assert tx.acks_of_transmission(sent.id) == [answer]  # once, though it carried two

    def test_what_we_sent_is_found_by_its_numbers(self, store: Store) -> None:
        with store.begin() as tx:
            old = add_invoice(tx, "k1", state=State.SENT, control="000000905")
            new = add_invoice(tx, "k2", state=State.SENT, control="000000905")
            other = add_invoice(tx, "k3", state=State.SENT, control="000000906")
            add_order(tx)  # inbound, the same numbers
            assert tx.find_sent("acme", interchange_control="905") == [new, old]
            assert tx.find_sent("acme", interchange_control="000000906", set_control="1") == [other]
            assert tx.find_sent("acme", functional_id="IN", group_control="1") == [other, new, old]
            assert tx.find_sent("acme", functional_id="PO", group_control="1") == []
            assert tx.find_sent("acme", set_control="0") == []
            assert tx.find_sent("other", interchange_control="905") == []

    def test_an_interchange_that_came_before_is_known(self, store: Store, clock: MovableClock) -> None:
        them, us = Address("ZZ", "ACME"), Address("01", "US")
        with store.begin() as tx:
            first = tx.add_transmission(partner="acme", channel="sftp", name="1", sha256=SHA, size=1)
            tx.add_received_interchange(them, us, "P", "000000007", transmission_id=first.id, sha256=SHA)
            yesterday, tomorrow = (clock() + timedelta(days=days) for days in (-1, 1))
            assert tx.find_received_interchange(them, us, "P", "000000007", yesterday) == first
            assert tx.find_received_interchange(them, us, "P", "000000007", tomorrow) is None
            assert tx.find_received_interchange(them, us, "T", "000000007", yesterday) is None
            assert tx.find_received_interchange(us, them, "P", "000000007", yesterday) is None
            assert tx.find_received_interchange(them, us, "P", "000000008", yesterday) is None

    def test_hostile_words_are_storable(self, store: Store) -> None:
        with store.begin() as tx:
            sent = tx.add_transmission(
                partner="acme", channel="sftp", name="a\x00b\udcff.edi", sha256=SHA, size=1
            )
            made = tx.add_exchange(
                partner="acme",
                direction=Direction.IN,
                document=DocType.UNKNOWN,
                state=State.UNWRAPPED,
                envelope=Envelope(format="csv", set_control="\udc80\x00" + "9" * 5000),
                number="ü\x00" * 5000,
            )
            tx.add_findings(
                [Finding("x", "bad \x00", value="\udcfe\x00")], exchange_id=made.id, stage="check"
            )
            assert sent.name == "a\ufffdb\ufffd.edi"
            assert len(made.number) == 150
            assert tx.exchange(made.id) == made
            assert [finding.problem for finding in tx.findings(exchange_id=made.id)] == ["x"]
