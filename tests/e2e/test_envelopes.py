"""Whose file is it, did it come before, is it a test: what the envelope alone decides."""

from __future__ import annotations

import pytest

from hub.model import problems
from hub.model.documents import DocType
from hub.model.exchange import Direction, State
from tests.support.small_hub import SmallHub, fresh_number
from tests.support.wire import find, order_file, segment


@pytest.mark.parametrize(
    ("sender", "problem"),
    [("ZZ:NOBODY", problems.SENDER_UNKNOWN), ("01:123456789", problems.SENDER_WRONG_ACCOUNT)],
    ids=["nobody", "globex"],
)
def test_a_stranger_in_the_mailbox_gets_no_answer(hub: SmallHub, sender: str, problem: str) -> None:
    number = fresh_number()
    assert hub.send(order_file(number, control=1, sender=sender, ask=True)) == []
    (found,) = hub.log()
    assert found.state is State.QUARANTINED
    assert hub.problems(found) == {problem}
    assert hub.collect("globex") == []
    assert hub.sale_orders(number) == 0


def test_what_is_not_addressed_to_us_is_refused(hub: SmallHub) -> None:
    number = fresh_number()
    (ta1,) = hub.send(order_file(number, control=12, receiver="ZZ:OTHERCO"))
    assert segment(ta1, "TA1")[1:] == ["000000012", "260113", "0915", "R", "008"] or find(ta1, "TA1")
    (found,) = hub.log(DocType.UNKNOWN)
    assert found.state is State.QUARANTINED
    assert hub.problems(found) == {problems.RECEIVER_NOT_US}
    assert hub.sale_orders(number) == 0


def test_a_ta1_goes_when_isa14_asks(hub: SmallHub) -> None:
    answers = hub.send(order_file(fresh_number(), control=13, ask=True))
    assert [bool(find(a, "TA1")) for a in answers] == [True, False]
    assert segment(answers[0], "TA1")[4:6] == ["A", "000"]
    assert answers[0].split(b"*")[14] == b"0"  # an answer asks for nothing


def test_the_same_bytes_again_make_no_second_order_and_bring_the_same_answer(hub: SmallHub) -> None:
    number = fresh_number()
    file = order_file(number, control=14)
    (first,) = hub.send(file, "a.edi")
    (second,) = hub.send(file, "b.edi")
    assert first == second
    assert [f.state for f in hub.files()] == [State.OPENED, State.DUPLICATE]
    assert hub.sale_orders(number) == 1
    assert len(hub.received()) == 1
    (ours,) = hub.sent(DocType.FUNCTIONAL_ACK)
    assert ours.state is State.DELIVERED


def test_a_used_control_number_is_refused_until_somebody_releases_it(hub: SmallHub) -> None:
    first, second = fresh_number(), fresh_number()
    hub.send(order_file(first, control=15))
    (ta1,) = hub.send(order_file(second, control=15))
    assert segment(ta1, "TA1")[4:6] == ["R", "025"]
    (stopped,) = hub.log(DocType.UNKNOWN)
    assert stopped.state is State.QUARANTINED
    assert problems.ISA_DUPLICATE in hub.problems(stopped)
    notes = [f.message for f in hub.findings(stopped) if f.problem == problems.DIFFERENCE]
    assert f"850 {first}: BEG03: {first} became {second}" in notes
    assert hub.sale_orders(second) == 0

    hub.hub.operations.release(str(stopped.id), "test", "their counter was set back")
    hub.drain()
    (answer,) = hub.collect()
    assert segment(answer, "AK9")[1] == "A"
    assert hub.sale_orders(second) == 1
    assert hub.log(DocType.UNKNOWN)[0].state is State.CANCELLED


def test_the_same_order_under_a_new_control_number_is_answered_and_not_posted_again(hub: SmallHub) -> None:
    number = fresh_number()
    hub.send(order_file(number, control=16))
    (answer,) = hub.send(order_file(number, control=17))
    assert segment(answer, "AK9")[1] == "A"
    assert [e.state for e in hub.received()] == [State.POSTED, State.DUPLICATE]
    assert hub.sale_orders(number) == 1


def test_a_test_interchange_is_answered_as_a_test_and_not_posted(hub: SmallHub) -> None:
    number = fresh_number()
    (answer,) = hub.send(order_file(number, control=18, usage="T"))
    assert segment(answer, "AK9")[1] == "A"
    assert segment(answer, "ISA")[15] == "T"
    assert hub.order().state is State.TESTED
    assert hub.sale_orders(number) == 0


def test_a_partner_in_testing_is_answered_and_nothing_is_posted(hub: SmallHub) -> None:
    hub.edit("acme", 'status  = "live"', 'status  = "testing"')
    number = fresh_number()
    (answer,) = hub.send(order_file(number, control=19))
    assert segment(answer, "AK9")[1] == "A"
    assert hub.order().state is State.TESTED
    assert hub.sale_orders(number) == 0


def test_a_paused_partner_waits_and_the_others_do_not(hub: SmallHub) -> None:
    hub.edit("globex", 'status  = "live"', 'status  = "paused"')
    hub.put(b"whatever", "globex.edi", "globex")
    number = fresh_number()
    assert hub.send(order_file(number, control=20))
    assert (hub.home("globex") / "in" / "globex.edi").exists()
    assert len(hub.files()) == 1
    assert hub.sale_orders(number) == 1


@pytest.mark.parametrize(
    ("policy", "control", "ta1", "state"),
    [
        ("note", b"000000099", ["E", "001"], State.POSTED),
        ("refuse", b"000000099", ["R", "001"], State.QUARANTINED),
        ("refuse", b"15", ["E", "001"], State.POSTED),  # only its zeros are lost
    ],
)
def test_a_trailer_with_another_number_is_noted_or_refused_by_profile(
    hub: SmallHub, policy: str, control: bytes, ta1: list[str], state: State
) -> None:
    hub.edit("acme", "[transport]", f'[x12]\niea_mismatch = "{policy}"\n\n[transport]')
    file = order_file(fresh_number(), control=15, ask=True).replace(b"IEA*1*000000015", b"IEA*1*" + control)
    answer, *_ = hub.send(file)
    assert segment(answer, "TA1")[4:6] == ta1
    (found,) = (e for e in hub.log() if e.direction is Direction.IN)
    assert found.state is state
    if state is State.QUARANTINED:
        hub.hub.operations.release(str(found.id), "test")
        hub.drain()
        assert hub.order().state is State.POSTED
