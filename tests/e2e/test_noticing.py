"""News of Odoo reach the partner: in bulk, late, while somebody is paused, and whatever our clock says."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from hub.erp.odoo import OdooGateway, OdooSettings
from hub.erp.port import Topic
from hub.erp.practice.server import PracticeOdoo
from hub.model.documents import DocType
from hub.model.errors import ConfigError, Retryable
from hub.model.exchange import Direction, State
from hub.noticing import Noticer
from tests.support.small_hub import SmallHub, fresh_number, small_hub
from tests.support.store import MovableClock
from tests.support.wire import order_file, segment

ACKNOWLEDGMENT, BOUGHT = DocType.ORDER_ACKNOWLEDGMENT, DocType.PURCHASE_ORDER
MANY = 201  # one more than a page holds


@pytest.fixture
def odoo_clock() -> MovableClock:
    return MovableClock()


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a practice Odoo with the sample company, to be copied."""
    folder = tmp_path_factory.mktemp("seeded")
    practice = PracticeOdoo(folder / "practice.sqlite")
    practice.seed()
    practice.stop()
    return folder


@pytest.fixture
def odoo(tmp_path: Path, seeded: Path, odoo_clock: MovableClock) -> Iterator[PracticeOdoo]:
    """An Odoo of its own, whose clock can be moved: bulks are nobody else's business."""
    shutil.copytree(seeded, tmp_path / "odoo")
    practice = PracticeOdoo(tmp_path / "odoo" / "practice.sqlite", clock=odoo_clock)
    practice.start()
    yield practice
    practice.stop()


def decide_many(hub: SmallHub, many: int = MANY) -> None:
    """Decide more orders that were typed by hand than a page holds, in one transaction: one `write_date`."""
    customer = hub.call("res.partner", "search", domain=[["ref", "=", "ACME"]])[0]
    orders = hub.call("sale.order", "create", vals_list=[{"partner_id": customer} for _ in range(many)])
    hub.call("sale.order", "action_cancel", ids=orders)


def ordered(hub: SmallHub) -> int:
    """Let ACME order, and return the id of the sale order."""
    number = fresh_number()
    hub.send(order_file(number, control=len(hub.received()) + 1))
    order = hub.people.find_order(number)
    assert order is not None
    return order


def buy(hub: SmallHub) -> str:
    return hub.people.buy("GLOBEX", {"HUB-2001": 40})


def told(hub: SmallHub, document: DocType = ACKNOWLEDGMENT) -> list[State]:
    """Return the states of what was noticed for partners, oldest first."""
    return [e.state for e in hub.log(document, Direction.OUT)]


# --- more news than a page
def test_orders_decided_around_bulks_are_answered(hub: SmallHub, odoo_clock: MovableClock) -> None:
    hub.people.confirm(ordered(hub))
    decide_many(hub)
    odoo_clock.advance(20)
    decide_many(hub, 2)  # more than a page within the overlap, though not within a second
    hub.notice()
    assert told(hub) == [State.SENT]
    hub.people.confirm(ordered(hub))
    hub.notice()
    assert told(hub) == [State.SENT, State.SENT]


def test_a_look_that_breaks_off_between_pages_loses_nothing(hub: SmallHub, odoo_clock: MovableClock) -> None:
    first, last = ordered(hub), ordered(hub)
    hub.people.confirm(first)
    odoo_clock.advance(1)
    decide_many(hub)
    odoo_clock.advance(300)
    hub.people.confirm(last)
    for calls in (1, 4, 7):
        hub.practice.fail_next("slow", calls, seconds=0.0)
        hub.practice.fail_next("down")
        with pytest.raises(Retryable):
            hub.hub.noticer.watch()
        hub.practice.faults.clear()
    hub.drain()
    hub.notice()
    assert told(hub) == [State.SENT, State.SENT]


def test_quiet_hours_do_not_read_the_last_busy_one_again(hub: SmallHub) -> None:
    each = len(Topic)
    elapsed = iter([*[0.0] * each, *[1000.0] * each, *[2000.0] * 100])
    noticer = Noticer(hub.hub.store, hub.hub.desk, lambda _lane: None, lambda: next(elapsed, 2000.0))
    hub.people.confirm(ordered(hub))
    assert noticer.watch() == 1
    calls = []
    for _ in range(3):
        hub.practice.fail_next("slow", 100, seconds=0.0)
        noticer.watch()
        calls.append(100 - len(hub.practice.faults._coming))
        hub.practice.faults.clear()
    assert calls[-1] == len(Topic)  # one question a topic, and nothing in the answers to look up


