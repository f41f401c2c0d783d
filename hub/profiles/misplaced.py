"""Keys that say nothing where they stand: of another kind of document, or of another format. Each is named.

What is written is judged, also where it repeats the default: without a word it would silently be without effect.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hub.model.documents import DocType
from hub.model.finding import Severity
from hub.model.partner import Partner
from hub.profiles.fault import Fault
from hub.profiles.merging import Draft
from hub.toml.positions import KeyPath

_ORDER, _CHANGE, _ANSWER = DocType.PURCHASE_ORDER, DocType.ORDER_CHANGE, DocType.ORDER_ACKNOWLEDGMENT
_NOTICE, _INVOICE, _PAID = DocType.SHIP_NOTICE, DocType.INVOICE, DocType.REMITTANCE
_STOCK, _PRICES = DocType.INVENTORY_ADVICE, DocType.PRICE_CATALOG
_NO_ITEMS = frozenset({_PAID, DocType.APPLICATION_ADVICE})
_WITH_ITEMS = tuple(
    kind for kind in DocType if kind in set(DocType) - _NO_ITEMS and kind is not DocType.UNKNOWN
)

#: Key of an agreement -> the kinds of document that have it; a key that is not named is every kind's.
RECEIVED: dict[str, tuple[DocType, ...]] = {
    "crosswalk.charge": (_INVOICE, _ORDER, _CHANGE),
    "crosswalk.price_basis": (_ORDER, _CHANGE, _ANSWER, DocType.ORDER_CHANGE_ACKNOWLEDGMENT, _INVOICE),
    "item_trust": _WITH_ITEMS,
    "price": (_ORDER,),
    "sdq": (_ORDER,),
    "warehouse": (DocType.WAREHOUSE_ORDER,),
    "validate": (DocType.WAREHOUSE_ADVICE,),
    "damaged": (DocType.WAREHOUSE_ADVICE,),
    "confirm": (_ORDER,),
    "changes": (_CHANGE, _ORDER),
    "change_quantity": (_CHANGE,),
    "cancel": (_CHANGE, _ORDER),
    "rules": (_ORDER,),
    "accept": (_ANSWER, DocType.ORDER_CHANGE_ACKNOWLEDGMENT, _NOTICE, _INVOICE),
    "patience": (_CHANGE, _ORDER),
    "unknown": (_STOCK, _PRICES),
    "scope": (_STOCK,),
    "push": (_STOCK,),
    "limit": (_INVOICE,),
    "differences": (_PAID, DocType.RECEIVING_ADVICE),
    "short_pay": (_PAID,),
    "price_jump": (_PRICES,),
}
SENT: dict[str, tuple[DocType, ...]] = {
    "crosswalk.charge": (),
    "crosswalk.price_basis": (),
    "warehouse": (DocType.WAREHOUSE_ORDER,),
    "over": (_NOTICE,),
    "availability": (_ANSWER,),
    "change_quantity": (_CHANGE,),
    "quiet": (_CHANGE,),
    "labels": (_NOTICE,),
    "carriers": (_NOTICE, DocType.WAREHOUSE_ORDER),
    "structure": (_NOTICE,),
    "several_orders": (_INVOICE,),
    "after": (_INVOICE,),
    "patience": (_INVOICE,),
    "method": (_PAID,),
    "every": (_STOCK, _PRICES),
    "at": (_STOCK, _PRICES),
    "assortment": (_STOCK, _PRICES),
    "assortment.warehouses": (_STOCK,),
    "assortment.by_warehouse": (_STOCK,),
    "assortment.allocation": (_STOCK,),
    "assortment.safety_stock": (_STOCK,),
    "assortment.scope": (_STOCK,),
}

#: Key of an agreement -> the formats that have it; a key that is not named is every format's.
FORMATS: dict[str, tuple[str, ...]] = {
    "codes": ("x12",),
    "max": ("x12",),
    "forbid": ("x12",),
    "gaps": ("x12",),
    "set": ("x12",),
    "release": ("x12",),
    "structure": ("x12",),
    "match": ("csv",),
    "dialect": ("xml",),
    "xsd": ("xml",),
}

#: Key of [transport] -> the kind of transport that has it.
_TRANSPORT = {
    "host": "sftp",
    "host_key": "sftp",
    "public_keys": "embedded",
    "quota_bytes": "embedded",
    "quota_files": "embedded",
}


def misplaced(draft: Draft, partner: Partner) -> Iterator[Fault]:
    """Yield a fault for each key of a profile, or of its templates, that says nothing there."""
    for direction, agreements, table in (
        ("receive", partner.receive, RECEIVED),
        ("send", partner.send, SENT),
    ):
        for document, agreement in agreements.items():
            path: KeyPath = (direction, document.value)
            written = _table(draft.data, path)
            yield from _of_other_documents(document, written, table, path)
            yield from _empty_lists(written, path)
            yield from _of_other_formats(agreement.format or partner.format, written, draft, path)
    for key in _table(draft.data, ("transport",)):
        kind = _TRANSPORT.get(key, partner.transport.kind)
        if kind != partner.transport.kind and _own(draft, ("transport", key)):
            message = f'"{key}" says nothing of transport.kind = "{partner.transport.kind}"'
            yield Fault(("transport", key), message, f'is kind = "{kind}" meant? Else leave it out')


def _of_other_documents(
    document: DocType, written: Mapping[str, Any], table: Mapping[str, tuple[DocType, ...]], path: KeyPath
) -> Iterator[Fault]:
    for dotted, kinds in table.items():
        key, _, below = dotted.partition(".")
        found = written.get(key)
        stands = key in written if not below else isinstance(found, dict) and below in found
        if stands and document not in kinds and (not below or document in table.get(key, (document,))):
            at = (*path, key, below) if below else (*path, key)
            yield Fault(at, f'"{dotted}" says nothing of {document.value}', _home(kinds, path[0]))


def _home(kinds: tuple[DocType, ...], direction: object) -> str:
    """Return where a key belongs, in words: an odd one out is told by the exception."""
    if not kinds:
        return "leave it out"
    if len(kinds) > 4:
        return "leave it out: that document has no items"
    return f"it belongs under {' or '.join(f'[{direction}.{kind.value}]' for kind in kinds)}"


def _of_other_formats(form: str, written: Mapping[str, Any], draft: Draft, path: KeyPath) -> Iterator[Fault]:
    """Judge the keys of one format; what a template says for its own format, a profile of another may inherit."""
    for key, forms in FORMATS.items():
        if key in written and form not in forms and _own(draft, (*path, key)):
            names = {"x12": "X12", "csv": "CSV", "xml": "XML"}
            message = f'"{key}" is for {" and ".join(names[one] for one in forms)}, and this is {form}'
            yield Fault((*path, key), message, f'write format = "{forms[0]}", or leave it out')


def _empty_lists(written: Mapping[str, Any], path: KeyPath) -> Iterator[Fault]:
    """An empty list of whose item numbers count does not turn them off: the default counts again."""
    if written.get("item_trust") == []:
        hint = "leave it out, or name the kinds that count"
        message = "an empty list says nothing: the default counts"
        yield Fault((*path, "item_trust"), message, hint, severity=Severity.WARNING)


def _own(draft: Draft, path: KeyPath) -> bool:
    """Say whether a key stands in the profile's own file, not in a template."""
    return draft.locate(path).file == draft.file


def _table(data: Mapping[str, Any], path: KeyPath) -> Mapping[str, Any]:
    for key in path:
        data = data.get(str(key), {}) if isinstance(data, Mapping) else {}
    return data if isinstance(data, Mapping) else {}
