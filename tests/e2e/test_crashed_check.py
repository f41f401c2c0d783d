"""A check of ours that crashes: the document is called neither good nor bad until somebody has looked."""

from __future__ import annotations

import pytest

from hub.model.documents import DocType
from hub.model.envelope import Envelope
from hub.model.exchange import Exchange, State
from hub.model.finding import Finding
from hub.model.partner import Partner
from tests.support.small_hub import SmallHub, fresh_number
from tests.support.wire import find, group, interchange, order, order_file, segment
from translators.x12.translator import X12Translator


class Crashing(X12Translator):
    """The real translator, with a fault for orders whose bytes hold a mark."""

    def __init__(self, mark: str) -> None:
        super().__init__()
        self.mark = mark.encode()

    def check(
        self, payload: bytes, envelope: Envelope, document: DocType, partner: Partner | None
    ) -> tuple[Finding, ...]:
        if self.mark in payload:
            raise RuntimeError("a fault of ours")
        return super().check(payload, envelope, document, partner)


@pytest.fixture
def crashed(hub: SmallHub) -> tuple[SmallHub, list[str]]:
    """A group of three orders, of which the second met a fault of ours."""
    numbers = [fresh_number() for _ in range(3)]
    hub.hub.formats.by_name["x12"] = Crashing(numbers[1])
    assert hub.send(interchange(*group(*(order(n) for n in numbers)), control=61)) == []
    hub.hub.formats.by_name["x12"] = X12Translator()
    return hub, numbers


def dead(hub: SmallHub) -> Exchange:
    (found,) = hub.log(state=State.DEAD)
    return found


def test_its_group_is_answered_after_the_redrive(crashed: tuple[SmallHub, list[str]]) -> None:
    hub, numbers = crashed
    assert [hub.sale_orders(n) for n in numbers] == [1, 0, 1]
    hub.hub.operations.redrive(str(dead(hub).id), "test")
    hub.work()
    (answer,) = hub.collect()
    assert [a[1] for a in find(answer, "AK5")] == ["A", "A", "A"]
    assert [hub.sale_orders(n) for n in numbers] == [1, 1, 1]


def test_ended_by_a_person_it_is_rejected_in_the_answer(crashed: tuple[SmallHub, list[str]]) -> None:
    hub, _ = crashed
    hub.hub.operations.cancel(str(dead(hub).id), "test", "they send it by mail")
    assert hub.hub.pipeline.close_groups() == 1
    hub.work()
    (answer,) = hub.collect()
    assert [a[1] for a in find(answer, "AK5")] == ["A", "R", "A"]
    assert segment(answer, "AK9")[1:] == ["P", "3", "3", "2"]
    assert hub.hub.pipeline.close_groups() == 0


def test_what_a_person_ended_is_not_taken_when_it_comes_again(hub: SmallHub) -> None:
    number = fresh_number()
    file = order_file(number, ("AR-10O01", "24", "EA", "9.99"))
    hub.send(file)
    hub.hub.operations.cancel(str(hub.order().id), "test", "they withdrew it by phone")
    table = hub.root / "partners" / "acme" / "items.csv"
    table.write_text(table.read_text() + "AR-10O01,HUB-1001\n")
    assert len(hub.send(file)) == 1  # the stored answer
    assert hub.sale_orders(number) == 0
