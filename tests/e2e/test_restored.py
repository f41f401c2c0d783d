"""A hub works on after its backup, is lost, and restored: nothing is posted, sent unasked, or numbered twice."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from hub.backup import Plan, restore, write_backup
from hub.erp.practice.server import PracticeOdoo
from hub.model import problems
from hub.model.documents import DocType
from hub.model.exchange import State
from hub.settings import load_settings
from tests.e2e.test_outgoing import invoice
from tests.support.small_hub import SmallHub, fresh_number, small_hub
from tests.support.wire import order_file, segment


@pytest.fixture
def lost(tmp_path: Path, odoo: PracticeOdoo) -> Iterator[SmallHub]:
    """A hub whose backup will be taken."""
    with small_hub(tmp_path / "lost", odoo) as hub:
        (hub.root / "hub.toml").write_text('[store]\narchive = "archive"\n')
        yield hub


def back_up(hub: SmallHub) -> Path:
    file = hub.root.parent / "hub.backup"
    write_backup(hub.hub.store, load_settings(hub.root, {}), hub.root, file, now=hub.clock())
    return file


def bring_back(lost: SmallHub, file: Path, odoo: PracticeOdoo, ago: float = 0) -> SmallHub:
    """Restore into a new folder, so many seconds ago, and start a hub there, to the same Odoo."""
    root = lost.root.parent / "restored"
    root.mkdir()
    restore(file, root, {}, Plan(control_gap=100), clock=lambda: lost.clock() - timedelta(seconds=ago))
    return SmallHub(root, odoo, lost.clock)


def controls(files: list[bytes]) -> set[str]:
    """Return the interchange control numbers of files."""
    return {segment(file, "ISA")[13] for file in files}


def test_what_the_lost_hub_did_is_not_done_again(lost: SmallHub, odoo: PracticeOdoo) -> None:
    first, second = fresh_number(), fresh_number()
    sent = lost.send(order_file(first, control=1))
    order = lost.confirmed(first)
    file = back_up(lost)

    came_later = order_file(second, control=2)  # all of this is in no backup
    sent += lost.collect() + lost.send(came_later)
    lost.confirmed(second)
    lost.people.ship(order, "0" * 18)
    lost.notice()
    invoice(lost, order)
    sent += lost.collect()
    documents = sorted(segment(f, "ST")[1] for f in sent)
    assert documents == ["810", "855", "855", "856", "997", "997"]

    restored = bring_back(lost, file, odoo)
    try:
        answers = restored.send(came_later)  # from the archive folder of the mailbox
        restored.notice()
        answers += restored.collect()
        assert restored.sale_orders(first) == restored.sale_orders(second) == 1
        assert [segment(f, "ST")[1] for f in answers] == ["997"]
        assert controls(answers).isdisjoint(controls(sent))

        held = restored.log(state=State.HELD)
        assert sorted(e.document for e in held) == sorted(
            [DocType.ORDER_ACKNOWLEDGMENT, DocType.SHIP_NOTICE, DocType.INVOICE]
        )
        assert restored.problems(held[0]) == {problems.MAY_HAVE_BEEN_SENT}
        restored.hub.operations.release(str(held[-1].id), "operator", "they never got it")
        restored.drain()
        again = restored.collect()
        assert len(again) == 1
        assert controls(again).isdisjoint(controls(sent + answers))
    finally:
        restored.close()


def test_a_file_that_was_written_and_not_sent_waits_and_keeps_its_number(
    lost: SmallHub, odoo: PracticeOdoo
) -> None:
    lost.put(order_file(fresh_number(), control=1))
    lost.poll()
    lost.hub.pipeline.drain("acme:in:open", "test")  # the 997 is written, nobody has sent it yet
    file = back_up(lost)
    lost.drain()
    (sent,) = lost.collect()

    restored = bring_back(lost, file, odoo)
    try:
        restored.work()
        assert restored.collect() == []
        (answer,) = restored.sent(DocType.FUNCTIONAL_ACK)
        assert answer.state is State.DEAD
        restored.hub.operations.redrive(str(answer.id), "operator", "they never got it")
        restored.drain()
        assert restored.collect() == [sent]
    finally:
        restored.close()


def test_news_after_the_restore_go_out_by_themselves(lost: SmallHub, odoo: PracticeOdoo) -> None:
    number = fresh_number()
    lost.send(order_file(number, control=1))
    file = back_up(lost)
    shutil.rmtree(lost.home("acme"))
    restored = bring_back(lost, file, odoo, ago=2)  # Odoo tells its time to the second
    try:
        restored.confirmed(number)
        assert [segment(f, "ST")[1] for f in restored.collect()] == ["855"]
    finally:
        restored.close()
