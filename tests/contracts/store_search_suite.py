"""What every store finds: lists of the log, narrowed and searched. A subclass gives `store` and `clock`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from msgspec import structs

from hub.model.documents import DocType
from hub.model.exchange import Direction, ErpRecord, State
from hub.model.finding import Finding
from hub.store import LogQuery, Store, Tx, search
from tests.support.store import MovableClock, add_invoice, add_order

SHA = "ab" * 32
#: Up to how many hits words are rare: then the index of words says where they are, else each row is asked.
AS_RARE = pytest.mark.parametrize("rare", [0, 2, 2000])


def paged(tx: Tx, query: LogQuery) -> Iterator[int]:
    """Yield the exchanges that a query finds, page after page."""
    while page := tx.find_exchanges(query):
        yield from (exchange.id for exchange in page)
        query = structs.replace(query, before_id=page[-1].id)


class SearchContract:
    """The lists of the log command and the pages."""

    def test_each_part_of_a_query_narrows(self, store: Store, clock: MovableClock) -> None:
        with store.begin() as tx:
            order = add_order(tx, "PO-77")
            order = tx.move(order.id, State.REJECTED, erp=ErpRecord("sale.order", 1, "S00042"))
        before_id, middle = order.id, clock()
        clock.advance(60)
        with store.begin() as tx:
            invoice = add_invoice(tx, "k")
            assert invoice is not None
        with store.read() as tx:

            def ids(query: LogQuery) -> list[int]:
                return [exchange.id for exchange in tx.find_exchanges(query)]

            assert ids(LogQuery()) == [invoice.id, order.id]
            assert ids(LogQuery(limit=1)) == [invoice.id]
            assert ids(LogQuery(before_id=invoice.id)) == [order.id]
            assert ids(LogQuery(before_id=before_id)) == []
            assert ids(LogQuery(partner="acme", document=DocType.INVOICE)) == [invoice.id]
            assert ids(LogQuery(partner="other")) == []
            assert ids(LogQuery(direction=Direction.IN)) == [order.id]
            assert ids(LogQuery(state=State.REJECTED)) == [order.id]
            assert ids(LogQuery(states=(State.REJECTED, State.NOTICED))) == [invoice.id, order.id]
            assert ids(LogQuery(since=middle)) == [invoice.id]
            assert ids(LogQuery(until=middle)) == [order.id]
            assert ids(LogQuery(number="po-7")) == [order.id]
            assert ids(LogQuery(number="s00042")) == [order.id]
            assert ids(LogQuery(number="000000905")) == [order.id]
            assert ids(LogQuery(number="%")) == []  # a character like any other

    @AS_RARE
    def test_text_is_looked_for_in_reasons_findings_and_file_names(
        self, store: Store, monkeypatch: pytest.MonkeyPatch, rare: int
    ) -> None:
        monkeypatch.setattr(search, "RARE", rare)
        with store.begin() as tx:
            sent = tx.add_transmission(
                partner="acme", channel="sftp", name="Mai_Order.edi", sha256=SHA, size=1
            )
            named = add_order(tx, transmission_id=sent.id)
            reasoned = tx.move(add_order(tx).id, State.HELD, why="Unknown item 4711")
            found = add_order(tx)
            tx.add_findings([Finding("x", "PO102 is not a Number")], exchange_id=found.id, stage="check")
            for text, exchange in (("mai_o", named), ("ITEM 47", reasoned), ("a number", found)):
                assert [e.id for e in tx.find_exchanges(LogQuery(text=text))] == [exchange.id]
            assert tx.find_exchanges(LogQuery(text="nowhere")) == []

    @AS_RARE
    def test_words_are_found_page_by_page_wherever_they_stand(
        self, store: Store, clock: MovableClock, monkeypatch: pytest.MonkeyPatch, rare: int
    ) -> None:
        monkeypatch.setattr(search, "RARE", rare)
        reasons = ["unknown item", "late", "", "unknown place", "item late", "", "late", "LATE unknown", ""]
        with store.begin() as tx:
            for number, why in enumerate(reasons):
                clock.advance(1)
                made = add_order(tx, f"PO-{number}")
                if number % 3:
                    tx.move(made.id, State.HELD, why=why)
        with store.read() as tx:
            everything = tx.find_exchanges(LogQuery(limit=100))
            for part in ("late", "unknown", "item", "po-1", "o-_", "nowhere"):
                for narrowed in (LogQuery(), LogQuery(since=everything[-2].created_at)):
                    wanted = [
                        e.id
                        for e in everything
                        if part in f"{e.number} {e.why}".lower()
                        and (narrowed.since is None or e.created_at >= narrowed.since)
                    ]
                    for limit in (1, 2, 100):
                        query = structs.replace(narrowed, text=part, limit=limit)
                        assert list(paged(tx, query)) == wanted
                        backwards = structs.replace(query, oldest_first=True, limit=100)
                        assert [e.id for e in tx.find_exchanges(backwards)] == wanted[::-1]

    @AS_RARE
    def test_signs_of_a_pattern_are_signs_beside_any_letter(
        self, store: Store, monkeypatch: pytest.MonkeyPatch, rare: int
    ) -> None:
        monkeypatch.setattr(search, "RARE", rare)
        numbers = ("0é_1", "0éx1", "%Bé", "xBé", "PO_1é", "PO-1é", "größe_9%")
        with store.begin() as tx:
            made = {number: add_order(tx, number).id for number in numbers}
        with store.read() as tx:
            for part, wanted in (
                ("0é_", {"0é_1"}),
                ("%Bé", {"%Bé"}),
                ("po_1é", {"PO_1é"}),
                ("e_9%", {"größe_9%"}),
                ("größe_", {"größe_9%"}),
                ("_%_", set()),
            ):
                found = {e.id for e in tx.find_exchanges(LogQuery(number=part))}
                assert found == {made[number] for number in wanted}, part

    def test_very_short_parts_and_zeros_are_whole_numbers(self, store: Store) -> None:
        with store.begin() as tx:
            seven, also, zeros, other = (add_order(tx, number) for number in ("7", "a7", "000000", "PO-7000"))
            mixed = add_order(tx, "aB")
            tx.set_orders(other.id, ["B2"])
            tx.set_orders(mixed.id, ["d4"])
        with store.read() as tx:
            for part, wanted in (
                ("7", [seven]),
                ("A7", [also]),
                ("000000", [zeros]),
                ("000", []),
                ("700", [other]),
                ("b2", [other]),
                ("D4", [mixed]),
                ("Ab", [mixed]),
            ):
                for query in (LogQuery(number=part), LogQuery(text=part)):
                    assert [e.id for e in tx.find_exchanges(query)] == [e.id for e in wanted], part

    def test_states_are_counted(self, store: Store) -> None:
        with store.begin() as tx:
            assert tx.count_by_state() == {}
            add_order(tx)
            add_order(tx)
            tx.move(add_order(tx).id, State.HELD)
            tx.add_transmission(
                partner="acme", channel="sftp", name="q", sha256=SHA, size=1, state=State.QUARANTINED
            )
            tx.add_transmission(partner="acme", channel="sftp", name="r", sha256=SHA, size=1)
            assert tx.count_by_state() == {State.UNWRAPPED: 2, State.HELD: 1, State.QUARANTINED: 1}
            add_order(tx, state=State.QUARANTINED)
            add_order(tx, state=State.QUARANTINED)
            assert tx.count_by_state() == {State.UNWRAPPED: 2, State.HELD: 1, State.QUARANTINED: 3}
            assert tx.count_by_state(files=False) == {State.UNWRAPPED: 2, State.HELD: 1, State.QUARANTINED: 2}

    def test_late_is_sent_and_past_its_deadline(self, store: Store, clock: MovableClock) -> None:
        with store.begin() as tx:
            for key, state in (("late", State.SENT), ("early", State.SENT), ("done", State.ACKNOWLEDGED)):
                made = add_invoice(tx, key, state=state)
                assert made is not None
                hours = 5 if key == "early" else 1
                tx.move(made.id, state, deadline_at=clock() + timedelta(hours=hours))
            assert tx.late_exchanges() == []
        clock.advance(2 * 3600)
        with store.read() as tx:
            assert [exchange.key for exchange in tx.late_exchanges()] == ["late"]
