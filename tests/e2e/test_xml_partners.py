"""Partners who trade in XML, brought up by their profiles alone: UBL of Peppol, cXML, and a format of their own."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hub.demo.people import sscc
from hub.erp.practice.server import PracticeOdoo
from hub.model import problems
from hub.model.documents import DocType
from hub.model.exchange import State
from tests.support.small_hub import SmallHub, fresh_number, practice_odoo, small_hub
from tests.support.xml_judges import verdicts_on
from tests.support.xml_profiles import (
    FJORD,
    FJORD_PROFILE,
    GLN,
    GLOBEX_PROFILE,
    OWN_MAP,
    OWN_PROFILE,
    OWN_XSD,
    PRAIRIE_PROFILE,
    US,
    onboard,
)
from tests.support.xml_trade import (
    allowance,
    cxml_order,
    one,
    root_of,
    texts,
    ubl_bill,
    ubl_catalogue,
    ubl_change,
    ubl_despatch,
    ubl_order,
    ubl_response,
    written,
)


def _company(call: Any) -> None:
    """Make of the sample company one that pays VAT, with two customers and two products that are taxed."""
    (country,) = call("res.country", "search", {"domain": [["code", "=", "NO"]]})
    (ours,) = call("res.company", "read", {"ids": [1], "fields": ["partner_id"]})
    ours_too = {"vat": "NO987654325MVA", "street": "Storgata 1", "city": "Oslo", "zip": "0155"}
    call("res.partner", "write", {"ids": [ours["partner_id"][0]], "vals": ours_too | {"country_id": country}})
    for ref, name in (("FJORD", "Fjord Handel AS"), ("PRAIRIE", "Prairie Co-op")):
        at = {"city": "Bergen", "country_id": country}
        (firm,) = call(
            "res.partner", "create", {"vals_list": [{"name": name, "ref": ref, "is_company": True, **at}]}
        )
        dock = {
            "name": "Dock 3",
            "ref": f"{ref}-3",
            "parent_id": firm,
            "type": "delivery",
            "zip": "5003",
            **at,
        }
        call("res.partner", "create", {"vals_list": [dock]})
    (sold,) = call("account.tax", "search", {"domain": [["type_tax_use", "=", "sale"]]})
    taxed = {"name": "Kettle", "default_code": "TAX-15", "list_price": 12.5, "is_storable": True}
    taxed |= {"invoice_policy": "delivery", "taxes_id": [[6, 0, [sold]]]}
    part = {"name": "Part 9", "default_code": "PART-9", "is_storable": True}
    call("product.product", "create", {"vals_list": [taxed, part]})


@pytest.fixture(scope="module")
def odoo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeOdoo]:
    with practice_odoo(tmp_path_factory.mktemp("odoo")) as practice:
        _company(practice.data.call_named)
        yield practice


@pytest.fixture
def hub(tmp_path: Path, odoo: PracticeOdoo) -> Iterator[SmallHub]:
    with small_hub(tmp_path, odoo) as hub:
        yield hub


def states(hub: SmallHub, document: DocType) -> list[State]:
    return [exchange.state for exchange in hub.log(document)]


def ubl_sent(hub: SmallHub) -> dict[str, list[bytes]]:
    """Return the UBL files that the hub has written, by their root."""
    with hub.hub.store.read() as tx:
        kept = [tx.artifact(e.id, "sent") for kind in DocType for e in hub.sent(kind)]
    files = [data for data in kept if data and b"urn:oasis:names:specification:ubl" in data]
    return {root_of(data): [one for one in files if root_of(one) == root_of(data)] for data in files}


def refund(hub: SmallHub, order: int) -> None:
    """Credit what was billed of an order, whole, and post the credit note."""
    (sale,) = hub.call("sale.order", "read", ids=[order], fields=["invoice_ids", "partner_id"])
    (bill,) = sale["invoice_ids"]
    domain = [["move_id", "=", bill], ["product_id", "!=", False], ["display_type", "=", "product"]]
    fields = ["product_id", "quantity", "price_unit", "tax_ids", "sale_line_ids"]
    rows = hub.call("account.move.line", "search_read", domain=domain, fields=fields)
    lines = [
        [0, 0, {**{n: row[n] for n in ("quantity", "price_unit")}, "product_id": row["product_id"][0],
                "tax_ids": [[6, 0, row["tax_ids"]]], "sale_line_ids": [[6, 0, row["sale_line_ids"]]]}]
        for row in rows
    ]  # fmt: skip
    values = {"move_type": "out_refund", "partner_id": sale["partner_id"][0], "reversed_entry_id": bill}
    values |= {"invoice_date": "2026-01-25", "invoice_line_ids": lines}
    (made,) = hub.call("account.move", "create", vals_list=[values])
    hub.call("account.move", "action_post", ids=[made])
    hub.notice()


class TestACustomerByPeppol:
    """Order in; OrderResponse, DespatchAdvice, Invoice and CreditNote out."""

    @pytest.fixture(autouse=True)
    def _fjord(self, hub: SmallHub) -> None:
        onboard(hub, "fjord", FJORD_PROFILE, {"ship_to.csv": f"theirs,ours\n{GLN},FJORD-3\n"})

    LINES = (("HUB-1001", "24", "C62", "9.99"), ("TAX-15", "3", "EA", "12.50"), ("TAX-15", "2", "DZN", "150"))

    def test_an_order_goes_all_the_way(self, hub: SmallHub) -> None:
        number = fresh_number()
        file = ubl_order(number, self.LINES, buyer=FJORD, seller=US, place=GLN)
        assert (
            hub.send(file, "order.xml", "fjord") == []
        )  # a good order is answered by the OrderResponse alone
        order = hub.confirmed(number)
        (response,) = written(hub.collect("fjord"), "OrderResponse")
        assert one(response, "//cac:OrderReference/cbc:ID") == number
        assert one(response, "//cbc:OrderResponseCode") == "AP"

        hub.people.ship(order, sscc(order))
        hub.notice()
        (despatch,) = written(hub.collect("fjord"), "DespatchAdvice")
        assert texts(despatch, "//cbc:DeliveredQuantity") == ["24", "3", "2"]
        assert texts(despatch, "//cbc:DeliveredQuantity/@unitCode") == ["C62", "EA", "DZN"]
        assert texts(despatch, "//cac:OrderLineReference/cbc:LineID") == ["10", "20", "30"]

        hub.people.invoice(order)
        hub.notice()
        (bill,) = written(hub.collect("fjord"), "Invoice")
        self._sums(bill)
        assert texts(bill, "//cac:InvoiceLine/cac:OrderLineReference/cbc:LineID") == ["10", "20", "30"]
        seller = "//cac:AccountingSupplierParty/cac:Party"
        assert one(bill, f"{seller}/cbc:EndpointID") == US.partition(":")[2]
        assert one(bill, f"{seller}/cac:PartyTaxScheme/cbc:CompanyID") == "NO987654325MVA"
        assert one(bill, f"{seller}//cbc:CityName") == "Oslo"
        assert texts(bill, "//cac:PayeeParty") == []

        refund(hub, order)
        (credit,) = written(hub.collect("fjord"), "CreditNote")
        self._sums(credit)
        assert one(credit, "//cac:BillingReference//cbc:ID") == one(bill, "/*/cbc:ID")
        for _ in range(2):
            hub.notice()
        assert hub.collect("fjord") == []
        assert states(hub, DocType.INVOICE) == [State.DELIVERED] * 2

    @pytest.mark.judges
    def test_the_files_of_the_trade_are_judged(self, hub: SmallHub) -> None:
        """Not samples: what this very trade has written, by the schemas, EN 16931 and our rules of Peppol."""
        self.test_an_order_goes_all_the_way(hub)
        files = ubl_sent(hub)
        assert set(files) == {"OrderResponse", "DespatchAdvice", "Invoice", "CreditNote"}
        broken = {root: verdicts_on(data) for root, several in files.items() for data in several}
        assert broken == {root: [] for root in files}

    def _sums(self, bill: bytes) -> None:
        """239.76 without tax; 37.50 and 300.00 at 15 %: 50.63 by lines (5.63 and 45.00)."""
        assert texts(bill, "//cac:TaxSubtotal/cbc:TaxableAmount") == ["239.76", "337.50"]
        assert texts(bill, "//cac:TaxSubtotal/cac:TaxCategory/cbc:ID") == ["Z", "S"]
        assert texts(bill, "//cac:TaxSubtotal//cbc:Percent") == ["0", "15"]
        assert one(bill, "//cac:LegalMonetaryTotal/cbc:TaxExclusiveAmount") == "577.26"
        assert one(bill, "//cac:LegalMonetaryTotal/cbc:PayableAmount") == "627.89"

    def test_the_same_order_again_is_one_order(self, hub: SmallHub) -> None:
        number = fresh_number()
        file = ubl_order(number, self.LINES[:1], buyer=FJORD, seller=US, place=GLN)
        hub.send(file, "order.xml", "fjord")
        hub.send(file, "again.xml", "fjord")
        hub.send(file.replace(b"<cbc:ID>", b"\n<cbc:ID>"), "spaced.xml", "fjord")
        assert hub.sale_orders(number) == 1
        assert states(hub, DocType.PURCHASE_ORDER) == [State.POSTED, State.DUPLICATE]

    def test_a_file_that_cannot_be_read_is_answered_with_the_place(self, hub: SmallHub) -> None:
        file = ubl_order(fresh_number(), self.LINES[:1], buyer=FJORD, seller=US, place=GLN)
        (receipt,) = hub.send(file.replace(b">24<", b">many<"), "order.xml", "fjord")
        assert one(receipt, "/receipt/document/@status") == "rejected"
        assert "Quantity" in one(receipt, "//finding/@path")

    def test_a_place_that_we_do_not_know_is_held(self, hub: SmallHub) -> None:
        file = ubl_order(fresh_number(), self.LINES[:1], buyer=FJORD, seller=US, place="7300010009999")
        assert hub.send(file, "order.xml", "fjord") == []
        assert hub.order().state is State.HELD
        assert hub.problems(hub.order()) == {problems.CODE_UNKNOWN}

    def test_a_held_order_that_is_rejected_gets_an_order_response(self, hub: SmallHub) -> None:
        self.test_a_place_that_we_do_not_know_is_held(hub)
        held = hub.order()
        hub.hub.operations.reject(str(held.id), "test", "no such dock")
        hub.drain()
        (response,) = written(hub.collect("fjord"), "OrderResponse")
        assert one(response, "//cac:OrderReference/cbc:ID") == held.number
        assert one(response, "//cbc:OrderResponseCode") == "RE"
        assert one(response, "/*/cbc:Note") == "no such dock"
        assert states(hub, DocType.ORDER_ACKNOWLEDGMENT) == [State.DELIVERED]

    def test_a_change_of_a_line_is_applied(self, hub: SmallHub) -> None:
        number = fresh_number()
        file = ubl_order(number, self.LINES[:1], buyer=FJORD, seller=US, place=GLN)
        hub.send(file, "order.xml", "fjord")
        change = ubl_change("C-1", number, "10", "30", "9.99", buyer=FJORD, seller=US)
        assert hub.send(change, "change.xml", "fjord") == []
        assert states(hub, DocType.ORDER_CHANGE) == [State.POSTED]
        assert hub.order_lines(number) == [30]


class TestACustomerByCxml:
    """OrderRequest in; Response, ConfirmationRequest, ShipNoticeRequest and InvoiceDetailRequest out."""

    LINES = (("HUB-1001", "24", "EA", "9.99"), ("TAX-15", "3", "EA", "12.50"))

    @pytest.fixture(autouse=True)
    def _prairie(self, hub: SmallHub) -> None:
        folder = hub.root / "secrets"
        folder.mkdir(mode=0o700)
        for name, secret in (("prairie_ours", "our-pass"), ("prairie_theirs", "their-pass")):
            (folder / name).touch(mode=0o600)
            (folder / name).write_text(secret)
        onboard(hub, "prairie", PRAIRIE_PROFILE, {"ship_to.csv": "theirs,ours\nDOCK3,PRAIRIE-3\n"})

    def file(self, number: str, **said: str) -> bytes:
        names = {"sender": "AN-PRAIRIE", "receiver": "AN-US", "secret": "their-pass", "place": "DOCK3"}
        return cxml_order(number, self.LINES, **(names | said))

    def test_an_order_goes_all_the_way(self, hub: SmallHub) -> None:
        number = fresh_number()
        (response,) = written(hub.send(self.file(number), "order.xml", "prairie"), "Response")
        assert one(response, "//Status/@code") == "200"
        order = hub.confirmed(number)
        hub.people.ship(order, sscc(order))
        hub.notice()
        hub.people.invoice(order)
        hub.notice()
        kinds = ("ConfirmationRequest", "ShipNoticeRequest", "InvoiceDetailRequest")
        answers = written(hub.collect("prairie"), *kinds)
        for file in answers:
            assert one(file, "//OrderReference/@orderID") == number
            assert one(file, "//DocumentReference/@payloadID") == f"{number}@customer.example"
            assert one(file, "//From//Identity") == "AN-US"
            assert one(file, "//To//Identity") == "AN-PRAIRIE"
            assert one(file, "//Sender//SharedSecret") == "our-pass"
            assert one(file, "/cXML/@payloadID").endswith("@edi.ourco.example")
            assert one(file, "/cXML/Request/@deploymentMode") == "production"
        assert one(answers[0], "//ConfirmationHeader/@type") == "accept"
        assert texts(answers[1], "//ShipNoticeItem/@quantity") == ["24", "3"]
        assert texts(answers[2], "//InvoiceDetailItem/SubtotalAmount/Money") == ["239.76", "37.50"]
        assert one(answers[2], "//InvoiceDetailSummary/Tax/Money") == "5.63"
        assert one(answers[2], "//DueAmount/Money") == "282.89"
        hub.notice()
        assert hub.collect("prairie") == []

    def test_a_held_order_that_is_rejected_gets_a_confirmation_that_says_so(self, hub: SmallHub) -> None:
        number = fresh_number()
        hub.send(self.file(number, place="DOCK9"), "order.xml", "prairie")
        hub.hub.operations.reject(str(hub.order().id), "test", "no such dock")
        hub.drain()
        (answer,) = written(hub.collect("prairie"), "ConfirmationRequest")
        assert one(answer, "//ConfirmationHeader/@type") == "reject"
        assert one(answer, "//ConfirmationHeader/Comments") == "no such dock"
        assert one(answer, "//OrderReference/@orderID") == number
        assert one(answer, "//DocumentReference/@payloadID") == f"{number}@customer.example"

    @pytest.mark.parametrize(
        "said", [{"secret": "wrong"}, {"secret": ""}, {"sender": "AN-X"}, {"receiver": "AN-X"}]
    )
    def test_a_file_that_is_not_from_them_to_us_is_refused(self, hub: SmallHub, said: dict[str, str]) -> None:
        number = fresh_number()
        (response,) = hub.send(self.file(number, **said), "order.xml", "prairie")
        assert one(response, "//Status/@code") == "401"
        assert hub.sale_orders(number) == 0
        assert hub.order().state is State.REJECTED
        assert hub.problems(hub.order()) == {problems.CREDENTIAL_REFUSED}
        told = response.decode() + "".join(f.line() + f.hint + f.value for f in hub.findings(hub.order()))
        assert "pass" not in told
        (again,) = hub.send(self.file(number), "again.xml", "prairie")
        assert one(again, "//Status/@code") == "200"
        assert hub.sale_orders(number) == 1

    def test_a_test_file_is_answered_and_posts_nothing(self, hub: SmallHub) -> None:
        number = fresh_number()
        (response,) = hub.send(self.file(number, mode="test"), "order.xml", "prairie")
        assert one(response, "//Status/@code") == "200"
        assert hub.sale_orders(number) == 0
        assert hub.order().state is State.TESTED

    @pytest.mark.parametrize(("code", "state"), [("200", State.OPENED), ("406", State.QUARANTINED)])
    def test_a_response_of_theirs_is_noted_and_never_answered(
        self, hub: SmallHub, code: str, state: State
    ) -> None:
        head = (
            '<!DOCTYPE cXML SYSTEM "http://xml.cxml.org/schemas/cXML/1.2.014/cXML.dtd"><cXML payloadID="1@x">'
        )
        said = f'{head}<Response><Status code="{code}" text="So">Because</Status></Response></cXML>'
        assert hub.send(said.encode(), "response.xml", "prairie") == []
        (file,) = hub.files()
        assert file.state is state
        assert f"{code} So Because" in file.why


class TestASupplierByUbl:
    """Order out; OrderResponse, DespatchAdvice, Invoice, CreditNote and Catalogue in."""

    @pytest.fixture(autouse=True)
    def _globex(self, hub: SmallHub) -> None:
        onboard(hub, "globex", GLOBEX_PROFILE, {})

    def bought(self, hub: SmallHub) -> tuple[str, list[str]]:
        """We order 40 castings and 10 arms; return our number and that of each line."""
        name = hub.people.buy("GLOBEX", {"HUB-2001": 40, "HUB-2002": 10})
        hub.notice()
        (file,) = [file for file in hub.collect("globex") if one(file, "/*/cbc:ID") == name]
        (order,) = written([file], "Order")
        assert texts(order, "//cac:Price/cbc:PriceAmount") == ["4.5", "12.25"]
        assert texts(order, "//cac:SellersItemIdentification/cbc:ID") == ["GX-100", "GX-200"]
        assert one(order, "//cac:AnticipatedMonetaryTotal/cbc:PayableAmount") == "302.50"
        assert one(order, "//cac:BuyerCustomerParty/cac:Party/cbc:EndpointID") == "7300010000001"
        assert one(order, "//cac:SellerSupplierParty/cac:Party/cbc:EndpointID") == "7300010000032"
        return name, texts(order, "//cac:LineItem/cbc:ID")

    @pytest.mark.judges
    def test_the_order_that_we_send_is_judged(self, hub: SmallHub) -> None:
        self.bought(hub)
        (order, *_) = ubl_sent(hub)["Order"]
        assert verdicts_on(order) == []

    def bills(self, hub: SmallHub, number: str) -> list[dict[str, Any]]:
        fields = ["state", "move_type", "amount_untaxed", "amount_total"]
        found: list[dict[str, Any]] = hub.call(
            "account.move", "search_read", domain=[["ref", "=", number]], fields=fields
        )
        return found

    def test_their_answers_become_dates_receipts_and_draft_bills(self, hub: SmallHub) -> None:
        name, (castings, arms) = self.bought(hub)
        lines = [(castings, "HUB-2001", "40", "5"), (arms, "HUB-2002", "10", "5")]
        assert hub.send(ubl_response(f"R-{name}", name, lines), "response.xml", "globex") == []
        labels = [sscc(hash(name) % 10**8), sscc(hash(name) % 10**8 + 1)]
        shipped = [(castings, "HUB-2001", "40", labels[0]), (arms, "HUB-2002", "10", labels[1])]
        assert hub.send(ubl_despatch(f"D-{name}", name, shipped), "despatch.xml", "globex") == []
        assert states(hub, DocType.ORDER_ACKNOWLEDGMENT) == [State.POSTED]
        assert states(hub, DocType.SHIP_NOTICE) == [State.POSTED], hub.log()[-1].why
        rows = hub.call("stock.package", "search_read", domain=[["name", "in", labels]], fields=["name"])
        assert len(rows) == 2

    def test_a_bill_by_the_hundred_with_allowances_adds_up_to_the_cent(self, hub: SmallHub) -> None:
        name, (castings, arms) = self.bought(hub)
        lines = [
            (castings, "HUB-2001", "40", "450.00", "100", "175.00", allowance("5.00")),
            (arms, "HUB-2002", "10", "12.25", "1", "122.50", ""),
        ]
        more = allowance("20.00", charge=True, tax="15") + allowance("7.50", tax="15")  # 310.00 in all
        bill = ubl_bill(f"B-{name}", name, lines, tax="0.00", total="310.00", more=more)
        assert hub.send(bill, "bill.xml", "globex") == []
        assert states(hub, DocType.INVOICE) == [State.POSTED], hub.log()[-1].why
        (draft,) = self.bills(hub, f"B-{name}")
        assert (draft["state"], draft["move_type"]) == ("draft", "in_invoice")
        assert Decimal(str(draft["amount_total"])) == Decimal("310.00")
        credited = [(arms, "HUB-2002", "2", "12.25", "1", "24.50", "")]
        file = ubl_bill(
            f"K-{name}", name, credited, tax="0.00", total="24.50", root="CreditNote", original=f"B-{name}"
        )
        hub.send(file, "credit.xml", "globex")
        (draft,) = self.bills(hub, f"K-{name}")
        assert (draft["state"], draft["move_type"], draft["amount_total"]) == ("draft", "in_refund", 24.5)
        hub.send(bill.replace(b"<cbc:ID>", b"\n<cbc:ID>"), "again.xml", "globex")
        assert len(self.bills(hub, f"B-{name}")) == 1

    def test_a_bill_that_does_not_add_up_is_held(self, hub: SmallHub) -> None:
        name, (castings, _) = self.bought(hub)
        lines = [(castings, "HUB-2001", "40", "4.50", "1", "180.00", "")]
        hub.send(ubl_bill(f"B-{name}", name, lines, tax="27.00", total="207.01"), "bill.xml", "globex")
        assert states(hub, DocType.INVOICE) == [State.HELD]
        assert "207.01" in hub.log()[-1].why
        assert self.bills(hub, f"B-{name}") == []

    def test_a_tax_that_odoo_does_not_work_out_is_told(self, hub: SmallHub) -> None:
        name, (castings, _) = self.bought(hub)
        lines = [(castings, "HUB-2001", "40", "4.50", "1", "180.00", "")]
        hub.send(ubl_bill(f"B-{name}", name, lines, tax="27.00", total="207.00"), "bill.xml", "globex")
        (bill,) = hub.log(DocType.INVOICE)
        assert bill.state is State.POSTED
        assert hub.problems(bill) == {problems.TOTAL_MISMATCH}

    def test_a_catalogue_becomes_supplier_prices(self, hub: SmallHub) -> None:
        rows = [("PART-9", "GX-9", "4.60", "1"), ("PART-9", "GX-9", "4.10", "100")]
        assert hub.send(ubl_catalogue("CAT-1", rows), "prices.xml", "globex") == []
        (list_,) = hub.log(DocType.PRICE_CATALOG)
        assert list_.state is State.POSTED, list_.why
        domain = [["product_code", "=", "GX-9"]]
        fields = ["price", "min_qty"]
        found = hub.call("product.supplierinfo", "search_read", domain=domain, fields=fields)
        assert sorted((row["price"], row["min_qty"]) for row in found) == [(4.1, 100), (4.6, 1)]


class TestACustomerByTheirOwnXml:
    """A whole map and a schema below partners/, several orders in a file."""

    @pytest.fixture(autouse=True)
    def _own(self, hub: SmallHub) -> None:
        files = {"order.toml": OWN_MAP, "order.xsd": OWN_XSD, "ship_to.csv": "theirs,ours\nD3,PRAIRIE-3\n"}
        onboard(hub, "own", OWN_PROFILE, files)

    def file(self, *orders: tuple[str, str]) -> bytes:
        rows = "".join(
            f'<order no="{number}"><on>2026-01-13</on><cur>USD</cur><to code="D3"/><row n="1"><sku>HUB-1002</sku>'
            f'<qty unit="EA">{quantity}</qty><cost>19.98</cost></row></order>'
            for number, quantity in orders
        )
        return f'<batch xmlns="urn:example:order">{rows}</batch>'.encode()

    def test_each_order_of_a_file_is_posted(self, hub: SmallHub) -> None:
        numbers = fresh_number(), fresh_number()
        (receipt,) = hub.send(self.file((numbers[0], "6"), (numbers[1], "7")), "batch.xml", "own")
        assert texts(receipt, "//document/@status") == ["accepted", "accepted"]
        assert texts(receipt, "//document/@number") == list(numbers)
        assert [hub.order_lines(number) for number in numbers] == [[6], [7]]

    def test_what_their_schema_forbids_is_refused_with_its_place(self, hub: SmallHub) -> None:
        number = fresh_number()
        broken = self.file((number, "6")).replace(b"<cur>USD</cur>", b"")
        (receipt,) = hub.send(broken, "batch.xml", "own")
        assert one(receipt, "//document/@status") == "rejected"
        assert texts(receipt, "//finding/@problem") == [problems.XML_SCHEMA]
        assert hub.sale_orders(number) == 0
