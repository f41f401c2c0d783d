"""The partners that we ship: their profiles lint clean, and each sample becomes a document without a fault."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from hub.model.documents import AnyDocument, DocType, Invoice, PurchaseOrder, ShipNotice
from hub.model.exchange import State
from hub.model.finding import Severity
from hub.model.partner import Partner
from hub.profiles import load_partners
from hub.settings import Settings
from hub.wiring import Trials
from tests.support import record_samples
from translators.crosswalk import load_tables, translate_document
from translators.csv.translator import CsvTranslator
from translators.port import Translator
from translators.x12.translator import X12Translator
from translators.xml.translator import XmlTranslator

FOLDER = Path(__file__).parents[2] / "partners"
SHIPPED = {"acme", "globex", "nordic"}
PARTNERS, FINDINGS = load_partners(FOLDER)
SAMPLES = sorted(
    set(FOLDER.glob("[a-z]*/samples/*")) - set(record_samples.SAMPLES)
)  # those have tests of their own
FORMATS: dict[str, Translator] = {"x12": X12Translator(), "csv": CsvTranslator(), "xml": XmlTranslator()}


def documents(file: Path) -> list[AnyDocument]:
    """Return the documents of a sample in our codes; anything to say about it is a failure."""
    partner = PARTNERS[file.parents[1].name]
    translator = FORMATS[partner.format]
    data = file.read_bytes()
    assert translator.recognises(data[:4096])
    opened = translator.unwrap(data, file.name, partner)
    assert not opened.findings
    found: list[AnyDocument] = []
    for interchange in opened.interchanges:
        assert not interchange.findings
        for group in interchange.groups:
            assert not group.findings
            for part in group.sets:
                assert not part.findings
                assert not translator.check(part.payload, part.envelope, part.document, partner)
                document, findings = translator.read(part.payload, part.envelope, part.document, partner)
                assert not [finding.line() for finding in findings]
                assert document is not None
                found.append(in_our_codes(document, part.document, partner))
    return found


def in_our_codes(document: AnyDocument, kind: DocType, partner: Partner) -> AnyDocument:
    """Return the document with the partner's crosswalks applied; a code that is not in them is a failure."""
    agreement = partner.receive[kind]
    tables, faults = load_tables(agreement.crosswalk, FOLDER)
    document, misses = translate_document(document, tables, agreement)
    assert not [f.line() for f in (*faults, *misses) if f.severity is not Severity.NOTE]
    return document


def test_the_profiles_lint_clean() -> None:
    assert FINDINGS == ()
    assert {PARTNERS[key].status for key in SHIPPED} == {"live"}


def test_each_partner_has_samples() -> None:
    assert {file.parents[1].name for file in SAMPLES} >= SHIPPED  # others may have been added


@pytest.mark.parametrize("file", SAMPLES, ids=lambda file: f"{file.parents[1].name}-{file.stem}")
def test_each_sample_becomes_documents_without_a_fault(file: Path) -> None:
    assert documents(file)


def test_what_acme_orders_is_known_to_us() -> None:
    first, second = documents(FOLDER / "acme/samples/850_two_orders.edi")
    assert isinstance(first, PurchaseOrder)
    assert isinstance(second, PurchaseOrder)
    assert [line.sku for line in first.lines] == ["HUB-1001", "HUB-1002", "HUB-1001"]
    assert [(line.our_quantity, line.our_unit) for line in first.lines][2] == (Decimal(24), "Units")
    assert first.parties["ship_to"].ours == "ACME-ST042"
    assert second.parties["ship_to"].ours == "ACME-DC01"


def test_what_nordic_orders_is_read_with_its_decimal_comma() -> None:
    _, second = documents(FOLDER / "nordic/samples/order_70031.csv")
    assert isinstance(second, PurchaseOrder)
    (line,) = second.lines
    assert (line.sku, line.quantity, line.price) == ("HUB-1010", Decimal("2.5"), Decimal("99.90"))
    assert second.parties["ship_to"].ours == "NORDIC-WH1"


def test_what_globex_bills_is_what_it_shipped() -> None:
    (notice,) = documents(FOLDER / "globex/samples/856_two_cartons.edi")
    (bill,) = documents(FOLDER / "globex/samples/810_with_freight.edi")
    assert isinstance(notice, ShipNotice)
    assert isinstance(bill, Invoice)
    shipped = [
        item.quantity for order in notice.orders for package in order.packages for item in package.items
    ]
    assert shipped == [line.quantity for line in bill.lines]
    goods = sum(line.quantity * line.price for line in bill.lines)
    freight = sum(charge.amount or 0 for charge in bill.charges)
    assert bill.total == goods + freight == Decimal("835.75")


@pytest.mark.parametrize("name", ["acme/samples/850_two_orders.edi", "nordic/samples/order_70031.csv"])
def test_no_sample_order_is_held_because_its_days_have_passed(name: str) -> None:
    trials = Trials(Settings(), lambda: dt.datetime(2035, 12, 31, tzinfo=dt.UTC))
    trial = trials.run((FOLDER / name).read_bytes(), Path(name).name, name.partition("/")[0])
    assert [document.state for document in trial.documents] == [State.TRANSLATED] * 2
    assert not any(finding.severity is Severity.HOLD for d in trial.documents for finding in d.findings)
