"""CSV files behind the port: which document, which rows belong together, and what is said about faults."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from hub.model import problems
from hub.model.acks import ReceiptEntry
from hub.model.documents import (
    DocType,
    Invoice,
    InvoiceLine,
    Lot,
    OrderLine,
    Package,
    PurchaseOrder,
    ShipNotice,
    ShippedItem,
    ShippedOrder,
)
from hub.model.envelope import Address, Envelope, UnwrappedSet
from hub.model.errors import ConfigError
from hub.model.finding import Finding, Where
from tests.support.plain_files import partner, read_file
from translators.csv.splitting import compress, expand
from translators.csv.translator import CsvTranslator
from translators.errors import Unwritable
from translators.maps import agreement

CSV = CsvTranslator()
ENVELOPE = Envelope(format="csv")
ORDERS = b"PO Number,Item,Quantity,Unit,Price\n1,A,1,EA,1.10\n2,B,2,EA,2.00\n1,C,3,CA,\n"


def sets(data: bytes, **tables: object) -> tuple[UnwrappedSet, ...]:
    return CSV.unwrap(data, "orders.csv", partner("csv", **tables)).interchanges[0].groups[0].sets


def test_a_file_whose_skipped_line_holds_the_titles_goes_back_as_a_whole() -> None:
    (refused,) = sets(ORDERS, csv={"skip": 1})
    assert (refused.document, refused.payload) == (DocType.UNKNOWN, ORDERS)
    assert [f.line() for f in refused.findings] == ["row 1: the skipped row 1 looks like titles or data"]


def test_a_missing_column_is_told_in_the_row_of_the_titles() -> None:
    data = b"Orders of May\nPO Number,Item,Unit\n1,A,EA\n"
    _, findings = read_file(CSV, data, "orders.csv", partner("csv", csv={"skip": 1}))
    missing = next(f for f in findings if f.problem == problems.COLUMN_MISSING)
    assert (missing.where.row, missing.where.path) == (2, "lines[].quantity")


def test_lines_above_the_titles_are_named() -> None:
    opened = CSV.unwrap(b"Orders of May\n\n" + ORDERS, "orders.csv", partner("csv", csv={"skip": 2}))
    assert len(opened.interchanges[0].groups[0].sets) == 2
    assert [f.line() for f in opened.findings] == [
        "row 1: 2 lines above the titles skipped as agreed (csv.skip): 1 'Orders of May'"
    ]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"PO Number,Qty\n1,2\n", True),
        (b"\xef\xbb\xbfa;b\n", True),
        ("a\tb\n".encode("utf-16"), True),
        (b"ISA*00*          *00*,", False),
        (b"<order>a,b</order>", False),
        (b"UNB+UNOA:1,", False),
        (b'{"a": 1, "b": 2}', False),
        (b"\0\1\2,\3", False),
        (b"", False),
        (b"just words\n", False),
    ],
)
def test_csv_is_recognised_by_its_first_row(head: bytes, expected: bool) -> None:
    assert CSV.recognises(head) is expected


def test_rows_of_one_number_are_one_document_wherever_they_stand() -> None:
    first, second = sets(ORDERS)
    assert first.payload == b"PO Number,Item,Quantity,Unit,Price\r\n1,A,1,EA,1.10\r\n1,C,3,CA,\r\n"
    assert (first.envelope.rows, second.envelope.rows) == ("2,4", "3")
    assert first.envelope.sender == Address("ZZ", "SAMPLE")
    assert first.envelope.receiver == Address("ZZ", "OURCO")
    assert (first.document, first.envelope.set_control) == (DocType.PURCHASE_ORDER, "1")


def test_lines_stand_in_the_order_of_the_rows_and_money_is_exact() -> None:
    (order, _), findings = read_file(CSV, ORDERS, "orders.csv", partner("csv"))
    assert isinstance(order, PurchaseOrder)
    assert [(line.number, line.quantity, line.price) for line in order.lines] == [
        ("1", Decimal(1), Decimal("1.10")),
        ("2", Decimal(3), None),
    ]
    assert findings == ()


def test_a_finding_names_the_row_of_the_file_not_of_the_payload() -> None:
    data = ORDERS.replace(b"1,C,3,CA,", b"1,C,3x,CA,")
    documents, findings = read_file(CSV, data, "orders.csv", partner("csv"))
    assert documents[0] is None
    assert documents[1] is not None
    assert [(f.problem, f.where.row, f.where.column, f.value) for f in findings] == [
        (problems.FIELD_INVALID, 4, "Quantity", "3x")
    ]


def test_a_row_without_a_number_becomes_a_document_that_is_refused() -> None:
    documents, findings = read_file(CSV, ORDERS + b",D,4,EA,\n", "orders.csv", partner("csv"))
    assert len(documents) == 3
    assert documents[2] is None
    assert [(f.problem, f.where.row, f.where.column) for f in findings] == [
        (problems.FIELD_MISSING, 5, "PO Number")
    ]


def test_rows_that_contradict_each_other_are_refused() -> None:
    data = b"PO Number,Ship To,Item,Quantity,Unit\n1,A,X,1,EA\n1,B,Y,1,EA\n1,,Z,1,EA\n"
    _, findings = read_file(CSV, data, "orders.csv", partner("csv"))
    assert [(f.problem, f.where.row, f.where.column) for f in findings] == [
        (problems.ROW_INVALID, 3, "Ship To")
    ]


def test_a_missing_column_is_reported_once() -> None:
    _, findings = read_file(CSV, b"PO Number,Item,Unit\n1,A,EA\n1,B,EA\n", "orders.csv", partner("csv"))
    assert [(f.problem, f.where.row, f.where.column) for f in findings] == [
        (problems.COLUMN_MISSING, 1, "Quantity")
    ]


def test_a_wrong_separator_is_suspected() -> None:
    _, findings = read_file(CSV, b"PO Number;Quantity\n1;2\n", "orders.csv", partner("csv"))
    assert any("separator" in f.hint for f in findings if f.problem == problems.COLUMN_MISSING)


def test_a_column_that_stands_twice_is_refused_until_it_is_mapped_by_position() -> None:
    data = b"PO Number,Item,Quantity,Unit,Quantity\n1,A,1,EA,2\n"
    _, findings = read_file(CSV, data, "orders.csv", partner("csv"))
    assert [f.problem for f in findings if f.fatal] == [problems.COLUMN_DUPLICATE]
    receive = {"purchase_order": {"map": {"lines[].quantity": "#5"}}}
    (order,), _ = read_file(CSV, data, "orders.csv", partner("csv", receive=receive))
    assert isinstance(order, PurchaseOrder)
    assert order.lines[0].quantity == 2


def test_columns_go_by_position_without_a_header() -> None:
    receive = {"purchase_order": {"map_file": "positions.toml"}}
    sender = partner("csv", csv={"header": False}, receive=receive)
    translator = CsvTranslator(Path(__file__).parent / "maps")
    (order,), findings = read_file(translator, b"7,A,3,EA\n7,B,x,EA\n", "orders.csv", sender)
    assert order is None
    assert [(f.where.row, f.where.column) for f in findings] == [(2, "#3 quantity")]
    (order,), _ = read_file(translator, b"7,A,3,EA\n7,B,4,EA\n", "orders.csv", sender)
    assert isinstance(order, PurchaseOrder)
    assert [line.quantity for line in order.lines] == [3, 4]


def test_a_header_alone_is_a_day_without_orders() -> None:
    documents, findings = read_file(CSV, ORDERS.splitlines()[0], "orders.csv", partner("csv"))
    assert documents == ()
    assert [(f.problem, f.fatal) for f in findings] == [(problems.FILE_EMPTY, False)]


def test_an_empty_file_is_refused() -> None:
    documents, findings = read_file(CSV, b"", "orders.csv", partner("csv"))
    assert documents == ()
    assert [(f.problem, f.fatal) for f in findings] == [(problems.FILE_EMPTY, True)]


def test_unread_columns_are_noted() -> None:
    unwrapped = CSV.unwrap(b"PO Number,Quantity,Unit,Colour\n1,1,EA,red\n", "o.csv", partner("csv"))
    assert [(f.problem, f.fatal) for f in unwrapped.findings] == [(problems.FIELD_UNMAPPED, False)]
    assert "Colour" in unwrapped.findings[0].message


def test_the_name_tells_the_document_where_several_are_agreed() -> None:
    receive = {"purchase_order": {"match": "ORD*.csv"}, "invoice": {"match": "inv*"}}
    sender = partner("csv", receive=receive)
    for name, expected in [
        ("ord_1.CSV", DocType.PURCHASE_ORDER),
        ("in/INV_9.txt", DocType.INVOICE),
        ("other.csv", DocType.UNKNOWN),
    ]:
        (one,) = CSV.unwrap(ORDERS[:-1], name, sender).interchanges[0].groups[0].sets[:1]
        assert one.document is expected


def test_a_file_without_a_sender_is_kept_whole() -> None:
    (one,) = CSV.unwrap(ORDERS, "orders.csv", None).interchanges[0].groups[0].sets
    assert one.payload == ORDERS
    assert [f.problem for f in one.findings] == [problems.SENDER_UNKNOWN]


@pytest.mark.parametrize(
    ("receive", "complaint"),
    [
        ({"map": {"lines[].colour": "Colour"}}, "colour"),
        ({"map": {"parties.ship_to": "Ship To"}}, "fields of its own"),
        ({"map": {"splits[].quantity": "X"}}, "splits"),
        ({"map": {"lines[0": "X"}}, "step"),
        ({"must": {"PO106": "UP"}}, "PO106"),
        ({"map_file": "no/such.toml"}, "no/such.toml"),
    ],
)
def test_a_wrong_map_is_a_fault_of_the_profile(receive: dict[str, object], complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        sets(ORDERS, receive={"purchase_order": receive})


def test_what_the_agreement_demands_is_checked() -> None:
    sender = partner("csv", receive={"purchase_order": {"must": {"lines[].price": ""}}})
    _, findings = read_file(CSV, ORDERS, "orders.csv", sender)
    assert [(f.problem, f.where.row, f.where.column) for f in findings] == [
        (problems.FIELD_MISSING, 4, "Price")
    ]
    assert agreement(sender, DocType.INVOICE, sending=True) is None


def test_loose_items_and_cartons_stand_in_one_table() -> None:
    item = ShippedItem(line_number="1", quantity=Decimal(2), unit="EA", lots=(Lot(number="L1"),))
    order = ShippedOrder(
        order_number="9", packages=(Package(sscc="00123", items=(item, item)),), items=(item,)
    )
    notice = ShipNotice(number="S1", orders=(order,), time=dt.time(14, 30))
    data = CSV.write(notice, ENVELOPE, partner("csv"))
    assert len(data.splitlines()) == 4
    (back,), _ = read_file(CSV, data, "s.csv", partner("csv", receive={"ship_notice": {}}))
    assert back == notice


def test_an_item_from_two_lots_is_two_rows_with_the_quantities_of_the_lots() -> None:
    lots = (Lot(number="L1", quantity=Decimal(60)), Lot(number="L2", quantity=Decimal(40)))
    item = ShippedItem(line_number="1", quantity=Decimal(100), unit="EA", ordered=Decimal(120), lots=lots)
    notice = ShipNotice(number="S1", orders=(ShippedOrder(order_number="9", items=(item,)),))
    data = CSV.write(notice, ENVELOPE, partner("csv"))
    (back,), _ = read_file(CSV, data, "s.csv", partner("csv", receive={"ship_notice": {}}))
    assert isinstance(back, ShipNotice)
    assert [(i.lots[0].number, i.quantity, i.ordered) for i in back.orders[0].items] == [
        ("L1", Decimal(60), Decimal(120)),
        ("L2", Decimal(40), None),
    ]


def test_lines_that_the_map_has_no_room_for_are_not_lost_unseen() -> None:
    item = ShippedItem(quantity=Decimal(2), unit="EA", lots=(Lot(number="L1"), Lot(number="L2")))
    notice = ShipNotice(number="S1", orders=(ShippedOrder(order_number="9", items=(item,)),))
    with pytest.raises(Unwritable, match="2 entries"):
        CSV.write(notice, ENVELOPE, partner("csv"))


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (OrderLine(number="1", quantity=Decimal("NaN"), unit="EA"), "NaN"),
        (OrderLine(number="1", quantity=Decimal(1), unit=""), "must have it"),
        (OrderLine(number="1", quantity=Decimal(1), unit="EA", description="\u0142"), "csv.encoding"),
    ],
)
def test_what_cannot_be_written_is_refused(line: OrderLine, complaint: str) -> None:
    order = PurchaseOrder(number="1", lines=(line,))
    with pytest.raises(Unwritable, match=complaint):
        CSV.write(order, ENVELOPE, partner("csv", csv={"encoding": "cp1252"}))


def test_a_document_without_lines_cannot_be_written() -> None:
    with pytest.raises(Unwritable, match="no lines"):
        CSV.write(PurchaseOrder(number="1"), ENVELOPE, partner("csv"))


def test_the_partners_dialect_is_written() -> None:
    line = InvoiceLine(number="1", quantity=Decimal("1.5"), unit="EA", price=Decimal("2.50"))
    invoice = Invoice(number="7", date=dt.date(2026, 3, 2), total=Decimal("3.75"), lines=(line,))
    receiver = partner("csv", csv={"separator": ";", "decimal": ",", "date_format": "%d.%m.%Y"})
    text = CSV.write(invoice, ENVELOPE, receiver).decode()
    assert "02.03.2026" in text
    assert ";1,5;EA;2,50;" in text


def test_a_receipt_names_row_and_column() -> None:
    finding = Finding(
        problems.FIELD_INVALID, "'1O' is not a number", where=Where(row=4, column="Quantity"), hint="digits"
    )
    entries = (
        ReceiptEntry(number="1", document=DocType.PURCHASE_ORDER),
        ReceiptEntry(number="2", document=DocType.PURCHASE_ORDER, status="rejected", findings=(finding,)),
    )
    assert CSV.write_receipt(entries, partner("csv")).decode().splitlines() == [
        "Document,Number,Status,Row,Column,Problem,Message,Hint",
        "purchase_order,1,accepted,,,,,",
        "purchase_order,2,rejected,4,Quantity,field.invalid,'1O' is not a number,digits",
    ]


@pytest.mark.parametrize("numbers", [(), (2,), (2, 3, 4), (2, 4, 5, 9), tuple(range(1, 50, 2))])
def test_row_numbers_are_kept_short(numbers: tuple[int, ...]) -> None:
    assert expand(compress(numbers)) == numbers
