"""Profiles of partners who trade in XML, as an onboarder would write them, and the format of one of them."""

from __future__ import annotations

from hub.profiles import lint
from tests.support.small_hub import SmallHub

US, FJORD, GLN = "0088:7300010000001", "0192:987654325", "7300010000025"
FJORD_PROFILE = f"""
extends = "_xml_peppol_customer"
name    = "Fjord Handel AS"
status  = "live"

[identity]
odoo = "FJORD"

[xml]
our_endpoint   = "{US}"
their_endpoint = "{FJORD}"

[receive.purchase_order.crosswalk]
ship_to = "fjord/ship_to.csv"
"""
PRAIRIE_PROFILE = """
extends = "_cxml_customer"
name    = "Prairie Co-op"
status  = "live"

[identity]
odoo = "PRAIRIE"

[xml]
our_id       = "NetworkID:AN-US"
their_id     = "NetworkID:AN-PRAIRIE"
secret       = "file:prairie_ours"
their_secret = "file:prairie_theirs"
host         = "edi.ourco.example"

[receive.purchase_order.crosswalk]
ship_to = "prairie/ship_to.csv"
"""
GLOBEX_PROFILE = """
name   = "Globex, by UBL"
status = "live"
format = "xml"

[identity]
odoo = "GLOBEX"

[xml]
dialect        = "peppol"
receipt        = "rejected"
our_endpoint   = "0088:7300010000001"
their_endpoint = "0088:7300010000032"

[send.purchase_order]

[receive.order_acknowledgment]

[receive.ship_notice]

[receive.invoice]

[receive.price_catalog]
price_jump = "50%"
"""
OWN_PROFILE = """
name   = "Own Words Ltd"
status = "live"
format = "xml"

[identity]
odoo = "PRAIRIE"

[receive.purchase_order]
map_file = "own/order.toml"
xsd      = "own/order.xsd"

[receive.purchase_order.crosswalk]
ship_to = "own/ship_to.csv"
"""
OWN_MAP = """
document = "purchase_order"
root     = "x:batch"
each     = "/x:batch/x:order"
must     = ["lines[]", "parties.ship_to.id"]

[namespaces]
x = "urn:example:order"

[places]
"number"                  = "@no"
"date"                    = "x:on"
"currency"                = "x:cur"
"parties.ship_to.id"      = "x:to/@code"
"lines[]"                 = "x:row"
"lines[].number"          = "@n"
"lines[].ids.vendor_part" = "x:sku"
"lines[].quantity"        = "x:qty"
"lines[].unit"            = "x:qty/@unit"
"lines[].price"           = "x:cost"
"""
OWN_XSD = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:example:order"
  xmlns:x="urn:example:order" elementFormDefault="qualified">
  <xs:element name="batch"><xs:complexType><xs:sequence>
    <xs:element name="order" maxOccurs="unbounded"><xs:complexType><xs:sequence>
      <xs:element name="on" type="xs:date"/><xs:element name="cur" type="xs:string"/>
      <xs:element name="to"><xs:complexType><xs:attribute name="code" use="required"/></xs:complexType></xs:element>
      <xs:element name="row" maxOccurs="unbounded"><xs:complexType><xs:sequence>
        <xs:element name="sku" type="xs:string"/>
        <xs:element name="qty"><xs:complexType><xs:simpleContent><xs:extension base="xs:decimal">
          <xs:attribute name="unit"/></xs:extension></xs:simpleContent></xs:complexType></xs:element>
        <xs:element name="cost" type="xs:decimal"/>
      </xs:sequence><xs:attribute name="n" use="required"/></xs:complexType></xs:element>
    </xs:sequence><xs:attribute name="no" use="required"/></xs:complexType></xs:element>
  </xs:sequence></xs:complexType></xs:element>
</xs:schema>
"""


def onboard(hub: SmallHub, key: str, profile: str, files: dict[str, str]) -> None:
    """Write a profile and its tables as an onboarder would; it lints clean."""
    folder = hub.root / "partners"
    (folder / key).mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / key / name).write_text(text)
    (folder / f"{key}.toml").write_text(profile)
    assert [finding.line() for finding in lint(folder, (key,))] == []
