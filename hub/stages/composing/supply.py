"""What customers get by the clock: what we have of their assortment, and what it costs them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import ROUND_DOWN, Decimal

import msgspec
from msgspec.structs import replace

from hub.erp.port.supplying import Assortment, OurPrice, OurProduct, OurStock
from hub.model import problems
from hub.model.documents import (
    CatalogLine,
    CatalogPrice,
    DocType,
    InventoryAdvice,
    Party,
    PriceCatalog,
    StockLine,
    StockQuantity,
)
from hub.model.exchange import ErpRecord, Exchange
from hub.model.finding import Finding, Severity, Where
from hub.model.partner import Assortment as Agreed
from hub.model.partner import Partner
from hub.stages.composing.needs import Composed, Needs
from translators.crosswalk import Tables, to_partner

_ONE = Decimal(1)
_SMALLEST = Decimal("0.001")  # of what is not counted in pieces
_LONGEST_NAME = 80  # PID05


def compose_stock(exchange: Exchange, source: ErpRecord, partner: Partner, needs: Needs) -> Composed:
    """Tell a customer what we have of the products that he is told of."""
    agreed = partner.send[DocType.INVENTORY_ADVICE].assortment
    tables, faults = needs.send_tables(partner, exchange)
    stock = needs.erp().supplying.read_stock(_asked(partner, agreed, tables))
    now = needs.now().astimezone()
    advice = InventoryAdvice(
        number=_number(source),
        date=needs.today(),
        time=now.time().replace(second=0, microsecond=0, tzinfo=None),
        parties=_parties(needs),
        lines=tuple(stock_line(one, str(at), agreed) for at, one in enumerate(stock, 1)),
    )
    advice = replace(advice, line_count=len(advice.lines))
    whole, findings = to_partner(advice, tables)
    assert isinstance(whole, InventoryAdvice)
    findings = faults + findings + _none_listed(stock, partner, "inventory_advice")
    if agreed.scope != "delta":
        return Composed(whole, findings)
    before = needs.last_basis(exchange)
    basis = {"basis": msgspec.json.encode(whole)}  # what the next one is compared with
    if not isinstance(before, InventoryAdvice):  # the first one, or the first that they accept: all of it
        return Composed(whole, findings, artifacts=basis)
    changed = changes(before, whole)
    nothing = "" if changed.lines or findings else "nothing has changed since the last one"
    return Composed(changed, findings, artifacts=basis, nothing=nothing)


def stock_line(one: OurStock, number: str, agreed: Agreed) -> StockLine:
    """Return what a customer is told of one product: his part of what is free; nothing of what is no longer sold."""
    amounts = one.free if agreed.by_warehouse else {"": sum(one.free.values(), Decimal(0))}
    quantities = tuple(
        StockQuantity(
            quantity=Decimal(0) if one.gone else offered(amount, agreed), unit=one.unit, location=place
        )
        for place, amount in amounts.items()
    )
    return StockLine(
        number=number,
        ids=dict(one.ids),
        description=one.name[:_LONGEST_NAME],
        quantities=quantities,
        discontinued=one.gone,
        sku=one.sku,
    )


def offered(free: Decimal, agreed: Agreed) -> Decimal:
    """Return the part of what is free that a customer may have: less the safety stock, never below nothing.

    Whole pieces stay whole: 80 % of 7 are 5.
    """
    part = (free - agreed.safety_stock) * Decimal(agreed.allocation.strip().removesuffix("%").strip()) / 100
    exact = _ONE if free == free.to_integral_value() else _SMALLEST
    return max(part, Decimal(0)).quantize(exact, ROUND_DOWN)


def changes(before: InventoryAdvice, now: InventoryAdvice) -> InventoryAdvice:
    """Return an advice of what differs from an earlier one; what is told no longer has nothing left."""
    known = {line.sku: replace(line, number="") for line in before.lines}
    changed = [line for line in now.lines if known.get(line.sku) != replace(line, number="")]
    told = {line.sku for line in now.lines}
    gone = [_nothing_left(line) for line in before.lines if line.sku not in told and not line.discontinued]
    lines = tuple(replace(line, number=str(at)) for at, line in enumerate((*changed, *gone), 1))
    return replace(now, scope="delta", lines=lines, line_count=len(lines))


def _nothing_left(line: StockLine) -> StockLine:
    quantities = tuple(replace(told, quantity=Decimal(0)) for told in line.quantities)
    return replace(line, quantities=quantities, discontinued=True)


def compose_catalog(exchange: Exchange, source: ErpRecord, partner: Partner, needs: Needs) -> Composed:
    """Tell a customer what he pays, by his pricelist."""
    agreed = partner.send[DocType.PRICE_CATALOG].assortment
    tables, faults = needs.send_tables(partner, exchange)
    today = needs.today()
    prices = needs.erp().supplying.read_prices(_asked(partner, agreed, tables), today)
    priced = [one for one in prices.products if one.prices]
    units = prices.weight_unit, prices.volume_unit
    catalog = PriceCatalog(
        number=_number(source),
        date=today,
        kind="price_sheet",
        version=prices.name[:15],
        currency=prices.currency,
        dates={"effective": today},
        parties=_parties(needs),
        lines=tuple(catalog_line(one, str(at), units) for at, one in enumerate(priced, 1)),
        line_count=len(priced),
    )
    document, findings = to_partner(catalog, tables)
    return Composed(document, faults + findings + _none_listed(priced, partner, "price_catalog"))


def catalog_line(one: OurProduct, number: str, units: tuple[str, str]) -> CatalogLine:
    """Return a product of ours as a line of a price list."""
    return CatalogLine(
        number=number,
        ids=dict(one.ids),
        name=one.name[:_LONGEST_NAME],
        description=" ".join(one.description.split())[:_LONGEST_NAME],
        group=one.group,
        prices=tuple(_price(price, one.unit) for price in one.prices),
        unit=one.unit,
        pack=one.pack,
        lead_days=one.lead_days,
        weight=one.weight,
        weight_unit=units[0] if one.weight else "",
        volume=one.volume,
        volume_unit=units[1] if one.volume else "",
        sku=one.sku,
    )


def _price(price: OurPrice, unit: str) -> CatalogPrice:
    """Return a price from one piece on at least: X12 writes a unit only with a quantity."""
    return CatalogPrice(
        amount=price.amount,
        kind="unit_cost",
        unit=unit,
        minimum=max(price.minimum, _ONE),
        start=price.start,
        end=price.end,
    )


def _asked(partner: Partner, agreed: Agreed, tables: Tables) -> Assortment:
    """Return the products that a customer is told of: as a rule, those that his item crosswalk names."""
    named = agreed.listing == "crosswalk"
    return Assortment(
        customer_ref=partner.identity.odoo or partner.name,
        listing="skus" if named else agreed.listing,
        skus=tuple(sorted({entry.ours for entry in tables.item.entries})) if named else (),
        warehouses=agreed.warehouses,
    )


def _parties(needs: Needs) -> dict[str, Party]:
    name = needs.company().name
    return {"seller": Party(name=name)} if name else {}


def _number(source: ErpRecord) -> str:
    """Return the document's number: the instant that it is due, which no other one of its kind has."""
    return dt.datetime.fromtimestamp(source.id, dt.UTC).strftime("%Y%m%d%H%M")


def _none_listed(listed: Sequence[object], partner: Partner, document: str) -> tuple[Finding, ...]:
    """Hold a document that would tell of nothing: to the customer that means that we have nothing left."""
    if listed:
        return ()
    return (
        Finding(
            problem=problems.ERP_MISSING,
            severity=Severity.HOLD,
            message=f"no product is listed for {partner.name}",
            where=Where(path="lines"),
            hint=f"fill the item crosswalk of [send.{document}], or choose another assortment.listing; then redrive",
        ),
    )
