"""What was to come with a receipt, and what is wrong with what came."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.erp.odoo.arrivals import expected, in_question

D = Decimal


def of(**quantities: int) -> dict[int, Decimal]:
    """Return quantities by line: `of(l1=5)`."""
    return {int(name[1:]): D(value) for name, value in quantities.items()}


@pytest.mark.parametrize(
    ("announced", "earlier", "came", "notices", "quantities"),
    [
        ([of(l1=10)], [], of(l1=7), (0,), of(l1=10)),
        ([of(l1=10), of(l1=10)], [], of(l1=10), (0,), of(l1=10)),
        ([of(l1=10), of(l1=10)], [], of(l1=20), (0, 1), of(l1=20)),
        ([of(l1=10), of(l1=3)], [of(l1=7)], of(l1=3), (1,), of(l1=3)),
        ([of(l1=10), of(l2=4)], [], of(l2=4), (1,), of(l2=4)),
        ([of(l1=10, l2=4)], [], of(l1=10), (0,), of(l1=10, l2=4)),
        ([], [], of(l1=10), (), {}),
    ],
    ids=[
        "short",
        "next truck on the road",
        "both trucks",
        "after a short one",
        "other line",
        "line missing",
        "none",
    ],
)
def test_a_receipt_answers_whole_notices_in_their_order(
    announced: list[dict[int, Decimal]],
    earlier: list[dict[int, Decimal]],
    came: dict[int, Decimal],
    notices: tuple[int, ...],
    quantities: dict[int, Decimal],
) -> None:
    found = expected(announced, earlier, came)
    assert (found.notices, found.quantities) == (notices, quantities)


_quantities = st.dictionaries(st.integers(1, 3), st.decimals(1, 100, places=0), max_size=3)


@given(announced=st.lists(_quantities, max_size=4), receipts=st.lists(_quantities, min_size=1, max_size=4))
def test_no_notice_is_answered_twice(
    announced: list[dict[int, Decimal]], receipts: list[dict[int, Decimal]]
) -> None:
    answered = [
        at
        for place, came in enumerate(receipts)
        for at in expected(announced, receipts[:place], came).notices
    ]
    assert len(answered) == len(set(answered))


def test_short_and_over_exclude_each_other() -> None:
    assert [(q.quantity, q.condition) for q in in_question(damaged=D(2), short=D(1))] == [
        (2, "damaged"),
        (1, "short"),
    ]
    assert [(q.quantity, q.condition) for q in in_question(damaged=D(0), short=D(-3))] == [(3, "over")]
    assert in_question(damaged=D(0), short=D(0)) == ()
