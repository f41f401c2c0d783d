"""Which steps are taken together: one stage, in the order of the lane, and nothing that rests on its neighbour."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from hub.model.documents import DocType
from hub.model.envelope import Address
from hub.model.exchange import Direction, Exchange, State, Transmission
from hub.model.outcome import Outcome, SeenInterchange, Settlement
from hub.together import MOST_BYTES, Enough, apart, first_alike
from tests.support.store import MovableClock, x12_envelope

NOW = datetime(2026, 1, 13, tzinfo=UTC)
THEM, US = Address("ZZ", "ACME"), Address("ZZ", "OURCO")


def exchange(
    id_: int, order: str = "", state: State = State.CHECKED, document: DocType = DocType.PURCHASE_ORDER
) -> Exchange:
    return Exchange(
        id=id_,
        partner="acme",
        direction=Direction.IN,
        document=document,
        state=state,
        envelope=x12_envelope(),
        order_number=order,
        created_at=NOW,
        updated_at=NOW,
    )


def file(id_: int) -> Transmission:
    return Transmission(
        id=id_,
        partner="acme",
        channel="folder",
        name=f"{id_}.edi",
        sha256="0" * 64,
        size=1,
        state=State.RECEIVED,
        received_at=NOW,
    )


def opened(control: str) -> Outcome:
    seen = SeenInterchange(sender=THEM, receiver=US, usage="P", control=control)
    return Outcome(state=State.OPENED, seen=(seen,))


def ids(items: list[Exchange] | list[tuple[Exchange, Outcome]]) -> list[int]:
    return [item.id if isinstance(item, Exchange) else item[0].id for item in items]


@given(
    st.lists(st.tuples(st.sampled_from(["", "7", "8"]), st.sampled_from([State.CHECKED, State.TRANSLATED])))
)
def test_what_is_taken_is_the_beginning_of_one_stage_and_no_order_twice(
    due: list[tuple[str, State]],
) -> None:
    lane = [exchange(at, order, state) for at, (order, state) in enumerate(due, 1)]
    taken = first_alike(lane)
    assert taken == lane[: len(taken)]
    assert bool(taken) == bool(lane)
    assert len({one.state for one in taken}) <= 1
    orders = [one.order_number for one in taken if one.order_number]
    assert len(orders) == len(set(orders))


def test_an_order_and_another_kind_of_document_are_not_taken_together() -> None:
    lane = [exchange(1, "7"), exchange(2, "8", document=DocType.ORDER_CHANGE)]
    assert ids(first_alike(lane)) == [1]


def test_files_are_opened_together() -> None:
    assert [one.id for one in first_alike([file(1), file(2)])] == [1, 2]


def test_an_interchange_that_comes_twice_is_looked_at_again_with_the_first_in_the_log() -> None:
    decided = [(file(1), opened("905")), (file(2), opened("906")), (file(3), opened("905"))]
    assert [one.id for one, _ in apart(decided)] == [1, 2]


def test_the_same_document_twice_is_translated_one_after_the_other() -> None:
    made = Outcome(state=State.TRANSLATED, changes={"key": "acme_po_7", "order_number": "7"})
    other = Outcome(state=State.TRANSLATED, changes={"key": "acme_po_8", "order_number": "8"})
    assert ids(apart([(exchange(1), made), (exchange(2), other), (exchange(3), made)])) == [1, 2]


def test_what_comes_behind_something_left_out_does_not_overtake_it() -> None:
    first = Outcome(state=State.TRANSLATED, changes={"key": "a"}, orders=("7",))
    both = Outcome(state=State.TRANSLATED, changes={"key": "b"}, orders=("7", "8"))
    last = Outcome(state=State.TRANSLATED, changes={"key": "c"}, orders=("8",))
    assert ids(apart([(exchange(1), first), (exchange(2), both), (exchange(3), last)])) == [1]


def test_two_answers_to_one_document_of_ours_are_matched_one_after_the_other() -> None:
    settled = Settlement(exchange_id=5, kind="997", verdict="A", state=State.ACKNOWLEDGED)
    answer = Outcome(state=State.MATCHED, settlements=(settled,))
    acks = [exchange(at, state=State.UNWRAPPED, document=DocType.FUNCTIONAL_ACK) for at in (1, 2)]
    assert ids(apart([(ack, answer) for ack in acks])) == [1]


def test_stock_rests_on_the_stock_before_it() -> None:
    lane = [exchange(at, state=State.NOTICED, document=DocType.INVENTORY_ADVICE) for at in (1, 2)]
    assert ids(first_alike(lane)) == [1]


def test_what_was_done_outside_is_never_left_out() -> None:
    sent = Outcome(state=State.DELIVERED, orders=("7",))
    lane = [exchange(at, state=State.COMPOSED) for at in (1, 2)]
    assert ids(apart([(one, sent) for one in lane])) == [1, 2]


def test_enough_is_a_matter_of_bytes_and_of_time() -> None:
    clock = MovableClock()
    small = Outcome(state=State.TRANSLATED, artifacts={"canonical": b"x"})
    large = Outcome(state=State.TRANSLATED, artifacts={"canonical": bytes(MOST_BYTES)})
    assert not Enough(clock).with_this(small)
    assert not (enough := Enough(clock)).with_this(large)
    assert enough.with_this(small)
    late = Enough(clock)
    clock.advance(2)
    assert late.with_this(small)
