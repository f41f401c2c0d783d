"""What is put off in a transaction: written together, seen by what is asked after it, and gone with the transaction."""

from __future__ import annotations

import pytest

from hub.model.envelope import Envelope
from hub.model.exchange import State
from hub.model.finding import Finding
from hub.store import Store, Tx
from hub.store.story import SMALL_BYTES
from tests.support.store import add_order, undone

SHA = "cd" * 32


class WritingContract:
    """Rows that wait for others."""

    def test_what_was_put_off_is_seen_by_what_is_asked_next(self, store: Store) -> None:
        with store.begin() as tx:
            made = add_order(tx)
            tx.put_artifact(made.id, "payload", b"one")
            tx.put_artifact(made.id, "payload", b"two")
            tx.add_event("looked", exchange_id=made.id)
            assert tx.artifact(made.id, "payload") == b"two"
            assert [event.what for event in tx.events(exchange_id=made.id)] == ["created", "looked"]
            moved = tx.move(made.id, State.CHECKED, number="7")
            assert tx.exchange(made.id) == moved
            assert [one.number for one in tx.exchange_by_key(made.key, made.direction)] == ["7"]

    def test_of_many_changes_of_a_row_the_last_one_counts(self, store: Store) -> None:
        with store.begin() as tx:
            one, other = add_order(tx), add_order(tx)
        with store.begin() as tx:  # each names other columns than the one before
            tx.move(one.id, State.CHECKED, why="one", number="1")
            tx.move(other.id, State.CHECKED, why="first")
            tx.move(other.id, State.TRANSLATED, why="last", number="2")
            tx.move(one.id, State.TRANSLATED)
        with store.read() as tx:
            assert [(e.state, e.why, e.number) for e in map(tx.exchange, (one.id, other.id))] == [
                (State.TRANSLATED, "", "1"),
                (State.TRANSLATED, "last", "2"),
            ]

    def test_findings_of_a_stage_are_replaced_also_twice_in_one_transaction(self, store: Store) -> None:
        with store.begin() as tx:
            one, other = add_order(tx), add_order(tx)
            tx.add_findings([Finding("old", "old")], exchange_id=one.id, stage="check")
            tx.add_findings([Finding("kept", "kept")], exchange_id=other.id, stage="check")
            tx.add_findings([Finding("new", "new")], exchange_id=one.id, stage="check")
            tx.add_findings([Finding("beside", "beside")], exchange_id=one.id, stage="post")
            file = tx.add_transmission(partner="acme", channel="sftp", name="a", sha256=SHA, size=1)
            tx.add_findings([Finding("file", "file")], transmission_id=file.id, stage="check")
        with store.read() as tx:
            assert [f.problem for f in tx.findings(transmission_id=file.id)] == ["file"]
            found = {e.id: [f.problem for f in tx.findings(exchange_id=e.id)] for e in (one, other)}
        assert found == {one.id: ["new", "beside"], other.id: ["kept"]}
        with store.begin() as tx:
            tx.add_findings([], exchange_id=one.id, stage="check")
        with store.read() as tx:
            assert [f.problem for f in tx.findings(exchange_id=one.id)] == ["beside"]

    def test_many_that_are_locked_at_once_read_as_they_are(self, store: Store) -> None:
        with store.begin() as tx:
            orders = [add_order(tx) for _ in range(3)]
            files = [
                tx.add_transmission(partner="acme", channel="sftp", name=str(at), sha256=SHA, size=1)
                for at in range(3)
            ]
        with store.begin() as tx:
            tx.lock_exchanges([order.id for order in orders])
            tx.lock_transmissions([file.id for file in files])
            assert [tx.exchange(order.id, lock=True) for order in orders] == orders
            for order in orders:
                tx.move(order.id, State.CHECKED)
            for file in files:
                tx.move_transmission(file.id, State.OPENED)
        with store.read() as tx:
            assert {tx.exchange(order.id).state for order in orders} == {State.CHECKED}
            assert {tx.transmission(file.id).state for file in files} == {State.OPENED}

    def test_what_was_put_off_goes_with_its_transaction(self, store: Store) -> None:
        with store.begin() as tx:
            made = add_order(tx)
        with undone(store) as tx:
            tx.move(made.id, State.CHECKED)
            tx.put_artifact(made.id, "payload", b"never")
            tx.add_event("never", exchange_id=made.id)
        with store.read() as tx:
            assert tx.exchange(made.id) == made
            assert tx.artifact(made.id, "payload") is None
            assert [event.what for event in tx.events(exchange_id=made.id)] == ["created"]

    def test_a_payload_is_on_the_disk_when_its_row_is_committed(self, store: Store) -> None:
        with store.begin() as tx:
            made = add_order(tx)
            large = [bytes([at]) * (SMALL_BYTES + 1) for at in range(20)]
            kept = [tx.put_artifact(made.id, f"part {at}", part) for at, part in enumerate(large)]
        assert [store.archive.get(sha256) for sha256 in kept] == large

    def test_a_small_payload_is_in_its_row_and_nowhere_else(self, store: Store) -> None:
        with store.begin() as tx:
            made = add_order(tx)
            kept = [tx.put_artifact(made.id, f"{size}", bytes(size)) for size in (0, 900, SMALL_BYTES)]
            assert tx.artifact(made.id, "900") == bytes(900)
        assert [name for name in store.archive.names() if name in kept] == []
        with store.read() as tx:
            assert [tx.artifact(made.id, f"{size}") for size in (0, 900, SMALL_BYTES)] == [
                bytes(size) for size in (0, 900, SMALL_BYTES)
            ]
            for artifact in tx.artifacts(made.id):
                with tx.open_artifact(artifact) as file:
                    assert len(file.read()) == artifact.size
            assert [row.sha256 for row in tx.row_payloads(0) if row.sha256 in kept] == kept

    def test_what_is_foreseen_is_what_is_there(self, store: Store) -> None:
        with store.begin() as tx:
            one, other = add_order(tx, "PO-1"), add_order(tx, "PO-2")
            tx.put_artifact(one.id, "payload", b"old")
            tx.put_artifact(one.id, "payload", b"new")
            tx.put_artifact(other.id, "payload", bytes(SMALL_BYTES + 1))
            tx.add_findings([Finding("x.y", "a"), Finding("x.y", "b")], exchange_id=one.id, stage="check")
            tx.add_findings([Finding("x.y", "c")], exchange_id=one.id, stage="translate")

        def asked(tx: Tx) -> list[object]:
            told = [tx.artifact(e.id, kind) for e in (one, other) for kind in ("payload", "canonical")]
            stages = ("check", "translate", None)
            return [*told, *(tx.findings(exchange_id=e.id, stage=s) for e in (one, other) for s in stages)]

        with store.read() as tx:
            plain = asked(tx)
        with store.read() as tx:
            tx.foresee([one.id, other.id])
            assert asked(tx) == plain
        assert plain[0] == b"new"

    def test_many_exchanges_are_added_in_their_order(self, store: Store) -> None:
        with store.begin() as tx:
            like = add_order(tx)
            added = tx.add_exchanges(
                [
                    {
                        "partner": "acme",
                        "direction": like.direction,
                        "document": like.document,
                        "state": like.state,
                        "envelope": like.envelope,
                        "number": f"PO-{number}",
                    }
                    for number in range(300)
                ]
            )
            assert tx.add_exchanges([]) == []
        assert [e.number for e in added] == [f"PO-{number}" for number in range(300)]
        assert [e.id for e in added] == sorted(e.id for e in added)
        with store.read() as tx:
            assert tx.exchange(added[299].id) == added[299]
            assert [event.what for event in tx.events(exchange_id=added[7].id)] == ["created"]

    def test_a_look_inside_a_look_is_the_same_moment(self, store: Store) -> None:
        with store.begin() as tx:
            made = add_order(tx)
        with store.read() as outer:
            assert outer.exchange(made.id) == made
            with store.begin() as tx:
                tx.move(made.id, State.CHECKED)
            with store.read() as inner:
                assert inner is outer
                assert inner.exchange(made.id) == made
        with store.read() as tx:
            assert tx.exchange(made.id).state is State.CHECKED

    def test_what_is_added_reads_as_it_was_given_back(self, store: Store) -> None:
        with store.begin() as tx:
            group = tx.add_group(
                transmission_id=tx.add_transmission(
                    partner="acme", channel="sftp", name="a", sha256=SHA, size=1
                ).id,
                partner="acme",
                envelope=Envelope(format="x12", group_control="7"),
                declared_count="1",
            )
            made = add_order(tx)
        with store.read() as tx:
            assert tx.group(group.id) == group
            assert tx.exchange(made.id) == made

    def test_nothing_is_deleted_that_nobody_named(self, store: Store) -> None:
        with store.begin() as tx, pytest.raises(ValueError, match="of what"):
            tx.add_findings([], stage="check")
