"""Files that cannot be opened, or not whole: each has its finding and its answer, and its neighbours go on."""

from __future__ import annotations

import time

import pytest

from hub import story
from hub.model import problems
from hub.model.exchange import Direction, State
from tests.support.small_hub import PARTNERS, SmallHub, fresh_number
from tests.support.wire import find, functional_ack, group, interchange, order, order_file, segment


def a_good_neighbour_goes_on(hub: SmallHub) -> None:
    """After whatever came: a good order is still answered and posted."""
    number = fresh_number()
    (answer,) = hub.send(order_file(number, control=777), "good.edi")
    assert segment(answer, "AK9")[1] == "A"
    assert hub.sale_orders(number) == 1


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", problems.FILE_EMPTY),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(200), problems.FILE_BINARY),
        (b"Dear partner, please find our order attached. Regards", problems.FILE_UNREADABLE),
        (b"   \r\n\t\n", problems.FILE_UNREADABLE),
    ],
    ids=["empty", "binary", "prose", "blanks"],
)
def test_what_is_no_document_is_quarantined_and_not_answered(
    hub: SmallHub, data: bytes, problem: str
) -> None:
    assert hub.send(data, "order.edi") == []
    (file,) = hub.files()
    assert file.state is State.QUARANTINED
    assert problem in hub.problems(file)
    assert hub.log() == []
    a_good_neighbour_goes_on(hub)


def test_an_interchange_that_holds_nothing_is_answered_and_not_passed_over(hub: SmallHub) -> None:
    (ta1,) = hub.send(interchange(control=41, ask=True))
    assert segment(ta1, "TA1")[1:5:3] == ["000000041", "A"]
    (file,) = hub.files()
    assert (file.state, file.why) == (State.QUARANTINED, "it holds no document")


def test_a_file_that_is_too_large_is_not_even_read(hub: SmallHub) -> None:
    hub.edit("acme", 'kind = "embedded" ', 'kind = "embedded"\nmax_bytes = 5000 ')
    big = order_file(fresh_number(), *[("AR-10001", "1", "EA", "9.99")] * 400)
    hub.put(big, "a-big.edi")
    assert hub.send(order_file(fresh_number(), control=2), "b-small.edi")
    large, small = hub.files()
    assert large.state is State.QUARANTINED
    assert hub.problems(large) == {problems.FILE_TOO_LARGE}
    assert (large.size, large.sha256) == (len(big), "")
    assert small.state is State.OPENED
    assert (hub.home("acme") / "archive").exists()
    hub.work()
    assert len(hub.files()) == 2


def test_a_truncated_interchange_is_refused_by_a_ta1(hub: SmallHub) -> None:
    whole = order_file(fresh_number(), control=31)
    back = hub.send(whole[: whole.index(b"CTT")])
    (ta1,) = back
    assert segment(ta1, "TA1")[1:2] + segment(ta1, "TA1")[4:6] == ["000000031", "R", "023"]
    (refused,) = hub.log(state=State.REJECTED)
    assert problems.IEA_MISSING in hub.problems(refused)
    a_good_neighbour_goes_on(hub)


def test_a_truncated_isa_is_quarantined(hub: SmallHub) -> None:
    hub.send(order_file(fresh_number())[:60])
    (file,) = hub.files()
    states = {file.state, *(e.state for e in hub.log())}
    assert states & {State.QUARANTINED, State.REJECTED}
    found = hub.problems(file).union(*(hub.problems(e) for e in hub.log()))
    assert problems.ISA_TRUNCATED in found
    a_good_neighbour_goes_on(hub)


def test_two_interchanges_with_other_delimiters_in_one_file(hub: SmallHub) -> None:
    numbers = fresh_number(), fresh_number()
    file = order_file(numbers[0], control=41)
    file += order_file(numbers[1], control=42, element="|", end="'", newline="")
    back = hub.send(file)
    assert [a[3:4] + a[105:106] for a in back] == [b"*~", b"|'"]
    assert [segment(a, "AK1")[2] for a in back] == ["41", "42"]
    assert [hub.sale_orders(n) for n in numbers] == [1, 1]


