"""What a seller's stock is, as of when, and which new items a price list proposes."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from hub.model.documents import (
    CatalogLine,
    CatalogPrice,
    DocType,
    InventoryAdvice,
    PriceCatalog,
    StockLine,
    StockQuantity,
)
from hub.model.envelope import Envelope
from hub.model.exchange import Direction, Exchange, State
from hub.model.finding import Severity
from hub.stages.posting.stock_rows import stock_rows
from hub.stages.posting.supply import TOLD, as_of, percent, proposals, unknown_items

CAME = datetime(2026, 3, 12, 9, 30, tzinfo=UTC)
WRITTEN = datetime(2026, 3, 10, 6, 15)  # noqa: DTZ001 - an ISA tells no zone


def exchange(written: datetime | None = WRITTEN) -> Exchange:
    return Exchange(
        id=1,
        partner="bolt",
        direction=Direction.IN,
        document=DocType.INVENTORY_ADVICE,
        state=State.TRANSLATED,
        envelope=Envelope(format="x12", prepared_at=written),
        created_at=CAME,
        updated_at=CAME,
    )


@pytest.mark.parametrize(
    ("day", "hour", "written", "expected"),
    [
        (date(2026, 3, 10), time(5, 0), WRITTEN, "2026-03-10 05:00"),  # as the document says
        (date(2026, 3, 10), None, WRITTEN, "2026-03-10 06:15"),  # as its envelope was written
        (date(2026, 3, 9), None, WRITTEN, "2026-03-09 00:00"),  # the envelope is of another day
        (None, None, WRITTEN, "2026-03-10 06:15"),
        (None, None, None, "2026-03-12 00:00"),  # a file that says nothing: the day it came
    ],
)
def test_as_of_when_it_is_so(
    day: date | None, hour: time | None, written: datetime | None, expected: str
) -> None:
    told = as_of(InventoryAdvice(number="A", date=day, time=hour), exchange(written))
    assert f"{told:%Y-%m-%d %H:%M}" == expected
    assert told.tzinfo is None


def test_unknown_items_are_told_up_to_a_measure() -> None:
    lines = [StockLine(number=str(at), ids={"vendor_part": f"V-{at}"}) for at in range(50)]
    few = unknown_items(lines, [3], hold=True)
    assert [(f.severity, f.value) for f in few] == [(Severity.HOLD, "V-3")]
    many = unknown_items(lines, range(50), hold=False)
    assert len(many) == TOLD + 1
    assert many[-1].message.startswith("30 more lines")
    assert {f.severity for f in many} == {Severity.WARNING}
    assert unknown_items(lines, [], hold=True) == ()


def test_proposals_are_a_table_for_people() -> None:
    price = CatalogPrice(amount=Decimal("1.50"))
    line = CatalogLine(
        number="1", ids={"vendor_part": "N,1", "upc": "012"}, name='A "new" one', prices=(price,)
    )
    catalog = PriceCatalog(number="C", currency="USD", lines=(CatalogLine(number="0"), line))
    rows = list(csv.DictReader(io.StringIO(proposals(catalog, [0, 1]).decode())))
    assert [rows[1][name] for name in ("item", "upc", "name", "price", "currency")] == [
        "N,1", "012", 'A "new" one', "1.50", "USD",
    ]  # fmt: skip
    assert set(rows[0].values()) == {""}


def test_a_proposal_holds_no_formula() -> None:
    line = CatalogLine(number="1", ids={"vendor_part": "+1"}, name="=HYPERLINK(1)", brand="@x", group="fine")
    (row,) = csv.DictReader(io.StringIO(proposals(PriceCatalog(number="C", lines=(line,)), [0]).decode()))
    assert [row[name] for name in ("item", "name", "brand", "group")] == [
        "'+1",
        "'=HYPERLINK(1)",
        "'@x",
        "fine",
    ]


def test_a_percentage() -> None:
    assert percent(" 12.5 %") == Decimal("12.5")
    assert percent("") is None


def stock_line(number: str, *quantities: str, place: str = "", lot: str = "") -> StockLine:
    told = tuple(StockQuantity(quantity=Decimal(one), location=place) for one in quantities)
    return StockLine(number=number, ids={"vendor_part": "W"}, quantities=told, lots=(lot,) if lot else ())


@pytest.mark.parametrize(
    ("lines", "kept", "held", "said"),
    [
        ((stock_line("1", "5"), stock_line("2", "5")), ["5"], (), ["lines 1, 2 tell 5 of W: counted once"]),
        (
            (stock_line("1", "5"), stock_line("2", "8")),
            [],
            ("SKU",),
            ["lines 1, 2 tell 5, 8 of W: left out, what was known of it stays"],
        ),
        ((stock_line("1", "5", place="E"), stock_line("2", "8", place="W")), ["5", "8"], (), []),
        ((stock_line("1", "5", lot="A"), stock_line("2", "8", lot="B")), ["13"], (), []),
        (
            (stock_line("1", "5", lot="A"), stock_line("2", "8", lot="A")),
            [],
            ("SKU",),
            ["lines 1, 2 tell 5, 8 of W: left out, what was known of it stays"],
        ),
    ],
)
def test_an_item_that_stands_twice(
    lines: tuple[StockLine, ...], kept: list[str], held: tuple[str, ...], said: list[str]
) -> None:
    taken = stock_rows(InventoryAdvice(number="A", lines=lines), ["SKU"] * len(lines))
    assert [str(row.quantity) for row in taken.rows] == kept
    assert (taken.held, [finding.message for finding in taken.findings]) == (held, said)


def test_many_items_that_stand_twice_are_told_up_to_a_measure() -> None:
    lines = [stock_line(f"{at}", "5") for at in range(60)]
    taken = stock_rows(InventoryAdvice(number="A", lines=tuple(lines)), [f"S{at // 2}" for at in range(60)])
    assert (len(taken.rows), len(taken.findings)) == (30, 21)
    assert taken.findings[-1].message == "10 more items stand twice"
