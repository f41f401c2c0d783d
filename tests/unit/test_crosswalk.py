"""Crosswalk tables and what they do to documents."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from hub.model import problems
from hub.model.documents import (
    AckLine,
    ChangeLine,
    CustomerReference,
    Invoice,
    InvoiceLine,
    OrderAcknowledgment,
    OrderChange,
    OrderLine,
    Package,
    Party,
    PurchaseOrder,
    ReceivedItem,
    ReceivingAdvice,
    ShipNotice,
    ShippedItem,
    ShippedOrder,
)
from hub.model.finding import Severity
from hub.model.partner import Crosswalks, Receive
from translators.crosswalk import (
    Crosswalk,
    Entry,
    Tables,
    load_tables,
    to_partner,
    translate_document,
)


def table(**rows: str) -> Crosswalk:
    return Crosswalk.of(tuple(Entry(theirs=theirs, ours=ours) for theirs, ours in rows.items()))


def order(*lines: OrderLine, **more: object) -> PurchaseOrder:
    return PurchaseOrder(number="4500017", date=dt.date(2024, 3, 1), lines=lines, **more)


def line(**more: object) -> OrderLine:
    return replace(OrderLine(number="1", quantity=Decimal(10), unit="EA", ids={"buyer_part": "B-1"}), **more)


class TestLoading:
    def test_reads_what_a_spreadsheet_saves(self, tmp_path: Path) -> None:
        file = tmp_path / "items.csv"
        file.write_bytes(
            '\ufeffOurs;Theirs;Factor;from\r\nS-1; 100 ;12;2024-01-01\r\n;;;\r\n"S;2";200;;\r\n'.encode()
        )
        found, faults = Crosswalk.load(file)
        assert faults == ()
        assert found.to_ours("100") == Entry(
            theirs="100", ours="S-1", factor=Decimal(12), valid_from=dt.date(2024, 1, 1)
        )
        assert found.to_ours("200") == Entry(theirs="200", ours="S;2")

    def test_reads_windows_1252(self, tmp_path: Path) -> None:
        file = tmp_path / "items.csv"
        file.write_bytes("theirs,ours\nCafé,K1\n".encode("cp1252"))
        found, _ = Crosswalk.load(file)
        assert found.to_ours("Café") == Entry(theirs="Café", ours="K1")

    @pytest.mark.parametrize(
        ("row", "column"),
        [
            (",S-1", "theirs"),
            ("100,", "ours"),
            ("100,S-1,0", "factor"),
            ("100,S-1,many", "factor"),
            ("100,S-1,NaN", "factor"),
            ("100,S-1,1,upc,yesterday", "from"),
        ],
    )
    def test_names_the_row_that_it_leaves_out(self, tmp_path: Path, row: str, column: str) -> None:
        file = tmp_path / "items.csv"
        file.write_text(f"theirs,ours,factor,qualifier,from,until\nGOOD,S-9\n{row}\n", "utf-8")
        found, (fault,) = Crosswalk.load(file)
        assert [entry.theirs for entry in found.entries] == ["GOOD"]
        assert (fault.problem, fault.where.row, fault.where.column) == (problems.ROW_INVALID, 3, column)

    def test_leaves_both_contradicting_rows_out(self, tmp_path: Path) -> None:
        file = tmp_path / "items.csv"
        file.write_text("theirs,ours\n100,S-1\n200,S-2\n100,S-3\n200,S-2\n", "utf-8")
        found, faults = Crosswalk.load(file)
        assert found.to_ours("100") is None
        assert found.to_ours("200") is not None
        assert [fault.where.row for fault in faults] == [2, 4]

    def test_rows_of_different_times_do_not_contradict(self, tmp_path: Path) -> None:
        file = tmp_path / "items.csv"
        file.write_text("theirs,ours,from,until\n100,OLD,,2024-02-29\n100,NEW,2024-03-01,\n", "utf-8")
        found, faults = Crosswalk.load(file)
        assert faults == ()
        before, after = (
            found.to_ours("100", on=dt.date(2024, 2, 29)),
            found.to_ours("100", on=dt.date(2024, 3, 1)),
        )
        assert (before and before.ours, after and after.ours) == ("OLD", "NEW")

    @pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "theirs\n1\n"])
    def test_a_file_without_its_columns_holds(self, tmp_path: Path, text: str) -> None:
        file = tmp_path / "items.csv"
        file.write_text(text, "utf-8")
        found, (fault,) = Crosswalk.load(file)
        assert not found
        assert (fault.problem, fault.severity) == (problems.COLUMN_MISSING, Severity.HOLD)

    def test_a_missing_file_is_a_finding(self, tmp_path: Path) -> None:
        tables, (fault,) = load_tables(Crosswalks(item="no/such.csv"), tmp_path)
        assert not tables.item
        assert fault.problem == problems.FILE_UNREADABLE

    def test_a_hostile_file_is_a_finding(self, tmp_path: Path) -> None:
        file = tmp_path / "items.csv"
        file.write_text("theirs,ours\n" + "x" * 200_000 + ",S-1\n", "utf-8")
        _, (fault,) = Crosswalk.load(file)
        assert fault.problem == problems.FILE_UNREADABLE


class TestLooking:
    def test_the_kind_of_number_decides(self) -> None:
        found = Crosswalk.of((Entry(theirs="1", ours="ANY"), Entry(theirs="1", ours="UPC", qualifier="upc")))
        assert [(e.ours if e else None) for e in (found.to_ours("1", "upc"), found.to_ours("1", "ean"))] == [
            "UPC",
            "ANY",
        ]

    def test_right_to_left_prefers_one_to_one(self) -> None:
        found = Crosswalk.of(
            (Entry(theirs="CA", ours="Units", factor=Decimal(24)), Entry(theirs="EA", ours="Units"))
        )
        entry = found.to_theirs("Units")
        assert entry is not None
        assert entry.theirs == "EA"

    def test_the_nearest_code_comes_first(self) -> None:
        assert table(AR10001="x", AR10002="y", ZZZ="z").nearest("AR-10001", 2)[0] == "AR10001"
        assert table(AR10001="x").nearest("??") == ()


class TestOrders:
    def test_fills_sku_quantity_and_unit(self) -> None:
        item = Crosswalk.of((Entry(theirs="B-1", ours="S-1", factor=Decimal(3)),))
        unit = Crosswalk.of((Entry(theirs="CA", ours="Units", factor=Decimal(24)),))
        found, findings = translate_document(order(line(unit="CA")), Tables(item=item, unit=unit), Receive())
        assert findings == ()
        (got,) = found.lines
        assert (got.sku, got.our_quantity, got.our_unit) == ("S-1", Decimal(720), "Units")

    @pytest.mark.parametrize(
        ("ids", "sku"),
        [
            ({"buyer_part": "B-1", "vendor_part": "V-1"}, "S-1"),
            ({"buyer_part": "B-7", "vendor_part": "V-1"}, "V-1"),
            ({"buyer_part": "B-7", "upc": "012345678905", "sku": "S-4"}, ""),
            ({"buyer_part": "B-7", "sku": "S-4"}, "S-4"),
        ],
    )
    def test_follows_the_order_of_trust(self, ids: dict[str, str], sku: str) -> None:
        found, findings = translate_document(
            order(line(ids=ids)), Tables(item=table(**{"B-1": "S-1"})), Receive()
        )
        assert (found.lines[0].sku, findings) == (sku, ())

    def test_a_number_of_theirs_alone_is_left_to_the_list_of_the_erp(self) -> None:
        found, findings = translate_document(order(line(ids={"buyer_part": "B-7"})), Tables(), Receive())
        assert findings == ()
        assert (found.lines[0].sku, found.lines[0].listed) == ("", CustomerReference(number="B-7"))

    def test_the_nearest_number_that_the_crosswalk_knows_goes_with_it(self) -> None:
        tables = Tables(item=table(**{"AR-10001": "S-1"}))
        found, _ = translate_document(order(line(ids={"buyer_part": "AR-1001"})), tables, Receive())
        assert found.lines[0].listed == CustomerReference(number="AR-1001", near="AR-10001")

    @pytest.mark.parametrize(
        ("trust", "sku", "listed"),
        [
            (("vendor_part", "customer_reference"), "V-1", None),
            (("customer_reference", "vendor_part"), "", CustomerReference(number="B-1", otherwise="V-1")),
            (("customer_reference", "upc"), "", CustomerReference(number="B-1", otherwise="")),
            (("customer_reference", "crosswalk"), "S-1", None),
        ],
    )
    def test_the_list_of_the_erp_counts_where_the_profile_puts_it_but_behind_the_crosswalk(
        self, trust: tuple[str, ...], sku: str, listed: CustomerReference | None
    ) -> None:
        ids = {"buyer_part": "B-1", "vendor_part": "V-1", "upc": "012345678905"}
        tables = Tables(item=table(**{"B-1": "S-1"}))
        found, findings = translate_document(order(line(ids=ids)), tables, Receive(item_trust=trust))
        assert (found.lines[0].sku, found.lines[0].listed, findings) == (sku, listed, ())

    def test_the_profile_can_turn_trust_round(self) -> None:
        receive = Receive(item_trust=("vendor_part", "crosswalk"))
        ids = {"buyer_part": "B-1", "vendor_part": "V-1"}
        found, _ = translate_document(order(line(ids=ids)), Tables(item=table(**{"B-1": "S-1"})), receive)
        assert found.lines[0].sku == "V-1"

    def test_an_unknown_item_holds_and_names_the_nearest(self) -> None:
        tables = Tables(item=table(**{"AR-10001": "S-1"}))
        unknown = line(ids={"buyer_part": "AR-1001"}, number="7")
        _, (finding,) = translate_document(
            order(line(ids={"buyer_part": "AR-10001"}), unknown), tables, Receive(item_trust=("crosswalk",))
        )
        assert (finding.problem, finding.severity) == (problems.CODE_UNKNOWN, Severity.HOLD)
        assert (finding.where.path, finding.value) == ("lines[1].ids.buyer_part", "AR-1001")
        assert "line 7" in finding.message
        assert '"AR-10001"' in finding.hint

    def test_a_line_without_any_number_holds(self) -> None:
        _, (finding,) = translate_document(order(line(ids={})), Tables(), Receive())
        assert finding.where.path == "lines[0].ids"

    @pytest.mark.parametrize(
        ("unit", "ours"), [("EA", "Units"), ("DZ", "Dozens"), ("LB", "lb"), ("kg", "kg")]
    )
    def test_knows_the_usual_units(self, unit: str, ours: str) -> None:
        found, _ = translate_document(order(line(unit=unit, ids={"sku": "S"})), Tables(), Receive())
        assert (found.lines[0].our_unit, found.lines[0].our_quantity) == (ours, Decimal(10))

    def test_a_case_is_never_a_piece(self) -> None:
        found, (finding,) = translate_document(order(line(unit="CA", ids={"sku": "S"})), Tables(), Receive())
        assert finding.where.path == "lines[0].unit"
        assert (found.lines[0].our_unit, found.lines[0].our_quantity) == ("", None)

    def test_the_pack_size_on_the_line_counts_a_case(self) -> None:
        packed = line(unit="CA", pack=Decimal(12), ids={"sku": "S"})
        found, findings = translate_document(order(packed), Tables(), Receive())
        assert (found.lines[0].our_quantity, findings) == (Decimal(120), ())

    def test_two_different_pack_sizes_hold(self) -> None:
        unit = Crosswalk.of((Entry(theirs="CA", ours="Units", factor=Decimal(24)),))
        packed = line(unit="CA", pack=Decimal(12), ids={"sku": "S"})
        _, (finding,) = translate_document(order(packed), Tables(unit=unit), Receive())
        assert finding.problem == problems.QUANTITY_DIFFERS

    def test_an_unknown_unit_holds(self) -> None:
        _, (finding,) = translate_document(order(line(unit="XYZ", ids={"sku": "S"})), Tables(), Receive())
        assert (finding.severity, finding.value) == (Severity.HOLD, "XYZ")

    def test_a_place_without_an_id_is_known_by_its_name(self) -> None:
        wanted = order(parties={"ship_to": Party(name="Store 43")})
        found, findings = translate_document(wanted, Tables(ship_to=table(**{"Store 43": "ST43"})), Receive())
        assert (found.parties["ship_to"].ours, findings) == ("ST43", ())

    def test_ship_to_must_be_known_when_there_is_a_table(self) -> None:
        parties = {"ship_to": Party(id="0043", name="Store 43"), "buyer": Party(id="9")}
        wanted = order(line(ids={"sku": "S"}), parties=parties)
        _, none = translate_document(wanted, Tables(), Receive())
        _, (finding,) = translate_document(wanted, Tables(ship_to=table(**{"0042": "ST42"})), Receive())
        found, _ = translate_document(wanted, Tables(ship_to=table(**{"0043": "ST43"})), Receive())
        assert none == ()
        assert (finding.where.path, finding.value) == ("parties.ship_to.id", "0043")
        assert '"0042"' in finding.hint
        assert found.parties["ship_to"].ours == "ST43"


class TestSuppliers:
    def test_the_buyers_number_is_ours(self) -> None:
        ids = {"vendor_part": "V-1", "buyer_part": "S-1"}
        item = ShippedItem(ids=ids, quantity=Decimal(1), unit="EA")
        documents = [
            OrderAcknowledgment(
                number="1", lines=(AckLine(number="1", quantity=Decimal(1), unit="EA", ids=ids),)
            ),
            Invoice(
                number="1",
                lines=(InvoiceLine(number="1", quantity=Decimal(1), unit="EA", price=Decimal(1), ids=ids),),
            ),
            ShipNotice(
                number="1",
                orders=(ShippedOrder(order_number="P", items=(item,), packages=(Package(items=(item,)),)),),
            ),
        ]
        for document in documents:
            found, findings = translate_document(document, Tables(), Receive())
            assert findings == ()
            lines = (
                found.lines
                if not isinstance(found, ShipNotice)
                else (*found.orders[0].items, *found.orders[0].packages[0].items)
            )
            assert {one.sku for one in lines} == {"S-1"}

    def test_the_table_comes_first(self) -> None:
        ack = OrderAcknowledgment(
            number="1",
            lines=(AckLine(number="1", quantity=Decimal(1), unit="EA", ids={"vendor_part": "V-1"}),),
        )
        found, _ = translate_document(ack, Tables(item=table(**{"V-1": "S-1"})), Receive())
        assert isinstance(found, OrderAcknowledgment)
        assert found.lines[0].sku == "S-1"


class TestSending:
    def test_an_order_of_ours_carries_the_suppliers_numbers(self) -> None:
        ours = order(
            line(ids={"buyer_part": "S-1"}, unit="Units"), line(ids={"buyer_part": "S-2"}, unit="CT")
        )
        found, findings = to_partner(ours, Tables(item=table(**{"V-1": "S-1"})))
        assert findings == ()
        assert isinstance(found, PurchaseOrder)
        assert [(one.ids, one.unit) for one in found.lines] == [
            ({"buyer_part": "S-1", "vendor_part": "V-1"}, "EA"),
            ({"buyer_part": "S-2"}, "CT"),
        ]

    def test_a_customer_sees_his_numbers_beside_ours(self) -> None:
        item = ShippedItem(quantity=Decimal(2), unit="Dozens", sku="S-1")
        notice = ShipNotice(
            number="1", orders=(ShippedOrder(order_number="P", packages=(Package(items=(item,)),)),)
        )
        found, _ = to_partner(notice, Tables(item=table(**{"B-1": "S-1"})))
        assert isinstance(found, ShipNotice)
        (got,) = found.orders[0].packages[0].items
        assert (got.ids, got.unit) == ({"buyer_part": "B-1", "vendor_part": "S-1"}, "DZ")

    def test_numbers_as_received_stay(self) -> None:
        invoice = Invoice(
            number="1",
            lines=(
                InvoiceLine(
                    number="1",
                    quantity=Decimal(1),
                    unit="EA",
                    price=Decimal(1),
                    ids={"buyer_part": "B-9"},
                    sku="S-1",
                ),
            ),
        )
        found, _ = to_partner(invoice, Tables(item=table(**{"B-1": "S-1"})))
        assert isinstance(found, Invoice)
        assert found.lines[0].ids["buyer_part"] == "B-9"

    def test_a_unit_without_a_code_holds(self) -> None:
        _, (finding,) = to_partner(order(line(unit="Pallet of 80")), Tables())
        assert (finding.severity, finding.where.path) == (Severity.HOLD, "lines[0].unit")


class TestAnswers:
    """What suppliers and warehouses send: their unit and quantity in ours, or nothing of ours where it is unknown."""

    CASES = Crosswalk.of((Entry(theirs="CA", ours="Units", factor=Decimal(12)),))

    @pytest.mark.parametrize(
        ("unit", "ours", "quantity"),
        [("EA", "Units", Decimal(3)), ("CA", "Units", Decimal(36)), ("XX", "", None), ("", "", None)],
    )
    def test_a_quantity_is_counted_in_our_unit(self, unit: str, ours: str, quantity: Decimal | None) -> None:
        item = ShippedItem(quantity=Decimal(3), unit=unit, ids={"buyer_part": "S-1", "vendor_part": "V"})
        packed = Package(sscc="1", items=(item,))
        notice = ShipNotice(number="N", orders=(ShippedOrder(order_number="P", packages=(packed,)),))
        found, findings = translate_document(notice, Tables(unit=self.CASES), Receive())
        assert isinstance(found, ShipNotice)
        (read,) = found.orders[0].packages[0].items
        assert (read.sku, read.our_unit, read.our_quantity) == ("S-1", ours, quantity)
        assert findings == ()

    def test_a_customer_who_tells_what_came_in_names_our_number_the_vendors(self) -> None:
        item = ReceivedItem(received=Decimal(3), unit="EA", ids={"buyer_part": "B", "vendor_part": "S-1"})
        found, _ = translate_document(ReceivingAdvice(number="R", items=(item,)), Tables(), Receive())
        assert isinstance(found, ReceivingAdvice)
        assert (found.items[0].sku, found.items[0].our_quantity) == ("S-1", Decimal(3))

    def test_a_profile_may_trust_other_numbers_first(self) -> None:
        receive = Receive(item_trust=("vendor_part",))
        invoice = Invoice(
            number="I",
            lines=(
                InvoiceLine(
                    number="1",
                    quantity=Decimal(1),
                    unit="EA",
                    price=Decimal(1),
                    ids={"buyer_part": "B", "vendor_part": "V"},
                ),
            ),
        )
        found, _ = translate_document(invoice, Tables(), receive)
        assert isinstance(found, Invoice)
        assert found.lines[0].sku == "V"

    def test_a_deleted_line_needs_no_item_that_we_know(self) -> None:
        gone = ChangeLine(number="1", quantity=Decimal(0), unit="ZZ", action="delete")
        _, findings = translate_document(
            OrderChange(number="1", order_number="P", lines=(gone,)), Tables(), Receive()
        )
        assert findings == ()

    def test_only_an_added_line_of_a_change_must_name_an_item_of_ours(self) -> None:
        more = ChangeLine(number="1", quantity=Decimal(2), unit="EA", ids={"buyer_part": "B-1"})
        other = ChangeLine(number="2", action="price", price=Decimal(2))
        new = replace(more, number="3", action="add")
        _, (finding,) = translate_document(
            OrderChange(number="1", order_number="P", lines=(more, other, new)),
            Tables(),
            Receive(item_trust=("crosswalk",)),
        )
        assert finding.where.path.startswith("lines[2]")
        assert (finding.problem, finding.severity) == (problems.CODE_UNKNOWN, Severity.HOLD)