def test_a_bad_interchange_between_two_good_ones(hub: SmallHub) -> None:
    numbers = fresh_number(), fresh_number(), fresh_number()
    bad = order_file(numbers[1], control=52).partition(b"IEA")[0]
    back = hub.send(order_file(numbers[0], control=51) + bad + order_file(numbers[2], control=53))
    assert [hub.sale_orders(n) for n in numbers] == [1, 0, 1]
    assert sorted(segment(a, "AK1")[2] for a in back if find(a, "AK1")) == ["51", "53"]
    (ta1,) = (segment(a, "TA1") for a in back if find(a, "TA1"))
    assert ta1[1] == "000000052"
    assert ta1[4:6] == ["R", "023"]


def test_a_wrong_number_in_the_trailer_is_noted_and_the_order_taken(hub: SmallHub) -> None:
    number = fresh_number()
    file = order_file(number, control=54, ask=True).replace(b"IEA*1*000000054", b"IEA*1*000000999")
    ta1, answer = hub.send(file)
    assert segment(ta1, "TA1")[4:6] == ["E", "001"]
    assert segment(answer, "AK9")[1] == "A"
    assert hub.sale_orders(number) == 1


def test_one_bad_set_among_good_ones(hub: SmallHub) -> None:
    numbers = fresh_number(), fresh_number(), fresh_number()
    sets = [order(numbers[0]), order(numbers[1], ("AR-10001", "x24", "EA", "9.99")), order(numbers[2])]
    (answer,) = hub.send(interchange(*group(*sets, control=61), control=61))
    assert [a[1:] for a in find(answer, "AK5")] == [["A"], ["R", "5"], ["A"]]
    assert segment(answer, "AK3")[1:] == ["PO1", "6", "PO1", "8"]
    assert segment(answer, "AK4")[1:] == ["2", "330", "6", "x24"]
    assert segment(answer, "AK9")[1:] == ["P", "3", "3", "2"]
    assert [e.state for e in hub.received()] == [State.POSTED, State.REJECTED, State.POSTED]
    assert [hub.sale_orders(n) for n in numbers] == [1, 0, 1]


def test_hold_all_one_bad_set_rejects_its_group(hub: SmallHub) -> None:
    hub.edit("acme", "[transport]", '[x12]\npartial = "hold_all"\n\n[transport]')
    numbers = fresh_number(), fresh_number(), fresh_number()
    bad = group(order(numbers[0]), order(numbers[1], ("AR-10001", "x", "EA", "1")), control=71)
    good = group(order(numbers[2]), control=72)
    hub.send(interchange(*bad, *good, control=71))
    hub.later(2)
    assert [e.state for e in hub.received()] == [State.REJECTED, State.REJECTED, State.POSTED]
    assert [hub.sale_orders(n) for n in numbers] == [0, 0, 1]


def test_hold_all_tells_the_partner_that_the_group_is_rejected(hub: SmallHub) -> None:
    hub.edit("acme", "[transport]", '[x12]\npartial = "hold_all"\n\n[transport]')
    sets = order(fresh_number()), order(fresh_number(), ("AR-10001", "x", "EA", "1"))
    (answer,) = hub.send(interchange(*group(*sets, control=73), control=73))
    assert [a[1] for a in find(answer, "AK5")] == ["R", "R"]
    assert segment(answer, "AK9")[1:] == ["R", "2", "2", "0"]


def test_a_document_without_an_agreement(hub: SmallHub) -> None:
    bill = (("ST", "810"), ("BIG", "20260113", "I1"), ("TDS", "100"), ("CTT", "1"))
    (answer,) = hub.send(interchange(*group(bill, control=81, functional_id="IN"), control=81))
    assert segment(answer, "AK1")[1:] == ["IN", "81"]
    assert segment(answer, "AK5")[1:] == ["R", "1"]
    (refused,) = hub.log(state=State.REJECTED)
    assert problems.SET_UNSUPPORTED in hub.problems(refused)


def test_acknowledgments_are_never_acknowledged(hub: SmallHub) -> None:
    ack = group(functional_ack("IN", "4711", "810"), control=91, functional_id="FA")
    assert hub.send(interchange(*ack, control=91)) == []
    (ta1,) = hub.send(interchange(*ack, control=92, ask=True))  # they ask about the envelope: that is no loop
    assert segment(ta1, "TA1")[1:5:3] == ["000000092", "A"]
    assert (
        hub.send(interchange(("TA1", "000000099", "260113", "0915", "A", "000"), control=93, ask=True)) == []
    )
    assert {e.state for e in hub.log(direction=Direction.IN)} == {State.ORPHAN}
    a_good_neighbour_goes_on(hub)