# --- who cannot be told now
def test_a_paused_partner_hears_of_it_when_it_goes_on(tmp_path: Path, odoo: PracticeOdoo) -> None:
    with small_hub(tmp_path, odoo) as hub:
        order = ordered(hub)
        for partner in ("acme", "globex"):
            hub.edit(partner, 'status  = "live"', 'status  = "paused"')
    with small_hub(tmp_path, odoo) as hub:
        hub.people.confirm(order)
        buy(hub)
        hub.notice()
        assert (told(hub), told(hub, BOUGHT)) == ([State.NOTICED], [State.NOTICED])
        assert "is paused" in hub.sent(ACKNOWLEDGMENT)[0].why
        for partner in ("acme", "globex"):
            hub.edit(partner, 'status  = "paused"', 'status  = "live"')
        hub.collect()
    with small_hub(tmp_path, odoo) as hub:
        hub.later(120)
        assert (told(hub), told(hub, BOUGHT)) == ([State.SENT], [State.SENT])
        (answer,) = hub.collect()
        assert segment(answer, "ISA")[15] == "P"


def test_a_profile_that_does_not_load_only_delays_the_news(tmp_path: Path, odoo: PracticeOdoo) -> None:
    with small_hub(tmp_path, odoo) as hub:
        order = ordered(hub)
        hub.edit("acme", 'status  = "live"', 'status  = "lvie"')
    with small_hub(tmp_path, odoo) as hub:
        hub.people.confirm(order)
        hub.notice()
        (waiting,) = hub.sent(ACKNOWLEDGMENT)
        assert waiting.state is State.NOTICED
        assert "hub partner lint acme" in waiting.why
        hub.edit("acme", 'status  = "lvie"', 'status  = "live"')
    with small_hub(tmp_path, odoo) as hub:
        hub.later(120)
        assert told(hub) == [State.SENT]


def test_a_purchase_order_waits_for_the_profile_of_its_vendor(tmp_path: Path, odoo: PracticeOdoo) -> None:
    with small_hub(tmp_path, odoo) as hub:
        hub.notice()
        hub.edit("globex", 'status  = "live"', 'status  = "lvie"')
    with small_hub(tmp_path, odoo) as hub:
        buy(hub)
        with pytest.raises(ConfigError, match="hub partner lint"):
            hub.notice()
        assert told(hub, BOUGHT) == []
        hub.edit("globex", 'status  = "lvie"', 'status  = "live"')
    with small_hub(tmp_path, odoo) as hub:
        hub.notice()
        assert told(hub, BOUGHT) == [State.SENT]


def test_news_that_the_mended_profile_does_not_send_wait_for_a_person(
    tmp_path: Path, odoo: PracticeOdoo
) -> None:
    with small_hub(tmp_path, odoo) as hub:
        order = ordered(hub)
        hub.edit("acme", 'status  = "live"', 'status  = "lvie"')
    with small_hub(tmp_path, odoo) as hub:
        hub.people.confirm(order)
        hub.notice()
        hub.edit("acme", 'status  = "lvie"', 'status  = "live"')
        template = tmp_path / "partners" / "_x12_customer.toml"
        whole = template.read_text()
        template.write_text(whole.replace("[send.order_acknowledgment]\n", ""))
    with small_hub(tmp_path, odoo) as hub:
        hub.later(120)
        assert told(hub) == [State.HELD]
        template.write_text(whole)
    with small_hub(tmp_path, odoo) as hub:
        hub.hub.operations.redrive(str(hub.sent(ACKNOWLEDGMENT)[0].id), "test")
        hub.drain()
        assert told(hub) == [State.SENT]


