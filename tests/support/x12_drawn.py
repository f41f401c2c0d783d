"""Documents drawn at random for each X12 set that has a map: one dictionary a file of strategies."""

from __future__ import annotations

from typing import Any

from hypothesis.strategies import SearchStrategy

from hub.model.documents import DocType
from tests.support import x12_changes, x12_documents, x12_grocery, x12_payments, x12_supplies, x12_warehouse
from translators.x12.sets import doctype

#: What a document holds that travels in its usual set.
DOCUMENTS: dict[DocType, SearchStrategy[Any]] = {
    **x12_documents.DOCUMENTS,
    **x12_changes.DOCUMENTS,
    **x12_payments.DOCUMENTS,
    DocType.APPLICATION_ADVICE: x12_grocery.application_advices,
    **x12_supplies.DOCUMENTS,
    **x12_warehouse.DOCUMENTS,
}

#: The same of the other sets that carry such a document.
OTHER_SETS: dict[str, SearchStrategy[Any]] = {
    **x12_warehouse.OTHER_SETS,
    "875": x12_grocery.grocery_orders,
    "880": x12_grocery.grocery_invoices,
}


def documents_of(set_id: str) -> SearchStrategy[Any]:
    """Return documents that a set carries whole."""
    return OTHER_SETS[set_id] if set_id in OTHER_SETS else DOCUMENTS[doctype(set_id)]
