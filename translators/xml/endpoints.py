"""Electronic addresses (Peppol EndpointID): the profile's, where a document's parties have none of their own."""

from __future__ import annotations

from msgspec.structs import replace

from hub.model.documents import AnyDocument, DocType
from hub.model.partner import Partner
from translators.maps import partner_address

#: Who sells and who buys, by the roles that documents name.
_SELLING = ("seller", "remit_to", "ship_from", "provider")
_BUYING = ("buyer", "bill_to")
#: Documents that the buyer sends; all others go the other way.
_OF_BUYERS = {DocType.PURCHASE_ORDER, DocType.ORDER_CHANGE, DocType.REMITTANCE, DocType.RECEIVING_ADVICE}


def with_endpoints(document: AnyDocument, partner: Partner) -> AnyDocument:
    """Return a document of ours with the electronic addresses of the profile at both parties."""
    addresses = (partner.xml.our_endpoint, partner.xml.their_endpoint)
    buying = document.doc_type in _OF_BUYERS
    ours, theirs = (_BUYING, _SELLING) if buying else (_SELLING, _BUYING)
    parties = dict(document.parties)
    for roles, written in zip((ours, theirs), addresses, strict=True):
        address = partner_address(written)
        for role in roles:
            if written and role in parties and not parties[role].endpoint:
                parties[role] = replace(parties[role], endpoint=address.id, endpoint_kind=address.qualifier)
    return document if parties == document.parties else replace(document, parties=parties)
