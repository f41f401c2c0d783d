"""Application advices (824), both ways: we refuse a document of theirs, they refuse one of ours."""

from __future__ import annotations

import pytest

from hub.advising import Advising
from hub.model import problems
from hub.model.documents import DocType
from hub.model.exchange import Exchange, State
from hub.operations import Operations, Refused
from tests.support.small_hub import SmallHub, fresh_number
from tests.support.wire import Set, find, functional_ack, group, interchange, order_file, segment, split

ADVICE = DocType.APPLICATION_ADVICE


# --- ours
@pytest.fixture
def held(hub: SmallHub) -> Exchange:
    """An order of acme's with an item that nobody knows, held, in a hub that sends 824s."""
    hub.edit("acme", "[transport]", "[send.application_advice]\n\n[transport]")
    hub.edit("_x12_customer", "[send.order_acknowledgment]", "")
    (answer,) = hub.send(order_file(fresh_number(), ("NOPE", "24", "EA", "9.99"), control=31))
    assert segment(answer, "AK5")[1] == "A"
    found = hub.order()
    assert found.state is State.HELD
    return found


def test_a_held_order_that_is_rejected_is_answered_by_one_824(hub: SmallHub, held: Exchange) -> None:
    done = hub.hub.operations.reject(str(held.id), "test", "item NOPE is not in our range")
    assert "824" in done.what
    assert hub.order().state is State.REJECTED
    hub.drain()
    (advice,) = hub.collect()
    assert segment(advice, "ST")[1] == "824"
    assert segment(advice, "GS")[1:4] == ["AG", "OURCO", "ACMERET"]
    oti = segment(advice, "OTI")
    assert oti[:6] == ["OTI", "TR", "PO", held.number, "ACMERET", "OURCO"]
    assert oti[6:] == ["20260113", "0915", "31", "0001", "850", "004010"]
    operator, found = find(advice, "TED")
    assert operator[1:3] == ["024", "item NOPE is not in our range"]
    assert found[1] == "011"
    assert found[-1] == "NOPE"
    parties = [n1[1:] for n1 in find(advice, "N1")]
    assert [(p[0], p[3]) for p in parties] == [("FR", "OURCO"), ("TO", "ACMERETAIL")]


def test_the_824_has_numbers_of_its_own_and_is_valid_to_our_own_eyes(hub: SmallHub, held: Exchange) -> None:
    hub.hub.operations.reject(str(held.id), "test", "no")
    hub.drain()
    (advice,) = hub.collect()
    (ours,) = hub.sent(ADVICE)
    assert (ours.envelope.functional_id, ours.envelope.set_id, ours.state) == ("AG", "824", State.SENT)
    assert segment(advice, "ISA")[13] == ours.envelope.interchange_control
    (ack,) = hub.sent(DocType.FUNCTIONAL_ACK)
    assert int(ours.envelope.interchange_control) == int(ack.envelope.interchange_control) + 1
    x12 = hub.hub.formats.by_name["x12"]
    (read,) = x12.unwrap(advice, "824.edi", None).interchanges
    (one,) = read.groups[0].sets
    assert (read.findings, read.groups[0].findings, one.findings) == ((), (), ())
    assert x12.check(one.payload, one.envelope, ADVICE, None) == ()


def test_it_goes_out_once_however_often_it_is_rejected(hub: SmallHub, held: Exchange) -> None:
    hub.hub.operations.reject(str(held.id), "test", "no")
    hub.drain()
    assert len(hub.collect()) == 1
    with pytest.raises(Refused, match="only a held document"):
        hub.hub.operations.reject(str(held.id), "test", "no")
    hub.hub.operations.redrive(str(held.id), "test")
    hub.drain()
    assert hub.order().state is State.HELD
    done = hub.hub.operations.reject(str(held.id), "test", "still no")
    assert "told them before" in done.what
    hub.drain()
    assert hub.collect() == []
    assert hub.order().state is State.REJECTED


def test_no_decision_without_its_824_while_the_profile_does_not_load(hub: SmallHub, held: Exchange) -> None:
    part = hub.hub
    without = Operations(
        part.store, Advising(dict, part.company, part.formats.acknowledger, part.formats.by_name, hub.clock)
    )
    with pytest.raises(Refused, match="does not load"):
        without.reject(str(held.id), "test", "no")
    assert hub.order().state is State.HELD
    assert hub.sent(ADVICE) == []


