"""Which acknowledgment a partner gets, by profile: 997 or 999, its release, which sets it names, all or nothing."""

from __future__ import annotations

import pytest

from hub.model.exchange import State
from tests.support.small_hub import SmallHub, fresh_number
from tests.support.wire import find, group, interchange, order, order_file, segment, split


def agree(hub: SmallHub, x12: str, receive: str = "") -> None:
    """Put lines into acme's [x12], and into its [receive.purchase_order]."""
    more = f"[receive.purchase_order]\n{receive}\n\n" if receive else ""
    hub.edit("acme", "[transport]", f"[x12]\n{x12}\n\n{more}[transport]")


def bodies(answer: bytes) -> list[str]:
    """Return the segments between ST and SE."""
    rows = ["*".join(row) for row in split(answer)]
    names = [row.partition("*")[0] for row in rows]
    return rows[names.index("ST") + 1 : names.index("SE")]


def test_a_999_tells_guideline_from_standard_and_names_the_order(hub: SmallHub) -> None:
    agree(hub, 'functional_ack = "999"', 'must = { "PO106" = "UP" }')
    number = fresh_number()
    (answer,) = hub.send(order_file(number, ("AR-10001", "24", "EA", "9.99")))
    assert segment(answer, "ST")[1] == "999"
    rows = bodies(answer)
    assert rows[0].startswith("AK1*PO*1*004010")
    assert [row for row in rows if row[:3] in {"IK3", "CTX", "IK4", "IK5"}] == [
        "IK3*PO1*6*PO1*8",
        f"CTX*BEG03>{number}",
        "IK4*6*235*I6*BP",
        "IK5*R*I5",
    ]
    assert hub.order().state is State.REJECTED


def test_the_same_in_a_997_says_the_nearest_code_of_x12(hub: SmallHub) -> None:
    agree(hub, 'ack_release = "004010VICS"', 'must = { "PO106" = "UP" }')
    (answer,) = hub.send(order_file(fresh_number(), ("AR-10001", "24", "EA", "9.99")))
    assert segment(answer, "GS")[8] == "004010VICS"
    assert bodies(answer)[2:] == ["AK3*PO1*6*PO1*8", "AK4*6*235*7*BP", "AK5*R*5", "AK9*R*1*1*0"]


@pytest.mark.parametrize(
    ("x12", "verdicts", "named", "posted"),
    [
        ("", ["P", "2", "2", "1"], ["A", "R"], 1),
        ('ack_detail = "rejected"', ["P", "2", "2", "1"], ["R"], 1),
        ('partial = "hold_all"', ["R", "2", "2", "0"], ["R", "R"], 0),
    ],
)
def test_one_bad_set_of_two(
    hub: SmallHub, x12: str, verdicts: list[str], named: list[str], posted: int
) -> None:
    agree(hub, x12)
    good, bad = fresh_number(), fresh_number()
    broken = tuple(s if s[0] != "DTM" else ("DTM", "002", "20269999") for s in order(bad))
    (answer,) = hub.send(interchange(*group(order(good), broken), control=1))
    assert segment(answer, "AK9")[1:] == verdicts
    assert [row[1] for row in find(answer, "AK5")] == named
    assert hub.sale_orders(good) == posted


def test_no_acknowledgment_where_none_is_agreed(hub: SmallHub) -> None:
    agree(hub, 'functional_ack = "none"')
    assert hub.send(order_file(fresh_number())) == []
    assert hub.order().state is State.POSTED


def test_an_order_in_another_groups_envelope_is_taken_with_a_note(hub: SmallHub) -> None:
    rows = group(order(fresh_number()), functional_id="IN")
    (answer,) = hub.send(interchange(*rows, control=1))
    assert bodies(answer)[-2:] == ["AK5*E*6", "AK9*E*1*1*1"]
    assert hub.order().state is State.POSTED


@pytest.mark.parametrize(("old", "new", "code"), [("GS*PO*", "GS*QQ*", "1"), ("*X*004010", "*X*ABC", "2")])
def test_a_group_that_is_none_is_refused(hub: SmallHub, old: str, new: str, code: str) -> None:
    file = order_file(fresh_number()).replace(old.encode(), new.encode())
    (answer,) = hub.send(file)
    assert segment(answer, "AK9")[1:] == ["R", "1", "1", "0", code]
    assert segment(answer, "GS")[8] == "004010"
    assert hub.order().state is State.REJECTED
