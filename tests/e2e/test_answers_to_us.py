"""Acknowledgments that partners send for what we sent: matched, late, repeated, rejecting, for nothing."""

from __future__ import annotations

import pytest

from hub.model import problems
from hub.model.documents import DocType
from hub.model.exchange import Exchange, State
from tests.support.small_hub import SmallHub, fresh_number
from tests.support.wire import Set, functional_ack, group, interchange, order_file, segment

FOUR_HOURS = 4 * 3600


@pytest.fixture
def answered(hub: SmallHub) -> tuple[SmallHub, bytes]:
    """A hub that has sent acme an 855, and the bytes of it."""
    number = fresh_number()
    hub.send(order_file(number, control=1))
    order = hub.people.find_order(number)
    assert order is not None
    hub.people.confirm(order)
    hub.notice()
    (sent,) = hub.collect()
    assert segment(sent, "BAK")[3] == number
    return hub, sent


def ours(hub: SmallHub) -> Exchange:
    (found,) = hub.sent(DocType.ORDER_ACKNOWLEDGMENT)
    return found


def reply(hub: SmallHub, sent: bytes, *, control: int = 500, code: str = "A", notes: Set = ()) -> list[bytes]:
    """Send acme's 997 for a file of ours, and return what acme gets for it."""
    return hub.send(ack_file(sent, control=control, code=code, notes=notes), f"{control}.edi")


def ack_file(sent: bytes, *, control: int = 500, code: str = "A", notes: Set = ()) -> bytes:
    ack = functional_ack("PR", segment(sent, "GS")[6], "855", code=code, notes=notes)
    return interchange(*group(ack, control=control, functional_id="FA"), control=control)


def test_a_997_stops_the_clock(answered: tuple[SmallHub, bytes]) -> None:
    hub, sent = answered
    waiting = ours(hub)
    assert waiting.state is State.SENT
    assert waiting.deadline_at is not None
    assert reply(hub, sent) == []
    assert ours(hub).state is State.ACKNOWLEDGED
    hub.later(2 * FOUR_HOURS)
    assert ours(hub).state is State.ACKNOWLEDGED


def test_no_997_in_time_is_overdue_and_a_late_one_still_counts(answered: tuple[SmallHub, bytes]) -> None:
    hub, sent = answered
    hub.later(FOUR_HOURS - 60)
    assert ours(hub).state is State.SENT
    hub.later(120)
    assert ours(hub).state is State.OVERDUE
    reply(hub, sent)
    assert ours(hub).state is State.ACKNOWLEDGED
    assert problems.ACK_LATE in hub.problems(hub.received(DocType.FUNCTIONAL_ACK)[0])


def test_a_997_that_comes_twice_changes_nothing(answered: tuple[SmallHub, bytes]) -> None:
    hub, sent = answered
    reply(hub, sent, control=500)
    assert reply(hub, sent, control=501) == []
    assert ours(hub).state is State.ACKNOWLEDGED
    acks = hub.received(DocType.FUNCTIONAL_ACK)
    assert [e.state for e in acks] == [State.MATCHED, State.MATCHED]
    assert sorted(problems.ACK_DUPLICATE in hub.problems(e) for e in acks) == [False, True]


def test_a_rejecting_997_refuses_ours_and_says_where(answered: tuple[SmallHub, bytes]) -> None:
    hub, sent = answered
    notes = (("AK3", "BAK", "2", "", "8"), ("AK4", "3", "324", "7", "X"))
    reply(hub, sent, code="R", notes=notes)
    refused = ours(hub)
    assert refused.state is State.REFUSED
    (pointed,) = (f for f in hub.findings(refused) if f.where.element)
    assert (pointed.where.segment, pointed.where.segment_number, pointed.where.element) == ("BAK", 2, 3)
    assert pointed.problem == problems.ELEMENT_CODE


def test_a_997_for_nothing_is_an_orphan(hub: SmallHub) -> None:
    ack = functional_ack("IN", "4711", "810")
    assert hub.send(interchange(*group(ack, functional_id="FA"), control=7)) == []
    (orphan,) = hub.log()
    assert orphan.state is State.ORPHAN
    assert hub.problems(orphan) == {problems.ACK_ORPHAN}
    assert "4711" in orphan.why


