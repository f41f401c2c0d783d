"""The language of XML maps: what a map may say, both ways, and what it may not."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from hub.model import problems
from hub.model.documents import AnyDocument, Charge, OrderLine, Party, PurchaseOrder
from hub.model.errors import ConfigError
from hub.model.finding import Finding
from tests.support.xml_documents import ORDER, SHIPMENT, written
from translators.xml.compiling import compile_map, xml_map
from translators.xml.map_source import under
from translators.xml.reading import read_document
from translators.xml.shipping import merged_lines, packed_lines, shipped_lines
from translators.xml.steps import place, route
from translators.xml.unused import unused
from translators.xml.writing import write_document
from translators.xml.xml_map import XmlMap

MAP = """
document = "purchase_order"
root     = "a"
each     = "/a"
{head}

[places]
"number" = "no"
{places}
"lines[]"          = "l"
"lines[].number"   = "@n"
"lines[].quantity" = "q"
"lines[].unit"     = "q/@u"
{tables}
"""
LINE = OrderLine(number="1", quantity=Decimal(2), unit="EA")


def made(folder: Path, places: str = "", tables: str = "", head: str = "") -> XmlMap:
    """Compile a small map out of a file."""
    file = folder / "small.toml"
    file.write_text(MAP.format(places=places, tables=tables, head=head), "utf-8")
    return xml_map(file)


def both_ways(mapped: XmlMap, order: PurchaseOrder) -> tuple[etree._Element, AnyDocument | None]:
    """Write an order and read it back."""
    data, findings = write_document(mapped, order)
    assert findings == ()
    root = etree.fromstring(data)
    back, notes = read_document(mapped, root)
    assert notes == ()
    return root, back


def read(mapped: XmlMap, inner: str) -> tuple[AnyDocument | None, tuple[Finding, ...]]:
    """Read an order with one line and what else is given."""
    return read_document(mapped, etree.fromstring(f"<a><no>1</no>{inner}<l n='1'><q u='EA'>2</q></l></a>"))


def test_the_first_of_several_ways_that_finds_something_counts_and_the_first_is_written(
    tmp_path: Path,
) -> None:
    mapped = made(tmp_path, '"currency" = "cur || money/@cur"')
    assert getattr(read(mapped, "<cur> </cur><money cur='EUR'/>")[0], "currency", "") == "EUR"
    assert getattr(read(mapped, "<cur>USD</cur><money cur='EUR'/>")[0], "currency", "") == "USD"
    root, back = both_ways(mapped, PurchaseOrder(number="1", currency="SEK", lines=(LINE,)))
    assert root.findtext("cur") == "SEK"
    assert getattr(back, "currency", "") == "SEK"


def test_a_condition_is_met_on_writing_and_asked_for_on_reading(tmp_path: Path) -> None:
    mapped = made(
        tmp_path,
        """"refs.vat" = "id[scheme/@name='VAT']/value"\n"refs.tax" = "id[scheme/@name='TX']/value\"""",
    )
    root, back = both_ways(mapped, PurchaseOrder(number="1", refs={"vat": "V", "tax": "T"}, lines=(LINE,)))
    assert [e.get("name") for e in root.iter("scheme")] == ["VAT", "TX"]
    assert getattr(back, "refs", {}) == {"vat": "V", "tax": "T"}


def test_a_table_may_have_its_key_and_value_in_elements_and_words_of_its_own_for_keys(tmp_path: Path) -> None:
    places = '"refs.*" = "prop[name=*]/value"\n"refs.known" = "@known"'
    mapped = made(tmp_path, places, '[codes."refs.*"]\nDept = "department"')
    order = PurchaseOrder(number="1", refs={"department": "7", "other": "8", "known": "9"}, lines=(LINE,))
    root, back = both_ways(mapped, order)
    assert [e.text for e in root.iter("name")] == ["Dept", "other"]
    assert back == order


def test_elements_stand_in_the_order_that_the_map_says_whatever_is_laid_over_it(tmp_path: Path) -> None:
    mapped = made(tmp_path, '"date" = "zz"\n"currency" = "cur"', '[order]\n"a" = "cur no l"')
    root, _ = both_ways(mapped, PurchaseOrder(number="1", currency="EUR", lines=(LINE,), date=ORDER.date))
    assert [e.tag for e in root] == ["cur", "no", "l", "zz"]


def test_constants_ordinals_and_sums_are_written_and_are_nothing_new_to_the_reader(tmp_path: Path) -> None:
    tables = '[constants]\n"v" = "2"\n[constants."lines[]"]\n"pos" = "#"\n[computed]\n"count" = "line_count"'
    mapped = made(tmp_path, tables=tables)
    root, _ = both_ways(mapped, PurchaseOrder(number="1", lines=(LINE, LINE)))
    assert [root.findtext("v"), root.findtext("count")] == ["2", "2"]
    assert [e.text for e in root.iter("pos")] == ["1", "2"]
    assert unused(mapped, root, [root]) == ()
    root[0].text = "3"
    assert [(where.path, text) for where, text in unused(mapped, root, [root])] == [("/a/v", "3")]


def test_several_of_our_words_may_be_one_of_theirs(tmp_path: Path) -> None:
    mapped = made(tmp_path, '"purpose" = "p"', '[codes."purpose"]\nU = ["replace", "change"]')
    root, back = both_ways(mapped, PurchaseOrder(number="1", purpose="change", lines=(LINE,)))
    assert root.findtext("p") == "U"
    assert getattr(back, "purpose", "") == "replace"