def test_a_reason_is_wanted_and_only_what_is_held_and_theirs_can_be_rejected(
    hub: SmallHub, held: Exchange
) -> None:
    with pytest.raises(Refused, match="say why"):
        hub.hub.operations.reject(str(held.id), "test", " ")
    (ack,) = hub.sent(DocType.FUNCTIONAL_ACK)
    with pytest.raises(Refused, match="only a held document of theirs"):
        hub.hub.operations.reject(str(ack.id), "test", "no")


def test_without_an_agreement_nothing_goes_out_and_the_operator_is_told_so(hub: SmallHub) -> None:
    hub.edit("_x12_customer", "[send.order_acknowledgment]", "")
    hub.send(order_file(fresh_number(), ("NOPE", "24", "EA", "9.99")))
    done = hub.hub.operations.reject(str(hub.order().id), "test", "no")
    assert "tell them yourself" in done.what
    hub.drain()
    assert hub.collect() == []
    assert hub.order().state is State.REJECTED


def test_a_long_reason_with_separators_in_it_goes_on_in_notes(hub: SmallHub, held: Exchange) -> None:
    reason = "the items * of this order ~ were discontinued in spring; " * 4
    hub.hub.operations.reject(str(held.id), "test", reason)
    hub.drain()
    (advice,) = hub.collect()
    first = next(at for at, row in enumerate(split(advice)) if row[0] == "TED")
    notes = [row for row in split(advice)[first + 1 :] if row[0] == "NTE"]
    text = " ".join([split(advice)[first][2], *(n[2] for n in notes)])
    assert len(split(advice)[first][2]) <= 60
    assert " ".join(text.split()) == " ".join(reason.replace("*", " ").replace("~", " ").split())


def test_their_997_settles_our_824(hub: SmallHub, held: Exchange) -> None:
    hub.hub.operations.reject(str(held.id), "test", "no")
    hub.drain()
    (advice,) = hub.collect()
    ack = functional_ack("AG", segment(advice, "GS")[6], "824")
    hub.send(interchange(*group(ack, control=500, functional_id="FA"), control=500), "997.edi")
    assert hub.sent(ADVICE)[0].state is State.ACKNOWLEDGED


# --- theirs
@pytest.fixture
def answered(hub: SmallHub) -> tuple[SmallHub, bytes]:
    """A hub that has sent acme an 855, and the bytes of it."""
    number = fresh_number()
    hub.send(order_file(number, control=1))
    hub.confirmed(number)
    (sent,) = hub.collect()
    return hub, sent


def ours(hub: SmallHub) -> Exchange:
    (found,) = hub.sent(DocType.ORDER_ACKNOWLEDGMENT)
    return found


def advice_file(
    sent: bytes, code: str = "TR", *, control: int = 600, by: str = "numbers", teds: Set = ()
) -> bytes:
    """Return acme's 824 about a file of ours, which it names by control numbers or by the document's own number."""
    bak = segment(sent, "BAK")
    numbers = (segment(sent, "GS")[6], segment(sent, "ST")[2], "855") if by == "numbers" else ("", "", "855")
    number = "SOMETHING" if by == "numbers" else bak[8] if by == "own number" else bak[3]
    one: Set = (
        ("ST", "824"),
        ("BGN", "11", "AD1", "20260114"),
        ("OTI", code, "TN", number, "", "", "", "", *numbers),
        *teds,
    )
    return interchange(*group(one, control=control, functional_id="AG"), control=control)


@pytest.mark.parametrize("by", ["numbers", "own number", "order number"])
def test_a_rejecting_824_refuses_ours_with_its_texts(answered: tuple[SmallHub, bytes], by: str) -> None:
    hub, sent = answered
    teds = (
        ("TED", "007", "WE NEED A DELIVERY DATE", "PO1", "5", "2", "330", "24"),
        ("NTE", "ADD", "FOR EACH LINE"),
        ("TED", "ZZZ", "CALL US"),
    )
    (ack,) = hub.send(advice_file(sent, by=by, teds=teds))
    assert segment(ack, "AK5")[1] == "A"  # an 824 is acknowledged like any document
    assert segment(ack, "AK1")[1] == "AG"
    refused = ours(hub)
    assert refused.state is State.REFUSED
    assert refused.deadline_at is None
    pointed, other = (f for f in hub.findings(refused) if f.problem == problems.ACK_REJECTED)
    assert (pointed.where.segment, pointed.where.segment_number, pointed.where.element) == ("PO1", 5, 2)
    assert pointed.message == "missing data: WE NEED A DELIVERY DATE FOR EACH LINE '24' (TED01 007)"
    assert other.message == "mutually defined: CALL US (TED01 ZZZ)"
    assert "WE NEED A DELIVERY DATE" in refused.why
    (advice,) = hub.received(ADVICE)
    assert advice.state is State.MATCHED


