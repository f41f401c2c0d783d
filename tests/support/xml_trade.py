"""UBL and cXML as a partner's own system would write and read it: templates and XPath, no code of ours."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from lxml import etree

from tests.support.xml_judges import SCHEMAS, schema

NAMES = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}
_UBL = "urn:oasis:names:specification:ubl:schema:xsd"

#: Item (our number), quantity, unit and price: one line of an order.
Line = tuple[str, str, str, str]


def root_of(data: bytes) -> str:
    """Return the name of a file's root element; of cXML that of the request."""
    root = etree.fromstring(data)
    if root.tag == "cXML":
        root = root[-1][0] if root[-1].tag == "Request" else root[-1]
    return str(etree.QName(root).localname)


def texts(data: bytes, path: str) -> list[str]:
    """Return what an XPath finds in a file: the text of elements, the value of attributes."""
    found = etree.fromstring(data).xpath(path, namespaces=NAMES)
    assert isinstance(found, list)
    return [str(one) if isinstance(one, str) else "".join(one.itertext()).strip() for one in found]


def one(data: bytes, path: str) -> str:
    """Return the only text that an XPath finds."""
    found = texts(data, path)
    assert len(found) == 1, f"{path}: {found} in {data.decode()}"
    return found[0]


def ubl(root: str, body: str) -> bytes:
    """Return a UBL document: a prefix of ours need not be theirs."""
    spaces = f'xmlns="{_UBL}:{root}-2" xmlns:cac="{NAMES["cac"]}" xmlns:cbc="{NAMES["cbc"]}"'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} {spaces}>{body}</{root}>\n'.encode()


def _party(role: str, endpoint: str, name: str) -> str:
    scheme, number = endpoint.split(":")
    return (
        f'<cac:{role}><cac:Party><cbc:EndpointID schemeID="{scheme}">{number}</cbc:EndpointID>'
        f"<cac:PartyLegalEntity><cbc:RegistrationName>{name}</cbc:RegistrationName></cac:PartyLegalEntity>"
        f"</cac:Party></cac:{role}>"
    )


def ubl_order(
    number: str, lines: Sequence[Line], *, buyer: str, seller: str, place: str, currency: str = "USD"
) -> bytes:
    """Return a Peppol order; `place` is a GLN."""
    rows = "".join(
        f'<cac:OrderLine><cac:LineItem><cbc:ID>{at * 10}</cbc:ID><cbc:Quantity unitCode="{unit}">{quantity}'
        f'</cbc:Quantity><cbc:LineExtensionAmount currencyID="{currency}">{Decimal(quantity) * Decimal(price)}'
        f'</cbc:LineExtensionAmount><cac:Price><cbc:PriceAmount currencyID="{currency}">{price}</cbc:PriceAmount>'
        f"</cac:Price><cac:Item><cbc:Name>Item {at}</cbc:Name><cac:SellersItemIdentification><cbc:ID>{item}"
        f"</cbc:ID></cac:SellersItemIdentification></cac:Item></cac:LineItem></cac:OrderLine>"
        for at, (item, quantity, unit, price) in enumerate(lines, 1)
    )
    return ubl(
        "Order",
        "<cbc:CustomizationID>urn:fdc:peppol.eu:poacc:trns:order:3</cbc:CustomizationID>"
        "<cbc:ProfileID>urn:fdc:peppol.eu:poacc:bis:ordering:3</cbc:ProfileID>"
        f"<cbc:ID>{number}</cbc:ID><cbc:IssueDate>2026-01-13</cbc:IssueDate>"
        f"<cbc:OrderTypeCode>220</cbc:OrderTypeCode><cbc:DocumentCurrencyCode>{currency}"
        "</cbc:DocumentCurrencyCode><cbc:CustomerReference>Desk 7</cbc:CustomerReference>"
        + _party("BuyerCustomerParty", buyer, "Fjord Handel AS")
        + _party("SellerSupplierParty", seller, "My Company")
        + f'<cac:Delivery><cac:DeliveryLocation><cbc:ID schemeID="0088">{place}</cbc:ID>'
        "</cac:DeliveryLocation><cac:RequestedDeliveryPeriod><cbc:StartDate>2026-01-27</cbc:StartDate>"
        f"</cac:RequestedDeliveryPeriod></cac:Delivery>{rows}",
    )


