"""The names of Odoo's records that the profiles of a folder and their crosswalks hold, each with its file and line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from hub.model.erp_names import ErpName, NameKind
from hub.model.finding import Where
from hub.model.partner import Crosswalks, Partner, Receive, Send
from hub.model.record_types import FieldSource, RecordType, as_source
from hub.profiles.loading import load_partners
from hub.profiles.merging import Draft, Folder
from hub.toml.positions import KeyPath
from translators.crosswalk import Crosswalk

_CROSSWALKS = {
    "item": NameKind.ITEM,
    "ship_to": NameKind.ADDRESS,
    "unit": NameKind.UNIT,
    "charge": NameKind.CHARGE,
}
_EVERY = "*"  # stands for every item in [rules]


class _Reader(NamedTuple):
    """One profile: what it says, where it says it, and the folder of its files."""

    partner: Partner
    draft: Draft
    folder: Path

    def name(self, kind: NameKind, name: str, path: KeyPath, scope: str = "") -> ErpName:
        where = self.draft.locate(path)
        return ErpName(kind=kind, name=name, where=where, scope=scope, company=self.partner.company)


def erp_names(folder: Path, keys: tuple[str, ...] = ()) -> tuple[ErpName, ...]:
    """Return all names of the profiles that load and are not paused; with `keys`, of those profiles."""
    files = Folder(folder)
    found: list[ErpName] = []
    for key, partner in load_partners(folder)[0].items():
        if partner.status != "paused" and (not keys or key in keys):
            found += _names(_Reader(partner, files.draft(key), folder))
    return tuple(dict.fromkeys(found))


def _names(reader: _Reader) -> Iterator[ErpName]:
    partner = reader.partner
    if partner.company:
        yield reader.name(NameKind.COMPANY, partner.company, ("company",))
    if partner.receive or partner.send:
        yield reader.name(NameKind.PARTNER, partner.identity.odoo, ("identity", "odoo"))
    for direction, agreements in (("receive", partner.receive), ("send", partner.send)):
        for document, agreement in agreements.items():
            path: KeyPath = (direction, document.value)
            yield from _crosswalks(agreement.crosswalk, reader)
            if agreement.warehouse:
                yield reader.name(NameKind.WAREHOUSE, agreement.warehouse, (*path, "warehouse"))
            yield from _rules(agreement, path, reader)
    for name, kind in partner.records.items():
        yield from _record_names(kind, ("records", name), reader)


def _rules(agreement: Receive | Send, path: KeyPath, reader: _Reader) -> Iterator[ErpName]:
    if isinstance(agreement, Receive):
        if agreement.damaged:
            yield reader.name(NameKind.LOCATION, agreement.damaged, (*path, "damaged"))
        for table in ("minimum", "multiple"):
            for item in getattr(agreement.rules, table):
                if item != _EVERY:
                    yield reader.name(NameKind.ITEM, item, (*path, "rules", table, item))
        return
    for carrier in agreement.carriers:
        yield reader.name(NameKind.CARRIER, carrier, (*path, "carriers", carrier))
    for index, warehouse in enumerate(agreement.assortment.warehouses):
        yield reader.name(NameKind.WAREHOUSE, warehouse, (*path, "assortment", "warehouses", index))


def _crosswalks(tables: Crosswalks, reader: _Reader) -> Iterator[ErpName]:
    """Yield our side of each table, at its row."""
    for name, kind in _CROSSWALKS.items():
        if relative := getattr(tables, name):
            yield from _table(relative, kind, reader)


def _table(relative: str, kind: NameKind, reader: _Reader, scope: str = "") -> Iterator[ErpName]:
    file = reader.folder / relative
    rows = _rows(file)
    for entry in Crosswalk.load(file)[0].entries:
        where = Where(file=file.as_posix(), row=rows.get(entry.ours))
        yield ErpName(kind=kind, name=entry.ours, where=where, scope=scope, company=reader.partner.company)


def _rows(file: Path) -> dict[str, int]:
    """Return the first row in which each cell of a table stands."""
    rows: dict[str, int] = {}
    for number, line in enumerate(file.read_text("utf-8", errors="replace").splitlines(), 1):
        for cell in re.split("[,;]", line):
            rows.setdefault(cell.strip().strip('"'), number)
    return rows


def _record_names(kind: RecordType, path: KeyPath, reader: _Reader) -> Iterator[ErpName]:
    """Yield the model, its fields, and what the fixed values of look-ups name."""
    yield reader.name(NameKind.MODEL, kind.model, (*path, "model"))
    for name, written in kind.fields.items():
        field = name.partition(".")[0]
        yield reader.name(NameKind.FIELD, field, (*path, "fields", name), kind.model)
        yield from _looked_up(as_source(written), (*path, "fields", name), reader)
    for name in kind.lines:
        yield reader.name(NameKind.FIELD, name, (*path, "lines", name), kind.model)


def _looked_up(source: FieldSource, path: KeyPath, reader: _Reader) -> Iterator[ErpName]:
    if not source.look_up:
        return
    yield reader.name(NameKind.MODEL, source.look_up, (*path, "look_up"))
    if source.by == "external_id" or source.within:
        return  # judged row by row, when a file comes
    yield reader.name(NameKind.FIELD, source.by, (*path, "by"), source.look_up)
    scope = f"{source.look_up}.{source.by}"
    for key in ("value", "default"):
        if name := getattr(source, key):
            yield reader.name(NameKind.RECORD, name, (*path, key), scope)
    for theirs, ours in source.codes.items():
        yield reader.name(NameKind.RECORD, ours, (*path, "codes", theirs), scope)
    if source.crosswalk:
        yield from _table(source.crosswalk, NameKind.RECORD, reader, scope)
