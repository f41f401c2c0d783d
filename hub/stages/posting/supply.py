"""What sellers tell of their stock and prices.

Their stock stays in the hub (Odoo has no model for it), their prices become our supplier prices. An item that we do
not have holds nothing up unless the profile says so: a list of 50,000 must not wait for one. It is told in a
finding, and of a price list as a proposal for a new product, which people make or leave.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from hub.erp.port import PostResult
from hub.erp.port.supplying import CatalogPolicy, Named
from hub.model import problems
from hub.model.documents import AnyDocument, CatalogLine, InventoryAdvice, PriceCatalog, StockLine
from hub.model.exchange import Exchange
from hub.model.finding import Finding, Severity, Where
from hub.model.partner import Receive
from hub.model.stock import StockTold
from hub.stages.posting.needs import Needs, Posted, reference
from hub.stages.posting.stock_rows import stock_rows
from translators.csv.frames import write_table

#: How many unknown items are told one by one.
TOLD = 20

#: What a cell begins with that a spreadsheet works out: people open proposals in one.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")

#: The columns of a proposal, as people read them.
_PROPOSAL = ("item", "upc", "ean", "gtin", "name", "brand", "group", "price", "currency", "unit", "pack")


def post_stock(exchange: Exchange, document: AnyDocument, needs: Needs) -> Posted:
    """Keep what a seller has."""
    assert isinstance(document, InventoryAdvice)
    partner = needs.partner(exchange.partner)
    agreed = partner.receive.get(exchange.document, Receive())
    supplying = needs.erp().supplying
    skus = supplying.find_items(reference(partner), [Named(sku=x.sku, ids=x.ids) for x in document.lines])
    missing = [at for at, sku in enumerate(skus) if not sku]
    waits = agreed.unknown == "hold" and not exchange.released
    unknown = unknown_items(document.lines, missing, hold=waits)
    if unknown and waits:
        return Posted(PostResult(findings=unknown))
    taken = stock_rows(document, skus)
    told = StockTold(
        partner=partner.key,
        number=document.number,
        as_of=as_of(document, exchange),
        full=(agreed.scope or document.scope) != "delta",
        location=_place(document),
        rows=taken.rows,
        held=taken.held,
    )
    pushed: tuple[Finding, ...] = ()
    if agreed.push == "supplierinfo":
        pushed = supplying.tell_stock(reference(partner), taken.rows, needs.today())
    left = f", {len(missing)} lines left out" if missing else ""
    return Posted(
        PostResult(findings=unknown + taken.findings + pushed),
        f"the stock of {len(set(skus) - {'', *taken.held})} items{left}",
        stock=told,
    )


def _place(document: InventoryAdvice) -> str:
    """Return the warehouse that a whole advice is of, by its code or name."""
    place = document.parties.get("warehouse")
    return (place.id or place.name) if place else ""


def as_of(document: InventoryAdvice, exchange: Exchange) -> dt.datetime:
    """Return when it was so by the sender's clock: as the document says, else as its envelope was written."""
    written = exchange.envelope.prepared_at
    day = document.date or (written.date() if written else exchange.created_at.date())
    if document.time is not None:
        return dt.datetime.combine(day, document.time.replace(tzinfo=None))
    if written is not None and written.date() == day:
        return written.replace(tzinfo=None)
    return dt.datetime.combine(day, dt.time())


def post_catalog(exchange: Exchange, document: AnyDocument, needs: Needs) -> Posted:
    """Make our supplier prices those of a seller's list; items that we do not have become proposals."""
    assert isinstance(document, PriceCatalog)
    partner = needs.partner(exchange.partner)
    agreed = partner.receive.get(exchange.document, Receive())
    supplying, vendor = needs.erp().supplying, reference(partner)
    if agreed.unknown == "hold" and not exchange.released:
        skus = supplying.find_items(vendor, [Named(sku=x.sku, ids=x.ids) for x in document.lines])
        missing = [at for at, sku in enumerate(skus) if not sku]
        if missing:
            return Posted(PostResult(findings=unknown_items(document.lines, missing, hold=True)))
    policy = CatalogPolicy(
        vendor_ref=vendor,
        today=needs.today(),
        price_jump=percent(agreed.price_jump),
        released=exchange.released,
    )
    done = supplying.post_catalog(document, policy)
    unknown = [at for at in done.unknown if document.lines[at].action != "delete"]
    told = unknown_items(document.lines, unknown, hold=False)
    counts = f": {done.added} prices added, {done.changed} changed, {done.closed} ended"
    more = f"{counts}; {len(unknown)} new items proposed" if unknown else counts
    result = PostResult(
        record=done.result.record, created=done.result.created, findings=done.result.findings + told
    )
    artifacts = {"proposals": proposals(document, unknown)} if unknown else {}
    return Posted(result, more, artifacts=artifacts)


def percent(text: str) -> Decimal | None:
    """Return 20 of "20%"; None of an empty text."""
    return Decimal(text.strip().removesuffix("%").strip()) if text else None


def unknown_items(
    lines: Sequence[StockLine] | Sequence[CatalogLine], missing: Sequence[int], *, hold: bool
) -> tuple[Finding, ...]:
    """Return what is to be said of lines whose item we do not have: the first ones, and how many more."""
    severity = Severity.HOLD if hold else Severity.WARNING
    told = [
        Finding(
            problem=problems.CODE_UNKNOWN,
            severity=severity,
            message=f"line {lines[at].number}: we have no item {_named(lines[at])}",
            where=Where(path=f"lines[{at}].ids"),
            value=next(iter(lines[at].ids.values()), ""),
            hint="add a row to the item crosswalk, or the vendor's number to the product in Odoo",
        )
        for at in missing[:TOLD]
    ]
    if len(missing) > TOLD:
        message = f"{len(missing) - TOLD} more lines name items that we do not have"
        told.append(Finding(problem=problems.CODE_UNKNOWN, severity=severity, message=message))
    return tuple(told)


def _named(line: StockLine | CatalogLine) -> str:
    return ", ".join(f"{kind} {code}" for kind, code in line.ids.items()) or "(the line names none)"


def _harmless(text: str) -> str:
    """Return a text of theirs that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULAS) else text


def proposals(catalog: PriceCatalog, unknown: Sequence[int]) -> bytes:
    """Return the items that we could take up, one a row, as a CSV for people."""
    rows = (_proposal(catalog.lines[at], catalog.currency) for at in unknown)
    return write_table(_PROPOSAL, rows, ",").encode()


def _proposal(line: CatalogLine, currency: str) -> list[str]:
    price = line.prices[0] if line.prices else None
    codes = [_harmless(line.ids.get(kind, "")) for kind in ("vendor_part", "upc", "ean", "gtin")]
    words = [_harmless(text) for text in (line.name, line.brand, line.group)]
    cost = [f"{price.amount:f}", price.currency or currency] if price else ["", ""]
    pack = f"{line.pack:f}" if line.pack is not None else ""
    return [*codes, *words, *cost, _harmless(line.unit), pack]