# --- an order that was in Odoo before we knew
def test_news_of_an_order_found_late_are_told(hub: SmallHub, odoo_clock: MovableClock) -> None:
    number = fresh_number()
    hub.practice.fail_next("timeout_after_commit", method="load")
    hub.send(order_file(number, control=1))
    assert hub.order().state is State.IN_DOUBT
    order = hub.people.find_order(number)
    assert order is not None
    hub.people.confirm(order)
    hub.people.ship(order)
    odoo_clock.advance(3600)
    decide_many(hub, 1)
    assert hub.hub.noticer.watch() == 0
    assert told(hub) == []  # it was a stranger's, and the cursor is past it
    hub.later()
    assert hub.order().why.startswith("found")
    assert told(hub) == [State.SENT]
    assert told(hub, DocType.SHIP_NOTICE) == [State.SENT]
    hub.notice()
    assert told(hub) == [State.SENT]


# --- a company that is customer and supplier
def beside_globex(hub: SmallHub, template: str, status: str) -> Path:
    """Give GLOBEX a second profile, whose file comes before the first one's."""
    file = hub.root / "partners" / "a-globex.toml"
    file.write_text(
        f'extends = "{template}"\nname = "Globex, too"\nstatus = "{status}"\n'
        '[identity]\nisa = "ZZ:GLOBEXTOO"\nodoo = "GLOBEX"\n'
        '[transport]\nkind = "embedded"\n[owner]\nbusiness = "a@ourco.example"\n'
    )
    return file


def test_a_purchase_order_goes_to_the_profile_that_sends_some(hub: SmallHub) -> None:
    beside_globex(hub, "_x12_customer", "live")
    buy(hub)
    hub.notice()
    assert [(e.partner, e.state) for e in hub.sent(BOUGHT)] == [("globex", State.SENT)]


def test_a_live_profile_keeps_its_vendor_beside_one_in_test(hub: SmallHub) -> None:
    beside_globex(hub, "_x12_supplier", "testing")
    buy(hub)
    hub.notice()
    assert [(e.partner, e.state) for e in hub.sent(BOUGHT)] == [("globex", State.SENT)]


def test_a_purchase_order_for_two_profiles_waits_and_holds_up_nobody(
    tmp_path: Path, odoo: PracticeOdoo
) -> None:
    with small_hub(tmp_path, odoo) as hub:
        second = beside_globex(hub, "_x12_supplier", "live")
        buy(hub)
        hub.people.confirm(ordered(hub))
        for _ in range(2):
            with pytest.raises(ConfigError, match="whom no profile serves, and some profile does not load"):
                hub.hub.noticer.watch()
        hub.drain()
        assert told(hub) == [State.SENT]
        assert told(hub, BOUGHT) == []
        second.write_text(second.read_text().replace("live", "paused"))
    with small_hub(tmp_path, odoo) as hub:
        hub.notice()
        assert [e.partner for e in hub.sent(BOUGHT)] == ["globex"]


# --- clocks
def test_a_hub_whose_clock_is_fast_hears_the_first_news(tmp_path: Path, odoo: PracticeOdoo) -> None:
    fast = MovableClock()
    fast.advance(600)
    with small_hub(tmp_path, odoo, fast) as hub:
        hub.people.confirm(ordered(hub))
        hub.notice()
        assert told(hub) == [State.SENT]


def test_what_happens_before_odoo_first_answers_is_told(hub: SmallHub, odoo_clock: MovableClock) -> None:
    odoo_clock.advance(-7200)
    before = buy(hub)
    odoo_clock.advance(5400)  # half an hour ago
    since = buy(hub)
    odoo_clock.advance(1800)
    hub.practice.fail_next("down", 100)
    with pytest.raises(Retryable):
        hub.hub.noticer.watch()
    hub.clock.advance(3600)  # the hub has been up for an hour when Odoo answers
    hub.practice.faults.clear()
    hub.notice()
    assert before != since
    assert [e.number for e in hub.sent(BOUGHT)] == [since]


class Untimed(OdooGateway):
    """An Odoo behind a proxy that takes the Date from its answers."""

    def now(self) -> datetime | None:
        return None


def test_without_odoo_s_time_ours_is_taken_with_a_margin(tmp_path: Path, odoo: PracticeOdoo) -> None:
    fast = MovableClock()
    fast.advance(600)
    with small_hub(tmp_path, odoo, fast) as hub:
        hub.hub.erp.close()
        hub.hub.desk._erp = Untimed(
            OdooSettings(url=odoo.url, database=odoo.database, key=odoo.key, login=odoo.login)
        )
        hub.people.confirm(ordered(hub))
        hub.notice()
        assert told(hub) == [State.SENT]
