"""The rules for [receive.*] and [send.*]: what one kind of document is agreed to look like."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from hub.model import problems
from hub.model.documents import DocType
from hub.model.partner import Crosswalks, Partner, Receive, Send
from hub.model.schedule import HOURLY, parse_window
from hub.profiles.fault import Fault
from hub.profiles.map_rules import leaves, map_faults
from hub.profiles.supply_rules import supply_faults
from hub.profiles.value_rules import value_faults
from hub.toml.checking import clip, did_you_mean
from hub.toml.positions import KeyPath
from translators.crosswalk import Crosswalk
from translators.x12.sets import sets_of

_FORMATS = ("x12", "csv", "xml")
_TRUST = (
    "crosswalk",
    "buyer_part",
    "vendor_part",
    "upc",
    "ean",
    "gtin",
    "sku",
    "manufacturer_part",
    "customer_reference",
)

Agreement = Receive | Send


def agreement_faults(partner: Partner, folder: Path) -> Iterator[Fault]:
    """Yield the faults of every agreement of a partner; files are looked for under `folder`."""
    for direction, agreements in (("receive", partner.receive), ("send", partner.send)):
        for document, agreement in agreements.items():
            path: KeyPath = (direction, document.value)
            yield from _format(agreement, path)
            yield from _set(document, agreement, path)
            yield from _warehouse(document, agreement, path)
            form = agreement.format or partner.format
            release = (isinstance(agreement, Send) and agreement.release) or partner.x12.release
            yield from map_faults(document, agreement, form, path, folder, release=release)
            yield from _files(agreement, path, folder)
    for document, receive in partner.receive.items():
        yield from _trust(receive, ("receive", document.value, "item_trust"))
        if receive.when and receive.when != HOURLY and parse_window(receive.when) is None:
            told = f'"{clip(receive.when)}" is no time at which work is done'
            yield Fault(
                ("receive", document.value, "when"), told, 'write "hourly", or a window as "22:00-05:00"'
            )
    yield from _matches(partner)
    yield from supply_faults(partner)
    yield from value_faults(partner)


def _format(agreement: Agreement, path: KeyPath) -> Iterator[Fault]:
    if agreement.format and agreement.format not in _FORMATS:
        guess = did_you_mean(agreement.format, _FORMATS)
        yield Fault((*path, "format"), f'unknown format "{clip(agreement.format)}"{guess}', "x12, csv or xml")


def _set(document: DocType, agreement: Agreement, path: KeyPath) -> Iterator[Fault]:
    """The X12 set that is agreed carries this kind of document."""
    wanted = agreement.set if isinstance(agreement, Send) else ""
    if wanted and wanted not in (sets := sets_of(document)):
        message = f'"{clip(wanted)}" carries no {document.value.replace("_", " ")}'
        yield Fault((*path, "set"), message, f"X12 has {' and '.join(sets) or 'none'} for it", wanted)


def _warehouse(document: DocType, agreement: Agreement, path: KeyPath) -> Iterator[Fault]:
    """Warehouse orders are of one warehouse, on whichever side it is ours."""
    if document is DocType.WAREHOUSE_ORDER and not agreement.warehouse:
        message = f"[{path[0]}.{path[1]}] names no warehouse, so nothing would come of it"
        hint = 'write warehouse = "WH2", the short name of the warehouse in Odoo'
        yield Fault((*path, "warehouse"), message, hint, problem=problems.CONFIG_MISSING)


def _trust(receive: Receive, path: KeyPath) -> Iterator[Fault]:
    """A kind of item number that has no name of ours is the lower-case X12 qualifier (data element 235)."""
    for kind in {kind for kind in receive.item_trust if receive.item_trust.count(kind) > 1}:
        last = len(receive.item_trust) - 1 - receive.item_trust[::-1].index(kind)
        yield Fault(
            (*path, last), f'"{clip(kind)}" is named twice', "the first of the two counts: leave one out"
        )
    for index, kind in enumerate(receive.item_trust):
        if kind not in _TRUST and not re.fullmatch(r"[a-z][a-z0-9]", kind):
            guess = did_you_mean(kind, _TRUST)
            yield Fault((*path, index), f'"{clip(kind)}" is no kind of item number{guess}', ", ".join(_TRUST))


def _matches(partner: Partner) -> Iterator[Fault]:
    """A CSV file does not say what it is: with two kinds, the file name must."""
    csv = [(d, r) for d, r in partner.receive.items() if (r.format or partner.format) == "csv"]
    for document, receive in csv:
        if len(csv) > 1 and not receive.match:
            hint = 'write match = "orders_*.csv"'
            yield Fault(
                ("receive", document.value), "several kinds of CSV file and no `match` for this one", hint
            )


def _files(agreement: Agreement, path: KeyPath, folder: Path) -> Iterator[Fault]:
    """Crosswalks and maps exist inside the partners folder, and the crosswalks load."""
    if agreement.map_file:
        yield from _file_fault(agreement.map_file, (*path, "map_file"), folder)
    for name in Crosswalks.__struct_fields__:
        relative = getattr(agreement.crosswalk, name)
        if not relative or not isinstance(relative, str):
            continue
        at = (*path, "crosswalk", name)
        faults = list(_file_fault(relative, at, folder))
        yield from faults or _crosswalk_faults(folder / relative, at)


def _file_fault(relative: str, path: KeyPath, folder: Path) -> Iterator[Fault]:
    if leaves(relative):
        yield Fault(
            path,
            f'"{clip(relative)}" leaves the partners folder',
            "a path below it: acme/items.csv",
            relative,
        )
    elif not (folder / relative).is_file():
        near = did_you_mean(relative, _files_below(folder, Path(relative).suffix))
        hint = f"it is looked for in {folder.as_posix()}"
        yield Fault(
            path, f'there is no file "{clip(relative)}"{near}', hint, relative, problems.CONFIG_REFERENCE
        )


def _files_below(folder: Path, suffix: str) -> list[str]:
    """Return what may have been meant: files of that kind one folder down."""
    if not suffix.isascii() or not suffix[1:].isalnum():
        return []
    return [file.relative_to(folder).as_posix() for file in folder.glob(f"*/*{suffix}")]


def _crosswalk_faults(file: Path, path: KeyPath) -> Iterator[Fault]:
    """What is wrong inside a crosswalk stands in its own rows."""
    for finding in Crosswalk.load(file)[1]:
        row = f":{finding.where.row}" if finding.where.row else ""
        message = f"{file.as_posix()}{row}: {finding.message}"
        yield Fault(path, message, finding.hint, finding.value, problems.CONFIG_REFERENCE, finding.severity)
