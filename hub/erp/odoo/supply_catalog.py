"""Write a seller's price list on our supplier prices (product.supplierinfo), in batches.

New rows are made by `load` with external ids of (vendor, product, quantity, first day), so that a run that broke off,
or whose answer was lost, makes none twice; what is there is written only where it differs.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from hub.erp.odoo.client import Session, Values
from hub.erp.odoo.line_keys import MODULE
from hub.erp.odoo.lookups import Codes, hold
from hub.erp.odoo.names import Names
from hub.erp.odoo.reading import day, number, plain_number, ref_id, ref_name, text
from hub.erp.odoo.supply_items import Goods, SupplyItems, batches
from hub.erp.odoo.supply_packs import Packs, not_allowed
from hub.erp.odoo.supply_plan import Jump, Known, Plan, plan
from hub.erp.odoo.supply_rows import MOST_PLACES, PriceRow, rows_of
from hub.erp.port.results import PostResult
from hub.erp.port.supplying import CatalogPolicy, CatalogResult, Named
from hub.model import problems
from hub.model.documents import PriceCatalog
from hub.model.errors import Undeliverable
from hub.model.exchange import ErpRecord
from hub.model.finding import Finding, Severity

#: How many single lines are told of one kind of trouble; a list may have thousands.
TOLD = 20

_FIELDS = ("product_id", "product_tmpl_id", "min_qty", "date_start", "date_end", "price", "currency_id")
_MORE = ("product_code", "product_name", "delay")


class Catalogs:
    """The supplier prices of one Odoo."""

    def __init__(self, session: Session, names: Names, codes: Codes, items: SupplyItems) -> None:
        self._session, self._names, self._codes, self._items = session, names, codes, items
        self._packs = Packs(session)

    def post(self, catalog: PriceCatalog, policy: CatalogPolicy) -> CatalogResult:
        """Make our supplier prices those of a list."""
        vendor = self._codes.partner(policy.vendor_ref)
        if isinstance(vendor, Finding):
            return CatalogResult(result=PostResult(findings=(vendor,)))
        goods = self._items.find(vendor["id"], [Named(sku=line.sku, ids=line.ids) for line in catalog.lines])
        found = {at: one for at, one in enumerate(goods) if one is not None}
        rows, leaving, findings = rows_of(catalog, found, self._places())
        currencies, foreign = self._currencies({row.currency for row in rows} - {""})
        planned = plan(
            rows, leaving, self._known(vendor["id"], found.values()), policy.today, policy.price_jump
        )
        jumps = [] if policy.released else _told_jumps(planned.jumps, policy)
        unknown = tuple(at for at, one in enumerate(goods) if one is None)
        if foreign or jumps:
            return CatalogResult(result=PostResult(findings=(*foreign, *jumps, *findings)), unknown=unknown)
        try:
            self._write(vendor["id"], planned, currencies)
        except Undeliverable as fault:  # what was written is as it is to be: a release goes on from there
            refusal = not_allowed(fault, Severity.HOLD)
            return CatalogResult(result=PostResult(findings=(refusal, *findings[:TOLD])), unknown=unknown)
        packed = self._packs.tell((one, catalog.lines[at].pack) for at, one in found.items())
        record = ErpRecord("res.partner", vendor["id"], text(vendor["name"]))
        result = PostResult(record=record, created=not planned.empty, findings=(*findings[:TOLD], *packed))
        if not planned.empty:
            self._note(record, catalog, planned)
        return CatalogResult(
            result=result,
            added=len(planned.creates),
            changed=len(planned.writes),
            closed=len(planned.closed),
            unknown=unknown,
        )

    def _known(self, vendor: int, goods: Iterable[Goods]) -> list[Known]:
        partner = self._names.field("product.supplierinfo", "partner_id")
        by_template = {one.template: one.product.id for one in goods}
        known: list[Known] = []
        for batch in batches(sorted(by_template)):
            domain: list[Any] = [[partner, "=", vendor], ["product_tmpl_id", "in", batch]]
            rows = self._session.search_read("product.supplierinfo", domain, [*_FIELDS, *_MORE])
            known += [_known(row, by_template) for row in rows]
        return known

    def _places(self) -> int:
        """Return how many decimals of a price Odoo keeps: what it rounds away is no change the next time."""
        told = self._session.call(
            "product.supplierinfo", "fields_get", allfields=["price"], attributes=["digits"]
        )
        digits = told.get("price", {}).get("digits")
        return int(digits[1]) if digits else MOST_PLACES

    def _currencies(self, names: set[str]) -> tuple[dict[str, int], list[Finding]]:
        """Return the ids of currencies, and a hold for each that Odoo does not use."""
        if not names:
            return {}, []
        rows = self._session.search_read("res.currency", [["name", "in", sorted(names)]], ["name"])
        ids = {text(row["name"]): int(row["id"]) for row in rows}
        hint = "Activate the currency in Odoo, then release."
        return ids, [
            hold(
                problems.ERP_MISSING, f"Odoo uses no currency {name}", where="currency", value=name, hint=hint
            )
            for name in sorted(names - ids.keys())
        ]

    def _write(self, vendor: int, planned: Plan, currencies: Mapping[str, int]) -> None:
        """End what is replaced, change what differs, add what is new; each again does no harm."""
        alike: dict[tuple[tuple[str, Any], ...], list[int]] = {}
        for id_, last in planned.closed.items():
            alike.setdefault((("date_end", last.isoformat()),), []).append(id_)
        for id_, values in planned.writes.items():
            alike.setdefault(_stored(values, currencies), []).append(id_)
        for values_, ids in alike.items():
            self._session.write("product.supplierinfo", ids, dict(values_))
        partner = self._names.field("product.supplierinfo", "partner_id")
        for batch in batches(planned.creates):
            columns = ["id", f"{partner}/.id", "product_tmpl_id/.id", "product_id/.id", "min_qty", "price"]
            columns += ["currency_id/.id", "product_code", "product_name", "delay", "date_start", "date_end"]
            currency = self._company_currency() if any(not row.currency for row in batch) else 0
            rows = [_cells(vendor, row, currencies.get(row.currency, currency)) for row in batch]
            self._session.load_once("product.supplierinfo", columns, rows)

    def _company_currency(self) -> int:
        (company,) = self._session.search_read("res.company", [], ["currency_id"], limit=1)
        return ref_id(company["currency_id"])

    def _note(self, record: ErpRecord, catalog: PriceCatalog, planned: Plan) -> None:
        told = f"EDI price list {catalog.number}: {len(planned.creates)} prices added, "
        told += f"{len(planned.writes)} changed, {len(planned.closed)} ended"
        self._session.call(record.model, "message_post", [record.id], body=told)


def _known(row: Values, by_template: Mapping[int, int]) -> Known:
    return Known(
        id=row["id"],
        product=ref_id(row["product_id"]) or by_template[ref_id(row["product_tmpl_id"])],
        minimum=number(row["min_qty"]),
        start=day(row["date_start"]),
        end=day(row["date_end"]),
        price=number(row["price"]),
        currency=ref_name(row["currency_id"]),
        code=text(row["product_code"]),
        name=text(row["product_name"]),
        delay=int(row["delay"]),
    )


def _stored(values: Mapping[str, Any], currencies: Mapping[str, int]) -> tuple[tuple[str, Any], ...]:
    """Return values as `write` takes them, in an order: rows that change alike are written together."""
    return tuple(sorted((_field(name), _plain(name, value, currencies)) for name, value in values.items()))


def _field(name: str) -> str:
    return "currency_id" if name == "currency" else name


def _plain(name: str, value: Any, currencies: Mapping[str, int]) -> Any:  # noqa: ANN401 - a field's value
    match value:
        case Decimal():
            return float(value)
        case dt.date():
            return value.isoformat()
        case _:
            return currencies[value] if name == "currency" else value


def _cells(vendor: int, row: PriceRow, currency: int) -> list[str]:
    return [
        _external_id(vendor, row),
        str(vendor),
        str(row.template),
        str(row.product),
        plain_number(row.minimum),
        plain_number(row.price),
        str(currency),
        row.code,
        row.name,
        str(1 if row.delay is None else row.delay),
        row.start.isoformat() if row.start else "",
        row.end.isoformat() if row.end else "",
    ]


def _external_id(vendor: int, row: PriceRow) -> str:
    raw = "\x1f".join(map(str, (vendor, row.product, row.minimum.normalize(), row.start)))
    return f"{MODULE}.price_{vendor}_{row.product}_{hashlib.sha256(raw.encode()).hexdigest()[:12]}"


def _told_jumps(jumps: Sequence[Jump], policy: CatalogPolicy) -> list[Finding]:
    """Hold a list for its jumps: the furthest are told one by one, the others by their count."""
    furthest = sorted(jumps, key=lambda jump: -abs(jump.percent))
    told = [
        hold(
            problems.PRICE_DIFFERS,
            f"{jump.row.sku}: {jump.before:f} becomes {jump.row.price.normalize():f} ({jump.percent:+.0f}%, "
            f"at most {policy.price_jump}% goes by itself)",
            where=f"lines[{jump.row.line}].prices",
            value=f"{jump.row.price.normalize():f}",
            hint="ask the vendor; release to take the whole list as it is, or reject it",
        )
        for jump in furthest[:TOLD]
    ]
    if len(jumps) > TOLD:
        message = f"{len(jumps) - TOLD} more prices change by more than {policy.price_jump}%"
        told.append(hold(problems.PRICE_DIFFERS, message, hint="see the document for all of them"))
    return told