def ubl_change(
    number: str, order: str, line: str, quantity: str, price: str, *, buyer: str, seller: str
) -> bytes:
    """Return a Peppol order change of one line."""
    return ubl(
        "OrderChange",
        f"<cbc:ID>{number}</cbc:ID><cbc:IssueDate>2026-01-14</cbc:IssueDate>"
        "<cbc:SequenceNumberID>1</cbc:SequenceNumberID><cbc:DocumentCurrencyCode>USD</cbc:DocumentCurrencyCode>"
        f"<cac:OrderReference><cbc:ID>{order}</cbc:ID></cac:OrderReference>"
        + _party("BuyerCustomerParty", buyer, "Fjord Handel AS")
        + _party("SellerSupplierParty", seller, "My Company")
        + f"<cac:OrderLine><cac:LineItem><cbc:ID>{line}</cbc:ID><cbc:LineStatusCode>3</cbc:LineStatusCode>"
        f'<cbc:Quantity unitCode="C62">{quantity}</cbc:Quantity><cac:Price><cbc:PriceAmount currencyID="USD">'
        f"{price}</cbc:PriceAmount></cac:Price><cac:Item><cbc:Name>Item</cbc:Name></cac:Item></cac:LineItem>"
        "</cac:OrderLine>",
    )


def cxml_order(
    number: str,
    lines: Sequence[Line],
    *,
    sender: str,
    receiver: str,
    secret: str,
    place: str,
    payload: str = "",
    mode: str = "production",
) -> bytes:
    """Return a cXML OrderRequest; identities are NetworkIDs."""
    rows = "".join(
        f'<ItemOut lineNumber="{at}" quantity="{quantity}"><ItemID><SupplierPartID>{item}</SupplierPartID>'
        f'</ItemID><ItemDetail><UnitPrice><Money currency="USD">{price}</Money></UnitPrice>'
        f'<Description xml:lang="en">Item {at}</Description><UnitOfMeasure>{unit}</UnitOfMeasure>'
        '<Classification domain="UNSPSC">39111500</Classification></ItemDetail></ItemOut>'
        for at, (item, quantity, unit, price) in enumerate(lines, 1)
    )
    total = sum(Decimal(quantity) * Decimal(price) for _, quantity, _, price in lines)
    credential = '<Credential domain="NetworkID"><Identity>{}</Identity>{}</Credential>'
    shared = f"<SharedSecret>{secret}</SharedSecret>" if secret else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<!DOCTYPE cXML SYSTEM "http://xml.cxml.org/schemas/cXML/1.2.014/cXML.dtd">\n'
        f'<cXML payloadID="{payload or number}@customer.example" timestamp="2026-01-13T09:00:00-06:00">'
        f"<Header><From>{credential.format(sender, '')}</From><To>{credential.format(receiver, '')}</To>"
        f"<Sender>{credential.format(sender, shared)}<UserAgent>Procure 9</UserAgent></Sender></Header>"
        f'<Request deploymentMode="{mode}"><OrderRequest><OrderRequestHeader orderID="{number}" '
        'orderDate="2026-01-13T09:00:00-06:00" type="new"><Total>'
        f'<Money currency="USD">{total}</Money></Total><ShipTo><Address addressID="{place}">'
        '<Name xml:lang="en">Dock 3</Name></Address></ShipTo><BillTo><Address addressID="HQ">'
        '<Name xml:lang="en">Prairie Co-op</Name></Address></BillTo></OrderRequestHeader>'
        f"{rows}</OrderRequest></Request></cXML>\n"
    ).encode()