def test_a_997_of_one_partner_says_nothing_of_what_another_got(answered: tuple[SmallHub, bytes]) -> None:
    hub, sent = answered
    ack = functional_ack("PR", segment(sent, "GS")[6], "855")
    rows = group(ack, functional_id="FA", sender="123456789")
    hub.send(interchange(*rows, control=1, sender="01:123456789"), "997.edi", "globex")
    assert ours(hub).state is State.SENT
    assert hub.received(DocType.FUNCTIONAL_ACK)[-1].state is State.ORPHAN


def test_an_accepting_ta1_is_no_acceptance_of_the_document(answered: tuple[SmallHub, bytes]) -> None:
    hub, sent = answered
    control = segment(sent, "ISA")[13]
    hub.send(interchange(("TA1", control, "260113", "0915", "A", "000"), control=502))
    assert hub.received(DocType.TECHNICAL_ACK)[0].state is State.MATCHED
    assert ours(hub).state is State.SENT


def test_a_rejecting_ta1_refuses_all_that_was_in_it(answered: tuple[SmallHub, bytes]) -> None:
    hub, sent = answered
    control = segment(sent, "ISA")[13]
    hub.send(interchange(("TA1", control, "260113", "0915", "R", "009"), control=503))
    refused = ours(hub)
    assert refused.state is State.REFUSED
    assert "009" in refused.why


def test_resend_puts_the_same_bytes_there_and_starts_the_clock_again(
    answered: tuple[SmallHub, bytes],
) -> None:
    hub, sent = answered
    hub.later(FOUR_HOURS + 60)
    hub.hub.operations.resend(str(ours(hub).id), "test")
    hub.drain()
    assert hub.collect() == [sent]
    assert ours(hub).state is State.SENT
    hub.later(FOUR_HOURS + 60)
    assert ours(hub).state is State.OVERDUE
    reply(hub, sent)
    assert ours(hub).state is State.ACKNOWLEDGED


def test_what_they_accepted_stays_accepted_when_it_is_sent_again(
    answered: tuple[SmallHub, bytes],
) -> None:
    hub, sent = answered
    reply(hub, sent)
    hub.hub.operations.resend(str(ours(hub).id), "test")
    hub.drain()
    assert hub.collect() == [sent]
    assert ours(hub).state is State.ACKNOWLEDGED
    hub.later(2 * FOUR_HOURS)
    assert ours(hub).state is State.ACKNOWLEDGED


def test_a_damaged_997_is_an_orphan_and_the_lane_goes_on(answered: tuple[SmallHub, bytes]) -> None:
    hub, sent = answered
    broken = (("ST", "997"), ("AK1",), ("AK5", "?"), ("AK9", "A", "x"))
    hub.send(interchange(*group(broken, functional_id="FA"), control=504), "broken.edi")
    assert hub.received(DocType.FUNCTIONAL_ACK)[0].state is State.ORPHAN
    reply(hub, sent, control=505)
    assert ours(hub).state is State.ACKNOWLEDGED


def test_their_answer_counts_while_a_resend_still_waits(answered: tuple[SmallHub, bytes]) -> None:
    hub, sent = answered
    hub.hub.operations.resend(str(ours(hub).id), "test")
    assert ours(hub).state is State.COMPOSED
    hub.put(ack_file(sent))
    hub.poll()
    hub.hub.pipeline.drain("acme:in:open", "test")  # before the lane of what goes out had its turn
    assert ours(hub).state is State.ACKNOWLEDGED
    hub.drain()
    assert hub.collect() == []
    assert hub.received(DocType.FUNCTIONAL_ACK)[0].state is State.MATCHED


def test_a_997_for_what_was_ended_is_only_recorded(answered: tuple[SmallHub, bytes]) -> None:
    hub, sent = answered
    hub.later(FOUR_HOURS + 60)
    hub.hub.operations.cancel(str(ours(hub).id), "test", "they called it in")
    reply(hub, sent)
    assert ours(hub).state is State.CANCELLED
    assert hub.received(DocType.FUNCTIONAL_ACK)[0].state is State.MATCHED
    with hub.hub.store.read() as tx:
        assert [a.verdict for a in tx.acknowledgments(ours(hub).id)] == ["A"]
