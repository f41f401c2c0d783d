"""A mixed day through a whole hub: `hub reconcile` has each number as it was planted, and names each gap."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hub.cli.main import app
from hub.model.documents import DocType
from hub.model.exchange import Direction, State
from hub.reconciling import Documents, Reconciliation, last_look, reconcile
from hub.store import Period
from tests.e2e.test_answers_to_us import ack_file
from tests.support.small_hub import SmallHub, fresh_number
from tests.support.wire import order_file

#: A line with an item that nobody has.
UNKNOWN = ("NO-SUCH-THING", "1", "EA", "1.00")


def totals(found: Reconciliation, direction: Direction, document: DocType) -> Documents:
    (one,) = [
        d for d in found.documents if (d.partner, d.direction, d.document) == ("acme", direction, document)
    ]
    return one


def look(hub: SmallHub, period: Period = Period()) -> Reconciliation:  # noqa: B008 - immutable
    return reconcile(hub.hub.store, period, hub.clock())


@pytest.fixture
def day(hub: SmallHub) -> SmallHub:
    """Three orders posted, one of them twice sent; one held, one rejected, one that waits for Odoo; a file that is
    none. Three answers of ours: one acknowledged, one refused, one in time.
    """
    numbers = [fresh_number() for _ in range(3)]
    for control, number in enumerate(numbers, 1):
        hub.send(order_file(number, control=control), f"{control}.edi")
    for control, number in enumerate(numbers, 1):
        hub.confirmed(number)
        (sent,) = hub.collect()
        if control < 3:
            code = "A" if control == 1 else "R"
            hub.send(ack_file(sent, control=50 + control, code=code), f"ack{control}.edi")
    hub.send(order_file(numbers[0], control=1), "again.edi")  # the very same bytes
    hub.send(order_file(numbers[1], control=12), "repeat.edi")  # the same order in another interchange
    hub.send(order_file(fresh_number(), UNKNOWN, control=13), "held.edi")
    broken = order_file(fresh_number(), control=14).replace(b"*9.99*", b"*9,99*")
    hub.send(broken, "broken.edi")
    hub.send(b"Dear all, please find our order below.", "letter.edi")
    hub.practice.fail_next("down", 1000)
    hub.send(order_file(fresh_number(), control=15), "waits.edi")
    return hub


def test_each_number_is_the_planted_one(day: SmallHub) -> None:
    found = look(day)
    (files,) = [one for one in found.files if one.partner == "acme"]
    assert (files.received, files.states) == (
        11,
        {State.OPENED: 9, State.DUPLICATE: 1, State.QUARANTINED: 1},
    )
    orders = totals(found, Direction.IN, DocType.PURCHASE_ORDER)
    assert orders.states == {
        State.POSTED: 3,
        State.DUPLICATE: 1,
        State.HELD: 1,
        State.REJECTED: 1,
        State.TRANSLATED: 1,
    }
    assert (orders.total, orders.open, orders.answered, orders.unanswered) == (7, 2, 7, 0)
    acks = totals(found, Direction.IN, DocType.FUNCTIONAL_ACK)
    assert (acks.total, acks.states, acks.answered) == (2, {State.MATCHED: 2}, 0)
    answers = totals(found, Direction.OUT, DocType.ORDER_ACKNOWLEDGMENT)
    assert answers.states == {State.ACKNOWLEDGED: 1, State.REFUSED: 1, State.SENT: 1}
    assert (answers.total, answers.open) == (3, 2)
    receipts = totals(found, Direction.OUT, DocType.FUNCTIONAL_ACK)
    assert receipts.states == {State.DELIVERED: receipts.total}
    assert all(sum(one.states.values()) == one.total for one in found.documents)


def test_each_gap_is_named_with_its_owner(day: SmallHub) -> None:
    found = look(day)
    assert found.open == len(found.gaps) == 5
    named = {(gap.state, gap.whose): gap for gap in found.gaps}
    assert set(named) == {
        (State.QUARANTINED, "operator"),
        (State.HELD, "operator"),
        (State.TRANSLATED, "hub"),
        (State.REFUSED, "operator"),
        (State.SENT, "partner"),
    }
    assert named[State.QUARANTINED, "operator"].reference.startswith("T")
    held = named[State.HELD, "operator"]
    (exchange,) = [e for e in day.received() if e.state is State.HELD]
    assert (held.reference, held.number, held.document) == (
        str(exchange.id),
        exchange.number,
        DocType.PURCHASE_ORDER,
    )
    assert "NO-SUCH-THING" in held.why


def test_what_is_late_is_overdue_and_what_is_mended_is_no_gap(day: SmallHub) -> None:
    day.practice.faults.clear()
    day.later(5 * 3600)
    found = look(day)
    assert State.TRANSLATED not in {gap.state for gap in found.gaps}
    (late,) = [gap for gap in found.gaps if gap.state is State.OVERDUE]
    assert late.whose == "us, by phone"
    assert totals(found, Direction.IN, DocType.PURCHASE_ORDER).states[State.POSTED] == 4


def test_a_group_that_waits_for_a_verdict_owes_an_answer(hub: SmallHub) -> None:
    hub.put(order_file(fresh_number(), control=1))
    hub.poll()
    waiting = look(hub)
    assert [(gap.reference[0], gap.state, gap.whose) for gap in waiting.gaps] == [
        ("T", State.RECEIVED, "hub")
    ]
    hub.hub.pipeline.drain("acme:in:open", "test", iter([False, True]).__next__)
    orders = totals(look(hub), Direction.IN, DocType.PURCHASE_ORDER)
    assert (orders.total, orders.answered, orders.unanswered) == (1, 0, 1)
    hub.drain()
    orders = totals(look(hub), Direction.IN, DocType.PURCHASE_ORDER)
    assert (orders.total, orders.answered, orders.unanswered) == (1, 1, 0)


def test_periods_and_partners_part_the_totals(day: SmallHub) -> None:
    everything, now = look(day), day.clock()
    assert look(day, Period(partner="globex")).documents == ()
    assert look(day, Period(partner="acme")).documents == everything.documents
    assert look(day, Period(since=now)).documents == ()
    assert look(day, Period(until=now - timedelta(days=1))).open == 0
    half = sorted(e.created_at for e in day.log())[5]
    before, after = look(day, Period(until=half)), look(day, Period(since=half))
    assert sum(d.total for d in (*before.documents, *after.documents)) == sum(
        d.total for d in everything.documents
    )
    assert before.open + after.open == everything.open


def test_the_daily_look_is_kept_for_the_page(day: SmallHub) -> None:
    day.clock.advance(2 * 3600)
    told = day.hub.reconciler.run()
    assert (told.gaps, told.whose) == (5, {"operator": 3, "hub": 1, "partner": 1})
    with day.hub.store.read() as tx:
        assert last_look(tx) == told


def test_the_command(day: SmallHub) -> None:
    Path(day.root / "hub.toml").write_text("")
    env = {"HUB_ROOT": str(day.root), "HUB_STORE__ARCHIVE": str(day.root / "archive")}
    told = CliRunner().invoke(app, ["reconcile", "--partner", "acme"], env=env)
    assert told.exit_code == 1
    lines = [line.split("\t") for line in told.stdout.splitlines()]
    assert ["acme", "11", "9", "1", "0", "1", "0", "0"] in lines
    assert ["acme", "purchase order", "7", "3", "0", "0", "1", "1", "0", "2", "7", "0"] in lines
    assert ["acme", "order acknowledgment", "3", "0", "1", "1", "1", "0", "0", "0"] in lines
    assert "5 gaps:" in told.stdout
    few = json.loads(CliRunner().invoke(app, ["reconcile", "--most", "2", "--json"], env=env).stdout)
    assert (few["open"], len(few["gaps"])) == (5, 2)
    nothing = CliRunner().invoke(app, ["reconcile", "--to", "2020-01-01"], env=env)
    assert (nothing.exit_code, nothing.stdout) == (0, "Nothing came and nothing was noticed in that time.\n")