def answer(root: str, number: str, order: str, body: str) -> bytes:
    """Return a supplier's document about an order: `body` stands behind its heads."""
    dated = "<cbc:IssueDate>2026-01-14</cbc:IssueDate>"
    reference = f"<cac:OrderReference><cbc:ID>{order}</cbc:ID></cac:OrderReference>"
    return ubl(root, f"<cbc:ID>{number}</cbc:ID>{dated}" + body.replace("{ORDER}", reference))


def _item(item: str) -> str:
    return (
        f"<cac:Item><cbc:Name>Part</cbc:Name><cac:BuyersItemIdentification><cbc:ID>{item}</cbc:ID>"
        "</cac:BuyersItemIdentification>{}</cac:Item>"
    )


def ubl_response(number: str, order: str, lines: Sequence[tuple[str, str, str, str]]) -> bytes:
    """Return an order response: of each line its number, our item, quantity and status (UNCL 1229)."""
    rows = "".join(
        f"<cac:OrderLine><cac:LineItem><cbc:ID>{at}</cbc:ID><cbc:LineStatusCode>{code}</cbc:LineStatusCode>"
        f'<cbc:Quantity unitCode="EA">{quantity}</cbc:Quantity>{_item(item).format("")}</cac:LineItem>'
        f"<cac:OrderLineReference><cbc:LineID>{line}</cbc:LineID></cac:OrderLineReference></cac:OrderLine>"
        for at, (line, item, quantity, code) in enumerate(lines, 1)
    )
    return answer(
        "OrderResponse", number, order, f"<cbc:OrderResponseCode>CA</cbc:OrderResponseCode>{{ORDER}}{rows}"
    )


def ubl_despatch(number: str, order: str, lines: Sequence[tuple[str, str, str, str]]) -> bytes:
    """Return a despatch advice: of each line its number, our item, quantity and the label of its carton."""
    rows = "".join(
        f'<cac:DespatchLine><cbc:ID>{at}</cbc:ID><cbc:DeliveredQuantity unitCode="EA">{quantity}'
        f"</cbc:DeliveredQuantity><cac:OrderLineReference><cbc:LineID>{line}</cbc:LineID>{{ORDER}}"
        f"</cac:OrderLineReference>{_item(item).format('')}<cac:Shipment><cbc:ID>NA</cbc:ID>"
        f"<cac:TransportHandlingUnit><cbc:ID>{label}</cbc:ID></cac:TransportHandlingUnit></cac:Shipment>"
        "</cac:DespatchLine>"
        for at, (line, item, quantity, label) in enumerate(lines, 1)
    )
    return answer("DespatchAdvice", number, order, rows)


#: A line of a supplier's bill: order line, our item, quantity, price, base quantity, net amount, more (allowances).
Billed = tuple[str, str, str, str, str, str, str]


def allowance(amount: str, *, charge: bool = False, tax: str = "") -> str:
    """Return an allowance or a charge."""
    rate = (
        f"<cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>{tax}</cbc:Percent><cac:TaxScheme><cbc:ID>VAT</cbc:ID>"
        "</cac:TaxScheme></cac:TaxCategory>"
        if tax
        else ""
    )
    return (
        f"<cac:AllowanceCharge><cbc:ChargeIndicator>{str(charge).lower()}</cbc:ChargeIndicator>"
        f"<cbc:AllowanceChargeReason>{'Freight' if charge else 'Rebate'}</cbc:AllowanceChargeReason>"
        f'<cbc:Amount currencyID="USD">{amount}</cbc:Amount>{rate}</cac:AllowanceCharge>'
    )


