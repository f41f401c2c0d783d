"""The rules for [xml]: dialects that we write, and addresses and identities as their networks write them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hub.model.partner import Partner
from hub.profiles.fault import Fault
from hub.toml.checking import clip, did_you_mean

_DIALECTS = ("hub", "ubl", "peppol", "cxml")
_ENDPOINT = re.compile(r"\d{4}:\S+")  # ISO 6523 code of the scheme, which Peppol's EAS list takes over
_IDENTITY = re.compile(r"[^\s:]+:\S.*")


def xml_faults(partner: Partner) -> Iterator[Fault]:
    """Yield the faults of a partner's [xml]."""
    xml = partner.xml
    if xml.dialect and xml.dialect not in _DIALECTS:
        message = f'unknown dialect "{clip(xml.dialect)}"{did_you_mean(xml.dialect, _DIALECTS)}'
        yield Fault(("xml", "dialect"), message, ", ".join(_DIALECTS), xml.dialect)
    for name in ("our_endpoint", "their_endpoint"):
        address = getattr(xml, name)
        if address and not _ENDPOINT.fullmatch(address):
            hint = 'write "0088:7300010000001": four digits of scheme, a colon, the id'
            yield Fault(("xml", name), f'"{clip(address)}" is no electronic address', hint, address)
    for name in ("our_id", "their_id"):
        identity = getattr(xml, name)
        if identity and not _IDENTITY.fullmatch(identity):
            hint = 'write "NetworkID:AN01000000001": domain, colon, identity'
            yield Fault(("xml", name), f'"{clip(identity)}" is no cXML identity', hint, identity)