def test_what_came_to_nothing_is_judged_anew_when_it_comes_again(hub: SmallHub) -> None:
    """The same bytes, and no repeat: nothing was done with them the first time."""
    junk, truncated = b"Regards, ACME", order_file(fresh_number(), control=95).partition(b"IEA")[0]
    for name in ("first", "again"):
        assert hub.send(junk, f"{name}.txt") == []
        (ta1,) = hub.send(truncated, f"{name}.edi")
        assert segment(ta1, "TA1")[4:6] == ["R", "023"]
    states = [f.state for f in hub.files()]
    assert states == [State.QUARANTINED, State.OPENED, State.QUARANTINED, State.OPENED]


def test_a_rejected_order_is_taken_when_the_profile_was_mended(hub: SmallHub) -> None:
    hub.edit("acme", "[transport]", '[receive.purchase_order.must]\nREF01 = "DP"\n\n[transport]')
    number = fresh_number()
    file = order_file(number, control=96)
    (refusal,) = hub.send(file, "first.edi")
    assert segment(refusal, "AK9")[1] == "R"
    hub.edit("acme", '[receive.purchase_order.must]\nREF01 = "DP"\n\n', "")
    time.sleep(1.05)  # the partner book looks once a second
    (answer,) = hub.send(file, "again.edi")
    assert segment(answer, "AK9")[1] == "A"
    assert hub.sale_orders(number) == 1


def csv_order(number: str, *more: str) -> bytes:
    head = "OrderNo;OrderDate;Currency;DeliverTo;DeliveryDate;Line;Article;Text;Quantity;Unit;Price"
    row = f"{number};13.01.2026;USD;OSLO1;27.01.2026;10;HUB-1001;Desk lamp;12;EA;9,99"
    return "\n".join((head, row, *more, "")).encode()


def test_one_bad_order_in_a_csv_file_among_good_ones(hub: SmallHub) -> None:
    good, bad = fresh_number(), fresh_number()
    row = f"{bad};13.01.2026;USD;OSLO1;27.01.2026;10;HUB-1001;Desk lamp;a dozen;EA;9,99"
    (receipt,) = hub.send(csv_order(good, row), "order.csv", "nordic")
    text = receipt.decode("utf-8-sig")
    assert good in text
    assert "a dozen" in text
    assert [e.state for e in hub.received()] == [State.POSTED, State.REJECTED]
    assert [hub.sale_orders(n) for n in (good, bad)] == [1, 0]


def test_a_csv_file_without_a_column_we_need(hub: SmallHub) -> None:
    number = fresh_number()
    hub.send(csv_order(number).replace(b";Quantity;", b";Qty;"), "order.csv", "nordic")
    found = {p for f in hub.files() for p in hub.problems(f)} | {
        p for e in hub.log() for p in hub.problems(e)
    }
    assert problems.COLUMN_MISSING in found
    assert hub.sale_orders(number) == 0


def test_the_same_csv_again_brings_the_same_receipt_and_no_second_order(hub: SmallHub) -> None:
    number = fresh_number()
    first = hub.send(csv_order(number), "a.csv", "nordic")
    assert hub.send(csv_order(number), "b.csv", "nordic") == first
    assert hub.sale_orders(number) == 1


def test_a_rejected_order_keeps_its_number(hub: SmallHub) -> None:
    number = fresh_number()
    hub.send(order_file(number, ("AR-10001", "2x4", "EA", "9.99")))
    rejected = hub.order()
    assert (rejected.state, rejected.number) == (State.REJECTED, number)


def test_lines_that_were_skipped_are_told_with_each_document_of_the_file(hub: SmallHub) -> None:
    hub.edit("nordic", "[csv]", "[csv]\nskip = 1")
    sample = (PARTNERS / "nordic" / "samples" / "order_70031.csv").read_bytes()
    hub.send(b"Orders of the day\n" + sample, "order_70031.csv", "nordic")
    told = story.tell(hub.hub.store, hub.hub.formats, hub.received()[0].id)
    assert any("skipped as agreed" in f.message and "Orders of the day" in f.message for f in told.findings)