def ubl_bill(
    number: str,
    order: str,
    lines: Sequence[Billed],
    *,
    tax: str,
    total: str,
    more: str = "",
    root: str = "Invoice",
    original: str = "",
) -> bytes:
    """Return an invoice or credit note of a supplier whose taxes and total are as given."""
    row, counted = {"Invoice": ("InvoiceLine", "InvoicedQuantity")}.get(
        root, ("CreditNoteLine", "CreditedQuantity")
    )
    corrected = f"<cac:InvoiceDocumentReference><cbc:ID>{original}</cbc:ID></cac:InvoiceDocumentReference>"
    rate = (
        "<cbc:ID>S</cbc:ID><cbc:Percent>15</cbc:Percent><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>"
    )
    rows = "".join(
        f'<cac:{row}><cbc:ID>{at}</cbc:ID><cbc:{counted} unitCode="C62">{quantity}</cbc:{counted}>'
        f'<cbc:LineExtensionAmount currencyID="USD">{net}</cbc:LineExtensionAmount><cac:OrderLineReference>'
        f"<cbc:LineID>{line}</cbc:LineID></cac:OrderLineReference>{extra}"
        + _item(item).format(f"<cac:ClassifiedTaxCategory>{rate}</cac:ClassifiedTaxCategory>")
        + f'<cac:Price><cbc:PriceAmount currencyID="USD">{price}</cbc:PriceAmount><cbc:BaseQuantity '
        f'unitCode="C62">{base}</cbc:BaseQuantity></cac:Price></cac:{row}>'
        for at, (line, item, quantity, price, base, net, extra) in enumerate(lines, 1)
    )
    return answer(
        root,
        number,
        order,
        "<cbc:DocumentCurrencyCode>USD</cbc:DocumentCurrencyCode>{ORDER}"
        + (f"<cac:BillingReference>{corrected}</cac:BillingReference>" if original else "")
        + f'{more}<cac:TaxTotal><cbc:TaxAmount currencyID="USD">{tax}</cbc:TaxAmount><cac:TaxSubtotal>'
        f'<cbc:TaxableAmount currencyID="USD">{Decimal(total) - Decimal(tax)}</cbc:TaxableAmount>'
        f'<cbc:TaxAmount currencyID="USD">{tax}</cbc:TaxAmount><cac:TaxCategory>{rate}</cac:TaxCategory>'
        "</cac:TaxSubtotal></cac:TaxTotal><cac:LegalMonetaryTotal>"
        f'<cbc:TaxInclusiveAmount currencyID="USD">{total}</cbc:TaxInclusiveAmount>'
        f'<cbc:PayableAmount currencyID="USD">{total}</cbc:PayableAmount></cac:LegalMonetaryTotal>{rows}',
    )


def ubl_catalogue(number: str, lines: Sequence[tuple[str, str, str, str]]) -> bytes:
    """Return a price list: of each line our item, their item, the price and from how many it is."""
    rows = "".join(
        f"<cac:CatalogueLine><cbc:ID>{at}</cbc:ID><cbc:OrderableUnit>C62</cbc:OrderableUnit>"
        f'<cac:RequiredItemLocationQuantity><cbc:MinimumQuantity unitCode="C62">{least}</cbc:MinimumQuantity>'
        f'<cac:Price><cbc:PriceAmount currencyID="USD">{price}</cbc:PriceAmount></cac:Price>'
        "</cac:RequiredItemLocationQuantity><cac:Item><cbc:Name>Part</cbc:Name><cac:BuyersItemIdentification>"
        f"<cbc:ID>{ours}</cbc:ID></cac:BuyersItemIdentification><cac:SellersItemIdentification><cbc:ID>{theirs}"
        "</cbc:ID></cac:SellersItemIdentification></cac:Item></cac:CatalogueLine>"
        for at, (ours, theirs, price, least) in enumerate(lines, 1)
    )
    return answer("Catalogue", number, "", rows)


def written(files: list[bytes], *roots: str) -> list[bytes]:
    """Return the files, which are of these kinds in this order; UBL keeps its schema, where that is at hand."""
    assert [root_of(file) for file in files] == list(roots), files
    for file, root in zip(files, roots, strict=True):
        if SCHEMAS.is_dir() and etree.fromstring(file).tag.startswith("{urn:oasis"):
            schema(root).assertValid(etree.fromstring(file))
    return files
