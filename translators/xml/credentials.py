"""Who a cXML file says that it is from, held against the profile: identities, and the shared secret.

cXML's Header names From, To and Sender by credentials (domain and identity); a party may name several, of which one
must be agreed. The secret stands in the Sender's credential, and is never told in a finding.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator

from lxml import etree

from hub.model import problems
from hub.model.finding import Finding, Where
from hub.model.partner import Partner
from translators.maps import partner_address
from translators.xml.header import Secret


def credential_faults(root: etree._Element, partner: Partner, secret: Secret | None) -> tuple[Finding, ...]:
    """Return why a cXML file is not from this partner to us; what the profile does not name is not asked for.

    Without `secret`, which looks references up, the shared secret is not compared (a trial).
    """
    agreed = partner.xml
    faults = [
        *_identity(root, "From", agreed.their_id, "their_id"),
        *_identity(root, "To", agreed.our_id, "our_id"),
    ]
    if agreed.their_secret and secret is not None:
        faults += _shared(root, secret(agreed.their_secret))
    return tuple(faults)


def _identity(root: etree._Element, side: str, written: str, key: str) -> Iterator[Finding]:
    """Yield a finding when none of a side's credentials is the agreed one."""
    wanted = partner_address(written)
    said = [
        (one.get("domain", ""), (one.findtext("Identity") or "").strip())
        for one in root.iterfind(f"Header/{side}/Credential")
    ]
    known = {name for domain, name in said if not wanted.qualifier or domain == wanted.qualifier}
    if written and wanted.id not in known:
        named = ", ".join(f"{domain}:{name}" for domain, name in said) or "nobody"
        yield _refused(
            f"{side} names {named}, agreed is {written}",
            f"Header/{side}/Credential/Identity",
            f"if that is right: mend [xml] {key} in the profile, and ask for the file again",
            named,
        )


def _shared(root: etree._Element, wanted: str) -> Iterator[Finding]:
    told = (one.text or "" for one in root.iterfind("Header/Sender/Credential/SharedSecret"))
    if not any(hmac.compare_digest(text.strip().encode(), wanted.encode()) for text in told):
        yield _refused(
            "the shared secret is not the agreed one",
            "Header/Sender/Credential/SharedSecret",
            "ask the partner what they have; [xml] their_secret names ours",
        )


def _refused(message: str, path: str, hint: str, value: str = "") -> Finding:
    where = Where(path=f"/cXML/{path}")
    return Finding(problems.CREDENTIAL_REFUSED, message, where=where, value=value[:80], hint=hint)
