"""What every store keeps: control numbers, postings, cursors, pickups, lanes and leases, transactions."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from hub.model.exchange import ErpRecord, State
from hub.store import Archive, LeaseLost, Store
from tests.support.store import MovableClock, add_order, undone

SHA = "ab" * 32


class LedgerContract:
    """What happens once."""

    def test_control_numbers_count_and_wrap(self, store: Store) -> None:
        with store.begin() as tx:
            assert [tx.next_control("isa:us:acme", limit=3) for _ in range(5)] == [1, 2, 3, 1, 2]
            assert tx.next_control("isa:us:other", limit=3) == 1
            assert tx.next_control("isa:us:acme", limit=1) == 1  # a lower limit is obeyed at once
            with pytest.raises(ValueError, match="limit of at least 1"):
                tx.next_control("isa", limit=0)

    def test_a_rolled_back_number_is_given_out_again(self, store: Store) -> None:
        with store.begin() as tx:
            assert tx.next_control("s") == 1
        with undone(store) as tx:
            assert tx.next_control("s") == 2
        with store.begin() as tx:
            assert tx.next_control("s") == 2

    def test_the_use_of_a_number_is_written_down(self, store: Store) -> None:
        with store.begin() as tx:
            made = add_order(tx)
            for purpose in ("ISA13", "void: disk full"):
                tx.record_control("s", tx.next_control("s", limit=2), made.id, purpose)
            tx.record_control("s", tx.next_control("s", limit=2), None, "ISA13")
            history = tx.control_history("s")
            assert [(u.number, u.round, u.exchange_id, u.purpose) for u in history] == [
                (1, 0, made.id, "ISA13"),
                (2, 0, made.id, "void: disk full"),
                (1, 1, None, "ISA13"),
            ]
            assert tx.control_history("other") == []
            assert [u.number for u in tx.control_history("s", limit=1)] == [1]
            with pytest.raises(ValueError, match="was ever given out"):
                tx.record_control("other", 1, made.id, "ISA13")

    def test_a_posting_belongs_to_who_booked_it_first(self, store: Store) -> None:
        record = ErpRecord("sale.order", 42, "S00042")
        with store.begin() as tx:
            first, second = add_order(tx), add_order(tx)
            assert tx.posting("k") is None
            tx.book_posting("k", first.id, record=None, state="claimed")
            mine = tx.posting("k")
            assert mine is not None
            assert (mine.exchange_id, mine.state, mine.record) == (first.id, "claimed", None)
            tx.book_posting("k", second.id, record=record, state="posted")
            done = tx.posting("k")
            assert done is not None
            assert (done.exchange_id, done.record, done.state) == (first.id, record, "posted")
            assert tx.posting_by_record("sale.order", 42) == done
            assert tx.posting_by_record("sale.order", 43) is None

    def test_a_delivery_that_was_begun_is_remembered_until_its_end(self, store: Store) -> None:
        with store.begin() as tx:
            assert tx.delivery_begun(7) == ""
            tx.note_delivery(7, "inv.edi")
            tx.note_delivery(7, "inv-1.edi")
            tx.note_delivery(8, "")
        with store.read() as tx:
            assert (tx.delivery_begun(7), tx.delivery_begun(8)) == ("inv-1.edi", "")
        with store.begin() as tx:
            tx.note_delivery(7, "")
            assert tx.delivery_begun(7) == ""

    def test_stuck_files_are_kept_by_partner(self, store: Store) -> None:
        with store.begin() as tx:
            tx.set_stuck("b", [("x.part", "still being written", 60.0)])
            tx.set_stuck("a", [("1.edi", "empty", 0.0), ("2.edi", "empty", 0.0)])
            tx.set_stuck("a", [("2.edi", "empty", 0.0)])
        with store.read() as tx:
            found = tx.stuck()
        assert [(file.partner, file.name, file.why) for file in found] == [
            ("a", "2.edi", "empty"),
            ("b", "x.part", "still being written"),
        ]
        assert datetime.fromisoformat(found[1].since) < datetime.fromisoformat(found[0].since)
        with store.begin() as tx:
            tx.set_stuck("a", [])
            tx.set_stuck("b", [])
            assert tx.stuck() == []

    def test_a_cursor_is_remembered(self, store: Store) -> None:
        with store.begin() as tx:
            assert tx.cursor("watch:order_decided") == ""
            tx.set_cursor("watch:order_decided", "2026-01-01")
            tx.set_cursor("watch:order_decided", "2026-01-02")
        with store.read() as tx:
            assert tx.cursor("watch:order_decided") == "2026-01-02"

    def test_a_file_is_picked_up_once(self, store: Store) -> None:
        with store.begin() as tx:
            assert tx.claim_pickup("acme", "a\udcff.edi", 10, 1700000000.5)
            assert not tx.claim_pickup("acme", "a\udcff.edi", 10, 1700000000.5)
            assert tx.claim_pickup("acme", "a\udcff.edi", 11, 1700000000.5)
            assert tx.claim_pickup("other", "a\udcff.edi", 10, 1700000000.5)
            tx.forget_pickup("acme", "a\udcff.edi", 10, 1700000000.5)
            assert tx.claim_pickup("acme", "a\udcff.edi", 10, 1700000000.5)


class LaneContract:
    """Who may work where, and on what."""

    def test_lanes_with_work_are_due(self, store: Store, clock: MovableClock) -> None:
        with store.begin() as tx:
            assert tx.due_lanes() == []
            sent = tx.add_transmission(partner="acme", channel="sftp", name="a", sha256=SHA, size=1)
            clock.advance(1)
            add_order(tx, lane="b")
            add_order(tx, lane="b")
            clock.advance(1)
            add_order(tx, lane="a")
            add_order(tx, lane="idle", state=State.HELD)
            assert tx.due_lanes() == ["acme:in:open", "b", "a"]  # the longest wait first
            assert tx.due_lanes(limit=1) == ["acme:in:open"]
            tx.move_transmission(sent.id, State.OPENED)
            assert tx.due_lanes() == ["b", "a"]

    def test_a_leased_lane_is_not_offered(self, store: Store) -> None:
        with store.begin() as tx:
            add_order(tx, lane="a")
            lease = tx.claim_lane("a", "worker", 60)
            assert lease is not None
            assert tx.due_lanes() == []
            tx.release_lane(lease)
            assert tx.due_lanes() == ["a"]

    def test_work_is_offered_in_order_and_waiters_stand_aside(
        self, store: Store, clock: MovableClock
    ) -> None:
        with store.begin() as tx:
            first, second = add_order(tx, lane="a"), add_order(tx, lane="a")
            assert tx.due("a") == [first]
            first = tx.move(first.id, first.state, due_at=clock() + timedelta(minutes=1))
            assert tx.due("a") == [second]
            tx.move(second.id, State.REJECTED)
            assert tx.due("a") == []
            assert tx.due_lanes() == []
            clock.advance(61)
            assert tx.due("a") == [first]
            assert tx.due_lanes() == ["a"]

    def test_transmissions_are_work_too(self, store: Store) -> None:
        with store.begin() as tx:
            sent = tx.add_transmission(partner="", channel="folder", name="a", sha256=SHA, size=1)
            assert tx.due("-:in:open") == [sent]
            moved = tx.move_transmission(sent.id, State.RECEIVED, partner="acme")
            assert tx.due("-:in:open") == []
            assert tx.due("acme:in:open") == [moved]

    def test_one_worker_has_a_lane(self, store: Store) -> None:
        with store.begin() as tx:
            lease = tx.claim_lane("a", "one", 60)
            assert lease is not None
            assert tx.claim_lane("a", "two", 60) is None
            assert tx.claim_lane("a", "one", 60) is None
            assert tx.claim_lane("b", "two", 60) is not None
            tx.check_lease(lease)
            assert tx.renew_lane(lease, 60)

    def test_a_heart_beat_that_comes_late_does_not_hold_what_was_given_back(self, store: Store) -> None:
        with store.begin() as tx:
            add_order(tx, lane="a")
            lease = tx.claim_lane("a", "worker", 60)
            assert lease is not None
            assert tx.renew_lane(lease, 60)
            tx.release_lane(lease)
            assert not tx.renew_lane(lease, 60)
            assert tx.due_lanes() == ["a"]
            assert tx.claim_lane("a", "other", 60)

    def test_what_asks_the_other_side_rests_and_what_comes_meanwhile_stays_behind_it(
        self, store: Store
    ) -> None:
        with store.begin() as tx:
            first = add_order(tx, lane="a", state=State.TRANSLATED)
            tried = add_order(tx, "PO-2", lane="a", state=State.IN_DOUBT)
            tx.move(tried.id, State.IN_DOUBT, attempts=1, due_at=datetime.now(UTC) + timedelta(hours=1))
            patient = add_order(tx, "PO-5", lane="a", state=State.TRANSLATED)
            later_on = datetime.now(UTC) + timedelta(hours=1)
            tx.move(patient.id, State.TRANSLATED, due_at=later_on, why="waits for its window")
            other = add_order(tx, lane="b", state=State.TRANSLATED)
            lease = tx.claim_lane("a", "worker", 60)
            assert lease is not None
            tx.rest_asking(lease, 0.5, "Odoo is away")
            tx.release_lane(lease)
            checked = add_order(tx, "PO-3", lane="a", state=State.CHECKED)
            later = add_order(tx, "PO-4", lane="a", state=State.TRANSLATED)
        with store.begin() as tx:
            assert [item.id for item in tx.due("a", 9)] == [checked.id], "what asks nobody goes on"
            assert [item.id for item in tx.due("b", 9)] == [other.id]
            tx.move(checked.id, State.HELD)
            assert tx.due_lanes() == ["b"]
            assert [tx.exchange(one.id).why for one in (first, tried)] == ["Odoo is away"] * 2
            assert tx.exchange(patient.id).why == "waits for its window"
        time.sleep(0.6)
        with store.begin() as tx:
            assert [item.id for item in tx.due("a", 9)] == [first.id, tried.id, later.id], (
                "in their order; what waits for something else goes on waiting"
            )
            assert set(tx.due_lanes()) == {"a", "b"}

    def test_a_lane_rests_again_and_again(self, store: Store) -> None:
        with store.begin() as tx:
            add_order(tx, lane="a", state=State.TRANSLATED)
            for seconds in (60, 0):
                lease = tx.claim_lane("a", "worker", 60)
                assert lease is not None
                tx.rest_asking(lease, seconds, "Odoo is away")
                tx.release_lane(lease)
                assert tx.due_lanes() == ["a"] * (not seconds)
                assert len(tx.due("a")) == (not seconds)

    def test_an_expired_lease_is_taken_over_and_the_old_one_is_fenced(self, store: Store) -> None:
        with store.begin() as tx:
            old = tx.claim_lane("a", "one", 0.02)
            assert old is not None
        time.sleep(0.05)  # leases run on the database's own clock
        with store.begin() as tx:
            tx.check_lease(old)  # late, but nobody else has it: what was done may be stored
            new = tx.claim_lane("a", "one", 60)
            assert new is not None
            assert new.fence > old.fence
            with pytest.raises(LeaseLost, match="lane a was taken over"):
                tx.check_lease(old)
            assert not tx.renew_lane(old, 60)
            tx.release_lane(old)  # changes nothing
            tx.check_lease(new)
            assert tx.claim_lane("a", "two", 60) is None

    def test_cleared_leases_are_void(self, store: Store) -> None:
        with store.begin() as tx:
            old = tx.claim_lane("a", "one", 60)
            assert old is not None
            tx.clear_leases()
            with pytest.raises(LeaseLost):
                tx.check_lease(old)
            assert tx.claim_lane("a", "two", 60) is not None


class TransactionContract:
    """All or nothing."""

    def test_an_exception_undoes_the_whole_step(self, store: Store) -> None:
        with undone(store) as tx:
            made = add_order(tx)
            tx.put_artifact(made.id, "payload", b"never mind")
            tx.set_cursor("c", "1")
        with store.read() as tx:
            assert tx.count_by_state() == {}
            assert tx.cursor("c") == ""

    def test_a_reader_sees_one_moment(self, store: Store) -> None:
        with store.begin() as tx:
            made = add_order(tx)
        with store.read() as reader:
            assert reader.exchange(made.id).state is State.UNWRAPPED
            with store.begin() as tx:
                tx.move(made.id, State.CHECKED)
            assert reader.exchange(made.id).state is State.UNWRAPPED
        with store.read() as reader:
            assert reader.exchange(made.id).state is State.CHECKED

    def test_a_reader_cannot_write(self, store: Store) -> None:
        with pytest.raises(Exception, match=r"readonly|read-only"), store.read() as tx:
            tx.set_cursor("c", "1")
        with store.begin() as tx:  # and its connection can again, afterwards
            tx.set_cursor("c", "2")

    def test_rows_that_refer_to_nothing_are_refused(self, store: Store) -> None:
        with pytest.raises(Exception, match=r"(?i)foreign key"), store.begin() as tx:
            tx.put_artifact(4711, "payload", b"")

    def test_migrating_again_changes_nothing(self, store: Store) -> None:
        with store.begin() as tx:
            made = add_order(tx)
        store.migrate()
        with store.read() as tx:
            assert tx.exchange(made.id) == made

    def test_an_instant_without_a_zone_is_a_mistake(self, store: Store) -> None:
        with store.begin() as tx:
            made = add_order(tx)
        naive = datetime.now(UTC).replace(tzinfo=None)
        with pytest.raises(Exception, match="needs a time zone"), store.begin() as tx:
            tx.move(made.id, State.CHECKED, due_at=naive)

    def test_the_store_keeps_its_archive(self, store: Store) -> None:
        assert isinstance(store.archive, Archive)

    def test_a_name_that_is_too_long_is_refused_and_not_cut(self, store: Store) -> None:
        with pytest.raises(Exception, match="at most 150"), store.begin() as tx:
            tx.next_control("x" * 151)
