"""The crash run's own judgement: it must see each kind of violation, or a clean run would say nothing."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hub.model.errors import ConfigError
from hub.runners.local import take_lock
from tests.support.x12_desk import X12Desk
from tests.torture import verdict
from tests.torture.partners import Side
from tests.torture.plan import Paper, Upload, draw
from tests.torture.site import SETUPS, Site
from tests.torture.verdict import Log
from tests.torture.world import CUSTOMERS

NORTH = CUSTOMERS[0]


def kinds(found: Any) -> list[str]:
    return [kind for kind, _ in found]


def upload(ends: str = "posted", name: str = "1.edi", control: int = 1) -> Upload:
    paper = Paper(set_id="850", number="A", body=[], ends=ends)
    return Upload(trader=NORTH, name=name, control=control, papers=(paper,), data=b"")


def exchange(row: int, number: str = "A", **changes: Any) -> SimpleNamespace:
    plain = {
        "id": row,
        "partner": "north",
        "direction": "in",
        "document": "purchase_order",
        "number": number,
        "order_number": number,
        "state": "posted",
        "why": "",
        "erp_id": row,
    }
    return SimpleNamespace(**(plain | changes))


def taken(name: str, sha256: str = "ab", state: str = "opened") -> SimpleNamespace:
    return SimpleNamespace(partner="north", name=name, sha256=sha256, state=state)


def posted(event: int, exchange_id: int, what: str = "moved", to_state: str = "posted") -> SimpleNamespace:
    return SimpleNamespace(id=event, exchange_id=exchange_id, what=what, to_state=to_state)


def test_a_file_that_nobody_took_is_lost_and_one_opened_twice_is_told() -> None:
    files = [upload(), upload(name="2.edi")]
    assert kinds(verdict._files(Log([], [taken("1.edi"), taken("2.edi", "cd")], []), files)) == []
    assert kinds(verdict._files(Log([], [taken("1.edi")], []), files)) == ["lost"]
    again = [taken("1.edi"), taken("2.edi")]
    assert kinds(verdict._files(Log([], again, []), files)) == ["twice"]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([exchange(1)], []),
        ([], ["lost"]),
        ([exchange(1), exchange(2)], ["lost"]),
        ([exchange(1, state="rejected")], ["lost"]),
        ([exchange(1, state="translated")], ["lost", "lost"]),
    ],
)
def test_each_document_is_in_its_end_state_once(rows: list[Any], found: list[str]) -> None:
    assert kinds(verdict._documents(Log(rows, [], []), [upload()])) == found


def test_a_change_before_its_order_and_changes_out_of_turn_are_seen() -> None:
    change = {"document": "order_change", "order_number": "A"}
    rows = [exchange(1), exchange(2, "1", **change), exchange(3, "2", **change)]
    told = {
        order: kinds(
            verdict._changes_in_order(Log(rows, [], [posted(at, row) for at, row in enumerate(order)]))
        )
        for order in ((1, 2, 3), (2, 1, 3), (1, 3, 2))
    }
    assert told == {(1, 2, 3): [], (2, 1, 3): ["order"], (1, 3, 2): ["order"]}


def test_an_order_made_before_one_that_came_first_is_seen_unless_that_was_tried_again() -> None:
    rows = [exchange(1, "A", erp_id=9), exchange(2, "B", erp_id=8)]
    assert kinds(verdict._orders_in_order(Log(rows, [], []))) == ["order"]
    assert kinds(verdict._orders_in_order(Log(rows, [], [posted(1, 1, "stayed", "translated")]))) == []


def side(folder: Path, *files: bytes) -> Side:
    found = Side(NORTH, X12Desk(NORTH.isa), folder / "in", folder / "out")
    found.collected = list(files)
    found.uploads = [upload()]
    return found


def ack(control: int, group: int = 1, code: str = "A", accepted: int = 1) -> bytes:
    desk = X12Desk("OURCO")
    for _ in range(control):
        data = desk.write("997", [f"AK1*PO*{group}", f"AK9*{code}*1*1*{accepted}"])
    return data


def test_each_group_has_one_997_or_the_very_same_bytes_again(tmp_path: Path) -> None:
    def told(*files: bytes) -> list[str]:
        return kinds(verdict._answers(side(tmp_path, *files)))

    assert told(ack(1)) == []
    assert told(ack(1), ack(1)) == []
    assert told() == ["acknowledgments"]
    assert told(ack(1), ack(2)) == ["acknowledgments"]
    assert told(ack(1, code="R", accepted=0)) == ["acknowledgments"]
    assert told(ack(1), ack(2, group=7)) == ["acknowledgments"]


def test_control_numbers_are_used_once_and_without_gaps(tmp_path: Path) -> None:
    def told(*files: bytes) -> list[str]:
        return [what for _, what in verdict._controls(side(tmp_path, *files))]

    assert told(ack(1), ack(2), ack(2)) == []
    assert all("used for different bytes" in what for what in told(ack(1), ack(1, group=2)))
    assert len(told(ack(1), ack(1, group=2))) == 2
    assert all("left out" in what for what in told(ack(1), ack(3)))
    assert len(told(ack(1), ack(3))) == 2


def test_a_plan_follows_from_its_seed_and_has_all_kinds() -> None:
    plan, again, other = draw(5, 200), draw(5, 200), draw(6, 200)
    assert [u.data for u in plan.uploads] == [u.data for u in again.uploads]
    assert [u.data for u in plan.uploads] != [u.data for u in other.uploads]
    papers = [paper for one in plan.uploads for paper in one.papers]
    assert {p.set_id for p in papers} == {"850", "860", "846"}
    assert {p.ends for p in papers} == {"posted", "rejected", "duplicate"}
    assert abs(plan.documents - 200) < 20
    for trader in CUSTOMERS:
        names = [u.name for u in plan.uploads if u.trader is trader]
        assert names == sorted(names)


def test_a_hub_that_an_earlier_run_left_is_told(tmp_path: Path) -> None:
    """It would take files, and SQLite in it would remove what the new run has committed."""
    with (
        closing(take_lock(tmp_path / "hub" / "var" / "hub.lock")),
        pytest.raises(ConfigError, match="stop it"),
    ):
        Site(SETUPS["sqlite"], tmp_path, draw(1, 10))
