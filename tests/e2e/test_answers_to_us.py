"""Acknowledgments that partners send for what we sent: matched, late, repeated, rejecting, for nothing."""

from __future__ import annotations

import pytest

from hub.model import problems
from hub.model.documents import DocType
from hub.model.exchange import Exchange, State
from hub.model.finding import Severity
from hub.operations import Refused
from hub.store.schema import artifacts
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


def raw_ack(sent: bytes, *rows: tuple[str, ...], control: int = 500) -> bytes:
    """Return a file with one 997 of these segments; `{group}` in them is the group number of a file of ours."""
    number = segment(sent, "GS")[6]
    filled = tuple(tuple(value.replace("{group}", number) for value in row) for row in rows)
    return interchange(*group((("ST", "997"), *filled), control=control, functional_id="FA"), control=control)


def test_a_verdict_that_nobody_knows_is_recorded_and_the_clock_goes_on(
    answered: tuple[SmallHub, bytes],
) -> None:
    hub, sent = answered
    hub.send(raw_ack(sent, ("AK1", "PR", "{group}"), ("AK9", "Q", "1", "1", "1")))
    (ack,) = hub.received(DocType.FUNCTIONAL_ACK)
    assert (ack.state, hub.problems(ack)) == (State.MATCHED, {problems.ACK_UNCLEAR})
    assert ours(hub).state is State.SENT
    hub.later(FOUR_HOURS + 60)
    assert ours(hub).state is State.OVERDUE


def test_several_groups_in_one_997_and_several_997_in_one_file(answered: tuple[SmallHub, bytes]) -> None:
    hub, sent = answered
    ours_and_another = (
        ("AK1", "IN", "4711"),
        ("AK9", "A", "1", "1", "1"),
        ("AK1", "PR", "{group}"),
        ("AK2", "855", "0001"),
        ("AK5", "A"),
        ("AK2", "855", "0009"),
        ("AK5", "A"),
        ("AK9", "A", "2", "2", "2"),
    )
    hub.send(raw_ack(sent, *ours_and_another))
    assert ours(hub).state is State.ACKNOWLEDGED
    (ack,) = hub.received(DocType.FUNCTIONAL_ACK)
    orphans = [f.message for f in hub.findings(ack) if f.problem == problems.ACK_ORPHAN]
    assert [m.partition(":")[0] for m in orphans] == [
        "997 for group IN 4711",
        f"997 for set 855 0009 of group PR {segment(sent, 'GS')[6]}",
    ]
    number = segment(sent, "GS")[6]
    two = [functional_ack("PR", number, "855"), functional_ack("IN", "1", "810")]
    hub.send(interchange(*group(*two, control=501, functional_id="FA"), control=501), "two.edi")
    states = [e.state for e in hub.received(DocType.FUNCTIONAL_ACK)]
    assert states == [State.MATCHED, State.MATCHED, State.ORPHAN]


def test_a_997_that_contradicts_an_earlier_one_moves_it_and_is_told(
    answered: tuple[SmallHub, bytes],
) -> None:
    hub, sent = answered
    reply(hub, sent, control=500)
    reply(hub, sent, control=501, code="R", notes=(("AK3", "BAK", "2", "", "3"),))
    refused = ours(hub)
    assert refused.state is State.REFUSED
    acks = hub.received(DocType.FUNCTIONAL_ACK)
    assert [problems.ACK_CONTRADICTS in hub.problems(e) for e in acks] == [False, True]
    assert "mandatory segment missing" in refused.why


def test_what_is_sent_again_may_be_answered_otherwise(answered: tuple[SmallHub, bytes]) -> None:
    hub, sent = answered
    reply(hub, sent, control=500, code="R")
    hub.hub.operations.resend(str(ours(hub).id), "test")
    hub.drain()
    hub.collect()
    assert ours(hub).state is State.SENT
    reply(hub, sent, control=501)
    assert ours(hub).state is State.ACKNOWLEDGED
    assert not hub.problems(hub.received(DocType.FUNCTIONAL_ACK)[1])


def test_notes_of_what_was_accepted_all_the_same_are_warnings(answered: tuple[SmallHub, bytes]) -> None:
    hub, sent = answered
    reply(hub, sent, code="E", notes=(("AK3", "BAK", "2", "", "8"), ("AK4", "3", "324", "7", "X")))
    assert ours(hub).state is State.ACKNOWLEDGED
    (noted,) = (f for f in hub.findings(ours(hub)) if f.where.element)
    assert noted.severity is Severity.WARNING
    assert noted.line() == "segment 2 BAK03: invalid code value 'X' (AK403 7)"


def test_a_ta1_for_an_unknown_interchange_is_an_orphan_and_a_repeated_one_told(
    answered: tuple[SmallHub, bytes],
) -> None:
    hub, sent = answered
    control = segment(sent, "ISA")[13]
    for number, named in ((510, control), (511, control), (512, "000004711")):
        hub.send(interchange(("TA1", named, "260113", "0915", "A", "000"), control=number), f"{number}.edi")
    first, second, third = hub.received(DocType.TECHNICAL_ACK)
    assert [e.state for e in (first, second, third)] == [State.MATCHED, State.MATCHED, State.ORPHAN]
    assert [hub.problems(e) for e in (first, second, third)] == [
        set(), {problems.ACK_DUPLICATE}, {problems.ACK_ORPHAN},
    ]  # fmt: skip
    hub.send(interchange(("TA1", control, "260113", "0915", "R", "025"), control=513), "513.edi")
    assert ours(hub).state is State.REFUSED
    (finding,) = hub.findings(ours(hub))
    assert "ask whether they have the document" in finding.hint
    assert problems.ACK_CONTRADICTS in hub.problems(hub.received(DocType.TECHNICAL_ACK)[3])


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


def test_bytes_that_are_damaged_do_not_go_out_again(answered: tuple[SmallHub, bytes]) -> None:
    """Said at once, and nothing changes: not promised, and dead a moment later."""
    hub, _ = answered
    exchange = ours(hub)
    with hub.hub.store._engine.begin() as connection:
        ruined = artifacts.update().where(artifacts.c.exchange_id == exchange.id, artifacts.c.kind == "sent")
        assert connection.execute(ruined.values(body=b"ISA")).rowcount == 1
    with pytest.raises(Refused, match=r"cannot go out again: .* is damaged"):
        hub.hub.operations.resend(str(exchange.id), "test")
    assert ours(hub) == exchange


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
