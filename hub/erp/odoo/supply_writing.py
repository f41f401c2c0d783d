"""Put a plan of supplier prices into Odoo: hundreds of rows a call, each row once.

New rows are made by `load` with an external id of (company, vendor, product, quantity, days), so that a run that
broke off, or whose answer was lost, makes none twice. An external id whose record people have made into another
price since is theirs: the row gets an id of its own, and their price stays as they left it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from hub.erp.odoo.client import Session
from hub.erp.odoo.line_keys import MODULE
from hub.erp.odoo.names import Names
from hub.erp.odoo.reading import day, number, plain_number, ref_id
from hub.erp.odoo.supply_items import batches
from hub.erp.odoo.supply_plan import Plan
from hub.erp.odoo.supply_rows import PriceRow
from hub.model.errors import Undeliverable

_MODEL = "product.supplierinfo"
_TRIES = 3  # external ids for one row: each taken one was made into another price by people

#: A row that is there, and its values by field, as an import has them.
_Changed = tuple[int, dict[str, str]]


class PriceWriter:
    """Writes the supplier prices of one vendor for one company."""

    def __init__(self, session: Session, names: Names, company: int, vendor: int) -> None:
        self._session, self._company, self._vendor = session, company, vendor
        self._partner = names.field(_MODEL, "partner_id")

    def write(self, planned: Plan, currencies: Mapping[str, int]) -> None:
        """End what is replaced, change what differs, add what is new; each again does no harm."""
        changed = [(id_, {"date_end": last.isoformat()}) for id_, last in planned.closed.items()]
        changed += [(id_, _cells(values, currencies)) for id_, values in planned.writes.items()]
        self._change(changed)
        for batch in batches(planned.creates):
            self._add(batch, currencies)

    def _change(self, changed: Sequence[_Changed]) -> None:
        """Write only the fields that differ: rows that differ in the same fields go together."""
        alike: dict[tuple[str, ...], list[list[str]]] = {}
        for id_, cells in changed:
            alike.setdefault(tuple(sorted(cells)), []).append([str(id_), *(cells[k] for k in sorted(cells))])
        for fields, rows in alike.items():
            for batch in batches(rows):
                self._session.load_rows(_MODEL, [".id", *fields], batch)

    def _add(self, rows: Sequence[PriceRow], currencies: Mapping[str, int]) -> None:
        columns = ["id", f"{self._partner}/.id", "company_id/.id", "product_tmpl_id/.id", "product_id/.id"]
        columns += ["min_qty", "price", "currency_id/.id", "product_code", "product_name", "delay"]
        columns += ["date_start", "date_end"]
        columns += ["discount"] if any(row.discount for row in rows) else []
        left = {self._external_id(row): row for row in rows}
        for _ in range(_TRIES):
            cells = [self._row(key, row, currencies)[: len(columns)] for key, row in left.items()]
            ids = self._session.load_rows(_MODEL, columns, cells)
            taken = self._taken(dict(zip(ids, left.items(), strict=True)))
            if not taken:
                return
            left = taken
        raise Undeliverable(f"{len(left)} supplier prices were made into other ones while they were written")

    def _taken(self, made: Mapping[int, tuple[str, PriceRow]]) -> dict[str, PriceRow]:
        """Return the rows whose record is another price, each under its next external id."""
        fields = [self._partner, "company_id", "product_id", "min_qty", "date_start"]
        stored = self._session.read(_MODEL, list(made), fields)
        taken: dict[str, PriceRow] = {}
        for id_, (key, row) in made.items():
            there = stored.get(id_)
            wanted = (self._vendor, self._company, row.product, row.minimum, row.start)
            if there is None or wanted != (
                ref_id(there[self._partner]),
                ref_id(there["company_id"]),
                ref_id(there["product_id"]),
                number(there["min_qty"]),
                day(there["date_start"]),
            ):
                taken[f"{key}_{id_}"] = row
        return taken

    def _row(self, key: str, row: PriceRow, currencies: Mapping[str, int]) -> list[str]:
        return [
            key,
            str(self._vendor),
            str(self._company),
            str(row.template),
            str(row.product),
            plain_number(row.minimum),
            plain_number(row.price),
            str(currencies[row.currency]),
            row.code,
            row.name,
            str(1 if row.delay is None else row.delay),
            _cell(row.start),
            _cell(row.end),
            plain_number(row.discount),
        ]

    def _external_id(self, row: PriceRow) -> str:
        days = (row.start, row.end) if row.end else (row.start,)
        raw = "\x1f".join(
            map(str, (self._company, self._vendor, row.product, row.minimum.normalize(), *days))
        )
        digest = hashlib.sha256(raw.encode()).hexdigest()[:12]
        return f"{MODULE}.price_{self._company}_{self._vendor}_{row.product}_{digest}"


def _cells(values: Mapping[str, Any], currencies: Mapping[str, int]) -> dict[str, str]:
    """Return the values of a row that changes, by column of an import."""
    cells = {name: _cell(value) for name, value in values.items() if name != "currency"}
    return cells | ({"currency_id/.id": str(currencies[values["currency"]])} if "currency" in values else {})


def _cell(value: Decimal | dt.date | str | int | None) -> str:
    match value:
        case None:
            return ""
        case Decimal():
            return plain_number(value)
        case dt.date():
            return value.isoformat()
        case _:
            return str(value)
