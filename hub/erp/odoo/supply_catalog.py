"""Make our supplier prices (product.supplierinfo) those of a seller's price list, for one company, in batches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

from hub.erp.odoo.client import Session, Values
from hub.erp.odoo.lookups import Codes, hold
from hub.erp.odoo.names import Names
from hub.erp.odoo.reading import day, number, ref_id, ref_name, text
from hub.erp.odoo.supply_items import Goods, SupplyItems, batches
from hub.erp.odoo.supply_jumps import TOLD, in_money, jumps, told_jumps
from hub.erp.odoo.supply_packs import Packs, not_allowed
from hub.erp.odoo.supply_plan import Plan, plan
from hub.erp.odoo.supply_rows import MOST_PLACES, PriceRow, rows_of
from hub.erp.odoo.supply_spans import Known
from hub.erp.odoo.supply_writing import PriceWriter
from hub.erp.port.results import PostResult
from hub.erp.port.supplying import CatalogPolicy, CatalogResult, Named
from hub.model import problems
from hub.model.documents import PriceCatalog
from hub.model.errors import Undeliverable
from hub.model.exchange import ErpRecord
from hub.model.finding import Finding, Severity, Where

_MODEL = "product.supplierinfo"
_FIELDS = ("product_id", "product_tmpl_id", "min_qty", "date_start", "date_end", "price", "currency_id")
_MORE = ("product_code", "product_name", "delay")


class _Form(Struct, frozen=True):
    """What a supplier price of this Odoo is like."""

    places: int  # decimals of a price: what it rounds away is no change the next time
    fields: tuple[str, ...]


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
        unknown = tuple(at for at, one in enumerate(goods) if one is None)
        form, company = self._form(), self._session.company()
        rows, leaving, findings = rows_of(catalog, found, form.places)
        known, shared = self._known(vendor["id"], company, found.values(), form)
        if any(not row.currency for row in rows):
            rows = in_money(rows, known, policy.today, self._usual_currency(vendor["id"], company))
        currencies, holds = self._currencies({row.currency for row in rows})
        if policy.price_jump is not None and not policy.released:
            holds += told_jumps(jumps(rows, known, policy.today, policy.price_jump), policy.price_jump)
        if holds:
            return CatalogResult(result=PostResult(findings=(*holds, *findings[:TOLD])), unknown=unknown)
        planned = plan(rows, leaving, known, policy.today)
        findings = [*findings[:TOLD], *_undercut(rows, shared)[:TOLD]]
        try:
            PriceWriter(self._session, self._names, company, vendor["id"]).write(planned, currencies)
        except Undeliverable as fault:  # what was written is as it is to be: a release goes on from there
            refusal = not_allowed(fault, Severity.HOLD)
            return CatalogResult(result=PostResult(findings=(refusal, *findings)), unknown=unknown)
        packed = self._packs.tell((one, catalog.lines[at].pack) for at, one in found.items())
        record = ErpRecord("res.partner", vendor["id"], text(vendor["name"]))
        if not planned.empty:
            self._note(record, catalog, planned)
        return CatalogResult(
            result=PostResult(record=record, created=not planned.empty, findings=(*findings, *packed)),
            added=len(planned.creates),
            changed=len(planned.writes),
            closed=len(planned.closed),
            unknown=unknown,
        )

    def _form(self) -> _Form:
        told = self._session.call(
            _MODEL, "fields_get", allfields=["price", "discount"], attributes=["digits"]
        )
        digits = told.get("price", {}).get("digits")
        more = ("discount",) if "discount" in told else ()
        return _Form(int(digits[1]) if digits else MOST_PLACES, (*_FIELDS, *_MORE, *more))

    def _known(
        self, vendor: int, company: int, goods: Iterable[Goods], form: _Form
    ) -> tuple[list[Known], dict[int, list[Known]]]:
        """Return the prices of products, and by template those that are for all of several variants."""
        partner = self._names.field(_MODEL, "partner_id")
        templates = sorted({one.template for one in goods})
        known: list[Known] = []
        shared: dict[int, list[Known]] = {}
        for batch in batches(templates):
            domain: list[Any] = [[partner, "=", vendor], ["product_tmpl_id", "in", batch]]
            domain.append(["company_id", "in", [False, company]])
            rows = self._session.search_read(_MODEL, domain, form.fields)
            general = {ref_id(row["product_tmpl_id"]) for row in rows if not row["product_id"]}
            single = self._items.only_variants(general)
            for row in rows:
                template = ref_id(row["product_tmpl_id"])
                product = ref_id(row["product_id"]) or single.get(template, 0)
                if product:
                    known.append(_known(row, product))
                else:
                    shared.setdefault(template, []).append(_known(row, 0))
        return known, shared

    def _usual_currency(self, vendor: int, company: int) -> str:
        """Return in which currency we buy of a vendor: as Odoo says of him, else the company's."""
        name = "property_purchase_currency_id"
        if name in self._session.call("res.partner", "fields_get", allfields=[name], attributes=["type"]):
            row = self._session.one("res.partner", vendor, [name])
            if row[name]:
                return ref_name(row[name])
        return ref_name(self._session.one("res.company", company, ["currency_id"])["currency_id"])

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

    def _note(self, record: ErpRecord, catalog: PriceCatalog, planned: Plan) -> None:
        told = f"EDI price list {catalog.number}: {len(planned.creates)} prices added, "
        told += f"{len(planned.writes)} changed, {len(planned.closed)} ended"
        self._session.call(record.model, "message_post", [record.id], body=told)


def _known(row: Values, product: int) -> Known:
    return Known(
        id=row["id"],
        product=product,
        minimum=number(row["min_qty"]),
        start=day(row["date_start"]),
        end=day(row["date_end"]),
        price=number(row["price"]),
        currency=ref_name(row["currency_id"]),
        code=text(row["product_code"]),
        name=text(row["product_name"]),
        delay=int(row["delay"]),
        discount=number(row["discount"]) if "discount" in row else Decimal(0),
    )


def _undercut(rows: Sequence[PriceRow], shared: Mapping[int, Sequence[Known]]) -> list[Finding]:
    """Tell of prices of one variant where Odoo goes on taking a cheaper one that people gave to all variants."""
    findings: list[Finding] = []
    for row in rows:
        cheaper = next((one for one in shared.get(row.template, ()) if _takes_over(one, row)), None)
        if cheaper is not None:
            findings.append(
                Finding(
                    problem=problems.PRICE_DIFFERS,
                    severity=Severity.WARNING,
                    message=f"{row.sku}: {row.price.normalize():f} was written, and Odoo goes on with "
                    f"{cheaper.cost.normalize():f}, which stands there for all variants",
                    where=Where(path=f"lines[{row.line}].prices"),
                    hint="end the vendor's price for all variants in Odoo, or give it to the other variants",
                )
            )
    return findings


def _takes_over(one: Known, row: PriceRow) -> bool:
    apart = (one.end and row.start and one.end < row.start) or (one.start and row.end and row.end < one.start)
    return not apart and one.minimum <= row.minimum and one.cost < row.price and one.currency == row.currency
