"""Documents as others send and get them in XML: of every kind, and invoices of every sort of tax."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from hub.model.documents import (
    AckLine,
    AnyDocument,
    Carriage,
    CatalogLine,
    CatalogPrice,
    ChangeLine,
    Charge,
    Invoice,
    InvoiceLine,
    LineStatus,
    Lot,
    OrderAcknowledgment,
    OrderChange,
    OrderLine,
    Package,
    Party,
    PaymentMeans,
    PriceCatalog,
    PurchaseOrder,
    ShipNotice,
    ShippedItem,
    ShippedOrder,
    Tax,
    Terms,
)
from hub.model.envelope import Address, Envelope
from tests.support.plain_files import partner
from translators.xml.translator import XmlTranslator

DAY = dt.date(2026, 3, 2)
ENVELOPE = Envelope(
    format="xml",
    sender=Address("ZZ", "OURCO"),
    receiver=Address("ZZ", "SAMPLE"),
    usage="T",
    prepared_at=dt.datetime(2026, 3, 2, 9, 30),  # noqa: DTZ001 - the envelope's clock has no zone
)
SELLER = Party(
    name="Voorbeeld Leverancier BV",
    id="7300010000001",
    id_kind="0088",
    address=("Kade 1", "Gebouw B"),
    city="Rotterdam",
    postal_code="3011 AA",
    country="NL",
    contact="Verkoop",
    phone="+31 10 555 0100",
    email="verkoop@leverancier.example",
    tax_number="NL123456782B01",
    registration="12345678",
    endpoint="7300010000001",
    endpoint_kind="0088",
)
BUYER = Party(
    name="Example Retail GmbH",
    id="7300010000018",
    id_kind="0088",
    address=("Ladenstr. 5",),
    city="Hamburg",
    postal_code="20095",
    country="DE",
    tax_number="DE123456788",
    endpoint="7300010000018",
    endpoint_kind="0088",
)
SHOP = Party(
    name="Filiale 12",
    id="7300010000025",
    id_kind="0088",
    address=("Marktplatz 3", "Rampe 2"),
    city="Bremen",
    postal_code="28195",
    country="DE",
)
IDS = {"buyer_part": "B-100", "vendor_part": "V-100", "gtin": "08712345678906"}


def item(
    number: str, quantity: str, price: str, category: str = "S", percent: str | None = "21"
) -> InvoiceLine:
    """Return a line of an invoice with its tax."""
    return InvoiceLine(
        number=number,
        quantity=Decimal(quantity),
        unit="EA",
        price=Decimal(price),
        ids=IDS,
        description=f"Item {number}",
        order_line=number,
        taxes=(Tax(category=category, percent=None if percent is None else Decimal(percent)),),
    )


def invoice(number: str, *lines: InvoiceLine, **fields: object) -> Invoice:
    """Return an invoice of those lines between our two parties."""
    whole: dict[str, object] = {
        "number": number,
        "date": DAY,
        "currency": "EUR",
        "order_number": "PO-7",
        "parties": {"seller": SELLER, "bill_to": BUYER, "ship_to": SHOP},
        "due": dt.date(2026, 4, 1),
        "terms": Terms(description="30 days net"),
        "payment": PaymentMeans(kind="58", account="NL02ABNA0123456789", bank="ABNANL2A", reference=number),
        "lines": lines,
        **fields,
    }
    return Invoice(**whole)  # type: ignore[arg-type]  # the fields' types are those of the model


WITHOUT_TAX_NUMBERS = {
    "seller": Party(
        name="Small Seller", country="US", registration="DE-77", endpoint="123456789", endpoint_kind="0060"
    ),
    "bill_to": Party(name="Small Buyer", country="US", endpoint="987654321", endpoint_kind="0060"),
}

INVOICES = (
    invoice(
        "two-rates",
        item("1", "10", "12.50"),
        item("2", "3", "9.99", percent="9"),
        notes=("Danke", "Thank you"),
    ),
    invoice(
        "charges",
        item("1", "7", "3.333"),
        charges=(
            Charge(kind="charge", code="D240", amount=Decimal("12.00"), description="Freight"),
            Charge(kind="allowance", amount=Decimal("2.33"), percent=Decimal(10), base=Decimal("23.33")),
        ),
    ),
    invoice(
        "line-charges",
        InvoiceLine(
            number="1",
            quantity=Decimal(100),
            unit="KGM",
            price=Decimal("250.00"),
            base_quantity=Decimal(1000),
            description="By the tonne",
            charges=(Charge(kind="allowance", amount=Decimal("1.00"), description="Short"),),
        ),
        taxes=(Tax(amount=Decimal("5.04"), percent=Decimal(21)),),
        prepaid=Decimal("10.00"),
    ),
    invoice("zero", item("1", "1", "5.00", "Z", "0")),
    invoice(
        "exempt",
        item("1", "1", "5.00", "E", "0"),
        taxes=(Tax(category="E", percent=Decimal(0), taxable=Decimal("5.00"), exemption_code="VATEX-EU-F"),),
    ),
    invoice("outside", item("1", "4", "2.50", "O", None), parties=WITHOUT_TAX_NUMBERS, payment=None),
    Invoice(  # as our own Odoo gives it: one sum of taxes, terms in days, roles of X12
        number="as-odoo-gives-it",
        date=DAY,
        currency="EUR",
        order_number="PO-7",
        parties={"bill_to": BUYER, "ship_to": SHOP, "remit_to": SELLER},
        terms=Terms(net_days=30, description="30 days"),
        lines=(
            InvoiceLine(
                number="1",
                quantity=Decimal(12),
                unit="EA",
                price=Decimal("4.10"),
                ids={"ean": "8712345678906"},
                description="Tea",
            ),
        ),
        taxes=(Tax(kind="TX", amount=Decimal("10.33")),),
        total=Decimal("59.53"),
    ),
)

CREDIT = invoice("credit", item("1", "1", "12.50"), kind="credit", original="two-rates", due=None)

ORDER = PurchaseOrder(
    number="PO-7",
    date=DAY,
    currency="EUR",
    parties={"buyer": BUYER, "seller": SELLER, "bill_to": BUYER, "ship_to": SHOP},
    refs={"contract": "K-1"},
    dates={"delivery_requested": dt.date(2026, 3, 9)},
    notes=("Ring twice",),
    total=Decimal("125.00"),
    lines=(
        OrderLine(
            number="1",
            quantity=Decimal(10),
            unit="EA",
            price=Decimal("12.50"),
            ids=IDS,
            description="Item 1",
            dates={"delivery_requested": dt.date(2026, 3, 10)},
        ),
    ),
)
CHANGE = OrderChange(
    number="PO-7-1",
    order_number="PO-7",
    order_date=DAY,
    date=dt.date(2026, 3, 4),
    purpose="change",
    currency="EUR",
    parties={"buyer": BUYER, "seller": SELLER},
    total=Decimal("150.00"),
    lines=(
        ChangeLine(
            number="1", quantity=Decimal(12), unit="EA", price=Decimal("12.50"), ids=IDS, description="Item 1"
        ),
    ),
)
CANCELLATION = OrderChange(
    number="PO-7-2",
    order_number="PO-7",
    date=dt.date(2026, 3, 5),
    purpose="cancel",
    parties={"buyer": BUYER, "seller": SELLER},
    notes=("Ordered twice",),
)
CONFIRMATION = OrderAcknowledgment(
    number="SO-9",
    date=DAY,
    status="accepted_with_change",
    order_number="PO-7",
    currency="EUR",
    parties={"seller": SELLER, "buyer": BUYER},
    lines=(
        AckLine(
            number="1",
            quantity=Decimal(10),
            unit="EA",
            price=Decimal("12.50"),
            ids=IDS,
            description="Item 1",
            statuses=(LineStatus(code="changed", quantity=Decimal(8), unit="EA", date=dt.date(2026, 3, 12)),),
        ),
        AckLine(
            number="2",
            quantity=Decimal(5),
            unit="EA",
            description="Item 2",
            statuses=(LineStatus(code="rejected"),),
        ),
    ),
)
ACCEPTANCE = OrderAcknowledgment(
    number="SO-10",
    date=DAY,
    status="accepted",
    order_number="PO-8",
    parties={"seller": SELLER, "buyer": BUYER},
    lines=(AckLine(number="1", quantity=Decimal(10), unit="EA", statuses=(LineStatus(code="accepted"),)),),
)


def goods(line: str, quantity: str) -> ShippedItem:
    """Return a shipped item with a lot."""
    return ShippedItem(
        line_number=line,
        ids=IDS,
        description=f"Item {line}",
        quantity=Decimal(quantity),
        unit="EA",
        lots=(Lot(number=f"L{line}", expires=dt.date(2027, 1, 31)),),
    )


SHIPMENT = ShipNotice(
    number="SH-3",
    date=DAY,
    dates={"shipped": DAY, "delivery_estimated": dt.date(2026, 3, 9)},
    parties={"ship_from": SELLER, "ship_to": SHOP, "buyer": BUYER},
    carriage=Carriage(scac="DHLC", routing="Parcel Service", tracking="JD0001"),
    weight=Decimal("12.5"),
    weight_unit="KGM",
    package_count=2,
    orders=(
        ShippedOrder(
            order_number="PO-7",
            packages=(
                Package(sscc="387123456700000018", kind="carton", items=(goods("1", "6"), goods("2", "1"))),
                Package(sscc="387123456700000025", kind="carton", items=(goods("1", "4"),)),
            ),
        ),
        ShippedOrder(order_number="PO-8", items=(goods("3", "2"),)),
    ),
)
CATALOGUE = PriceCatalog(
    number="CAT-1",
    date=DAY,
    version="2",
    dates={"effective": dt.date(2026, 4, 1), "expires": dt.date(2026, 12, 31)},
    currency="EUR",
    parties={"provider": SELLER, "buyer": BUYER},
    lines=(
        CatalogLine(
            number="1",
            action="add",
            ids=IDS,
            name="Item 1",
            description="A longer text",
            brand="Brand",
            unit="EA",
            multiple=Decimal(6),
            minimum=Decimal(12),
            lead_days=5,
            origin="NL",
            prices=(
                CatalogPrice(amount=Decimal("12.50"), unit="EA", per=Decimal(1), start=dt.date(2026, 4, 1)),
                CatalogPrice(amount=Decimal("11.00"), unit="EA", per=Decimal(1), minimum=Decimal(144)),
            ),
        ),
    ),
)

EVERY_KIND: tuple[AnyDocument, ...] = (
    *INVOICES,
    CREDIT,
    ORDER,
    CHANGE,
    CANCELLATION,
    CONFIRMATION,
    ACCEPTANCE,
    SHIPMENT,
    CATALOGUE,
)


def written(document: AnyDocument, dialect: str) -> bytes:
    """Return a document as the hub writes it for a partner of that dialect."""
    cxml = {"our_id": "NetworkID:AN01", "their_id": "NetworkID:AN02"}
    known = partner("xml", xml={"dialect": dialect, **cxml}, receive={document.doc_type.value: {}})
    return XmlTranslator().write(document, ENVELOPE, known)
