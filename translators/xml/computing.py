"""What a map cannot say in a table: functions that maps name, in `prepare` and in [computed].

A function of `prepare` completes a document before it is written, so that what is written can be read back
as it is (sums that the format wants said, taxes by category), and says what stands in the way. One of
[computed] returns a value that only the file has: `(document, entry) -> value`, the entry being the line that
is written, or the document itself; None is not written.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hub.model.documents import AnyDocument
from hub.model.finding import Finding
from translators.paths import fetch
from translators.xml.billing import SUMS, completed_invoice, cxml_credit, cxml_invoice, peppol_invoice
from translators.xml.ordering import (
    ORDER_SUMS,
    billed_order,
    completed_confirmation,
    completed_order,
    peppol_response,
)
from translators.xml.shipping import merged_lines, packed_lines, shipment_identifier, shipped_lines

Prepare = Callable[[Any], tuple[AnyDocument, tuple[Finding, ...]]]
Compute = Callable[[Any, object], object]

PREPARED: dict[str, Prepare] = {
    "invoice": completed_invoice,
    "peppol_invoice": peppol_invoice,
    "cxml_invoice": cxml_invoice,
    "confirmation": completed_confirmation,
    "peppol_response": peppol_response,
    "order": completed_order,
    "billed_order": billed_order,
    "shipped_lines": shipped_lines,
    "packed_lines": packed_lines,
}


def _line_count(document: AnyDocument, _: object) -> int:
    """Return how many lines the document has."""
    lines = fetch(document, ("lines",))
    return len(lines) if isinstance(lines, tuple) else 0


def _gtin(_: AnyDocument, line: object) -> object:
    """Return the barcode of a line's item: an EAN or UPC is a GTIN of 13 or 12 digits (GS1)."""
    ids = fetch(line, ("ids",))
    known = ids if isinstance(ids, dict) else {}
    return next((known[name] for name in ("gtin", "ean", "upc") if known.get(name)), None)


#: What puts together a document that the places alone part.
FINISHED: dict[str, Callable[[Any], AnyDocument]] = {
    "cxml_invoice": cxml_credit,
    "shipped_lines": merged_lines,
}

COMPUTED: dict[str, Compute] = {
    **SUMS,
    **ORDER_SUMS,
    "line_count": _line_count,
    "gtin": _gtin,
    "shipment_identifier": shipment_identifier,
}
