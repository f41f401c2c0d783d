"""Whatever bytes come, the tools answer: broken envelopes, wrong separators, cut sets, noise in the midst of data."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.model.partner import Partner, X12Settings
from tests.support.x12_files import checked, interchange, order, source
from translators.x12.rules.compiled import checker_for
from translators.x12.tools.answer import answers
from translators.x12.tools.diff import differences, texts
from translators.x12.tools.example import example
from translators.x12.tools.grep import hits, matching_sets
from translators.x12.tools.page import page
from translators.x12.tools.query import parse_query
from translators.x12.tools.reading import BY_THE_FILE, Row, rows
from translators.x12.tools.scrub import scrub
from translators.x12.tools.show import lines

US = Partner(key="x12", name="X12", x12=X12Settings(technical_ack="always"))
QUERY = parse_query("*~.")


def ship_notice(seed: int) -> bytes:
    rules = checker_for("004010", "856")
    assert rules is not None
    made = example(rules, random.Random(seed), 0.3, repeat=0.3)
    return interchange(["*".join(segment) for segment in made], group="SH")


@st.composite
def broken(draw: st.DrawFn) -> bytes:
    """Return a file with some of its bytes gone, doubled or replaced."""
    data = draw(
        st.sampled_from([interchange(order()), interchange(order(), order(control="0002")), ship_notice(1)])
    )
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(data)))
        size = draw(st.integers(0, 60))
        kind = draw(st.sampled_from(["noise", "cut", "double"]))
        middle = {"noise": draw(st.binary(max_size=8)), "cut": b"", "double": data[at : at + size] * 2}[kind]
        data = data[:at] + middle + data[at + (0 if kind == "noise" else size) :]
    return data


@settings(max_examples=100, deadline=None)
@given(broken())
def test_every_tool_answers(data: bytes) -> None:
    shown = list(lines(rows(source(data), ""), BY_THE_FILE))
    assert "".join(page("x", shown)).endswith("</body></html>\n")
    for answer in answers(source(data), "", BY_THE_FILE, US):
        assert answer.data.startswith(b"ISA")
    list(hits(source(data), "", QUERY, BY_THE_FILE))
    list(matching_sets(source(data), "", QUERY, BY_THE_FILE))
    sides = [list(texts(source(data), "", BY_THE_FILE)) for _ in range(2)]
    assert list(differences(*sides, everything=True)) == []
    assert len(b"".join(scrub(source(data), BY_THE_FILE, b"k"))) > len(data) // 2


@settings(max_examples=100, deadline=None)
@given(broken())
def test_show_has_the_findings_of_check(data: bytes) -> None:
    in_place = [f for line in lines(rows(source(data), "order.edi"), BY_THE_FILE) for f in line.findings]
    listed = [placed.finding for placed in checked(data)]
    assert sorted(map(repr, in_place)) == sorted(map(repr, listed))


@pytest.mark.parametrize("terminator", [b"~", b"\n", b"\r\n", b"\x1c", b"'"])
def test_rows_do_not_depend_on_the_terminator(terminator: bytes) -> None:
    data = interchange(order()).replace(b"~\n", terminator)
    found = [event for event in rows(source(data), "") if isinstance(event, Row)]
    assert [row.number for row in found] == list(range(1, 14))
    assert [row.elements[0] for row in found][:3] == ["ST", "BEG", "REF"]