@pytest.mark.parametrize(("code", "verdict"), [("TA", "A"), ("TC", "E"), ("TE", "E")])
def test_an_accepting_824_stops_the_clock(answered: tuple[SmallHub, bytes], code: str, verdict: str) -> None:
    hub, sent = answered
    hub.send(advice_file(sent, code))
    assert ours(hub).state is State.ACKNOWLEDGED
    with hub.hub.store.read() as tx:
        assert [(a.kind, a.verdict) for a in tx.acknowledgments(ours(hub).id)] == [("824", verdict)]


def test_an_824_after_an_accepting_997_refuses_and_no_later_997_lifts_that(
    answered: tuple[SmallHub, bytes],
) -> None:
    hub, sent = answered
    ack = functional_ack("PR", segment(sent, "GS")[6], "855")
    hub.send(interchange(*group(ack, control=500, functional_id="FA"), control=500), "1.edi")
    assert ours(hub).state is State.ACKNOWLEDGED
    hub.send(advice_file(sent), "2.edi")
    assert ours(hub).state is State.REFUSED
    assert not hub.problems(hub.received(ADVICE)[0]) & {problems.ACK_DUPLICATE, problems.ACK_CONTRADICTS}
    hub.send(interchange(*group(ack, control=501, functional_id="FA"), control=501), "3.edi")
    assert ours(hub).state is State.REFUSED
    hub.send(advice_file(sent, "TA", control=601), "4.edi")  # they came to think better of it
    assert ours(hub).state is State.ACKNOWLEDGED
    assert problems.ACK_CONTRADICTS in hub.problems(hub.received(ADVICE)[1])


def test_what_an_824_refused_is_no_accepted_document_when_it_is_sent_again(
    answered: tuple[SmallHub, bytes],
) -> None:
    hub, sent = answered
    ack = functional_ack("PR", segment(sent, "GS")[6], "855")
    hub.send(advice_file(sent), "1.edi")
    hub.send(interchange(*group(ack, control=500, functional_id="FA"), control=500), "2.edi")
    assert ours(hub).state is State.REFUSED
    hub.hub.operations.resend(str(ours(hub).id), "test", "they ask for it once more")
    hub.drain()
    assert hub.collect() == [sent]
    assert ours(hub).state is State.SENT
    hub.send(interchange(*group(ack, control=501, functional_id="FA"), control=501), "3.edi")
    assert ours(hub).state is State.ACKNOWLEDGED


def test_an_824_that_comes_twice_or_late_or_for_nothing_is_recorded_as_such(
    answered: tuple[SmallHub, bytes],
) -> None:
    hub, sent = answered
    hub.later(5 * 3600)
    assert ours(hub).state is State.OVERDUE
    hub.send(advice_file(sent), "1.edi")
    hub.send(advice_file(sent, control=601), "2.edi")
    stranger = advice_file(
        sent.replace(b"*1*X*", b"*999*X*").replace(b"GS*PR", b"GS*PR"), control=602, by="none"
    )
    hub.send(stranger.replace(segment(sent, "BAK")[3].encode(), b"NEVER"), "3.edi")
    late, twice, orphan = hub.received(ADVICE)
    assert hub.problems(late) == {problems.ACK_LATE}
    assert hub.problems(twice) == {problems.ACK_DUPLICATE}
    assert (orphan.state, hub.problems(orphan)) == (State.ORPHAN, {problems.ACK_ORPHAN})


def test_a_malformed_824_is_rejected_by_our_997_and_moves_nothing(answered: tuple[SmallHub, bytes]) -> None:
    hub, sent = answered
    (ack,) = hub.send(advice_file(sent).replace(b"BGN*11*AD1*20260114", b"BGN*11*AD1*20269914"))
    assert segment(ack, "AK5")[1] == "R"
    assert hub.received(ADVICE)[0].state is State.REJECTED
    assert ours(hub).state is State.SENT


def test_an_advice_without_a_word_of_what_it_judges_is_malformed(hub: SmallHub) -> None:
    one: Set = (("ST", "824"), ("BGN", "11", "AD1", "20260114"))
    hub.send(interchange(*group(one, control=5, functional_id="AG"), control=5))
    (advice,) = hub.received(ADVICE)
    assert advice.state is State.REJECTED
    assert hub.problems(advice) == {problems.SEGMENT_MISSING}
