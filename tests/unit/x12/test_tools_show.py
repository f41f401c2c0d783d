"""What people see of a file: names, words, loops and findings in place, in text, and as a page of HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from tests.support.x12_files import ORDER, interchange, order, source
from translators.x12.rules.check import MOST_FINDINGS
from translators.x12.tools.legible import legible
from translators.x12.tools.page import page
from translators.x12.tools.reading import BY_THE_FILE, rows
from translators.x12.tools.show import Choice, ShownLine, lines
from translators.x12.tools.words import words


def shown(data: bytes, choice: Choice = Choice(), *, checked: bool = True) -> list[ShownLine]:  # noqa: B008 - it is frozen
    return list(lines(rows(source(data), "", checked=checked), BY_THE_FILE, choice))


def segment(found: list[ShownLine], tag: str) -> ShownLine:
    return next(line for line in found if line.segment == tag)


def test_envelopes_loops_and_segments_are_indented_and_named() -> None:
    outline = [(line.depth, line.title, line.loop) for line in shown(interchange(order()))]
    assert outline == [
        (0, "interchange 000000101 from ZZ:ACME to ZZ:OURCO, 2025-01-10 11:59, test", ""),
        (1, "group 101 PO (purchase orders) from ACME to OURCO, release 004010", ""),
        (2, "850 Purchase order, 0001", ""),
        (3, "ST Transaction set header", ""),
        (3, "BEG Beginning of a purchase order", ""),
        (3, "REF Reference", ""),
        (3, "DTM Date or time", ""),
        (3, "N1 Party", "N1"),
        (4, "N3 Party, address", ""),
        (4, "N4 Party, place", ""),
        (3, "PO1 Ordered item", "PO1"),
        (4, "PID Description of an item", "PID"),
        (3, "PO1 Ordered item", "PO1"),
        (3, "CTT Totals", "CTT"),
        (4, "AMT Amount", ""),
        (3, "SE Transaction set trailer", ""),
    ]


def test_each_value_has_its_place_its_name_and_its_meaning() -> None:
    found = segment(shown(interchange(order())), "N1")
    assert [(e.at, e.value, e.name, e.meaning) for e in found.elements] == [
        ("N101", "ST", "Entity identifier", "ship to"),
        ("N102", "STORE 42", "Name", ""),
        ("N103", "92", "Identification code qualifier", "number given by the buyer"),
        ("N104", "0042", "Identification code", ""),
    ]


def test_levels_of_a_ship_notice_stand_below_each_other() -> None:
    levels = [
        "HL*1**S",
        "TD5**2*ABCD",
        "HL*2*1*O",
        "PRF*1",
        "HL*3*2*I",
        "LIN**UP*012345678905",
        "HL*4*1*O",
        "PRF*2",
    ]
    body = ["BSN*00*1*20250110*1200", *levels, "CTT*4"]
    data = interchange(["ST*856*0001", *body, f"SE*{len(body) + 2}*0001"], group="SH")
    depths = [(line.segment, line.depth) for line in shown(data) if line.kind == "segment"]
    assert depths == [
        ("ST", 3), ("BSN", 3), ("HL", 3), ("TD5", 4), ("HL", 4), ("PRF", 5), ("HL", 5), ("LIN", 6), ("HL", 4),
        ("PRF", 5), ("CTT", 3), ("SE", 3),
    ]  # fmt: skip


def test_components_are_shown_one_by_one() -> None:
    data = interchange(order(ORDER.replace("PO1*1*", "MEA**WT*5*LB>1>2\nPO1*1*")))
    data = data.replace(b"REF*DP*042", b"REF*DP*042**BM>77")
    found = segment(shown(data), "REF")
    assert [(e.at, e.value) for e in found.elements[-2:]] == [("REF04-1", "BM"), ("REF04-2", "77")]


def test_a_finding_stands_at_its_segment_and_one_of_the_set_at_its_end() -> None:
    data = interchange(order(ORDER.replace("*12*EA", "*1O*EA"))).replace(b"SE*13", b"SE*14")
    found = shown(data)
    assert [f.problem for f in segment(found, "PO1").findings] == ["element.invalid_character"]
    assert [(line.kind, f.problem) for line in found for f in line.findings if line.kind == "end"] == [
        ("end", "se.count")
    ]
    assert not any(line.findings for line in shown(data, checked=False) if line.segment == "PO1")


def test_a_guideless_end_of_file_and_a_set_without_dictionary_are_shown_too() -> None:
    cut = interchange(["ST*199*0001", "QQ1*A", "SE*3*0001"], group="XX")[:-40]
    found = shown(cut)
    assert segment(found, "QQ1").elements[0].name == ""
    assert {f.problem for line in found for f in line.findings} >= {"ge.missing", "iea.missing"}


def test_only_the_sets_that_are_asked_for_are_shown() -> None:
    data = interchange(
        order(), order(control="0002"), ["ST*997*0003", "AK1*IN*1", "AK9*A*1*1*1", "SE*4*0003"]
    )
    assert {line.set for line in shown(data, Choice(2)) if line.set} == {2}
    assert {line.set for line in shown(data, Choice(set_ids=frozenset({"997"}))) if line.set} == {3}


def test_passwords_are_nowhere() -> None:
    data = interchange(order())
    told = repr(shown(data)) + "".join(page("order.edi", shown(data)))
    assert "LOGIN1" not in told
    assert "SECRET9" not in told


class _Tags(HTMLParser):
    """Collects the tags of a page, and what stands open at its end."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_and_nothing_of_a_file_is_markup_in_it() -> None:
    data = interchange(order(ORDER.replace("BLUE WIDGET", "<script>alert(1)</script>")))
    text = "".join(page("a<b>.edi", shown(data)))
    tags = _Tags()
    tags.feed(text)
    assert tags.open == []
    assert tags.seen <= {"html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "h4"} | {
        "div", "span", "b", "dl", "dt", "dd", "small",
    }  # fmt: skip
    assert "&lt;script&gt;" in text
    assert re.search(r"(src|href)=", text) is None


@given(st.text())
def test_what_is_legible_cannot_steer_a_terminal(text: str) -> None:
    assert legible(text).isprintable()
    assert len(legible(text, 20)) <= 20


def test_a_long_set_is_shown_to_its_end_though_findings_are_limited() -> None:
    lines_of_faults = "\n".join(["", "BEG*00*SA*4711**20250110", *["PO1*X*1O*EA"] * (MOST_FINDINGS + 50), ""])
    found = shown(interchange(order(lines_of_faults)))
    assert sum(line.segment == "PO1" for line in found) == MOST_FINDINGS + 50
    assert found[-1].segment == "SE"


def test_words_are_short_and_codes_are_codes() -> None:
    for element, codes in words().items():
        for code, meaning in codes.items():
            assert re.fullmatch(r"[A-Z0-9]{1,6}", code), (element, code)
            assert 0 < len(meaning) <= 50
