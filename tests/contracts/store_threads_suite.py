"""What every store keeps when many threads come at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from hub.model.exchange import State
from hub.store import LeaseLost, Store
from tests.support.store import add_invoice, add_order

THREADS = 8
T = TypeVar("T")


def all_at_once(work: Callable[[int], T]) -> list[T]:
    """Run the work in several threads that start together; raise what any of them raised."""
    gate = threading.Barrier(THREADS)

    def run(index: int) -> T:
        gate.wait()
        return work(index)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(THREADS)))


class ThreadsContract:
    """Once only, also under load."""

    def test_control_numbers_never_repeat_or_go_back(self, store: Store) -> None:
        committed: list[int] = []

        def work(_index: int) -> list[int]:
            mine = []
            for _ in range(10):
                with store.begin() as tx:
                    number = tx.next_control("isa")
                    tx.record_control("isa", number, None, "ISA13")
                    committed.append(number)  # the scope's row is locked until the commit
                mine.append(number)
            return mine

        taken = all_at_once(work)
        assert all(mine == sorted(mine) for mine in taken)
        assert committed == list(range(1, THREADS * 10 + 1))
        with store.read() as tx:
            assert [use.number for use in tx.control_history("isa")] == committed

    def test_one_of_many_claimers_gets_a_lane(self, store: Store) -> None:
        def work(index: int) -> bool:
            with store.begin() as tx:
                return tx.claim_lane("a", f"worker {index}", 60) is not None

        assert sum(all_at_once(work)) == 1

    def test_one_of_many_takes_over_an_expired_lane(self, store: Store) -> None:
        with store.begin() as tx:
            old = tx.claim_lane("a", "dead", 0)
            assert old is not None

        def work(index: int) -> int:
            with store.begin() as tx:
                lease = tx.claim_lane("a", f"worker {index}", 60)
                return lease.fence if lease else 0

        assert sorted(all_at_once(work)) == [0] * (THREADS - 1) + [old.fence + 1]

    def test_one_key_makes_one_exchange(self, store: Store) -> None:
        def work(_index: int) -> bool:
            with store.begin() as tx:
                return add_invoice(tx, "the key") is not None

        assert sum(all_at_once(work)) == 1
        with store.read() as tx:
            assert tx.count_by_state() == {State.NOTICED: 1}

    def test_one_file_is_picked_up_by_one(self, store: Store) -> None:
        def work(_index: int) -> bool:
            with store.begin() as tx:
                return tx.claim_pickup("acme", "a.edi", 1, 1.0)

        assert sum(all_at_once(work)) == 1

    def test_one_posting_has_one_owner(self, store: Store) -> None:
        with store.begin() as tx:
            ids = [add_order(tx).id for _ in range(THREADS)]

        def work(index: int) -> int:
            with store.begin() as tx:
                tx.book_posting("key", ids[index], record=None, state="posted")
                booked = tx.posting("key")
                assert booked is not None
                return booked.exchange_id

        assert len(set(all_at_once(work))) == 1

    def test_a_move_is_made_by_one(self, store: Store) -> None:
        with store.begin() as tx:
            made = add_order(tx)

        def work(_index: int) -> bool:
            with store.begin() as tx:
                if tx.exchange(made.id, lock=True).state is not State.UNWRAPPED:
                    return False
                tx.move(made.id, State.CHECKED)
                return True

        assert sum(all_at_once(work)) == 1
        with store.read() as tx:
            assert [event.what for event in tx.events(exchange_id=made.id)] == ["created", "moved"]

    def test_a_cursor_takes_writes_from_all(self, store: Store) -> None:
        def work(index: int) -> None:
            with store.begin() as tx:
                tx.set_cursor("c", str(index))

        all_at_once(work)
        with store.read() as tx:
            assert tx.cursor("c") in {str(index) for index in range(THREADS)}

    def test_a_lost_lease_stores_nothing(self, store: Store) -> None:
        """A worker that slept through its lease finds the lane worked by another, and gives up."""
        with store.begin() as tx:
            made = add_order(tx)
            old = tx.claim_lane(made.lane, "sleeper", 0)
            assert old is not None

        def work(index: int) -> str:
            try:
                with store.begin() as tx:
                    lease = tx.claim_lane(made.lane, f"worker {index}", 60) if index else old
                    if lease is None:
                        return "busy"
                    tx.check_lease(lease)
                    if tx.exchange(made.id, lock=True).state is State.UNWRAPPED:
                        tx.move(made.id, State.CHECKED, actor=lease.owner)
                    return "done"
            except LeaseLost:
                return "lost"

        said = all_at_once(work)
        assert said.count("done") >= 1
        with store.read() as tx:
            assert [event.what for event in tx.events(exchange_id=made.id)] == ["created", "moved"]