def test_lines_in_common_stand_once(tmp_path: Path) -> None:
    places = '"parties.buyer" = { at = "by", like = "party" }\n"charges[]" = { at = "c", like = "charge" }'
    tables = """[like.party]
name = "n"
"." = { at = "adr", like = "place" }
[like.place]
city = "c"
[like.charge]
kind = "@k"
amount = "m"
"""
    order = PurchaseOrder(
        number="1",
        parties={"buyer": Party(name="N", city="C")},
        charges=(Charge(kind="charge", amount=Decimal(1)),),
        lines=(LINE,),
    )
    root, back = both_ways(made(tmp_path, places, tables), order)
    assert root.findtext("by/adr/c") == "C"
    assert back == order


def test_a_map_extends_another(tmp_path: Path) -> None:
    made(tmp_path, '"date" = "d"')
    (tmp_path / "other.toml").write_text('extends = "small.toml"\n[places]\n"date" = "e"', "utf-8")
    _, back = both_ways(
        xml_map(tmp_path / "other.toml"), PurchaseOrder(number="1", date=ORDER.date, lines=(LINE,))
    )
    assert getattr(back, "date", None) == ORDER.date
    for base in ("../x.toml", "other.toml"):
        (tmp_path / "other.toml").write_text(f'extends = "{base}"', "utf-8")
        with pytest.raises(ConfigError, match="extends"):
            xml_map(tmp_path / "other.toml", (("number", base),))


def test_dates_and_numbers_are_written_as_the_map_says(tmp_path: Path) -> None:
    places = '"date" = "d"\n"dates.cancel_after" = "e"\n"total" = "t"'
    formats = '[formats]\ndate = "%d.%m.%Y"\n"dates.cancel_after" = "%Y%m%d"\ndecimal = ","'
    assert ORDER.date is not None
    order = PurchaseOrder(
        number="1", date=ORDER.date, dates={"cancel_after": ORDER.date}, total=Decimal("1.5"), lines=(LINE,)
    )
    root, back = both_ways(made(tmp_path, places, formats), order)
    assert [root.findtext(tag) for tag in "det"] == ["02.03.2026", "20260302", "1,5"]
    assert back == order


def test_amounts_say_their_currency_and_all_say_the_same(tmp_path: Path) -> None:
    mapped = made(
        tmp_path,
        '"total" = "amt"\n"lines[].price" = "p"',
        '[stamped]\n"[ap]*/@cur" = "currency"'.replace("[ap]*", "amt"),
    )
    order = PurchaseOrder(number="1", currency="EUR", total=Decimal(3), lines=(LINE,))
    root, back = both_ways(mapped, order)
    assert root.find("amt").get("cur") == "EUR"  # type: ignore[union-attr]  # it is there: it was written
    assert back == order
    _, findings = write_document(mapped, PurchaseOrder(number="1", total=Decimal(3), lines=(LINE,)))
    assert [f.where.path for f in findings] == ["currency"]


def test_an_amount_in_another_currency_is_no_money_of_the_document() -> None:
    data = written(ORDER, "ubl").replace(b'PriceAmount currencyID="EUR"', b'PriceAmount currencyID="USD"')
    _, (finding,) = read_document(
        xml_map(Path("translators/xml/maps/ubl_order.toml").resolve()), etree.fromstring(data)
    )
    assert (finding.problem, finding.value) == (problems.FIELD_INVALID, "USD")
    assert finding.where.path.endswith("/cbc:PriceAmount/@currencyID")


def test_shipments_are_parted_into_lines_and_put_together() -> None:
    for parted in (shipped_lines, packed_lines):
        notice, findings = parted(SHIPMENT)
        assert findings == ()
        assert notice != SHIPMENT
        assert merged_lines(notice) == SHIPMENT


@pytest.mark.parametrize(
    ("xpath", "writable"),
    [
        ("a/b[@c='d']/@e", True),
        ("x:a[x:b/x:c='d e']/x:f", True),
        ("a[2]/text()", True),
        ("a[not(b)]", True),
        ("self::*[a/b]/c", True),
        (".", True),
        ("../a", False),
        ("a | b", False),
        ("//a", False),
        ("a[b>1]", False),
        ("name(a)", False),
    ],
)
def test_which_xpaths_can_be_written(xpath: str, writable: bool) -> None:
    assert (route(xpath) is not None) is writable


def test_the_second_of_a_kind_is_a_new_element() -> None:
    root = etree.Element("a")
    for at, text in enumerate("xy", 1):
        place(root, f"s[{at}]", text, ())
    assert [e.text for e in root] == ["x", "y"]


def test_ways_below_ways_are_each_below_each() -> None:
    assert under("a || b", "c || .") == "a/c || a || b/c || b"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"prepare": "nothing"}, "prepare"),
        ({"finish": "nothing"}, "finish"),
        ({"computed": {"a": "nothing"}}, "computed"),
        ({"stamped": {"a": "currency"}}, "Name/@attribute"),
        ({"stamped": {"a/@b": "nothing"}}, "nothing"),
        ({"fixed": {"nothing": "1"}}, "nothing"),
        ({"defaults": {"date": "today"}, "places": {"date": "d"}}, "default"),
        ({"read_only": ["date"]}, "read_only"),
        ({"order": {"x:a": "b"}}, "namespaces"),
        ({"ignored": ["a["]}, "not an XPath"),
    ],
)
def test_a_wrong_table_is_a_fault_of_the_map(change: dict[str, object], complaint: str) -> None:
    raw = {"document": "purchase_order", "root": "a", "each": "/a", "places": {"number": "n"}, **change}
    with pytest.raises(ConfigError, match=complaint):
        compile_map(raw, (), "test.toml")
