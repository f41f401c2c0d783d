"""The crosswalk for stock and price lists: our items and units for theirs, and theirs for ours."""

from __future__ import annotations

from decimal import Decimal

from hub.model.documents import (
    CatalogLine,
    CatalogPrice,
    InventoryAdvice,
    PriceCatalog,
    StockLine,
    StockQuantity,
)
from hub.model.partner import Receive
from translators.crosswalk import Crosswalk, Entry, Tables, to_partner, translate_document

TABLES = Tables(
    item=Crosswalk.of(
        (Entry(theirs="W-6", ours="WIDGET", factor=Decimal(6)), Entry(theirs="W-1", ours="WIDGET"))
    ),
    unit=Crosswalk.of((Entry(theirs="CA", ours="Units", factor=Decimal(12)),)),
)


def stock(unit: str, *more: str, **ids: str) -> StockLine:
    quantities = tuple(StockQuantity(quantity=Decimal(2), unit=each) for each in (unit, *more))
    advice = InventoryAdvice(number="A", lines=(StockLine(number="1", ids=ids, quantities=quantities),))
    read, findings = translate_document(advice, TABLES, Receive())
    assert findings == ()
    assert isinstance(read, InventoryAdvice)
    return read.lines[0]


def test_stock_in_their_packs_of_their_packs() -> None:
    line = stock("CA", vendor_part="W-6")
    assert (line.sku, line.our_unit, line.unit_factor) == ("WIDGET", "Units", 72)


def test_an_item_that_nothing_translates_holds_nothing_up() -> None:
    line = stock("EA", vendor_part="X")
    assert (line.sku, line.our_unit, line.unit_factor) == ("", "Units", 1)
    assert stock("EA", buyer_part="OURS").sku == "OURS"


def test_a_unit_that_nobody_knows_stays_theirs() -> None:
    assert stock("ZZ", vendor_part="W-1").unit_factor is None
    assert stock("", vendor_part="W-1").unit_factor is None
    assert stock("EA", "CA", vendor_part="W-1").unit_factor is None


def test_prices_are_per_their_unit_or_the_line_s() -> None:
    prices = (CatalogPrice(amount=Decimal(9), unit="CA"), CatalogPrice(amount=Decimal(1)))
    line = CatalogLine(number="1", ids={"vendor_part": "W-1"}, unit="PK", pack=Decimal(12), prices=prices)
    read, _ = translate_document(PriceCatalog(number="C", lines=(line,)), TABLES, Receive())
    assert isinstance(read, PriceCatalog)
    assert [(p.our_unit, p.unit_factor) for p in read.lines[0].prices] == [("Units", 12), ("Units", 12)]


def test_what_we_tell_has_their_numbers_and_units() -> None:
    line = StockLine(number="1", sku="WIDGET", quantities=(StockQuantity(quantity=Decimal(3), unit="Units"),))
    told, findings = to_partner(InventoryAdvice(number="A", lines=(line,)), TABLES)
    assert isinstance(told, InventoryAdvice)
    assert told.lines[0].ids == {"vendor_part": "WIDGET", "buyer_part": "W-1"}
    assert (told.lines[0].quantities[0].unit, findings) == ("EA", ())
    priced = CatalogLine(number="1", sku="WIDGET", unit="furlong")
    catalog, (finding,) = to_partner(PriceCatalog(number="C", lines=(priced,)), TABLES)
    assert isinstance(catalog, PriceCatalog)
    assert 'the unit "furlong" has no code' in finding.message


def test_a_pack_that_contradicts_the_table_is_no_unit() -> None:
    line = CatalogLine(
        number="1", unit="CA", pack=Decimal(4), prices=(CatalogPrice(amount=Decimal(9)),), ids={"upc": "1"}
    )
    read, _ = translate_document(PriceCatalog(number="C", lines=(line,)), TABLES, Receive())
    assert isinstance(read, PriceCatalog)
    assert read.lines[0].prices[0].unit_factor is None
