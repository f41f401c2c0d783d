"""An operator rejects a held change of an order (860): the customer reads it in an 865, else in an 824."""

from __future__ import annotations

import pytest

from hub.model.documents import DocType
from hub.model.exchange import Exchange, State
from tests.e2e.test_changes import ANSWER, CHANGE, answer_of, change, change_file, ordered
from tests.support.small_hub import SmallHub, fresh_number
from tests.support.wire import find, segment

WHY = "the lamps are on their way"


def held_change(hub: SmallHub, number: str, *lines: tuple[str, ...], purpose: str = "04") -> Exchange:
    """Let acme change an order that a person decides on, and return the held change."""
    hub.send(change_file(change(number, *lines, purpose=purpose), control=2))
    (came,) = hub.received(CHANGE)
    assert came.state is State.HELD, came.why
    return came


@pytest.fixture
def careful(hub: SmallHub) -> SmallHub:
    """A hub where a person decides on each change of acme's, and which may send 824s too."""
    sections = '[receive.order_change]\nchanges = "hold"\n\n[send.application_advice]\n\n[transport]'
    hub.edit("acme", "[transport]", sections)
    return hub


def rejected(hub: SmallHub, came: Exchange, why: str = WHY) -> list[bytes]:
    """Reject a change and return what acme gets."""
    hub.hub.operations.reject(str(came.id), "test", why)
    hub.drain()
    return hub.collect()


LINES = (
    ("1", "QI", "36", "", "EA", "9.99", "", "BP", "AR-10001"),
    ("3", "AI", "5", "", "EA", "12.50", "", "BP", "AR-10003"),
)


def test_a_rejected_change_is_answered_by_an_865_and_the_order_stays(careful: SmallHub) -> None:
    number = ordered(careful)
    came = held_change(careful, number, *LINES)
    done = careful.hub.operations.reject(str(came.id), "test", WHY)
    assert "865" in done.what
    careful.drain()
    (answer,) = careful.collect()
    assert segment(answer, "BCA")[:6] == ["BCA", "04", "RD", number, "", "1"]
    assert [p[1:3] for p in find(answer, "POC")] == [["1", "QI"], ["3", "AI"]]
    assert next(a[1:4] for a in find(answer, "ACK")) == ["IR", "24", "EA"]
    assert [m[1] for m in find(answer, "MSG")] == [WHY]
    assert careful.order_lines(number) == [24, 6]
    assert careful.received(CHANGE)[0].state is State.REJECTED
    assert careful.sent(DocType.APPLICATION_ADVICE) == []
    (ours,) = careful.sent(ANSWER)
    assert (ours.state, ours.order_number) == (State.SENT, number)


def test_a_rejected_cancellation_says_so(careful: SmallHub) -> None:
    number = ordered(careful)
    (answer,) = rejected(careful, held_change(careful, number, purpose="01"))
    assert segment(answer, "BCA")[1:3] == ["01", "RD"]
    assert segment(answer, "MSG")[1] == WHY


def test_it_is_told_once_and_what_is_applied_after_all_is_told_too(careful: SmallHub) -> None:
    number = ordered(careful)
    came = held_change(careful, number, *LINES)
    assert len(rejected(careful, came)) == 1
    careful.hub.operations.redrive(str(came.id), "test")
    careful.drain()
    assert rejected(careful, came, "still no") == []
    careful.hub.operations.redrive(str(came.id), "test")
    careful.drain()
    careful.hub.operations.release(str(came.id), "test", "we turned the lorry round")
    careful.drain()
    answer = answer_of(careful.collect())
    assert segment(answer, "BCA")[2] == "AT"
    assert careful.order_lines(number) == [36, 6, 5]
    first, second = careful.sent(ANSWER)
    assert (first.state, second.state) == (State.SENT, State.SENT)


def test_a_change_sent_again_after_its_rejection_is_answered_again(careful: SmallHub) -> None:
    number = ordered(careful)
    rejected(careful, held_change(careful, number, *LINES))
    careful.send(change_file(change(number, LINES[0]), control=3), "again.edi")
    again = careful.received(CHANGE)[1]
    assert again.state is State.HELD
    (answer,) = rejected(careful, again, "no lamps are left")
    assert segment(answer, "MSG")[1] == "no lamps are left"


def test_a_rejection_that_has_not_gone_out_yet_tells_its_own_reason(careful: SmallHub) -> None:
    number = ordered(careful)
    came = held_change(careful, number, *LINES)
    careful.hub.operations.reject(str(came.id), "test", WHY)
    careful.hub.operations.redrive(str(came.id), "test")
    careful.drain()
    careful.hub.operations.release(str(came.id), "test")
    careful.drain()
    assert sorted(segment(data, "BCA")[2] for data in careful.collect()) == ["AT", "RD"]


def test_a_change_of_an_order_that_we_do_not_have_gets_the_824(careful: SmallHub) -> None:
    careful.send(change_file(change(fresh_number(), *LINES), control=2))
    careful.later(4 * 86400)
    (came,) = careful.received(CHANGE)
    assert came.state is State.HELD, came.why
    (advice,) = rejected(careful, came)
    assert segment(advice, "ST")[1] == "824"


def test_without_an_agreement_on_865s_the_824_tells_them(careful: SmallHub) -> None:
    careful.edit("_x12_customer", "[send.order_change_acknowledgment]", "")
    number = ordered(careful)
    (advice,) = rejected(careful, held_change(careful, number, *LINES))
    assert segment(advice, "ST")[1] == "824"
    assert careful.sent(ANSWER) == []
