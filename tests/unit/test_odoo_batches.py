"""Many in one call: what is refused is divided, what is too much is too, and how much goes is learned."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.erp.odoo.batches import settle, slices
from hub.erp.odoo.errors import Refused, load_error
from hub.erp.odoo.flow import BatchSize
from hub.erp.odoo.tables import MOST_BYTES, MOST_ROWS, Making, portions, table
from hub.model.errors import Retryable, Trouble, Undeliverable


class Odoo:
    """Takes what is not bad, all of a call or nothing; may name the bad ones."""

    def __init__(self, bad: set[int], *, names: bool = False, blames_first: bool = False) -> None:
        self.bad, self.names, self.blames_first = bad, names, blames_first
        self.calls: list[list[int]] = []
        self.taken: list[int] = []

    def take(self, some: Sequence[int]) -> list[str]:
        self.calls.append(list(some))
        named = {at for at, one in enumerate(some) if one in self.bad}
        if named:
            named |= {0} if self.blames_first else set()
            raise Refused("no", frozenset(named if self.names else ()))
        self.taken += some
        return [f"made {one}" for one in some]


@given(st.integers(0, 40), st.sets(st.integers(0, 39)), st.booleans(), st.booleans())
def test_each_good_one_is_taken_once_and_each_bad_one_is_told(
    count: int, bad: set[int], names: bool, blames_first: bool
) -> None:
    odoo = Odoo(bad, names=names, blames_first=blames_first)
    answers = settle(range(count), odoo.take)
    for one, answer in enumerate(answers):
        assert isinstance(answer, Refused) if one in bad else answer == f"made {one}"
    assert sorted(odoo.taken) == [one for one in range(count) if one not in bad]


def test_a_culprit_that_is_named_costs_two_calls_more() -> None:
    odoo = Odoo({17}, names=True)
    settle(range(32), odoo.take)
    assert [len(call) for call in odoo.calls] == [32, 31, 1]
    halving = Odoo({17})
    settle(range(32), halving.take)
    assert len(halving.calls) == 11


def test_who_is_blamed_for_others_is_tried_alone() -> None:
    odoo = Odoo({5}, names=True, blames_first=True)
    assert settle(range(8), odoo.take)[0] == "made 0"


@pytest.mark.parametrize("in_doubt", [True, False])
def test_no_answer_is_that_of_its_call_and_ends_it(in_doubt: bool) -> None:
    asked: list[list[int]] = []

    def silent(some: Sequence[int]) -> list[int]:
        asked.append(list(some))
        if len(asked) > 1:
            raise Retryable("no answer", in_doubt=in_doubt, wait_seconds=None if in_doubt else 3.0)
        return list(some)

    answers = settle(range(9), silent, slices(9, 3))
    assert asked == [[0, 1, 2], [3, 4, 5]]
    assert answers[:3] == [0, 1, 2]
    faults = [one for one in answers[3:] if isinstance(one, Retryable)]
    assert [fault.in_doubt for fault in faults] == [in_doubt] * 3 + [False] * 3
    assert {fault.wait_seconds for fault in faults} == {None if in_doubt else 3.0}


def test_what_no_retry_mends_is_told_of_its_own_only() -> None:
    def take(some: Sequence[int]) -> list[int]:
        if 2 in some:
            raise Undeliverable("ValueError")
        return list(some)

    answers = settle(range(4), take)
    assert [isinstance(one, Undeliverable) for one in answers] == [False, False, True, False]


def test_messages_of_load_name_records() -> None:
    told = [{"record": 3, "message": "no"}, {"message": "Found more than 10 errors"}, {"record": 5}]
    fault = load_error(told, "Odoo sale.order.load")
    assert isinstance(fault, Refused)
    assert fault.named == {3, 5}
    race = load_error([{"record": 0, "message": "could not serialize access"}], "Odoo sale.order.load")
    assert isinstance(race, Retryable)
    assert race.trouble is Trouble.BUSY


def making(key: int, rows: int = 1, size: int = 1, **more: str) -> Making:
    return Making(str(key), [{"id": "x" * size, **more}] * rows, frozenset({"origin"}))


def test_two_hundred_orders_are_cut_by_number_rows_and_bytes() -> None:
    few = [making(n) for n in range(200)]
    assert [len(group) for group in portions(few, 64)] == [64, 64, 64, 8]
    long = [making(n, rows=MOST_ROWS // 3) for n in range(7)]
    assert [len(group) for group in portions(long, 64)] == [3, 3, 1]
    wide = [making(n, size=MOST_BYTES // 2 - 100) for n in range(5)]
    assert [len(group) for group in portions(wide, 64)] == [2, 2, 1]
    huge = [making(0), making(1, rows=2 * MOST_ROWS), making(2)]
    assert list(portions(huge, 64)) == [[0], [1], [2]], "one that is too much alone goes alone"
    assert list(portions([], 64)) == []


def test_only_records_of_one_shape_share_a_table() -> None:
    plain, told, noted = making(0), making(1, origin="EDI 7"), making(2, note="Ring")
    assert list(portions([plain, noted, told], 64)) == [[0, 2], [1]]
    assert table([plain, told]) == (["id", "origin"], [["x", ""], ["x", "EDI 7"]])


def test_a_bad_call_halves_the_batch_and_full_good_ones_bring_it_back() -> None:
    now = [0.0]
    sizes = BatchSize(64, soon_seconds=5.0, seconds=lambda: now[0])

    def call(count: int, took: float = 0.1, fault: Exception | None = None) -> None:
        with sizes.learning(count):
            now[0] += took
            if fault:
                raise fault

    with pytest.raises(Retryable):
        call(64, fault=Retryable("no answer", in_doubt=True))
    assert sizes.size == 32
    call(20, took=11.0)
    assert sizes.size == 10, "half of what was too much"
    for _ in range(6):
        with pytest.raises(Retryable):
            call(sizes.size, fault=Retryable("lost a race", trouble=Trouble.BUSY))
    assert sizes.size == 1
    call(1, took=7.0)
    assert sizes.size == 1, "slow, and not too slow"
    call(1)
    call(1)
    assert sizes.size == 3, "what was not full says nothing of more"
    for _ in range(99):
        call(sizes.size)
    assert sizes.size == 64


@pytest.mark.parametrize("fault", [Retryable("no connection"), Refused("a bad price")])
def test_nobody_there_and_bad_data_say_nothing_of_the_size(fault: Exception) -> None:
    sizes = BatchSize(64, soon_seconds=5.0)
    with pytest.raises(type(fault)), sizes.learning(64):
        raise fault
    assert sizes.size == 64
