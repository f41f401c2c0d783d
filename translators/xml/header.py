"""The header of a cXML file: who sends, to whom, under which id, and the answer to one that was received.

Clock and numbers come in the envelope, identities from the profile, the shared secret by its reference.
"""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from hub.model import problems
from hub.model.acks import ReceiptEntry
from hub.model.envelope import Address, Envelope
from hub.model.partner import Partner
from translators.maps import partner_address

#: Looks a reference to a secret up.
Secret = Callable[[str], str]

CXML_DOCTYPE = '<!DOCTYPE cXML SYSTEM "http://xml.cxml.org/schemas/cXML/1.2.050/cXML.dtd">'


def header_texts(envelope: Envelope, partner: Partner, number: str, secret: Secret) -> dict[str, str]:
    """Return what a map's [envelope] can place, by name. `number` is the document's own."""
    ours = _credential(partner.xml.our_id or partner.identity.our_isa, envelope.sender)
    theirs = _credential(partner.xml.their_id or partner.identity.isa, envelope.receiver)
    login = partner_address(partner.xml.login) if partner.xml.login else ours
    return {
        "control": payload_id(envelope, partner, number),
        "prepared_at": timestamp(envelope),
        "usage": envelope.usage,
        "sender": ours.id,
        "sender_domain": ours.qualifier,
        "receiver": theirs.id,
        "receiver_domain": theirs.qualifier,
        "login": login.id,
        "login_domain": login.qualifier,
        "secret": secret(partner.xml.secret) if partner.xml.secret else "",
        "agent": partner.xml.agent,
    }


def payload_id(envelope: Envelope, partner: Partner, number: str) -> str:
    """Return an id that no other file of ours has: the moment, the document, our host."""
    moment = f"{envelope.prepared_at:%Y%m%d%H%M%S%f}" if envelope.prepared_at else "0"
    name = "".join(c if c.isascii() and c.isalnum() else "-" for c in number)
    return f"{moment}.{name or '0'}@{partner.xml.host}"


def timestamp(envelope: Envelope) -> str:
    """Return the moment of writing as cXML wants it; the envelope's clock is UTC."""
    return f"{envelope.prepared_at:%Y-%m-%dT%H:%M:%S}+00:00" if envelope.prepared_at else ""


def cxml_response(entries: tuple[ReceiptEntry, ...], partner: Partner, envelope: Envelope) -> bytes:
    """Write the cXML Response that answers a request: 200 when it was taken, 406 with the findings when not.

    Status codes are those of HTTP as cXML 1.2 uses them: 406 says that what came was not acceptable, 401 that its
    credentials are not the agreed ones.
    """
    refused = [entry for entry in entries if entry.status == "rejected"]
    findings = [finding for entry in refused for finding in entry.findings if finding.fatal]
    number = entries[0].number if entries else ""
    root = etree.Element("cXML")
    root.set("payloadID", payload_id(envelope, partner, f"response-{number}"))
    root.set("timestamp", timestamp(envelope))
    status = etree.SubElement(etree.SubElement(root, "Response"), "Status")
    strange = any(finding.problem == problems.CREDENTIAL_REFUSED for finding in findings)
    code, text = (
        ("401", "Unauthorized") if strange else ("406", "Not Acceptable") if refused else ("200", "OK")
    )
    status.set("code", code)
    status.set("text", text)
    if findings:
        status.text = clean("; ".join(finding.line() for finding in findings))
    return etree.tostring(
        root, encoding="utf-8", xml_declaration=True, doctype=CXML_DOCTYPE, pretty_print=True
    )


#: What XML 1.0 cannot hold (section 2.2), and a partner's bad value may: each is shown as a question mark.
_REPLACED = dict.fromkeys((*range(9), 11, 12, *range(14, 32), *range(55296, 57344), 65534, 65535), "?")


def clean(text: str) -> str:
    """Return text that XML can hold."""
    return text.translate(_REPLACED)


def _credential(written: str, otherwise: Address) -> Address:
    address = partner_address(written) if written else otherwise
    return address if address.qualifier else Address("NetworkID", address.id)
